//! Set-up: from nothing to a locked desk.

use protocol::answer::FeedItem;
use protocol::facility::{AccessMethod, FacilityProfile};
use protocol::number::OfficeNumber;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::text::{EmailAddress, PersonName, PhoneNumber};

use crate::error::Problem;
use crate::terminal::screen::Screen;
use crate::terminal::touch::{Language, Touch};
use crate::terminal::view::{Network, Page};
use crate::testing::desk::Day;

#[test]
fn set_up_leads_from_a_token_to_a_locked_desk_and_tells_the_gateway_once() {
    let mut day = Day::set_up();
    assert_eq!(day.view().strip.office, "ひだまり居宅介護支援事業所");
    day.sync();
    // The profile, and two members of staff.
    assert_eq!(day.gateway.kept.effects.len(), 3);
    day.sync();
    assert_eq!(day.gateway.kept.effects.len(), 3);
    assert_eq!(day.view().strip.network, Network::Online);
}

#[test]
fn a_refused_token_says_why_and_can_be_typed_again() {
    let mut day = Day::new();
    day.enrolment = Err(Problem::Refused(ProblemCode::EnrolTokenUsed));
    day.press(&[Touch::Main]);
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    let Page::SetupEnrolling(page) = day.view().page else {
        panic!()
    };
    assert_eq!(page.trouble, Some(ProblemCode::EnrolTokenUsed));
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::SetupToken);
    day.enrolment = Ok(());
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupProfile);
}

#[test]
fn a_token_that_will_never_be_taken_is_asked_for_anew_and_is_not_sent_again() {
    for (code, kept) in [
        (ProblemCode::EnrolTokenUsed, ""),
        (ProblemCode::EnrolTokenExpired, ""),
        (ProblemCode::EnrolTokenUnknown, "ABCDE-FGHJK-LMNPQ-RSTUV"),
    ] {
        let mut day = Day::new();
        day.enrolment = Err(Problem::Refused(code));
        day.press(&[Touch::Main]);
        day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
        day.press(&[Touch::Main, Touch::Main]);
        let Page::TextEntry(page) = day.view().page else {
            panic!("{:?}", day.screen())
        };
        assert_eq!(page.typed, kept);
    }
}

#[test]
fn set_up_goes_on_where_the_power_was_cut() {
    let mut day = Day::new();
    day.press(&[Touch::Main]);
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    day.text("しおみ福祉会");
    day.press(&[Touch::Main]);
    let Page::TextEntry(before) = day.view().page else {
        panic!()
    };
    day.time.reboot();
    let mut day = Day::with(day.vault, day.time);
    let Page::TextEntry(after) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert_ne!(
        after.step,
        Some((1, 8)),
        "what was typed is not asked again"
    );
    assert!(after.step >= before.step);
    day.fill_profile();
    assert_eq!(day.screen(), Screen::Profile);
    day.press(&[Touch::Main]);
    day.add_staff(
        "satomisaki",
        "佐藤 美咲",
        StaffRole::Administrator,
        [4, 0, 7, 1],
    );
    let mut day = Day::with(day.vault, day.time);
    assert_eq!(day.screen(), Screen::SetupStaff);
    day.add_staff("takahashi01", "髙橋 健一", StaffRole::General, [8, 2, 6, 3]);
    day.press(&[Touch::Second]);
    assert_eq!(day.screen(), Screen::SetupDone);
}

#[test]
fn set_up_does_not_end_with_one_person_or_without_an_administrator() {
    let mut day = Day::new();
    day.describe_office();
    let note = |day: &Day| match day.view().page {
        Page::StaffEdit(page) => page.note,
        other => panic!("{other:?}"),
    };
    day.add_staff("takahashi01", "髙橋 健一", StaffRole::General, [8, 2, 6, 3]);
    day.press(&[Touch::Second]);
    assert_eq!(note(&day), Some(ProblemCode::InputMissing));
    day.add_staff("yamazaki02", "山﨑 由美", StaffRole::General, [5, 9, 3, 8]);
    day.press(&[Touch::Second]);
    assert_eq!(note(&day), Some(ProblemCode::AccessLastAdministrator));
}

