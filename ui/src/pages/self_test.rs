//! S-7 … S-10 and J-7: the self-test.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, SelfTestKind, SelfTestStage, TestColour};
use protocol::self_test::{Corner, Found, TestVerdict, TestedPart};
use slint::{Color, ComponentHandle};

use super::{pager, place, turn};
use crate::screen::Touches;
use crate::words::Words;
use crate::{
    Kiosk, SelfTestColourPage, SelfTestLine, SelfTestPartPage, SelfTestResultPage,
    SelfTestTouchPage, Tone, rows,
};

/// Fills S-7.
pub fn show_touch(page: view::SelfTestTouchPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SelfTestTouchPage>();
    let corner = Corner::ALL.iter().position(|one| *one == page.corner);
    global.set_corner(corner.and_then(|at| i32::try_from(at).ok()).unwrap_or(0));
    global.set_label(words.say(corner_key(page.corner)).into());
    global.set_may_fail(page.may_fail);
}

/// Longest time that the unit looks by itself, in seconds, as the words say it.
const LOOKING_SECONDS: i32 = 20;

/// Fills S-8.
pub fn show_colour(colour: TestColour, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SelfTestColourPage>();
    let (red, green, blue) = match colour {
        TestColour::Red => (255, 0, 0),
        TestColour::Green => (0, 255, 0),
        TestColour::Blue => (0, 0, 255),
        TestColour::White => (255, 255, 255),
        TestColour::Black => (0, 0, 0),
    };
    global.set_colour(Color::from_rgb_u8(red, green, blue));
    let all = TestColour::ALL;
    let place = all.iter().position(|one| *one == colour).unwrap_or(0) + 1;
    let said = [("now", place.into()), ("all", all.len().into())];
    let key = if place == all.len() {
        "selftest-colour-last"
    } else {
        "selftest-colour-next"
    };
    global.set_words(words.say_with(key, &said).into());
}

/// Fills S-9.
pub fn show_part(page: view::SelfTestPartPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SelfTestPartPage>();
    let (question, what) = match page.kind {
        SelfTestKind::Colours => ("selftest-colours", "selftest-colours-what"),
        SelfTestKind::Lamp => ("selftest-lamp", "selftest-lamp-what"),
        SelfTestKind::Sound => ("selftest-sound", "selftest-sound-what"),
        SelfTestKind::Reader => ("selftest-reader", "selftest-reader-what"),
        SelfTestKind::Looking => ("selftest-looking", "selftest-looking-what"),
    };
    global.set_question(words.say(question).into());
    global.set_what(words.say(what).into());
    let (good, bad, again) = match page.kind {
        SelfTestKind::Colours | SelfTestKind::Lamp | SelfTestKind::Sound => {
            ("selftest-yes", "selftest-no", "act-again")
        }
        SelfTestKind::Reader => ("act-next", "", ""),
        SelfTestKind::Looking => ("", "", ""),
    };
    let say = |key: &str| match key {
        "" => String::new(),
        key => words.say(key),
    };
    global.set_seconds(match page.kind {
        SelfTestKind::Looking => LOOKING_SECONDS,
        _ => 0,
    });
    global.set_good(say(good).into());
    global.set_bad(say(bad).into());
    global.set_again(say(again).into());
    let (text, tone) = match page.found {
        Some(Found::Works) => (words.say("selftest-card-read"), Tone::Ok),
        Some(Found::ReaderEmpty) => (words.say("selftest-reader-answers"), Tone::Ok),
        Some(found) => (
            said(found, &[], words),
            match found.verdict() {
                TestVerdict::Good => Tone::Ok,
                _ => Tone::Attn,
            },
        ),
        None => (String::new(), Tone::None),
    };
    global.set_found(text.into());
    global.set_tone(tone);
}

/// Fills S-10 and J-7.
pub fn show_result(page: &view::SelfTestResultPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SelfTestResultPage>();
    let title = match (page.stage, page.faults) {
        (SelfTestStage::Ready, _) => words.say("selftest-parts"),
        (SelfTestStage::Stopped, _) => words.say("selftest-stopped"),
        (_, 0) => words.say("selftest-all-good"),
        (_, faults) => words.say_with("selftest-faults", &[("count", faults.into())]),
    };
    global.set_title(title.into());
    let lines = page.rows.rows.iter().map(|row| line(row, words)).collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    let (now, pages) = pager(&page.rows);
    global.set_page(now);
    global.set_pages(pages);
    let (main, icon) = match page.stage {
        SelfTestStage::SetUp => ("act-next", "next"),
        SelfTestStage::Stopped => ("selftest-look-again", "refresh"),
        SelfTestStage::Ready => ("selftest-begin", "test"),
        SelfTestStage::Tested => ("selftest-send", "outbox"),
    };
    global.set_main(words.say(main).into());
    global.set_main_icon(icon.into());
}

