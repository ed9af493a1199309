//! choose a passcode, twice.

use protocol::number::UserId;

use super::passcode::TypedDigits;
use super::pledge;
use super::staff::StaffFlow;
use crate::access;
use crate::access::passcode::{DIGITS, HashJob, HashOutcome, Passcode, SALT_BYTES};
use crate::error::Problem;
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{NewPasscodeNote, NewPasscodePage, Page, PasscodeReason};

/// Why somebody chooses a passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    /// They log in for the first time: somebody who manages staff stands beside them and
    /// says so with their own passcode, or a passer-by could take the name.
    FirstLogin {
        /// The second person was asked.
        asked: bool,
    },
    /// Somebody who manages staff, or the technician during set-up, has opened it for them.
    Opened,
}

/// The choice of a passcode.
pub struct NewPasscodeFlow {
    who: UserId,
    name: String,
    occasion: Occasion,
    /// Who stands by; nobody during set-up.
    by: Option<UserId>,
    /// Who agreed, where one person is not enough.
    second: Option<UserId>,
    typed: TypedDigits,
    first: Option<Passcode>,
    note: Option<NewPasscodeNote>,
    answer: Waiting,
}

impl NewPasscodeFlow {
    /// The first login on this terminal. Ends with the desk unlocked.
    #[must_use]
    pub fn first_login(who: UserId, name: String) -> Self {
        Self::new(who, name, Occasion::FirstLogin { asked: false }, None)
    }

    /// In place of one that was forgotten: opened by `by`, where needed together with `second`.
    #[must_use]
    pub fn forgotten(who: UserId, name: String, by: UserId, second: Option<UserId>) -> Self {
        Self {
            second,
            ..Self::new(who, name, Occasion::Opened, Some(by))
        }
    }

    /// Opened by somebody who may, or during set-up. Ends where it was opened.
    #[must_use]
    pub fn opened(who: UserId, name: String, by: Option<UserId>) -> Self {
        Self::new(who, name, Occasion::Opened, by)
    }

    fn new(who: UserId, name: String, occasion: Occasion, by: Option<UserId>) -> Self {
        Self {
            who,
            name,
            occasion,
            by,
            second: None,
            typed: TypedDigits::default(),
            first: None,
            note: None,
            answer: Waiting::default(),
        }
    }

    fn chosen(&mut self, desk: &mut Desk) -> Next {
        let Some(passcode) = self.typed.passcode() else {
            return Next::Stay;
        };
        self.typed.clear();
        match self.first.take() {
            None if passcode.is_too_common() => self.note = Some(NewPasscodeNote::TooCommon),
            None => self.first = Some(passcode),
            Some(first) if first != passcode => self.note = Some(NewPasscodeNote::Mismatch),
            Some(_) => {
                let mut salt = [0; SALT_BYTES];
                desk.random(&mut salt);
                let ticket = desk.ticket();
                desk.effect(Effect::Hash(ticket, HashJob::Make { passcode, salt }));
                self.answer.start(ticket);
            }
        }
        Next::Stay
    }

    fn stored(&mut self, reply: &mut StoreReply, desk: &mut Desk) -> Next {
        match reply {
            StoreReply::Access(access::Reply::Unlocked {
                session,
                pledge_due,
            }) => pledge::unlocked(session, *pledge_due, desk),
            _ if self.occasion == Occasion::Opened => Next::Back,
            // Who has just typed it twice need not type it again.
            _ => {
                let job = access::Job::TryRight {
                    who: self.who.clone(),
                    reason: PasscodeReason::Unlock,
                    offline_limit: desk.config.offline_limit,
                };
                let ticket = desk.store(job);
                self.answer.start(ticket);
                Next::Stay
            }
        }
    }
}

impl Flow for NewPasscodeFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::NewPasscode
    }

    fn page(&self, _desk: &Desk) -> Page {
        let checking = self.answer.is_waiting();
        Page::NewPasscode(NewPasscodePage {
            name: self.name.clone(),
            again: self.first.is_some() || checking,
            typed: if checking { DIGITS } else { self.typed.count() },
            note: self.note,
            checking,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let Occasion::FirstLogin { asked } = &mut self.occasion else {
            return Next::Stay;
        };
        if let Some(approval) = desk.take_approval(PasscodeReason::SecondPerson) {
            self.by = Some(approval.by);
        }
        if self.by.is_some() {
            return Next::Stay;
        }
        if *asked {
            // The second person went away.
            return Next::Back;
        }
        *asked = true;
        Next::Open(Box::new(StaffFlow::to_approve(
            PasscodeReason::SecondPerson,
            Some(self.who.clone()),
        )))
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if touch == Touch::Back {
            return Next::Back;
        }
        if self.answer.is_waiting() {
            return Next::Stay;
        }
        if self.typed.touch(&touch) {
            self.note = None;
        } else if touch == Touch::Main {
            self.note = None;
            return self.chosen(desk);
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Hashed(ticket, outcome) if self.answer.take(*ticket) => match outcome {
                HashOutcome::Made(stored) => {
                    let job = access::Job::SetPasscode {
                        who: self.who.clone(),
                        by: self.by.clone(),
                        second: self.second.clone(),
                        stored: stored.clone(),
                    };
                    let ticket = desk.store(job);
                    self.answer.start(ticket);
                    Next::Stay
                }
                _ => Next::Trouble(Problem::VaultStatement("a passcode's hash".to_owned())),
            },
            Input::Stored(ticket, result) if self.answer.take(*ticket) => match result {
                Ok(reply) => self.stored(reply, desk),
                Err(problem) => Next::Trouble(problem.clone()),
            },
            _ => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}
