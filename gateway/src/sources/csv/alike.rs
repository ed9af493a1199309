//! Applications that a list cannot tell apart.
//!
//! A list that shows only the last six digits of a number gives two people whose numbers end
//! alike, and who applied on the same day, the same key. Which row is whose nobody can know then,
//! so both are kept, each at a place of its own, and a question is answered with "several"
//! (services E12) instead of with one of them. Rows of one key go in together: no
//! question finds the first without the second.

use std::cmp::Ordering;

use protocol::answer::ProgressRecord;
use protocol::problem::ProblemCode;

use super::Fault;
use crate::store::CaseRow;

/// Rows with shortened numbers that one file may have: more than a prefecture's applications of
/// half a year.
const MAX_ROWS: usize = 500_000;

/// Different rows of one key that are kept; two are enough to know that there are several, and
/// further ones add nothing.
const MAX_ALIKE: usize = 16;

/// Digits of a shortened number.
const SHORTENED: usize = 6;

/// The rows of one file whose numbers are shortened, until the whole file is read.
#[derive(Default)]
pub(super) struct Alike(Vec<CaseRow>);

impl Alike {
    /// Whether a row's number may be several people's.
    pub(super) fn concerns(case: &CaseRow) -> bool {
        case.insured.len() <= SHORTENED
    }

    /// Keeps a row until the end of the file.
    pub(super) fn add(&mut self, case: CaseRow) -> Result<(), Fault> {
        if self.0.len() == MAX_ROWS {
            return Err(Fault::row(
                ProblemCode::ImportRow,
                "too many rows with shortened numbers",
            ));
        }
        self.0.push(case);
        Ok(())
    }

    /// The rows by key, each at its place. Rows of one key that say the same share a place.
    pub(super) fn groups(mut self) -> Vec<Vec<CaseRow>> {
        // Stable: the file's order decides about places, so the same file gives the same ones.
        self.0.sort_by(by_key);
        let mut groups: Vec<Vec<CaseRow>> = Vec::new();
        for case in self.0 {
            match groups.last_mut() {
                Some(group) if group.first().is_some_and(|g| by_key(g, &case).is_eq()) => {
                    group.push(case);
                }
                _ => groups.push(vec![case]),
            }
        }
        groups.into_iter().map(at_places).collect()
    }
}

fn by_key(one: &CaseRow, other: &CaseRow) -> Ordering {
    let key = |case: &CaseRow| (case.record.applied_on, case.born_on);
    one.insured
        .cmp(&other.insured)
        .then_with(|| key(one).cmp(&key(other)))
}

fn at_places(group: Vec<CaseRow>) -> Vec<CaseRow> {
    let mut different: Vec<ProgressRecord> = Vec::new();
    let place = |mut case: CaseRow| {
        let known = different.iter().position(|record| *record == case.record);
        let place = match known {
            Some(place) => place,
            None if different.len() < MAX_ALIKE => {
                different.push(case.record.clone());
                different.len() - 1
            }
            None => return None,
        };
        case.place = u16::try_from(place).ok()?;
        Some(case)
    };
    group.into_iter().filter_map(place).collect()
}
