//! The board on a thread of its own: plays cues to their end, looks at the parts, and tells what
//! happened.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Instant;

use hal::board::{Board, BoardEvent, BoardFault, Cue, Part, PartState, ScreenLight};
use tokio::sync::mpsc::Sender as Inputs;

use super::Event;
use crate::terminal::effect::Input;

/// What the board is asked for.
enum Order {
    Cue { cue: Cue, sounds: bool },
    Screen(ScreenLight),
}

/// The way to the board's thread.
pub struct BoardThread {
    orders: Sender<Order>,
}

impl BoardThread {
    /// Starts the thread. It ends when this is dropped.
    #[must_use]
    pub fn start(board: Box<dyn Board>, to: Inputs<Event>) -> Self {
        let (orders, received) = channel();
        thread::Builder::new()
            .name("board".into())
            .spawn(move || turn(board, &received, &to))
            .expect("a thread can be started at boot");
        Self { orders }
    }

    /// Shows a cue in place of the one that plays.
    pub fn cue(&self, cue: Cue, sounds: bool) {
        // The thread ends only with the program; a desk works without its board.
        let _ = self.orders.send(Order::Cue { cue, sounds });
    }

    /// Sets the light behind the screen.
    pub fn screen(&self, light: ScreenLight) {
        let _ = self.orders.send(Order::Screen(light));
    }
}

fn turn(mut board: Box<dyn Board>, orders: &Receiver<Order>, to: &Inputs<Event>) {
    let started = Instant::now();
    loop {
        for event in board.turn(started.elapsed()) {
            log(event);
            if to.blocking_send(Event::Input(Input::Board(event))).is_err() {
                return;
            }
        }
        match orders.recv_timeout(board.rest(started.elapsed())) {
            Ok(Order::Cue { cue, sounds }) => board.cue(cue, sounds),
            Ok(Order::Screen(light)) => board.screen(light),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                // The last thing a desk shows is nothing.
                board.cue(Cue::Quiet, false);
                board.screen(ScreenLight::Bright);
                board.turn(started.elapsed());
                return;
            }
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
        drop(thread);
        while inbox.blocking_recv().is_some() {}
        let (light, tone, screen) = hand.shown();
        assert_eq!((light, tone), (hal::board::Light::OFF, hal::board::Tone(0)));
        assert_eq!(screen, ScreenLight::Bright);
    }
}