fn line(row: &view::SelfTestRow, words: &Words) -> SelfTestLine {
    let verdict = row.found.map(Found::verdict);
    let (verdict, tone, icon) = match verdict {
        _ if row.found == Some(Found::Pending) => ("selftest-pending", Tone::None, "clock"),
        Some(TestVerdict::Good) => ("verdict-good", Tone::Ok, "check"),
        Some(TestVerdict::Watch) => ("verdict-watch", Tone::Attn, "warn"),
        Some(TestVerdict::Bad) => ("verdict-bad", Tone::Danger, "stop"),
        Some(TestVerdict::None) => ("selftest-none", Tone::None, "minus"),
        None => ("verdict-unknown", Tone::None, "clock"),
    };
    SelfTestLine {
        part: words.say(part_key(row.part)).into(),
        todo: row
            .found
            .map_or_else(String::new, |found| said(found, &row.corners, words))
            .into(),
        verdict: words.say(verdict).into(),
        tone,
        icon: icon.into(),
        again: row.again,
    }
}

fn part_key(part: TestedPart) -> &'static str {
    match part {
        TestedPart::Touch => "tested-touch",
        TestedPart::Screen => "tested-screen",
        TestedPart::Lamp => "tested-lamp",
        TestedPart::Sound => "tested-sound",
        TestedPart::Reader => "part-reader",
        TestedPart::Clock => "tested-clock",
        TestedPart::Network => "tested-network",
        TestedPart::Disk => "part-vault",
        TestedPart::Case => "tested-case",
        TestedPart::Battery => "tested-battery",
        TestedPart::Enrolment => "tested-enrolment",
    }
}

fn corner_key(corner: Corner) -> &'static str {
    match corner {
        Corner::TopLeft => "corner-top-left",
        Corner::TopRight => "corner-top-right",
        Corner::BottomRight => "corner-bottom-right",
        Corner::BottomLeft => "corner-bottom-left",
    }
}

/// What was found and what to do, in one sentence; empty where there is nothing to say.
fn said(found: Found, corners: &[Corner], words: &Words) -> String {
    let key = match found {
        Found::Works | Found::NotFitted => return String::new(),
        Found::CornersSilent => {
            let names: Vec<_> = corners
                .iter()
                .map(|corner| words.say(corner_key(*corner)))
                .collect();
            let corners = names.join(&words.say("corner-and"));
            return words.say_with(
                "found-corners-silent",
                &[("corners", corners.as_str().into())],
            );
        }
        Found::ReaderEmpty => "found-reader-empty",
        Found::ReaderMissing => "found-reader-missing",
        Found::ReaderNotSupported => "found-reader-not-supported",
        Found::ReaderService => "found-reader-service",
        Found::ReaderSilent => "found-reader-silent",
        Found::CardUnread => "found-card-unread",
        Found::ColoursWrong => "found-colours-wrong",
        Found::NotSeen => "found-not-seen",
        Found::NotHeard => "found-not-heard",
        Found::ClockLost => "found-clock-lost",
        Found::ClockUntrusted => "found-clock-untrusted",
        Found::NoLink => "found-no-link",
        Found::NoAddress => "found-no-address",
        Found::NoName => "found-no-name",
        Found::GatewaySilent => "found-gateway-silent",
        Found::NoGateway => "found-no-gateway",
        Found::DiskLow => "found-disk-low",
        Found::DiskFull => "found-disk-full",
        Found::DiskFailed => "found-disk-failed",
        Found::VaultFailed => "found-vault-failed",
        Found::CaseOpen => "found-case-open",
        Found::BatteryLow => "found-battery-low",
        Found::PartAbsent => "found-part-absent",
        Found::PartFailed => "found-part-failed",
        Found::PartSetup => "found-part-setup",
        Found::Pending => "found-pending",
    };
    words.say(key)
}

/// Turns their buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<SelfTestTouchPage>();
    let send = touches.clone();
    global.on_pressed(move |corner| send(Touch::Field(place(corner))));
    let send = touches.clone();
    global.on_silent(move || send(Touch::Second));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));

    let global = ui.global::<SelfTestColourPage>();
    let send = touches.clone();
    global.on_next(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));

    let global = ui.global::<SelfTestPartPage>();
    let send = touches.clone();
    global.on_yes(move || send(Touch::Main));
    let send = touches.clone();
    global.on_no(move || send(Touch::Second));
    let send = touches.clone();
    global.on_repeat(move || send(Touch::Third));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));

    let global = ui.global::<SelfTestResultPage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<SelfTestResultPage>().get_page()
    }));
    let send = touches.clone();
    global.on_forward(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}
