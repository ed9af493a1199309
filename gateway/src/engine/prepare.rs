//! Reading a request: everything that needs no database.

use protocol::command::{Command, MAX_COMMAND_BYTES};
use protocol::exchange::{
    AuditHead, CommandId, ExchangeRequest, MAX_BATCH, MAX_REQUEST_BYTES, Sha256Digest, WIRE_VERSION,
};
use protocol::problem::ProblemCode;

use crate::error::GatewayError;

/// A request that was read.
pub struct Prepared {
    /// SHA-256 of the whole body.
    pub(super) request: Sha256Digest,
    pub(super) cursor: u64,
    pub(super) waiting: u64,
    pub(super) receipted_up_to: u64,
    pub(super) audit: Option<AuditHead>,
    pub(super) commands: Vec<PreparedCommand>,
}

/// A command that was read, or the reason why it could not be.
pub(super) struct PreparedCommand {
    pub(super) id: CommandId,
    /// SHA-256 of the body's text as it was sent.
    pub(super) hash: Sha256Digest,
    pub(super) body: Box<serde_json::value::RawValue>,
    pub(super) command: Result<Command, ProblemCode>,
}

/// Reads a request. A command that cannot be read is refused alone; the rest goes through.
///
/// # Errors
/// A body that is not an exchange, is too large, or speaks another version.
pub fn prepare(body: &[u8]) -> Result<Prepared, GatewayError> {
    let refuse = |code, title| Err(GatewayError::refuse(code, title));
    if body.len() > MAX_REQUEST_BYTES {
        return refuse(ProblemCode::WireTooLarge, "the request is too large");
    }
    let request: ExchangeRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(_) if speaks_another_version(body) => {
            return refuse(ProblemCode::WireVersion, "another version of the wire");
        }
        Err(_) => return refuse(ProblemCode::WireBody, "the body is not an exchange"),
    };
    if request.wire != WIRE_VERSION {
        return refuse(ProblemCode::WireVersion, "another version of the wire");
    }
    if request.commands.len() > MAX_BATCH {
        return refuse(ProblemCode::WireBatch, "too many commands");
    }
    let commands = request
        .commands
        .into_iter()
        .map(|envelope| PreparedCommand {
            id: envelope.id,
            hash: Sha256Digest::of(envelope.body.get().as_bytes()),
            command: read(envelope.body.get()),
            body: envelope.body,
        })
        .collect();
    Ok(Prepared {
        request: Sha256Digest::of(body),
        cursor: request.cursor,
        waiting: request.waiting,
        receipted_up_to: request.receipted_up_to,
        audit: request.audit,
        commands,
    })
}

fn read(body: &str) -> Result<Command, ProblemCode> {
    if body.len() > MAX_COMMAND_BYTES {
        return Err(ProblemCode::WireTooLarge);
    }
    let command: Command =
        serde_json::from_str(body).map_err(|_| ProblemCode::WireUnknownCommand)?;
    command.check()?;
    Ok(command)
}

/// A newer sender may have members that this build refuses: say that rather than "malformed".
fn speaks_another_version(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Version {
        wire: u16,
    }
    serde_json::from_slice::<Version>(body).is_ok_and(|v| v.wire != WIRE_VERSION)
}
