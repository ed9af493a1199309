//! One-time tokens that machines which write cards ask for, each request signed by the machine's
//! own key.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use protocol::calendar::Timestamp;
use protocol::exchange::TrustBundle;
use protocol::jws::{self, Kind};
use protocol::problem::ProblemCode;
use protocol::provisioning::token::{
    CLOCKS_APART, FORMAT, NONCE_CHARS, StationToken, TokenRequest,
};

use super::token::{self, TOKEN_HOURS};
use crate::entropy::Entropy;
use crate::error::GatewayError;
use crate::operator::{enrolled, is_signed};
use crate::store::{MadeToken, Station, Tx};

/// Tokens that one station may make in an hour: a day's work of many people, and far too few to
/// try serials.
pub const TOKENS_AN_HOUR: u64 = 500;

/// Makes a token for the unit that a station asks for, within one transaction: the request is
/// verified, its number is used up, and the making is kept. `proved` says afterwards whether a known
/// station signed it, whatever became of it.
///
/// # Errors
/// [`ProblemCode::StationUnknown`], [`ProblemCode::StationRight`],
/// [`ProblemCode::StationRequest`], [`ProblemCode::StationOffice`],
/// [`ProblemCode::StationEnrolled`], [`ProblemCode::AuthRate`]; nothing was made then.
pub(crate) fn station_token(
    tx: &mut dyn Tx,
    entropy: &dyn Entropy,
    trust: &TrustBundle,
    signed: &str,
    proved: &AtomicBool,
    now: Timestamp,
) -> Result<StationToken, GatewayError> {
    let (station, request) = verify(tx, trust, signed, proved, now)?;
    let refuse = |code, title| Err(GatewayError::refuse(code, title));
    if !station.may(&request.office) {
        return refuse(
            ProblemCode::StationRight,
            "the station may not make tokens for this office",
        );
    }
    let hour = Timestamp::from_unix_ms(now.unix_ms().saturating_sub(3_600_000));
    if tx.count_station_tokens(&station.key.kid, hour)? >= TOKENS_AN_HOUR {
        return refuse(ProblemCode::AuthRate, "too many tokens within an hour");
    }
    let Some(facility) = tx.facility(&request.office)? else {
        return refuse(ProblemCode::StationOffice, "the office is not known");
    };
    let enrolled = enrolled(tx, request.serial.as_str())?;
    if !enrolled.is_empty() && !request.replace {
        return refuse(
            ProblemCode::StationEnrolled,
            "a unit of this serial is enrolled already",
        );
    }
    if !enrolled.iter().all(|device| station.may(&device.office)) {
        return refuse(
            ProblemCode::StationRight,
            "the station may not replace a unit of another office",
        );
    }
    let (serial, office) = (request.serial.as_str(), &request.office);
    let (new, mut issue) = token::issue(entropy, office, serial, TOKEN_HOURS, request.replace, now);
    issue.station = Some(station.key.kid.clone());
    tx.add_token(&issue, now)?;
    let fresh = tx.add_station_token(&MadeToken {
        kid: station.key.kid,
        nonce: request.nonce,
        serial: serial.to_owned(),
        office: office.clone(),
        replaces: request.replace,
        at: now,
        expires_at: issue.expires_at,
    })?;
    if !fresh {
        return refuse(ProblemCode::StationRequest, "the request was used before");
    }
    Ok(StationToken {
        token: new,
        expires_at: issue.expires_at,
        office_name: facility.name,
        endpoints: trust.endpoints.clone(),
        roots: trust.roots.clone(),
    })
}

/// The station behind a request, and what it asks.
fn verify(
    tx: &mut dyn Tx,
    trust: &TrustBundle,
    signed: &str,
    proved: &AtomicBool,
    now: Timestamp,
) -> Result<(Station, TokenRequest), GatewayError> {
    let wrong = |title| GatewayError::refuse(ProblemCode::StationRequest, title);
    let parts = jws::split_as(Kind::TokenRequest, signed.trim())
        .map_err(|_| wrong("this is no request of a station"))?;
    let station = tx
        .stations()?
        .into_iter()
        .find(|station| station.key.kid == parts.header.kid())
        .ok_or_else(|| {
            GatewayError::refuse(ProblemCode::StationUnknown, "the station is not known")
        })?;
    if !is_signed(&station.key, &parts) {
        return Err(wrong("the request's signature is wrong"));
    }
    proved.store(true, Ordering::Relaxed);
    if station.revoked_at.is_some() {
        return Err(GatewayError::refuse(
            ProblemCode::StationRight,
            "the station was stopped",
        ));
    }
    let request: TokenRequest =
        serde_json::from_slice(&parts.payload).map_err(|_| wrong("the request cannot be read"))?;
    let apart = now.unix_ms().abs_diff(request.at.unix_ms());
    let shaped = request.nonce.len() == NONCE_CHARS
        && request
            .nonce
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if request.format != FORMAT || !shaped {
        return Err(wrong("the request is of another version"));
    }
    if Duration::from_millis(apart) > CLOCKS_APART {
        return Err(wrong("the station's clock and this one are apart"));
    }
    if !trust.endpoints.contains(&request.gateway) {
        return Err(wrong("the request is for another gateway"));
    }
    Ok((station, request))
}
