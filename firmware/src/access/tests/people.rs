//! Who may change whom; leavers; the pledge.

use super::*;

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
            second: None,
            stored: hash(),
        };
        assert_eq!(office.run(job).unwrap_err(), denied);
    }
}

#[test]
fn a_forgotten_passcode_is_replaced_only_by_somebody_with_those_rights() {
    let mut office = Office::open();
    let mut give = |by: &str, second: Option<&str>, who: &str| {
        office.run(Job::SetPasscode {
            who: user(who),
            by: Some(user(by)),
            second: second.map(user),
            stored: hash(),
        })
    };
    for (by, second, who) in [
        ("admin1", None, "setup1"),
        ("setup1", None, "setup1"),
        ("admin1", None, "admin1"),
        ("techn1", None, "staff1"),
        ("setup1", None, "admin1"),
        ("setup1", Some("setup1"), "admin1"),
        ("setup1", Some("staff1"), "admin1"),
    ] {
        assert_eq!(
            give(by, second, who).unwrap_err(),
            Problem::Refused(ProblemCode::AccessDenied),
            "{by} for {who}"
        );
    }
    give("admin1", None, "staff1").unwrap();
    give("admin1", None, "admin2").unwrap();
    give("setup1", None, "staff2").unwrap();
    give("setup1", Some("admin2"), "admin1").unwrap();
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
fn what_no_screen_asks_for_is_kept_when_somebody_is_changed() {
    let mut office = Office::open();
    let mut changed = record("staff1", StaffRole::General);
    changed.services.clear();
    changed.name = PersonName::parse("佐藤 美咲子").unwrap();
    office.save("admin1", None, changed).unwrap();
    assert_eq!(
        office.count("SELECT count(*) FROM access_staff WHERE id = 'staff1' AND services = '43'"),
        1
    );
}
