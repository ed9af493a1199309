//! Where answers come from: files that the municipality exports.

pub mod csv;
pub mod media;

use protocol::calendar::{Date, Timestamp};
use protocol::facility::Insurer;

/// Name of the progress source in the list of imports.
pub const PROGRESS: &str = "progress";

/// Name of the eligibility source in the list of imports.
pub const ELIGIBILITY: &str = "eligibility";

/// The first day of application that an insurer still shows.
#[must_use]
pub fn retention_start(insurer: &Insurer, now: Timestamp) -> Date {
    now.japan_date()
        .add_months(-i32::from(insurer.retention_months))
}
