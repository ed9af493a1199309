//! What a command has to hold beyond its types.
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    command, day, eligibility, profile, progress_by_dates, progress_by_number, request, scan, staff,
};
use protocol::command::{Action, DisclosureRequest};
use protocol::person::PlanNotice;
use protocol::problem::ProblemCode;

fn checked(change: impl FnOnce(&mut DisclosureRequest)) -> Result<(), ProblemCode> {
    let mut request = request(3);
    change(&mut request);
    command(Action::DisclosureRequest(request)).check()
}

#[test]
fn ten_people_can_be_asked_about_at_once_and_eleven_cannot() {
    assert_eq!(
        command(Action::DisclosureRequest(request(10))).check(),
        Ok(())
    );
    assert_eq!(
        command(Action::DisclosureRequest(request(11))).check(),
        Err(ProblemCode::CommandTooManySubjects)
    );
    assert_eq!(
        checked(|r| r.subjects.clear()),
        Err(ProblemCode::CommandSubject)
    );
}

#[test]
fn the_same_person_twice_in_a_request_is_refused() {
    assert_eq!(
        checked(|r| r.subjects[2] = r.subjects[0].clone()),
        Err(ProblemCode::CommandSubject)
    );
    // Two certifications of one person are two papers.
    assert_eq!(
        checked(|r| {
            r.subjects[2] = r.subjects[0].clone();
            r.subjects[2].certified_on = day("2025-08-28");
        }),
        Ok(())
    );
}

#[test]
fn attachments_are_bounded() {
    let with = |size| checked(|r| r.subjects[1].plan = PlanNotice::Contract { scan: scan(size) });
    assert_eq!(with(10_000_000), Ok(()));
    assert_eq!(with(10_000_001), Err(ProblemCode::AttachmentTooLarge));
    assert_eq!(with(0), Err(ProblemCode::AttachmentMissing));
    assert_eq!(
        checked(|r| r.applicant.qualification_scan = Some(scan(10_000_001))),
        Err(ProblemCode::AttachmentTooLarge)
    );
}

#[test]
fn every_attachment_of_a_request_is_named() {
    let mut request = request(3);
    request.applicant.qualification_scan = Some(scan(1));
    request.subjects[1].plan = PlanNotice::Contract { scan: scan(2) };
    let command = command(Action::DisclosureRequest(request));
    let sizes: Vec<u64> = command
        .attachments()
        .map(|attachment| attachment.size)
        .collect();
    assert_eq!(sizes, [1, 2]);
}

#[test]
fn an_individual_number_is_refused_in_every_free_field() {
    let number = "1234-5678-9018";
    let refused = Err(ProblemCode::InputIndividualNumber);
    assert_eq!(
        checked(|r| r.applicant.office_name = number.into()),
        refused
    );
    assert_eq!(
        checked(|r| r.applicant.qualification = format!("資格 {number}")),
        refused
    );
    let mut person = staff();
    person.occupation = Some(number.into());
    assert_eq!(command(Action::StaffChanged(person)).check(), refused);
    for set in [
        (|p, n| p.corporation = n) as fn(&mut protocol::facility::FacilityProfile, String),
        |p, n| p.name = n,
        |p, n| p.address = n,
    ] {
        let mut office = profile();
        set(&mut office, number.into());
        assert_eq!(command(Action::ProfileChanged(office)).check(), refused);
    }
}

#[test]
fn fields_are_bounded() {
    let field = Err(ProblemCode::CommandField);
    assert_eq!(command(Action::ProfileChanged(profile())).check(), Ok(()));
    assert_eq!(command(Action::StaffChanged(staff())).check(), Ok(()));
    let mut office = profile();
    office.short_name = "九文字の事業所名称".into();
    assert_eq!(command(Action::ProfileChanged(office)).check(), field);
    let mut person = staff();
    person.services = vec!["43".into(); 31];
    assert_eq!(command(Action::StaffChanged(person)).check(), field);
    let mut person = staff();
    person.services = vec!["居宅".into()];
    assert_eq!(command(Action::StaffChanged(person)).check(), field);
    assert_eq!(checked(|r| r.applicant.office_name = "　".into()), field);
}

#[test]
fn dates_that_contradict_each_other_are_refused() {
    let date = Err(ProblemCode::CommandDate);
    assert_eq!(
        command(progress_by_dates("2026-11-20", "1940-04-01")).check(),
        Ok(())
    );
    assert_eq!(
        command(progress_by_dates("1940-04-01", "2026-11-20")).check(),
        date
    );
    assert_eq!(
        command(progress_by_dates("2026-11-21", "1940-04-01")).check(),
        date
    );
    assert_eq!(
        command(eligibility("0000087084", "2026-11-21")).check(),
        date
    );
    assert_eq!(checked(|r| r.subjects[0].born_on = day("2026-08-29")), date);
}

#[test]
fn an_untrusted_clock_refuses_no_date() {
    let mut question = command(progress_by_dates("2026-11-21", "1940-04-01"));
    question.clock_trusted = false;
    assert_eq!(question.check(), Ok(()));
}

#[test]
fn a_question_names_the_insurer_it_is_for() {
    let mut question = command(progress_by_number("0000087084"));
    question.insurer = None;
    assert_eq!(question.check(), Err(ProblemCode::CommandInsurer));
    let mut office = command(Action::ProfileChanged(profile()));
    office.insurer = None;
    assert_eq!(office.check(), Ok(()));
}

#[test]
fn commands_about_one_person_share_a_key_whatever_they_ask() {
    let by_number = command(progress_by_number("0000000002"));
    let insurance = command(eligibility("0000000002", "1940-04-01"));
    let papers = command(Action::DisclosureRequest(request(3)));
    let key = by_number.subject_key().unwrap();
    assert_eq!(insurance.subject_key().unwrap(), key);
    assert!(papers.subject_keys().contains(&key));
    assert_eq!(papers.subject_keys().len(), 3);
    let mut elsewhere = by_number.clone();
    elsewhere.insurer = None;
    assert_ne!(elsewhere.subject_key().unwrap(), key);
    assert_eq!(
        command(progress_by_dates("2026-11-01", "1940-04-01")).subject_key(),
        None
    );
}
