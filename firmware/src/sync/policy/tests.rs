#![allow(clippy::unwrap_used)]

use super::*;
use crate::entropy::SeededEntropy;
use crate::testing::{DAY, clock, minutes};

fn went(result: Result<Settlement, NetError>) -> Result<Settlement, Problem> {
    result.map_err(Problem::from)
}

fn quiet() -> Result<Settlement, Problem> {
    Ok(Settlement::default())
}

fn down() -> Result<Settlement, Problem> {
    went(Err(NetError::Down("test".into())))
}

fn busy(seconds: u64) -> Result<Settlement, Problem> {
    went(Err(NetError::Busy {
        retry_after: Some(Duration::from_secs(seconds)),
        code: None,
    }))
}

fn wait(policy: &SyncPolicy, now: &Now) -> Duration {
    match policy.next(now) {
        Next::Round { .. } => Duration::ZERO,
        Next::Wait(wait) => wait,
    }
}

#[test]
fn q5_retries_have_full_jitter_between_two_seconds_and_fifteen_minutes() {
    let (_, clock) = clock();
    let now = clock.now();
    let mut widest = Duration::ZERO;
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..50 {
        let entropy = &mut SeededEntropy::new(seed);
        let mut policy = SyncPolicy::new(POLL);
        for failure in 0..40u32 {
            policy.ended(&down(), &now, entropy);
            let waited = wait(&policy, &now);
            let bound = (RETRY_MIN * 2u32.pow((failure + 1).min(9))).min(RETRY_MAX);
            assert!(
                waited >= RETRY_MIN && waited <= bound,
                "{waited:?} after {failure}"
            );
            widest = widest.max(waited);
            seen.insert(waited);
        }
    }
    assert!(
        widest > RETRY_MAX * 9 / 10,
        "the whole width is used: {widest:?}"
    );
    assert!(seen.len() > 1000, "waits differ from terminal to terminal");
}

#[test]
fn q5_retry_after_is_honoured_even_against_a_tap() {
    let (time, clock) = clock();
    let entropy = &mut SeededEntropy::new(1);
    let mut policy = SyncPolicy::new(POLL);
    policy.ended(&busy(300), &clock.now(), entropy);
    policy.wake(Wake::Tap, &clock.now());
    assert_eq!(wait(&policy, &clock.now()), minutes(5));
    time.advance(minutes(5));
    assert_eq!(wait(&policy, &clock.now()), Duration::ZERO);

    policy.ended(&busy(u64::MAX / 4), &clock.now(), entropy);
    assert!(
        wait(&policy, &clock.now()) <= RETRY_AFTER_MAX,
        "but not for ever"
    );
}

#[test]
fn q5_the_link_coming_up_and_a_tap_wake_at_once() {
    let (_, clock) = clock();
    let entropy = &mut SeededEntropy::new(1);
    for wake in [Wake::LinkUp, Wake::Tap] {
        let mut policy = SyncPolicy::new(POLL);
        for _ in 0..12 {
            policy.ended(&down(), &clock.now(), entropy);
        }
        assert_ne!(wait(&policy, &clock.now()), Duration::ZERO);
        policy.wake(wake, &clock.now());
        assert_eq!(wait(&policy, &clock.now()), Duration::ZERO);
    }
    let mut policy = SyncPolicy::new(POLL);
    policy.ended(&quiet(), &clock.now(), entropy);
    assert_ne!(wait(&policy, &clock.now()), Duration::ZERO);
    policy.wake(Wake::NewWork, &clock.now());
    assert_eq!(wait(&policy, &clock.now()), Duration::ZERO);
}

