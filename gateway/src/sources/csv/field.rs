//! Reading single fields. Nothing here repeats a value.

use protocol::calendar::{Date, Timestamp, parse_japanese};
use protocol::number::{InsuredNumber, looks_like_individual_number};
use protocol::problem::ProblemCode;

use super::Fault;
use super::table::Row;

/// A date, if the field is filled.
pub(super) fn date(row: &Row, column: &'static str) -> Result<Option<Date>, Fault> {
    match row.get(column) {
        "" => Ok(None),
        text => parse_japanese(text)
            .map(Some)
            .map_err(|e| Fault::new(column, e.code(), "no such date")),
    }
}

/// A date that has to be there.
pub(super) fn needed_date(row: &Row, column: &'static str) -> Result<Date, Fault> {
    date(row, column)?
        .ok_or_else(|| Fault::new(column, ProblemCode::InputMissing, "the date is missing"))
}

/// A date and time in Japan, if the field is filled.
pub(super) fn time(row: &Row, column: &'static str) -> Result<Option<Timestamp>, Fault> {
    match row.get(column) {
        "" => Ok(None),
        text => Timestamp::parse_japan(text)
            .map(Some)
            .map_err(|e| Fault::new(column, e.code(), "no such date and time")),
    }
}

/// An insured number in ten characters, and whether it had to be padded.
pub(super) fn insured(row: &Row, column: &'static str) -> Result<(InsuredNumber, bool), Fault> {
    let text = row.get(column);
    refuse_individual_number(text, column)?;
    let read = InsuredNumber::from_import(text)
        .map_err(|e| Fault::new(column, e.code(), "not an insured number"))?;
    Ok((read.number, read.padded))
}

/// 要介護状態区分 by name or by code, as the two-digit code (domain table 1).
pub(super) fn care_level(row: &Row, column: &'static str) -> Result<Option<String>, Fault> {
    const LEVELS: &[(&str, &str)] = &[
        ("01", "非該当"),
        ("01", "自立"),
        ("01", "非該当自立"),
        ("06", "事業対象者"),
        ("12", "要支援1"),
        ("13", "要支援2"),
        ("21", "要介護1"),
        ("22", "要介護2"),
        ("23", "要介護3"),
        ("24", "要介護4"),
        ("25", "要介護5"),
    ];
    let text: String = row
        .get(column)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '（' | '）'))
        .map(narrow_digit)
        .collect();
    if text.is_empty() {
        return Ok(None);
    }
    LEVELS
        .iter()
        .find(|(code, name)| *code == text || *name == text)
        .map(|(code, _)| Some((*code).to_owned()))
        .ok_or_else(|| Fault::new(column, ProblemCode::ImportRow, "not a care level"))
}

/// A whole number with a unit after it, if the field is filled.
pub(super) fn number(
    row: &Row,
    column: &'static str,
    range: std::ops::RangeInclusive<u32>,
) -> Result<Option<u32>, Fault> {
    let text: String = row
        .get(column)
        .chars()
        .map(narrow_digit)
        .filter(|c| !matches!(c, ',' | ' ' | '\u{3000}'))
        .collect();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    digits
        .parse()
        .ok()
        .filter(|n| range.contains(n))
        .map(Some)
        .ok_or_else(|| Fault::new(column, ProblemCode::ImportRow, "not a possible number"))
}

/// Refuses a field that holds a 個人番号.
pub(super) fn refuse_individual_number(text: &str, column: &'static str) -> Result<(), Fault> {
    if looks_like_individual_number(text) {
        return Err(Fault::new(
            column,
            ProblemCode::InputIndividualNumber,
            "the field holds an individual number",
        ));
    }
    Ok(())
}

fn narrow_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}
