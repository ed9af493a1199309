//! Dates, Japanese eras (和暦) and timestamps.
//!
//! Inside, every date is Gregorian and every instant is UTC; eras and Japan time exist
//! only where people read and write.

mod date;
mod era;
mod read;
mod timestamp;

pub use date::Date;
pub use era::{Era, EraDate};
pub use read::{parse_japanese, parse_month_day};
pub use timestamp::{JAPAN_OFFSET, Timestamp};

use crate::problem::ProblemCode;

/// Why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The text has none of the known forms.
    #[error("{code}: not a date", code = self.code())]
    Unreadable,
    /// The month does not have that day, or the year does not have that month.
    #[error("{code}: there is no such day", code = self.code())]
    NoSuchDay,
    /// The era had not begun or was over, such as 平成31年5月1日.
    #[error("{code}: the day is not in the era that is named", code = self.code())]
    OutsideEra {
        /// The era that was named.
        era: Era,
        /// The day that was probably meant, for 「令和1年5月1日 ですか？」. Only a question,
        /// never taken silently.
        meant: Date,
    },
    /// Meiji 1 to 5: the old calendar, whose days are not Gregorian days.
    #[error("{code}: the old calendar was in use", code = self.code())]
    OldCalendar,
    /// The weekday written beside the date is not the date's.
    #[error("{code}: the weekday does not belong to the date", code = self.code())]
    WrongWeekday,
}

impl DateError {
    /// The code shown on screen, in the log and on the wire.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Unreadable => ProblemCode::InputDate,
            Self::NoSuchDay => ProblemCode::InputNoSuchDay,
            Self::OutsideEra { .. } | Self::OldCalendar => ProblemCode::InputOutsideEra,
            Self::WrongWeekday => ProblemCode::InputWrongWeekday,
        }
    }
}
