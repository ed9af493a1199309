//! `kiosk doctor`: looks at every part, gives a verdict, and says what to do.
//!
//! A finding is `good`, `watch` (works, look at it), `bad` (does not work) or `unknown` (could
//! not be looked at). Ends with 0 when nothing is bad, 1 when something is, 2 when the command
//! itself could not run, such as for a configuration that does not read.

mod todo;

use std::process::ExitCode;
use std::time::Duration;

use firmware::clock::{self, Clock};
use firmware::error::Problem;
use firmware::runtime::line;
use firmware::setup::config::Config;
use firmware::setup::{self, Finding};
use firmware::terminal::touch::Language;
use firmware::terminal::view::{DiagnosticNote, DiagnosticPart, Verdict};
use hal::board::Part;
use hal::card::{CardDesk, CardJob, CardOutcome, ReaderEvent};
use protocol::problem::ProblemCode;
use serde_json::json;
use ui::words::Words;

use crate::{assemble, reader};

/// How long the reader may take to tell what is there.
const READER_LIMIT: Duration = Duration::from_secs(3);

/// Prints the findings; fails when a part does not work.
pub fn run(config: &Config, as_json: bool, language: Language) -> Result<ExitCode, String> {
    let mut findings = card_side(config)?;
    findings.extend(setup::simulated_board(&config.board));
    let opened = assemble::open_vault(config).and_then(|vault| {
        let floor = vault.read(clock::floor)?;
        Ok((vault, floor))
    });
    match opened {
        Ok((mut vault, floor)) => {
            let now = Clock::system(floor).now();
            findings.push(finding(
                DiagnosticPart::Clock,
                if now.is_trusted() {
                    Verdict::Good
                } else {
                    Verdict::Watch
                },
            ));
            if vault.wipe_finished() {
                findings.push(Finding {
                    problem: Some(Problem::Refused(ProblemCode::VaultWiped)),
                    ..finding(DiagnosticPart::Vault, Verdict::Watch)
                });
            }
            findings.extend(setup::findings(&vault, &now));
            findings.push(match line::try_gateway(&mut vault, &Clock::system(floor)) {
                Ok(()) => finding(DiagnosticPart::Gateway, Verdict::Good),
                Err(problem) => Finding {
                    problem: Some(problem),
                    ..finding(DiagnosticPart::Gateway, Verdict::Bad)
                },
            });
        }
        Err(problem) => findings.push(Finding {
            problem: Some(problem),
            ..finding(DiagnosticPart::Vault, Verdict::Bad)
        }),
    }
    print(&findings, as_json, language);
    let bad = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Bad);
    Ok(if bad {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn finding(part: DiagnosticPart, verdict: Verdict) -> Finding {
    Finding {
        part,
        verdict,
        value: None,
        problem: None,
        note: None,
    }
}

/// Reader and, when one lies there, card: selects the applications and reads the counters,
/// which spends no try.
fn card_side(config: &Config) -> Result<Vec<Finding>, String> {
    let mut desk = reader::desk(config)?;
    let mut verdict = Verdict::Unknown;
    let mut problem = None;
    let mut card = false;
    let started = std::time::Instant::now();
    while let Some(event) = desk.next_event(READER_LIMIT.saturating_sub(started.elapsed())) {
        match event {
            ReaderEvent::ServiceDown => {
                (verdict, problem) = (Verdict::Bad, Some(ProblemCode::ReaderService));
            }
            ReaderEvent::NoReader => {
                (verdict, problem) = (Verdict::Bad, Some(ProblemCode::ReaderNone));
            }
            ReaderEvent::WrongReader => {
                (verdict, problem) = (Verdict::Bad, Some(ProblemCode::ReaderChoice));
            }
            ReaderEvent::Ready { .. } => (verdict, problem) = (Verdict::Good, None),
            ReaderEvent::CardArrived => {
                card = true;
                break;
            }
            ReaderEvent::CardLeft => card = false,
        }
        if started.elapsed() >= READER_LIMIT {
            break;
        }
    }
    let reader = Finding {
        problem: problem.map(Problem::Refused),
        ..finding(DiagnosticPart::Reader, verdict)
    };
    let card = if card {
        look_at_card(desk.as_mut())
    } else {
        finding(DiagnosticPart::Card, Verdict::Unknown)
    };
    Ok(vec![reader, card])
}

fn look_at_card(desk: &mut dyn CardDesk) -> Finding {
    use firmware::entropy::{Entropy as _, SystemEntropy};
    let mut entropy = SystemEntropy::default();
    let never = std::sync::atomic::AtomicBool::new(false);
    match desk.run(
        CardJob::Peek,
        &mut |bytes| entropy.fill(bytes),
        &mut |_| {},
        &never,
    ) {
        CardOutcome::Peeked(peek) => {
            let left = peek.number_b.left;
            Finding {
                value: Some(left.into()),
                ..finding(
                    DiagnosticPart::Card,
                    if left > 1 {
                        Verdict::Good
                    } else {
                        Verdict::Watch
                    },
                )
            }
        }
        CardOutcome::Failed(problem) => Finding {
            problem: Some(Problem::Refused(problem.code())),
            ..finding(DiagnosticPart::Card, Verdict::Bad)
        },
        CardOutcome::Face(_) | CardOutcome::Pin(_) => {
            finding(DiagnosticPart::Card, Verdict::Unknown)
        }
    }
}

fn print(findings: &[Finding], as_json: bool, language: Language) {
    let words = Words::new(language);
    let rows = findings.iter().map(|finding| {
        let key = part_key(finding.part);
        let verdict = verdict_key(finding.verdict);
        let code = finding.problem.as_ref().map(Problem::code);
        let todo = todo::todo(finding, &words);
        let version = version(finding);
        (key, verdict, finding.value, code, todo, version)
    });
    if as_json {
        let parts: Vec<_> = rows
            .map(|(part, verdict, value, code, todo, version)| {
                let code = code.map(|code| code.as_str().to_owned());
                let mut row = json!({
                    "part": part, "verdict": verdict, "value": value, "code": code, "do": todo,
                });
                if let Some((running, offered)) = version {
                    row["running"] = running.into();
                    row["offered"] = offered.into();
                }
                row
            })
            .collect();
        println!(
            "{}",
            json!({ "version": env!("CARGO_PKG_VERSION"), "parts": parts })
        );
        return;
    }
    for (part, verdict, value, code, todo, version) in rows {
        let value = match (value, version) {
            (Some(value), _) => format!(" ({value})"),
            (None, Some((running, Some(offered)))) => format!(" ({running}, {offered} is offered)"),
            (None, Some((running, None))) => format!(" ({running})"),
            (None, None) => String::new(),
        };
        let code = code.map_or_else(String::new, |code| format!(" {}", code.as_str()));
        println!("{part:<15} {verdict:<8}{value}{code}");
        if !todo.is_empty() {
            println!("{:<15} → {todo}", "");
        }
    }
}

/// The version that runs, and the one that is offered.
fn version(finding: &Finding) -> Option<(String, Option<String>)> {
    match &finding.note {
        Some(DiagnosticNote::Update { running, offered }) => {
            let offered = offered.as_ref().map(|(version, _)| version.clone());
            Some((running.clone(), offered))
        }
        _ => None,
    }
}

fn part_key(part: DiagnosticPart) -> &'static str {
    match part {
        DiagnosticPart::Reader => "reader",
        DiagnosticPart::Card => "card",
        DiagnosticPart::Clock => "clock",
        DiagnosticPart::Vault => "vault",
        DiagnosticPart::Certificate => "certificate",
        DiagnosticPart::Gateway => "gateway",
        DiagnosticPart::Queue => "queue",
        DiagnosticPart::Update => "update",
        DiagnosticPart::Parts => "board",
        DiagnosticPart::Board(part) => match part {
            Part::Lamp => "board-lamp",
            Part::Buzzer => "board-buzzer",
            Part::Case => "board-case",
            Part::Gauge => "board-gauge",
            Part::Mains => "board-mains",
            Part::Backlight => "board-backlight",
            Part::Clock => "board-clock",
        },
    }
}

fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Watch => "watch",
        Verdict::Bad => "bad",
        Verdict::Unknown => "unknown",
    }
}
