//! Where answers come from: files that the municipality exports, and what may stand in for them.

pub mod csv;
pub mod media;

use protocol::calendar::{Date, Timestamp};
use protocol::command::EligibilityQuery;
use protocol::exchange::DeviceId;
use protocol::facility::Insurer;

use crate::error::GatewayError;
use crate::store::{Account, PersonRow, Tx};

/// Name of the progress source in the list of imports.
pub const PROGRESS: &str = "progress";

/// Name of the eligibility source in the list of imports.
pub const ELIGIBILITY: &str = "eligibility";

/// Who asks a source. A service upstream knows each reading terminal by an account of its own.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The terminal.
    pub device: &'a DeviceId,
    /// Its account, if the operator gave it one.
    pub account: Option<&'a Account>,
}

/// Where eligibility is asked.
pub trait EligibilitySource: Send + Sync {
    /// The person whom number and birth date name, if there is one. Called within the transaction
    /// of the exchange, so it must not wait for anybody.
    ///
    /// # Errors
    /// The database's.
    fn ask(
        &self,
        tx: &mut dyn Tx,
        asker: Asker<'_>,
        insurer: &Insurer,
        query: &EligibilityQuery,
    ) -> Result<Option<PersonRow>, GatewayError>;
}

/// The list that was imported. It is here, so nobody has to say who asks.
#[derive(Debug, Clone, Copy)]
pub struct Imported;

impl EligibilitySource for Imported {
    fn ask(
        &self,
        tx: &mut dyn Tx,
        _asker: Asker<'_>,
        insurer: &Insurer,
        query: &EligibilityQuery,
    ) -> Result<Option<PersonRow>, GatewayError> {
        tx.person(&insurer.number, &query.insured, query.born_on)
    }
}

/// The first day of application that an insurer still shows.
#[must_use]
pub fn retention_start(insurer: &Insurer, now: Timestamp) -> Date {
    now.japan_date()
        .add_months(-i32::from(insurer.retention_months))
}
