//! Which account each terminal has at a service upstream.

use protocol::calendar::Timestamp;
use protocol::exchange::DeviceId;

use crate::error::GatewayError;
use crate::store::{self, Account, Device, DeviceState, KeptAt, Store, Tx, UpstreamUser};

/// Gives a terminal its account, in place of the one it had.
///
/// # Errors
/// A terminal that is not known or not answered, an account of another terminal.
pub fn set_account(
    store: &dyn Store,
    device: &DeviceId,
    user: UpstreamUser,
    kept_at: KeptAt,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let id = device.clone();
    store::write(store, move |tx| {
        let device = known(tx, &id)?;
        if device.state != DeviceState::Active {
            return Err(GatewayError::Input(format!(
                "terminal {id} is {}; an account is for one that is answered",
                device.state.as_str()
            )));
        }
        if let Some(holder) = tx.account_holder(&user)?
            && holder != id
        {
            return Err(GatewayError::Input(format!(
                "terminal {holder} has this account; each needs one of its own"
            )));
        }
        let account = Account {
            user,
            kept_at,
            set_at: now,
        };
        tx.put_account(device.key, &account)
    })
}

/// Takes a terminal's account from it; `false` when it had none.
///
/// # Errors
/// A terminal that is not known.
pub fn clear_account(store: &dyn Store, device: &DeviceId) -> Result<bool, GatewayError> {
    let id = device.clone();
    store::write(store, move |tx| {
        let device = known(tx, &id)?;
        tx.drop_account(device.key)
    })
}

fn known(tx: &mut dyn Tx, id: &DeviceId) -> Result<Device, GatewayError> {
    tx.device(id)?
        .ok_or_else(|| GatewayError::Input(format!("terminal {id} is not known")))
}
