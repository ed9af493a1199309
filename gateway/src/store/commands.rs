//! Rows about commands and the receipts they earned.

use protocol::calendar::Timestamp;
use protocol::exchange::{CommandId, Receipt};

use crate::error::GatewayError;

/// Commands with their receipts. One row holds both, so neither is without the other.
pub trait CommandRows {
    /// The receipt a command of this terminal earned, if it was ever here.
    ///
    /// # Errors
    /// The database's.
    fn receipt(&mut self, device: i64, id: &CommandId) -> Result<Option<Receipt>, GatewayError>;

    /// Keeps a command and its receipt.
    ///
    /// # Errors
    /// The database's; the id or the sequence being taken.
    fn add_command(
        &mut self,
        device: i64,
        receipt: &Receipt,
        body: &str,
    ) -> Result<(), GatewayError>;

    /// The body of a command, for the operator.
    ///
    /// # Errors
    /// The database's.
    fn command_body(&mut self, device: i64, id: &CommandId)
    -> Result<Option<String>, GatewayError>;

    /// How many commands of a terminal are held.
    ///
    /// # Errors
    /// The database's.
    fn count_commands(&mut self, device: i64) -> Result<u64, GatewayError>;

    /// Deletes commands received before `before`, at most `limit` of them.
    ///
    /// # Errors
    /// The database's.
    fn purge_commands(&mut self, before: Timestamp, limit: u32) -> Result<u64, GatewayError>;
}
