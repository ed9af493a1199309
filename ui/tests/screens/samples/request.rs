use firmware::request::Qualification;
use firmware::terminal::screen::Screen;
use firmware::terminal::view::{
    AttachPage, DisclosureNext, DisclosurePage, DisclosurePersonPage, DisclosureReviewPage,
    DisclosureRow, FileRow, ItemKind, ItemState, Keyboard, Licence, LicenceState, Missing, Page,
    Paged, QualificationPage, SavedPage, TextEntryPage, TextField,
};
use protocol::person::AttachmentMedia;
use protocol::problem::ProblemCode;

use super::card::LONG_NAME;
use super::{Sample, day, offline, sample};

const NAMES: [&str; 10] = [
    "青木 ハル",
    "田村 ミツ",
    "渡邉 髙子",
    "山﨑 ヨシエ",
    "長曽我部 龍之介宗一郎",
    LONG_NAME,
    "大河内 清左衛門",
    "小田切 千代",
    "邉見 﨑江",
    "髙橋 トメ",
];

pub fn samples() -> Vec<Sample> {
    let mut samples = vec![
        sample(Screen::Disclosure, "disclosure", Page::Disclosure(seven())),
        sample(
            Screen::Disclosure,
            "disclosure_second_page",
            Page::Disclosure(second_page()),
        ),
        sample(
            Screen::Disclosure,
            "disclosure_empty",
            Page::Disclosure(empty()),
        ),
        sample(
            Screen::Disclosure,
            "disclosure_eleventh",
            Page::Disclosure(eleventh()),
        ),
        sample(
            Screen::DisclosurePerson,
            "person",
            Page::DisclosurePerson(person()),
        ),
        sample(
            Screen::DisclosurePerson,
            "person_new",
            Page::DisclosurePerson(new_person()),
        ),
        sample(
            Screen::DisclosurePerson,
            "person_longname",
            Page::DisclosurePerson(whole()),
        ),
        sample(Screen::Attach, "attach", Page::Attach(attach())),
        sample(
            Screen::Attach,
            "attach_searching",
            Page::Attach(searching()),
        ),
        sample(Screen::Attach, "attach_nothing", Page::Attach(nothing())),
        qualification("qualification", None),
        qualification(
            "qualification_again",
            Some(Qualification::SeniorCareManager),
        ),
        sample(
            Screen::DisclosureReview,
            "review",
            Page::DisclosureReview(review(3)),
        ),
        sample(
            Screen::DisclosureReview,
            "review_warned",
            Page::DisclosureReview(warned()),
        ),
        sample(
            Screen::DisclosureReview,
            "review_licence_over",
            Page::DisclosureReview(DisclosureReviewPage {
                licence: Some(Licence {
                    expires_on: Some(day(2026, 3, 31)),
                    state: LicenceState::Over,
                }),
                ..review(3)
            }),
        ),
        sample(
            Screen::DisclosureReview,
            "review_licence_soon",
            Page::DisclosureReview(DisclosureReviewPage {
                licence: Some(Licence {
                    expires_on: Some(day(2026, 9, 10)),
                    state: LicenceState::Soon,
                }),
                ..review(3)
            }),
        ),
        offline(sample(
            Screen::DisclosureSaved,
            "request_saved",
            Page::Saved(saved()),
        )),
    ];
    samples.extend(texts());
    samples
}

fn texts() -> Vec<Sample> {
    let text = |screen, name, page| sample(screen, name, Page::TextEntry(page));
    vec![
        text(Screen::NameEntry, "name_kana", kana()),
        text(Screen::NameEntry, "name_refused", refused()),
        text(
            Screen::SetupToken,
            "token",
            latin(TextField::Token, "K7M2-", None),
        ),
        // The widest letters that a token has.
        text(
            Screen::SetupToken,
            "token_whole",
            latin(TextField::Token, "MMWWM-AW4NN-MWFU6-6AJ26", None),
        ),
        text(
            Screen::SetupProfile,
            "profile_email",
            latin(
                TextField::Email,
                "hidamari-kyotaku@example.jp",
                Some((6, 8)),
            ),
        ),
        text(Screen::SetupProfile, "profile_phone", digits()),
    ]
}

fn row(place: usize, filled: usize) -> DisclosureRow {
    DisclosureRow {
        place,
        name: (place <= filled).then(|| NAMES[place - 1].to_owned()),
        insured: (place <= filled).then(|| format!("00001234{place:02}")),
        missing: (place == 4 && filled < 10).then_some(Missing::Contract),
        filed: place != 2,
    }
}

fn places(from: usize, to: usize, filled: usize) -> Paged<DisclosureRow> {
    Paged {
        rows: (from..=to).map(|place| row(place, filled)).collect(),
        page: usize::from(from > 1),
        pages: 2,
        total: filled,
    }
}

fn seven() -> DisclosurePage {
    DisclosurePage {
        people: places(1, 6, 7),
        next: DisclosureNext::AttachContract,
        offer_second: false,
    }
}

