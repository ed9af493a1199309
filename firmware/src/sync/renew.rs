//! Renewing the certificate, from half of its life on, with a fresh key.

use std::time::Duration;

use protocol::exchange::RenewRequest;
use protocol::problem::ProblemCode;

use super::enrol::{PendingKey, Purpose, ask, take_over};
use super::{FeedSink, Identity, NetError, Settlement, Transport, identity};
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

/// Whether the gateway said that the certificate has ended. It is right even where the
/// terminal's own clock disagrees: a clock that runs behind would otherwise wait for ever for
/// an exchange that cannot come about.
#[must_use]
pub fn gateway_says_expired(result: &Result<Settlement, Problem>) -> bool {
    matches!(
        result,
        Err(Problem::Net(NetError::Barred(
            ProblemCode::CertificateExpired
        )))
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_gateways_word_that_the_certificate_ended_asks_for_a_new_one_out_of_turn() {
        let barred = |code| Err(Problem::Net(NetError::Barred(code)));
        assert!(gateway_says_expired(&barred(
            ProblemCode::CertificateExpired
        )));
        for code in [ProblemCode::DeviceRevoked, ProblemCode::NetRefused] {
            assert!(!gateway_says_expired(&barred(code)));
        }
        assert!(!gateway_says_expired(&Err(Problem::NotEnrolled)));
    }
}
