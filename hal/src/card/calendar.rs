//! Dates between the card's words and ours.

use protocol::calendar::Date;

/// The card's form of a date; `None` for years it cannot write.
pub(super) fn to_card(date: Date) -> Option<myna_card::Date> {
    Some(myna_card::Date {
        year: u16::try_from(date.year()).ok()?,
        month: date.month(),
        day: date.day(),
    })
}

/// Our form of a date from the card; `None` when the calendar has no such day.
pub(super) fn from_card(date: myna_card::Date) -> Option<Date> {
    Date::from_ymd(i32::from(date.year), date.month, date.day)
}
