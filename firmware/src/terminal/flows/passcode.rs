//! the staff passcode. Not the card's PIN: another screen asks for that.

use protocol::number::UserId;
use zeroize::Zeroizing;

use super::lockout::LockoutFlow;
use super::new_passcode::NewPasscodeFlow;
use super::pledge;
use crate::access::passcode::{DIGITS, HashJob, HashOutcome, Passcode};
use crate::access::{self, Gate};
use crate::error::Problem;
use crate::store::StoreReply;
use crate::terminal::desk::{Approval, Desk};
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, PasscodePage, PasscodeReason};

/// Digits of a passcode as they are typed. Wiped when dropped.
#[derive(Default)]
pub struct TypedDigits(Zeroizing<Vec<u8>>);

impl TypedDigits {
    /// Takes a key; `false` when it is not one of the keypad.
    pub fn touch(&mut self, touch: &Touch) -> bool {
        match touch {
            Touch::Digit(digit) if *digit <= 9 => {
                if self.0.len() < DIGITS {
                    self.0.push(*digit);
                }
            }
            Touch::Backspace => {
                self.0.pop();
            }
            Touch::ClearAll => self.clear(),
            _ => return false,
        }
        true
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The passcode, once it has all its digits.
    #[must_use]
    pub fn passcode(&self) -> Option<Passcode> {
        Passcode::new(&self.0)
    }

    /// The digits as text, for the card's PIN.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(
            self.0
                .iter()
                .map(|digit| char::from(b'0' + digit))
                .collect(),
        )
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.0 = Zeroizing::new(Vec::with_capacity(DIGITS));
    }
}

/// The question for one person's passcode.
pub struct PasscodeFlow {
    who: UserId,
    name: String,
    reason: PasscodeReason,
    typed: TypedDigits,
    wrong_left: Option<u8>,
    /// What was typed, from the touch until it is hashed.
    trying: Option<Passcode>,
    answer: Waiting,
}

impl PasscodeFlow {
    /// Asks `who`.
    #[must_use]
    pub fn new(who: UserId, name: String, reason: PasscodeReason) -> Self {
        Self {
            who,
            name,
            reason,
            typed: TypedDigits::default(),
            wrong_left: None,
            trying: None,
            answer: Waiting::default(),
        }
    }

    fn begin(&mut self, desk: &mut Desk) -> Next {
        let Some(passcode) = self.typed.passcode() else {
            return Next::Stay;
        };
        self.typed.clear();
        self.trying = Some(passcode);
        self.wrong_left = None;
        let job = access::Job::BeginTry {
            who: self.who.clone(),
            reason: self.reason,
        };
        let ticket = desk.store(job);
        self.answer.start(ticket);
        Next::Stay
    }

    fn stored(&mut self, reply: &mut StoreReply, desk: &mut Desk) -> Next {
        let StoreReply::Access(reply) = reply else {
            return Next::Stay;
        };
        match reply {
            access::Reply::Gate(gate @ Gate::Paused { .. }) => {
                self.trying = None;
                Next::Replace(Box::new(LockoutFlow::new(
                    self.who.clone(),
                    self.name.clone(),
                    self.reason,
                    gate,
                    desk,
                )))
            }
            // The first gate only opens the question; later ones follow a wrong try.
            access::Reply::Gate(Gate::Open { left }) => {
                if self.trying.take().is_some() {
                    self.wrong_left = Some(*left);
                }
                Next::Stay
            }
            access::Reply::NoPasscode if self.reason == PasscodeReason::Unlock => {
                Next::Replace(Box::new(NewPasscodeFlow::first_login(
                    self.who.clone(),
                    self.name.clone(),
                )))
            }
            access::Reply::NoPasscode => Next::Back,
            access::Reply::Hash(stored) => {
                let Some(passcode) = self.trying.clone() else {
                    return Next::Stay;
                };
                let ticket = desk.ticket();
                let job = HashJob::Verify {
                    passcode,
                    stored: stored.clone(),
                };
                desk.effect(Effect::Hash(ticket, job));
                self.answer.start(ticket);
                Next::Stay
            }
            access::Reply::Unlocked {
                session,
                pledge_due,
            } => pledge::unlocked(session, *pledge_due, desk),
            access::Reply::Approved { by } => {
                desk.approval = Some(Approval {
                    by: by.clone(),
                    reason: self.reason,
                });
                Next::Back
            }
            _ => Next::Stay,
        }
    }

    fn hashed(&mut self, outcome: &HashOutcome, desk: &mut Desk) -> Next {
        let who = self.who.clone();
        let job = match outcome {
            HashOutcome::Right => {
                self.trying = None;
                let offline_limit = desk.config.offline_limit;
                access::Job::TryRight {
                    who,
                    reason: self.reason,
                    offline_limit,
                }
            }
            HashOutcome::Wrong => access::Job::TryWrong { who },
            HashOutcome::Made(_) | HashOutcome::Failed => {
                self.trying = None;
                return Next::Trouble(Problem::VaultStatement("a passcode's hash".to_owned()));
            }
        };
        let ticket = desk.store(job);
        self.answer.start(ticket);
        Next::Stay
    }
}

impl Flow for PasscodeFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Passcode
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::Passcode(PasscodePage {
            name: self.name.clone(),
            typed: if self.trying.is_some() {
                DIGITS
            } else {
                self.typed.count()
            },
            checking: self.trying.is_some(),
            wrong_left: self.wrong_left,
            reason: self.reason,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.typed.clear();
        let ticket = desk.store(access::Job::Ask {
            who: self.who.clone(),
            reason: self.reason,
        });
        self.answer.start(ticket);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if touch == Touch::Back {
            return Next::Back;
        }
        if self.answer.is_waiting() {
            // One try at a time; what is typed meanwhile belongs to no question.
            return Next::Stay;
        }
        if self.typed.touch(&touch) {
            self.wrong_left = None;
        } else if touch == Touch::Main {
            return self.begin(desk);
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Stored(ticket, result) if self.answer.take(*ticket) => match result {
                Ok(reply) => self.stored(reply, desk),
                Err(problem) => {
                    self.trying = None;
                    Next::Trouble(problem.clone())
                }
            },
            Input::Hashed(ticket, outcome) if self.answer.take(*ticket) => {
                self.hashed(outcome, desk)
            }
            _ => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}
