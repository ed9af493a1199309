//! Rows about disclosure requests (情報提供申出).

use protocol::answer::SubjectDecision;
use protocol::calendar::Timestamp;
use protocol::command::DisclosureRequest;
use protocol::exchange::CommandId;
use protocol::number::{InsurerNumber, OfficeNumber};

use crate::error::GatewayError;

/// A request as it waits for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// The command that made it.
    pub id: CommandId,
    /// The terminal that made it.
    pub device: i64,
    /// The office that made it.
    pub office: OfficeNumber,
    /// The municipality that is asked.
    pub insurer: InsurerNumber,
    /// When it arrived.
    pub received_at: Timestamp,
    /// What is asked.
    pub body: DisclosureRequest,
    /// One decision a person, in the request's order.
    pub decisions: Vec<SubjectDecision>,
}

/// Which requests are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectState {
    /// Those with somebody still undecided.
    Open,
    /// All.
    All,
}

/// Requests and their decisions.
pub trait RequestRows {
    /// Adds a request.
    ///
    /// # Errors
    /// The database's; the id being taken.
    fn add_request(&mut self, request: &RequestRow) -> Result<(), GatewayError>;

    /// One request. The id is unique in practice; the first one is returned.
    ///
    /// # Errors
    /// The database's.
    fn request(&mut self, id: &CommandId) -> Result<Option<RequestRow>, GatewayError>;

    /// Requests, oldest first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn requests(
        &mut self,
        which: SubjectState,
        limit: u32,
    ) -> Result<Vec<RequestRow>, GatewayError>;

    /// Saves the decisions of a request.
    ///
    /// # Errors
    /// The database's.
    fn save_decisions(&mut self, request: &RequestRow) -> Result<(), GatewayError>;

    /// Deletes requests that arrived before `before` and are decided.
    ///
    /// # Errors
    /// The database's.
    fn purge_requests(&mut self, before: Timestamp) -> Result<u64, GatewayError>;
}
