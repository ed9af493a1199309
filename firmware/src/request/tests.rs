#![allow(clippy::unwrap_used)]
use std::time::Duration;

use protocol::calendar::{Date, Timestamp};
use protocol::command::{Action, Command};
use protocol::exchange::{DeviceId, Outcome, Receipt, ReceiptPage, Sha256Digest};
use protocol::facility::AccessMethod;
use protocol::number::{InsuredNumber, OfficeNumber};
use protocol::problem::ProblemCode;
use protocol::text::{EmailAddress, PersonName, PhoneNumber};

use super::media::samples::{JPEG, PDF, PNG};
use super::*;
use crate::clock::ClockTrust;
use crate::entropy::SeededEntropy;
use crate::outbox;
use crate::sync::AttachmentSource as _;
use crate::terminal::view::Missing;
use crate::testing::{MORNING, id, staff};

fn now() -> Now {
    Now {
        boot: Duration::from_secs(100),
        boot_id: [1; 16],
        wall: Timestamp::from_unix_ms(MORNING),
        trust: ClockTrust::Trusted,
    }
}

fn insurer() -> InsurerNumber {
    InsurerNumber::with_check_digit("99201").unwrap()
}

fn subject(n: u64) -> DraftSubject {
    DraftSubject {
        name: PersonName::parse(&format!("青木 ハル{n}")).ok(),
        insured: InsuredNumber::parse(&format!("{n:010}")).ok(),
        born_on: Date::from_ymd(1933, 3, 14),
        certified_on: Date::from_ymd(2026, 8, 1),
        filed: Some(true),
        contract: None,
    }
}

fn put(vault: &mut Vault, place: Option<usize>, subject: DraftSubject) -> Result<Draft, Problem> {
    let job = Job::Put {
        slot: Slot::New,
        place,
        subject: Box::new(subject),
        insured_by: None,
        staff: staff(),
    };
    match run(job, vault, &now())? {
        Reply::Draft(draft) => Ok(*draft),
        Reply::Submitted(_) => unreachable!("a Put is answered by Draft"),
    }
}

fn load(vault: &mut Vault, slot: Slot) -> Draft {
    match run(
        Job::Load {
            slot,
            staff: staff(),
        },
        vault,
        &now(),
    )
    .unwrap()
    {
        Reply::Draft(draft) => *draft,
        Reply::Submitted(_) => unreachable!("a Load is answered by Draft"),
    }
}

fn order(n: u64, slot: Slot, next: Option<DraftSubject>) -> Submit {
    Submit {
        id: id(n),
        slot,
        staff: staff(),
        staff_name: "入江 一郎".to_owned(),
        profile: FacilityProfile {
            corporation: "医療法人ひだまり会".to_owned(),
            office: OfficeNumber::with_check_digit("997010000").unwrap(),
            name: "汐見ケアプランセンター".to_owned(),
            short_name: "汐見ケア".to_owned(),
            address: "汐見市港町1".to_owned(),
            phone: PhoneNumber::parse("0120-000-000").unwrap(),
            email: EmailAddress::parse("care@shiomi.example").unwrap(),
            applicant: PersonName::parse("入江 一郎").unwrap(),
            access: AccessMethod::ClientCertificate,
        },
        insurer: insurer(),
        scope: vec![insurer()],
        next: next.map(Box::new),
    }
}

fn submit(vault: &mut Vault, submit: Submit) -> Result<Submitted, Problem> {
    let say = Job::SayQualification {
        staff: staff(),
        held: Qualification::CareManager,
        slot: submit.slot,
    };
    run(say, vault, &now())?;
    match run(Job::Submit(Box::new(submit)), vault, &now())? {
        Reply::Submitted(saved) => Ok(saved),
        Reply::Draft(_) => unreachable!("a Submit is answered by Submitted"),
    }
}

/// The gateway took command 1 as its seventh; it survives the loss of its disk up to `durable`.
fn receipted(vault: &mut Vault, durable_up_to: u64) {
    let item = vault.read(|c| outbox::item(c, id(1))).unwrap().unwrap();
    let page = ReceiptPage {
        device: DeviceId::from_random([3; 12]),
        request: Sha256Digest([0; 32]),
        receipts: vec![Receipt {
            id: id(1),
            body: Sha256Digest::of(item.body.as_bytes()),
            seq: 7,
            received_at: now().wall,
            outcome: Outcome::Accepted,
        }],
        received_up_to: 7,
        durable_up_to,
        time: now().wall,
        audit: None,
    };
    vault.write(|tx| outbox::settle(tx, &now(), &page)).unwrap();
}

