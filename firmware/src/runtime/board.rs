//! The board on a thread of its own: plays cues to their end, looks at the parts, and tells what
//! happened.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hal::board::{Board, BoardEvent, BoardFault, Cue, Part, PartState, ScreenLight};
use tokio::sync::mpsc::Sender as Inputs;

use super::Event;
use crate::terminal::effect::Input;

/// How long the end waits for the board's last act. A bus that hangs keeps no unit from ending.
const LAST_ACT_LIMIT: Duration = Duration::from_secs(2);

/// What the board is asked for and has not begun. A later wish takes the place of an earlier one,
/// so that nothing piles up while a bus is slow.
#[derive(Default)]
struct Wishes {
    cue: Option<(Cue, bool)>,
    screen: Option<ScreenLight>,
}

/// The way to the board's thread. Dropping it leaves the lamp dark and the screen bright.
pub struct BoardThread {
    wishes: Arc<Mutex<Wishes>>,
    /// Rouses the thread; one call is enough for any number of wishes. None only while this is
    /// dropped.
    rouse: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Disconnected once the thread has ended.
    ended: Receiver<()>,
}

impl BoardThread {
    /// Starts the thread. It ends when this is dropped.
    #[must_use]
    pub fn start(board: Box<dyn Board>, to: Inputs<Event>) -> Self {
        let wishes = Arc::<Mutex<Wishes>>::default();
        let (rouse, roused) = sync_channel(1);
        let (end, ended) = sync_channel(1);
        let wished = Arc::clone(&wishes);
        let thread = thread::Builder::new()
            .name("board".into())
            .spawn(move || {
                turn(board, &wished, &roused, &to);
                drop(end);
            })
            .expect("a thread can be started at boot");
        Self {
            wishes,
            rouse: Some(rouse),
            thread: Some(thread),
            ended,
        }
    }

    /// Shows a cue in place of the one that plays.
    pub fn cue(&self, cue: Cue, sounds: bool) {
        lock(&self.wishes).cue = Some((cue, sounds));
        self.rouse();
    }

    /// Sets the light behind the screen.
    pub fn screen(&self, light: ScreenLight) {
        lock(&self.wishes).screen = Some(light);
        self.rouse();
    }

    fn rouse(&self) {
        // A full channel has roused it already; a desk works without its board.
        let _ = self.rouse.as_ref().map(|rouse| rouse.try_send(()));
    }
}

impl Drop for BoardThread {
    fn drop(&mut self) {
        self.rouse = None;
        match self.ended.recv_timeout(LAST_ACT_LIMIT) {
            Err(RecvTimeoutError::Timeout) => tracing::warn!("the board does not end in time"),
            _ => {
                // It ends at once. If it panicked, the board is gone with it.
                let _ = self.thread.take().map(JoinHandle::join);
            }
        }
    }
}

fn lock(wishes: &Mutex<Wishes>) -> MutexGuard<'_, Wishes> {
    wishes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn turn(
    mut board: Box<dyn Board>,
    wishes: &Mutex<Wishes>,
    roused: &Receiver<()>,
    to: &Inputs<Event>,
) {
    let started = Instant::now();
    follow(board.as_mut(), wishes, roused, to, started);
    // The last thing a desk shows is nothing.
    board.cue(Cue::Quiet, false);
    board.screen(ScreenLight::Bright);
    board.turn(started.elapsed());
}

/// Until the other side is gone.
fn follow(
    board: &mut dyn Board,
    wishes: &Mutex<Wishes>,
    roused: &Receiver<()>,
    to: &Inputs<Event>,
    started: Instant,
) {
    loop {
        for event in board.turn(started.elapsed()) {
            log(event);
            if to.blocking_send(Event::Input(Input::Board(event))).is_err() {
                return;
            }
        }
        match roused.recv_timeout(board.rest(started.elapsed())) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let wished = std::mem::take(&mut *lock(wishes));
        if let Some((cue, sounds)) = wished.cue {
            board.cue(cue, sounds);
        }
        if let Some(light) = wished.screen {
            board.screen(light);
        }
    }
}

/// The board says that its clock has lost the time: its battery is empty, or out.
pub(super) fn clock_stood(input: &Input) -> bool {
    matches!(
        input,
        Input::Board(BoardEvent::Part(
            Part::Clock,
            PartState::Faulty(BoardFault::ClockLost)
        ))
    )
}

fn log(event: BoardEvent) {
    match event {
        BoardEvent::Part(part, PartState::Faulty(fault)) => {
            tracing::warn!(%part, code = fault.code().as_str(), %fault, "a part of the board does not work");
        }
        BoardEvent::Part(part, PartState::Works) => {
            tracing::info!(%part, "a part of the board works")
        }
        BoardEvent::Case { open: true } => tracing::warn!("the case is open"),
        BoardEvent::Case { open: false } | BoardEvent::Mains { .. } | BoardEvent::Battery(_) => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use hal::board::{BoardKind, Layout, Profile};
    use hal::sim::board::bench;

    use super::*;

    #[test]
    fn a_dead_clock_of_the_board_is_told_from_other_faults() {
        let fault =
            |part, problem| Input::Board(BoardEvent::Part(part, PartState::Faulty(problem)));
        assert!(clock_stood(&fault(Part::Clock, BoardFault::ClockLost)));
        assert!(!clock_stood(&fault(Part::Clock, BoardFault::NoPins)));
        assert!(!clock_stood(&Input::Board(BoardEvent::Part(
            Part::Clock,
            PartState::Works
        ))));
    }

    #[test]
    fn what_the_board_notices_reaches_the_terminal_and_what_it_asks_reaches_the_board() {
        let (board, hand) = bench(&Layout::built_in(BoardKind::Simulated, Profile::Portable));
        let (to, mut inbox) = tokio::sync::mpsc::channel(64);
        let thread = BoardThread::start(Box::new(board), to);
        let mut next = |wanted: BoardEvent| {
            // Each turn of the board is a tenth of a second at the most.
            while let Some(Event::Input(Input::Board(event))) = inbox.blocking_recv() {
                if event == wanted {
                    return;
                }
            }
            panic!("the board's thread has ended");
        };
        next(BoardEvent::Case { open: false });
        hand.obey("case open").unwrap();
        thread.screen(ScreenLight::Dim);
        thread.cue(Cue::Refused, false);
        next(BoardEvent::Case { open: true });
        let (light, _, screen) = hand.shown();
        assert_eq!(screen, ScreenLight::Dim);
        assert!(light.red > 0);
        hand.obey("mains off").unwrap();
        next(BoardEvent::Mains { on: false });
        // A desk that ends leaves its lamp dark and its screen bright.
        // It has done so when the drop returns: the process may end with the next line.
        drop(inbox);
        drop(thread);
        let (light, tone, screen) = hand.shown();
        assert_eq!((light, tone), (hal::board::Light::OFF, hal::board::Tone(0)));
        assert_eq!(screen, ScreenLight::Bright);
    }
}
