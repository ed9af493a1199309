#![allow(clippy::unwrap_used)]
//! The whole of the terminal on its own threads, with simulated hardware.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};

use hal::board::{BoardKind, Layout, Profile};
use hal::card::{CardJob, CardOutcome, ReaderEvent, Step};
use hal::sim::board::{BoardHand, bench};

use super::*;
use crate::access::passcode::Cost;
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
        let layout = Layout::built_in(BoardKind::Simulated, Profile::Portable);
        let (board, hand) = bench(&layout);
        for order in orders {
            hand.obey(order).unwrap();
        }
        let (_, clock) = testing::clock();
        let parts = Parts {
            config: testing::desk::config(),
            vault,
            clock: clock.clone(),
            hasher: Hasher::new(&[1; 32], Cost::FLOOR),
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
        let running = start(parts, show, |_| {}).unwrap();
        Self {
            running,
            clock,
            views,
            hand,
            _folder: folder,
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
fn a_clock_of_the_board_that_runs_leaves_the_time_trusted() {
    let unit = Unit::start(&[]);
    let charging = |wanted: bool| {
        move |view: &View| view.strip.battery.is_some_and(|it| it.charging == wanted)
    };
    // The board tells of its clock in the same turn as of its battery; what it tells of later
    // comes behind both.
    unit.until(charging(true));
    unit.hand.obey("mains off").unwrap();
    let view = unit.until(charging(false));
    assert!(view.strip.clock.is_some());
    assert!(unit.clock.now().is_trusted());
    unit.running.stop();
}
