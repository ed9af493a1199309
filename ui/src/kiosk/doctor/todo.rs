//! What a technician does about a finding.

use firmware::error::Problem;
use firmware::setup::Finding;
use firmware::terminal::view::{DiagnosticPart as Part, Verdict};
use protocol::problem::ProblemCode as Code;
use ui::words::Words;

use super::READER_LIMIT;

/// What to do, in words; empty where nothing is to be done.
pub(super) fn todo(finding: &Finding, words: &Words) -> String {
    let count = finding.value.unwrap_or(0);
    key(finding).map_or_else(String::new, |key| {
        words.say_with(
            key,
            &[
                ("count", count.into()),
                ("seconds", READER_LIMIT.as_secs().into()),
            ],
        )
    })
}

/// The words' key: by part and verdict, and by the problem where it makes a difference.
fn key(finding: &Finding) -> Option<&'static str> {
    if finding.verdict == Verdict::Good {
        return None;
    }
    let code = finding.problem.as_ref().map(Problem::code);
    // Whatever could not be read in the vault: the vault is what needs the hand.
    if code.as_ref().is_some_and(is_of_the_vault) {
        return Some(vault(code.as_ref()));
    }
    Some(match finding.part {
        Part::Reader => reader(code.as_ref()),
        Part::Card => card(finding.verdict),
        Part::Clock => "doctor-clock-watch",
        Part::Vault => vault(code.as_ref()),
        Part::Certificate => match (finding.verdict, code) {
            (_, Some(_)) => "doctor-enrol",
            (Verdict::Bad, None) => "doctor-certificate-over",
            (Verdict::Unknown, None) => "doctor-certificate-unknown",
            _ => "doctor-certificate-soon",
        },
        Part::Gateway => gateway(code.as_ref()),
        Part::Queue if finding.verdict == Verdict::Bad => "doctor-queue-full",
        Part::Queue => "doctor-queue-waiting",
        Part::Update => update(code.as_ref()),
        // Of all parts together only this is ever said.
        Part::Parts => "doctor-board-simulated",
        Part::Board(_) => board(code.as_ref()),
    })
}

fn is_of_the_vault(code: &Code) -> bool {
    matches!(
        code,
        Code::VaultCorrupt
            | Code::VaultForeign
            | Code::VaultNewer
            | Code::VaultFull
            | Code::VaultIo
            | Code::VaultKey
    )
}

fn reader(code: Option<&Code>) -> &'static str {
    match code {
        Some(Code::ReaderService) => "doctor-reader-service",
        Some(Code::ReaderNone) => "doctor-reader-none",
        Some(Code::ReaderChoice) => "doctor-reader-choice",
        _ => "doctor-reader-silent",
    }
}

fn card(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Watch => "doctor-card-tries",
        Verdict::Unknown => "doctor-card-none",
        _ => "doctor-card-unread",
    }
}

fn vault(code: Option<&Code>) -> &'static str {
    match code {
        Some(Code::VaultKey) => "doctor-vault-key",
        Some(Code::VaultForeign) => "doctor-vault-foreign",
        Some(Code::VaultNewer) => "doctor-vault-newer",
        Some(Code::VaultFull | Code::VaultIo) => "doctor-vault-disk",
        Some(Code::VaultWiped) => "doctor-vault-wiped",
        Some(
            Code::AuditGap
            | Code::AuditEdited
            | Code::AuditReordered
            | Code::AuditTruncated
            | Code::AuditHead,
        ) => "doctor-vault-audit",
        _ => "doctor-vault-damaged",
    }
}

fn update(code: Option<&Code>) -> &'static str {
    match code {
        Some(Code::UpdateSpace) => "doctor-update-space",
        Some(Code::UpdateCameBack) => "doctor-update-back",
        Some(Code::UpdateDamaged) => "doctor-update-damaged",
        _ => "doctor-update-refused",
    }
}

