//! Wrong tries, pauses, and the time without the gateway.

use proptest::prelude::*;

use super::*;

#[test]
fn a_try_is_counted_before_it_is_hashed_so_that_pulling_the_plug_gives_none_for_free() {
    let mut office = Office::open();
    for _ in 0..3 {
        // The power goes right after the count: no answer to the hash ever comes.
        office
            .run(Job::BeginTry {
                who: user("staff1"),
                reason: PasscodeReason::Unlock,
            })
            .unwrap();
        office.time.reboot();
    }
    assert!(matches!(
        office.gate("staff1"),
        Gate::Paused { wrong: 3, .. }
    ));
}

#[test]
fn wrong_tries_pause_for_a_minute_then_half_an_hour_then_until_an_administrator() {
    let mut office = Office::open();
    assert_eq!(office.wrong("staff1"), Gate::Open { left: 2 });
    assert_eq!(office.wrong("staff1"), Gate::Open { left: 1 });
    assert_eq!(left(office.wrong("staff1")), Some(MINUTE));
    office.time.advance(MINUTE);
    assert_eq!(office.gate("staff1"), Gate::Open { left: 2 });
    assert_eq!(office.wrong("staff1"), Gate::Open { left: 1 });
    for _ in 5..10 {
        assert_eq!(left(office.wrong("staff1")), Some(30 * MINUTE));
        office.time.advance(30 * MINUTE);
    }
    assert_eq!(left(office.wrong("staff1")), None);
    office.time.advance(30 * 24 * 60 * MINUTE);
    assert_eq!(
        left(office.gate("staff1")),
        None,
        "no time opens it any more"
    );
    office
        .run(Job::OpenLockout {
            by: user("admin1"),
            who: Some(user("staff1")),
        })
        .unwrap();
    assert_eq!(office.gate("staff1"), Gate::Open { left: 3 });
}

#[test]
fn a_paused_person_may_not_try_and_is_not_counted_further() {
    let mut office = Office::open();
    for _ in 0..3 {
        office.wrong("staff1");
    }
    for _ in 0..5 {
        assert!(matches!(
            office.wrong("staff1"),
            Gate::Paused { wrong: 3, .. }
        ));
    }
}

#[test]
fn only_the_person_who_was_wrong_pauses() {
    let mut office = Office::open();
    for _ in 0..3 {
        office.wrong("staff1");
    }
    assert_eq!(office.gate("staff2"), Gate::Open { left: 3 });
}

#[test]
fn after_a_reboot_the_whole_pause_runs_again() {
    let mut office = Office::open();
    for _ in 0..3 {
        office.wrong("staff1");
    }
    office.time.advance(Duration::from_secs(59));
    office.time.reboot();
    let waits = left(office.gate("staff1")).unwrap();
    assert!(waits > Duration::from_secs(58), "{waits:?}");
    office.time.advance(MINUTE);
    assert_eq!(office.gate("staff1"), Gate::Open { left: 2 });
}

#[test]
fn setting_the_clock_shortens_no_pause() {
    let mut office = Office::open();
    for _ in 0..3 {
        office.wrong("staff1");
    }
    for years in [10, -10, 1] {
        office.time.shift_system(years * 365 * 24 * 3600 * 1000);
        assert_eq!(left(office.gate("staff1")), Some(MINUTE));
    }
}

#[test]
fn one_code_tried_on_everybody_stops_the_device() {
    let mut office = Office::open();
    let mut stopped = None;
    'all: for _ in 0..2 {
        for n in 1..=9 {
            let gate = office.wrong(&format!("staff{n}"));
            if let Gate::Paused {
                device_wide: true, ..
            } = gate
            {
                stopped = Some(gate);
                break 'all;
            }
        }
    }
    assert_eq!(left(stopped.unwrap()), Some(30 * MINUTE));
    // Also for somebody who was never wrong, except to end the pause.
    assert!(matches!(
        office.gate("admin1"),
        Gate::Paused {
            device_wide: true,
            ..
        }
    ));
    let ask = Job::Ask {
        who: user("admin1"),
        reason: PasscodeReason::OpenLockout,
    };
    assert!(matches!(
        office.run(ask).unwrap(),
        Reply::Gate(Gate::Open { .. })
    ));
    office
        .run(Job::OpenLockout {
            by: user("admin1"),
            who: None,
        })
        .unwrap();
    assert!(matches!(office.gate("staff9"), Gate::Open { .. }));
}

