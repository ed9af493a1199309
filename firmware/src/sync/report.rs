//! What the terminal is told about the line.

use protocol::calendar::Timestamp;
use protocol::exchange::{CommandId, DeviceId};
use protocol::problem::ProblemCode;

use super::Settlement;
use crate::error::Problem;

/// Something happened on the line.
#[derive(Debug, Clone, PartialEq)]
pub enum SyncReport {
    /// A round ended.
    Round(RoundReport),
    /// An enrolment ended.
    Enrolled(Result<DeviceId, Problem>),
    /// A document arrived, whole or a part of it.
    Fetched,
    /// A renewal ended.
    Renewed(Result<(), Problem>),
    /// The link went up or down.
    Line {
        /// It is up.
        up: bool,
    },
}

/// How a round ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundReport {
    /// When, by the terminal's clock.
    pub at: Timestamp,
    /// What it brought, or why it did not come about.
    pub result: Result<Settlement, Problem>,
    /// Sending is paused, for a reason that needs a person.
    pub paused: Option<ProblemCode>,
}

impl RoundReport {
    /// Commands the gateway refused for good in this round.
    #[must_use]
    pub fn held(&self) -> &[(CommandId, ProblemCode)] {
        self.result
            .as_ref()
            .map_or(&[], |settlement| &settlement.held)
    }

    /// The gateway says the unit is lost, in its feed or by not letting it in any more: the
    /// vault's key is to be destroyed now.
    #[must_use]
    pub fn wipe(&self) -> bool {
        match &self.result {
            Ok(settlement) => settlement.wipe,
            Err(problem) => problem.code() == ProblemCode::DeviceWiped,
        }
    }
}
