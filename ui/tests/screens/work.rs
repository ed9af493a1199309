//! Touches of the day's work: the card, look-ups, requests, the queue and the inbox.

use firmware::terminal::touch::{InboxFilter, KanaModifier, OutboxFilter, Touch, Zoom};
use firmware::terminal::view::{Page, View};
use protocol::calendar::Era;
use protocol::person::Purpose;
use slint::ComponentHandle;
use ui::headless::Headless;
use ui::layout::Layout;
use ui::{ComparePage, DocumentPage};

use crate::samples;
use crate::touches::press;

#[test]
fn a_visitor_without_a_card_is_not_stuck() {
    assert_eq!(
        press("C-1_card_prompt", &["カードがない", "戻る"]),
        [Touch::Second, Touch::Back]
    );
    assert_eq!(press("C-3_reading", &["やめる"]), [Touch::Back]);
}

#[test]
fn the_number_of_the_card_is_typed_in_groups() {
    assert_eq!(
        press(
            "C-2_number_b_code",
            &["生年月日", "7", "1字消す", "全部消す", "つぎへ"]
        ),
        [
            Touch::Field(0),
            Touch::Digit(7),
            Touch::Backspace,
            Touch::ClearAll,
            Touch::Main
        ]
    );
}

#[test]
fn staff_say_whether_it_is_the_person() {
    assert_eq!(
        press(
            "C-4_photo_compare",
            &["この方です", "ちがう・わからない", "やめる"]
        ),
        [Touch::Main, Touch::Second, Touch::Back]
    );
    assert_eq!(
        press(
            "C-6_confirmed",
            &[
                "すすみぐあいを調べる",
                "資料提供の申出をする",
                "資格を調べる",
                "おわる"
            ]
        ),
        [Touch::Main, Touch::Second, Touch::Third, Touch::Back]
    );
}

#[test]
fn every_trouble_with_a_card_has_a_way_on() {
    assert_eq!(
        press("C-11_card_torn", &["もう一度読む", "やめる"]),
        [Touch::Main, Touch::Back]
    );
    assert_eq!(
        press("C-12_card_blocked", &["カードを使わずに進む"]),
        [Touch::Main]
    );
    assert_eq!(
        press("C-13_card_expired", &["ほかの書類で確かめる"]),
        [Touch::Main]
    );
    assert_eq!(
        press(
            "C-15_card_wrong_number",
            &["番号を入れなおす", "カードを使わない"]
        ),
        [Touch::Main, Touch::Second]
    );
    assert_eq!(
        press("C-18_card_last_try", &["管理者が許可する"]),
        [Touch::Main]
    );
}

#[test]
fn what_is_asked_and_by_what_is_one_touch() {
    assert_eq!(
        press(
            "D-11_kind",
            &[
                "被保険者番号で",
                "日付で",
                "台帳から",
                "資格を調べる",
                "戻る"
            ]
        ),
        [
            Touch::Main,
            Touch::Second,
            Touch::Third,
            Touch::Row(0),
            Touch::Back
        ]
    );
}

#[test]
fn a_number_comes_from_the_keypad_the_card_or_the_list() {
    assert_eq!(
        press("D-1_number", &["4", "カードから", "台帳から"]),
        [Touch::Digit(4), Touch::Third, Touch::Second]
    );
    assert_eq!(press("D-1_number_refused", &["H"]), [Touch::LetterH]);
    assert_eq!(press("D-1_number_person", &["つぎへ"]), [Touch::Main]);
}

#[test]
fn a_date_is_an_era_and_three_boxes() {
    assert_eq!(
        press("D-2_birthdate", &["大正", "月を入れる", "1", "つぎへ"]),
        [
            Touch::Era(Era::Taisho),
            Touch::Field(1),
            Touch::Digit(1),
            Touch::Main
        ]
    );
    assert_eq!(
        press("D-3_application_date", &["今日", "昨日"]),
        [Touch::Today, Touch::Yesterday]
    );
    assert!(cannot_press("D-2_birthdate_impossible", "つぎへ"));
}