#[test]
fn q5_tls_refusal_portal_and_bad_answers_pause_everything_until_it_works_again() {
    let (_, clock) = clock();
    let entropy = &mut SeededEntropy::new(1);
    for (error, code) in [
        (NetError::Tls("expired".into()), ProblemCode::NetTls),
        (
            NetError::Barred(ProblemCode::DeviceRevoked),
            ProblemCode::DeviceRevoked,
        ),
        (NetError::Portal("html"), ProblemCode::NetPortal),
        (NetError::Redirect, ProblemCode::NetRedirect),
        (NetError::Receipt("forged"), ProblemCode::NetReceipt),
        (NetError::Answer("not ours"), ProblemCode::NetAnswer),
        (
            NetError::Refused(ProblemCode::WireVersion),
            ProblemCode::WireVersion,
        ),
    ] {
        let mut policy = SyncPolicy::new(POLL);
        policy.ended(&went(Err(error)), &clock.now(), entropy);
        assert_eq!(policy.paused().unwrap().code(), code);
        assert!(wait(&policy, &clock.now()) >= RETRY_MAX / 2);
        policy.wake(Wake::NewWork, &clock.now());
        assert_ne!(
            wait(&policy, &clock.now()),
            Duration::ZERO,
            "new work does not hammer"
        );
        policy.wake(Wake::Tap, &clock.now());
        assert_eq!(wait(&policy, &clock.now()), Duration::ZERO);
        policy.ended(&quiet(), &clock.now(), entropy);
        assert_eq!(policy.paused(), None);
    }
}

#[test]
fn q5_an_untrusted_clock_pauses_until_the_gateway_has_put_it_right() {
    let (time, clock) = clock();
    let entropy = &mut SeededEntropy::new(1);
    let mut policy = SyncPolicy::new(POLL);
    time.shift_system(-3650 * DAY);
    policy.ended(&quiet(), &clock.now(), entropy);
    assert_eq!(policy.paused(), Some(&Pause::Clock));
    clock.gateway_said(protocol::calendar::Timestamp::from_unix_ms(
        crate::testing::MORNING + 60_000,
    ));
    policy.ended(&quiet(), &clock.now(), entropy);
    assert_eq!(policy.paused(), None);
}

#[test]
fn q5_a_batch_that_is_too_large_is_halved_down_to_one_and_grows_again() {
    let (_, clock) = clock();
    let entropy = &mut SeededEntropy::new(1);
    let mut policy = SyncPolicy::new(POLL);
    let mut sizes = Vec::new();
    while let Next::Round { rows } = policy.next(&clock.now()) {
        sizes.push(rows);
        if rows == 1 {
            break;
        }
        policy.ended(&went(Err(NetError::RequestTooLarge)), &clock.now(), entropy);
    }
    assert_eq!(sizes, [500, 250, 125, 62, 31, 15, 7, 3, 1]);
    let more = Settlement {
        sent: 1,
        receipted: 1,
        waiting: 10,
        ..Settlement::default()
    };
    policy.ended(&Ok(more), &clock.now(), entropy);
    assert_eq!(policy.next(&clock.now()), Next::Round { rows: 2 });
}

#[test]
fn a_round_that_moved_nothing_does_not_spin() {
    let (_, clock) = clock();
    let entropy = &mut SeededEntropy::new(1);
    let mut policy = SyncPolicy::new(POLL);
    let stuck = Settlement {
        sent: 5,
        waiting: 5,
        ..Settlement::default()
    };
    policy.ended(&Ok(stuck), &clock.now(), entropy);
    assert!(wait(&policy, &clock.now()) >= RETRY_MIN);
    let waiting_for_scans = Settlement {
        waiting: 5,
        ..Settlement::default()
    };
    policy.ended(&Ok(waiting_for_scans), &clock.now(), entropy);
    assert!(wait(&policy, &clock.now()) >= POLL / 2);
}

#[test]
fn setting_the_clock_moves_no_wait() {
    let (time, clock) = clock();
    let entropy = &mut SeededEntropy::new(1);
    let mut policy = SyncPolicy::new(POLL);
    policy.ended(&down(), &clock.now(), entropy);
    let before = wait(&policy, &clock.now());
    for shift in [-3650 * DAY, 7300 * DAY, -3_600_000] {
        time.shift_system(shift);
        assert_eq!(wait(&policy, &clock.now()), before);
    }
}
