//! Tokens, and which terminals are answered.

use protocol::calendar::Timestamp;
use protocol::exchange::DeviceId;
use protocol::number::OfficeNumber;

use crate::entropy::Entropy;
use crate::error::GatewayError;
use crate::pki::registrar::MAX_SERIAL_BYTES;
use crate::pki::token::{self, MAX_TOKEN_HOURS};
use crate::store::{self, Cancelled, Device, DeviceState, Store, TokenIssue, Tx};

/// A token as it is printed once.
pub struct NewToken {
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Makes a one-time token for one unit of one office. With `replaces`, its use stops the unit that
/// is enrolled under the serial.
///
/// # Errors
/// An office that is not known, a serial that cannot be one, a life beyond 24 hours.
pub fn new_token(
    store: &dyn Store,
    entropy: &dyn Entropy,
    office: &OfficeNumber,
    serial: &str,
    hours: u32,
    replaces: bool,
    now: Timestamp,
) -> Result<NewToken, GatewayError> {
    let serial = serial.trim();
    let shaped = !serial.is_empty()
        && serial.len() <= MAX_SERIAL_BYTES
        && serial.bytes().all(|b| b.is_ascii_graphic());
    if !shaped {
        return Err(GatewayError::Input(
            "the serial must be 1 to 64 visible ASCII characters".to_owned(),
        ));
    }
    if !(1..=MAX_TOKEN_HOURS).contains(&hours) {
        return Err(GatewayError::Input(format!(
            "a token lives 1 to {MAX_TOKEN_HOURS} hours"
        )));
    }
    let (token, issue) = token::issue(entropy, office, serial, hours, replaces, now);
    let expires_at = issue.expires_at;
    store::write(store, move |tx| {
        if tx.facility(&issue.office)?.is_none() {
            return Err(GatewayError::Input(format!(
                "office {} is not known; add it with `gateway facility add`",
                issue.office
            )));
        }
        tx.add_token(&issue, now)
    })?;
    Ok(NewToken { token, expires_at })
}

/// Answers a terminal, refuses it, or tells it to wipe itself. In force with its next
/// request.
///
/// # Errors
/// A terminal that is not known.
pub fn set_state(
    store: &dyn Store,
    device: &DeviceId,
    state: DeviceState,
) -> Result<(), GatewayError> {
    let id = device.clone();
    store::write(store, move |tx| {
        let device = tx
            .device(&id)?
            .ok_or_else(|| GatewayError::Input(format!("terminal {id} is not known")))?;
        retire(tx, device.key, state)
    })
}

/// Changes whether a terminal is answered. One that is not has no account upstream any more.
pub(crate) fn retire(tx: &mut dyn Tx, key: i64, state: DeviceState) -> Result<(), GatewayError> {
    if state != DeviceState::Active {
        tx.drop_account(key)?;
    }
    tx.set_device_state(key, state)
}

/// The terminals that are answered under a serial.
pub(crate) fn enrolled(tx: &mut dyn Tx, serial: &str) -> Result<Vec<Device>, GatewayError> {
    let mut devices = tx.devices(None)?;
    devices.retain(|device| device.serial == serial && device.state == DeviceState::Active);
    Ok(devices)
}

/// Cancels the tokens of a unit that were not used yet, and says which they were.
///
/// # Errors
/// The database's.
pub fn cancel_tokens(
    store: &dyn Store,
    serial: &str,
    now: Timestamp,
) -> Result<Vec<TokenIssue>, GatewayError> {
    let which = Cancelled::Serial(serial.trim().to_owned());
    store::write(store, move |tx| tx.cancel_tokens(&which, now))
}
