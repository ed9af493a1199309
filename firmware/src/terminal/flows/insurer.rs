//! D-15: which municipality? A step of other flows, asked only where the office may ask several.

use protocol::facility::Insurer;
use protocol::number::InsurerNumber;

use crate::terminal::desk::Desk;
use crate::terminal::pager::Pager;
use crate::terminal::touch::Touch;
use crate::terminal::view::{InsurerChoicePage, InsurerRow, Page};

/// The municipality that a flow asks, remembered as long as the flow.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct InsurerChoice {
    number: Option<InsurerNumber>,
    /// The question is asked again although it was answered.
    again: bool,
    pager: Pager,
}

impl InsurerChoice {
    /// The one chosen, or the only one there is. Nobody while the question is open, and when the
    /// office may ask nobody.
    #[must_use]
    pub fn chosen<'d>(&self, desk: &'d Desk) -> Option<&'d Insurer> {
        match desk.insurers() {
            [only] => Some(only),
            _ => desk.insurer(self.number.as_ref()?),
        }
    }

    /// A person has to say which.
    #[must_use]
    pub fn is_asking(&self, desk: &Desk) -> bool {
        desk.insurers().len() > 1 && (self.again || self.chosen(desk).is_none())
    }

    /// Somebody who is known to belong to this municipality: no question then. One outside the
    /// office's scope changes nothing.
    pub fn know(&mut self, number: &InsurerNumber, desk: &Desk) {
        if desk.insurer(number).is_some() {
            self.number = Some(number.clone());
            self.again = false;
        }
    }

    /// Asks once more; `false` where there is nothing to choose.
    pub fn ask_again(&mut self, desk: &Desk) -> bool {
        self.again = desk.insurers().len() > 1;
        self.again
    }

    /// Takes a touch of the question; `true` when it was answered.
    pub fn touch(&mut self, touch: &Touch, desk: &Desk) -> bool {
        let (count, size) = (desk.insurers().len(), desk.config.rows_per_page);
        if self.pager.turn(touch, count, size) {
            return false;
        }
        let Some(index) = self.pager.index(touch, count, size) else {
            return false;
        };
        self.number = desk.insurers().get(index).map(|one| one.number.clone());
        self.again = false;
        true
    }

    /// The question. `who`: about whom, when that is known.
    #[must_use]
    pub fn page(&self, who: Option<String>, desk: &Desk) -> Page {
        let size = desk.config.rows_per_page;
        Page::InsurerChoice(InsurerChoicePage {
            insurers: self
                .pager
                .paged(desk.insurers(), size, |(_, insurer)| InsurerRow {
                    city: insurer.city.clone(),
                    desk: insurer.desk.name.clone(),
                    chosen: self.number.as_ref() == Some(&insurer.number),
                }),
            who,
        })
    }
}
