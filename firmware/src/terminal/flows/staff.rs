//! who are you? To unlock, or to confirm something as a second person.

use protocol::number::UserId;

use super::passcode::PasscodeFlow;
use crate::access::{self, Member, rights};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, Paged, PasscodeReason, StaffTile};

/// The choice of a member of staff.
pub struct StaffFlow {
    reason: PasscodeReason,
    /// Nobody confirms their own wish.
    except: Option<UserId>,
    staff: Vec<Member>,
    page: usize,
    list: Waiting,
}

impl StaffFlow {
    /// Somebody wants to work.
    #[must_use]
    pub fn to_unlock() -> Self {
        Self::new(PasscodeReason::Unlock, None)
    }

    /// Somebody who may manage staff confirms something, and it is not `except`. The word is
    /// left in [`Desk::approval`].
    #[must_use]
    pub fn to_approve(reason: PasscodeReason, except: Option<UserId>) -> Self {
        Self::new(reason, except)
    }

    fn new(reason: PasscodeReason, except: Option<UserId>) -> Self {
        Self {
            reason,
            except,
            staff: Vec::new(),
            page: 0,
            list: Waiting::default(),
        }
    }

    fn offered(&self, member: &Member) -> bool {
        let record = &member.record;
        let approves = self.reason == PasscodeReason::Unlock
            || (member.has_passcode && rights::may(record.role, rights::Right::Staff));
        record.active && approves && self.except.as_ref() != Some(&record.id)
    }

    fn choose(&self, id: &UserId) -> Next {
        let Some(member) = self.staff.iter().find(|member| member.record.id == *id) else {
            return Next::Stay;
        };
        let flow = Box::new(PasscodeFlow::new(
            member.record.id.clone(),
            member.record.name.as_str().to_owned(),
            self.reason,
        ));
        match self.reason {
            PasscodeReason::Unlock => Next::Open(flow),
            _ => Next::Replace(flow),
        }
    }
}

impl Flow for StaffFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::StaffChoice
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::StaffChoice(paged(
            &self.staff,
            self.page,
            desk.config.staff_per_page,
            |member| StaffTile {
                id: member.record.id.clone(),
                name: member.record.name.as_str().to_owned(),
                role: member.record.role,
                locked_out: member.paused,
            },
        ))
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let ticket = desk.store(access::Job::List);
        self.list.start(ticket);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let per_page = desk.config.staff_per_page;
        match touch {
            Touch::Back => return Next::Back,
            Touch::Staff(id) => return self.choose(&id),
            Touch::Row(row) => {
                if let Some(index) = row_index(row, self.page, per_page)
                    && let Some(member) = self.staff.get(index)
                {
                    let id = member.record.id.clone();
                    return self.choose(&id);
                }
            }
            Touch::NextPage => self.page = next_page(self.page, self.staff.len(), per_page),
            Touch::PrevPage => self.page = previous_page(self.page, self.staff.len(), per_page),
            _ => {}
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, _desk: &mut Desk) -> Next {
        let Input::Stored(ticket, result) = input else {
            return Next::Stay;
        };
        if !self.list.take(*ticket) {
            return Next::Stay;
        }
        match result {
            Ok(StoreReply::Access(access::Reply::Staff(staff))) => {
                self.staff = std::mem::take(staff);
                let keep: Vec<bool> = self
                    .staff
                    .iter()
                    .map(|member| self.offered(member))
                    .collect();
                let mut keep = keep.into_iter();
                self.staff.retain(|_| keep.next().unwrap_or(false));
                Next::Stay
            }
            Err(problem) => Next::Trouble(problem.clone()),
            Ok(_) => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

/// One page of `items`, `per_page` at a time.
pub fn paged<T, R>(
    items: &[T],
    page: usize,
    per_page: usize,
    row: impl FnMut(&T) -> R,
) -> Paged<R> {
    let per_page = per_page.max(1);
    let pages = items.len().div_ceil(per_page).max(1);
    let page = page.min(pages - 1);
    Paged {
        rows: items
            .iter()
            .skip(page * per_page)
            .take(per_page)
            .map(row)
            .collect(),
        page,
        pages,
        total: items.len(),
    }
}

/// Which item a row of the page shown is.
#[must_use]
pub fn row_index(row: usize, page: usize, per_page: usize) -> Option<usize> {
    (row < per_page.max(1)).then(|| page.saturating_mul(per_page.max(1)).saturating_add(row))
}

/// The page after `page`; after the last comes the first.
#[must_use]
pub fn next_page(page: usize, items: usize, per_page: usize) -> usize {
    let pages = items.div_ceil(per_page.max(1)).max(1);
    (page + 1) % pages
}

/// The page before `page`; before the first comes the last.
#[must_use]
pub fn previous_page(page: usize, items: usize, per_page: usize) -> usize {
    let pages = items.div_ceil(per_page.max(1)).max(1);
    (page + pages - 1) % pages
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn turning_pages_shows_every_row_once_and_comes_back_to_the_first(
            items in 0usize..60,
            per_page in 0usize..9,
        ) {
            let list: Vec<usize> = (0..items).collect();
            let pages = paged(&list, 0, per_page, |item| *item).pages;
            let mut page = 0;
            let mut seen = Vec::new();
            for _ in 0..pages {
                let shown = paged(&list, page, per_page, |item| *item);
                for (row, item) in shown.rows.iter().enumerate() {
                    prop_assert_eq!(row_index(row, page, per_page), Some(*item));
                }
                seen.extend(shown.rows);
                let next = next_page(page, items, per_page);
                prop_assert_eq!(previous_page(next, items, per_page), page);
                page = next;
            }
            prop_assert_eq!(page, 0);
            prop_assert_eq!(seen, list);
        }
    }
}
