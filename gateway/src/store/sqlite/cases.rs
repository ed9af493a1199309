use protocol::calendar::{Date, Timestamp};
use protocol::number::{InsuredNumber, InsurerNumber};
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteTx;
use super::value::{date, from_json, get_time_or_none, insured, to_json};
use crate::error::GatewayError;
use crate::store::{CaseRow, CaseRows, PersonRow, Upsert};

/// By insurer, whole number, its end and a limit. What shows only the end of a number is left
/// out when it can be another's.
const CASES_OF: &str = "SELECT insured, born_on, place, record, updated_at FROM cases AS c
     WHERE insurer = ?1 AND insured IN (?2, ?3)
       AND NOT (insured = ?3 AND EXISTS (
           SELECT 1 FROM cases AS other
           WHERE other.insurer = ?1 AND other.applied_on = c.applied_on
             AND other.insured NOT IN (?2, ?3)
             AND substr(other.insured, -6) = ?3
             AND (other.born_on = c.born_on OR '' IN (other.born_on, c.born_on))))
     ORDER BY applied_on DESC LIMIT ?4 + 0";

/// By insurer, the two dates and a limit. A list without birth dates adds what it says about the
/// same application, found by the end of the number, unless two of its people share that end. The index is named, because the planner would go
/// through all cases of the insurer: it holds the primary key for the shorter way.
const CASES_ON: &str = "SELECT insured, born_on, place, record, updated_at
     FROM cases INDEXED BY cases_dates
     WHERE insurer = ?1 AND applied_on = ?2 AND born_on = ?3
     UNION ALL
     SELECT insured, born_on, place, record, updated_at
     FROM cases AS c INDEXED BY cases_dates
     WHERE insurer = ?1 AND applied_on = ?2 AND born_on = ''
       AND EXISTS (
           SELECT 1 FROM cases AS known
           WHERE known.insurer = ?1 AND known.applied_on = ?2 AND known.born_on = ?3
             AND (known.insured = c.insured OR (
                 substr(known.insured, -6) = substr(c.insured, -6)
                 AND length(known.insured) <> length(c.insured))))
       AND NOT EXISTS (
           SELECT 1 FROM cases AS other
           WHERE other.insurer = ?1 AND other.applied_on = ?2
             AND other.born_on = ''
             AND (other.insured <> c.insured OR other.place <> c.place)
             AND length(other.insured) = length(c.insured)
             AND substr(other.insured, -6) = substr(c.insured, -6))
     LIMIT ?4 + 0";

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
            .prepare_cached(CASES_OF)?
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
        self.conn
            .prepare_cached(CASES_ON)?
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rusqlite::StatementStatus;

    use super::*;
    use crate::store::FeedRows as _;
    use crate::store::sqlite::{feed, schema};

    #[test]
    fn what_every_question_asks_is_planned_once() {
        let mut conn = rusqlite::Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let insurer = InsurerNumber::with_check_digit("99001").unwrap();
        let insured = InsuredNumber::parse("0000012345").unwrap();
        let day = Date::from_ymd(2026, 10, 1).unwrap();
        let mut tx = SqliteTx { conn: &conn };
        for _ in 0..3 {
            tx.cases_of(&insurer, &insured, 64).unwrap();
            tx.cases_on(&insurer, day, day, 64).unwrap();
            tx.feed_after(1, 0, 64).unwrap();
        }
        for sql in [CASES_OF, CASES_ON, feed::AFTER] {
            let statement = conn.prepare_cached(sql).unwrap();
            assert!(statement.get_status(StatementStatus::Run) >= 3, "{sql}");
            let again = statement.get_status(StatementStatus::RePrepare);
            assert_eq!(again, 0, "{sql}");
        }
    }
}
