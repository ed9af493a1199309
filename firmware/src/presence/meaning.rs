//! From what the card side found to what staff are told.

use hal::card::{CardJob, CardProblem, FaceReport, Tries};
use protocol::calendar::{Date, Era, EraDate};
use protocol::problem::ProblemCode;

use crate::audit::CardMode;
use crate::clock::Now;
use crate::terminal::view::CardTrouble;

/// What can be said about a card's last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Not over, as far as is known. The day, if the card tells one that can be believed.
    Good(Option<Date>),
    /// Over.
    Over(Date),
    /// The written day lies in another year than the one the card itself accepted: forged or
    /// damaged. No signature covers it.
    Forged,
}

/// Judges the last day of a card. Signatures do not cover it, so its year must be that inside
/// the number that the card accepted; only then is it compared with the time. A time that is
/// not trusted is never later than the true one, so a day that is over by it is over.
#[must_use]
pub fn expiry(report: &FaceReport, now: &Now) -> Expiry {
    let today = now.wall.japan_date();
    let last = match report.expires_on {
        Some(_) if !report.expiry_bound => return Expiry::Forged,
        Some(written) => Some(written),
        None => None,
    };
    let last_possible = last.or_else(|| Date::from_ymd(i32::from(report.expiry_year), 12, 31));
    match last_possible {
        Some(day) if today > day => Expiry::Over(day),
        _ => Expiry::Good(last),
    }
}

/// What staff are told about a problem; `None` where there is nothing to tell (somebody
/// cancelled, or took the card away before anything happened). `before` is the counter as it
/// was read before the code was presented.
#[must_use]
pub fn trouble(problem: CardProblem, before: Option<Tries>) -> Option<CardTrouble> {
    Some(match problem {
        CardProblem::Torn { tries } => CardTrouble::Torn {
            tries_known: tries.is_some() && tries == before,
        },
        CardProblem::WrongCode { left } | CardProblem::WrongPin { left } => {
            if left.is_blocked() {
                CardTrouble::Blocked
            } else {
                CardTrouble::WrongNumber { left: left.left }
            }
        }
        CardProblem::Blocked => CardTrouble::Blocked,
        CardProblem::LastTry { .. } => CardTrouble::LastTry,
        CardProblem::NotGenuine(_) => CardTrouble::NotGenuine,
        CardProblem::Foreign => CardTrouble::Unreadable { foreign: true },
        CardProblem::Garbage
        | CardProblem::Busy
        | CardProblem::TooSlow
        | CardProblem::Forbidden => CardTrouble::Unreadable { foreign: false },
        CardProblem::NoReader => CardTrouble::ReaderMissing { service: false },
        CardProblem::ServiceDown => CardTrouble::ReaderMissing { service: true },
        CardProblem::NoCard | CardProblem::Cancelled => return None,
    })
}

/// The code that belongs to what staff are told.
#[must_use]
pub fn code_of(trouble: &CardTrouble) -> ProblemCode {
    match trouble {
        CardTrouble::Torn { .. } => ProblemCode::CardTorn,
        CardTrouble::Blocked => ProblemCode::CardBlocked,
        CardTrouble::Expired { .. } => ProblemCode::CardExpired,
        CardTrouble::NotGenuine => ProblemCode::CardNotGenuine,
        CardTrouble::WrongNumber { .. } => ProblemCode::CardWrongCode,
        CardTrouble::ReaderMissing { service: true } => ProblemCode::ReaderService,
        CardTrouble::ReaderMissing { service: false } => ProblemCode::ReaderNone,
        CardTrouble::Unreadable { foreign: true } => ProblemCode::CardForeign,
        CardTrouble::Unreadable { foreign: false } => ProblemCode::CardGarbage,
        CardTrouble::LastTry => ProblemCode::CardLastTry,
    }
}

/// How a job checks; `None` for one that only reads counters.
#[must_use]
pub fn mode_of(job: &CardJob) -> Option<CardMode> {
    match job {
        CardJob::Peek => None,
        CardJob::CheckFace { .. } => Some(CardMode::Face),
        CardJob::CheckPin { .. } => Some(CardMode::Pin),
    }
}

/// A day of birth for the six digits typed from a card (`YYMMDD`, year of the era): a day
/// that gives these digits again. Which era it is does not matter to 照合番号B, which holds
/// the digits only; the true day comes from the card. `None`: no era of living people has it.
#[must_use]
pub fn born_on_from_digits(digits: &str, today: Date) -> Option<Date> {
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range| {
        digits
            .get(range)
            .and_then(|text: &str| text.parse::<u8>().ok())
    };
    let (year, month, day) = (part(0..2)?, part(2..4)?, part(4..6)?);
    // Most visitors were born in 昭和; the order only decides which of several equal
    // readings is returned.
    [Era::Showa, Era::Taisho, Era::Heisei, Era::Reiwa, Era::Meiji]
        .into_iter()
        .filter_map(|era| EraDate::new(era, year, month, day).ok())
        .map(EraDate::date)
        .find(|date| *date <= today)
}
