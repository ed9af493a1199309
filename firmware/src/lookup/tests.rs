#![allow(clippy::unwrap_used)]
use std::time::Duration;

use proptest::prelude::*;
use protocol::answer::{
    Answer, EligibilityAnswer, ProgressAnswer, ProgressFinding, ProgressRecord, Provenance,
};
use protocol::calendar::{Date, Timestamp};
use protocol::command::ProgressKey;
use protocol::exchange::CommandId;
use protocol::number::{InsuredNumber, InsurerNumber};
use protocol::person::Purpose;
use protocol::problem::ProblemCode;

use super::*;
use crate::clock::{ClockTrust, Distrust};
use crate::testing::{MORNING, id, staff};
use crate::{audit, expiry, outbox};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn insurer() -> InsurerNumber {
    InsurerNumber::with_check_digit("99201").unwrap()
}

fn now() -> Now {
    Now {
        boot: Duration::from_secs(100),
        boot_id: [1; 16],
        wall: Timestamp::from_unix_ms(MORNING),
        trust: ClockTrust::Trusted,
    }
}

fn later(by: Duration) -> Now {
    Now {
        boot: now().boot + by,
        wall: now().wall + by,
        ..now()
    }
}

fn by_number(person: u64) -> Subject {
    let insured = InsuredNumber::parse(&format!("{person:010}")).unwrap();
    Subject {
        insurer: insurer(),
        key: ProgressKey::Insured { insured }.into(),
    }
}

fn question(subject: Subject) -> Question {
    Question {
        subject,
        purpose: Purpose::CarePlan,
        who: Some("青木 ハル".to_owned()),
        born_on: Date::from_ymd(1933, 3, 14),
    }
}

fn ask_at(vault: &mut Vault, now: &Now, n: u64, question: Question) -> Result<Asked, Problem> {
    let job = Job::Ask {
        id: id(n),
        staff: staff(),
        scope: vec![insurer()],
        question,
        replaces: None,
    };
    match run(job, vault, now)? {
        Reply::Asked(asked) => Ok(asked),
        _ => unreachable!("an Ask is answered by Asked"),
    }
}

fn answer_at(at: Timestamp, finding: ProgressFinding) -> Answer {
    Answer::Progress(ProgressAnswer {
        provenance: Provenance {
            source: "汐見市 介護保険課".to_owned(),
            updated_at: None,
            retrieved_at: at,
            valid_until: at + DAY * 7,
            delete_after: at + DAY * 92,
        },
        finding,
    })
}

/// Somebody was found; `panel_day` tells two findings apart.
fn found(panel_day: u8) -> Answer {
    let record = ProgressRecord {
        applied_on: Date::from_ymd(2026, 10, 1).unwrap(),
        application_kind: None,
        visit_on: None,
        survey_received_on: None,
        opinion_requested_on: None,
        opinion_received_on: None,
        panel_on: Date::from_ymd(2026, 11, panel_day),
        certified_on: None,
        care_level: None,
        valid_months: None,
        valid_from: None,
        valid_to: None,
    };
    answer_at(now().wall, ProgressFinding::Found(Box::new(record)))
}

fn keep(vault: &mut Vault, now: &Now, command: CommandId, answer: &Answer) -> bool {
    vault
        .write(|tx| keep_answer(tx, now, command, answer))
        .unwrap()
}

fn kept(vault: &Vault, now: &Now, subject: &Subject) -> Option<KeptAnswer> {
    vault.read(|c| find(c, now, subject)).unwrap()
}

fn rows(vault: &Vault, table: &str) -> i64 {
    vault
        .read(|c| Ok(c.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?))
        .unwrap()
}

#[test]
fn a_question_is_saved_with_its_command_and_its_audit_entry_or_not_at_all() {
    let mut vault = Vault::in_memory().unwrap();
    let asked = ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    assert_eq!(asked.slip_number, "1120-0001");
    assert_eq!(vault.read(outbox::pending_count).unwrap(), 1);
    let events = vault.read(|c| audit::page(c, 0, 10)).unwrap();
    assert_eq!(events.len(), 1);
    assert!(events[0].event.contains("look_up_asked"));
    assert!(
        !events[0].event.contains("0000000001"),
        "the log names no person"
    );

    let second = ask_at(&mut vault, &now(), 2, question(by_number(2))).unwrap();
    assert_eq!(second.slip_number, "1120-0002");
}

