//! C-6: the person is confirmed. What next?

use super::prompt::instead;
use crate::lookup;
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::doors;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{ConfirmedPage, Page};

/// The choice after a confirmed card.
#[derive(Debug, Default)]
pub struct ConfirmedFlow {
    known: Waiting,
}

impl Flow for ConfirmedFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Confirmed
    }

    fn page(&self, desk: &Desk) -> Page {
        let person = desk.in_hand.as_ref();
        Page::Confirmed(ConfirmedPage {
            name: person.map(|person| person.name.clone()).unwrap_or_default(),
            born_on: person.map_or(protocol::calendar::Date::MIN, |person| person.born_on),
            insured: person
                .and_then(|person| person.insured.as_ref())
                .map(|insured| insured.as_str().to_owned()),
            draft: desk.draft,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let Some(person) = &desk.in_hand else {
            return Next::Back;
        };
        if person.insured.is_none() {
            let job = lookup::Job::FindPerson {
                name: person.name.clone(),
                born_on: person.born_on,
            };
            let ticket = desk.store(job);
            self.known.start(ticket);
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Main => instead(doors::look_up(desk)),
            Touch::Second => instead(doors::add_to_request(desk)),
            Touch::Third => instead(doors::eligibility(desk)),
            Touch::Back => {
                desk.in_hand = None;
                Next::Home
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Stored(ticket, result) if self.known.take(*ticket) => {
                // Not knowing the number is no trouble: it can be typed.
                if let Ok(StoreReply::LookUp(lookup::Reply::Client(Some(client)))) = result
                    && let Some(person) = &mut desk.in_hand
                {
                    person.insured = Some(client.insured.clone());
                    person.insurer = Some(client.insurer.clone());
                }
                Next::Stay
            }
            _ => Next::Stay,
        }
    }
}
