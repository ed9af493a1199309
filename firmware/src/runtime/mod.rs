//! Carries out what the terminal asks for.
//!
//! One thread owns the terminal and its connection to the vault and waits for touches, events
//! and time. What takes time runs beside it: the card ([`card`]), the line ([`mod@line`]), the
//! board ([`mod@board`]), a new system ([`updates`]), what is looked at for a technician ([`look`]),
//! and one worker for hashing, files and pages ([`work`]). Nothing here decides anything about
//! the desk.

pub mod board;
pub mod card;
pub mod line;
mod link;
pub mod look;
pub mod pages;
pub mod print;
pub mod probe;
pub mod updates;
pub mod work;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hal::board::Board;
use hal::card::{CardDesk, Refusal};
use tokio::sync::mpsc;

use crate::access::passcode::Hasher;
use crate::clock::Clock;
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::Problem;
use crate::setup;
use crate::store;
use crate::terminal::Terminal;
use crate::terminal::effect::{Effect, Input, Room, TerminalConfig};
use crate::terminal::touch::Touch;
use crate::terminal::view::View;
use crate::vault::Vault;

use board::BoardThread;
use card::CardThread;
use line::LineThread;
use look::{LookThreads, VaultChecker};
use updates::{UpdateParts, UpdateThread};
use work::Worker;

/// Touches and events that may wait. A finger does not reach it; a storm of events blocks
/// their sender.
const CHANNEL: usize = 256;

/// Time passes for the terminal this often: countdowns, idle lock, waiting marks.
const TICK: Duration = Duration::from_millis(250);

/// Everything the terminal is put together from.
pub struct Parts {
    /// Facts that do not change while the program runs.
    pub config: TerminalConfig,
    /// The open vault.
    pub vault: Vault,
    /// Time.
    pub clock: Clock,
    /// Passcodes.
    pub hasher: Hasher,
    /// The card side.
    pub cards: Box<dyn CardDesk>,
    /// Lamp, buzzer, case, battery, backlight.
    pub board: Box<dyn Board>,
    /// Where the line's settings come from.
    pub line: line::LineParts,
    /// Where new systems go, on a machine that takes them.
    pub updates: Option<UpdateParts>,
    /// Folder or mount point that attachments come from.
    pub attachments: Option<PathBuf>,
    /// How the page drawer is kept in.
    pub sandbox: pages::Sandbox,
    /// The print queue, if there is one.
    pub printer: Option<String>,
    /// Writes an enquiry slip in words, for the printer.
    pub slip_text: print::SlipText,
}

/// Why the terminal's thread ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// [`Running::stop`].
    Stopped,
    /// The unit was reported lost and its key is destroyed. The next start is a first start.
    Wiped,
    /// The battery is empty and everything is saved: whoever started the program switches the
    /// unit off.
    PowerOff,
}

/// Something that happened beside the terminal's thread.
#[derive(Debug)]
pub enum Event {
    /// For the terminal.
    Input(Input),
    /// Commands to the card that were refused below the card library.
    Refused(Vec<Refusal>),
    /// Somebody asks whether the thread and its vault still answer.
    Pulse(std::sync::mpsc::SyncSender<Result<(), Problem>>),
    /// The program ends.
    Stop,
}

/// A running terminal.
pub struct Running {
    events: mpsc::Sender<Event>,
    thread: Option<JoinHandle<()>>,
}

/// Sends touches to the terminal; cheap to clone.
#[derive(Clone)]
pub struct Toucher(mpsc::Sender<Event>);

impl Toucher {
    /// A touch. Lost when the terminal is so far behind that a person would have given up.
    pub fn touch(&self, touch: Touch) {
        let _ = self.0.try_send(Event::Input(Input::Touch(touch)));
    }

    /// The window has another size.
    pub fn room(&self, room: Room) {
        let _ = self.0.try_send(Event::Input(Input::Room(room)));
    }
}

/// Asks whether the terminal still works; cheap to clone.
#[derive(Clone)]
pub struct Pulse(mpsc::Sender<Event>);

