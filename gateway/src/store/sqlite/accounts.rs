use protocol::exchange::DeviceId;
use rusqlite::{OptionalExtension, params};

use super::SqliteTx;
use super::value::{device_id, get_time};
use crate::error::GatewayError;
use crate::store::{Account, AccountRows, KeptAt, UpstreamUser};

impl AccountRows for SqliteTx<'_> {
    fn account(&mut self, device: i64) -> Result<Option<Account>, GatewayError> {
        let damaged = |_| GatewayError::damaged("account in a row");
        self.conn
            .prepare_cached("SELECT * FROM accounts WHERE device = ?1")?
            .query_row([device], |row| {
                Ok((
                    row.get::<_, String>("user")?,
                    row.get::<_, String>("kept_at")?,
                    get_time(row, "set_at")?,
                ))
            })
            .optional()?
            .map(|(user, kept_at, set_at)| {
                Ok(Account {
                    user: UpstreamUser::parse(&user).map_err(damaged)?,
                    kept_at: KeptAt::parse(&kept_at).map_err(damaged)?,
                    set_at,
                })
            })
            .transpose()
    }

    fn account_holder(&mut self, user: &UpstreamUser) -> Result<Option<DeviceId>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT devices.id FROM accounts JOIN devices ON devices.key = accounts.device
                 WHERE user = ?1",
            )?
            .query_row([user.as_str()], |row| row.get::<_, String>(0))
            .optional()?
            .map(|id| device_id(&id))
            .transpose()
    }

    fn put_account(&mut self, device: i64, account: &Account) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO accounts (device, user, kept_at, set_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (device) DO UPDATE SET user = excluded.user,
                     kept_at = excluded.kept_at, set_at = excluded.set_at",
            )?
            .execute(params![
                device,
                account.user.as_str(),
                account.kept_at.as_str(),
                account.set_at.unix_ms()
            ])?;
        Ok(())
    }

    fn drop_account(&mut self, device: i64) -> Result<bool, GatewayError> {
        let gone = self
            .conn
            .prepare_cached("DELETE FROM accounts WHERE device = ?1")?
            .execute([device])?;
        Ok(gone == 1)
    }
}
