//! Is a system good enough to keep?
//!
//! After an update the new system has to show: the screen is up and stays up (the service manager
//! knows, because the kiosk reports itself only then), the vault opens, the reader is there or was
//! already absent before, and the gateway answers, or cannot be asked because there is no way to
//! it. A system that has shown all that once only has to come up and stay up. The facts come from
//! `kiosk doctor --json`.

use std::time::Duration;

use serde::Deserialize;

/// How long a gateway that cannot be reached is waited for. A line that is down says nothing
/// about the system; one that is refused does, and is never forgiven.
pub const OFFLINE_GRACE: Duration = Duration::from_secs(10 * 60);

/// How long the rest may take to come up.
pub const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How long the desk has to be up without a break. One that fails again and again lives shorter
/// than this before the service manager gives up and restarts the machine; kept any earlier, it
/// would get its starts back each time and go on for ever.
pub const STEADY: Duration = Duration::from_secs(90);

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

/// Reads how long a unit is up: the lines `ActiveState` and `ActiveEnterTimestampMonotonic`
/// (microseconds) of `systemctl show --value`, in either order. `None` while it is not up.
#[must_use]
pub fn up_for(shown: &str, now: Duration) -> Option<Duration> {
    let mut active = false;
    let mut since = None;
    for line in shown.lines() {
        match line.parse() {
            Ok(microseconds) => since = Some(Duration::from_micros(microseconds)),
            Err(_) => active |= line == "active",
        }
    }
    since.filter(|_| active)?;
    Some(now.saturating_sub(since?))
}

