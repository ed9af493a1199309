//! The board: an opened case, the battery, the light of the screen, parts that fail. What both
//! profiles share runs for both.

use std::time::Duration;

use hal::board::{BoardEvent, BoardFault, Charge, Cue, Part, PartState, Profile, ScreenLight};
use hal::card::ReaderEvent;
use protocol::command::{Action, Command, DeviceEvent};
use protocol::problem::ProblemCode;

use crate::power::{GRACE, MAINS_HELD, ScreenTimes};
use crate::setup::config::Config;
use crate::terminal::board::{CASE_REPORT_EVERY, CASE_RETRY};
use crate::terminal::effect::{Input, TerminalConfig};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::Page;
use crate::testing::desk::{Day, config};

const PROFILES: [Profile; 2] = [Profile::Counter, Profile::Portable];

/// The facts of a unit, from the configuration file as a technician writes it.
fn facts(profile: Profile) -> TerminalConfig {
    let place = match profile {
        Profile::Counter => "counter",
        Profile::Portable => "portable",
    };
    let file = format!(
        "serial = \"T-0042\"\n[screen]\nplace = \"{place}\"\n[board]\nkind = \"pi4\"\n\
         [paths]\nvault = \"/v\"\ndevice_secret = \"/s\"\n"
    );
    let file = Config::parse(&file).unwrap();
    assert_eq!(file.profile(), profile);
    TerminalConfig {
        idle_lock: file.idle_lock(),
        screen_times: file.screen_times(),
        ..config()
    }
}

fn day(profile: Profile) -> Day {
    Day::set_up_as(facts(profile))
}

fn open_case(day: &mut Day, open: bool) {
    day.input(Input::Board(BoardEvent::Case { open }));
}

fn battery(day: &mut Day, percent: u8) {
    let charge = Charge {
        percent,
        millivolts: 3600,
    };
    day.time.advance(Duration::from_secs(10));
    day.input(Input::Board(BoardEvent::Battery(charge)));
}

fn mains(day: &mut Day, on: bool) {
    day.input(Input::Board(BoardEvent::Mains { on }));
}

fn trouble(day: &Day) -> Option<ProblemCode> {
    match day.view().page {
        Page::Trouble(page) => Some(page.code),
        _ => None,
    }
}

