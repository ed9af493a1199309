//! Who is who: the gateway's own authorities, tokens, issuing and verifying.
//!
//! | File | Subject |
//! |---|---|
//! | [`authority`] | the two certificate authorities and the server's certificate |
//! | [`folder`] | where the keys lie |
//! | [`issue`] | a terminal's certificate from its request |
//! | [`peer`] | what a presented certificate says |
//! | [`receipt_key`] | the key that signs receipts |
//! | [`registrar`] | enrolment and renewal |
//! | [`station`] | tokens that machines which write cards ask for |
//! | [`token`] | one-time tokens |
//! | [`verify`] | TLS of the accepting side |

pub mod authority;
pub mod folder;
pub mod issue;
pub mod peer;
pub mod receipt_key;
pub mod registrar;
pub mod station;
pub mod token;
pub mod verify;

use protocol::calendar::Timestamp;
use time::OffsetDateTime;

use crate::error::GatewayError;

/// Certificates begin this long before they are issued, so that a terminal whose clock is
/// a little behind can use its own at once.
const BACKDATE_SECONDS: i64 = 300;

fn date_time(at: Timestamp) -> Result<OffsetDateTime, GatewayError> {
    OffsetDateTime::from_unix_timestamp(at.unix_ms().div_euclid(1000))
        .map_err(|_| GatewayError::Pki("time out of range".to_owned()))
}