#[test]
fn an_individual_number_is_refused_in_every_field_of_set_up() {
    let mut day = Day::new();
    day.press(&[Touch::Main]);
    day.text("123456789018");
    let Page::TextEntry(page) = day.view().page else {
        panic!()
    };
    assert_eq!(
        (page.note, page.typed.as_str()),
        (Some(ProblemCode::InputIndividualNumber), "")
    );
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    let mut fields = 0;
    while let Page::TextEntry(before) = day.view().page {
        for typed in [
            "123456789018",
            "１２３４-５６７８-９０１８",
            "1234 5678 9018",
        ] {
            day.text(typed);
            let Page::TextEntry(page) = day.view().page else {
                panic!()
            };
            assert_eq!(
                page.note,
                Some(ProblemCode::InputIndividualNumber),
                "{:?}",
                page.field
            );
            assert_eq!(page.typed, before.typed);
        }
        day.press(
            &"123456789018"
                .bytes()
                .map(|d| Touch::Digit(d - b'0'))
                .collect::<Vec<_>>(),
        );
        let Page::TextEntry(page) = day.view().page else {
            panic!()
        };
        assert!(!page.typed.contains("123456789018"), "{:?}", page.field);
        day.press(&[Touch::ClearAll]);
        day.text(match page.field {
            crate::terminal::view::TextField::Office => "9970000015",
            crate::terminal::view::TextField::Phone => "0120000100",
            crate::terminal::view::TextField::Email => "desk@hidamari.example",
            _ => "ひだまり",
        });
        day.press(&[Touch::Main]);
        fields += 1;
        assert!(fields < 20);
    }
    assert_eq!(day.screen(), Screen::Profile);
    day.press(&[Touch::Main]);
    for field in [0, 1] {
        day.press(&[Touch::Field(field)]);
        day.text("123456789018");
        let Page::TextEntry(page) = day.view().page else {
            panic!()
        };
        assert_eq!(page.note, Some(ProblemCode::InputIndividualNumber));
        day.press(&[Touch::Back]);
    }
}

fn heard(short_name: &str) -> FacilityProfile {
    FacilityProfile {
        corporation: "しおみ福祉会".to_owned(),
        office: OfficeNumber::parse("9970000015").unwrap(),
        name: "ひだまり居宅介護支援事業所".to_owned(),
        short_name: short_name.to_owned(),
        address: "汐見市港町1-2-3".to_owned(),
        phone: PhoneNumber::parse("0990001111").unwrap(),
        email: EmailAddress::parse("desk@hidamari.example").unwrap(),
        applicant: PersonName::parse("佐藤 美咲").unwrap(),
        access: AccessMethod::ClientCertificate,
    }
}

/// A second unit of an office, up to the review of what the first one said.
fn second_unit() -> Day {
    let mut day = Day::new();
    day.heard = Some(heard("ひだまり"));
    day.press(&[Touch::Main]);
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Profile);
    day
}

fn finish(day: &mut Day) {
    day.press(&[Touch::Main]);
    add_two(day);
}

fn add_two(day: &mut Day) {
    day.add_staff(
        "satomisaki",
        "佐藤 美咲",
        StaffRole::Administrator,
        [4, 0, 7, 1],
    );
    day.add_staff("takahashi01", "髙橋 健一", StaffRole::General, [8, 2, 6, 3]);
    day.press(&[Touch::Second]);
    assert_eq!(day.screen(), Screen::SetupDone);
    day.press(&[Touch::Main]);
}

fn told(day: &Day) -> Vec<&String> {
    let bodies = day.gateway.kept.bodies.values();
    bodies
        .filter(|body| body.contains("profile_changed"))
        .collect()
}

fn kept(day: &Day) -> String {
    let profile = day.vault.read(crate::setup::profile).unwrap();
    profile.unwrap().short_name
}

#[test]
fn a_second_unit_of_an_office_only_looks_at_the_profile_and_tells_nothing_that_did_not_change() {
    let day = second_unit();
    // The power is cut while somebody reads it.
    let mut day = Day::with(day.vault, day.time);
    assert_eq!(day.screen(), Screen::Profile);
    finish(&mut day);
    day.sync();
    assert_eq!(kept(&day), "ひだまり");
    assert_eq!(told(&day), Vec::<&String>::new());
    // What another unit changes from now on is taken.
    day.gateway.tell(FeedItem::Profile(heard("みなと")));
    day.sync();
    assert_eq!(kept(&day), "みなと");
    assert_eq!(day.terminal.desk.profile, Some(heard("みなと")));
}

#[test]
fn what_a_second_unit_corrects_in_set_up_is_told_and_stays_until_the_gateway_has_judged() {
    let mut day = second_unit();
    day.press(&[Touch::Field(3)]);
    day.press(&[Touch::ClearAll]);
    day.text("みなと");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Profile);
    day.online = false;
    finish(&mut day);
    // An older word of the gateway comes while the change is still queued.
    arrives(&mut day, heard("ふるい"));
    assert_eq!(kept(&day), "みなと");
    day.online = true;
    day.sync();
    assert_eq!(told(&day).len(), 1);
    // The gateway kept a later one of another unit, and says so.
    day.gateway.tell(FeedItem::Profile(heard("あたらしい")));
    day.sync();
    assert_eq!(kept(&day), "あたらしい");
}

