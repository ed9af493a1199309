#![allow(clippy::unwrap_used)]
//! The whole of the terminal on its own threads, with simulated hardware.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};

use hal::board::{BoardKind, Layout, Profile};
use hal::card::{CardJob, CardOutcome, ReaderEvent, Step};
use hal::sim::board::{BoardHand, bench};

use super::*;
use crate::clock::ManualTime;
use crate::terminal::screen::Screen;
use crate::terminal::view::{DiagnosticPart, Page, Verdict};
use crate::testing;
use crate::vault::VaultKey;

/// Longest wait for a picture of the screen, on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A card side without a reader and without anything to tell.
struct NoCards {
    silence: (Sender<()>, Receiver<()>),
}

impl CardDesk for NoCards {
    fn next_event(&mut self, timeout: Duration) -> Option<ReaderEvent> {
        let _ = self.silence.1.recv_timeout(timeout);
        None
    }

    fn run(
        &mut self,
        _: CardJob,
        _: &mut dyn FnMut(&mut [u8]),
        _: &mut dyn FnMut(Step),
        _: &AtomicBool,
    ) -> CardOutcome {
        testing::desk::good()
    }

    fn take_refusals(&mut self) -> Vec<Refusal> {
        Vec::new()
    }
}

/// A terminal that runs on a bench.
struct Unit {
    running: Running,
    time: ManualTime,
    clock: Clock,
    views: Receiver<View>,
    hand: BoardHand,
    _folder: tempfile::TempDir,
}

impl Unit {
    /// Starts one after `orders` were given to its board.
    fn start(orders: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("vault"), &VaultKey::new([7; 32])).unwrap();
        Self::start_on(folder, vault, orders, Box::new(setup::whole_vault))
    }

    fn start_on(
        folder: tempfile::TempDir,
        vault: Vault,
        orders: &[&str],
        check: VaultChecker,
    ) -> Self {
        let layout = Layout::built_in(BoardKind::Simulated, Profile::Portable);
        let (board, hand) = bench(&layout);
        for order in orders {
            hand.obey(order).unwrap();
        }
        let (time, clock) = testing::clock();
        let parts = Parts {
            config: testing::desk::config(),
            vault,
            clock: clock.clone(),
            hasher: testing::desk::hasher(),
            cards: Box::new(NoCards { silence: channel() }),
            board: Box::new(board),
            line: line::LineParts::default(),
            updates: None,
            attachments: None,
            sandbox: pages::Sandbox::default(),
            printer: None,
            slip_text: Box::new(|_| String::new()),
        };
        let (shown, views) = channel();
        let show = move |view| {
            // The test looks at no more when it ends.
            let _ = shown.send(view);
        };
        let running = start_with(parts, check, show, |_| {}).unwrap();
        Self {
            running,
            time,
            clock,
            views,
            hand,
            _folder: folder,
        }
    }

    /// Touches, a human moment apart.
    fn press(&self, touches: impl IntoIterator<Item = Touch>) {
        for touch in touches {
            self.time.advance(Duration::from_millis(400));
            self.running.toucher().touch(touch);
            // What was asked behind a touch is answered behind it: time moves on only then.
            assert!(self.running.pulse().beats(LIMIT));
        }
    }

    /// Waits until the screen is so.
    fn until(&self, so: impl Fn(&View) -> bool) -> View {
        loop {
            let view = self.views.recv_timeout(LIMIT).expect("the screen changes");
            if so(&view) {
                return view;
            }
        }
    }
}

#[test]
fn a_clock_of_the_board_that_lost_its_time_is_not_trusted_by_anything() {
    let unit = Unit::start(&["clock lost"]);
    unit.until(|view| view.strip.clock.is_none());
    assert!(!unit.clock.now().is_trusted());
    unit.running.stop();
}

#[test]
fn a_clock_of_the_board_that_runs_or_does_not_answer_leaves_the_time_trusted() {
    for orders in [&[][..], &["fail clock"]] {
        let unit = Unit::start(orders);
        let charging = |wanted: bool| {
            move |view: &View| view.strip.battery.is_some_and(|it| it.charging == wanted)
        };
        // The board tells of its clock before its battery; what it tells of later comes behind both.
        unit.until(charging(true));
        unit.hand.obey("mains off").unwrap();
        let view = unit.until(charging(false));
        assert!(view.strip.clock.is_some());
        assert!(unit.clock.now().is_trusted());
        unit.running.stop();
    }
}

#[test]
fn touches_and_an_opened_case_are_answered_while_the_whole_vault_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let key = VaultKey::new([7; 32]);
    let vault = Vault::open(&path, &key).unwrap();
    drop(testing::desk::Day::set_up_on(
        vault,
        testing::desk::config(),
    ));
    let vault = Vault::open(&path, &key).unwrap();
    // A check that ends when it is told to, as that of a large vault does much later.
    let (begin, begun) = channel();
    let (end, told_to_end) = channel::<()>();
    let check = move |vault: &Vault| {
        begin.send(()).unwrap();
        let _ = told_to_end.recv();
        setup::whole_vault(vault)
    };
    let unit = Unit::start_on(folder, vault, &[], Box::new(check));
    unit.until(|view| view.screen == Screen::Lock);
    unlock(&unit);
    unit.press([Touch::Second, Touch::Row(4)]);
    begun.recv_timeout(LIMIT).unwrap();
    let whole = |view: &View| match &view.page {
        Page::Diagnostics(page) => page
            .lines
            .iter()
            .find(|line| line.part == DiagnosticPart::Vault)
            .map(|line| line.verdict),
        _ => None,
    };
    unit.until(|view| whole(view) == Some(Verdict::Unknown));
    unit.press([Touch::Help]);
    unit.until(|view| view.screen == Screen::Help);
    unit.hand.obey("case open").unwrap();
    let view = unit.until(|view| view.staff.is_none());
    assert_eq!(view.screen, Screen::Trouble);
    // The passcode of whoever comes next does not wait for it either.
    unit.press([Touch::Main]);
    unlock(&unit);
    end.send(()).unwrap();
    unit.press([Touch::Second, Touch::Row(4)]);
    unit.until(|view| whole(view) == Some(Verdict::Good));
    unit.running.stop();
}

fn unlock(unit: &Unit) {
    let who = protocol::number::UserId::parse("satomisaki").unwrap();
    unit.press([Touch::Main, Touch::Staff(who)]);
    unit.press([4, 0, 7, 1].map(Touch::Digit));
    unit.press([Touch::Main]);
    let view = unit.until(|view| matches!(view.screen, Screen::Home | Screen::Pledge));
    if view.screen == Screen::Pledge {
        unit.press([Touch::Main]);
        unit.until(|view| view.screen == Screen::Home);
    }
}