#[test]
fn somebodys_right_passcode_forgives_their_own_tries_only() {
    let mut office = Office::open();
    office.wrong("staff1");
    office.wrong("staff2");
    office.wrong("staff2");
    let job = right(user("staff1"));
    assert!(matches!(office.run(job).unwrap(), Reply::Unlocked { .. }));
    assert_eq!(office.gate("staff1"), Gate::Open { left: 3 });
    assert_eq!(office.gate("staff2"), Gate::Open { left: 1 });
}

#[test]
fn general_staff_and_oneself_cannot_end_a_pause() {
    let mut office = Office::open();
    for by in ["staff2", "techn1", "staff1"] {
        let job = Job::OpenLockout {
            by: user(by),
            who: Some(user("staff1")),
        };
        assert_eq!(
            office.run(job).unwrap_err(),
            Problem::Refused(ProblemCode::AccessDenied)
        );
    }
}

#[test]
fn a_terminal_too_long_without_the_gateway_opens_for_no_work_and_no_clock_trick_helps() {
    let limit = Some(Duration::from_secs(14 * 24 * 3600));
    let day = Duration::from_secs(24 * 3600);
    let unlock = |office: &mut Office, who: &str| {
        let reason = PasscodeReason::Unlock;
        office.run(Job::TryRight {
            who: user(who),
            reason,
            offline_limit: limit,
        })
    };
    let mut office = Office::open();
    office.run(Job::Heard).unwrap();
    office.time.advance(13 * day);
    unlock(&mut office, "staff1").unwrap();
    office.time.advance(2 * day);
    let locked = Problem::Refused(ProblemCode::VaultOfflineLimit);
    assert_eq!(unlock(&mut office, "staff1").unwrap_err(), locked);
    assert_eq!(unlock(&mut office, "admin1").unwrap_err(), locked);
    unlock(&mut office, "techn1").unwrap();
    // A right passcode that opens nothing yet is no wrong try, however often it is typed.
    for _ in 0..20 {
        let who = user("staff1");
        let reason = PasscodeReason::Unlock;
        let begun = office.run(Job::BeginTry { who, reason }).unwrap();
        assert!(matches!(begun, Reply::Hash(_)), "{begun:?}");
        assert_eq!(unlock(&mut office, "staff1").unwrap_err(), locked);
    }
    office.time.shift_system(-15 * 24 * 3600 * 1000);
    assert_eq!(unlock(&mut office, "staff1").unwrap_err(), locked);
    office.run(Job::Heard).unwrap();
    unlock(&mut office, "staff1").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Whatever is done with power, time and clock: between two tries after the fifth lies
    /// half an hour of running, and after the tenth there is none.
    #[test]
    fn no_trick_gives_more_tries(
        steps in prop::collection::vec((0u8..5, 0u64..2_400), 1..80),
    ) {
        let mut office = Office::open();
        let mut tries: Vec<Duration> = Vec::new();
        let mut ran = Duration::ZERO;
        for (what, seconds) in steps {
            let time = Duration::from_secs(seconds);
            match what {
                0 | 1 => {
                    let job = Job::BeginTry { who: user("staff1"), reason: PasscodeReason::Unlock };
                    if let Reply::Hash(_) = office.run(job).unwrap() {
                        tries.push(ran);
                    }
                }
                2 => {
                    office.time.advance(time);
                    ran += time;
                }
                3 => office.time.reboot(),
                _ => office.time.shift_system(i64::try_from(seconds).unwrap() * 86_400_000),
            }
        }
        prop_assert!(tries.len() <= 10);
        for (index, pair) in tries.windows(2).enumerate() {
            // The pause that follows the first of the two.
            let pause = lockout::pause(u8::try_from(index + 1).unwrap());
            // A reboot starts it over but runs for a second already.
            let waited = pair[1] - pair[0] + Duration::from_secs(2);
            prop_assert!(waited >= pause, "{tries:?}");
        }
    }
}