fn take(vault: &mut Vault, bytes: &[u8]) -> Attachment {
    attachment::take(vault, &now(), &mut SeededEntropy::new(5), bytes).unwrap()
}

fn saved_request(vault: &Vault, n: u64) -> DisclosureRequest {
    let item = vault.read(|c| outbox::item(c, id(n))).unwrap().unwrap();
    let command: Command = serde_json::from_str(&item.body).unwrap();
    match command.action {
        Action::DisclosureRequest(request) => request,
        other => panic!("not a request: {other:?}"),
    }
}

#[test]
fn ten_people_fit_and_the_eleventh_begins_a_second_request() {
    let mut vault = Vault::in_memory().unwrap();
    for n in 1..=10 {
        assert_eq!(
            put(&mut vault, None, subject(n)).unwrap().changed,
            usize::try_from(n).ok()
        );
    }
    assert_eq!(
        put(&mut vault, None, subject(11)),
        Err(Problem::Refused(ProblemCode::CommandTooManySubjects))
    );
    assert_eq!(
        put(&mut vault, Some(11), subject(11)),
        Err(Problem::Refused(ProblemCode::CommandTooManySubjects))
    );
    let saved = submit(&mut vault, order(1, Slot::New, Some(subject(11)))).unwrap();
    assert_eq!(saved.people, 10);
    assert_eq!(saved_request(&vault, 1).subjects.len(), 10);
    let second = load(&mut vault, Slot::New);
    assert_eq!(second.subjects, [subject(11)]);
}

#[test]
fn not_even_the_table_has_an_eleventh_place() {
    let mut vault = Vault::in_memory().unwrap();
    let written = vault.write(|tx| {
        Ok(tx.execute(
            "INSERT INTO request_subject(slot, place, body) VALUES(0, 11, '{}')",
            [],
        )?)
    });
    assert!(written.is_err());
}

#[test]
fn a_person_without_a_filed_notice_needs_a_contract_before_saving() {
    let mut vault = Vault::in_memory().unwrap();
    let mut person = subject(1);
    person.filed = None;
    assert_eq!(person.missing(), Some(Missing::PlanNotice));
    person.filed = Some(false);
    put(&mut vault, None, person.clone()).unwrap();
    assert_eq!(person.missing(), Some(Missing::Contract));
    assert_eq!(
        submit(&mut vault, order(1, Slot::New, None)),
        Err(Problem::Refused(ProblemCode::InputMissing))
    );
    assert_eq!(vault.read(outbox::pending_count).unwrap(), 0);
    assert_eq!(
        load(&mut vault, Slot::New).subjects.len(),
        1,
        "the draft is still there"
    );

    // A scan that is named and not here is as good as none.
    person.contract = Some(crate::testing::attachment(PDF));
    put(&mut vault, Some(1), person.clone()).unwrap();
    assert_eq!(
        submit(&mut vault, order(1, Slot::New, None)),
        Err(Problem::Refused(ProblemCode::AttachmentMissing))
    );
    person.contract = Some(take(&mut vault, PDF));
    put(&mut vault, Some(1), person).unwrap();
    submit(&mut vault, order(1, Slot::New, None)).unwrap();
    assert_eq!(
        vault.read(outbox::wanted_attachments).unwrap(),
        [crate::testing::attachment(PDF).sha256]
    );
    assert!(load(&mut vault, Slot::New).subjects.is_empty());
}

#[test]
fn a_missing_fact_keeps_a_request_from_being_saved() {
    let mut vault = Vault::in_memory().unwrap();
    assert_eq!(
        submit(&mut vault, order(1, Slot::New, None)),
        Err(Problem::Refused(ProblemCode::InputMissing)),
        "nobody in it"
    );
    for take_away in [
        |one: &mut DraftSubject| one.name = None,
        |one: &mut DraftSubject| one.insured = None,
        |one: &mut DraftSubject| one.born_on = None,
        |one: &mut DraftSubject| one.certified_on = None,
    ] {
        let mut person = subject(1);
        take_away(&mut person);
        assert_eq!(person.missing(), Some(Missing::Facts));
        assert_eq!(person.complete(), None);
    }
}

#[test]
fn no_request_is_saved_before_its_applicant_said_their_qualification() {
    let mut vault = Vault::in_memory().unwrap();
    put(&mut vault, None, subject(1)).unwrap();
    let send = |vault: &mut Vault| {
        let order = Job::Submit(Box::new(order(1, Slot::New, None)));
        run(order, vault, &now()).map(drop)
    };
    assert_eq!(
        send(&mut vault),
        Err(Problem::Refused(ProblemCode::InputMissing))
    );
    for held in Qualification::ALL {
        let say = Job::SayQualification {
            staff: staff(),
            held,
            slot: Slot::New,
        };
        run(say, &mut vault, &now()).unwrap();
        assert_eq!(load(&mut vault, Slot::New).held, Some(held));
    }
    send(&mut vault).unwrap();
    let saved = saved_request(&vault, 1);
    assert_eq!(saved.applicant.qualification, "なし", "what was said last");
}

