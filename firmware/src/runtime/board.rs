//! The board on a thread of its own: plays cues to their end, looks at the parts, and tells what
//! happened.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Instant;

use hal::board::{Board, BoardEvent, Cue, PartState, ScreenLight};
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
