//! Rows about certification cases (認定申請) and insured people, as imported.

use protocol::answer::{EligibilityRecord, ProgressRecord};
use protocol::calendar::{Date, Timestamp};
use protocol::number::{InsuredNumber, InsurerNumber};

use crate::error::GatewayError;

/// One application as a municipality's export shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// 被保険者番号 in ten characters, or its last six where the source shows no more.
    pub insured: String,
    /// 生年月日, where the source has it.
    pub born_on: Option<Date>,
    /// Which of several applications this is that their list cannot tell apart, because it shows
    /// only the end of the number; 0 nearly always. Where a row beyond 0 is, nobody knows whose
    /// either one is.
    pub place: u16,
    /// What is shown.
    pub record: ProgressRecord,
    /// 更新日時 at the source.
    pub updated_at: Option<Timestamp>,
}

/// One insured person for the simulated eligibility source.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// 被保険者番号.
    pub insured: InsuredNumber,
    /// 生年月日.
    pub born_on: Date,
    /// What the certificates say.
    pub record: EligibilityRecord,
}

/// What an import did with one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upsert {
    /// It was new.
    Inserted,
    /// It replaced an older state of the same application.
    Updated,
    /// It was there already, word for word.
    Unchanged,
    /// A newer state of the same application is there.
    Older,
}

/// Cases and insured people, by insurer.
pub trait CaseRows {
    /// Adds or replaces one application. An application is known by insurer, insured
    /// number, 申請日, birth date and place.
    ///
    /// # Errors
    /// The database's.
    fn put_case(&mut self, insurer: &InsurerNumber, case: &CaseRow)
    -> Result<Upsert, GatewayError>;

    /// Applications of one insured number, newest first, at most `limit`. A row that shows
    /// only the end of a number counts, unless another whole number with that end has an
    /// application of the same day: then nobody can say whose it is.
    ///
    /// # Errors
    /// The database's.
    fn cases_of(
        &mut self,
        insurer: &InsurerNumber,
        insured: &InsuredNumber,
        limit: u32,
    ) -> Result<Vec<CaseRow>, GatewayError>;

    /// Applications of one day by people born on one day, at most `limit`, with what lists
    /// without birth dates say about the same applications.
    ///
    /// # Errors
    /// The database's.
    fn cases_on(
        &mut self,
        insurer: &InsurerNumber,
        applied_on: Date,
        born_on: Date,
        limit: u32,
    ) -> Result<Vec<CaseRow>, GatewayError>;

    /// How many applications an insurer has here.
    ///
    /// # Errors
    /// The database's.
    fn count_cases(&mut self, insurer: &InsurerNumber) -> Result<u64, GatewayError>;

    /// Deletes applications made before a day.
    ///
    /// # Errors
    /// The database's.
    fn purge_cases(&mut self, insurer: &InsurerNumber, before: Date) -> Result<u64, GatewayError>;

    /// Adds or replaces an insured person.
    ///
    /// # Errors
    /// The database's.
    fn put_person(
        &mut self,
        insurer: &InsurerNumber,
        person: &PersonRow,
    ) -> Result<Upsert, GatewayError>;

    /// The insured person with exactly this number and birth date.
    ///
    /// # Errors
    /// The database's.
    fn person(
        &mut self,
        insurer: &InsurerNumber,
        insured: &InsuredNumber,
        born_on: Date,
    ) -> Result<Option<PersonRow>, GatewayError>;

    /// Records that a source of an insurer was read.
    ///
    /// # Errors
    /// The database's.
    fn mark_import(
        &mut self,
        insurer: &InsurerNumber,
        source: &str,
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// When a source of an insurer was last read.
    ///
    /// # Errors
    /// The database's.
    fn imported_at(
        &mut self,
        insurer: &InsurerNumber,
        source: &str,
    ) -> Result<Option<Timestamp>, GatewayError>;
}
