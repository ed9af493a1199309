use protocol::calendar::{Date, Timestamp};
use protocol::number::{InsuredNumber, InsurerNumber};
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteTx;
use super::value::{date, from_json, get_time_or_none, insured, to_json};
use crate::error::GatewayError;
use crate::store::{CaseRow, CaseRows, PersonRow, Upsert};

impl CaseRows for SqliteTx<'_> {
    fn put_case(
        &mut self,
        insurer: &InsurerNumber,
        case: &CaseRow,
    ) -> Result<Upsert, GatewayError> {
        let applied_on = case.record.applied_on.to_string();
        let born_on = case.born_on.map(|day| day.to_string()).unwrap_or_default();
        let key = params![
            insurer.as_str(),
            case.insured,
            applied_on,
            born_on,
            case.place
        ];
        let held: Option<(String, Option<i64>)> = self
            .conn
            .prepare_cached(
                "SELECT record, updated_at FROM cases
                 WHERE insurer = ?1 AND insured = ?2 AND applied_on = ?3 AND born_on = ?4
                   AND place = ?5",
            )?
            .query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let record = to_json(&case.record)?;
        let updated_at = case.updated_at.map(|at| at.unix_ms());
        let outcome = match held {
            Some((old, at)) if old == record && at == updated_at => return Ok(Upsert::Unchanged),
            Some((_, at)) if at > updated_at => return Ok(Upsert::Older),
            Some(_) => Upsert::Updated,
            None => Upsert::Inserted,
        };
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO cases
                     (insurer, insured, applied_on, born_on, place, record, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                insurer.as_str(),
                case.insured,
                applied_on,
                born_on,
                case.place,
                record,
                updated_at
            ])?;
        Ok(outcome)
    }

    fn cases_of(
        &mut self,
        insurer: &InsurerNumber,
        insured: &InsuredNumber,
        limit: u32,
    ) -> Result<Vec<CaseRow>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT insured, born_on, place, record, updated_at FROM cases
                 WHERE insurer = ?1 AND insured IN (?2, ?3) ORDER BY applied_on DESC LIMIT ?4",
            )?
            .query_map(
                params![
                    insurer.as_str(),
                    insured.as_str(),
                    insured.last_six(),
                    limit
                ],
                |row| Ok(case(row)),
            )?
            .map(|row| row?)
            .collect()
    }

    fn cases_on(
        &mut self,
        insurer: &InsurerNumber,
        applied_on: Date,
        born_on: Date,
        limit: u32,
    ) -> Result<Vec<CaseRow>, GatewayError> {
        // Named, because the planner would go through all cases of the insurer: it holds the
        // primary key for the shorter way.
        self.conn
            .prepare_cached(
                "SELECT insured, born_on, place, record, updated_at
                 FROM cases INDEXED BY cases_dates
                 WHERE insurer = ?1 AND applied_on = ?2 AND born_on = ?3 LIMIT ?4",
            )?
            .query_map(
                params![
                    insurer.as_str(),
                    applied_on.to_string(),
                    born_on.to_string(),
                    limit
                ],
                |row| Ok(case(row)),
            )?
            .map(|row| row?)
            .collect()
    }

    fn count_cases(&mut self, insurer: &InsurerNumber) -> Result<u64, GatewayError> {
        let count: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM cases WHERE insurer = ?1")?
            .query_row([insurer.as_str()], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn purge_cases(&mut self, insurer: &InsurerNumber, before: Date) -> Result<u64, GatewayError> {
        let gone = self
            .conn
            .prepare_cached(
                "DELETE FROM cases INDEXED BY cases_dates WHERE insurer = ?1 AND applied_on < ?2",
            )?
            .execute(params![insurer.as_str(), before.to_string()])?;
        Ok(gone as u64)
    }

    fn put_person(
        &mut self,
        insurer: &InsurerNumber,
        person: &PersonRow,
    ) -> Result<Upsert, GatewayError> {
        let record = to_json(&person.record)?;
        let born_on = person.born_on.to_string();
        let held: Option<(String, String)> = self
            .conn
            .prepare_cached(
                "SELECT born_on, record FROM people WHERE insurer = ?1 AND insured = ?2",
            )?
            .query_row([insurer.as_str(), person.insured.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let outcome = match held {
            Some(held) if held == (born_on.clone(), record.clone()) => {
                return Ok(Upsert::Unchanged);
            }
            Some(_) => Upsert::Updated,
            None => Upsert::Inserted,
        };
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO people (insurer, insured, born_on, record)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                insurer.as_str(),
                person.insured.as_str(),
                born_on,
                record
            ])?;
        Ok(outcome)
    }

    fn person(
        &mut self,
        insurer: &InsurerNumber,
        number: &InsuredNumber,
        born_on: Date,
    ) -> Result<Option<PersonRow>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT insured, born_on, record FROM people
                 WHERE insurer = ?1 AND insured = ?2 AND born_on = ?3",
            )?
            .query_row(
                params![insurer.as_str(), number.as_str(), born_on.to_string()],
                |row| {
                    Ok((
                        row.get::<_, String>(0)?,
                        row.get::<_, String>(1)?,
                        row.get::<_, String>(2)?,
                    ))
                },
            )
            .optional()?
            .map(|(number, born_on, record)| {
                Ok(PersonRow {
                    insured: insured(&number)?,
                    born_on: date(&born_on)?,
                    record: from_json(&record)?,
                })
            })
            .transpose()
    }

    fn mark_import(
        &mut self,
        insurer: &InsurerNumber,
        source: &str,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO imports (insurer, source, at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![insurer.as_str(), source, now.unix_ms()])?;
        Ok(())
    }

    fn imported_at(
        &mut self,
        insurer: &InsurerNumber,
        source: &str,
    ) -> Result<Option<Timestamp>, GatewayError> {
        Ok(self
            .conn
            .prepare_cached("SELECT at FROM imports WHERE insurer = ?1 AND source = ?2")?
            .query_row([insurer.as_str(), source], |row| row.get(0))
            .optional()?
            .map(Timestamp::from_unix_ms))
    }
}

fn case(row: &Row<'_>) -> Result<CaseRow, GatewayError> {
    let born_on: String = row.get("born_on")?;
    Ok(CaseRow {
        insured: row.get("insured")?,
        born_on: match born_on.as_str() {
            "" => None,
            text => Some(date(text)?),
        },
        place: row.get("place")?,
        record: from_json(row.get_ref("record")?.as_str().unwrap_or_default())?,
        updated_at: get_time_or_none(row, "updated_at")?,
    })
}
