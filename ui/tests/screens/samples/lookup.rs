mod eligibility;

use std::time::Duration;

use firmware::lookup::{stages, thirtieth_day};
use firmware::terminal::screen::Screen;
use firmware::terminal::view::{
    AnswerNonePage, AnswerPage, ClientListMode, ClientListPage, ClientRow, DateKind, DateNote,
    DatePage, InsuredNumberPage, InsurerChoicePage, InsurerRow, ItemKind, ItemState,
    LookUpKindPage, NoneKind, Page, Paged, PurposePage, SavedPage, Validity,
};
use protocol::answer::{ApplicationKind, ProgressRecord};
use protocol::calendar::Era;
use protocol::person::Purpose;
use protocol::problem::ProblemCode;

use super::card::{LONG_NAME, desk};
use super::{Sample, at, day, offline, sample, today, worst_strip};

pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub fn samples() -> Vec<Sample> {
    let mut samples = questions();
    samples.extend(answers());
    samples.extend(eligibility::samples());
    samples
}

fn insurers(rows: usize, who: Option<&str>) -> Page {
    let row = |city: &str, desk: &str, chosen| InsurerRow {
        city: city.to_owned(),
        desk: desk.to_owned(),
        chosen,
    };
    let mut all = vec![
        row("汐見市", "介護保険課 認定係", false),
        row("浜辺市", "高齢福祉課", who.is_some()),
        row("東汐見郡みさき町", "保健福祉課 介護保険係", false),
    ];
    all.truncate(rows);
    Page::InsurerChoice(InsurerChoicePage {
        insurers: Paged {
            total: all.len(),
            rows: all,
            page: 0,
            pages: rows.div_ceil(2),
        },
        who: who.map(str::to_owned),
    })
}

fn questions() -> Vec<Sample> {
    let kind = |name: Option<&str>| {
        Page::LookUpKind(LookUpKindPage {
            name: name.map(str::to_owned),
        })
    };
    vec![
        sample(
            Screen::InsuredNumber,
            "number",
            Page::InsuredNumber(number()),
        ),
        sample(
            Screen::InsuredNumber,
            "number_refused",
            Page::InsuredNumber(refused()),
        ),
        sample(
            Screen::InsuredNumber,
            "number_person",
            Page::InsuredNumber(for_person()),
        ),
        sample(Screen::BirthDate, "birthdate", Page::Date(birth())),
        sample(
            Screen::BirthDate,
            "birthdate_impossible",
            Page::Date(impossible()),
        ),
        sample(
            Screen::ApplicationDate,
            "application_date",
            Page::Date(application()),
        ),
        sample(
            Screen::ApplicationDate,
            "application_date_empty",
            Page::Date(application_empty()),
        ),
        sample(
            Screen::ApplicationDate,
            "application_date_no_clock",
            Page::Date(application_no_clock()),
        ),
        sample(
            Screen::ApplicationDate,
            "application_date_old",
            Page::Date(too_old()),
        ),
        sample(Screen::Purpose, "purpose", Page::Purpose(purpose())),
        sample(
            Screen::Purpose,
            "purpose_none",
            Page::Purpose(purpose_by_dates()),
        ),
        sample(
            Screen::Purpose,
            "purpose_eligibility",
            Page::Purpose(purpose_of_eligibility()),
        ),
        list("clients", clients(), ClientListMode::Choose),
        list("clients_empty", nobody(), ClientListMode::Choose),
        list("clients_remove", clients(), ClientListMode::Remove),
        list(
            "clients_remove_sure",
            clients(),
            ClientListMode::ConfirmRemoval(clients().rows.remove(0)),
        ),
        list(
            "clients_remove_longname",
            clients(),
            ClientListMode::ConfirmRemoval(clients().rows.remove(2)),
        ),
        sample(Screen::InsurerChoice, "insurers", insurers(2, None)),
        sample(
            Screen::InsurerChoice,
            "insurers_many",
            insurers(3, Some("長曽我部 龍之介宗一郎")),
        ),
        sample(Screen::LookUpKind, "kind", kind(None)),
        sample(Screen::LookUpKind, "kind_longname", kind(Some(LONG_NAME))),
    ]
}