/// What the terminal has reported about itself, in order.
fn reports(day: &Day) -> Vec<DeviceEvent> {
    let bodies: Vec<String> = day
        .vault
        .read(|c| {
            let mut all = c.prepare("SELECT body FROM outbox ORDER BY seq")?;
            let rows = all.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    bodies
        .iter()
        .filter_map(|body| {
            let command: Command = serde_json::from_str(body).unwrap();
            match command.action {
                Action::DeviceReport(report) => Some(report.event),
                _ => None,
            }
        })
        .collect()
}

fn logged(day: &Day, word: &str) -> i64 {
    day.rows(&format!(
        "SELECT count(*) FROM audit WHERE event LIKE '%\"{word}\"%'"
    ))
}

#[test]
fn an_opened_case_locks_logs_and_reports_with_somebody_at_the_desk() {
    for profile in PROFILES {
        let mut day = day(profile);
        day.unlock("takahashi01", [8, 2, 6, 3]);
        assert_eq!(day.screen(), Screen::Home);
        open_case(&mut day, true);
        assert_eq!(trouble(&day), Some(ProblemCode::CaseOpened));
        assert!(day.view().staff.is_none(), "nobody is signed in any more");
        assert_eq!(logged(&day, "tamper"), 2, "the lock's cause, and the case");
        assert_eq!(reports(&day), [DeviceEvent::CaseOpened]);
        assert_eq!(day.cues.last(), Some(&Cue::Attention));
        day.press(&[Touch::Main]);
        assert_eq!(day.screen(), Screen::Lock);
        open_case(&mut day, false);
        assert_eq!(logged(&day, "case_closed"), 1);
        // Whoever may, goes on working.
        day.unlock("takahashi01", [8, 2, 6, 3]);
        assert_eq!(day.screen(), Screen::Home);
    }
}

#[test]
fn a_case_that_is_open_at_the_start_is_reported_too() {
    let mut day = day(Profile::Counter);
    open_case(&mut day, true);
    assert_eq!(trouble(&day), Some(ProblemCode::CaseOpened));
    assert_eq!(reports(&day), [DeviceEvent::CaseOpened]);
}

#[test]
fn a_closed_case_at_the_start_says_nothing() {
    let mut day = day(Profile::Counter);
    let before = day.view();
    open_case(&mut day, false);
    assert_eq!(day.view(), before);
    assert_eq!(logged(&day, "case_closed"), 0);
}

#[test]
fn a_loose_switch_locks_every_time_and_fills_neither_log_nor_queue() {
    let mut day = day(Profile::Portable);
    for _ in 0..50 {
        day.unlock("takahashi01", [8, 2, 6, 3]);
        open_case(&mut day, true);
        assert!(day.view().staff.is_none());
        open_case(&mut day, false);
        day.press(&[Touch::Main]);
    }
    assert_eq!(reports(&day).len(), 1);
    // Each lock of somebody at work is a row of its own.
    let counts = |day: &Day| (logged(day, "tamper") - 50, logged(day, "case_closed"));
    assert_eq!(counts(&day), (1, 1));
    // What happened meanwhile is told once when the time is over, though nobody opens it again.
    day.time.advance(CASE_REPORT_EVERY);
    day.input(Input::Tick);
    day.input(Input::Tick);
    assert_eq!(reports(&day).len(), 2);
    assert_eq!(counts(&day), (2, 2));
    day.wait(2 * CASE_REPORT_EVERY.as_secs());
    assert_eq!(reports(&day).len(), 2);
    assert_eq!(counts(&day), (2, 2));
}

#[test]
fn a_second_opening_soon_after_the_first_is_told_when_the_quiet_time_ends() {
    let mut day = day(Profile::Counter);
    open_case(&mut day, true);
    open_case(&mut day, false);
    day.wait(60);
    open_case(&mut day, true);
    assert_eq!(logged(&day, "tamper"), 1);
    day.wait(CASE_REPORT_EVERY.as_secs());
    assert_eq!(logged(&day, "tamper"), 2);
    assert_eq!(
        logged(&day, "case_closed"),
        1,
        "it stands open: nothing was closed since"
    );
    assert_eq!(reports(&day).len(), 2);
}

#[test]
fn a_loose_switch_and_a_full_queue_fill_no_log() {
    let mut day = day(Profile::Counter);
    day.online = false;
    day.vault
        .write(|tx| {
            tx.execute_batch("UPDATE outbox_count SET rows = rows + 1000000 WHERE state = 0")?;
            Ok(())
        })
        .unwrap();
    for _ in 0..50 {
        open_case(&mut day, true);
        open_case(&mut day, false);
    }
    let counts = (logged(&day, "tamper"), logged(&day, "case_closed"));
    assert_eq!(counts, (1, 1));
    day.vault
        .write(|tx| {
            tx.execute_batch("UPDATE outbox_count SET rows = rows - 1000000 WHERE state = 0")?;
            Ok(())
        })
        .unwrap();
    let roomy = crate::store::status(&day.vault, &day.clock.now()).unwrap();
    day.input(Input::Status(roomy));
    day.wait(CASE_RETRY.as_secs());
    assert_eq!(reports(&day).len(), 1);
    assert_eq!(logged(&day, "tamper"), 1);
}

#[test]
fn a_report_that_finds_no_room_is_logged_at_once_and_told_later() {
    let mut day = day(Profile::Counter);
    day.online = false;
    day.vault
        .write(|tx| {
            tx.execute_batch("UPDATE outbox_count SET rows = rows + 1000000 WHERE state = 0")?;
            Ok(())
        })
        .unwrap();
    open_case(&mut day, true);
    assert_eq!(
        logged(&day, "tamper"),
        1,
        "a full queue keeps nothing out of the log"
    );
    assert!(reports(&day).is_empty());
    day.vault
        .write(|tx| {
            tx.execute_batch("UPDATE outbox_count SET rows = rows - 1000000 WHERE state = 0")?;
            Ok(())
        })
        .unwrap();
    let roomy = crate::store::status(&day.vault, &day.clock.now()).unwrap();
    day.input(Input::Status(roomy));
    day.wait(CASE_RETRY.as_secs());
    assert_eq!(reports(&day), [DeviceEvent::CaseOpened]);
    assert_eq!(logged(&day, "tamper"), 1, "logged once");
}

#[test]
fn during_set_up_an_opened_case_is_reported_and_set_up_goes_on() {
    let mut day = Day::new();
    day.press(&[Touch::Main]);
    open_case(&mut day, true);
    assert_eq!(trouble(&day), Some(ProblemCode::CaseOpened));
    assert_eq!(logged(&day, "tamper"), 1);
    day.press(&[Touch::Main]);
    let goes_on = [Screen::SetupWelcome, Screen::SetupToken];
    assert!(goes_on.contains(&day.screen()), "{:?}", day.screen());
}

#[test]
fn the_strip_shows_the_battery_of_the_unit_that_has_one() {
    let mut counter = day(Profile::Counter);
    counter.wait(1);
    assert_eq!(counter.view().strip.battery, None);
    let mut day = day(Profile::Portable);
    mains(&mut day, false);
    battery(&mut day, 62);
    let shown = day.view().strip.battery.unwrap();
    assert_eq!(
        (shown.percent, shown.charging, shown.low),
        (62, false, false)
    );
    mains(&mut day, true);
    assert!(day.view().strip.battery.unwrap().charging);
    mains(&mut day, false);
    battery(&mut day, 20);
    let shown = day.view().strip.battery.unwrap();
    assert!(shown.low);
    assert_eq!(day.cues.last(), Some(&Cue::Attention));
    assert_eq!(
        trouble(&day),
        None,
        "a warning tears nobody out of their work"
    );
}

#[test]
fn a_start_on_the_charger_raises_no_alarm_and_one_without_it_does() {
    use hal::board::{Board as _, BoardKind, Layout};
    for (orders, low) in [
        (&["battery 15"][..], false),
        (&["battery 15", "mains off"], true),
        // A line that fails says nothing: the charge alone decides.
        (&["battery 15", "fail mains"], true),
    ] {
        let layout = Layout::built_in(BoardKind::Simulated, Profile::Portable);
        let (mut board, hand) = hal::sim::board::bench(&layout);
        for order in orders {
            hand.obey(order).unwrap();
        }
        let mut day = day(Profile::Portable);
        let mut now = Duration::ZERO;
        while now < Duration::from_secs(30) {
            for event in board.turn(now) {
                day.input(Input::Board(event));
                assert!(low || !day.view().strip.battery.is_some_and(|it| it.low));
            }
            let rest = board.rest(now);
            day.time.advance(rest);
            now += rest;
        }
        let shown = day.view().strip.battery.unwrap();
        assert_eq!((shown.percent, shown.low), (15, low), "{orders:?}");
        assert_eq!(day.cues.contains(&Cue::Attention), low, "{orders:?}");
    }
}

#[test]
fn an_empty_battery_warns_then_locks_saves_and_switches_off() {
    let mut day = day(Profile::Portable);
    mains(&mut day, false);
    for percent in [30, 12] {
        battery(&mut day, percent);
    }
    day.unlock("takahashi01", [8, 2, 6, 3]);
    for _ in 0..3 {
        day.press(&[Touch::Awake]);
        battery(&mut day, 5);
    }
    assert_eq!(trouble(&day), Some(ProblemCode::PowerEmpty));
    assert!(!day.off);
    day.wait(GRACE.as_secs() / 2);
    // Somebody still reads: the idle lock is not what locks here.
    day.press(&[Touch::Awake]);
    assert!(!day.off);
    day.wait(GRACE.as_secs() / 2);
    assert!(day.off);
    assert!(day.view().staff.is_none());
    assert_eq!(reports(&day), [DeviceEvent::BatteryEmpty]);
    assert_eq!(
        logged(&day, "power_off"),
        2,
        "the lock's cause, and the unit"
    );
    let percent = "SELECT count(*) FROM audit WHERE event LIKE '%\"percent\":5%'";
    assert_eq!(day.rows(percent), 1);
}

#[test]
fn the_charger_in_time_keeps_the_unit_on() {
    let mut day = day(Profile::Portable);
    mains(&mut day, false);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Main]);
    let in_hand = (day.screen(), day.view().staff);
    for _ in 0..3 {
        day.press(&[Touch::Awake]);
        battery(&mut day, 4);
    }
    assert_eq!(trouble(&day), Some(ProblemCode::PowerEmpty));
    mains(&mut day, true);
    day.press(&[Touch::Awake]);
    day.wait(MAINS_HELD.as_secs());
    // The work that somebody was at is back, and nobody had to touch anything.
    assert_eq!((day.screen(), day.view().staff), in_hand);
    day.wait(GRACE.as_secs() * 3);
    assert!(!day.off);
    assert!(reports(&day).is_empty());
}

