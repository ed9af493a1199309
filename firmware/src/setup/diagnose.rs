//! What the vault knows about the state of the terminal, for J-1 and `kiosk doctor`.

use hal::board::{BoardConfig, BoardKind};
use protocol::problem::ProblemCode;
use protocol::release::UpdateState;

use crate::audit;
use crate::clock::Now;
use crate::error::Problem;
use crate::outbox::{self, Quota};
use crate::sync::Light;
use crate::terminal::view::{DiagnosticNote, DiagnosticPart, Verdict};
use crate::update::{self, Stage};
use crate::vault::Vault;

/// One verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub part: DiagnosticPart,
    /// How it is.
    pub verdict: Verdict,
    /// Number that belongs to it: days left, items waiting.
    pub value: Option<i64>,
    /// What is wrong, if something is.
    pub problem: Option<Problem>,
    /// What more is said about it.
    pub note: Option<DiagnosticNote>,
}

/// Looks at the encrypted file with its audit log, the certificate, the queue, and what the running
/// terminal has kept of its board. What cannot be read is a finding like any other.
#[must_use]
pub fn findings(vault: &Vault, now: &Now) -> Vec<Finding> {
    let mut findings = vec![whole_vault(vault)];
    findings.extend(known(vault, now));
    findings
}

/// Says that the board of this configuration is simulated, which no unit's is.
#[must_use]
pub fn simulated_board(board: &BoardConfig) -> Option<Finding> {
    (board.kind == BoardKind::Simulated).then_some(Finding {
        part: DiagnosticPart::Parts,
        verdict: Verdict::Watch,
        value: None,
        problem: None,
        note: None,
    })
}

/// What the vault says without being read from end to end.
pub(super) fn known(vault: &Vault, now: &Now) -> Vec<Finding> {
    let unread = |part| {
        move |problem| Finding {
            part,
            verdict: Verdict::Bad,
            value: None,
            problem: Some(problem),
            note: None,
        }
    };
    let mut findings = vec![
        certificate(vault, now).unwrap_or_else(unread(DiagnosticPart::Certificate)),
        queue(vault, now).unwrap_or_else(unread(DiagnosticPart::Queue)),
        system(vault).unwrap_or_else(unread(DiagnosticPart::Update)),
    ];
    // A vault that cannot be read has said so above.
    findings.extend(vault.read(super::board::findings).unwrap_or_default());
    findings
}

/// Checks each page and the whole log. With a large vault this takes tens of seconds: never on
/// the terminal's thread.
#[must_use]
pub fn whole_vault(vault: &Vault) -> Finding {
    let problem = vault
        .check()
        .and_then(|()| vault.read(audit::verify).map(drop))
        .err();
    Finding {
        part: DiagnosticPart::Vault,
        verdict: if problem.is_some() {
            Verdict::Bad
        } else {
            Verdict::Good
        },
        value: None,
        problem,
        note: None,
    }
}

fn certificate(vault: &Vault, now: &Now) -> Result<Finding, Problem> {
    let life = vault.read(crate::sync::certificate_life)?;
    let state = life.and_then(|life| life.state(now));
    let verdict = match (life, state) {
        (None, _) => Verdict::Bad,
        (Some(_), None) => Verdict::Unknown,
        (Some(_), Some(state)) if state.ended => Verdict::Bad,
        (Some(_), Some(state)) if state.light() != Light::Green => Verdict::Watch,
        _ => Verdict::Good,
    };
    Ok(Finding {
        part: DiagnosticPart::Certificate,
        verdict,
        value: state.map(|state| state.days),
        problem: life.is_none().then_some(Problem::NotEnrolled),
        note: state.map(DiagnosticNote::Certificate),
    })
}

fn queue(vault: &Vault, now: &Now) -> Result<Finding, Problem> {
    let (counts, quota) = vault.read(|c| Ok((outbox::counts(c)?, outbox::quota(c, now)?)))?;
    let held = counts.of(outbox::State::Held);
    let (verdict, problem) = match quota {
        Quota::Full { bound } => (Verdict::Bad, Some(Problem::OutboxQuota(bound))),
        Quota::Warn { .. } => (Verdict::Watch, None),
        Quota::Roomy if held > 0 => (Verdict::Watch, None),
        Quota::Roomy => (Verdict::Good, None),
    };
    Ok(Finding {
        part: DiagnosticPart::Queue,
        verdict,
        value: i64::try_from(counts.pending()).ok(),
        problem,
        note: None,
    })
}

/// The system that runs, and what became of the one that is offered.
fn system(vault: &Vault) -> Result<Finding, Problem> {
    let status = vault.read(update::status)?;
    let problem = match &status.offered {
        Some((_, Stage::NoRoom)) => Some(ProblemCode::UpdateSpace),
        Some((_, Stage::Machine(UpdateState::CameBack))) => Some(ProblemCode::UpdateCameBack),
        Some((_, Stage::Machine(UpdateState::Refused { code }))) => Some(code.clone()),
        _ => None,
    };
    let problem = match &status.stick {
        // Left in after it did its work.
        Some(UpdateState::Refused { code }) if *code != ProblemCode::UpdateSame => {
            Some(code.clone())
        }
        _ => problem,
    };
    // Where no image says a version, the program's own is the system's.
    let program = || env!("CARGO_PKG_VERSION").to_owned();
    Ok(Finding {
        part: DiagnosticPart::Update,
        verdict: if problem.is_some() {
            Verdict::Watch
        } else {
            Verdict::Good
        },
        value: None,
        problem: problem.map(Problem::Refused),
        note: Some(DiagnosticNote::Update {
            running: status.running.map_or_else(program, |v| v.to_string()),
            offered: status.offered.map(|(v, stage)| (v.to_string(), stage)),
        }),
    })
}
