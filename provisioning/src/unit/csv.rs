//! A batch: one row a card. Columns are known by their heading, in any order; everything that
//! is the same for all units stands in the TOML file beside it.
//!
//! | Column | What |
//! |---|---|
//! | `card` | stable id, serial or path of the disk, or `simulate:` and what `--simulate` takes |
//! | `confirm` | last four signs of the card's serial; asked for where it is empty |
//! | `serial` | serial of the unit |
//! | `office`, `site`, `board`, `rotation` | as in the file |
//! | `wifi_ssid`, `wifi_passphrase`, `address`, `router` | as in the file |
//! | `token` | one-time token, where none is fetched |

use std::collections::HashSet;
use std::path::Path;

use protocol::provisioning::device::{Board, Enrolment, Passphrase, Rotation, Token, Wifi, Wired};

use super::Order;
use crate::error::Problem;
use crate::text;

/// Most rows.
pub const MAX_ROWS: usize = 256;

const COLUMNS: [&str; 12] = [
    "card",
    "confirm",
    "serial",
    "office",
    "site",
    "board",
    "rotation",
    "wifi_ssid",
    "wifi_passphrase",
    "address",
    "router",
    "token",
];

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Line in the file, from 1.
    pub line: usize,
    /// Which card.
    pub card: String,
    /// Last four signs of its serial.
    pub confirm: Option<String>,
    /// The unit.
    pub order: Order,
}

/// Reads a batch. UTF-8, or Shift_JIS as a spreadsheet saves it.
///
/// # Errors
/// The first line that is wrong; nothing is taken then.
pub fn read(path: &Path, base: &Order) -> Result<Vec<Row>, Problem> {
    let bytes = text::read_bounded(path, text::MAX_TEXT_BYTES)?;
    parse(&decoded(&bytes)?, base)
}

fn decoded(bytes: &[u8]) -> Result<String, Problem> {
    let (text, _, wrong) = encoding_rs::UTF_8.decode(bytes);
    if !wrong {
        return Ok(text.into_owned());
    }
    let (text, _, wrong) = encoding_rs::SHIFT_JIS.decode(bytes);
    if wrong {
        let what = "neither UTF-8 nor Shift_JIS".to_owned();
        return Err(Problem::ConfigSyntax { line: 1, what });
    }
    Ok(text.into_owned())
}

/// Reads a batch from its text.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, base: &Order) -> Result<Vec<Row>, Problem> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| syntax(1))?.clone();
    let mut seen = HashSet::new();
    for heading in &headings {
        if !COLUMNS.contains(&heading) || !seen.insert(heading.to_owned()) {
            return Err(Problem::ConfigUnknownKey {
                line: 1,
                what: format!("column {heading} is not known, or stands twice"),
            });
        }
    }
    for needed in ["card", "serial"] {
        if !seen.contains(needed) {
            return Err(Problem::ConfigMissing(needed));
        }
    }
    let mut rows = Vec::new();
    let (mut serials, mut cards) = (HashSet::new(), HashSet::new());
    for record in reader.records() {
        let record =
            record.map_err(|error| syntax(error.position().map_or(1, |at| at.line() as usize)))?;
        let line = record.position().map_or(1, |at| at.line() as usize);
        let row = row(line, &headings, &record, base)?;
        let fresh = serials.insert(row.order.serial.clone()) & cards.insert(row.card.clone());
        if !fresh {
            return Err(Problem::BatchDuplicate { line });
        }
        rows.push(row);
        if rows.len() > MAX_ROWS {
            return Err(Problem::BatchSize { limit: MAX_ROWS });
        }
    }
    if rows.is_empty() {
        return Err(Problem::BatchSize { limit: MAX_ROWS });
    }
    Ok(rows)
}

/// Refuses a token that would go onto two cards, from whichever of the files it comes.
///
/// # Errors
/// [`Problem::BatchDuplicate`] names the second row.
pub fn refuse_equal_tokens(rows: &[Row]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for row in rows {
        if let Some(enrolment) = &row.order.enrolment
            && !seen.insert(enrolment.token.as_str())
        {
            return Err(Problem::BatchDuplicate { line: row.line });
        }
    }
    Ok(())
}