fn answers() -> Vec<Sample> {
    let none = |name, kind| {
        let page = AnswerNonePage {
            kind,
            desk: Some(desk()),
            age: None,
        };
        sample(Screen::AnswerNone, name, Page::AnswerNone(page))
    };
    vec![
        sample(Screen::Answer, "answer", Page::Answer(answer())),
        sample(Screen::Answer, "answer_longname", Page::Answer(long_name())),
        sample(
            Screen::Answer,
            "answer_certified",
            Page::Answer(certified()),
        ),
        sample(Screen::Answer, "answer_number", Page::Answer(by_number())),
        sample(Screen::AnswerStale, "stale", Page::Answer(stale())),
        offline(sample(
            Screen::LookUpSaved,
            "saved_offline",
            Page::Saved(saved()),
        )),
        sample(
            Screen::LookUpSaved,
            "saved_receipted",
            Page::Saved(receipted()),
        ),
        sample(Screen::LookUpSaved, "saved_held", Page::Saved(held())),
        worst_strip(sample(
            Screen::AnswerClockUntrusted,
            "clock_untrusted",
            Page::Answer(clock_untrusted()),
        )),
        none("none", NoneKind::NotFound),
        none("none_old", NoneKind::BeyondRetention { months: 3 }),
        none("none_several", NoneKind::Several),
        none("none_nobody", NoneKind::Nobody),
    ]
}

fn number() -> InsuredNumberPage {
    InsuredNumberPage {
        typed: "0000123".to_owned(),
        h_key: false,
        name: None,
        note: None,
        clients: true,
    }
}

fn refused() -> InsuredNumberPage {
    InsuredNumberPage {
        typed: String::new(),
        h_key: true,
        note: Some(ProblemCode::InputIndividualNumber),
        ..number()
    }
}

fn for_person() -> InsuredNumberPage {
    InsuredNumberPage {
        typed: "0000123456".to_owned(),
        name: Some("長曽我部 龍之介宗一郎".to_owned()),
        ..number()
    }
}

fn birth() -> DatePage {
    DatePage {
        kind: DateKind::Birth,
        eras: vec![Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei],
        era: Era::Showa,
        fields: ["8".to_owned(), "3".to_owned(), "14".to_owned()],
        field: 2,
        date: Some(day(1933, 3, 14)),
        note: None,
        infers_year: false,
        age: Some(93),
        about: Some("被保険者番号 0000123456".to_owned()),
    }
}

fn impossible() -> DatePage {
    DatePage {
        era: Era::Heisei,
        fields: ["31".to_owned(), "5".to_owned(), "1".to_owned()],
        date: None,
        note: Some(DateNote::OutsideEra),
        age: None,
        ..birth()
    }
}

fn application() -> DatePage {
    DatePage {
        kind: DateKind::Application,
        eras: vec![Era::Reiwa],
        era: Era::Reiwa,
        fields: ["8".to_owned(), "6".to_owned(), "1".to_owned()],
        date: Some(day(2026, 6, 1)),
        infers_year: true,
        age: None,
        ..birth()
    }
}

fn application_empty() -> DatePage {
    DatePage {
        fields: Default::default(),
        field: 1,
        date: None,
        ..application()
    }
}

/// The year is asked, too.
fn application_no_clock() -> DatePage {
    DatePage {
        field: 0,
        infers_year: false,
        ..application_empty()
    }
}

fn too_old() -> DatePage {
    DatePage {
        fields: ["8".to_owned(), "2".to_owned(), "3".to_owned()],
        date: Some(day(2026, 2, 3)),
        note: Some(DateNote::BeyondRetention { months: 3 }),
        ..application()
    }
}

fn purpose() -> PurposePage {
    PurposePage {
        name: Some("青木 ハル".to_owned()),
        chosen: Some(Purpose::CarePlan),
        insured: Some("0000123456".to_owned()),
        born_on: Some(day(1933, 3, 14)),
        applied_on: Some(day(2026, 6, 1)),
        city: "汐見市".to_owned(),
        desk: "介護保険課".to_owned(),
        eligibility: false,
    }
}

fn purpose_of_eligibility() -> PurposePage {
    PurposePage {
        applied_on: None,
        eligibility: true,
        ..purpose()
    }
}

