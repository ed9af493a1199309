//! D-10: a person from the office's own list (台帳), to work on or to take out.

use crate::lookup::{Client, ClientsPage, Job, Reply};
use crate::store::StoreReply;
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::pager::turned;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{ClientListMode, ClientListPage, ClientRow, Page, Paged};

/// The list is on the screen. Who is chosen becomes the person in hand, or leaves the list.
#[derive(Default)]
pub struct ClientsFlow {
    list: ClientsPage,
    mode: Mode,
    load: Waiting,
    remove: Waiting,
}

#[derive(Default)]
enum Mode {
    #[default]
    Choose,
    Remove,
    Confirm(Client),
}

impl ClientsFlow {
    fn load(&mut self, page: usize, desk: &mut Desk) {
        let rows = desk.config.rows_per_page;
        self.load.start(desk.store(Job::Clients { page, rows }));
    }

    fn chosen(&mut self, row: usize, desk: &mut Desk) -> Next {
        let Some(client) = self.list.clients.get(row) else {
            return Next::Stay;
        };
        if let Mode::Remove = self.mode {
            self.mode = Mode::Confirm(client.clone());
            return Next::Stay;
        }
        desk.in_hand = Some(PersonInHand {
            name: client.name.clone(),
            address: None,
            born_on: client.born_on,
            insured: Some(client.insured.clone()),
            insurer: Some(client.insurer.clone()),
        });
        Next::Back
    }

    /// 「外す」 was touched while somebody stands on the screen.
    fn take_out(&mut self, desk: &mut Desk) {
        let (Mode::Confirm(client), Some(session)) = (&self.mode, &desk.session) else {
            return;
        };
        if self.remove.is_waiting() {
            return;
        }
        let job = Job::RemoveClient {
            insurer: client.insurer.clone(),
            insured: client.insured.clone(),
            staff: session.staff.clone(),
        };
        self.remove.start(desk.store(job));
    }
}

fn row(client: &Client) -> ClientRow {
    ClientRow {
        name: client.name.clone(),
        born_on: client.born_on,
        insured: Some(client.insured.to_string()),
        answer_age: client.answer_age,
    }
}

impl Flow for ClientsFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::ClientList
    }

    fn page(&self, _: &Desk) -> Page {
        Page::ClientList(ClientListPage {
            entries: Paged {
                rows: self.list.clients.iter().map(row).collect(),
                page: self.list.page,
                pages: self.list.pages.max(1),
                total: self.list.total,
            },
            mode: match &self.mode {
                Mode::Choose => ClientListMode::Choose,
                Mode::Remove => ClientListMode::Remove,
                Mode::Confirm(client) => ClientListMode::ConfirmRemoval(row(client)),
            },
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.load(self.list.page, desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match (&self.mode, touch) {
            (Mode::Choose, Touch::Back) => return Next::Back,
            (Mode::Remove, Touch::Back) => self.mode = Mode::Choose,
            (Mode::Confirm(_), Touch::Back) if !self.remove.is_waiting() => {
                self.mode = Mode::Remove;
            }
            (Mode::Confirm(_), Touch::Main) => self.take_out(desk),
            (Mode::Confirm(_), _) => {}
            (Mode::Choose, Touch::Second) if self.list.total > 0 => self.mode = Mode::Remove,
            (_, Touch::Row(row)) => return self.chosen(row, desk),
            (_, touch) => {
                if let Some(page) = turned(&touch, self.list.page, self.list.pages) {
                    self.load(page, desk);
                }
            }
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match self.load.stored(input) {
            Some(Ok(StoreReply::LookUp(Reply::Clients(list)))) => self.list = list,
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        match self.remove.stored(input) {
            Some(Ok(_)) => {
                // Back to the list itself: taking out several is rare, choosing is not.
                self.mode = Mode::Choose;
                self.load(self.list.page, desk);
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            None => {}
        }
        Next::Stay
    }
}
