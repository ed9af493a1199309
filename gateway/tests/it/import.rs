use gateway::clock::{Clock, ManualClock};
use gateway::engine::Settings;
use gateway::harness::{Bench, INSURER, OFFICE, city};
use gateway::sources::csv::{Encoding, Report, import_eligibility, import_progress};
use gateway::{GatewayError, operator};
use proptest::prelude::*;
use protocol::answer::{Answer, FeedItem, ProgressAnswer, ProgressFinding};
use protocol::calendar::Timestamp;
use protocol::command::Command;
use protocol::exchange::DeviceId;
use protocol::number::InsurerNumber;
use protocol::problem::ProblemCode;

use crate::work::{date, eligibility, envelope, now, progress, progress_by_dates, request};

struct Desk {
    _folder: tempfile::TempDir,
    bench: Bench,
    device: DeviceId,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    Desk {
        _folder: folder,
        bench,
        device,
    }
}

fn insurer() -> InsurerNumber {
    InsurerNumber::parse(INSURER).unwrap()
}

impl Desk {
    fn import(&self, text: &str) -> Report {
        self.import_bytes(text.as_bytes(), Encoding::Utf8).unwrap()
    }

    fn import_bytes(&self, bytes: &[u8], encoding: Encoding) -> Result<Report, GatewayError> {
        import_progress(
            self.bench.store(),
            &insurer(),
            bytes,
            encoding,
            &ManualClock::new(now()),
        )
    }

    fn ask(&self, n: u64, command: &Command, at: Timestamp) -> Option<Answer> {
        let body = serde_json::to_vec(&request(n - 1, vec![envelope(n, command)])).unwrap();
        let response = self.bench.engine.exchange(&self.device, &body, at).unwrap();
        response
            .feed
            .into_iter()
            .find_map(|entry| match entry.item {
                FeedItem::Answer { answer, .. } => Some(answer),
                _ => None,
            })
    }

    fn progress(&self, n: u64, command: &Command) -> ProgressAnswer {
        match self.ask(n, command, now()) {
            Some(Answer::Progress(answer)) => answer,
            other => panic!("{other:?}"),
        }
    }
}

const KINTONE: &str = "被保険者番号(6桁),申請日(4桁),生年月日,申請区分,調査票受理日,意見書受理日,審査会予定日,更新日時\n";

#[test]
fn good_rows_go_in_and_bad_ones_are_listed_with_line_and_reason() {
    let desk = desk();
    let report = desk.import(&format!(
        "{KINTONE}\
         087084,1027,19380828,新規,2026-11-05,,,2026-11-10 09:30\n\
         087092,1332,19450301,更新,,,,\n\
         87,1111,19450301,更新,,,,\n\
         087106,1111,平成31年5月1日,更新,,,,\n\
         087114,1111,昭和7年1月15日,見学,,,,\n\
         123456789018,1111,昭和7年1月15日,新規,,,,\n\
         087122,1111,昭和 7年01月15日,新規\n\
         087130,令和8年11月1日,S7.1.15,区分変更,2026/11/05,令和08年11月06日,,2026-11-10 09:30\n"
    ));
    assert_eq!((report.rows, report.inserted, report.bad), (8, 2, 6));
    let listed: Vec<_> = report
        .bad_rows
        .iter()
        .map(|row| (row.line, row.column.as_deref(), row.code.clone()))
        .collect();
    assert_eq!(
        listed,
        [
            (3, Some("申請日"), ProblemCode::InputNoSuchDay),
            (4, Some("被保険者番号"), ProblemCode::InputInsuredNumber),
            (5, Some("生年月日"), ProblemCode::InputOutsideEra),
            (6, Some("申請区分"), ProblemCode::ImportRow),
            (7, Some("被保険者番号"), ProblemCode::InputIndividualNumber),
            (8, None, ProblemCode::ImportRow),
        ]
    );
    assert!(report.bad_rows.iter().all(|row| !row.reason.is_empty()));
}

