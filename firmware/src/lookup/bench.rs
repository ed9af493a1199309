//! Fills the table for measurements of [`super::find`].

use protocol::answer::{Answer, ProgressAnswer, ProgressFinding, ProgressRecord, Provenance};
use protocol::command::ProgressKey;
use protocol::exchange::CommandId;
use protocol::number::{InsuredNumber, InsurerNumber};
use std::time::Duration;

use super::{Subject, keep};
use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Vault;

/// Rows written in one transaction.
const ROWS_A_TRANSACTION: u32 = 10_000;

/// Keeps `rows` made-up answers, valid for a week and kept for 90 days, and returns the
/// subject of one in the middle.
///
/// # Errors
/// Those of the vault.
pub fn fill(
    vault: &mut Vault,
    now: &Now,
    insurer: &InsurerNumber,
    rows: u32,
) -> Result<Subject, Problem> {
    let day = Duration::from_secs(24 * 3600);
    let answer = Answer::Progress(ProgressAnswer {
        provenance: Provenance {
            source: "汐見市 介護保険課".to_owned(),
            updated_at: Some(now.wall),
            retrieved_at: now.wall,
            valid_until: now.wall + day * 7,
            delete_after: now.wall + day * 90,
        },
        finding: ProgressFinding::Found(Box::new(ProgressRecord {
            applied_on: now.wall.japan_date(),
            application_kind: None,
            visit_on: None,
            survey_received_on: Some(now.wall.japan_date()),
            opinion_requested_on: None,
            opinion_received_on: None,
            panel_on: None,
            certified_on: None,
            care_level: None,
            valid_months: None,
            valid_from: None,
            valid_to: None,
        })),
    });
    let mut first = 0;
    while first < rows {
        let end = rows.min(first.saturating_add(ROWS_A_TRANSACTION));
        vault.write(|tx| {
            for n in first..end {
                let mut random = [0; 10];
                random[..4].copy_from_slice(&n.to_be_bytes());
                let command = CommandId::new(now.wall, random);
                let key = subject(insurer, n)?.key.text();
                keep::keep_key(tx, now, command, insurer.as_str(), &key, None, &answer)?;
            }
            Ok(())
        })?;
        first = end;
    }
    subject(insurer, rows / 2)
}

fn subject(insurer: &InsurerNumber, n: u32) -> Result<Subject, Problem> {
    let insured = InsuredNumber::parse(&format!("{n:010}"))
        .map_err(|error| Problem::Refused(error.code()))?;
    Ok(Subject {
        insurer: insurer.clone(),
        key: ProgressKey::Insured { insured }.into(),
    })
}
