//! CSV exports in UTF-8 or MS932: the good rows go in, the bad ones are listed.
//!
//! | Layout | Columns | Source |
//! |---|---|---|
//! | kintone list | 被保険者番号(6桁), 申請日(4桁), 申請区分, 調査票受理日, 意見書受理日, 審査会予定日, 更新日時; 生年月日 where it is exported | services E10 |
//! | wider list | 申請日, 申請区分, 訪問調査日, 意見書依頼日, 意見書入手日, 二次審査日(予定), 認定日, 二次審査結果, 認定有効月数, 有効開始日, 有効終了日 | services E14 |
//!
//! Columns are known by their header, in any order. Nothing in a report repeats a value of
//! the file.

mod alike;
mod eligibility;
mod field;
mod progress;
mod table;

use protocol::facility::Insurer;
use protocol::number::InsurerNumber;
use protocol::problem::ProblemCode;
use serde::Serialize;

pub use table::{Encoding, MAX_FILE_BYTES};

use super::{ELIGIBILITY, PROGRESS};
use crate::clock::Clock;
use crate::error::GatewayError;
use crate::store::{self, CaseRow, PersonRow, Store, Tx, Upsert};
use alike::Alike;
use table::Table;

/// Bad rows that are listed one by one; further ones are only counted.
pub const MAX_LISTED: usize = 10_000;

/// Rows in one transaction.
const ROWS_AT_ONCE: usize = 500;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How the file was read.
    pub encoding: &'static str,
    /// Rows under the header.
    pub rows: u64,
    /// Rows that were new.
    pub inserted: u64,
    /// Rows that replaced an older state.
    pub updated: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Rows of which a newer state was there.
    pub older: u64,
    /// Rows whose application is older than the insurer shows; not taken.
    pub beyond_retention: u64,
    /// Rows whose nine-digit number was given its leading zero.
    pub padded: u64,
    /// Columns that have no meaning here; not taken.
    pub ignored_columns: Vec<String>,
    /// Number of bad rows.
    pub bad: u64,
    /// The bad rows, at most [`MAX_LISTED`].
    pub bad_rows: Vec<BadRow>,
}

/// A row that did not go in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Line of the file it begins on; the header is line 1.
    pub line: u64,
    /// Column, if one is to blame.
    pub column: Option<String>,
    /// Stable code.
    pub code: ProblemCode,
    /// What is wrong.
    pub reason: &'static str,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    column: Option<&'static str>,
    code: ProblemCode,
    reason: &'static str,
}

/// One good row of a file.
enum Good {
    Case(Box<CaseRow>),
    Person(Box<PersonRow>),
    BeyondRetention,
}

/// A good row, and whether its number was padded.
struct Parsed {
    row: Good,
    padded: bool,
}

/// Imports a list of applications.
///
/// # Errors
/// A file that is no such list (`MDG-IMPORT-…`; nothing was taken), an insurer that is not
/// known, or the database's.
pub fn import_progress(
    store: &dyn Store,
    insurer: &InsurerNumber,
    bytes: &[u8],
    encoding: Encoding,
    clock: &dyn Clock,
) -> Result<Report, GatewayError> {
    let insurer = known(store, insurer)?;
    let table = Table::read(bytes, encoding, progress::COLUMNS, progress::REQUIRED)?;
    let context = progress::Context::new(&insurer, clock.now());
    run(store, &insurer, PROGRESS, table, clock, |row| {
        progress::parse(row, &context)
    })
}

/// Imports a list of insured people for the simulated eligibility source.
///
/// # Errors
/// As [`import_progress`].
pub fn import_eligibility(
    store: &dyn Store,
    insurer: &InsurerNumber,
    bytes: &[u8],
    encoding: Encoding,
    clock: &dyn Clock,
) -> Result<Report, GatewayError> {
    let insurer = known(store, insurer)?;
    let table = Table::read(bytes, encoding, eligibility::COLUMNS, eligibility::COLUMNS)?;
    run(
        store,
        &insurer,
        ELIGIBILITY,
        table,
        clock,
        eligibility::parse,
    )
}