#[test]
fn importing_the_same_file_again_changes_nothing_and_an_older_one_does_not_go_back() {
    let desk = desk();
    let file = |time: &str, panel: &str| {
        format!("{KINTONE}087084,1027,19380828,新規,2026-11-05,,{panel},{time}\n")
    };
    let newer = file("2026-11-10 09:30", "2026-11-25");
    assert_eq!(desk.import(&newer).inserted, 1);
    let again = desk.import(&newer);
    assert_eq!((again.inserted, again.updated, again.unchanged), (0, 0, 1));
    let older = desk.import(&file("2026-11-01 09:30", ""));
    assert_eq!((older.updated, older.older), (0, 1));
    let newest = desk.import(&file("2026-11-11 09:30", "2026-11-26"));
    assert_eq!(newest.updated, 1);
    let ProgressFinding::Found(record) = desk.progress(1, &progress("0000087084")).finding else {
        panic!("not found");
    };
    assert_eq!(record.panel_on, Some(date(2026, 11, 26)));
}

#[test]
fn ms932_is_read_and_bytes_outside_its_table_spoil_their_row_only() {
    let desk = desk();
    let text = format!("{KINTONE}087084,1027,昭和13年8月28日,新規,,,,\n");
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    let mut bytes = bytes.into_owned();
    bytes.extend_from_slice(b"087092,1101,19450301,\x81\xff,,,,\n");
    bytes.extend_from_slice(b"087106,1101,19511130,\xf0\x40,,,,\n");
    let (good, _, _) = encoding_rs::SHIFT_JIS.encode("087114,1101,19320115,更新,,,,\n");
    bytes.extend_from_slice(&good);
    for encoding in [Encoding::Ms932, Encoding::Auto] {
        let report = desk.import_bytes(&bytes, encoding).unwrap();
        assert_eq!(report.encoding, "ms932");
        assert_eq!(report.inserted + report.unchanged, 2);
        let bad: Vec<_> = report
            .bad_rows
            .iter()
            .map(|row| (row.line, row.code.clone()))
            .collect();
        assert_eq!(
            bad,
            [
                (3, ProblemCode::ImportEncoding),
                (4, ProblemCode::ImportEncoding)
            ]
        );
    }
    let wrong = desk.import_bytes(&bytes, Encoding::Utf8).unwrap_err();
    assert_eq!(wrong.code(), ProblemCode::ImportEncoding);
}

#[test]
fn a_file_of_another_kind_is_refused_whole() {
    let desk = desk();
    for (text, code) in [
        ("", ProblemCode::ImportColumns),
        ("氏名,住所\n汐見,町\n", ProblemCode::ImportColumns),
        (
            "被保険者番号,被保険者番号,申請日\n",
            ProblemCode::ImportColumns,
        ),
        ("<html><body>", ProblemCode::ImportColumns),
    ] {
        let error = desk
            .import_bytes(text.as_bytes(), Encoding::Auto)
            .unwrap_err();
        assert_eq!(error.code(), code, "{text}");
    }
    let nobody = InsurerNumber::with_check_digit("99999").unwrap();
    let file = format!("{KINTONE}087084,1027,,,,,,\n");
    let store = desk.bench.store();
    assert!(
        import_progress(
            store,
            &nobody,
            file.as_bytes(),
            Encoding::Auto,
            &ManualClock::new(now())
        )
        .is_err()
    );
}

#[test]
fn an_answer_is_one_person_and_says_where_it_comes_from_and_how_long_it_holds() {
    let desk = desk();
    desk.import(&format!(
        "{KINTONE}087084,1027,19380828,新規,2026-11-05,2026-11-06,2026-11-25,2026-11-10 09:30\n"
    ));
    let answer = desk.progress(1, &progress("0000087084"));
    let ProgressFinding::Found(record) = answer.finding else {
        panic!("{:?}", answer.finding);
    };
    assert_eq!(record.applied_on, date(2026, 10, 27));
    let provenance = answer.provenance;
    assert_eq!(provenance.source, "汐見市 介護保険課 認定係");
    let updated = Timestamp::from_japan(date(2026, 11, 10), 9, 30).unwrap();
    assert_eq!(provenance.updated_at, Some(updated));
    assert_eq!(provenance.retrieved_at, now());
    let week = std::time::Duration::from_secs(7 * 86_400);
    assert_eq!(provenance.valid_until, now() + week);
    let end = Timestamp::from_japan(date(2027, 1, 28), 0, 0).unwrap();
    assert_eq!(provenance.delete_after, end);
    let by_dates = progress_by_dates(date(2026, 10, 27), date(1938, 8, 28));
    let found = desk.progress(2, &by_dates).finding;
    assert!(matches!(found, ProgressFinding::Found(_)));
}