fn purpose_by_dates() -> PurposePage {
    PurposePage {
        chosen: None,
        insured: None,
        ..purpose()
    }
}

fn list(name: &'static str, entries: Paged<ClientRow>, mode: ClientListMode) -> Sample {
    let page = ClientListPage { entries, mode };
    sample(Screen::ClientList, name, Page::ClientList(page))
}

fn clients() -> Paged<ClientRow> {
    let client = |name: &str, insured: Option<&str>, answer_age| ClientRow {
        name: name.to_owned(),
        born_on: day(1926, 12, 24),
        insured: insured.map(str::to_owned),
        answer_age,
    };
    Paged {
        rows: vec![
            client("青木 ハル", Some("0000123456"), Some(3 * DAY)),
            client("長曽我部 龍之介宗一郎", Some("H000123458"), Some(29 * DAY)),
            client(LONG_NAME, None, None),
        ],
        page: 15,
        pages: 16,
        total: 48,
    }
}

fn nobody() -> Paged<ClientRow> {
    Paged {
        rows: Vec::new(),
        page: 0,
        pages: 1,
        total: 0,
    }
}

fn record() -> ProgressRecord {
    ProgressRecord {
        applied_on: day(2026, 6, 1),
        application_kind: Some(ApplicationKind::Renewal),
        visit_on: None,
        survey_received_on: Some(day(2026, 6, 8)),
        opinion_requested_on: None,
        opinion_received_on: Some(day(2026, 6, 12)),
        panel_on: Some(day(2026, 6, 24)),
        certified_on: None,
        care_level: None,
        valid_months: None,
        valid_from: None,
        valid_to: None,
    }
}

fn answer() -> AnswerPage {
    answer_of(record())
}

fn answer_of(record: ProgressRecord) -> AnswerPage {
    AnswerPage {
        who: "青木 ハル".to_owned(),
        stages: stages(&record, Some(today())),
        thirtieth_day: thirtieth_day(&record),
        record,
        source: "汐見市 介護保険課".to_owned(),
        updated_at: Some(at(day(2026, 6, 15), 16, 43)),
        age: Some(3 * DAY),
        validity: Validity::Current,
        asked_again: false,
    }
}

fn long_name() -> AnswerPage {
    AnswerPage {
        who: LONG_NAME.to_owned(),
        asked_again: true,
        ..answer()
    }
}

fn by_number() -> AnswerPage {
    AnswerPage {
        who: "0000123456".to_owned(),
        updated_at: None,
        age: Some(DAY / 24),
        ..answer()
    }
}

fn certified() -> AnswerPage {
    answer_of(ProgressRecord {
        panel_on: Some(day(2026, 6, 16)),
        certified_on: Some(day(2026, 6, 17)),
        care_level: Some("22".to_owned()),
        valid_months: Some(12),
        valid_from: Some(day(2026, 7, 1)),
        valid_to: Some(day(2027, 6, 30)),
        ..record()
    })
}

fn stale() -> AnswerPage {
    let record = ProgressRecord {
        applied_on: day(2026, 5, 7),
        survey_received_on: Some(day(2026, 5, 15)),
        opinion_received_on: None,
        panel_on: None,
        ..record()
    };
    AnswerPage {
        who: "田村 ミツ".to_owned(),
        updated_at: Some(at(day(2026, 5, 20), 10, 2)),
        age: Some(29 * DAY),
        validity: Validity::Stale,
        ..answer_of(record)
    }
}

fn clock_untrusted() -> AnswerPage {
    AnswerPage {
        age: None,
        validity: Validity::ClockUntrusted,
        ..answer()
    }
}

fn saved() -> SavedPage {
    SavedPage {
        what: ItemKind::Progress,
        who: Some("青木 ハル".to_owned()),
        people: 1,
        slip_number: "0618-0003".to_owned(),
        state: ItemState::Saved,
        online: false,
    }
}

fn receipted() -> SavedPage {
    SavedPage {
        who: Some(LONG_NAME.to_owned()),
        state: ItemState::Receipted,
        online: true,
        ..saved()
    }
}

fn held() -> SavedPage {
    SavedPage {
        state: ItemState::Held,
        online: true,
        ..saved()
    }
}
