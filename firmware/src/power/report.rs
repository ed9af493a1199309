//! What the log and the gateway are told: an opened case, an empty battery.

use protocol::command::{Action, DeviceEvent, DeviceReport};
use protocol::exchange::CommandId;
use protocol::number::UserId;
use rusqlite::Transaction;

use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Vault;
use crate::{access, inbox, outbox};

/// What the state machine asks of this module.
#[derive(Debug)]
pub enum Job {
    /// The case was opened: log it and tell the gateway, in one transaction.
    CaseOpened {
        /// Id of the report.
        command: CommandId,
    },
    /// Only tell the gateway, for which the queue had no room before.
    Tell {
        /// What happened.
        event: DeviceEvent,
        /// Id of the report.
        command: CommandId,
    },
    /// The case was closed again: log it.
    CaseClosed,
    /// The unit switches itself off: log it and tell the gateway at the next start.
    BatteryEmpty {
        /// Charge.
        percent: u8,
        /// Id of the report.
        command: CommandId,
    },
}

/// What comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Done.
    Done,
    /// Logged; the queue has no room for the report.
    NotTold,
}

/// Does a job.
///
/// # Errors
/// Those of the vault; nothing was changed then.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    vault.write(|tx| match job {
        Job::CaseOpened { command } => {
            audit::append(tx, now, None, &AuditEvent::Tamper)?;
            tell(tx, now, DeviceEvent::CaseOpened, command)
        }
        Job::Tell { event, command } => tell(tx, now, event, command),
        Job::CaseClosed => {
            audit::append(tx, now, None, &AuditEvent::CaseClosed)?;
            Ok(Reply::Done)
        }
        Job::BatteryEmpty { percent, command } => {
            audit::append(tx, now, None, &AuditEvent::PowerOff { percent })?;
            tell(tx, now, DeviceEvent::BatteryEmpty, command)
        }
    })
}

/// A full queue keeps no entry out of the log.
fn tell(
    tx: &Transaction<'_>,
    now: &Now,
    event: DeviceEvent,
    command: CommandId,
) -> Result<Reply, Problem> {
    let terminal = UserId::parse(inbox::TERMINAL).expect("the constant is a user id");
    let action = Action::DeviceReport(DeviceReport { event });
    let body = access::command_of(&terminal, action, now);
    match outbox::append(tx, now, command, &body) {
        Ok(_) => Ok(Reply::Done),
        Err(Problem::OutboxQuota(_)) => Ok(Reply::NotTold),
        Err(other) => Err(other),
    }
}