#[test]
fn the_warning_of_an_empty_battery_closes_onto_the_work_and_is_taken_back_below_its_slip() {
    let mut day = day(Profile::Portable);
    mains(&mut day, false);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Main]);
    let in_hand = day.screen();
    for _ in 0..3 {
        day.press(&[Touch::Awake]);
        battery(&mut day, 4);
    }
    day.press(&[Touch::ShowSlip]);
    assert_eq!(day.screen(), Screen::Slip);
    mains(&mut day, true);
    day.wait(MAINS_HELD.as_secs());
    assert_eq!(day.screen(), Screen::Slip, "what is read stays");
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), in_hand);

    mains(&mut day, false);
    assert_eq!(trouble(&day), Some(ProblemCode::PowerEmpty));
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), in_hand);
}

#[test]
fn a_gauge_that_fails_leaves_the_strip_and_never_switches_off() {
    let mut day = day(Profile::Portable);
    mains(&mut day, false);
    battery(&mut day, 40);
    let at = "gauge register SOC (0x04)";
    let faulty = PartState::Faulty(BoardFault::Absent { at });
    day.input(Input::Board(BoardEvent::Part(Part::Gauge, faulty)));
    assert_eq!(day.view().strip.battery, None);
    assert_eq!(
        day.terminal
            .desk
            .faulty
            .get(&Part::Gauge)
            .map(BoardFault::code),
        Some(ProblemCode::BoardAbsent)
    );
    day.wait(3600);
    assert!(!day.off);
    battery(&mut day, 39);
    day.input(Input::Board(BoardEvent::Part(
        Part::Gauge,
        PartState::Works,
    )));
    assert!(day.terminal.desk.faulty.is_empty());
    assert_eq!(day.view().strip.battery.unwrap().percent, 39);
}