fn board(code: Option<&Code>) -> &'static str {
    match code {
        Some(Code::BoardClock) => "doctor-board-clock",
        Some(Code::BoardAbsent) => "doctor-board-absent",
        Some(Code::BoardSetup) => "doctor-board-setup",
        _ => "doctor-board-failed",
    }
}

fn gateway(code: Option<&Code>) -> &'static str {
    match code {
        Some(Code::EnrolMissing) => "doctor-enrol",
        Some(Code::NetTls) => "doctor-gateway-tls",
        Some(Code::NetPortal | Code::NetRedirect) => "doctor-gateway-portal",
        Some(Code::DeviceUnknown | Code::DeviceRevoked | Code::DeviceWiped) => {
            "doctor-gateway-stopped"
        }
        Some(Code::NetDown | Code::NetTimeout | Code::NetTruncated) | None => "doctor-gateway-down",
        Some(_) => "doctor-gateway-answer",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use firmware::terminal::touch::Language;

    use super::*;

    const PARTS: [Part; 10] = [
        Part::Reader,
        Part::Card,
        Part::Clock,
        Part::Vault,
        Part::Certificate,
        Part::Gateway,
        Part::Queue,
        Part::Update,
        Part::Parts,
        Part::Board(hal::board::Part::Lamp),
    ];

    const LAMP: Part = Part::Board(hal::board::Part::Lamp);

    fn finding(part: Part, verdict: Verdict, code: Option<Code>) -> Finding {
        Finding {
            part,
            verdict,
            value: Some(7),
            problem: code.map(Problem::Refused),
            note: None,
        }
    }

    #[test]
    fn every_finding_that_is_not_good_says_what_to_do_in_both_languages() {
        for language in [Language::Ja, Language::En] {
            let words = Words::new(language);
            for part in PARTS {
                assert_eq!(todo(&finding(part, Verdict::Good, None), &words), "");
                for verdict in [Verdict::Watch, Verdict::Bad, Verdict::Unknown] {
                    for code in Code::ALL.iter().cloned().map(Some).chain([None]) {
                        let finding = finding(part, verdict, code);
                        let text = todo(&finding, &words);
                        let is_key = text.starts_with('[') || text.contains("doctor-");
                        assert!(!text.is_empty() && !is_key, "{finding:?}: {text}");
                        assert!(!text.contains('{'), "a value is missing: {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_differs_for_the_hand_has_words_of_its_own() {
        let words = Words::new(Language::En);
        let say = |part, verdict, code| todo(&finding(part, verdict, code), &words);
        let cases = [
            say(Part::Reader, Verdict::Bad, Some(Code::ReaderService)),
            say(Part::Reader, Verdict::Bad, Some(Code::ReaderNone)),
            say(Part::Reader, Verdict::Bad, Some(Code::ReaderChoice)),
            say(Part::Reader, Verdict::Unknown, None),
            say(Part::Vault, Verdict::Bad, Some(Code::VaultKey)),
            say(Part::Vault, Verdict::Bad, Some(Code::VaultCorrupt)),
            say(Part::Vault, Verdict::Bad, Some(Code::AuditEdited)),
            say(Part::Certificate, Verdict::Watch, None),
            say(Part::Certificate, Verdict::Bad, None),
            say(Part::Gateway, Verdict::Bad, Some(Code::NetDown)),
            say(Part::Gateway, Verdict::Bad, Some(Code::NetTls)),
            say(Part::Queue, Verdict::Watch, None),
            say(Part::Queue, Verdict::Bad, None),
            say(LAMP, Verdict::Watch, Some(Code::BoardAbsent)),
            say(LAMP, Verdict::Watch, Some(Code::BoardFailed)),
            say(LAMP, Verdict::Watch, Some(Code::BoardSetup)),
            say(LAMP, Verdict::Watch, Some(Code::BoardClock)),
        ];
        let different: std::collections::BTreeSet<_> = cases.iter().collect();
        assert_eq!(different.len(), cases.len());
        assert!(say(Part::Certificate, Verdict::Watch, None).contains("7 days"));
    }
}