#[test]
fn somebody_who_is_in_already_is_not_put_in_twice() {
    let mut vault = Vault::in_memory().unwrap();
    put(&mut vault, None, subject(1)).unwrap();
    let mut again = subject(1);
    again.filed = None;
    let draft = put(&mut vault, None, again).unwrap();
    assert_eq!(draft.changed, Some(1));
    assert_eq!(
        draft.subjects,
        [subject(1)],
        "what was entered before is not lost"
    );
    put(&mut vault, None, subject(2)).unwrap();
    assert_eq!(
        put(&mut vault, Some(2), subject(1)),
        Err(Problem::Refused(ProblemCode::CommandSubject))
    );
}

#[test]
fn a_number_of_another_municipality_is_never_sent_with_a_draft() {
    let mut vault = Vault::in_memory().unwrap();
    let elsewhere = InsurerNumber::with_check_digit("99999").unwrap();
    let add = |vault: &mut Vault, n, insured_by: &InsurerNumber| {
        let job = Job::Put {
            slot: Slot::New,
            place: None,
            subject: Box::new(subject(n)),
            insured_by: Some(insured_by.clone()),
            staff: staff(),
        };
        run(job, vault, &now()).unwrap();
    };
    let choose = Job::SetInsurer {
        slot: Slot::New,
        insurer: insurer(),
        staff: staff(),
    };
    run(choose, &mut vault, &now()).unwrap();
    // Nobody is in yet: whoever comes first decides whom the draft asks.
    add(&mut vault, 1, &elsewhere);
    add(&mut vault, 2, &insurer());
    let draft = load(&mut vault, Slot::New);
    assert_eq!(draft.insurer, Some(elsewhere));
    assert_eq!(draft.subjects[0], subject(1));
    assert_eq!(draft.subjects[1].name, subject(2).name);
    assert_eq!(draft.subjects[1].insured, None);
    assert_eq!(draft.subjects[1].missing(), Some(Missing::Facts));
}

#[test]
fn who_is_taken_out_leaves_no_gap() {
    let mut vault = Vault::in_memory().unwrap();
    for n in 1..=3 {
        put(&mut vault, None, subject(n)).unwrap();
    }
    run(
        Job::Remove {
            slot: Slot::New,
            place: 2,
            staff: staff(),
        },
        &mut vault,
        &now(),
    )
    .unwrap();
    assert_eq!(
        load(&mut vault, Slot::New).subjects,
        [subject(1), subject(3)]
    );
}

#[test]
fn a_request_on_hold_is_corrected_beside_the_new_one() {
    let mut vault = Vault::in_memory().unwrap();
    put(&mut vault, None, subject(1)).unwrap();
    submit(&mut vault, order(1, Slot::New, None)).unwrap();
    let code = ProblemCode::CommandOffice;
    vault
        .write(|tx| outbox::hold(tx, &now(), id(1), &code))
        .unwrap();
    put(&mut vault, None, subject(7)).unwrap();

    let correct = || Job::Correct {
        insurer: None,
        held: id(1),
        request: Box::new(DisclosureRequest {
            applicant: saved_request_applicant(),
            subjects: vec![subject(1).complete().unwrap()],
        }),
        staff: staff(),
    };
    run(correct(), &mut vault, &now()).unwrap();
    let mut fixed = subject(1);
    fixed.certified_on = Date::from_ymd(2026, 9, 1);
    let put = Job::Put {
        slot: Slot::Correction,
        place: Some(1),
        subject: Box::new(fixed.clone()),
        insured_by: None,
        staff: staff(),
    };
    run(put, &mut vault, &now()).unwrap();
    // Opened once more: what was corrected already stays.
    run(correct(), &mut vault, &now()).unwrap();
    assert_eq!(load(&mut vault, Slot::Correction).subjects, [fixed]);

    submit(&mut vault, order(2, Slot::Correction, None)).unwrap();
    let old = vault.read(|c| outbox::item(c, id(1))).unwrap().unwrap();
    assert_eq!(old.state, outbox::State::Replaced);
    assert_eq!(old.replaced_by, Some(id(2)));
    assert_eq!(
        load(&mut vault, Slot::New).subjects,
        [subject(7)],
        "the new one is untouched"
    );
    assert!(load(&mut vault, Slot::Correction).subjects.is_empty());
}

