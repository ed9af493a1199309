use protocol::calendar::Timestamp;
use protocol::command::StaffRecord;
use protocol::facility::{Facility, Insurer};
use protocol::number::{InsurerNumber, OfficeNumber, UserId};
use rusqlite::{OptionalExtension, params};

use super::SqliteTx;
use super::value::{from_json, get_time, get_time_or_none, office, to_json};
use crate::error::GatewayError;
use crate::store::{OfficeRows, Pledge, ProfileRow, StaffRow};

impl OfficeRows for SqliteTx<'_> {
    fn setting(&mut self, name: &str) -> Result<Option<String>, GatewayError> {
        Ok(self
            .conn
            .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?)
    }

    fn put_setting(&mut self, name: &str, value: &str) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)")?
            .execute([name, value])?;
        Ok(())
    }

    fn put_insurer(&mut self, insurer: &Insurer) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO insurers (number, body) VALUES (?1, ?2)
                 ON CONFLICT (number) DO UPDATE SET body = excluded.body",
            )?
            .execute(params![insurer.number.as_str(), to_json(insurer)?])?;
        Ok(())
    }

    fn insurer(&mut self, number: &InsurerNumber) -> Result<Option<Insurer>, GatewayError> {
        self.conn
            .prepare_cached("SELECT body FROM insurers WHERE number = ?1")?
            .query_row([number.as_str()], |row| row.get::<_, String>(0))
            .optional()?
            .map(|body| from_json(&body))
            .transpose()
    }

    fn insurers(&mut self) -> Result<Vec<Insurer>, GatewayError> {
        self.conn
            .prepare_cached("SELECT body FROM insurers ORDER BY number")?
            .query_map([], |row| row.get::<_, String>(0))?
            .map(|body| from_json(&body?))
            .collect()
    }

    fn put_office(
        &mut self,
        office: &OfficeNumber,
        name: &str,
        insurers: &[InsurerNumber],
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO offices (number, name, added_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (number) DO UPDATE SET name = excluded.name",
            )?
            .execute(params![office.as_str(), name, now.unix_ms()])?;
        self.conn
            .prepare_cached("DELETE FROM scope WHERE office = ?1")?
            .execute([office.as_str()])?;
        for (place, insurer) in (0_i64..).zip(insurers) {
            self.conn
                .prepare_cached(
                    "INSERT OR IGNORE INTO scope (office, insurer, place) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![office.as_str(), insurer.as_str(), place])?;
        }
        Ok(())
    }

    fn facility(&mut self, office: &OfficeNumber) -> Result<Option<Facility>, GatewayError> {
        let name: Option<String> = self
            .conn
            .prepare_cached("SELECT name FROM offices WHERE number = ?1")?
            .query_row([office.as_str()], |row| row.get(0))
            .optional()?;
        let Some(name) = name else { return Ok(None) };
        let insurers = self
            .conn
            .prepare_cached(
                "SELECT body FROM scope JOIN insurers ON insurers.number = scope.insurer
                 WHERE office = ?1 ORDER BY place",
            )?
            .query_map([office.as_str()], |row| row.get::<_, String>(0))?
            .map(|body| from_json(&body?))
            .collect::<Result<_, GatewayError>>()?;
        Ok(Some(Facility {
            office: office.clone(),
            name,
            insurers,
        }))
    }

    fn insurer_in_scope(
        &mut self,
        office: &OfficeNumber,
        insurer: &InsurerNumber,
    ) -> Result<Option<Insurer>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT body FROM scope JOIN insurers ON insurers.number = scope.insurer
                 WHERE office = ?1 AND scope.insurer = ?2",
            )?
            .query_row([office.as_str(), insurer.as_str()], |row| {
                row.get::<_, String>(0)
            })
            .optional()?
            .map(|body| from_json(&body))
            .transpose()
    }

    fn offices(&mut self) -> Result<Vec<OfficeNumber>, GatewayError> {
        self.conn
            .prepare_cached("SELECT number FROM offices ORDER BY number")?
            .query_map([], |row| row.get::<_, String>(0))?
            .map(|number| office(&number?))
            .collect()
    }

    fn put_profile(
        &mut self,
        office: &OfficeNumber,
        profile: &ProfileRow,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "UPDATE offices SET profile = ?2, profile_made_at = ?3, profile_at = ?4
                 WHERE number = ?1",
            )?
            .execute(params![
                office.as_str(),
                to_json(&profile.profile)?,
                profile.made_at.unix_ms(),
                now.unix_ms()
            ])?;
        Ok(())
    }

    fn profile(&mut self, office: &OfficeNumber) -> Result<Option<ProfileRow>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT profile, profile_made_at FROM offices
                 WHERE number = ?1 AND profile IS NOT NULL",
            )?
            .query_row([office.as_str()], |row| {
                Ok((
                    row.get::<_, String>("profile")?,
                    get_time(row, "profile_made_at")?,
                ))
            })
            .optional()?
            .map(|(body, made_at)| {
                Ok(ProfileRow {
                    profile: from_json(&body)?,
                    made_at,
                })
            })
            .transpose()
    }

    fn put_staff(
        &mut self,
        office: &OfficeNumber,
        staff: &StaffRow,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO staff (office, id, body, changed_at, stopped_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (office, id) DO UPDATE
                 SET body = excluded.body, changed_at = excluded.changed_at,
                     stopped_at = excluded.stopped_at",
            )?
            .execute(params![
                office.as_str(),
                staff.record.id.as_str(),
                to_json(&staff.record)?,
                now.unix_ms(),
                staff.stopped_at.map(|at| at.unix_ms()),
            ])?;
        Ok(())
    }

    fn staff_member(
        &mut self,
        office: &OfficeNumber,
        id: &UserId,
    ) -> Result<Option<StaffRow>, GatewayError> {
        self.conn
            .prepare_cached("SELECT body, stopped_at FROM staff WHERE office = ?1 AND id = ?2")?
            .query_row([office.as_str(), id.as_str()], |row| {
                Ok((
                    row.get::<_, String>("body")?,
                    get_time_or_none(row, "stopped_at")?,
                ))
            })
            .optional()?
            .map(|(body, stopped_at)| {
                Ok(StaffRow {
                    record: from_json(&body)?,
                    stopped_at,
                })
            })
            .transpose()
    }

    fn staff(&mut self, office: &OfficeNumber) -> Result<Vec<StaffRecord>, GatewayError> {
        self.conn
            .prepare_cached("SELECT body FROM staff WHERE office = ?1 ORDER BY id")?
            .query_map([office.as_str()], |row| row.get::<_, String>(0))?
            .map(|body| from_json(&body?))
            .collect()
    }

    fn put_pledge(&mut self, office: &OfficeNumber, pledge: &Pledge) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO pledges (office, staff, edition, signed_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                office.as_str(),
                pledge.staff.as_str(),
                pledge.edition,
                pledge.signed_at.unix_ms()
            ])?;
        Ok(())
    }

    fn pledges(&mut self, office: &OfficeNumber) -> Result<Vec<Pledge>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT staff, edition, signed_at FROM pledges WHERE office = ?1
                 ORDER BY signed_at DESC, rowid DESC",
            )?
            .query_map([office.as_str()], |row| {
                Ok((
                    row.get::<_, String>("staff")?,
                    row.get("edition")?,
                    get_time(row, "signed_at")?,
                ))
            })?
            .map(|row| {
                let (staff, edition, signed_at) = row?;
                Ok(Pledge {
                    staff: UserId::parse(&staff)
                        .map_err(|_| GatewayError::damaged("staff id in a row"))?,
                    edition,
                    signed_at,
                })
            })
            .collect()
    }
}