#[test]
fn not_found_beyond_retention_and_several_are_three_different_answers() {
    let desk = desk();
    desk.import(&format!(
        "{KINTONE}\
         087084,1027,19380828,新規,,,,\n\
         087084,1105,19380828,更新,,,,\n\
         087092,1101,19450301,新規,,,,\n\
         087106,1101,19450301,新規,,,,\n"
    ));
    let several = desk.progress(1, &progress("0000087084")).finding;
    assert_eq!(several, ProgressFinding::Several);
    let twins = progress_by_dates(date(2026, 11, 1), date(1945, 3, 1));
    assert_eq!(desk.progress(2, &twins).finding, ProgressFinding::Several);
    let nobody = desk.progress(3, &progress("0000000009")).finding;
    assert_eq!(nobody, ProgressFinding::NotFound);
    let old = progress_by_dates(date(2026, 8, 1), date(1945, 3, 1));
    let old = desk.progress(4, &old).finding;
    assert_eq!(old, ProgressFinding::BeyondRetention { months: 3 });
    let right_day_wrong_birth = progress_by_dates(date(2026, 11, 1), date(1945, 3, 2));
    let finding = desk.progress(5, &right_day_wrong_birth).finding;
    assert_eq!(finding, ProgressFinding::NotFound);
}

#[test]
fn two_lists_about_one_application_are_one_answer() {
    let desk = desk();
    desk.import(&format!(
        "{KINTONE}087084,1027,19380828,新規,2026-11-05,,,2026-11-10 09:30\n"
    ));
    desk.import(
        "被保険者番号,生年月日,申請日,申請区分,訪問調査日,意見書依頼日,意見書入手日,二次審査日(予定),認定日,二次審査結果,認定有効月数,有効開始日,有効終了日,更新日時\n\
         000087084,昭和13年8月28日,2026/10/27,新規,2026-11-02,,,2026-11-12,2026-11-12,要介護２,12,2026-10-27,令和9年10月31日,2026-11-12 17:00\n",
    );
    let ProgressFinding::Found(record) = desk.progress(1, &progress("0000087084")).finding else {
        panic!("not one");
    };
    assert_eq!(record.survey_received_on, Some(date(2026, 11, 5)));
    assert_eq!(record.visit_on, Some(date(2026, 11, 2)));
    assert_eq!(record.care_level.as_deref(), Some("22"));
    assert_eq!(record.valid_months, Some(12));
    assert_eq!(record.valid_to, Some(date(2027, 10, 31)));
}

/// E14 has no birth dates and no 更新日時.
const WIDE: &str = "被保険者番号,申請日,申請区分,訪問調査日,意見書依頼日,意見書入手日,二次審査日(予定),認定日,二次審査結果,認定有効月数,有効開始日,有効終了日\n";