impl Pulse {
    /// True when the terminal's thread took the question and read from its vault within
    /// `limit`.
    #[must_use]
    pub fn beats(&self, limit: Duration) -> bool {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        self.0.try_send(Event::Pulse(reply)).is_ok()
            && matches!(answer.recv_timeout(limit), Ok(Ok(())))
    }
}

impl Running {
    /// The way to ask whether the terminal still works.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        Pulse(self.events.clone())
    }

    /// The way for touches.
    #[must_use]
    pub fn toucher(&self) -> Toucher {
        Toucher(self.events.clone())
    }

    /// Ends the terminal and waits for its thread. What was saved is saved; a card session
    /// or an exchange that runs is left to end by itself.
    pub fn stop(mut self) {
        let _ = self.events.blocking_send(Event::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the terminal. `show` gets every new picture, from the terminal's thread.
///
/// # Errors
/// When a second connection to the vault cannot be opened.
pub fn start(
    parts: Parts,
    show: impl FnMut(View) + Send + 'static,
    ended: impl FnOnce(End) + Send + 'static,
) -> Result<Running, Problem> {
    start_with(parts, Box::new(setup::whole_vault), show, ended)
}

fn start_with(
    parts: Parts,
    check: VaultChecker,
    show: impl FnMut(View) + Send + 'static,
    ended: impl FnOnce(End) + Send + 'static,
) -> Result<Running, Problem> {
    let (events, inbox) = mpsc::channel(CHANNEL);
    let vaults = Vaults {
        line: parts.vault.another()?,
        work: parts.vault.another()?,
        update: match &parts.updates {
            Some(_) => Some(parts.vault.another()?),
            None => None,
        },
        look: [parts.vault.another()?, parts.vault.another()?],
    };
    let to = events.clone();
    let thread = thread::Builder::new()
        .name("terminal".into())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .expect("a timer can be made at boot");
            let core = Core::new(parts, vaults, check, to, show);
            ended(runtime.block_on(core.run(inbox)));
        })
        .expect("a thread can be started at boot");
    Ok(Running {
        events,
        thread: Some(thread),
    })
}

/// The handles of the threads beside the terminal's.
struct Vaults {
    line: Vault,
    work: Vault,
    update: Option<Vault>,
    look: [Vault; 2],
}

struct Core<S> {
    terminal: Terminal,
    vault: Vault,
    clock: Clock,
    board: BoardThread,
    cards: CardThread,
    line: LineThread,
    worker: Worker,
    looks: LookThreads,
    #[allow(dead_code, reason = "held; its end ends the thread")]
    updates: Option<UpdateThread>,
    show: S,
    shown: Option<View>,
    lost: bool,
    empty: bool,
}

impl<S: FnMut(View)> Core<S> {
    fn new(
        parts: Parts,
        vaults: Vaults,
        check: VaultChecker,
        to: mpsc::Sender<Event>,
        show: S,
    ) -> Self {
        let entropy = || -> Box<dyn Entropy> { Box::new(SystemEntropy::default()) };
        let serial = parts.config.serial.clone();
        let clock = parts.clock.clone();
        let bootstrap = parts.line.bootstrap.as_ref();
        let first_endpoint = bootstrap.map(|bootstrap| bootstrap.endpoint.clone());
        Self {
            terminal: Terminal::new(parts.config, parts.clock.now(), entropy()),
            vault: parts.vault,
            board: BoardThread::start(parts.board, to.clone()),
            cards: CardThread::start(parts.cards, entropy(), to.clone()),
            line: LineThread::start(
                parts.line,
                serial,
                vaults.line,
                parts.clock.clone(),
                entropy(),
                to.clone(),
            ),
            worker: Worker::start(
                work::WorkParts {
                    vault: vaults.work,
                    clock: parts.clock.clone(),
                    entropy: entropy(),
                    hasher: parts.hasher,
                    attachments: parts.attachments,
                    sandbox: parts.sandbox,
                    printer: parts.printer,
                    slip_text: parts.slip_text,
                },
                to.clone(),
            ),
            looks: LookThreads::start(vaults.look, first_endpoint, check, to),
            updates: parts
                .updates
                .zip(vaults.update)
                .map(|(parts, vault)| UpdateThread::start(parts, vault, clock, entropy())),
            clock: parts.clock,
            show,
            shown: None,
            lost: false,
            empty: false,
        }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Event>) -> End {
        let end = self.turn(&mut inbox).await;
        // A thread that still tells something is not kept waiting by a desk that ends.
        drop(inbox);
        if end == End::Wiped {
            self.wipe();
        }
        end
    }

