//! A finger on the words of a button becomes the touch that the terminal knows.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use firmware::terminal::touch::{Language, TextSize, Touch};
use firmware::terminal::view::{Page, View};
use protocol::person::StaffRole;
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};
use ui::headless::Headless;
use ui::layout::Layout;

use crate::samples;

/// Shows the sample called `name` and presses the buttons in turn; gives the touches.
pub fn press(name: &str, buttons: &[&str]) -> Vec<Touch> {
    let screen = opened(name, Layout::Seven);
    let touches = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&touches);
    screen.on_touch(move |touch| seen.borrow_mut().push(touch));
    for button in buttons {
        screen
            .press(button)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    touches.borrow().clone()
}

#[test]
fn the_home_screen_opens_what_its_tiles_say() {
    assert_eq!(
        press(
            "B-1_home",
            &[
                "本人確認",
                "認定のすすみぐあい",
                "資料提供の申出",
                "届いた書類",
                "送信箱を見る",
                "設定",
                "席をはなれる",
                "ヘルプ"
            ],
        ),
        [
            Touch::Main,
            Touch::Row(0),
            Touch::Row(1),
            Touch::Row(2),
            Touch::Row(3),
            Touch::Second,
            Touch::LockNow,
            Touch::Help,
        ]
    );
}

#[test]
fn the_lock_screen_wakes_and_helps() {
    assert_eq!(
        press("A-1_lock", &["はじめる", "ヘルプ"]),
        [Touch::Main, Touch::Help]
    );
}

#[test]
fn a_person_is_chosen_by_the_place_in_the_list() {
    assert_eq!(
        press(
            "A-2_staff",
            &["佐藤 美咲", "渡邉 隆", "つぎのページ", "閉じる"]
        ),
        [Touch::Row(0), Touch::Row(5), Touch::NextPage, Touch::Back]
    );
}

#[test]
fn a_passcode_is_typed_and_entered() {
    assert_eq!(
        press(
            "A-3_passcode",
            &["5", "0", "1字消す", "全部消す", "ほかの人"]
        ),
        [
            Touch::Digit(5),
            Touch::Digit(0),
            Touch::Backspace,
            Touch::ClearAll,
            Touch::Back
        ]
    );
    assert_eq!(press("A-3_passcode_manager", &["入る"]), [Touch::Main]);
}

#[test]
fn a_passcode_of_two_digits_cannot_be_entered() {
    let screen = opened("A-3_passcode", Layout::Seven);
    assert!(screen.press("入る").is_err());
}

#[test]
fn a_paused_person_lets_the_others_in() {
    assert_eq!(
        press("A-4_lockout", &["別の職員で入る", "管理者が解除", "閉じる"]),
        [Touch::Main, Touch::Second, Touch::Back]
    );
}

#[test]
fn the_look_is_chosen_by_its_words() {
    assert_eq!(
        press(
            "J-4_look",
            &["English", "特大", "はっきり", "出さない", "閉じる"]
        ),
        [
            Touch::Language(Language::En),
            Touch::TextSize(TextSize::Largest),
            Touch::HighContrast(true),
            Touch::Sounds(false),
            Touch::Main,
        ]
    );
}

#[test]
fn a_line_of_the_profile_is_corrected_on_either_of_its_pages() {
    assert_eq!(
        press(
            "J-5_profile",
            &["事業所番号", "つぎのページ", "電話番号", "閉じる"]
        ),
        [Touch::Field(1), Touch::Awake, Touch::Field(5), Touch::Main]
    );
}

#[test]
fn a_leaver_is_stopped_by_two_touches_of_two_words() {
    assert_eq!(press("J-3_staff_change", &["止める"]), [Touch::Second]);
    assert_eq!(press("J-3_staff_stop", &["本当に止める"]), [Touch::Second]);
}

#[test]
fn a_new_passcode_is_given_by_a_button_of_its_own() {
    assert_eq!(
        press("J-3_staff_change", &["新しいパスコード", "保存する"]),
        [Touch::Third, Touch::Main]
    );
    let screen = opened("J-3_staff_stopped", Layout::Seven);
    assert!(screen.press("新しいパスコード").is_err());
}

#[test]
fn a_role_is_given_by_its_name() {
    assert_eq!(
        press("S-5_setup_staff", &["設定者", "この職員を加える", "おわる"]),
        [Touch::Role(StaffRole::Setup), Touch::Main, Touch::Second]
    );
}

#[test]
fn trouble_has_a_way_out_and_a_slip() {
    assert_eq!(
        press("K-1_trouble", &["送信箱を見る", "票を印刷", "ホームへ"]),
        [Touch::Main, Touch::Print, Touch::Home]
    );
    assert_eq!(
        press("K-2_slip", &["閉じる", "票を印刷"]),
        [Touch::Main, Touch::Print]
    );
}

