//! G-3: a notice.

use protocol::answer::Notice;
use protocol::exchange::DocumentId;

use crate::inbox::{Job, Reply};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{NoticePage, Page};

/// G-3.
pub struct NoticeFlow {
    id: DocumentId,
    notice: Option<Box<Notice>>,
    open: Waiting,
}

impl NoticeFlow {
    /// Opens a notice.
    pub fn new(id: DocumentId) -> Self {
        Self {
            id,
            notice: None,
            open: Waiting::default(),
        }
    }
}

impl Flow for NoticeFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::Notice
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::Notice(self.notice.as_ref().map_or_else(
            || NoticePage {
                title: String::new(),
                body: String::new(),
                shown_from: desk.now.wall,
                important: false,
            },
            |notice| NoticePage {
                title: notice.title.clone(),
                body: notice.body.clone(),
                shown_from: notice.shown_from,
                important: notice.important,
            },
        ))
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if self.notice.is_none() {
            self.open.start(desk.store(Job::OpenNotice(self.id)));
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, _: &mut Desk) -> Next {
        match touch {
            Touch::Back | Touch::Main => Next::Back,
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, _: &mut Desk) -> Next {
        match self.open.stored(input) {
            Some(Ok(StoreReply::Inbox(Reply::Notice(notice)))) => self.notice = Some(notice),
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        Next::Stay
    }
}