    async fn turn(&mut self, inbox: &mut mpsc::Receiver<Event>) -> End {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        self.handle(Input::Started);
        loop {
            let event = tokio::select! {
                event = inbox.recv() => event,
                _ = tick.tick() => Some(Event::Input(Input::Tick)),
            };
            match event {
                Some(Event::Input(input)) => self.handle(input),
                Some(Event::Refused(refusals)) => self.log(&refusals),
                Some(Event::Pulse(reply)) => {
                    // Who asked may have given up.
                    let _ = reply.try_send(self.vault.read(crate::clock::floor).map(drop));
                }
                Some(Event::Stop) | None => return End::Stopped,
            }
            if self.lost {
                return End::Wiped;
            }
            if self.empty {
                return End::PowerOff;
            }
        }
    }

    /// Handles one input and everything that follows from it at once.
    fn handle(&mut self, input: Input) {
        if board::clock_stood(&input) {
            self.clock.stood();
        }
        let mut waiting = VecDeque::from([input]);
        while let Some(input) = waiting.pop_front() {
            let effects = self.terminal.handle(input, self.clock.now());
            for effect in effects {
                self.carry_out(effect, &mut waiting);
            }
        }
        let view = self.terminal.view();
        if self.shown.as_ref() != Some(&view) {
            self.shown = Some(view.clone());
            (self.show)(view);
        }
    }

    fn carry_out(&mut self, effect: Effect, waiting: &mut VecDeque<Input>) {
        match effect {
            Effect::Store(ticket, job) => {
                waiting.extend(store::carry_out(
                    ticket,
                    job,
                    &mut self.vault,
                    &self.clock.now(),
                ));
            }
            Effect::Card(ticket, job) => self.cards.run(ticket, job),
            Effect::CancelCard => self.cards.cancel(),
            Effect::Cue(cue) => self.board.cue(cue, self.terminal.view().look.sounds),
            Effect::Screen(light) => self.board.screen(light),
            Effect::PowerOff => self.empty = true,
            Effect::WakeSync => self.line.wake(),
            Effect::Enrol { token } => self.line.enrol(token),
            Effect::Wipe => self.lost = true,
            Effect::Probe(ticket) => self.looks.probe(ticket),
            Effect::CheckVault(ticket) => self.looks.check_vault(ticket),
            slow @ (Effect::Hash(..)
            | Effect::ListFiles(_)
            | Effect::TakeFile(..)
            | Effect::DrawPage(..)
            | Effect::PrintDocument(..)
            | Effect::PrintSlip(..)) => self.worker.take(slow),
        }
    }

    fn log(&mut self, refusals: &[Refusal]) {
        let now = self.clock.now();
        if let Err(problem) = card::log_refusals(&mut self.vault, &now, refusals) {
            tracing::error!(
                code = problem.code().as_str(),
                "a refused card command was not logged"
            );
        }
    }

    /// The unit is lost: the key goes first. What the chip still holds has no key any more.
    fn wipe(self) {
        match self.vault.wipe() {
            Ok(()) => tracing::warn!("the unit was reported lost: its key is destroyed"),
            Err(problem) => {
                tracing::error!(code = problem.code().as_str(), "the key was not destroyed");
            }
        }
    }
}

#[cfg(test)]
mod tests;
