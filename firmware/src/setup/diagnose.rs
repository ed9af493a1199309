//! What the vault knows about the state of the terminal, for J-1 and `kiosk doctor`.

use crate::audit;
use crate::clock::Now;
use crate::error::Problem;
use crate::outbox::{self, Quota};
use crate::terminal::view::{DiagnosticPart, Verdict};
use crate::vault::Vault;

/// Days before a certificate's end from which on somebody should look at it: renewal begins
/// at half-life, so one with so few left has not been renewed for weeks.
pub const CERTIFICATE_WATCH_DAYS: i64 = 14;

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
}

/// Looks at the encrypted file with its audit log, the certificate, the queue, and what the running
/// terminal has kept of its board. What cannot be read is a finding like any other.
#[must_use]
pub fn findings(vault: &Vault, now: &Now) -> Vec<Finding> {
    let unread = |part| {
        move |problem| Finding {
            part,
            verdict: Verdict::Bad,
            value: None,
            problem: Some(problem),
        }
    };
    let mut findings = vec![
        file(vault),
        certificate(vault, now).unwrap_or_else(unread(DiagnosticPart::Certificate)),
        queue(vault, now).unwrap_or_else(unread(DiagnosticPart::Queue)),
    ];
    // A vault that cannot be read has said so above.
    findings.extend(vault.read(super::board::findings).unwrap_or_default());
    findings
}

fn file(vault: &Vault) -> Finding {
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
    }
}

fn certificate(vault: &Vault, now: &Now) -> Result<Finding, Problem> {
    let ends = vault.read(crate::sync::certificate_ends)?;
    let (verdict, value, problem) = match ends {
        None => (Verdict::Bad, None, Some(Problem::NotEnrolled)),
        Some(_) if !now.is_trusted() => (Verdict::Unknown, None, None),
        Some(ends) => {
            let days = ends.japan_date().days_since(now.wall.japan_date());
            let verdict = match days {
                ..=0 if ends <= now.wall => Verdict::Bad,
                ..CERTIFICATE_WATCH_DAYS => Verdict::Watch,
                _ => Verdict::Good,
            };
            (verdict, Some(days), None)
        }
    };
    Ok(Finding {
        part: DiagnosticPart::Certificate,
        verdict,
        value,
        problem,
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
    })
}
