//! Rows of a list of insured people, for the simulated eligibility source.

use protocol::answer::EligibilityRecord;

use super::table::Row;
use super::{Fault, Good, Parsed, field};
use crate::store::PersonRow;

/// All columns are needed; fields may be empty.
pub(super) const COLUMNS: &[&str] = &[
    "被保険者番号",
    "生年月日",
    "要介護状態区分",
    "有効開始日",
    "有効終了日",
    "負担割合",
    "区分支給限度基準額",
];

/// Largest 区分支給限度基準額 that is believed, in units a month.
const MAX_UNITS: u32 = 100_000;

/// Reads a row.
pub(super) fn parse(row: &Row) -> Result<Parsed, Fault> {
    let (insured, padded) = field::insured(row, "被保険者番号")?;
    let tenths = field::number(row, "負担割合", 1..=3)?;
    let person = PersonRow {
        insured,
        born_on: field::needed_date(row, "生年月日")?,
        record: EligibilityRecord {
            care_level: field::care_level(row, "要介護状態区分")?,
            valid_from: field::date(row, "有効開始日")?,
            valid_to: field::date(row, "有効終了日")?,
            copayment_tenths: tenths.and_then(|tenths| u8::try_from(tenths).ok()),
            monthly_limit_units: field::number(row, "区分支給限度基準額", 0..=MAX_UNITS)?,
        },
    };
    Ok(Parsed {
        row: Good::Person(Box::new(person)),
        padded,
    })
}