fn known(store: &dyn Store, number: &InsurerNumber) -> Result<Insurer, GatewayError> {
    let number = number.clone();
    store::read(store, move |tx| {
        tx.insurer(&number)?.ok_or_else(|| {
            GatewayError::Input(format!(
                "insurer {number} is not known; add it with `gateway insurer add`"
            ))
        })
    })
}

fn run(
    store: &dyn Store,
    insurer: &Insurer,
    source: &'static str,
    mut table: Table<'_>,
    clock: &dyn Clock,
    parse: impl Fn(&table::Row) -> Result<Parsed, Fault>,
) -> Result<Report, GatewayError> {
    let mut report = Report {
        encoding: table.encoding().as_str(),
        rows: 0,
        inserted: 0,
        updated: 0,
        unchanged: 0,
        older: 0,
        beyond_retention: 0,
        padded: 0,
        ignored_columns: table.ignored().to_vec(),
        bad: 0,
        bad_rows: Vec::new(),
    };
    let mut waiting = Vec::with_capacity(ROWS_AT_ONCE);
    let mut alike = Alike::default();
    while let Some((line, row)) = table.next_row()? {
        report.rows += 1;
        match row.and_then(|row| parse(&row)) {
            Ok(parsed) => {
                report.padded += u64::from(parsed.padded);
                match parsed.row {
                    Good::BeyondRetention => report.beyond_retention += 1,
                    Good::Case(case) if Alike::concerns(&case) => {
                        if let Err(fault) = alike.add(*case) {
                            report.add_fault(line, fault);
                        }
                    }
                    good => waiting.push(good),
                }
            }
            Err(fault) => report.add_fault(line, fault),
        }
        if waiting.len() == ROWS_AT_ONCE {
            put(store, insurer, &mut report, std::mem::take(&mut waiting))?;
        }
    }
    for group in alike.groups() {
        waiting.extend(group.into_iter().map(|case| Good::Case(Box::new(case))));
        if waiting.len() >= ROWS_AT_ONCE {
            put(store, insurer, &mut report, std::mem::take(&mut waiting))?;
        }
    }
    put(store, insurer, &mut report, waiting)?;
    // The time of the end: an answer that was given meanwhile is not newer than what is here now.
    let (number, now) = (insurer.number.clone(), clock.now());
    store::write(store, move |tx| tx.mark_import(&number, source, now))?;
    Ok(report)
}

fn put(
    store: &dyn Store,
    insurer: &Insurer,
    report: &mut Report,
    rows: Vec<Good>,
) -> Result<(), GatewayError> {
    let number = insurer.number.clone();
    let outcomes = store::write(store, move |tx| {
        rows.iter()
            .map(|row| put_one(tx, &number, row))
            .collect::<Result<Vec<_>, _>>()
    })?;
    for outcome in outcomes {
        *match outcome {
            Upsert::Inserted => &mut report.inserted,
            Upsert::Updated => &mut report.updated,
            Upsert::Unchanged => &mut report.unchanged,
            Upsert::Older => &mut report.older,
        } += 1;
    }
    Ok(())
}

fn put_one(tx: &mut dyn Tx, insurer: &InsurerNumber, row: &Good) -> Result<Upsert, GatewayError> {
    match row {
        Good::Case(case) => tx.put_case(insurer, case),
        Good::Person(person) => tx.put_person(insurer, person),
        Good::BeyondRetention => Ok(Upsert::Unchanged),
    }
}

impl Report {
    fn add_fault(&mut self, line: u64, fault: Fault) {
        self.bad += 1;
        if self.bad_rows.len() < MAX_LISTED {
            self.bad_rows.push(BadRow {
                line,
                column: fault.column.map(str::to_owned),
                code: fault.code,
                reason: fault.reason,
            });
        }
    }
}

impl Fault {
    fn new(column: &'static str, code: ProblemCode, reason: &'static str) -> Self {
        Self {
            column: Some(column),
            code,
            reason,
        }
    }

    fn row(code: ProblemCode, reason: &'static str) -> Self {
        Self {
            column: None,
            code,
            reason,
        }
    }
}