/// Whether the service manager stopped a unit in order: `SERVICE_RESULT`, `EXIT_CODE` and
/// `EXIT_STATUS` as systemd.exec(5) has them.
#[must_use]
pub fn was_stopped(result: &str, code: &str, status: &str) -> bool {
    (result, code, status) == ("success", "killed", "TERM")
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

/// Judges. `steady` is how long the desk is up without a break, when it is; `waited` the time
/// since the first look.
#[must_use]
pub fn judge(
    report: Option<&Report>,
    steady: Option<Duration>,
    standard: Standard,
    waited: Duration,
) -> Verdict {
    let late = waited >= PATIENCE;
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
        .is_none_or(|part| part.verdict == "bad")
    {
        return wait("the vault does not open");
    }
    if steady.is_none_or(|steady| steady < STEADY) {
        return wait("the desk is not up for long enough");
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
            if waited >= OFFLINE_GRACE {
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

    const LONG: Option<Duration> = Some(STEADY);
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
        assert_eq!(judge(Some(&all), LONG, TRIAL, NOW), Verdict::Keep);
    }

    #[test]
    fn a_system_without_its_vault_is_never_kept() {
        let shut = report("bad", "good", "good", "");
        assert!(matches!(
            judge(Some(&shut), LONG, TRIAL, NOW),
            Verdict::Wait(_)
        ));
        assert!(matches!(
            judge(Some(&shut), LONG, TRIAL, PATIENCE),
            Verdict::Refuse(_)
        ));
        assert!(matches!(
            judge(None, LONG, TRIAL, PATIENCE),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn a_report_that_leaves_out_the_vault_is_not_a_good_one() {
        let none = Report::parse(r#"{"parts":[]}"#).expect("a report");
        let verdict = judge(Some(&none), LONG, Standard::Proven, NOW);
        assert!(matches!(verdict, Verdict::Wait(_)));
    }

    #[test]
    fn a_health_check_that_ran_too_long_or_broke_was_not_stopped_in_order() {
        assert!(was_stopped("success", "killed", "TERM"));
        for other in [
            ("timeout", "killed", "TERM"),
            ("exit-code", "exited", "1"),
            ("success", "exited", "0"),
            ("signal", "killed", "KILL"),
            ("", "", ""),
        ] {
            assert!(!was_stopped(other.0, other.1, other.2), "{other:?}");
        }
        // Without this line the service manager calls it a failure, and restarts the machine.
        let unit = include_str!("../../rootfs/etc/systemd/system/appliance-health.service");
        assert!(unit.contains("\nSuccessExitStatus=SIGTERM\n"));
        assert!(unit.contains("\nExecStopPost=/usr/bin/appliance stopped\n"));
    }

    #[test]
    fn only_a_unit_that_is_up_is_up_for_some_time() {
        let now = Duration::from_secs(100);
        let minute = Some(Duration::from_secs(60));
        assert_eq!(up_for("active\n40000000\n", now), minute);
        assert_eq!(up_for("40000000\nactive\n", now), minute);
        assert_eq!(up_for("activating\n40000000\n", now), None);
        assert_eq!(up_for("active\n", now), None);
        assert_eq!(up_for("", now), None);
    }

    #[test]
    fn a_desk_that_does_not_stay_up_is_never_kept() {
        let all = report("good", "good", "good", "");
        let short = STEADY.checked_sub(Duration::from_secs(1));
        for steady in [None, Some(Duration::ZERO), short] {
            for standard in [TRIAL, Standard::Proven] {
                let verdict = judge(Some(&all), steady, standard, NOW);
                assert!(matches!(verdict, Verdict::Wait(_)));
                let verdict = judge(Some(&all), steady, standard, PATIENCE);
                assert!(matches!(verdict, Verdict::Refuse(_)));
            }
        }
    }

    #[test]
    fn a_desk_that_fails_again_and_again_is_given_up_before_it_counts_as_steady() {
        let unit = include_str!("../../rootfs/etc/systemd/system/madoguchi-kiosk.service");
        let value = |key: &str| -> u64 {
            unit.lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
                .expect("in the unit")
                .parse()
                .expect("a number")
        };
        let (interval, burst) = (value("StartLimitIntervalSec"), value("StartLimitBurst"));
        assert!(unit.contains("\nStartLimitAction=reboot\n"));
        // As many starts as are allowed, spread over the whole interval.
        let longest_life = Duration::from_secs(interval / (burst - 1));
        assert!(STEADY > longest_life);
    }

    #[test]
    fn a_reader_that_was_there_before_has_to_be_there_again() {
        let none = report("good", "bad", "good", "");
        assert!(matches!(
            judge(Some(&none), LONG, TRIAL, PATIENCE),
            Verdict::Refuse(_)
        ));
        assert_eq!(judge(Some(&none), LONG, NO_READER, NOW), Verdict::Keep);
    }

    #[test]
    fn a_line_that_is_down_is_forgiven_after_the_grace() {
        let down = report("good", "good", "bad", "MDG-NET-DOWN");
        assert!(matches!(
            judge(Some(&down), LONG, TRIAL, NOW),
            Verdict::Wait(_)
        ));
        assert_eq!(
            judge(Some(&down), LONG, TRIAL, OFFLINE_GRACE),
            Verdict::Keep
        );
    }

    #[test]
    fn a_gateway_that_refuses_is_never_forgiven() {
        let refused = report("good", "good", "bad", "MDG-NET-TLS");
        assert!(matches!(
            judge(Some(&refused), LONG, TRIAL, OFFLINE_GRACE),
            Verdict::Wait(_)
        ));
        assert!(matches!(
            judge(Some(&refused), LONG, TRIAL, PATIENCE),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn a_proven_system_is_not_given_up_because_something_was_unplugged() {
        let alone = report("good", "bad", "bad", "MDG-NET-TLS");
        assert_eq!(
            judge(Some(&alone), LONG, Standard::Proven, NOW),
            Verdict::Keep
        );
        let shut = report("bad", "good", "good", "");
        assert!(matches!(
            judge(Some(&shut), LONG, Standard::Proven, PATIENCE),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn a_terminal_of_no_office_yet_asks_nobody() {
        let new = report("good", "good", "bad", NOT_ENROLLED);
        assert_eq!(judge(Some(&new), LONG, TRIAL, NOW), Verdict::Keep);
    }
}