fn row(
    line: usize,
    headings: &csv::StringRecord,
    record: &csv::StringRecord,
    base: &Order,
) -> Result<Row, Problem> {
    let mut order = base.clone();
    let mut card = String::new();
    let mut confirm = None;
    let (mut ssid, mut passphrase) = (None, None);
    for (heading, value) in headings.iter().zip(record) {
        if value.is_empty() {
            continue;
        }
        let wrong = |_| Problem::ConfigValue {
            line,
            what: format!("{heading}: this value cannot stand here"),
        };
        let odd = || wrong(());
        match heading {
            "card" => value.clone_into(&mut card),
            "confirm" => confirm = Some(value.to_owned()),
            "serial" => order.serial = Some(value.parse().map_err(|_| odd())?),
            "office" => order.office = Some(value.parse().map_err(|_| odd())?),
            "site" => order.site = Some(value.to_owned()),
            "board" => order.board = Some(value.parse::<Board>().map_err(|_| odd())?),
            "rotation" => {
                let degrees: u16 = value.parse().map_err(|_| odd())?;
                let rotation = Rotation::try_from(degrees).map_err(|_| odd())?;
                let screen = order.screen.as_mut();
                screen.ok_or(Problem::ConfigMissing("[screen]"))?.rotation = rotation;
            }
            "wifi_ssid" => ssid = Some(value.to_owned()),
            "wifi_passphrase" => passphrase = Some(Passphrase::parse(value).map_err(|_| odd())?),
            "address" => {
                let wired = order.network.wired.get_or_insert_with(Wired::default);
                wired.address = Some(value.to_owned());
            }
            "router" => {
                let wired = order.network.wired.get_or_insert_with(Wired::default);
                wired.router = Some(value.parse().map_err(|_| odd())?);
            }
            "token" => {
                order.enrolment = Some(Enrolment {
                    token: Token::parse(value).map_err(|_| odd())?,
                    expires_at: None,
                });
            }
            _ => return Err(odd()),
        }
    }
    match (ssid, passphrase, &mut order.network.wifi) {
        (None, None, _) => {}
        (Some(ssid), Some(passphrase), wifi) => {
            *wifi = Some(Wifi {
                ssid,
                passphrase,
                country: "JP".to_owned(),
            });
        }
        (None, Some(passphrase), Some(wifi)) => wifi.passphrase = passphrase,
        _ => {
            return Err(Problem::ConfigValue {
                line,
                what: "wifi_ssid and wifi_passphrase belong together".to_owned(),
            });
        }
    }
    if card.is_empty()
        || record
            .get(position(headings, "serial"))
            .is_none_or(str::is_empty)
    {
        return Err(Problem::ConfigValue {
            line,
            what: "card and serial have to be given".to_owned(),
        });
    }
    Ok(Row {
        line,
        card,
        confirm,
        order,
    })
}

fn position(headings: &csv::StringRecord, name: &str) -> usize {
    headings
        .iter()
        .position(|heading| heading == name)
        .unwrap_or(usize::MAX)
}

fn syntax(line: usize) -> Problem {
    let what = "this is not CSV with as many columns as headings".to_owned();
    Problem::ConfigSyntax { line, what }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> (&'static str, String) {
        let problem = parse(text, &Order::default()).unwrap_err();
        (problem.code(), problem.to_string())
    }

    #[test]
    fn a_row_lies_over_what_is_the_same_for_all() {
        let mut base = Order::default();
        base.site = Some("受付".to_owned());
        let text = "serial,card,site\nU-1,sdb,\nU-2,sdc,2階\n";
        let rows = parse(text, &base).unwrap();
        assert_eq!(rows[0].order.site.as_deref(), Some("受付"));
        assert_eq!(rows[1].order.site.as_deref(), Some("2階"));
        assert_eq!(rows[1].line, 3);
    }

    #[test]
    fn a_serial_or_card_that_stands_twice_is_refused_with_its_line() {
        for text in [
            "serial,card\nU-1,a\nU-2,b\nU-1,c\n",
            "serial,card\nU-1,a\nU-2,b\nU-3,a\n",
        ] {
            let (code, words) = code(text);
            assert_eq!(code, "MDG-PROVISION-BATCH-DUPLICATE");
            assert!(words.contains("line 4"), "{words}");
        }
    }

    #[test]
    fn an_unknown_column_a_short_row_and_an_empty_batch_are_refused() {
        assert_eq!(
            code("serial,card,colour\nU-1,a,b\n").0,
            "MDG-PROVISION-CONFIG-UNKNOWN-KEY"
        );
        assert_eq!(code("serial,card\nU-1\n").0, "MDG-PROVISION-CONFIG-SYNTAX");
        assert_eq!(code("serial,card\n").0, "MDG-PROVISION-BATCH-SIZE");
        assert_eq!(code("serial\nU-1\n").0, "MDG-PROVISION-CONFIG-MISSING");
        assert_eq!(code("serial,card\n,a\n").0, "MDG-PROVISION-CONFIG-VALUE");
    }

    #[test]
    fn a_passphrase_is_not_repeated() {
        let (code, words) = code("serial,card,wifi_ssid,wifi_passphrase\nU-1,a,desk,short\n");
        assert_eq!(code, "MDG-PROVISION-CONFIG-VALUE");
        assert!(!words.contains("short"), "{words}");
    }

    #[test]
    fn a_spreadsheet_may_save_in_shift_jis() {
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("serial,card,site\nU-1,a,受付\n");
        let rows = parse(&decoded(&bytes).unwrap(), &Order::default()).unwrap();
        assert_eq!(rows[0].order.site.as_deref(), Some("受付"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_batch_or_refused(text in "(serial,card,token\n)?[a-zA-Z0-9,\"\n-]{0,80}") {
            let _ = parse(&text, &Order::default());
        }
    }
}
