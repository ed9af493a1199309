//! How the parts of the board are, as the running terminal last saw them. Only it reaches pins
//! and buses: a second program that opened them would take the lamp out of its hand. What it
//! sees is kept here, for `kiosk doctor`.

use hal::board::Part;
use protocol::problem::ProblemCode;
use rusqlite::{Connection, Transaction};

use super::{Finding, store};
use crate::error::Problem;
use crate::terminal::view::{DiagnosticPart, Verdict};

const BOARD: &str = "board";

/// One part of the board, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptPart {
    /// [`Part::word`].
    pub part: String,
    /// Why it does not work; `None`: it does.
    pub code: Option<ProblemCode>,
}

pub(super) fn keep(tx: &Transaction<'_>, parts: &[KeptPart]) -> Result<(), Problem> {
    store::keep(tx, BOARD, &parts)
}

/// One finding a part. A part that fails is something to look at and no more: the desk works
/// without its board.
pub(super) fn findings(connection: &Connection) -> Result<Vec<Finding>, Problem> {
    let parts: Vec<KeptPart> = store::get(connection, BOARD)?.unwrap_or_default();
    Ok(parts
        .into_iter()
        .filter_map(|kept| {
            Some(Finding {
                part: DiagnosticPart::Board(Part::from_word(&kept.part)?),
                verdict: match kept.code {
                    Some(_) => Verdict::Watch,
                    None => Verdict::Good,
                },
                value: None,
                problem: kept.code.map(Problem::Refused),
                note: None,
            })
        })
        .collect())
}
