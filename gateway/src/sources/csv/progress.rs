//! Rows of a list of applications.

use protocol::answer::{ApplicationKind, ProgressRecord};
use protocol::calendar::{Date, Timestamp, parse_month_day};
use protocol::facility::Insurer;
use protocol::problem::ProblemCode;
use protocol::text::fold_width;

use super::table::Row;
use super::{Fault, Good, Parsed, field};
use crate::sources::retention_start;
use crate::store::CaseRow;

/// Columns of both layouts; names that mean the same stand together.
pub(super) const COLUMNS: &[&str] = &[
    INSURED,
    APPLIED,
    BORN,
    KIND,
    "訪問調査日",
    "調査票受理日|調査票入手日",
    "意見書依頼日",
    "意見書受理日|意見書入手日",
    "審査会予定日|二次審査日|審査会日",
    "認定日|認定年月日",
    "二次審査結果|要介護状態区分",
    "認定有効月数",
    "有効開始日",
    "有効終了日",
    UPDATED,
];

/// Without these a file is not a list of applications.
pub(super) const REQUIRED: &[&str] = &[INSURED, APPLIED];

const INSURED: &str = "被保険者番号";
const APPLIED: &str = "申請日";
const BORN: &str = "生年月日";
const KIND: &str = "申請区分";
const UPDATED: &str = "更新日時";

/// Longest validity of a certification, in months (domain 3).
const MAX_VALID_MONTHS: u32 = 48;

/// What a row is read against.
pub(super) struct Context {
    today: Date,
    start: Date,
    retention_months: u8,
}

impl Context {
    pub(super) fn new(insurer: &Insurer, now: Timestamp) -> Self {
        Self {
            today: now.japan_date(),
            start: retention_start(insurer, now),
            retention_months: insurer.retention_months,
        }
    }
}

/// Reads a row.
pub(super) fn parse(row: &Row, context: &Context) -> Result<Parsed, Fault> {
    let (insured, padded) = insured(row)?;
    let Some(applied_on) = applied_on(row, context)? else {
        return Ok(Parsed {
            row: Good::BeyondRetention,
            padded,
        });
    };
    let born_on = field::date(row, BORN)?;
    if born_on.is_some_and(|born| born > applied_on) {
        return Err(Fault::new(
            BORN,
            ProblemCode::CommandDate,
            "born after the application",
        ));
    }
    let valid_months = field::number(row, "認定有効月数", 1..=MAX_VALID_MONTHS)?;
    let record = ProgressRecord {
        applied_on,
        application_kind: kind(row)?,
        visit_on: field::date(row, "訪問調査日")?,
        survey_received_on: field::date(row, "調査票受理日")?,
        opinion_requested_on: field::date(row, "意見書依頼日")?,
        opinion_received_on: field::date(row, "意見書受理日")?,
        panel_on: field::date(row, "審査会予定日")?,
        certified_on: field::date(row, "認定日")?,
        care_level: field::care_level(row, "二次審査結果")?,
        valid_months: valid_months.and_then(|months| u8::try_from(months).ok()),
        valid_from: field::date(row, "有効開始日")?,
        valid_to: field::date(row, "有効終了日")?,
    };
    if let (Some(from), Some(to)) = (record.valid_from, record.valid_to)
        && from > to
    {
        return Err(Fault::new(
            "有効終了日",
            ProblemCode::CommandDate,
            "ends before it begins",
        ));
    }
    let case = CaseRow {
        insured,
        born_on,
        place: 0,
        record,
        updated_at: field::time(row, UPDATED)?,
    };
    Ok(Parsed {
        row: Good::Case(Box::new(case)),
        padded,
    })
}

/// Ten characters, or the last six where the list shows no more.
fn insured(row: &Row) -> Result<(String, bool), Fault> {
    let text = fold_width(row.get(INSURED));
    let text = text.trim();
    if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok((text.to_owned(), false));
    }
    let (number, padded) = field::insured(row, INSURED)?;
    Ok((number.as_str().to_owned(), padded))
}

/// The day of application; `None` when the insurer does not show it any more. Four digits
/// have no year: it is the one inside the retention window.
fn applied_on(row: &Row, context: &Context) -> Result<Option<Date>, Fault> {
    let text = row.get(APPLIED);
    let digits = fold_width(text);
    let digits = digits.trim();
    if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
        let (month, day) = parse_month_day(digits)
            .map_err(|e| Fault::new(APPLIED, e.code(), "no such month and day"))?;
        let inferred = Date::infer_year(month, day, context.today, context.retention_months);
        return Ok(inferred.filter(|day| *day >= context.start));
    }
    let day = field::needed_date(row, APPLIED)?;
    if day > context.today {
        return Err(Fault::new(
            APPLIED,
            ProblemCode::CommandDate,
            "an application in the future",
        ));
    }
    Ok((day >= context.start).then_some(day))
}

fn kind(row: &Row) -> Result<Option<ApplicationKind>, Fault> {
    let text = row.get(KIND);
    let text = text.strip_suffix("申請").unwrap_or(text);
    match text {
        "" => Ok(None),
        "新規" => Ok(Some(ApplicationKind::New)),
        "更新" => Ok(Some(ApplicationKind::Renewal)),
        "区分変更" | "変更" => Ok(Some(ApplicationKind::Change)),
        "職権" => Ok(Some(ApplicationKind::ExOfficio)),
        "転入" => Ok(Some(ApplicationKind::MovedIn)),
        other => {
            field::refuse_individual_number(other, KIND)?;
            Err(Fault::new(
                KIND,
                ProblemCode::ImportRow,
                "not a kind of application",
            ))
        }
    }
}