fn second_page() -> DisclosurePage {
    DisclosurePage {
        people: places(7, 10, 7),
        ..seven()
    }
}

fn empty() -> DisclosurePage {
    DisclosurePage {
        people: places(1, 6, 0),
        next: DisclosureNext::AddPerson,
        ..seven()
    }
}

fn eleventh() -> DisclosurePage {
    DisclosurePage {
        people: places(1, 6, 10),
        next: DisclosureNext::Review,
        offer_second: true,
    }
}

fn person() -> DisclosurePersonPage {
    DisclosurePersonPage {
        place: 4,
        name: Some("山﨑 ヨシエ".to_owned()),
        insured: Some("0000123460".to_owned()),
        born_on: Some(day(1935, 5, 3)),
        certified_on: None,
        filed: Some(false),
        contract: false,
        complete: false,
    }
}

fn new_person() -> DisclosurePersonPage {
    DisclosurePersonPage {
        place: 8,
        name: None,
        insured: None,
        born_on: None,
        filed: None,
        ..person()
    }
}

fn whole() -> DisclosurePersonPage {
    DisclosurePersonPage {
        name: Some(LONG_NAME.to_owned()),
        born_on: Some(day(1935, 10, 23)),
        certified_on: Some(day(2025, 12, 28)),
        contract: true,
        complete: true,
        ..person()
    }
}

fn attach() -> AttachPage {
    let file = |name: &str, size, media| FileRow {
        name: name.to_owned(),
        size,
        media,
    };
    AttachPage {
        who: Some("山﨑 ヨシエ".to_owned()),
        files: Paged {
            rows: vec![
                file("keiyaku-yamazaki.pdf", 380_000, Some(AttachmentMedia::Pdf)),
                file(
                    "契約書_山﨑ヨシエ_居宅介護支援_2026年6月18日_署名済み_控え_2枚目.jpeg",
                    2_100_000,
                    Some(AttachmentMedia::Jpeg),
                ),
                file("memo.docx", 12_400, None),
            ],
            page: 0,
            pages: 2,
            total: 4,
        },
        searching: false,
        note: None,
    }
}

fn searching() -> AttachPage {
    AttachPage {
        who: None,
        searching: true,
        ..attach()
    }
}

fn nothing() -> AttachPage {
    AttachPage {
        files: Paged {
            rows: Vec::new(),
            page: 0,
            pages: 1,
            total: 0,
        },
        note: Some(ProblemCode::AttachmentTooLarge),
        ..attach()
    }
}

fn qualification(name: &'static str, held: Option<Qualification>) -> Sample {
    let page = QualificationPage {
        applicant: "佐藤 美咲".to_owned(),
        held,
    };
    sample(Screen::Qualification, name, Page::Qualification(page))
}

fn review(people: usize) -> DisclosureReviewPage {
    DisclosureReviewPage {
        people: Paged {
            rows: (1..=3).map(|place| row(place, 10)).collect(),
            page: 0,
            pages: people.div_ceil(3),
            total: people,
        },
        applicant: "佐藤 美咲".to_owned(),
        held: Some(Qualification::CareManager),
        office: "9970000015".to_owned(),
        office_warning: false,
        licence: Some(Licence {
            expires_on: Some(day(2028, 12, 31)),
            state: LicenceState::Good,
        }),
        city: "汐見市".to_owned(),
        desk: "介護保険課".to_owned(),
    }
}

fn warned() -> DisclosureReviewPage {
    let mut page = review(10);
    page.people.rows = (4..=6).map(|place| row(place, 10)).collect();
    page.people.page = 1;
    page.office_warning = true;
    page.licence = None;
    page
}

fn saved() -> SavedPage {
    SavedPage {
        what: ItemKind::Disclosure,
        who: None,
        people: 7,
        slip_number: "0618-0004".to_owned(),
        state: ItemState::Saved,
        online: false,
    }
}

fn kana() -> TextEntryPage {
    TextEntryPage {
        field: TextField::PersonName,
        typed: "ヤマザキ　ヨシエ".to_owned(),
        keyboard: Keyboard::Kana,
        note: None,
        complete: true,
        step: None,
    }
}

fn refused() -> TextEntryPage {
    TextEntryPage {
        typed: String::new(),
        note: Some(ProblemCode::InputIndividualNumber),
        complete: false,
        ..kana()
    }
}

fn latin(field: TextField, typed: &str, step: Option<(usize, usize)>) -> TextEntryPage {
    TextEntryPage {
        field,
        typed: typed.to_owned(),
        keyboard: Keyboard::Latin,
        note: None,
        complete: false,
        step,
    }
}

fn digits() -> TextEntryPage {
    TextEntryPage {
        field: TextField::Phone,
        typed: "0005550101".to_owned(),
        keyboard: Keyboard::Digits,
        note: Some(ProblemCode::InputPhone),
        complete: false,
        step: Some((5, 8)),
    }
}