#[test]
fn a_dead_clock_is_a_state_and_nothing_stops() {
    for profile in PROFILES {
        let mut day = day(profile);
        let lost = PartState::Faulty(BoardFault::ClockLost);
        day.input(Input::Board(BoardEvent::Part(Part::Clock, lost)));
        day.unlock("takahashi01", [8, 2, 6, 3]);
        assert_eq!(day.screen(), Screen::Home);
        assert!(day.terminal.desk.faulty.contains_key(&Part::Clock));
    }
}

#[test]
fn an_unused_screen_dims_goes_dark_and_a_touch_only_wakes_it() {
    for profile in PROFILES {
        let times = ScreenTimes::of(profile);
        let mut day = day(profile);
        day.press(&[Touch::Awake]);
        day.wait(times.dark.as_secs());
        assert_eq!(
            day.lights,
            [ScreenLight::Dim, ScreenLight::Off],
            "{profile:?}"
        );
        day.press(&[Touch::Main]);
        assert_eq!(day.lights.last(), Some(&ScreenLight::Bright));
        assert_eq!(
            day.screen(),
            Screen::Lock,
            "nothing was pressed in the dark"
        );
        day.press(&[Touch::Main]);
        assert_eq!(day.screen(), Screen::StaffChoice);
    }
}

#[test]
fn a_dimmed_screen_takes_a_touch_as_it_is() {
    let mut day = day(Profile::Counter);
    day.wait(ScreenTimes::COUNTER.dim.as_secs());
    assert_eq!(day.lights, [ScreenLight::Dim]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::StaffChoice);
}

#[test]
fn a_card_wakes_the_screen() {
    for profile in PROFILES {
        let mut day = day(profile);
        day.wait(ScreenTimes::of(profile).dark.as_secs());
        day.input(Input::Reader(ReaderEvent::CardArrived));
        assert_eq!(day.lights.last(), Some(&ScreenLight::Bright));
    }
}

#[test]
fn a_window_without_a_light_of_its_own_never_ignores_a_touch() {
    let file = "serial = \"T-0042\"\n[paths]\nvault = \"/v\"\ndevice_secret = \"/s\"\n";
    assert_eq!(Config::parse(file).unwrap().screen_times(), None);
    let mut day = Day::set_up();
    day.wait(3600);
    assert!(day.lights.is_empty());
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::StaffChoice);
}

#[test]
fn a_case_that_is_open_before_the_vault_answers_lets_nobody_in_and_loses_no_set_up() {
    use crate::entropy::SeededEntropy;
    use crate::terminal::Terminal;
    let (time, clock) = crate::testing::clock();
    let entropy = Box::new(SeededEntropy::new(1));
    let mut terminal = Terminal::new(facts(Profile::Counter), clock.now(), entropy);
    terminal.handle(Input::Started, clock.now());
    let open = BoardEvent::Case { open: true };
    terminal.handle(Input::Board(open), clock.now());
    assert_eq!(terminal.view().screen, Screen::Trouble);
    for _ in 0..2 {
        time.advance(Duration::from_secs(1));
        terminal.handle(Input::Touch(Touch::Main), clock.now());
        assert_eq!(
            terminal.view().screen,
            Screen::Lock,
            "not even a list of staff"
        );
    }
}

#[test]
fn what_the_unit_says_by_itself_stands_on_a_shutter_that_nobody_has_touched_for_long() {
    let mut day = day(Profile::Portable);
    mains(&mut day, false);
    day.wait(600);
    assert_eq!(day.screen(), Screen::Lock);
    for _ in 0..3 {
        battery(&mut day, 5);
    }
    assert_eq!(trouble(&day), Some(ProblemCode::PowerEmpty));
    day.wait(20);
    assert_eq!(trouble(&day), Some(ProblemCode::PowerEmpty));
    day.wait(11);
    assert!(day.off);

    let mut day = self::day(Profile::Counter);
    day.wait(600);
    open_case(&mut day, true);
    assert_eq!(trouble(&day), Some(ProblemCode::CaseOpened));
    day.wait(61);
    assert_eq!(day.screen(), Screen::Lock);
}
