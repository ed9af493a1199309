//! One worker for what takes longer than a frame: hashing, files, pages, printing. One job at a
//! time, in order, so that hashing can never be run beside itself.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::mpsc::Sender as Inputs;

use super::{Event, files, pages, print};
use crate::access::passcode::Hasher;
use crate::clock::Clock;
use crate::error::Problem;
use crate::inbox;
use crate::terminal::effect::{DrawnPage, Effect, Input, PageOrder};
use crate::vault::Vault;

/// What the worker needs.
pub struct WorkParts {
    /// Its own handle.
    pub vault: Vault,
    /// Time.
    pub clock: Clock,
    /// Passcodes.
    pub hasher: Hasher,
    /// Where attachments come from.
    pub folders: Vec<PathBuf>,
    /// How the page drawer is kept in.
    pub sandbox: pages::Sandbox,
    /// The print queue.
    pub printer: Option<String>,
    /// Slips in words.
    pub slip_text: print::SlipText,
}

/// The way to the worker.
pub struct Worker {
    jobs: Sender<Effect>,
}

impl Worker {
    /// Starts the worker. It ends when this is dropped, at the latest after its job.
    #[must_use]
    pub fn start(mut parts: WorkParts, to: Inputs<Event>) -> Self {
        let (jobs, received): (Sender<Effect>, Receiver<Effect>) = channel();
        thread::Builder::new()
            .name("worker".into())
            .spawn(move || {
                for job in received {
                    let Some(answer) = parts.carry_out(job) else { continue };
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
        // The thread ends only with the program; a lost job ends as a late ticket.
        let _ = self.jobs.send(job);
    }
}

impl WorkParts {
    fn carry_out(&mut self, job: Effect) -> Option<Input> {
        Some(match job {
            Effect::Hash(ticket, job) => Input::Hashed(ticket, self.hasher.run(job)),
            Effect::ListFiles(ticket) => Input::FilesListed(ticket, files::list(&self.folders)),
            Effect::TakeFile(ticket, path) => {
                let taken = files::take(&self.folders, &path, &mut self.vault, &self.clock.now());
                Input::FileTaken(ticket, taken)
            }
            Effect::DrawPage(ticket, order) => Input::PageDrawn(ticket, self.draw(order)),
            Effect::PrintDocument(ticket, document) => {
                let printed = inbox::read(&self.vault, document, &self.clock.now())
                    .and_then(|pdf| print::print(self.printer.as_deref(), &pdf));
                Input::Printed(ticket, printed)
            }
            Effect::PrintSlip(ticket, slip) => {
                let text = (self.slip_text)(&slip);
                Input::Printed(ticket, print::print(self.printer.as_deref(), text.as_bytes()))
            }
            _ => return None,
        })
    }

    fn draw(&self, order: PageOrder) -> Result<DrawnPage, Problem> {
        let pdf = inbox::read(&self.vault, order.document, &self.clock.now())?;
        pages::draw(self.sandbox, &pdf, order.page, order.width)
    }
}
