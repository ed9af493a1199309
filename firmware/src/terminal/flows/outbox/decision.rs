//! F-4: what the municipality decided about each person of a request, and whom to call.

use protocol::answer::SubjectDecision;

use super::desk_of;
use crate::inbox;
use crate::sent::{Entry, Job, Reply};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::pager::Pager;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{DecisionPage, DecisionRow, Page};

/// People on one page: each has a name, a decision and a reason, and the desk stands below.
const ROWS: usize = 3;

/// The decisions about a request are on the screen.
pub struct DecisionFlow {
    entry: Entry,
    rows: Vec<DecisionRow>,
    pager: Pager,
    load: Waiting,
}

impl DecisionFlow {
    /// Shows what was decided about this item.
    pub fn new(entry: Entry) -> Self {
        Self {
            rows: rows(&entry),
            entry,
            pager: Pager::default(),
            load: Waiting::default(),
        }
    }

    /// What stands here was read: the inbox does not call it new any more.
    fn was_read(&self, desk: &mut Desk) {
        let _ = desk.store(inbox::Job::ReadDecision(self.entry.item.id));
    }
}

/// Those who were declined first: they are the ones about whom something is to be done.
fn rows(entry: &Entry) -> Vec<DecisionRow> {
    let (Some(request), Some(decisions)) = (entry.disclosure(), &entry.decisions) else {
        return Vec::new();
    };
    let mut rows: Vec<DecisionRow> = request
        .subjects
        .iter()
        .enumerate()
        .map(|(index, subject)| DecisionRow {
            place: index + 1,
            name: subject.name.as_str().to_owned(),
            decision: decisions.of(index),
        })
        .collect();
    rows.sort_by_key(|row| match row.decision {
        SubjectDecision::Declined { .. } => 0,
        SubjectDecision::Pending => 1,
        SubjectDecision::Granted => 2,
    });
    rows
}

impl Flow for DecisionFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::Decision
    }

    fn page(&self, desk: &Desk) -> Page {
        let pending = |row: &&DecisionRow| row.decision == SubjectDecision::Pending;
        Page::Decision(DecisionPage {
            people: self.pager.paged(&self.rows, ROWS, |(_, row)| row.clone()),
            declined: self.entry.declined(),
            pending: self.rows.iter().filter(pending).count(),
            decided_at: self.entry.decisions.as_ref().map(|known| known.decided_at),
            slip_number: self.entry.slip_number.clone(),
            desk: desk_of(self.entry.insurer.as_ref(), desk),
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.was_read(desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, _: &mut Desk) -> Next {
        self.pager.turn(&touch, self.rows.len(), ROWS);
        match touch {
            Touch::Back | Touch::Main => Next::Back,
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        // The next person may be decided while this is on the screen.
        if matches!(input, Input::Synced(_)) && !self.load.is_waiting() {
            self.load.start(desk.store(Job::Item(self.entry.item.id)));
        }
        match self.load.stored(input) {
            Some(Ok(StoreReply::Sent(Reply::Item(Some(entry))))) => {
                let news = self.entry.decisions != entry.decisions;
                self.rows = rows(&entry);
                self.entry = *entry;
                if news {
                    self.was_read(desk);
                }
            }
            Some(Ok(_)) => return Next::Back,
            Some(Err(problem)) => return Next::Trouble(problem),
            None => {}
        }
        Next::Stay
    }
}
