//! The disclosure request, at the desk.

use std::path::PathBuf;

use protocol::command::{Action, Command, DisclosureRequest};
use protocol::number::UserId;
use protocol::person::{AttachmentMedia, PlanNotice};
use protocol::problem::ProblemCode;

use crate::outbox::{self, Filter};
use crate::request::media::samples::{JPEG, PDF};
use crate::request::{self, Job, Qualification, Slot};
use crate::terminal::effect::FoundFile;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{
    DisclosureNext, DisclosurePage, LICENCE_SOON_DAYS, Licence, LicenceState, Missing, Page,
};
use crate::testing::desk::{Day, date};

/// Both members have said their qualification before.
pub fn at_the_desk() -> Day {
    let mut day = with_a_stick();
    for staff in ["satomisaki", "takahashi01"] {
        let say = Job::SayQualification {
            staff: UserId::parse(staff).unwrap(),
            held: Qualification::CareManager,
            slot: Slot::New,
        };
        let now = day.clock.now();
        request::run(say, &mut day.vault, &now).unwrap();
    }
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day
}

fn with_a_stick() -> Day {
    let mut day = Day::set_up();
    let file = |name: &str, bytes: &[u8], media| {
        let found = FoundFile {
            path: PathBuf::from(name),
            name: name.to_owned(),
            size: bytes.len() as u64,
            media,
        };
        (found, bytes.to_vec())
    };
    day.stick = vec![
        file("contract.pdf", PDF, Some(AttachmentMedia::Pdf)),
        file("program.exe", b"MZ", None),
        file("torn.pdf", b"%PDF-1.4", Some(AttachmentMedia::Pdf)),
        file("licence.jpg", JPEG, Some(AttachmentMedia::Jpeg)),
    ];
    day
}

pub fn request_page(day: &Day) -> DisclosurePage {
    match day.view().page {
        Page::Disclosure(page) => page,
        other => panic!("not the request: {other:?}"),
    }
}

/// Adds a person from E-1: number, name, birth date and certification are asked in turn.
pub fn add(day: &mut Day, number: u64, name: &str) {
    day.press(&[Touch::Third]);
    assert_eq!(day.screen(), Screen::DisclosurePerson);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::InsuredNumber);
    day.text(&format!("{number:010}"));
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::NameEntry);
    day.text(name);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::BirthDate);
    day.digits([0, 8, 0, 3, 1, 4]);
    day.press(&[Touch::Main]);
    assert!(matches!(day.view().page, Page::Date(_)), "認定年月日");
    day.digits([0, 8, 0, 8, 0, 1]);
    day.press(&[Touch::Main]);
    assert!(matches!(day.view().page, Page::DisclosurePerson(_)));
}

pub fn filed(day: &mut Day, filed: bool) {
    day.press(&[Touch::Field(if filed { 4 } else { 5 })]);
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::Disclosure);
}

pub fn saved(day: &Day) -> Vec<DisclosureRequest> {
    let page = day
        .vault
        .read(|c| outbox::page(c, Filter::All, 0, 50))
        .unwrap();
    let mut items = page.items;
    items.sort_by_key(|item| item.seq);
    items
        .iter()
        .filter_map(|item| serde_json::from_str::<Command>(&item.body).ok())
        .filter_map(|command| match command.action {
            Action::DisclosureRequest(request) => Some(request),
            _ => None,
        })
        .collect()
}