#[test]
fn nobody_is_looked_up_without_a_purpose() {
    assert!(cannot_press("D-4_purpose_none", "市にきく"));
    assert_eq!(
        press("D-4_purpose", &["ご本人・家族の問い合わせ", "市にきく"]),
        [Touch::Purpose(Purpose::ClientAsked), Touch::Main]
    );
}

#[test]
fn the_main_action_of_an_old_answer_is_to_ask_again() {
    assert_eq!(
        press("D-5_answer", &["ホームへ", "もう一度きく"]),
        [Touch::Main, Touch::Second]
    );
    assert_eq!(
        press("D-6_stale", &["もう一度きく", "ホームへ"]),
        [Touch::Main, Touch::Second]
    );
    assert!(cannot_press("D-5_answer_longname", "きいています"));
}

#[test]
fn an_answer_past_its_validity_never_looks_valid() {
    for name in [
        "D-6_stale",
        "D-8_clock_untrusted",
        "D-13_eligibility_stale",
        "D-14_eligibility_clock_untrusted",
    ] {
        let screen = opened(&sample(name), Layout::Seven);
        let labels: Vec<String> = screen.controls().into_iter().map(|c| c.label).collect();
        assert!(
            labels.iter().any(|label| label == "再確認が必要"),
            "{name}: {labels:?}"
        );
        assert!(
            !labels.iter().any(|label| label == "つぎは"),
            "{name}: {labels:?}"
        );
    }
}

#[test]
fn what_is_saved_is_not_called_sent() {
    let screen = opened(&sample("D-7_saved_offline"), Layout::Ten);
    let labels: Vec<String> = screen.controls().into_iter().map(|c| c.label).collect();
    assert!(
        labels.contains(&"保存しました。まだ送っていません".to_owned()),
        "{labels:?}"
    );
    assert_eq!(
        press("D-7_saved_offline", &["送信箱を見る", "ホームへ"]),
        [Touch::Second, Touch::Main]
    );
}

#[test]
fn a_place_of_a_request_is_chosen_or_filled() {
    assert_eq!(
        press(
            "E-1_disclosure",
            &["山﨑 ヨシエ", "契約書をつける", "つぎのページ"]
        ),
        [Touch::Row(3), Touch::Main, Touch::NextPage]
    );
    assert_eq!(
        press("E-1_disclosure_second_page", &["人を追加"]),
        [Touch::Row(1)]
    );
    assert!(cannot_press("E-1_disclosure_second_page", "9"));
}

#[test]
fn a_person_of_a_request_is_completed_field_by_field() {
    assert_eq!(
        press(
            "E-2_person",
            &[
                "認定年月日",
                "出してある",
                "まだ",
                "契約書をつける",
                "外す",
                "つぎへ"
            ]
        ),
        [
            Touch::Field(3),
            Touch::Field(4),
            Touch::Field(5),
            Touch::Field(6),
            Touch::Second,
            Touch::Main
        ]
    );
}

#[test]
fn a_file_of_another_kind_cannot_be_attached() {
    assert_eq!(
        press("E-3_attach", &["keiyaku-yamazaki.pdf"]),
        [Touch::Row(0)]
    );
    assert!(cannot_press("E-3_attach", "memo.docx"));
}

#[test]
fn kana_are_typed_in_two_touches() {
    assert_eq!(
        press(
            "E-6_name_kana",
            &[
                "行：か",
                "き",
                "てんてん",
                "小さい字",
                "空白を入れる",
                "つぎへ"
            ]
        ),
        [
            Touch::Letter('き'),
            Touch::KanaModify(KanaModifier::Voiced),
            Touch::KanaModify(KanaModifier::Small),
            Touch::Letter('\u{3000}'),
            Touch::Main,
        ]
    );
}

#[test]
fn letters_and_digits_share_a_keyboard() {
    assert_eq!(
        press(
            "S-4_profile_email",
            &["k", "数字と記号にかえる", "8", "@", "英字にかえる", "a"]
        ),
        [
            Touch::Letter('k'),
            Touch::Digit(8),
            Touch::Letter('@'),
            Touch::Letter('a')
        ]
    );
}

