//! D-10: a person from the office's own list (台帳).

use crate::lookup::{ClientsPage, Job, Reply};
use crate::store::StoreReply;
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{ClientRow, Page, Paged};

/// The list is on the screen. Who is chosen becomes the person in hand.
#[derive(Default)]
pub struct ClientsFlow {
    list: ClientsPage,
    load: Waiting,
}

impl ClientsFlow {
    fn load(&mut self, page: usize, desk: &mut Desk) {
        let rows = desk.config.rows_per_page;
        self.load.start(desk.store(Job::Clients { page, rows }));
    }
}

impl Flow for ClientsFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::ClientList
    }

    fn page(&self, _: &Desk) -> Page {
        Page::ClientList(Paged {
            rows: self
                .list
                .clients
                .iter()
                .map(|client| ClientRow {
                    name: client.name.clone(),
                    born_on: client.born_on,
                    insured: Some(client.insured.to_string()),
                    answer_age: client.answer_age,
                })
                .collect(),
            page: self.list.page,
            pages: self.list.pages.max(1),
            total: self.list.total,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.load(self.list.page, desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let pages = self.list.pages.max(1);
        match touch {
            Touch::Back => return Next::Back,
            Touch::NextPage => self.load((self.list.page + 1) % pages, desk),
            Touch::PrevPage => self.load((self.list.page + pages - 1) % pages, desk),
            Touch::Row(row) => {
                if let Some(client) = self.list.clients.get(row) {
                    desk.in_hand = Some(PersonInHand {
                        name: client.name.clone(),
                        address: None,
                        born_on: client.born_on,
                        insured: Some(client.insured.clone()),
                        insurer: Some(client.insurer.clone()),
                    });
                    return Next::Back;
                }
            }
            _ => {}
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, _: &mut Desk) -> Next {
        match self.load.stored(input) {
            Some(Ok(StoreReply::LookUp(Reply::Clients(list)))) => self.list = list,
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        Next::Stay
    }
}
