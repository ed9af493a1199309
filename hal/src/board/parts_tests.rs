#![allow(clippy::unwrap_used)]
use super::*;
use crate::board::{BoardKind, Charge, Layout, Profile};
use crate::sim::board::{BoardHand, bench};

/// A simulated unit and its time.
struct Unit {
    board: PartsBoard,
    hand: BoardHand,
    now: Duration,
}

impl Unit {
    fn of(profile: Profile) -> Self {
        let (board, hand) = bench(&Layout::built_in(BoardKind::Simulated, profile));
        let mut unit = Self {
            board,
            hand,
            now: Duration::from_secs(100),
        };
        unit.pass(Duration::from_secs(1));
        unit
    }

    /// Lets time pass as a thread would that sleeps as long as it may.
    fn pass(&mut self, time: Duration) -> Vec<BoardEvent> {
        let until = self.now + time;
        let mut told = self.board.turn(self.now);
        let mut turns = 0;
        while self.now < until {
            let rest = self.board.rest(self.now);
            assert!(!rest.is_zero(), "a board that never rests");
            self.now = (self.now + rest).min(until);
            told.extend(self.board.turn(self.now));
            turns += 1;
        }
        let most = time.as_millis() / CONTACT_EVERY.as_millis() * 2 + 20;
        assert!(turns <= most, "{turns} turns in {time:?}");
        told
    }