#[test]
fn what_is_on_hold_is_seen_first_and_given_up_by_two_touches() {
    assert_eq!(
        press("F-1_outbox", &["止めた1件を見る", "資料提供の申出（4人）"]),
        [Touch::Main, Touch::Row(0)]
    );
    assert_eq!(
        press(
            "F-1_outbox",
            &[
                "すべて\n8",
                "送信待ち\n2",
                "受領証あり\n3",
                "回答あり\n2",
                "要対応\n1"
            ]
        ),
        [
            OutboxFilter::All,
            OutboxFilter::Pending,
            OutboxFilter::Receipted,
            OutboxFilter::Answered,
            OutboxFilter::Held
        ]
        .map(Touch::OutboxFilter)
    );
    assert_eq!(
        press("F-3_outbox_held", &["直して送りなおす", "取りやめる"]),
        [Touch::Main, Touch::Second]
    );
    assert_eq!(
        press("F-3_outbox_held_discard", &["取りやめます"]),
        [Touch::Second]
    );
}

#[test]
fn decisions_are_turned_and_closed_and_a_municipality_is_chosen_by_its_name() {
    assert_eq!(
        press("F-4_decision", &["つぎのページ", "閉じる"]),
        [Touch::NextPage, Touch::Main]
    );
    assert_eq!(
        press("D-15_insurers", &["浜辺市", "戻る"]),
        [Touch::Row(1), Touch::Back]
    );
}

#[test]
fn documents_are_opened_and_turned_by_buttons() {
    assert_eq!(
        press(
            "G-1_inbox",
            &["新しい書類を開く", "未開封 2", "資料　渡邉 髙子 様"]
        ),
        [
            Touch::Main,
            Touch::InboxFilter(InboxFilter::Unopened),
            Touch::Row(2)
        ]
    );
    assert_eq!(
        press("G-2_document", &["次へ", "大きく", "印刷する", "閉じる"]),
        [
            Touch::NextPage,
            Touch::Zoom(Zoom::Larger),
            Touch::Main,
            Touch::Back
        ]
    );
    assert_eq!(
        press("G-3_notice_long", &["つぎのページ", "閉じる"]),
        [Touch::Back]
    );
}

#[test]
fn nothing_about_a_visitor_stays_behind_the_next_page() {
    let screen = opened(&sample("C-4_photo_compare"), Layout::Seven);
    let kiosk = screen.screen().kiosk();
    assert!(kiosk.global::<ComparePage>().get_has_photo());
    screen.show(&sample("G-2_document"));
    assert!(!kiosk.global::<ComparePage>().get_has_photo());
    assert_eq!(kiosk.global::<ComparePage>().get_name(), "");
    assert!(kiosk.global::<DocumentPage>().get_drawn());
    screen.show(&sample("B-1_home"));
    assert!(!kiosk.global::<DocumentPage>().get_drawn());
    assert_eq!(kiosk.global::<DocumentPage>().get_name(), "");
}

#[test]
fn no_page_claims_that_a_card_is_valid() {
    for sample in samples::all() {
        if !matches!(
            sample.view.page,
            Page::Compare(_) | Page::PinResult(_) | Page::Confirmed(_)
        ) {
            continue;
        }
        let screen = opened(&sample.view, Layout::Ten);
        for control in screen.controls() {
            assert!(
                !control.label.contains("有効"),
                "{}: {}",
                sample.name,
                control.label
            );
        }
    }
}

fn cannot_press(name: &str, label: &str) -> bool {
    opened(&sample(name), Layout::Seven).press(label).is_err()
}

/// A screen in memory that shows this view.
pub fn opened(view: &View, layout: Layout) -> Headless {
    let screen = Headless::new(layout, samples::look()).expect("a screen in memory");
    screen.show(view);
    screen
}

/// The view of a sample.
pub fn sample(name: &str) -> View {
    let found = samples::all()
        .into_iter()
        .find(|sample| sample.name == name);
    found.unwrap_or_else(|| panic!("no sample {name}")).view
}