#[test]
fn three_people_one_with_a_contract_are_saved_offline() {
    let mut day = at_the_desk();
    day.online = false;
    day.press(&[Touch::Row(1)]);
    assert_eq!(request_page(&day).next, DisclosureNext::AddPerson);
    add(&mut day, 1, "あおき はる");
    filed(&mut day, true);
    add(&mut day, 2, "たむら みつ");
    filed(&mut day, false);
    add(&mut day, 3, "わたなべ たかこ");
    filed(&mut day, true);
    let page = request_page(&day);
    assert_eq!(page.next, DisclosureNext::AttachContract);
    assert_eq!(page.people.rows[1].missing, Some(Missing::Contract));

    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Attach);
    // Not a kind that is taken; then one that only begins like its kind.
    for (row, code) in [
        (1, ProblemCode::AttachmentType),
        (2, ProblemCode::AttachmentType),
    ] {
        day.press(&[Touch::Row(row)]);
        let Page::Attach(page) = day.view().page else {
            panic!("left the stick")
        };
        assert_eq!(page.note, Some(code));
    }
    day.press(&[Touch::Row(0)]);
    assert_eq!(request_page(&day).next, DisclosureNext::Review);

    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureReview);
    day.press(&[Touch::Second, Touch::Row(3)]);
    assert!(
        matches!(day.view().page, Page::Date(_)),
        "the licence's last day"
    );
    day.press(&[Touch::Main]);
    day.digits([0, 9, 0, 3, 3, 1]);
    day.press(&[Touch::Main]);
    let Page::DisclosureReview(page) = day.view().page else {
        panic!("not the review")
    };
    let licence = Licence {
        expires_on: Some(date(2027, 3, 31)),
        state: LicenceState::Good,
    };
    assert_eq!(page.licence, Some(licence));
    assert!(!page.office_warning);
    assert_eq!((page.people.total, page.city.as_str()), (3, "汐見市"));
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    let requests = saved(&day);
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.subjects.len(), 3);
    assert_eq!(request.subjects[0].plan, PlanNotice::Filed);
    assert!(matches!(
        request.subjects[1].plan,
        PlanNotice::Contract { .. }
    ));
    assert_eq!(request.subjects[2].certified_on, date(2026, 8, 1));
    assert_eq!(request.applicant.name.as_str(), "髙橋 健一");
    assert!(request.applicant.qualification_scan.is_some());
    assert_eq!(day.vault.read(outbox::wanted_attachments).unwrap().len(), 2);
}

#[test]
fn nobodys_qualification_is_assumed_and_nobody_is_asked_twice() {
    let mut day = with_a_stick();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Row(1)]);
    add(&mut day, 1, "あおき はる");
    filed(&mut day, true);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Qualification);
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::Disclosure, "nothing was said");
    day.press(&[Touch::Main, Touch::Row(3)]);
    let Page::DisclosureReview(page) = day.view().page else {
        panic!("not the review: {:?}", day.screen())
    };
    assert_eq!(page.held, Some(Qualification::SocialWorker));
    // Corrected on the way out.
    day.press(&[Touch::Third, Touch::Row(1), Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    let requests = saved(&day);
    assert_eq!(requests[0].applicant.qualification, "主任介護支援専門員");
    day.press(&[Touch::Main, Touch::Row(1)]);
    add(&mut day, 2, "たむら みつ");
    filed(&mut day, true);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureReview);
}

#[test]
fn a_draft_survives_the_lock_the_power_cut_and_another_member_of_staff() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(1)]);
    add(&mut day, 1, "あおき はる");
    // Locked in the middle of a person.
    day.press(&[Touch::LockNow]);
    let mut day = Day::with(day.vault, day.time);
    day.unlock("satomisaki", [4, 0, 7, 1]);
    let Page::Home(home) = day.view().page else {
        panic!("not home")
    };
    assert!(home.draft);
    day.press(&[Touch::Row(1)]);
    let page = request_page(&day);
    assert_eq!(page.people.total, 1);
    assert_eq!(page.people.rows[0].missing, Some(Missing::PlanNotice));
    assert_eq!(page.next, DisclosureNext::Complete);
}

#[test]
fn the_eleventh_person_is_offered_a_second_request() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(1)]);
    for n in 1..=10 {
        add(&mut day, n, "あおき はる");
        filed(&mut day, true);
    }
    assert!(!request_page(&day).offer_second);
    day.press(&[Touch::Third]);
    let page = request_page(&day);
    assert!(page.offer_second);
    assert_eq!((page.people.total, page.next), (10, DisclosureNext::Review));
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    assert_eq!(saved(&day)[0].subjects.len(), 10);
    assert_eq!(day.rows("SELECT count(*) FROM request_subject"), 0);
}

