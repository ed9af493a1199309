//! A station (the technician's machine) asks the gateway for a unit's one-time token.
//!
//! The request is a compact JWS by the station's key, the one that signs its records: the gateway
//! knows it already. It says when it was made and carries a number that no earlier request
//! had, so that nobody who kept one can use it again.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::UnitSerial;
use crate::calendar::Timestamp;
use crate::number::OfficeNumber;
use crate::value::Redacted;

/// Version of the format that this build writes and reads.
pub const FORMAT: u32 = 1;

/// Largest payload in bytes.
pub const MAX_REQUEST_BYTES: usize = 2 * 1024;

/// How far the station's clock may be from the gateway's.
pub const CLOCKS_APART: Duration = Duration::from_secs(5 * 60);

/// Characters of a nonce: 128 bits in base64url.
pub const NONCE_CHARS: usize = 22;

/// What a station asks for. The payload of the JWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// [`FORMAT`].
    pub format: u32,
    /// The address that is asked: a request to one gateway is worth nothing at another.
    pub gateway: String,
    /// Serial of the unit the token is for.
    pub serial: UnitSerial,
    /// 事業所番号 it is for.
    pub office: OfficeNumber,
    /// The unit is in the office's list already, and this one takes its place.
    pub replace: bool,
    /// When it was asked, by the station's clock.
    pub at: Timestamp,
    /// [`NONCE_CHARS`] characters that no earlier request of this station had.
    pub nonce: String,
}

/// `POST /v1/station/token`, request.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedTokenRequest {
    /// Compact JWS (EdDSA) of the station over what it asks for.
    pub signed: String,
}

/// Without the signature: whoever reads it in time could ask in the station's place.
impl fmt::Debug for SignedTokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedTokenRequest").finish_non_exhaustive()
    }
}

/// `POST /v1/station/token`, response.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StationToken {
    /// One-time token for this unit.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Name of the office, to be compared by the technician.
    pub office_name: String,
    /// Addresses of the gateway, to try in order.
    pub endpoints: Vec<String>,
    /// Roots of its certificate (current and next), PEM.
    pub roots: Vec<String>,
}

/// Without the token.
impl fmt::Debug for StationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StationToken")
            .field("token", &Redacted)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_token_is_not_in_what_is_logged() {
        let token = StationToken {
            token: "ABCDE-FGHJK-LMNPQ-RSTUV".to_owned(),
            expires_at: Timestamp::from_unix_ms(1),
            office_name: "ケアプラン汐見".to_owned(),
            endpoints: Vec::new(),
            roots: Vec::new(),
        };
        assert!(!format!("{token:?}").contains("ABCDE"));
        let signed = SignedTokenRequest {
            signed: "a.b.c".to_owned(),
        };
        assert!(!format!("{signed:?}").contains("a.b.c"));
    }
}
