//! Machines that write cards, and what they may.

use protocol::calendar::Timestamp;

use crate::error::GatewayError;
use crate::store::{self, Cancelled, Station, StationRight, Store, TokenIssue, Tx};

/// Gives a station the right to make tokens.
///
/// # Errors
/// A station or an office that is not known.
pub fn allow_station(
    store: &dyn Store,
    kid: &str,
    right: &StationRight,
) -> Result<(), GatewayError> {
    let (kid, right) = (kid.to_owned(), right.clone());
    store::write(store, move |tx| {
        station(tx, &kid)?;
        if let StationRight::Office(office) = &right
            && tx.facility(office)?.is_none()
        {
            return Err(GatewayError::Input(format!(
                "office {office} is not known; add it with `gateway facility add`"
            )));
        }
        tx.add_right(&kid, &right)
    })
}

/// Takes all rights to make tokens from a station; its records are still taken.
///
/// # Errors
/// A station that is not known.
pub fn deny_station(store: &dyn Store, kid: &str) -> Result<(), GatewayError> {
    let kid = kid.to_owned();
    store::write(store, move |tx| {
        station(tx, &kid)?;
        tx.drop_rights(&kid)
    })
}

/// Takes nothing from a station any more, or answers it again. What it made and nobody used yet is
/// cancelled with it, and stays so; the answer is which.
///
/// # Errors
/// A station that is not known.
pub fn revoke_station(
    store: &dyn Store,
    kid: &str,
    revoked_at: Option<Timestamp>,
) -> Result<Vec<TokenIssue>, GatewayError> {
    let kid = kid.to_owned();
    store::write(store, move |tx| {
        station(tx, &kid)?;
        tx.set_station_revoked(&kid, revoked_at)?;
        match revoked_at {
            None => Ok(Vec::new()),
            Some(now) => tx.cancel_tokens(&Cancelled::Station(kid), now),
        }
    })
}

fn station(tx: &mut dyn Tx, kid: &str) -> Result<Station, GatewayError> {
    tx.stations()?
        .into_iter()
        .find(|station| station.key.kid == kid)
        .ok_or_else(|| GatewayError::Input(format!("station {kid} is not known")))
}