    fn order(&mut self, line: &str) -> Vec<BoardEvent> {
        self.hand.obey(line).unwrap();
        self.pass(GAUGE_EVERY + RETRY_EVERY)
    }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn at_start_every_part_of_the_profile_is_told_once() {
    for (profile, parts) in [(Profile::Counter, 5), (Profile::Portable, 7)] {
        let layout = Layout::built_in(BoardKind::Simulated, profile);
        let (board, hand) = bench(&layout);
        let mut unit = Unit {
            board,
            hand,
            now: secs(1),
        };
        let told = unit.pass(secs(60));
        let working = |event: &&BoardEvent| matches!(event, BoardEvent::Part(_, PartState::Works));
        assert_eq!(told.iter().filter(working).count(), parts, "{profile:?}");
        assert!(told.contains(&BoardEvent::Case { open: false }));
    }
}

#[test]
fn an_opened_case_is_told_once_within_half_a_second() {
    let mut unit = Unit::of(Profile::Counter);
    unit.hand.obey("case open").unwrap();
    let told = unit.pass(Duration::from_millis(500));
    assert_eq!(told, [BoardEvent::Case { open: true }]);
    assert!(unit.pass(secs(5)).is_empty());
    unit.hand.obey("case close").unwrap();
    let told = unit.pass(Duration::from_millis(500));
    assert_eq!(told, [BoardEvent::Case { open: false }]);
}

#[test]
fn the_gauge_and_the_mains_are_told_by_the_portable_unit() {
    let mut unit = Unit::of(Profile::Portable);
    let told = unit.order("battery 19 3600");
    let charge = Charge {
        percent: 19,
        millivolts: 3600,
    };
    assert!(told.contains(&BoardEvent::Battery(charge)), "{told:?}");
    let told = unit.order("mains off");
    assert!(told.contains(&BoardEvent::Mains { on: false }));
}

#[test]
fn a_part_that_fails_and_one_that_comes_back_are_told_once() {
    let mut unit = Unit::of(Profile::Portable);
    for part in Part::ALL {
        unit.order(&format!("fail {}", part.word()));
        // Parts that only show are noticed when they have something to show.
        unit.board.cue(Cue::CardSeen, true);
        unit.board.screen(ScreenLight::Dim);
        let faulty = |told: &[BoardEvent]| {
            told.iter()
                .filter(|event| {
                    matches!(event, BoardEvent::Part(it, PartState::Faulty(_)) if *it == part)
                })
                .count()
        };
        let mut told = unit.pass(CLOCK_EVERY);
        told.extend(unit.pass(CLOCK_EVERY));
        assert!(faulty(&told) <= 1, "{part}: told once");
        unit.hand.obey(&format!("mend {}", part.word())).unwrap();
        let told = unit.pass(RETRY_EVERY * 2);
        let works = BoardEvent::Part(part, PartState::Works);
        assert!(told.contains(&works), "{part} came back: {told:?}");
        unit.board.cue(Cue::Quiet, true);
        unit.board.screen(ScreenLight::Bright);
        unit.pass(secs(1));
    }
}

#[test]
fn a_part_that_the_kernel_shows_late_is_found_by_itself() {
    for part in Part::ALL {
        let (board, hand) = bench(&Layout::built_in(BoardKind::Simulated, Profile::Portable));
        let word = part.word();
        hand.obey(&format!("hide {word}")).unwrap();
        let mut unit = Unit {
            board,
            hand,
            now: secs(1),
        };
        let states = |told: Vec<BoardEvent>| -> Vec<PartState> {
            told.into_iter()
                .filter_map(|event| match event {
                    BoardEvent::Part(it, state) if it == part => Some(state),
                    _ => None,
                })
                .collect()
        };
        let absent = PartState::Faulty(BoardFault::Absent { at: word });
        assert_eq!(states(unit.pass(secs(60))), [absent], "{part}: told once");
        unit.hand.obey(&format!("bring {word}")).unwrap();
        let told = states(unit.pass(RETRY_EVERY + secs(1)));
        assert_eq!(told, [PartState::Works], "{part}");
    }
}

#[test]
fn a_charge_is_told_behind_the_mains_or_behind_the_failure_of_their_line() {
    let place = |told: &[BoardEvent], wanted: &dyn Fn(&BoardEvent) -> bool| {
        told.iter().position(wanted).unwrap()
    };
    let is_charge = |event: &BoardEvent| matches!(event, BoardEvent::Battery(_));
    for failed in [false, true] {
        let (board, hand) = bench(&Layout::built_in(BoardKind::Simulated, Profile::Portable));
        if failed {
            hand.obey("fail mains").unwrap();
        }
        let mut unit = Unit {
            board,
            hand,
            now: secs(1),
        };
        let told = unit.pass(secs(1));
        let mains = place(&told, &|event| match event {
            BoardEvent::Mains { .. } => !failed,
            BoardEvent::Part(Part::Mains, PartState::Faulty(_)) => failed,
            _ => false,
        });
        assert!(mains < place(&told, &is_charge), "{told:?}");
    }
}

#[test]
fn a_clock_that_lost_its_time_has_a_name_of_its_own() {
    let mut unit = Unit::of(Profile::Counter);
    unit.hand.obey("clock lost").unwrap();
    let told = unit.pass(CLOCK_EVERY);
    let lost = PartState::Faulty(BoardFault::ClockLost);
    assert!(told.contains(&BoardEvent::Part(Part::Clock, lost)));
}

#[test]
fn a_cue_is_shown_at_the_next_turn_and_ends_by_itself() {
    let mut unit = Unit::of(Profile::Counter);
    unit.board.cue(Cue::CardSeen, true);
    assert_eq!(unit.board.rest(unit.now), Duration::ZERO);
    unit.board.turn(unit.now);
    let (light, tone, _) = unit.hand.shown();
    assert_eq!((light.blue, tone.0), (100, 1200));
    unit.pass(Duration::from_millis(60));
    assert_eq!(unit.hand.shown().1, Tone(0), "60 ms and no longer");
    unit.board.cue(Cue::Torn, false);
    unit.board.turn(unit.now);
    assert_eq!(unit.hand.shown().1, Tone(400), "also without sounds");
    unit.pass(secs(1));
    assert_eq!(unit.hand.shown().0, Light::OFF);
}

#[test]
fn the_screen_follows_and_a_panel_that_comes_late_is_set() {
    let mut unit = Unit::of(Profile::Counter);
    unit.board.screen(ScreenLight::Dim);
    unit.pass(Duration::from_millis(100));
    assert_eq!(unit.hand.shown().2, ScreenLight::Dim);
    unit.hand.obey("fail backlight").unwrap();
    unit.board.screen(ScreenLight::Off);
    unit.pass(secs(1));
    assert_eq!(unit.hand.shown().2, ScreenLight::Dim);
    unit.hand.obey("mend backlight").unwrap();
    unit.pass(RETRY_EVERY);
    assert_eq!(unit.hand.shown().2, ScreenLight::Off);
}

#[test]
fn a_unit_without_parts_rests_and_tells_nothing() {
    let mut board = PartsBoard::new(Parts::default());
    board.cue(Cue::Refused, true);
    assert!(board.turn(secs(1)).is_empty());
    assert!(board.rest(secs(1)) > Duration::ZERO);
}
