//! One worker for what takes longer than a frame: hashing, files, pages, printing. One job at a
//! time, in order, so that hashing can never be run beside itself.

use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use protocol::exchange::DocumentId;
use protocol::problem::ProblemCode;
use tokio::sync::mpsc::Sender as Inputs;
use zeroize::Zeroizing;

use super::{Event, pages, print};
use crate::access::passcode::Hasher;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::inbox;
use crate::request::files;
use crate::terminal::effect::{DrawnPage, Effect, FoundFile, Input, PageOrder};
use crate::vault::Vault;

/// Most jobs that wait. A screen asks for one at a time and waits for its answer; jobs of screens
/// that were left are what adds up.
const QUEUE: usize = 64;

/// What the worker needs.
pub struct WorkParts {
    /// Its own handle.
    pub vault: Vault,
    /// Time.
    pub clock: Clock,
    /// Passcodes.
    pub hasher: Hasher,
    /// Randomness for the keys of files.
    pub entropy: Box<dyn Entropy>,
    /// Where attachments come from.
    pub attachments: Option<PathBuf>,
    /// How the page drawer is kept in.
    pub sandbox: pages::Sandbox,
    /// The print queue.
    pub printer: Option<String>,
    /// Slips in words.
    pub slip_text: print::SlipText,
}

/// The way to the worker.
pub struct Worker {
    jobs: SyncSender<Effect>,
}

impl Worker {
    /// Starts the worker. It ends when this is dropped, at the latest after its job.
    #[must_use]
    pub fn start(mut parts: WorkParts, to: Inputs<Event>) -> Self {
        let (jobs, received) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("worker".into())
            .spawn(move || {
                for job in received {
                    let Some(answer) = parts.carry_out(job) else {
                        continue;
                    };
                    if to.blocking_send(Event::Input(answer)).is_err() {
                        return;
                    }
                }
            })
            .expect("a thread can be started at boot");
        Self { jobs }
    }

    /// Takes a job; its answer comes as an input.
    pub fn take(&self, job: Effect) {
        // Waiting for room would stop the desk, and the worker may wait for the desk.
        if let Err(error) = self.jobs.try_send(job) {
            tracing::warn!(%error, "the worker takes no more; a job is left out");
        }
    }
}

impl WorkParts {
    fn carry_out(&mut self, job: Effect) -> Option<Input> {
        Some(match job {
            Effect::Hash(ticket, job) => Input::Hashed(ticket, self.hasher.run(job)),
            Effect::ListFiles(ticket) => Input::FilesListed(ticket, self.list()),
            Effect::TakeFile(ticket, path) => {
                let now = self.clock.now();
                Input::FileTaken(
                    ticket,
                    files::take(&mut self.vault, &now, self.entropy.as_mut(), &path),
                )
            }
            Effect::DrawPage(ticket, order) => Input::PageDrawn(ticket, self.draw(order)),
            Effect::PrintDocument(ticket, document) => {
                let printed = self
                    .document(document)
                    .and_then(|pdf| print::print(self.printer.as_deref(), &pdf));
                Input::Printed(ticket, printed)
            }
            Effect::PrintSlip(ticket, slip) => {
                let text = (self.slip_text)(&slip);
                Input::Printed(
                    ticket,
                    print::print(self.printer.as_deref(), text.as_bytes()),
                )
            }
            _ => return None,
        })
    }

    fn list(&self) -> Result<Vec<FoundFile>, Problem> {
        let missing = || Problem::Refused(ProblemCode::AttachmentSource);
        files::list(self.attachments.as_ref().ok_or_else(missing)?)
    }

    fn draw(&self, order: PageOrder) -> Result<DrawnPage, Problem> {
        pages::draw(
            self.sandbox,
            &self.document(order.document)?,
            order.page,
            order.width,
        )
    }

    fn document(&self, document: DocumentId) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let now = self.clock.now();
        self.vault
            .read(|connection| inbox::bytes(connection, &now, document))
    }
}
