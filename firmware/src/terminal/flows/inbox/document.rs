//! G-2: a document's pages, until its deadline.

use std::sync::Arc;
use std::time::Duration;

use protocol::exchange::DocumentId;
use protocol::number::InsurerNumber;
use protocol::problem::ProblemCode;

use super::counted_down;
use crate::error::Problem;
use crate::inbox::{Job, MAX_DAMAGED, Opened, Reply};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input, PageOrder};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::trouble::TroubleFlow;
use crate::terminal::pager::turned;
use crate::terminal::screen::Screen;
use crate::terminal::touch::{Touch, Zoom};
use crate::terminal::view::{DocumentPage, Page, PageImage};
use crate::upkeep;

/// Widths of a page image, in quarters of the screen's: zoom 0, 1, 2 and 3.
const ZOOM_QUARTERS: [u32; 4] = [4, 6, 8, 12];

/// K-1 about a document that is not fetched any more: the city that was asked is to be called.
fn undelivered(insurer: Option<&InsurerNumber>, desk: &Desk) -> TroubleFlow {
    let problem = Problem::Refused(ProblemCode::DocumentUndelivered);
    let told = TroubleFlow::new(&problem, Screen::Inbox, desk)
        .counting(MAX_DAMAGED.into())
        .closing();
    match insurer.and_then(|number| desk.insurer(number)) {
        Some(insurer) => told.calling(insurer.clone()),
        None => told,
    }
}

/// G-2.
pub struct DocumentFlow {
    document: DocumentId,
    opened: Option<Opened>,
    read_at: Duration,
    page: usize,
    pages: usize,
    zoom: u8,
    image: Option<Arc<PageImage>>,
    /// It ended, or could not be opened: there is nothing to come back to.
    over: bool,
    open: Waiting,
    draw: Waiting,
    print: Waiting,
}

impl DocumentFlow {
    /// Opens a document.
    pub fn new(document: DocumentId) -> Self {
        Self {
            document,
            opened: None,
            read_at: Duration::ZERO,
            page: 0,
            pages: 1,
            zoom: 0,
            image: None,
            over: false,
            open: Waiting::default(),
            draw: Waiting::default(),
            print: Waiting::default(),
        }
    }

    fn left(&self, desk: &Desk) -> Duration {
        self.opened.as_ref().map_or(Duration::ZERO, |opened| {
            counted_down(opened.left, self.read_at, desk)
        })
    }

    fn draw(&mut self, desk: &mut Desk) {
        let quarters = ZOOM_QUARTERS[usize::from(self.zoom).min(ZOOM_QUARTERS.len() - 1)];
        let order = PageOrder {
            document: self.document,
            page: self.page,
            width: desk.config.document_width.saturating_mul(quarters) / 4,
        };
        let ticket = desk.ticket();
        desk.effect(Effect::DrawPage(ticket, order));
        self.draw.start(ticket);
    }

    fn print(&mut self, desk: &mut Desk) {
        if desk.config.printer && self.opened.is_some() && !self.print.is_waiting() {
            let ticket = desk.ticket();
            desk.effect(Effect::PrintDocument(ticket, self.document));
            self.print.start(ticket);
        }
    }

    fn turn(&mut self, page: usize, desk: &mut Desk) {
        if page != self.page {
            self.page = page;
            self.image = None;
            self.draw(desk);
        }
    }

    fn zoom(&mut self, zoom: Zoom, desk: &mut Desk) {
        let most = u8::try_from(ZOOM_QUARTERS.len() - 1).unwrap_or(0);
        let next = match zoom {
            Zoom::Larger => (self.zoom + 1).min(most),
            Zoom::Smaller => self.zoom.saturating_sub(1),
        };
        if next != self.zoom {
            self.zoom = next;
            self.draw(desk);
        }
    }
}

impl Flow for DocumentFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::Document
    }

    fn page(&self, desk: &Desk) -> Page {
        let left = self.left(desk);
        let ended = left.is_zero();
        Page::Document(DocumentPage {
            display_name: self
                .opened
                .as_ref()
                .filter(|_| !ended)
                .map_or_else(String::new, |opened| opened.display_name.clone()),
            image: self.image.clone().filter(|_| !ended),
            page: self.page,
            pages: self.pages.max(1),
            zoom: self.zoom,
            left,
            printer: desk.config.printer,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if self.over {
            return Next::Back;
        }
        if let (None, Some(session)) = (&self.opened, &desk.session) {
            let job = Job::Open {
                document: self.document,
                staff: session.staff.clone(),
            };
            self.open.start(desk.store(job));
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => return Next::Back,
            Touch::Main if !desk.config.printer => return Next::Back,
            Touch::Main | Touch::Print => self.print(desk),
            Touch::Zoom(zoom) => self.zoom(zoom, desk),
            touch => {
                if let Some(page) = turned(&touch, self.page, self.pages) {
                    self.turn(page, desk);
                }
            }
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match self.open.stored(input) {
            Some(Ok(StoreReply::Inbox(Reply::Opened(opened)))) => {
                self.opened = Some(opened);
                self.read_at = desk.now.boot;
                self.draw(desk);
            }
            Some(Ok(StoreReply::Inbox(Reply::Undelivered { insurer }))) => {
                return Next::Replace(Box::new(undelivered(insurer.as_ref(), desk)));
            }
            Some(Err(problem)) => {
                self.over = true;
                return Next::Trouble(problem);
            }
            _ => {}
        }
        match input {
            Input::PageDrawn(ticket, drawn) if self.draw.take(*ticket) => match drawn {
                Ok(drawn) => {
                    self.image = Some(Arc::clone(&drawn.image));
                    self.pages = drawn.pages.max(1);
                }
                Err(problem) => return Next::Trouble(problem.clone()),
            },
            Input::Printed(ticket, result) if self.print.take(*ticket) => match result {
                Ok(()) => {
                    if let Some(session) = &desk.session {
                        let staff = session.staff.clone();
                        let _ = desk.store(Job::Printed {
                            document: self.document,
                            staff,
                        });
                    }
                }
                Err(problem) => return Next::Trouble(problem.clone()),
            },
            Input::Tick if self.opened.is_some() && self.left(desk).is_zero() => {
                // The deadline has passed under the reader's eyes.
                self.opened = None;
                self.image = None;
                self.over = true;
                let _ = desk.store(upkeep::Job::Sweep);
                return Next::Trouble(Problem::Refused(ProblemCode::DocumentGone));
            }
            _ => {}
        }
        Next::Stay
    }
}
