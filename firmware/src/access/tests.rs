#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;
use protocol::exchange::CommandId;
use protocol::text::PersonName;

use super::passcode::{Cost, HASH_BYTES, SALT_BYTES};
use super::*;
use crate::clock::{Clock, ManualTime};
use crate::testing::{clock, id};

struct Office {
    vault: Vault,
    time: ManualTime,
    clock: Clock,
    commands: u64,
}

fn user(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

fn record(id: &str, role: StaffRole) -> StaffRecord {
    StaffRecord {
        id: user(id),
        name: PersonName::parse("佐藤 美咲").unwrap(),
        role,
        services: vec!["43".to_owned()],
        occupation: None,
        active: true,
    }
}

fn right(who: UserId) -> Job {
    Job::TryRight {
        who,
        reason: PasscodeReason::Unlock,
        offline_limit: None,
    }
}

fn hash() -> StoredHash {
    StoredHash {
        salt: [1; SALT_BYTES],
        cost: Cost::FLOOR,
        hash: [2; HASH_BYTES],
    }
}

impl Office {
    /// admin1 and admin2 (管理者), staff1 … staff9 (一般), setup1 (設定者), techn1 (技術者).
    fn open() -> Self {
        let (time, clock) = clock();
        let vault = Vault::in_memory().unwrap();
        let mut office = Self {
            vault,
            time,
            clock,
            commands: 0,
        };
        let general: Vec<String> = (1..=9).map(|n| format!("staff{n}")).collect();
        let mut people = vec![
            ("admin1", StaffRole::Administrator),
            ("admin2", StaffRole::Administrator),
            ("setup1", StaffRole::Setup),
            ("techn1", StaffRole::Technician),
        ];
        people.extend(general.iter().map(|id| (id.as_str(), StaffRole::General)));
        for (id, role) in people {
            let record = record(id, role);
            office
                .vault
                .write(|tx| {
                    staff::put(tx, &record)?;
                    staff::keep_hash(tx, &record.id, &hash())
                })
                .unwrap();
        }
        office
            .vault
            .write(|tx| {
                tx.execute("INSERT INTO setup_setting VALUES('finished', 'true')", [])?;
                Ok(())
            })
            .unwrap();
        office
    }

    fn run(&mut self, job: Job) -> Result<Reply, Problem> {
        let now = self.clock.now();
        run(job, &mut self.vault, &now)
    }

    fn gate(&mut self, who: &str) -> Gate {
        match self
            .run(Job::Ask {
                who: user(who),
                reason: PasscodeReason::Unlock,
            })
            .unwrap()
        {
            Reply::Gate(gate) => gate,
            other => panic!("{other:?}"),
        }
    }

    /// A wrong try, if it may be made.
    fn wrong(&mut self, who: &str) -> Gate {
        let begin = Job::BeginTry {
            who: user(who),
            reason: PasscodeReason::Unlock,
        };
        match self.run(begin).unwrap() {
            Reply::Hash(_) => match self.run(Job::TryWrong { who: user(who) }).unwrap() {
                Reply::Gate(gate) => gate,
                other => panic!("{other:?}"),
            },
            Reply::Gate(gate) => gate,
            other => panic!("{other:?}"),
        }
    }

    fn command(&mut self) -> CommandId {
        self.commands += 1;
        id(self.commands)
    }

    fn save(
        &mut self,
        by: &str,
        second: Option<&str>,
        record: StaffRecord,
    ) -> Result<Reply, Problem> {
        let command = self.command();
        self.run(Job::Save(Change {
            by: Some(user(by)),
            second: second.map(user),
            record,
            new: false,
            command,
        }))
    }

    fn stop(&mut self, by: &str, second: Option<&str>, who: &str) -> Result<Reply, Problem> {
        let command = self.command();
        self.run(Job::Stop(Stop {
            by: user(by),
            second: second.map(user),
            who: user(who),
            command,
        }))
    }

    fn count(&self, query: &str) -> i64 {
        self.vault
            .read(|c| Ok(c.query_row(query, [], |row| row.get(0))?))
            .unwrap()
    }
}

fn left(gate: Gate) -> Option<Duration> {
    match gate {
        Gate::Paused { left, .. } => left,
        Gate::Open { .. } => Some(Duration::ZERO),
    }
}

const MINUTE: Duration = Duration::from_secs(60);

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
fn a_leaver_is_stopped_at_once_and_the_gateway_is_told_in_the_same_transaction() {
    let mut office = Office::open();
    office.stop("admin1", None, "staff1").unwrap();
    let ask = Job::Ask {
        who: user("staff1"),
        reason: PasscodeReason::Unlock,
    };
    assert_eq!(
        office.run(ask).unwrap_err(),
        Problem::Refused(ProblemCode::AccessDisabled)
    );
    let job = right(user("staff1"));
    assert!(
        office.run(job).is_err(),
        "a try that was under way ends too"
    );
    assert_eq!(office.count("SELECT count(*) FROM outbox"), 1);
    assert_eq!(
        office.count("SELECT count(*) FROM audit WHERE event LIKE '%\"disabled\"%'"),
        1
    );
    // Kept, because the log names them.
    assert_eq!(
        office.count("SELECT count(*) FROM access_staff WHERE id = 'staff1'"),
        1
    );
}

#[test]
fn a_leaver_who_comes_back_chooses_a_new_passcode() {
    let mut office = Office::open();
    office.stop("admin1", None, "staff1").unwrap();
    office
        .save("admin1", None, record("staff1", StaffRole::General))
        .unwrap();
    let ask = Job::Ask {
        who: user("staff1"),
        reason: PasscodeReason::Unlock,
    };
    assert!(matches!(office.run(ask).unwrap(), Reply::NoPasscode));
}

#[test]
fn the_last_administrator_cannot_be_stopped_or_demoted() {
    let mut office = Office::open();
    office.stop("setup1", Some("admin1"), "admin2").unwrap();
    let last = Problem::Refused(ProblemCode::AccessLastAdministrator);
    assert_eq!(
        office
            .save(
                "setup1",
                Some("admin1"),
                record("admin1", StaffRole::General)
            )
            .unwrap_err(),
        last
    );
    assert_eq!(
        office.stop("setup1", Some("admin1"), "admin1").unwrap_err(),
        last
    );
}

#[test]
fn set_up_changes_rights_only_together_with_a_second_person() {
    let mut office = Office::open();
    let new = || record("admin3", StaffRole::Administrator);
    let denied = Problem::Refused(ProblemCode::AccessDenied);
    assert_eq!(office.save("setup1", None, new()).unwrap_err(), denied);
    assert_eq!(
        office.save("setup1", Some("setup1"), new()).unwrap_err(),
        denied
    );
    assert_eq!(
        office.save("setup1", Some("staff1"), new()).unwrap_err(),
        denied
    );
    office.save("setup1", Some("admin1"), new()).unwrap();
    // General staff need no second person.
    office
        .save("setup1", None, record("staff10", StaffRole::General))
        .unwrap();
}

#[test]
fn nobody_changes_what_they_do_not_manage() {
    let mut office = Office::open();
    let denied = Problem::Refused(ProblemCode::AccessDenied);
    for (by, record) in [
        ("admin1", record("admin2", StaffRole::General)),
        ("admin1", record("staff1", StaffRole::Administrator)),
        ("admin1", record("admin1", StaffRole::Setup)),
        ("staff1", record("staff2", StaffRole::General)),
        ("staff1", record("staff1", StaffRole::Administrator)),
        ("techn1", record("staff1", StaffRole::General)),
    ] {
        assert_eq!(
            office.save(by, Some("setup1"), record).unwrap_err(),
            denied,
            "{by}"
        );
    }
    assert_eq!(office.stop("admin1", None, "admin1").unwrap_err(), denied);
    assert_eq!(office.stop("staff1", None, "staff2").unwrap_err(), denied);
    assert_eq!(
        office.count("SELECT count(*) FROM outbox"),
        0,
        "nothing was told either"
    );
}

#[test]
fn after_set_up_nobody_adds_staff_or_sets_passcodes_without_standing_there() {
    let mut office = Office::open();
    let command = office.command();
    let change = Change {
        by: None,
        second: None,
        record: record("thief1", StaffRole::Administrator),
        new: true,
        command,
    };
    let denied = Problem::Refused(ProblemCode::AccessDenied);
    assert_eq!(office.run(Job::Save(change)).unwrap_err(), denied);
    for by in [None, Some(user("staff2"))] {
        let job = Job::SetPasscode {
            who: user("staff1"),
            by,
            stored: hash(),
        };
        assert_eq!(office.run(job).unwrap_err(), denied);
    }
}

#[test]
fn an_id_that_is_taken_is_refused_and_nothing_changes() {
    let mut office = Office::open();
    let command = office.command();
    let change = Change {
        by: Some(user("admin1")),
        second: None,
        record: record("staff1", StaffRole::General),
        new: true,
        command,
    };
    assert_eq!(
        office.run(Job::Save(change)).unwrap_err(),
        Problem::Refused(ProblemCode::AccessTaken)
    );
}

#[test]
fn the_pledge_is_due_once_a_year_and_tells_the_gateway() {
    let mut office = Office::open();
    let due = |office: &mut Office| {
        let job = right(user("staff1"));
        match office.run(job).unwrap() {
            Reply::Unlocked { pledge_due, .. } => pledge_due,
            other => panic!("{other:?}"),
        }
    };
    assert!(due(&mut office));
    let command = office.command();
    office
        .run(Job::SignPledge {
            who: user("staff1"),
            command,
        })
        .unwrap();
    assert_eq!(office.count("SELECT count(*) FROM outbox"), 1);
    assert!(!due(&mut office));
    office.time.advance(Duration::from_secs(364 * 24 * 3600));
    assert!(!due(&mut office));
    office.time.advance(Duration::from_secs(2 * 24 * 3600));
    assert!(due(&mut office));
}

#[test]
fn a_clock_that_cannot_be_trusted_does_not_ask_for_the_pledge_again() {
    let mut office = Office::open();
    office
        .run(Job::SignPledge {
            who: user("staff1"),
            command: id(77),
        })
        .unwrap();
    office.time.shift_system(10 * 365 * 24 * 3600 * 1000);
    let job = right(user("staff1"));
    assert!(matches!(
        office.run(job).unwrap(),
        Reply::Unlocked {
            pledge_due: false,
            ..
        }
    ));
}

#[test]
fn setup_and_technician_sign_no_pledge() {
    let mut office = Office::open();
    for who in ["setup1", "techn1"] {
        let job = right(user(who));
        assert!(matches!(
            office.run(job).unwrap(),
            Reply::Unlocked {
                pledge_due: false,
                ..
            }
        ));
    }
}

#[test]
fn a_record_from_another_terminal_twice_changes_nothing_and_a_leaver_is_stopped() {
    let mut office = Office::open();
    let now = office.clock.now();
    let mut new = record("other1", StaffRole::General);
    for _ in 0..2 {
        office
            .vault
            .write(|tx| apply_record(tx, &now, &new))
            .unwrap();
    }
    assert_eq!(office.count("SELECT count(*) FROM audit"), 1);
    assert_eq!(
        office.count("SELECT count(*) FROM outbox"),
        0,
        "what came is not sent back"
    );
    new.active = false;
    office
        .vault
        .write(|tx| apply_record(tx, &now, &new))
        .unwrap();
    office
        .vault
        .write(|tx| stop(tx, &now, &user("staff1")))
        .unwrap();
    office
        .vault
        .write(|tx| stop(tx, &now, &user("staff1")))
        .unwrap();
    for who in ["other1", "staff1"] {
        assert!(matches!(
            office.run(Job::Standing { who: user(who) }).unwrap(),
            Reply::Standing(None)
        ));
    }
    assert_eq!(office.count("SELECT count(*) FROM audit"), 3);
}

#[test]
fn a_full_queue_keeps_no_leaver_in_and_the_gateway_is_told_when_there_is_room() {
    let mut office = Office::open();
    // The oldest command waits longer than the queue allows.
    office.stop("admin1", None, "staff2").unwrap();
    office
        .time
        .advance(outbox::MAX_AGE + Duration::from_secs(3600));
    assert!(matches!(
        office
            .save("admin1", None, record("staff10", StaffRole::General))
            .unwrap_err(),
        Problem::OutboxQuota(_)
    ));
    office.stop("admin1", None, "staff1").unwrap();
    assert!(office.run(right(user("staff1"))).is_err());
    assert!(office.vault.read(untold::any).unwrap());
    assert!(
        office.run(Job::Retell { command: id(50) }).is_err(),
        "still full"
    );
    assert!(office.vault.read(untold::any).unwrap());
    office
        .vault
        .write(|tx| {
            tx.execute("UPDATE outbox_state SET state = 2", [])?;
            Ok(())
        })
        .unwrap();
    office.run(Job::Retell { command: id(51) }).unwrap();
    assert!(!office.vault.read(untold::any).unwrap());
    assert_eq!(office.count("SELECT count(*) FROM outbox"), 2);
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
