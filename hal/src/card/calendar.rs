//! Dates from the card's words to ours.

use protocol::calendar::Date;

/// Our form of a date from the card; `None` when the calendar has no such day.
pub(super) fn from_card(date: myna_card::Date) -> Option<Date> {
    Date::from_ymd(i32::from(date.year), date.month, date.day)
}