/// What another unit tells the gateway arrives, while somebody reads the older word.
fn arrives(day: &mut Day, profile: FacilityProfile) {
    let entry = protocol::answer::FeedEntry {
        seq: 9,
        item: FeedItem::Profile(profile),
    };
    let now = day.clock.now();
    day.vault
        .write(|tx| crate::sync::FeedSink::keep(&mut crate::feed::Feed, tx, &now, &entry))
        .unwrap();
}

#[test]
fn a_change_of_another_unit_during_the_review_is_not_put_back() {
    let mut day = second_unit();
    arrives(&mut day, heard("みなと"));
    finish(&mut day);
    assert_eq!(kept(&day), "みなと");
    day.sync();
    assert_eq!(told(&day), Vec::<&String>::new());
}

#[test]
fn a_change_of_another_unit_while_staff_are_entered_replaces_what_was_only_read() {
    let mut day = second_unit();
    day.press(&[Touch::Field(3)]);
    day.press(&[Touch::ClearAll]);
    day.text("みなと");
    day.press(&[Touch::Main]);
    // The summary is confirmed; staff come next.
    day.press(&[Touch::Main]);
    let mut other = heard("ひだまり");
    "汐見市港町9-9-9".clone_into(&mut other.address);
    arrives(&mut day, other);
    add_two(&mut day);
    let profile = day.vault.read(crate::setup::profile).unwrap().unwrap();
    assert_eq!(profile.short_name, "みなと");
    assert_eq!(profile.address, "汐見市港町9-9-9");
}

#[test]
fn a_field_that_is_open_while_another_unit_changes_it_is_not_put_back() {
    let mut day = second_unit();
    finish(&mut day);
    day.sync();
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Second, Touch::Row(2)]);
    assert_eq!(day.screen(), Screen::Profile);
    let shown = |day: &Day| day.terminal.desk.profile.clone().unwrap();
    day.press(&[Touch::Field(5)]);
    let mut other = heard("ひだまり");
    other.phone = PhoneNumber::parse("0990009999").unwrap();
    day.gateway.tell(FeedItem::Profile(other.clone()));
    day.sync();
    assert_eq!(shown(&day), other);
    // Nothing was typed.
    day.press(&[Touch::Main]);
    assert_eq!(shown(&day), other);
    day.press(&[Touch::Field(3)]);
    day.press(&[Touch::ClearAll]);
    day.text("みなと");
    "汐見市港町9-9-9".clone_into(&mut other.address);
    day.gateway.tell(FeedItem::Profile(other.clone()));
    day.sync();
    day.press(&[Touch::Main]);
    "みなと".clone_into(&mut other.short_name);
    assert_eq!(shown(&day), other);
    day.sync();
    assert_eq!(told(&day).len(), 1);
}

#[test]
fn what_was_typed_in_the_review_stays_and_what_was_only_read_follows_the_other_unit() {
    let mut day = second_unit();
    day.press(&[Touch::Field(3)]);
    day.press(&[Touch::ClearAll]);
    day.text("みなと");
    day.press(&[Touch::Main]);
    let mut other = heard("ひだまり");
    "汐見市港町9-9-9".clone_into(&mut other.address);
    arrives(&mut day, other);
    // The power is cut before it is kept.
    let mut day = Day::with(day.vault, day.time);
    finish(&mut day);
    let profile = day.vault.read(crate::setup::profile).unwrap().unwrap();
    assert_eq!(profile.short_name, "みなと");
    assert_eq!(profile.address, "汐見市港町9-9-9");
    day.sync();
    assert_eq!(told(&day).len(), 1);
}

#[test]
fn the_language_is_chosen_first_and_kept() {
    let mut day = Day::new();
    day.press(&[Touch::Language(Language::En)]);
    assert_eq!(day.view().look.language, Language::En);
    let day = Day::with(day.vault, day.time);
    assert_eq!(day.view().look.language, Language::En);
}

#[test]
fn an_office_number_of_another_office_is_a_warning_and_no_stop() {
    let mut day = Day::new();
    day.press(&[Touch::Main]);
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    day.fill_profile();
    day.press(&[Touch::Field(1)]);
    day.text("9970000023");
    day.press(&[Touch::Main]);
    while day.screen() == Screen::SetupProfile {
        day.press(&[Touch::Main]);
    }
    let Page::Profile(page) = day.view().page else {
        panic!()
    };
    assert!(page.office_warning);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupStaff);
}
