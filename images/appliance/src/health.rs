//! Is a system good enough to keep?
//!
//! After an update the new system has to show: the screen is up (the service manager knows,
//! because the kiosk reports itself only then), the vault opens, the reader is there or was
//! already absent before, and the gateway answers, or cannot be asked because there is no
//! way to it. A system that has shown all that once only has to come up. The facts come from `kiosk doctor --json`.

use std::time::Duration;

use serde::Deserialize;

/// How long a gateway that cannot be reached is waited for. A line that is down says nothing
/// about the system; one that is refused does, and is never forgiven.
pub const OFFLINE_GRACE: Duration = Duration::from_secs(10 * 60);

/// How long the rest may take to come up.
pub const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Between two looks.
pub const LOOK_AGAIN: Duration = Duration::from_secs(20);

/// What the doctor prints.
#[derive(Debug, Deserialize)]
pub struct Report {
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
struct Part {
    part: String,
    verdict: String,
    code: Option<String>,
}

impl Report {
    /// Reads what the doctor printed.
    ///
    /// # Errors
    /// When it is not a report.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.part == name)
    }

    /// Whether the reader answers.
    #[must_use]
    pub fn reader_is_there(&self) -> bool {
        self.part("reader")
            .is_some_and(|part| part.verdict == "good")
    }
}

/// What to do about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Keep this system.
    Keep,
    /// Look again later.
    Wait(&'static str),
    /// Give it back to the boot loader.
    Refuse(&'static str),
}

/// Codes of a gateway that nothing was heard of, as opposed to one that refuses.
const UNREACHED: [&str; 2] = ["MDG-NET-DOWN", "MDG-NET-TIMEOUT"];

/// Code of a terminal that belongs to no office yet: there is nobody to ask.
const NOT_ENROLLED: &str = "MDG-ENROL-MISSING";

/// What the system has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// It was healthy once: a desk that works without a reader or a gateway is still the best
    /// that there is, and is not restarted because somebody unplugged something.
    Proven,
    /// It was just installed: everything that worked before has to work again.
    Trial {
        /// There was no reader when the last system was kept.
        reader_absent_before: bool,
    },
}

/// Judges. `up` is the time since the kiosk came up.
#[must_use]
pub fn judge(report: Option<&Report>, standard: Standard, up: Duration) -> Verdict {
    let late = up >= PATIENCE;
    let wait = |why| {
        if late {
            Verdict::Refuse(why)
        } else {
            Verdict::Wait(why)
        }
    };
    let Some(report) = report else {
        return wait("the desk is not up, or its doctor does not answer");
    };
    if report
        .part("vault")
        .is_some_and(|part| part.verdict == "bad")
    {
        return wait("the vault does not open");
    }
    let Standard::Trial {
        reader_absent_before,
    } = standard
    else {
        return Verdict::Keep;
    };
    if !report.reader_is_there() && !reader_absent_before {
        return wait("the reader that was there before is gone");
    }
    let Some(gateway) = report.part("gateway") else {
        return wait("the doctor says nothing of the gateway");
    };
    match gateway.code.as_deref() {
        _ if gateway.verdict == "good" => Verdict::Keep,
        Some(NOT_ENROLLED) => Verdict::Keep,
        Some(code) if UNREACHED.contains(&code) => {
            if up >= OFFLINE_GRACE {
                Verdict::Keep
            } else {
                Verdict::Wait("the gateway is not reached yet")
            }
        }
        _ => wait("the gateway refuses, or is not the one that is trusted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(30);
    const TRIAL: Standard = Standard::Trial {
        reader_absent_before: false,
    };
    const NO_READER: Standard = Standard::Trial {
        reader_absent_before: true,
    };

    fn report(vault: &str, reader: &str, gateway: &str, code: &str) -> Report {
        Report::parse(&format!(
            r#"{{"version":"1.0.0","parts":[
                {{"part":"reader","verdict":"{reader}","value":null,"code":null,"do":""}},
                {{"part":"vault","verdict":"{vault}","value":null,"code":null,"do":""}},
                {{"part":"gateway","verdict":"{gateway}","value":null,"code":"{code}","do":""}}]}}"#
        ))
        .expect("a report")
    }

    #[test]
    fn a_system_that_shows_everything_is_kept_at_once() {
        let all = report("good", "good", "good", "");
        assert_eq!(judge(Some(&all), TRIAL, NOW), Verdict::Keep);
    }

    #[test]
    fn a_system_without_its_vault_is_never_kept() {
        let shut = report("bad", "good", "good", "");
        assert!(matches!(judge(Some(&shut), TRIAL, NOW), Verdict::Wait(_)));
        assert!(matches!(
            judge(Some(&shut), TRIAL, PATIENCE),
            Verdict::Refuse(_)
        ));
        assert!(matches!(judge(None, TRIAL, PATIENCE), Verdict::Refuse(_)));
    }

    #[test]
    fn a_reader_that_was_there_before_has_to_be_there_again() {
        let none = report("good", "bad", "good", "");
        assert!(matches!(
            judge(Some(&none), TRIAL, PATIENCE),
            Verdict::Refuse(_)
        ));
        assert_eq!(judge(Some(&none), NO_READER, NOW), Verdict::Keep);
    }

    #[test]
    fn a_line_that_is_down_is_forgiven_after_the_grace() {
        let down = report("good", "good", "bad", "MDG-NET-DOWN");
        assert!(matches!(judge(Some(&down), TRIAL, NOW), Verdict::Wait(_)));
        assert_eq!(judge(Some(&down), TRIAL, OFFLINE_GRACE), Verdict::Keep);
    }

    #[test]
    fn a_gateway_that_refuses_is_never_forgiven() {
        let refused = report("good", "good", "bad", "MDG-NET-TLS");
        assert!(matches!(
            judge(Some(&refused), TRIAL, OFFLINE_GRACE),
            Verdict::Wait(_)
        ));
        assert!(matches!(
            judge(Some(&refused), TRIAL, PATIENCE),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn a_proven_system_is_not_given_up_because_something_was_unplugged() {
        let alone = report("good", "bad", "bad", "MDG-NET-TLS");
        assert_eq!(judge(Some(&alone), Standard::Proven, NOW), Verdict::Keep);
        let shut = report("bad", "good", "good", "");
        assert!(matches!(
            judge(Some(&shut), Standard::Proven, PATIENCE),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn a_terminal_of_no_office_yet_asks_nobody() {
        let new = report("good", "good", "bad", NOT_ENROLLED);
        assert_eq!(judge(Some(&new), TRIAL, NOW), Verdict::Keep);
    }
}