#[test]
fn who_comes_from_a_card_and_finds_the_request_full_begins_the_second() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(1)]);
    for n in 1..=10 {
        add(&mut day, n, "あおき はる");
        filed(&mut day, true);
    }
    day.press(&[Touch::Home, Touch::Main]);
    day.card([
        crate::testing::desk::peek(10, 3),
        crate::testing::desk::good(),
    ]);
    day.digits([1, 3, 0, 8, 2, 8, 2, 0, 3, 2, 1, 2, 3, 4]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Compare);
    day.press(&[Touch::Main, Touch::Second]);
    assert!(request_page(&day).offer_second);
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    day.press(&[Touch::Main, Touch::Row(1)]);
    let page = request_page(&day);
    assert_eq!(page.people.total, 1);
    assert_eq!(page.people.rows[0].name.as_deref(), Some("汐見 花子"));
}

#[test]
fn a_request_on_hold_comes_back_to_be_corrected() {
    let mut day = at_the_desk();
    day.online = false;
    day.press(&[Touch::Row(1)]);
    add(&mut day, 1, "あおき はる");
    filed(&mut day, true);
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    let page = day
        .vault
        .read(|c| outbox::page(c, Filter::Pending, 0, 50))
        .unwrap();
    let held = page
        .items
        .iter()
        .find(|item| item.kind == "disclosure_request")
        .unwrap()
        .id;
    let now = day.clock.now();
    day.vault
        .write(|tx| outbox::hold(tx, &now, held, &ProblemCode::CommandOffice))
        .unwrap();
    day.sync();
    day.press(&[Touch::Main]);
    // A new request is begun meanwhile.
    day.press(&[Touch::Row(1)]);
    add(&mut day, 7, "たむら みつ");
    day.press(&[
        Touch::Home,
        Touch::Row(3),
        Touch::OutboxItem(held),
        Touch::Main,
    ]);
    let page = request_page(&day);
    assert_eq!((page.people.total, page.next), (1, DisclosureNext::Review));
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    assert_eq!(saved(&day).len(), 2);
    let old = day.vault.read(|c| outbox::item(c, held)).unwrap().unwrap();
    assert_eq!(old.state, outbox::State::Replaced);
    assert_eq!(
        day.rows("SELECT count(*) FROM request_subject"),
        1,
        "the new one waits"
    );
}

#[test]
fn a_licence_that_ends_says_so_before_and_is_not_sent_after_its_last_day() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(1)]);
    add(&mut day, 1, "あおき はる");
    filed(&mut day, true);
    day.press(&[Touch::Main, Touch::Second, Touch::Row(3)]);
    day.digits([0, 9, 0, 3, 3, 1]);
    day.press(&[Touch::Main]);
    let last_day = date(2027, 3, 31);
    let state_on = |day: &mut Day, on: protocol::calendar::Date| {
        let days = on.days_since(day.clock.now().wall.japan_date());
        let days = u64::try_from(days).unwrap();
        day.time
            .advance(std::time::Duration::from_secs(days * 24 * 3600));
        day.input(crate::terminal::effect::Input::Tick);
        day.unlock("takahashi01", [8, 2, 6, 3]);
        day.press(&[Touch::Row(1), Touch::Main]);
        let Page::DisclosureReview(page) = day.view().page else {
            panic!("not the review: {:?}", day.screen())
        };
        let licence = page.licence.unwrap();
        assert_eq!(licence.expires_on, Some(last_day));
        licence.state
    };
    let soon = last_day.add_days(-LICENCE_SOON_DAYS);
    assert_eq!(state_on(&mut day, soon.add_days(-1)), LicenceState::Good);
    assert_eq!(state_on(&mut day, soon), LicenceState::Soon);
    assert_eq!(state_on(&mut day, last_day), LicenceState::Soon);
    assert_eq!(state_on(&mut day, last_day.add_days(1)), LicenceState::Over);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    assert!(saved(&day)[0].applicant.qualification_scan.is_none());
}