fn ms932(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

#[test]
fn the_narrow_ms932_list_and_the_wide_utf8_list_of_the_same_people_are_one_answer_each() {
    let narrow = ms932(&format!(
        "{KINTONE}\
         087084,1027,昭和13年8月28日,新規,2026-11-05,,,2026-11-10 09:30\n\
         087092,1027,昭和20年3月1日,更新,2026-11-06,,,2026-11-10 09:30\n\
         087106,1101,昭和20年3月1日,新規,2026-11-07,,,2026-11-10 09:30\n"
    ));
    let wide = format!(
        "{WIDE}\
         0000087084,2026-10-27,新規,2026-11-02,,,2026-11-12,2026-11-12,要介護２,12,2026-10-27,2027-10-31\n\
         0000087092,2026-10-27,更新,2026-11-03,,,2026-11-12,2026-11-12,要介護１,12,2026-10-27,2027-10-31\n\
         H000087106,2026-11-01,新規,2026-11-04,,,,,,,,\n"
    );
    let people = [
        (
            "0000087084",
            date(2026, 10, 27),
            date(1938, 8, 28),
            date(2026, 11, 5),
            date(2026, 11, 2),
        ),
        (
            "0000087092",
            date(2026, 10, 27),
            date(1945, 3, 1),
            date(2026, 11, 6),
            date(2026, 11, 3),
        ),
        (
            "H000087106",
            date(2026, 11, 1),
            date(1945, 3, 1),
            date(2026, 11, 7),
            date(2026, 11, 4),
        ),
    ];
    for narrow_first in [true, false] {
        let desk = desk();
        let import = |narrow_now: bool| {
            let report = if narrow_now {
                desk.import_bytes(&narrow, Encoding::Ms932).unwrap()
            } else {
                desk.import(&wide)
            };
            assert_eq!((report.rows, report.bad), (3, 0));
            report
        };
        assert_eq!(import(narrow_first).inserted, 3);
        import(!narrow_first);
        // Again, as every week: nothing is new, nothing goes back.
        for which in [true, false] {
            assert_eq!(import(which).unchanged, 3);
        }
        let mut n = 0;
        for (insured, applied_on, born_on, survey, visit) in people {
            for question in [progress(insured), progress_by_dates(applied_on, born_on)] {
                n += 1;
                let ProgressFinding::Found(record) = desk.progress(n, &question).finding else {
                    panic!("{insured}: not one answer to question {n}");
                };
                assert_eq!(record.survey_received_on, Some(survey), "{insured}");
                assert_eq!(record.visit_on, Some(visit), "{insured}");
            }
        }
    }
}

#[test]
fn a_row_that_may_be_anothers_is_shown_to_nobody_who_asks_by_number() {
    let desk = desk();
    // Two people whose numbers end alike apply on one day; the narrow list cannot tell them apart.
    desk.import(&format!(
        "{KINTONE}087084,1027,19380828,新規,2026-11-05,,,\n"
    ));
    desk.import(&format!(
        "{WIDE}\
         0000087084,2026-10-27,新規,2026-11-02,,,,,,,,\n\
         0100087084,2026-10-27,更新,2026-11-03,,,,,,,,\n"
    ));
    for (n, insured, visit) in [(1, "0000087084", 2), (2, "0100087084", 3)] {
        let ProgressFinding::Found(record) = desk.progress(n, &progress(insured)).finding else {
            panic!("{insured}: not found");
        };
        assert_eq!(record.visit_on, Some(date(2026, 11, visit)));
        assert_eq!(record.survey_received_on, None, "may be the other's");
    }
    let by_dates = progress_by_dates(date(2026, 10, 27), date(1938, 8, 28));
    let ProgressFinding::Found(record) = desk.progress(3, &by_dates).finding else {
        panic!("not found by dates");
    };
    assert_eq!(record.survey_received_on, Some(date(2026, 11, 5)));
    assert_eq!(record.visit_on, None, "may be the other's");
}

#[test]
fn eligibility_needs_number_and_birth_date_to_fit() {
    let desk = desk();
    let file = "被保険者番号,生年月日,要介護状態区分,有効開始日,有効終了日,負担割合,区分支給限度基準額\n\
                0000087084,昭和13年8月28日,要介護2,2026-04-01,2027-03-31,1割,\"19,705\"\n";
    let store = desk.bench.store();
    let report = import_eligibility(
        store,
        &insurer(),
        file.as_bytes(),
        Encoding::Auto,
        &ManualClock::new(now()),
    )
    .unwrap();
    assert_eq!((report.inserted, report.bad), (1, 0));
    let ask = |n, born| match desk.ask(n, &eligibility("0000087084", born), now()) {
        Some(Answer::Eligibility(answer)) => answer.record,
        other => panic!("{other:?}"),
    };
    let record = ask(1, date(1938, 8, 28)).unwrap();
    assert_eq!(record.monthly_limit_units, Some(19_705));
    assert_eq!(record.copayment_tenths, Some(1));
    assert_eq!(ask(2, date(1938, 8, 29)), None);
}

#[test]
fn a_padded_number_is_found_and_the_report_says_so() {
    let desk = desk();
    let report = desk.import("被保険者番号,申請日\n000087084,2026-11-01\nH000087092,2026-11-01\n");
    assert_eq!((report.inserted, report.padded), (2, 1));
    let found = desk.progress(1, &progress("0000087084")).finding;
    assert!(matches!(found, ProgressFinding::Found(_)));
    let found = desk.progress(2, &progress("H000087092")).finding;
    assert!(matches!(found, ProgressFinding::Found(_)));
}

#[test]
fn a_shorter_retention_hides_what_is_older_at_once() {
    let desk = desk();
    desk.import("被保険者番号,申請日\n0000087084,2026-09-01\n");
    let mut city = city();
    city.retention_months = 2;
    operator::put_insurer(desk.bench.store(), &city, now()).unwrap();
    // The insurer's change was told first.
    let body = serde_json::to_vec(&request(0, vec![envelope(1, &progress("0000087084"))])).unwrap();
    let response = desk
        .bench
        .engine
        .exchange(&desk.device, &body, now())
        .unwrap();
    assert!(matches!(response.feed[0].item, FeedItem::Facility(_)));
    let FeedItem::Answer {
        answer: Answer::Progress(answer),
        ..
    } = &response.feed[1].item
    else {
        panic!("no answer");
    };
    assert_eq!(
        answer.finding,
        ProgressFinding::BeyondRetention { months: 2 }
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let desk = desk();
        for encoding in [Encoding::Utf8, Encoding::Ms932, Encoding::Auto] {
            let _ = desk.import_bytes(&bytes, encoding);
        }
    }

    #[test]
    fn any_rows_under_a_good_header_are_counted(
        rows in prop::collection::vec("[0-9令和年月日/\\-, \"新規更新]{0,60}", 0..12)
    ) {
        let desk = desk();
        let report = desk.import_bytes(
            format!("{KINTONE}{}\n", rows.join("\n")).as_bytes(), Encoding::Utf8);
        if let Ok(report) = report {
            let taken = report.inserted + report.updated + report.unchanged + report.older;
            prop_assert_eq!(report.rows, taken + report.beyond_retention + report.bad);
        }
    }
}

#[test]
fn two_people_a_list_cannot_tell_apart_are_never_answered_with_one_of_them() {
    let without_birth = "被保険者番号(6桁),申請日(4桁),申請区分,審査会予定日\n";
    let rows = [
        "087084,1027,新規,2026-11-25\n",
        "087084,1027,更新,2026-12-02\n",
    ];
    for order in [[0, 1], [1, 0]] {
        let desk = desk();
        let file = format!(
            "{without_birth}{}087092,1027,新規,\n{}",
            rows[order[0]], rows[order[1]]
        );
        assert_eq!(desk.import(&file).inserted, 3);
        let finding = desk.progress(1, &progress("0000087084")).finding;
        assert_eq!(finding, ProgressFinding::Several);
        assert!(matches!(
            desk.progress(2, &progress("0000087092")).finding,
            ProgressFinding::Found(_)
        ));
        let again = desk.import(&file);
        assert_eq!((again.inserted, again.updated, again.unchanged), (0, 0, 3));
        assert_eq!(
            desk.progress(3, &progress("0000087084")).finding,
            ProgressFinding::Several
        );
        // A list of whole numbers does not say which of the two short ones is whose.
        desk.import("被保険者番号,申請日\n0000087084,2026-10-27\n");
        assert_eq!(
            desk.progress(4, &progress("0000087084")).finding,
            ProgressFinding::Several
        );
    }
}

#[test]
fn a_row_that_stands_twice_word_for_word_is_one_application() {
    let desk = desk();
    let row = "087084,1027,19380828,新規,,,,\n";
    let report = desk.import(&format!("{KINTONE}{row}{row}"));
    assert_eq!((report.inserted, report.unchanged), (1, 1));
    assert!(matches!(
        desk.progress(1, &progress("0000087084")).finding,
        ProgressFinding::Found(_)
    ));
}

#[test]
fn an_answer_given_during_an_import_is_not_newer_than_the_import() {
    /// A clock that goes on by a second each time somebody looks.
    #[derive(Debug)]
    struct Ticking(ManualClock);
    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            self.0.advance(std::time::Duration::from_secs(1));
            self.0.now()
        }
    }
    let desk = desk();
    let clock = Ticking(ManualClock::new(now()));
    let file = format!("{KINTONE}087084,1027,19380828,新規,,,,\n");
    let store = desk.bench.store();
    let bytes = file.as_bytes();
    import_progress(store, &insurer(), bytes, Encoding::Utf8, &clock).unwrap();
    let ended = clock.0.now();
    assert!(ended > now() + std::time::Duration::from_secs(1));
    let answer = desk.progress(1, &progress("0000087084"));
    assert_eq!(answer.provenance.retrieved_at, ended);
}