fn saved_request_applicant() -> protocol::person::Applicant {
    let mut vault = Vault::in_memory().unwrap();
    put(&mut vault, None, subject(1)).unwrap();
    submit(&mut vault, order(1, Slot::New, None)).unwrap();
    saved_request(&vault, 1).applicant
}

#[test]
fn the_licence_is_scanned_once_and_used_for_every_request_of_its_owner() {
    let mut vault = Vault::in_memory().unwrap();
    let scan = take(&mut vault, JPEG);
    let expires_on = Date::from_ymd(2027, 3, 31);
    let job = Job::SetQualification {
        staff: staff(),
        scan: scan.clone(),
        expires_on,
        slot: Slot::New,
    };
    run(job, &mut vault, &now()).unwrap();
    for n in 1..=2 {
        put(&mut vault, None, subject(n)).unwrap();
        submit(&mut vault, order(n, Slot::New, None)).unwrap();
        assert_eq!(
            saved_request(&vault, n).applicant.qualification_scan,
            Some(scan.clone())
        );
    }
    assert_eq!(
        load(&mut vault, Slot::New).qualification_expires,
        expires_on
    );
}

#[test]
fn a_scan_is_kept_encrypted_once_and_read_back_from_any_place() {
    let mut vault = Vault::in_memory().unwrap();
    let first = take(&mut vault, PNG);
    assert_eq!(take(&mut vault, PNG), first);
    let files: i64 = vault
        .read(|c| Ok(c.query_row("SELECT count(*) FROM sealed", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(files, 1);
    let read = |at, limit| {
        vault
            .read(|c| Attachments.read(c, first.sha256, at, limit))
            .unwrap()
    };
    assert_eq!(read(0, 1_000), PNG);
    assert_eq!(read(5, 3), PNG[5..8]);
    let size = vault.read(|c| Attachments.size(c, first.sha256)).unwrap();
    assert_eq!(size, Some(PNG.len() as u64));
}

#[test]
fn a_scan_goes_when_its_time_is_over_and_nothing_needs_it() {
    let mut vault = Vault::in_memory().unwrap();
    let unused = take(&mut vault, PNG);
    let needed = take(&mut vault, PDF);
    let mut person = subject(1);
    person.filed = Some(false);
    person.contract = Some(needed.clone());
    put(&mut vault, None, person).unwrap();
    let by = attachment::KEPT + Duration::from_secs(1);
    let later = Now {
        boot: now().boot + by,
        wall: now().wall + by,
        ..now()
    };
    assert_eq!(vault.write(|tx| attachment::sweep(tx, &now())).unwrap(), 0);
    assert_eq!(vault.write(|tx| attachment::sweep(tx, &later)).unwrap(), 1);
    assert!(
        !vault
            .read(|c| attachment::is_here(c, unused.sha256))
            .unwrap()
    );
    assert!(
        vault
            .read(|c| attachment::is_here(c, needed.sha256))
            .unwrap()
    );
}

#[test]
fn no_scan_goes_while_its_request_may_still_be_asked_for() {
    let mut vault = Vault::in_memory().unwrap();
    let scan = take(&mut vault, PDF);
    let mut person = subject(1);
    person.filed = Some(false);
    person.contract = Some(scan.clone());
    put(&mut vault, None, person).unwrap();
    submit(&mut vault, order(1, Slot::New, None)).unwrap();
    let by = attachment::KEPT * 2;
    let later = Now {
        boot: now().boot + by,
        wall: now().wall + by,
        ..now()
    };
    let stays = |vault: &mut Vault| {
        vault.write(|tx| attachment::sweep(tx, &later)).unwrap();
        vault.read(|c| attachment::is_here(c, scan.sha256)).unwrap()
    };
    assert!(stays(&mut vault), "it waits");
    vault
        .write(|tx| crate::outbox::attachment_arrived(tx, scan.sha256))
        .unwrap();
    assert!(stays(&mut vault), "it arrived, its request did not");
    receipted(&mut vault, 0);
    assert!(stays(&mut vault), "received, and not durable there yet");
    receipted(&mut vault, 7);
    assert!(!stays(&mut vault), "durable");
}

#[test]
fn an_insurer_outside_the_scope_is_refused_before_anything_is_saved() {
    let mut vault = Vault::in_memory().unwrap();
    put(&mut vault, None, subject(1)).unwrap();
    let mut elsewhere = order(1, Slot::New, None);
    elsewhere.insurer = InsurerNumber::with_check_digit("99999").unwrap();
    assert_eq!(
        submit(&mut vault, elsewhere),
        Err(Problem::Refused(ProblemCode::CommandScope))
    );
    assert_eq!(load(&mut vault, Slot::New).subjects.len(), 1);
}