#[test]
fn jobs_and_replies_do_not_show_people_in_debug_output() {
    let mut vault = Vault::in_memory().unwrap();
    let born_on = Date::from_ymd(1933, 3, 14).unwrap();
    let mut shown = format!("{:?}", question(by_number(1)));
    for job in [
        Job::FindPerson {
            name: "青木 ハル".to_owned(),
            born_on,
        },
        Job::Ask {
            id: id(1),
            staff: staff(),
            scope: vec![insurer()],
            question: question(by_number(1)),
            replaces: None,
        },
        Job::Follow(id(1)),
        Job::Clients { page: 0, rows: 3 },
        Job::FindPerson {
            name: "青木 ハル".to_owned(),
            born_on,
        },
    ] {
        shown += &format!("{job:?}");
        shown += &format!("{:?}", run(job, &mut vault, &now()).unwrap());
    }
    for secret in ["青木", "0000000001", "1933"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn an_insurer_outside_the_scope_is_refused_before_anything_is_saved() {
    let mut vault = Vault::in_memory().unwrap();
    let mut elsewhere = question(by_number(1));
    elsewhere.subject.insurer = InsurerNumber::with_check_digit("99999").unwrap();
    assert_eq!(
        ask_at(&mut vault, &now(), 1, elsewhere),
        Err(Problem::Refused(ProblemCode::CommandScope))
    );
    for table in ["outbox", "audit", "question", "client"] {
        assert_eq!(rows(&vault, table), 0, "{table}");
    }
}

#[test]
fn the_same_question_on_its_way_is_not_asked_twice() {
    let mut vault = Vault::in_memory().unwrap();
    let first = ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    let again = ask_at(&mut vault, &now(), 2, question(by_number(1))).unwrap();
    assert_eq!(first, again);
    assert_eq!(rows(&vault, "outbox"), 1);
    let mut other_purpose = question(by_number(1));
    other_purpose.purpose = Purpose::Renewal;
    assert_ne!(ask_at(&mut vault, &now(), 3, other_purpose).unwrap(), first);
}

#[test]
fn an_answer_is_found_by_number_and_by_dates_and_by_nothing_else() {
    let mut vault = Vault::in_memory().unwrap();
    let dates = Subject {
        insurer: insurer(),
        key: ProgressKey::Dates {
            applied_on: Date::from_ymd(2026, 10, 1).unwrap(),
            born_on: Date::from_ymd(1933, 3, 14).unwrap(),
        }
        .into(),
    };
    for (n, subject) in [(1, by_number(1)), (2, dates.clone())] {
        ask_at(&mut vault, &now(), n, question(subject)).unwrap();
        assert!(keep(
            &mut vault,
            &now(),
            id(n),
            &answer_at(now().wall, ProgressFinding::NotFound)
        ));
    }
    assert_eq!(kept(&vault, &now(), &by_number(1)).unwrap().command, id(1));
    assert_eq!(kept(&vault, &now(), &dates).unwrap().command, id(2));
    assert_eq!(kept(&vault, &now(), &by_number(2)), None);
    let mut other_city = by_number(1);
    other_city.insurer = InsurerNumber::with_check_digit("99999").unwrap();
    assert_eq!(kept(&vault, &now(), &other_city), None);
}

#[test]
fn what_the_card_says_is_found_by_number_with_birth_date_and_only_for_that_question() {
    let mut vault = Vault::in_memory().unwrap();
    let born = |year| Subject {
        insurer: insurer(),
        key: Key::Eligibility {
            insured: InsuredNumber::parse("0000000001").unwrap(),
            born_on: Date::from_ymd(year, 3, 14).unwrap(),
        },
    };
    ask_at(&mut vault, &now(), 1, question(born(1933))).unwrap();
    let progress = answer_at(now().wall, ProgressFinding::NotFound);
    assert!(
        !keep(&mut vault, &now(), id(1), &progress),
        "another question"
    );
    let Answer::Progress(from) = progress else {
        unreachable!()
    };
    let eligibility = Answer::Eligibility(EligibilityAnswer {
        provenance: from.provenance,
        record: None,
    });
    assert!(keep(&mut vault, &now(), id(1), &eligibility));
    let found = kept(&vault, &now(), &born(1933)).unwrap();
    assert_eq!(found.answer, eligibility);
    assert_eq!(kept(&vault, &now(), &born(1934)), None);
    assert_eq!(kept(&vault, &now(), &by_number(1)), None);
}

#[test]
fn keeping_an_answer_twice_changes_nothing_and_an_older_one_never_wins() {
    let mut vault = Vault::in_memory().unwrap();
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    let new = answer_at(now().wall + DAY, ProgressFinding::Several);
    let old = answer_at(now().wall, ProgressFinding::NotFound);
    for answer in [&new, &old, &new] {
        keep(&mut vault, &later(DAY), id(1), answer);
    }
    assert_eq!(
        kept(&vault, &later(DAY), &by_number(1)).unwrap().answer,
        new
    );
    assert_eq!(rows(&vault, "kept_answer"), 1);
}

#[test]
fn an_answer_to_a_question_nobody_here_asked_is_not_kept() {
    let mut vault = Vault::in_memory().unwrap();
    assert!(!keep(
        &mut vault,
        &now(),
        id(9),
        &answer_at(now().wall, ProgressFinding::NotFound)
    ));
    assert_eq!(rows(&vault, "kept_answer"), 0);
}

#[test]
fn past_the_retention_an_answer_is_not_shown_and_then_deleted() {
    let mut vault = Vault::in_memory().unwrap();
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    keep(
        &mut vault,
        &now(),
        id(1),
        &answer_at(now().wall, ProgressFinding::NotFound),
    );
    let last_day = later(DAY * 91);
    assert!(kept(&vault, &last_day, &by_number(1)).is_some());
    let over = later(DAY * 92);
    assert_eq!(kept(&vault, &over, &by_number(1)), None);
    crate::upkeep::sweep(&mut vault, &over).unwrap();
    for table in ["kept_answer", "question"] {
        assert_eq!(rows(&vault, table), 0, "{table}");
    }
}

#[test]
fn a_clock_turned_back_does_not_keep_an_answer_alive() {
    let mut vault = Vault::in_memory().unwrap();
    vault.write(|tx| expiry::save(tx, &now())).unwrap();
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    keep(
        &mut vault,
        &now(),
        id(1),
        &answer_at(now().wall, ProgressFinding::NotFound),
    );
    let mut back = later(DAY * 93);
    back.wall = Timestamp::from_unix_ms(MORNING - 10 * 365 * 24 * 3_600_000);
    back.trust = ClockTrust::Untrusted(Distrust::BehindFloor);
    assert_eq!(kept(&vault, &back, &by_number(1)), None);
    crate::upkeep::sweep(&mut vault, &back).unwrap();
    assert_eq!(rows(&vault, "kept_answer"), 0);
}

#[test]
fn an_untrusted_clock_ten_years_ahead_deletes_nothing() {
    let mut vault = Vault::in_memory().unwrap();
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    keep(
        &mut vault,
        &now(),
        id(1),
        &answer_at(now().wall, ProgressFinding::NotFound),
    );
    let mut ahead = later(DAY);
    ahead.wall = now().wall + DAY * 3650;
    ahead.trust = ClockTrust::Untrusted(Distrust::FarAhead);
    crate::upkeep::sweep(&mut vault, &ahead).unwrap();
    assert!(kept(&vault, &ahead, &by_number(1)).is_some());
}

#[test]
fn who_was_asked_about_by_number_is_found_again_by_their_card() {
    let mut vault = Vault::in_memory().unwrap();
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    keep(&mut vault, &now(), id(1), &found(1));
    let find = |vault: &mut Vault, name: &str| {
        let born_on = Date::from_ymd(1933, 3, 14).unwrap();
        match run(
            Job::FindPerson {
                name: name.to_owned(),
                born_on,
            },
            vault,
            &now(),
        )
        .unwrap()
        {
            Reply::Client(client) => client,
            _ => unreachable!("a FindPerson is answered by Client"),
        }
    };
    assert_eq!(
        find(&mut vault, "青木 ハル").unwrap().insured.as_str(),
        "0000000001"
    );
    assert_eq!(find(&mut vault, "青木 ナツ"), None);
    // Two people of one name and birth date: the card alone does not tell which.
    ask_at(&mut vault, &now(), 2, question(by_number(2))).unwrap();
    keep(&mut vault, &now(), id(2), &found(2));
    assert_eq!(find(&mut vault, "青木 ハル"), None);

    let job = Job::Clients { page: 9, rows: 1 };
    let Reply::Clients(list) = run(job, &mut vault, &later(DAY)).unwrap() else {
        unreachable!()
    };
    assert_eq!((list.page, list.pages, list.total), (1, 2, 2));
    assert_eq!(list.clients[0].answer_age, Some(DAY));
}

#[test]
fn a_mistyped_number_does_not_stay_with_the_person() {
    let mut vault = Vault::in_memory().unwrap();
    let numbers = |vault: &mut Vault| -> Vec<String> {
        let job = Job::Clients { page: 0, rows: 9 };
        let Reply::Clients(list) = run(job, vault, &now()).unwrap() else {
            unreachable!()
        };
        let insured = |client: &Client| client.insured.to_string();
        list.clients.iter().map(insured).collect()
    };
    // Another number typed for the same person takes the place of one nobody has confirmed.
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    ask_at(&mut vault, &now(), 2, question(by_number(2))).unwrap();
    assert_eq!(numbers(&mut vault), ["0000000002"]);
    // Nobody has it: it is not this person's.
    let nobody = answer_at(now().wall, ProgressFinding::NotFound);
    keep(&mut vault, &now(), id(2), &nobody);
    assert!(numbers(&mut vault).is_empty());
    // Once it was found, a later "not found" (the case is closed) does not take it away.
    ask_at(&mut vault, &now(), 3, question(by_number(3))).unwrap();
    keep(&mut vault, &now(), id(3), &found(3));
    keep(&mut vault, &now(), id(3), &nobody);
    assert_eq!(numbers(&mut vault), ["0000000003"]);
    // And somebody else's card does not take the number over.
    let mut other = question(by_number(3));
    other.who = Some("木村 ナツ".to_owned());
    ask_at(&mut vault, &now(), 4, other).unwrap();
    let job = Job::Clients { page: 0, rows: 9 };
    let Reply::Clients(list) = run(job, &mut vault, &now()).unwrap() else {
        unreachable!()
    };
    assert_eq!(list.clients[0].name, "青木 ハル");
}

#[test]
fn who_was_not_asked_about_for_a_year_and_a_month_leaves_the_list() {
    let mut vault = Vault::in_memory().unwrap();
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    crate::upkeep::sweep(&mut vault, &later(DAY * 395)).unwrap();
    assert_eq!(rows(&vault, "client"), 1);
    crate::upkeep::sweep(&mut vault, &later(DAY * 398)).unwrap();
    assert_eq!(rows(&vault, "client"), 0);
}

#[test]
fn an_answer_of_the_same_import_takes_the_place_of_the_kept_one() {
    let mut vault = Vault::in_memory().unwrap();
    ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
    let nobody = answer_at(now().wall, ProgressFinding::NotFound);
    keep(&mut vault, &now(), id(1), &nobody);
    keep(&mut vault, &now(), id(1), &found(1));
    let kept = kept(&vault, &now(), &by_number(1)).unwrap();
    assert_eq!(kept.answer, found(1));
}

#[test]
fn a_filled_table_answers_for_the_one_in_the_middle() {
    let mut vault = Vault::in_memory().unwrap();
    let middle = fill(&mut vault, &now(), &insurer(), 1_000).unwrap();
    assert!(kept(&vault, &now(), &middle).is_some());
    assert_eq!(rows(&vault, "kept_answer"), 1_000);
    // The plan, not the watch: flat in the number of rows.
    let plan: String = vault
        .read(|c| {
            Ok(c.query_row(
                "EXPLAIN QUERY PLAN SELECT body FROM kept_answer WHERE insurer = 'a' AND key = 'b'",
                [],
                |row| row.get(3),
            )?)
        })
        .unwrap();
    assert!(plan.contains("PRIMARY KEY"), "{plan}");
}

proptest! {
    #[test]
    fn a_key_survives_the_table_and_any_text_is_read_or_refused(
        text in ".{0,40}", number in 0u64..10_000_000_000, days in 0i64..30_000, more in 0i64..20_000,
    ) {
        let _ = Key::from_text(&text);
        let day = Date::from_ymd(1900, 1, 1).unwrap().add_days(days);
        let insured = InsuredNumber::parse(&format!("{number:010}")).unwrap();
        for key in [
            Key::Progress(ProgressKey::Insured { insured: insured.clone() }),
            Key::Progress(ProgressKey::Dates { applied_on: day.add_days(more), born_on: day }),
            Key::Eligibility { insured: insured.clone(), born_on: day },
        ] {
            prop_assert_eq!(Key::from_text(&key.text()), Some(key));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_answer_outlives_its_retention_whatever_the_clock_does(
        steps in prop::collection::vec((0u64..30, -4000i64..4000, any::<bool>()), 1..12),
    ) {
        let mut vault = Vault::in_memory().unwrap();
        crate::upkeep::sweep(&mut vault, &now()).unwrap();
        ask_at(&mut vault, &now(), 1, question(by_number(1))).unwrap();
        keep(&mut vault, &now(), id(1), &answer_at(now().wall, ProgressFinding::NotFound));
        let mut lived = Duration::ZERO;
        for (days, turned_days, trusted) in steps {
            lived += DAY * u32::try_from(days).unwrap();
            let mut then = later(lived);
            if !trusted {
                then.wall = Timestamp::from_unix_ms(then.wall.unix_ms() + turned_days * 86_400_000);
                then.trust = ClockTrust::Untrusted(Distrust::BehindFloor);
            }
            crate::upkeep::sweep(&mut vault, &then).unwrap();
            prop_assert_eq!(kept(&vault, &then, &by_number(1)).is_some(), lived < DAY * 92);
        }
    }
}
