//! C-2: 照合番号B, three groups that are printed on the front of the card.

use hal::card::Tries;
use protocol::calendar::Date;
use zeroize::{Zeroize as _, Zeroizing};

use super::Typed;
use super::prompt::CardFlow;
use super::reading::ReadingFlow;
use crate::presence::born_on_from_digits;
use crate::terminal::desk::Desk;
use crate::terminal::flow::{Flow, Next};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{NumberBPage, Page};

/// Digits of the groups: birth `YYMMDD`, expiry year, security code.
const LENGTHS: [usize; 3] = [6, 4, 4];

/// Expiry years that a card can carry.
const YEARS: std::ops::RangeInclusive<u16> = 2016..=2099;

/// The number is typed.
pub struct NumberBFlow {
    groups: [Zeroizing<String>; 3],
    group: usize,
    tries: Tries,
}

impl NumberBFlow {
    /// Nothing typed yet; the counter has been read.
    #[must_use]
    pub fn new(tries: Tries) -> Self {
        Self {
            groups: LENGTHS.map(|length| Zeroizing::new(String::with_capacity(length))),
            group: 0,
            tries,
        }
    }

    fn digit(&mut self, digit: u8) {
        let full =
            |groups: &[Zeroizing<String>; 3], group: usize| groups[group].len() >= LENGTHS[group];
        if full(&self.groups, self.group) {
            return;
        }
        self.groups[self.group].push(char::from(b'0' + digit.min(9)));
        if full(&self.groups, self.group) && self.group + 1 < LENGTHS.len() {
            self.group += 1;
        }
    }

    fn backspace(&mut self) {
        if self.groups[self.group].is_empty() && self.group > 0 {
            self.group -= 1;
        }
        self.groups[self.group].pop();
    }

    fn is_full(&self, group: usize) -> bool {
        self.groups[group].len() == LENGTHS[group]
    }

    /// Whether a complete group has a value that no card carries.
    fn is_impossible(&self, group: usize, today: Date) -> bool {
        self.is_full(group)
            && match group {
                0 => born_on_from_digits(&self.groups[0], today).is_none(),
                1 => !self.groups[1]
                    .parse::<u16>()
                    .is_ok_and(|year| YEARS.contains(&year)),
                _ => false,
            }
    }

    fn typed(&self, today: Date) -> Option<Typed> {
        if !(0..LENGTHS.len()).all(|group| self.is_full(group)) {
            return None;
        }
        let typed = Typed::Face {
            born_on: born_on_from_digits(&self.groups[0], today)?,
            year: self.groups[1].parse().ok()?,
            code: self.groups[2].clone(),
        };
        typed.job().is_some().then_some(typed)
    }
}

impl Flow for NumberBFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::NumberB
    }

    fn page(&self, desk: &Desk) -> Page {
        let today = desk.today();
        Page::NumberB(NumberBPage {
            group: self.group,
            groups: self.groups.clone().map(|group| group.as_str().to_owned()),
            tries: Some(self.tries.left),
            impossible: (0..LENGTHS.len()).any(|group| self.is_impossible(group, today)),
            complete: self.typed(today).is_some(),
        })
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => return Next::Replace(Box::new(CardFlow::new())).or_home(desk),
            Touch::Digit(digit) => self.digit(digit),
            Touch::Backspace => self.backspace(),
            Touch::ClearAll => {
                self.groups.iter_mut().for_each(|group| group.zeroize());
                self.group = 0;
            }
            Touch::Field(group) if group < LENGTHS.len() => {
                self.group = group;
                self.groups[group].zeroize();
            }
            Touch::Main => {
                if let Some(typed) = self.typed(desk.today()) {
                    return Next::Replace(Box::new(ReadingFlow::new(typed, Some(self.tries))));
                }
            }
            _ => {}
        }
        Next::Stay
    }
}

/// Going back from the number while the card lies there would only read it again.
trait OrHome {
    fn or_home(self, desk: &Desk) -> Self;
}

impl OrHome for Next {
    fn or_home(self, desk: &Desk) -> Self {
        if desk.card_present { Next::Back } else { self }
    }
}
