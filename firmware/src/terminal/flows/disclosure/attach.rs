//! E-3: a scan from the stick or folder.

use protocol::number::UserId;
use protocol::person::Attachment;
use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::request::{DraftSubject, Job, Slot};
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, FoundFile, Input};
use crate::terminal::entry::{DateEntry, DateRule};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::pager::Pager;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{AttachPage, FileRow, Page};

/// What the scan is for.
pub enum Target {
    /// The contract of a person of the request.
    Contract {
        /// Which draft.
        slot: Slot,
        /// From 1.
        place: usize,
        /// The person.
        subject: DraftSubject,
    },
    /// The 介護支援専門員証 of who is at the desk.
    Qualification {
        /// Which draft.
        slot: Slot,
    },
}

/// A scan is being chosen.
pub struct AttachFlow {
    target: Target,
    files: Vec<FoundFile>,
    pager: Pager,
    note: Option<ProblemCode>,
    /// The licence was taken in; its last day is asked.
    licence: Option<(Attachment, DateEntry)>,
    list: Waiting,
    take: Waiting,
    keep: Waiting,
}

impl AttachFlow {
    /// Chooses a scan for a target.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            files: Vec::new(),
            pager: Pager::default(),
            note: None,
            licence: None,
            list: Waiting::default(),
            take: Waiting::default(),
            keep: Waiting::default(),
        }
    }

    fn search(&mut self, desk: &mut Desk) {
        let ticket = desk.ticket();
        desk.effect(Effect::ListFiles(ticket));
        self.list.start(ticket);
    }

    fn choose(&mut self, index: usize, desk: &mut Desk) {
        let Some(file) = self.files.get(index) else {
            return;
        };
        if self.take.is_waiting() || self.keep.is_waiting() {
            return;
        }
        if file.media.is_none() {
            self.note = Some(if file.size > protocol::exchange::MAX_FILE_BYTES {
                ProblemCode::AttachmentTooLarge
            } else {
                ProblemCode::AttachmentType
            });
            return;
        }
        self.note = None;
        let ticket = desk.ticket();
        desk.effect(Effect::TakeFile(ticket, file.path.clone()));
        self.take.start(ticket);
    }

    fn taken(&mut self, scan: Attachment, desk: &mut Desk) {
        match &self.target {
            Target::Contract {
                slot,
                place,
                subject,
            } => {
                let mut subject = subject.clone();
                subject.filed = Some(false);
                subject.contract = Some(scan);
                let (slot, place) = (*slot, Some(*place));
                self.keep_with(desk, |staff| Job::Put {
                    slot,
                    place,
                    subject: Box::new(subject),
                    insured_by: None,
                    staff,
                });
            }
            Target::Qualification { .. } => {
                self.licence = Some((scan, DateEntry::new(DateRule::LicenceExpiry)));
            }
        }
    }

    /// The last day of the licence was typed.
    fn licence_done(&mut self, desk: &mut Desk) {
        let (Some((scan, entry)), Target::Qualification { slot }) = (&self.licence, &self.target)
        else {
            return;
        };
        let (scan, slot, expires_on) = (scan.clone(), *slot, entry.date(desk.today()));
        if expires_on.is_some() && !self.keep.is_waiting() {
            self.keep_with(desk, |staff| Job::SetQualification {
                staff,
                scan,
                expires_on,
                slot,
            });
        }
    }

    fn keep_with(&mut self, desk: &mut Desk, job: impl FnOnce(UserId) -> Job) {
        if let Some(session) = &desk.session {
            let job = job(session.staff.clone());
            self.keep.start(desk.store(job));
        }
    }
}

impl Flow for AttachFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::Attach
    }

    fn page(&self, desk: &Desk) -> Page {
        if let Some((_, entry)) = &self.licence {
            let name = desk.session.as_ref().map(|session| session.name.clone());
            return Page::Date(entry.page(desk.today(), name));
        }
        Page::Attach(AttachPage {
            who: match &self.target {
                Target::Contract { subject, .. } => Some(
                    subject
                        .name
                        .as_ref()
                        .map_or_else(String::new, |name| name.as_str().to_owned()),
                ),
                Target::Qualification { .. } => None,
            },
            files: self
                .pager
                .paged(&self.files, desk.config.rows_per_page, |(_, file)| {
                    FileRow {
                        name: file.name.clone(),
                        size: file.size,
                        media: file.media,
                    }
                }),
            searching: self.list.is_waiting() || self.take.is_waiting() || self.keep.is_waiting(),
            note: self.note.clone(),
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.search(desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if self.licence.is_some() && touch != Touch::Back {
            if touch == Touch::Main {
                self.licence_done(desk);
            } else if let Some((_, entry)) = &mut self.licence {
                entry.touch(&touch, desk.today());
            }
            return Next::Stay;
        }
        let (count, size) = (self.files.len(), desk.config.rows_per_page);
        if let Some(index) = self.pager.index(&touch, count, size) {
            self.choose(index, desk);
            return Next::Stay;
        }
        self.pager.turn(&touch, count, size);
        match touch {
            Touch::Back => return Next::Back,
            Touch::Main => {
                self.note = None;
                self.search(desk);
            }
            _ => {}
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::FilesListed(ticket, found) if self.list.take(*ticket) => match found {
                Ok(files) => {
                    self.files = std::mem::take(files);
                    self.pager.reset();
                }
                Err(problem) => {
                    self.files.clear();
                    self.note = Some(problem.code());
                }
            },
            Input::FileTaken(ticket, taken) if self.take.take(*ticket) => match taken {
                Ok(scan) => {
                    let scan = scan.clone();
                    self.taken(scan, desk);
                }
                // What is wrong with the file is said here; a full disk has its own screen.
                Err(problem @ Problem::Refused(_)) => self.note = Some(problem.code()),
                Err(problem) => return Next::Trouble(problem.clone()),
            },
            _ => {}
        }
        match self.keep.stored(input) {
            Some(Ok(_)) => Next::Back,
            Some(Err(problem)) => Next::Trouble(problem),
            None => Next::Stay,
        }
    }
}
