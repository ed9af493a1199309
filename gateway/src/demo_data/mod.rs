//! Made-up people, offices and exports of 汐見市, a city that does not exist (prefecture 99).
//! The same seed and day give the same files.
//!
//! | File | What |
//! |---|---|
//! | `municipality.toml` | the insurer and its offices, for `gateway facility load` |
//! | `progress-{utf8,ms932}.csv` | applications in the kintone list's columns (E10) |
//! | `progress-wide-{utf8,ms932}.csv` | the same applications in the wider columns (E14) |
//! | `eligibility-{utf8,ms932}.csv` | all insured people, for the simulated eligibility source |
//! | `people.json` | who they are, for whoever plays them |

mod names;
mod people;
mod tables;

use std::path::{Path, PathBuf};

use encoding_rs::SHIFT_JIS;
use protocol::calendar::Date;
use protocol::facility::Insurer;
use protocol::number::OfficeNumber;
use serde_json::json;

pub use people::{Application, Person, people};

use crate::error::GatewayError;
use crate::harness::city;

/// Most people that are made.
pub const MAX_PEOPLE: u32 = 100_000;

/// Offices that are made.
const OFFICES: u32 = 12;

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many insured people.
    pub people: u32,
    /// Seed of everything random.
    pub seed: u64,
    /// The day the exports are made on.
    pub today: Date,
}

/// The insurer of the made-up city.
#[must_use]
pub fn insurer() -> Insurer {
    city()
}

/// The made-up offices: number with a right check digit, and name.
#[must_use]
pub fn offices() -> Vec<(OfficeNumber, String)> {
    (1..=OFFICES)
        .map(|n| {
            let number = OfficeNumber::with_check_digit(&format!("99700{n:04}"))
                .expect("nine digits make an office number");
            (number, names::office(n))
        })
        .collect()
}

/// Writes all files into a folder, replacing those of an earlier run.
///
/// # Errors
/// A number of people out of bounds, or the disk's.
pub fn write(plan: &Plan, folder: &Path) -> Result<Vec<PathBuf>, GatewayError> {
    if !(1..=MAX_PEOPLE).contains(&plan.people) {
        return Err(GatewayError::Input(format!(
            "1 to {MAX_PEOPLE} people can be made"
        )));
    }
    std::fs::create_dir_all(folder).map_err(|e| GatewayError::io("make", folder, e))?;
    let people = people(plan);
    let mut written = Vec::new();
    let mut put = |name: String, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(|e| GatewayError::io("write", &path, e))?;
        written.push(path);
        Ok::<_, GatewayError>(())
    };
    put("municipality.toml".to_owned(), municipality().as_bytes())?;
    for (name, table) in [
        ("progress", tables::kintone(&people)),
        ("progress-wide", tables::wide(&people)),
        ("eligibility", tables::eligibility(&people)),
    ] {
        put(format!("{name}-utf8.csv"), table.as_bytes())?;
        let (ms932, _, unmappable) = SHIFT_JIS.encode(&table);
        debug_assert!(!unmappable, "the tables hold MS932 characters only");
        put(format!("{name}-ms932.csv"), &ms932)?;
    }
    put("people.json".to_owned(), describe(&people).as_bytes())?;
    Ok(written)
}

fn municipality() -> String {
    let offices: Vec<_> = offices()
        .into_iter()
        .map(
            |(number, name)| json!({ "number": number, "name": name, "insurers": [city().number] }),
        )
        .collect();
    let value = json!({ "insurer": [city()], "office": offices });
    let text = toml::to_string(&without_nulls(value)).expect("strings, numbers and lists only");
    format!("# A city that does not exist, and its offices.\n\n{text}")
}

/// TOML has no null: what is absent is left out.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(list) => list.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn describe(people: &[Person]) -> String {
    let list: Vec<_> = people
        .iter()
        .map(|person| {
            json!({
                "insured": person.insured,
                "name": person.name,
                "kana": person.kana,
                "born_on": person.born_on,
                "applied_on": person.applications.iter().map(|a| a.applied_on).collect::<Vec<_>>(),
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&list).expect("strings and lists only");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;
    use crate::clock::ManualClock;
    use crate::operator;
    use crate::sources::csv::{Encoding, import_eligibility, import_progress};
    use crate::store::sqlite::SqliteStore;
    use protocol::calendar::Timestamp;

    fn plan() -> Plan {
        Plan {
            people: 2_000,
            seed: 1,
            today: Date::from_ymd(2026, 11, 20).unwrap(),
        }
    }

    #[test]
    fn the_same_seed_and_day_give_the_same_files() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let a = write(&plan(), first.path()).unwrap();
        let b = write(&plan(), second.path()).unwrap();
        assert_eq!(a.len(), 8);
        for (a, b) in a.iter().zip(&b) {
            assert_eq!(
                std::fs::read(a).unwrap(),
                std::fs::read(b).unwrap(),
                "{a:?}"
            );
        }
    }

    #[test]
    fn every_person_has_a_number_of_their_own_and_no_real_office_is_among_the_offices() {
        let people = people(&plan());
        assert_eq!(people.len(), 2_000);
        let numbers: HashSet<_> = people.iter().map(|p| p.insured.as_str()).collect();
        assert_eq!(numbers.len(), 2_000);
        for (office, _) in offices() {
            assert!(office.as_str().starts_with("99"));
            assert!(office.check_digit_ok());
        }
    }

    #[test]
    fn both_encodings_of_both_layouts_import_without_a_bad_row_and_twice_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        write(&plan(), folder.path()).unwrap();
        let store = SqliteStore::direct(&folder.path().join("g.sqlite")).unwrap();
        let now = Timestamp::from_japan(plan().today, 12, 0).unwrap();
        let clock = ManualClock::new(now);
        operator::put_insurer(&store, &insurer(), now).unwrap();
        let number = insurer().number;
        for name in ["progress", "progress-wide"] {
            let read = |kind: &str| {
                std::fs::read(folder.path().join(format!("{name}-{kind}.csv"))).unwrap()
            };
            let first =
                import_progress(&store, &number, &read("utf8"), Encoding::Auto, &clock).unwrap();
            assert_eq!((first.bad, first.encoding), (0, "utf-8"));
            assert!(first.inserted > 1_500, "{first:?}");
            assert!(first.beyond_retention > 10);
            let second =
                import_progress(&store, &number, &read("ms932"), Encoding::Auto, &clock).unwrap();
            assert_eq!((second.bad, second.encoding), (0, "ms932"));
            assert_eq!((second.inserted, second.updated), (0, 0));
            assert_eq!(second.unchanged, first.inserted);
        }
        let bytes = std::fs::read(folder.path().join("eligibility-ms932.csv")).unwrap();
        let report = import_eligibility(&store, &number, &bytes, Encoding::Ms932, &clock).unwrap();
        assert_eq!((report.bad, report.inserted), (0, 2_000));
    }
}
