//! Renewing the certificate, from half of its life on, with a fresh key.

use std::time::Duration;

use protocol::exchange::RenewRequest;

use super::enrol::{PendingKey, Purpose, ask, take_over};
use super::{FeedSink, Identity, Transport, identity};
use crate::audit::AuditEvent;
use crate::clock::{Clock, Now};
use crate::error::Problem;
use crate::vault::Vault;

/// How the certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalState {
    /// In the first half of its life.
    Fresh {
        /// Time until it ends.
        left: Duration,
    },
    /// To be renewed.
    Due {
        /// Time until it ends.
        left: Duration,
    },
    /// It has ended: only a renewal is let in.
    Expired,
}

/// How the certificate stands now.
#[must_use]
pub fn renewal(identity: &Identity, now: &Now) -> RenewalState {
    let (from, to) = (identity.not_before.unix_ms(), identity.not_after.unix_ms());
    let at = now.wall.unix_ms();
    let left = Duration::from_millis(u64::try_from(to - at).unwrap_or(0));
    if at >= to {
        RenewalState::Expired
    } else if at >= from + (to - from) / 2 {
        RenewalState::Due { left }
    } else {
        RenewalState::Fresh { left }
    }
}

/// Renews with a fresh key. The old identity stays in use until the new one is kept, in one
/// transaction; the caller then makes its transport anew.
///
/// # Errors
/// [`Problem::Net`], and those of the vault.
pub fn renew(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    clock: &Clock,
    sink: &mut dyn FeedSink,
) -> Result<Identity, Problem> {
    let pending = PendingKey::of(vault, Purpose::Renew)?;
    let body = RenewRequest {
        csr: pending.csr.clone(),
    };
    let enrolment = ask(transport, "/v1/renew", &body)?;
    let new = identity::accept(&enrolment, pending.private_key, &pending.public_key)?;
    take_over(vault, clock, &new, &enrolment, sink, &AuditEvent::Renewed)?;
    Ok(new)
}
