//! One whole exchange.

use protocol::exchange::MEDIA_TYPE;
use protocol::problem::ProblemCode;

use super::exchange::{ANSWER_BYTES, Prepared, left};
use super::{
    FeedSink, HttpRequest, Identity, Method, NetError, Settlement, Transport, prepare, settle,
    verify,
};
use crate::audit::{self, AuditEvent};
use crate::clock::{self, Clock};
use crate::error::Problem;
use crate::outbox;
use crate::vault::Vault;

/// Does one exchange: takes at most `rows` commands, sends them, verifies and settles. The
/// vault is not held while the network is waited for.
///
/// A command that is refused alone, for its content, is held here, so that it never blocks
/// the others; [`super::SyncPolicy`] makes batches smaller until it stands alone.
///
/// # Errors
/// [`Problem::Net`] and those of the vault; nothing is lost in either case.
pub fn round(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    clock: &Clock,
    identity: &Identity,
    rows: usize,
    sink: &mut dyn FeedSink,
) -> Result<Settlement, Problem> {
    note_time(vault, clock)?;
    let prepared = prepare(vault, &clock.now(), rows)?;
    let answer = transport.send(&HttpRequest {
        method: Method::Post,
        path: "/v1/exchange",
        media: MEDIA_TYPE,
        headers: &[],
        body: &prepared.body,
        answer_limit: ANSWER_BYTES,
    });
    // Without a connection nothing has left: the screen goes on saying 「保存済」. A connection
    // that was reset half-way counts as none, too; a receipt is what matters in the end.
    if !matches!(answer, Err(NetError::Down(_))) {
        left(vault, &clock.now(), &prepared)?;
    }
    let answer = answer?;
    match verify(&prepared, identity, &answer) {
        Ok(verified) => settle(vault, clock, &verified, sink),
        Err(error) => match hold_alone(vault, clock, &prepared, &error)? {
            Some(settlement) => Ok(settlement),
            None => Err(error.into()),
        },
    }
}

/// Asks the gateway for a signed answer without sending a command, verifies it and drops it:
/// does it answer this terminal? Nothing is changed here.
///
/// # Errors
/// [`Problem::Net`]: why it does not; those of the vault.
pub fn probe(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    clock: &Clock,
    identity: &Identity,
) -> Result<(), Problem> {
    let prepared = prepare(vault, &clock.now(), 0)?;
    let answer = transport.send(&HttpRequest {
        method: Method::Post,
        path: "/v1/exchange",
        media: MEDIA_TYPE,
        headers: &[],
        body: &prepared.body,
        answer_limit: ANSWER_BYTES,
    })?;
    verify(&prepared, identity, &answer)?;
    Ok(())
}

/// Whether a refusal of a whole request is about what is in it, so that smaller batches
/// find the command it is about.
pub(super) fn is_about_content(error: &NetError) -> bool {
    match error {
        NetError::RequestTooLarge => true,
        NetError::Refused(code) => matches!(
            code,
            ProblemCode::WireBody
                | ProblemCode::WireTooLarge
                | ProblemCode::WireBatch
                | ProblemCode::WireUnknownCommand
        ),
        _ => false,
    }
}

fn hold_alone(
    vault: &mut Vault,
    clock: &Clock,
    prepared: &Prepared,
    error: &NetError,
) -> Result<Option<Settlement>, Problem> {
    let [(id, _)] = prepared.sent[..] else {
        return Ok(None);
    };
    if !is_about_content(error) {
        return Ok(None);
    }
    let now = clock.now();
    let code = error.code();
    vault.write(|tx| {
        let mut settlement = Settlement {
            sent: 1,
            ..Settlement::default()
        };
        if outbox::hold(tx, &now, id, &code)? {
            settlement.held.push((id, code.clone()));
        }
        settlement.waiting = outbox::pending_count(tx)?;
        Ok(Some(settlement))
    })
}

/// Writes a jump of the system clock to the audit log, and the floor of the clock when it
/// has moved: without a gateway nothing else would keep it, and a clock that was set back
/// while the power was off would be believed.
fn note_time(vault: &mut Vault, clock: &Clock) -> Result<(), Problem> {
    let (jump, now) = (clock.jump(), clock.now());
    if let Some(floor) = clock.floor_to_keep() {
        vault.write(|tx| clock::keep_floor(tx, floor))?;
    }
    let Some(jump) = jump else {
        return Ok(());
    };
    let event = AuditEvent::ClockJump {
        seconds: jump.seconds,
    };
    vault.write(|tx| audit::append(tx, &now, None, &event).map(|_| ()))
}