#[test]
fn the_self_test_takes_a_finger_in_a_corner_and_answers_by_their_words() {
    assert_eq!(
        press("S-7_selftest_touch", &["左上", "やめる"]),
        [Touch::Field(0), Touch::Back]
    );
    assert_eq!(
        press("S-7_selftest_touch_silent", &["右下", "この角は押せません"]),
        [Touch::Field(2), Touch::Second]
    );
    assert_eq!(
        press(
            "S-8_selftest_green",
            &["ふれると、つぎの色（2/5）", "やめる"]
        ),
        [Touch::Main, Touch::Back]
    );
    assert_eq!(
        press("S-9_selftest_lamp", &["いいえ", "もう一度", "はい"]),
        [Touch::Second, Touch::Third, Touch::Main]
    );
    assert_eq!(
        press(
            "S-10_selftest_faults",
            &["読み取り機", "つぎのページ", "つぎへ"]
        ),
        [Touch::Row(1), Touch::NextPage, Touch::Main]
    );
    assert_eq!(press("J-1_diagnostics", &["部品"]), [Touch::Third]);
    let parts = opened("J-7_parts", Layout::Seven);
    assert!(
        parts.press("ランプ").is_err(),
        "nothing to press before a test"
    );
}

/// The middle of a piece of the screen on which nothing can be touched.
fn free_place(screen: &Headless, layout: Layout) -> LogicalPosition {
    let (width, height) = layout.size();
    let controls = screen.controls();
    let free = |x: f32, y: f32| {
        let taken = controls.iter().any(|one| {
            let (left, top, w, h) = one.place;
            one.touchable
                && one.enabled
                && (left..=left + w).contains(&x)
                && (top..=top + h).contains(&y)
        });
        !taken
    };
    let places = (0..height).step_by(8).flat_map(|y| {
        (0..width).step_by(8).map(move |x| {
            #[allow(clippy::cast_precision_loss)]
            let place = (x as f32 + 4.0, y as f32 + 4.0);
            place
        })
    });
    // From below: the strip at the top is free on every screen and proves the least.
    let places: Vec<_> = places.collect();
    let found = places.into_iter().rev().find(|(x, y)| free(*x, *y));
    let (x, y) = found.expect("no screen is all buttons");
    LogicalPosition::new(x, y)
}

#[test]
fn a_finger_beside_every_control_says_that_somebody_is_there_and_nothing_else() {
    for layout in Layout::ALL {
        let screen = Headless::new(layout, samples::look()).expect("a screen in memory");
        for sample in samples::all() {
            // The shutter opens wherever it is touched.
            if sample.view.page == Page::Lock {
                continue;
            }
            screen.show(&sample.view);
            let touches = Rc::new(RefCell::new(Vec::new()));
            let seen = Rc::clone(&touches);
            screen.on_touch(move |touch| seen.borrow_mut().push(touch));
            let (position, button) = (free_place(&screen, layout), PointerEventButton::Left);
            let window = screen.screen().kiosk().window();
            window.dispatch_event(WindowEvent::PointerPressed { position, button });
            window.dispatch_event(WindowEvent::PointerReleased { position, button });
            assert_eq!(
                *touches.borrow(),
                [Touch::Awake],
                "{} {layout:?} at {position:?}",
                sample.name
            );
        }
    }
}

#[test]
fn a_main_action_touched_twice_at_once_happens_once() {
    let screen = opened("A-6_pledge", Layout::Seven);
    let count = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&count);
    screen.on_touch(move |_| *counted.borrow_mut() += 1);
    screen
        .press_then_wait("誓約する", Duration::from_millis(60))
        .expect("the button is there");
    screen
        .press_then_wait("誓約する", Duration::from_millis(300))
        .expect("the button is there");
    assert_eq!(*count.borrow(), 1);
    screen.press("誓約する").expect("the button is there");
    assert_eq!(*count.borrow(), 2);
}

#[test]
fn a_finger_on_a_row_is_not_lost_when_the_clock_moves_on() {
    let screen = opened("A-2_staff", Layout::Seven);
    let touches = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&touches);
    screen.on_touch(move |touch| seen.borrow_mut().push(touch));
    let row = screen
        .controls()
        .into_iter()
        .find(|c| c.touchable && c.label == "髙橋 健一");
    let (x, y, width, height) = row.expect("the tile is there").place;
    let position = LogicalPosition::new(x + width / 2.0, y + height / 2.0);
    let (button, window) = (PointerEventButton::Left, screen.screen().kiosk().window());
    window.dispatch_event(WindowEvent::PointerPressed { position, button });
    let mut view = view_of("A-2_staff");
    view.strip.clock = Some((samples::today(), 9, 46));
    screen.show(&view);
    window.dispatch_event(WindowEvent::PointerReleased { position, button });
    assert_eq!(*touches.borrow(), [Touch::Row(1)]);
}

fn opened(name: &str, layout: Layout) -> Headless {
    let screen = Headless::new(layout, samples::look()).expect("a screen in memory");
    screen.show(&view_of(name));
    screen
}

pub fn view_of(name: &str) -> View {
    let sample = samples::all()
        .into_iter()
        .find(|sample| sample.name == name);
    sample.unwrap_or_else(|| panic!("no sample {name}")).view
}
