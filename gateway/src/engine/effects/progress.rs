//! 要介護認定の進捗: exact match, at most one result, never a list.

use protocol::answer::{Answer, ProgressAnswer, ProgressFinding, Provenance};
use protocol::calendar::{Date, Timestamp};
use protocol::command::{Command, ProgressKey, ProgressQuery};
use protocol::exchange::CommandId;
use protocol::facility::Insurer;

use super::super::take::{Desk, Effect};
use super::scope;
use crate::error::GatewayError;
use crate::sources::{PROGRESS, retention_start};
use crate::store::CaseRow;

/// Rows read for one query: a second one is enough to know that there are several.
const ROWS: u32 = 64;

/// Answers a progress query.
pub(in crate::engine) fn progress(
    desk: &mut Desk<'_>,
    id: CommandId,
    command: &Command,
    query: &ProgressQuery,
) -> Result<Effect, GatewayError> {
    let insurer = match scope(desk, command)? {
        Ok(insurer) => insurer,
        Err(code) => return Ok(Effect::Refused(code)),
    };
    let start = retention_start(&insurer, desk.now);
    let rows = match &query.key {
        ProgressKey::Insured { insured } => desk.tx.cases_of(&insurer.number, insured, ROWS)?,
        ProgressKey::Dates { applied_on, .. } if *applied_on < start => Vec::new(),
        ProgressKey::Dates {
            applied_on,
            born_on,
        } => desk
            .tx
            .cases_on(&insurer.number, *applied_on, *born_on, ROWS)?,
    };
    let asked_before_start =
        matches!(&query.key, ProgressKey::Dates { applied_on, .. } if *applied_on < start);
    let (finding, updated_at) = judge(rows, start, asked_before_start, &insurer);
    let read_at = desk.read_at(&insurer.number, PROGRESS)?;
    let provenance = Provenance {
        source: format!("{} {}", insurer.city, insurer.desk.name),
        updated_at,
        retrieved_at: read_at,
        valid_until: desk.valid_until(read_at),
        delete_after: delete_after(&finding, &insurer, desk.now),
    };
    let delete_after = provenance.delete_after;
    let answer = Answer::Progress(ProgressAnswer {
        provenance,
        finding,
    });
    desk.answer(id, answer, delete_after)?;
    Ok(Effect::Done)
}

fn judge(
    rows: Vec<CaseRow>,
    start: Date,
    asked_before_start: bool,
    insurer: &Insurer,
) -> (ProgressFinding, Option<Timestamp>) {
    let (shown, ended): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| row.record.applied_on >= start);
    if shown.iter().any(|row| row.place > 0) {
        return (ProgressFinding::Several, None);
    }
    let mut shown = one_a_case(shown);
    match (shown.pop(), shown.is_empty()) {
        (Some(only), true) => (
            ProgressFinding::Found(Box::new(only.record)),
            only.updated_at,
        ),
        (Some(_), false) => (ProgressFinding::Several, None),
        (None, _) if asked_before_start || !ended.is_empty() => (
            ProgressFinding::BeyondRetention {
                months: insurer.retention_months,
            },
            None,
        ),
        (None, _) => (ProgressFinding::NotFound, None),
    }
}

/// Puts together what two lists say about one application: one list shows the whole insured
/// number, another only its end.
fn one_a_case(rows: Vec<CaseRow>) -> Vec<CaseRow> {
    let mut cases: Vec<CaseRow> = Vec::with_capacity(rows.len());
    for row in rows {
        match cases.iter_mut().find(|case| is_same(case, &row)) {
            Some(case) => merge(case, row),
            None => cases.push(row),
        }
    }
    cases
}

fn is_same(one: &CaseRow, other: &CaseRow) -> bool {
    let born_fits = match (one.born_on, other.born_on) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    // Two whole numbers that differ are two people, however they end.
    let number_fits = one.insured == other.insured
        || (one.insured.len() != other.insured.len()
            && (one.insured.ends_with(&other.insured) || other.insured.ends_with(&one.insured)));
    born_fits && number_fits && one.record.applied_on == other.record.applied_on
}

/// The newer list's word counts; what only the older one says is kept.
fn merge(case: &mut CaseRow, mut other: CaseRow) {
    if other.updated_at > case.updated_at {
        std::mem::swap(case, &mut other);
    }
    let (newer, older) = (&mut case.record, other.record);
    newer.application_kind = newer.application_kind.or(older.application_kind);
    newer.visit_on = newer.visit_on.or(older.visit_on);
    newer.survey_received_on = newer.survey_received_on.or(older.survey_received_on);
    newer.opinion_requested_on = newer.opinion_requested_on.or(older.opinion_requested_on);
    newer.opinion_received_on = newer.opinion_received_on.or(older.opinion_received_on);
    newer.panel_on = newer.panel_on.or(older.panel_on);
    newer.certified_on = newer.certified_on.or(older.certified_on);
    newer.care_level = newer.care_level.take().or(older.care_level);
    newer.valid_months = newer.valid_months.or(older.valid_months);
    newer.valid_from = newer.valid_from.or(older.valid_from);
    newer.valid_to = newer.valid_to.or(older.valid_to);
}

/// Every copy is gone when the insurer would not show it any more.
fn delete_after(finding: &ProgressFinding, insurer: &Insurer, now: Timestamp) -> Timestamp {
    let from = match finding {
        ProgressFinding::Found(record) => record.applied_on,
        _ => now.japan_date(),
    };
    let last = from.add_months(i32::from(insurer.retention_months));
    Timestamp::from_japan(last.add_days(1), 0, 0).unwrap_or(now)
}
