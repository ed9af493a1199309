//! What a page says, and what a camera reads off it.

use firmware::terminal::touch::{Language, TextSize};
use firmware::terminal::view::{Battery, Page};
use protocol::problem::ProblemCode;
use ui::code;
use ui::headless::{Control, Headless};
use ui::layout::Layout;
use ui::picture::Picture;

use crate::layout::problems_of;
use crate::work::{opened, sample};

#[test]
fn the_terminals_id_stands_on_j_1_as_text_and_as_a_code_whose_modules_are_whole_pixels() {
    let view = sample("J-1_diagnostics");
    let Page::Diagnostics(page) = &view.page else {
        panic!("not the diagnostics")
    };
    let device = page.device.clone().expect("the sample has an id");
    for (layout, side) in [
        (Layout::Seven, 3 * 29),
        (Layout::Ten, 5 * 29),
        (Layout::Portable, 4 * 29),
    ] {
        let screen = opened(&view, layout);
        let controls = screen.controls();
        assert!(controls.iter().any(|one| one.label == device), "{layout:?}");
        let place = found(&controls, "端末固有IDのコード").place;
        let expected = code::image(&device, side).to_rgb8().expect("pixels");
        assert_eq!(expected.width(), side);
        let picture = Picture::from(&screen.picture().expect("a picture"));
        // A place on the screen is a whole number of pixels, and not negative.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (left, top) = (place.0.round() as u32, place.1.round() as u32);
        for (at, pixel) in (0..side * side).zip(expected.as_slice()) {
            let (x, y) = (left + at % side, top + at / side);
            let drawn = picture.rgb[(y * picture.width + x) as usize];
            assert_eq!(drawn, [pixel.r, pixel.g, pixel.b], "{layout:?} at {x},{y}");
        }
    }
}

#[test]
fn a_terminal_without_an_id_has_no_code() {
    let mut view = sample("J-1_diagnostics");
    if let Page::Diagnostics(page) = &mut view.page {
        page.device = None;
    }
    let controls = opened(&view, Layout::Seven).controls();
    assert!(controls.iter().all(|one| one.label != "端末固有IDのコード"));
}

#[test]
fn an_empty_year_of_an_application_is_explained_until_the_date_is_there() {
    let says = |name: &str, text: &str| {
        let controls = opened(&sample(name), Layout::Seven).controls();
        controls.iter().any(|one| one.label == text)
    };
    let (follows, asked) = ("年は、自動で入ります。", "時刻が未確認。年も入れます。");
    assert!(says("D-3_application_date_empty", follows));
    assert!(says("D-3_application_date_empty", "今日"));
    assert!(says("D-3_application_date_no_clock", asked));
    assert!(
        !says("D-3_application_date_no_clock", "今日"),
        "today is not known"
    );
    assert!(!says("D-3_application_date", follows));
}

#[test]
fn staff_are_not_spoken_of_as_visitors() {
    let controls = opened(&sample("F-1_outbox_staff"), Layout::Ten).controls();
    found(&controls, "誓約　佐藤 美咲 さん");
    found(&controls, "すすみぐあい　青木 ハル 様");
}

#[test]
fn a_no_is_listed_with_its_person_or_their_number_its_age_and_what_it_says() {
    let controls = opened(&sample("G-1_inbox_declined"), Layout::Ten).controls();
    found(&controls, "回答　田村 ミツ 様");
    found(&controls, "回答　10人");
    found(&controls, "6月15日 9:12・3日前");
    found(&controls, "受け取れません");
}

#[test]
fn the_longest_code_of_a_problem_does_not_run_into_the_buttons() {
    let says = |layout, code: ProblemCode, line: &str| {
        let mut view = sample("K-1_trouble_tls");
        if let Page::Trouble(page) = &mut view.page {
            page.slip.code = Some(code);
        }
        for text_size in [TextSize::Normal, TextSize::Largest] {
            view.look.text_size = text_size;
            let screen = Headless::new(layout, view.look).expect("a screen in memory");
            screen.show(&view);
            let controls = screen.controls();
            found(&controls, line);
            assert_eq!(problems_of(&controls, layout), Vec::<String>::new());
        }
    };
    let (tls, long) = (ProblemCode::NetTls, ProblemCode::InputIndividualNumber);
    says(Layout::Seven, tls.clone(), "MDG-NET-TLS　MDG-7K2QX9PD4RWM");
    says(Layout::Ten, tls, "MDG-NET-TLS　MDG-7K2QX9PD4RWM　9:45");
    says(Layout::Seven, long, "MDG-INPUT-INDIVIDUAL-NUMBER");
}

#[test]
fn a_low_battery_is_an_alarm_in_words_and_a_charging_one_is_not() {
    const ALARM: [u8; 3] = [0xF8, 0xBC, 0x34];
    // The colour beside the first letter of these words.
    let ground = |screen: &Headless, words: &str| {
        let place = found(&screen.controls(), words).place;
        let picture = Picture::from(&screen.picture().expect("a picture"));
        // A place on the screen is a whole number of pixels, and not negative.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (x, y) = (place.0.round() as u32 - 4, place.1.round() as u32 + 2);
        picture.rgb[(y * picture.width + x) as usize]
    };
    let alarms = |test_trust: bool, offline: bool, clock: bool| {
        let mut view = sample("B-1_home_battery");
        view.strip.test_trust = test_trust;
        if offline {
            view.strip.network = sample("B-1_home_battery_offline").strip.network;
            view.strip.waiting = 1_234;
        }
        view.strip.clock = view.strip.clock.filter(|_| clock);
        view
    };
    let (long, short) = ("電池が少ない 18%", "電池 18%");
    for (mut view, words) in [
        (alarms(false, false, true), long),
        (alarms(false, true, true), long),
        (alarms(false, false, false), long),
        (alarms(true, false, true), long),
        (alarms(true, true, true), short),
        (alarms(true, false, false), short),
        (alarms(false, true, false), short),
        (alarms(true, true, false), short),
    ] {
        let screen = opened(&view, Layout::Portable);
        assert_eq!(ground(&screen, words), ALARM, "{:?}", view.strip);
        for language in [Language::Ja, Language::En] {
            for text_size in [TextSize::Normal, TextSize::Large, TextSize::Largest] {
                view.look.language = language;
                view.look.text_size = text_size;
                let screen =
                    Headless::new(Layout::Portable, view.look).expect("a screen in memory");
                screen.show(&view);
                let problems = problems_of(&screen.controls(), Layout::Portable);
                assert_eq!(problems, Vec::<String>::new(), "{:?}", view.strip);
            }
        }
    }
    let mut view = alarms(false, false, true);
    view.strip.battery = view.strip.battery.map(|battery| Battery {
        charging: true,
        ..battery
    });
    let screen = opened(&view, Layout::Portable);
    assert_ne!(ground(&screen, "充電 18%"), ALARM);
}

fn found<'a>(controls: &'a [Control], label: &str) -> &'a Control {
    let said: Vec<_> = controls.iter().map(|one| one.label.as_str()).collect();
    controls
        .iter()
        .find(|one| one.label == label)
        .unwrap_or_else(|| panic!("{label:?} is not said among {said:?}"))
}
