//! Fetches an offered system on a thread and a connection of its own, so that no command ever
//! waits behind a bundle.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::Handover;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::sync::{self, HttpsTransport, Limits, NetError, Next, POLL, SyncPolicy};
use crate::update::{self, Staging, Step};
use crate::vault::Vault;

/// How often the machine's word and the offers are looked at while nothing is fetched.
const LOOK: Duration = Duration::from_secs(30);

/// How often room is looked for.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(10 * 60);

/// Longest pause between two pieces.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Where updates go, and what the machine says about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateParts {
    /// The folder in which bundles are handed over.
    pub staging: PathBuf,
    /// The machine's word about the last one.
    pub machine: PathBuf,
    /// The machine's word about the last stick.
    pub stick: Option<PathBuf>,
    /// The version that runs.
    pub running: Version,
}

/// The thread's handle. It ends when this is dropped, at the latest after a piece.
pub struct UpdateThread(#[allow(dead_code, reason = "held; its end ends the thread")] Sender<()>);

impl UpdateThread {
    /// Starts the thread.
    #[must_use]
    pub fn start(
        parts: UpdateParts,
        vault: Vault,
        clock: Clock,
        entropy: Box<dyn Entropy>,
    ) -> Self {
        let (alive, ended) = channel();
        let mut updates = Updates {
            parts,
            vault,
            clock,
            entropy,
            policy: SyncPolicy::new(POLL),
            way: None,
        };
        thread::Builder::new()
            .name("updates".into())
            .spawn(move || updates.serve(&ended))
            .expect("a thread can be started at boot");
        Self(alive)
    }
}

struct Updates {
    parts: UpdateParts,
    vault: Vault,
    clock: Clock,
    entropy: Box<dyn Entropy>,
    /// Only for its waits after what did not come about.
    policy: SyncPolicy,
    way: Option<HttpsTransport>,
}

impl Updates {
    fn serve(&mut self, ended: &Receiver<()>) {
        loop {
            self.look();
            let wait = self.turn();
            match ended.recv_timeout(wait) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn look(&mut self) {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        let now = self.clock.now();
        let waits = self.parts.staging.join(Handover::NOTE).exists();
        let machine = (!waits).then_some(self.parts.machine.as_path());
        let running = self.parts.running;
        let looked = update::look(&mut self.vault, &now, machine, running, random)
            .and_then(|_| update::look_at_stick(&mut self.vault, self.parts.stick.as_deref()));
        if let Err(problem) = looked {
            tracing::warn!(
                code = problem.code().as_str(),
                "an update was not looked at"
            );
        }
    }

    /// Does what is due, and says how long to wait then.
    fn turn(&mut self) -> Duration {
        if let Next::Wait(wait) = self.policy.next(&self.clock.now())
            && self.policy.failures() > 0
        {
            return wait.min(LOOK);
        }
        let begun = Instant::now();
        match self.step() {
            Ok(step) => {
                self.policy = SyncPolicy::new(POLL);
                match step {
                    // Half of the line stays free for the desk's own work.
                    Step::Piece => begun.elapsed().min(PAUSE_MAX),
                    Step::NoRoom => LOOK_FOR_ROOM,
                    Step::Idle | Step::HandedOver | Step::Damaged | Step::Withdrawn => LOOK,
                }
            }
            Err(Problem::NotEnrolled) => LOOK,
            Err(problem) => {
                tracing::info!(code = problem.code().as_str(), "an update is not here yet");
                // A renewed certificate, other roots: the next try takes what is known then.
                self.way = None;
                let now = self.clock.now();
                self.policy
                    .ended(&Err(problem), &now, self.entropy.as_mut());
                LOOK
            }
        }
    }

    fn step(&mut self) -> Result<Step, Problem> {
        let staging = Staging::open(&self.parts.staging)?;
        if self.vault.read(update::pending)?.is_none() {
            // Without a connection: nothing is asked for.
            self.way = None;
            return update::step(&mut self.vault, &mut NoWay, &staging);
        }
        let way = match &mut self.way {
            Some(way) => way,
            none => {
                let identity = self
                    .vault
                    .read(sync::identity)?
                    .ok_or(Problem::NotEnrolled)?;
                none.insert(HttpsTransport::new(
                    &identity,
                    &self.clock,
                    Limits::default(),
                )?)
            }
        };
        let step = update::step(&mut self.vault, way, &staging)?;
        match step {
            Step::Damaged => tracing::warn!(
                code = ProblemCode::UpdateDamaged.as_str(),
                "an update arrived damaged"
            ),
            Step::HandedOver => tracing::info!("an update was handed over to the machine"),
            Step::Idle | Step::Piece | Step::NoRoom | Step::Withdrawn => {}
        }
        Ok(step)
    }
}

/// For steps that need no line.
struct NoWay;

impl sync::Transport for NoWay {
    fn send(&mut self, _: &sync::HttpRequest<'_>) -> Result<sync::HttpAnswer, NetError> {
        Err(NetError::Down("no line was opened".into()))
    }
}
