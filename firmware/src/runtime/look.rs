//! What is looked at for a technician, each on a thread and a handle on the vault of its own:
//! the whole vault for J-1, network and disk for the self-test. A vault of some hundred
//! megabytes, or a line that is down, takes tens of seconds; nobody at the desk waits for it.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use tokio::sync::mpsc::Sender as Inputs;

use super::Event;
use super::link::LinkWatch;
use super::probe::{self, Probed};
use crate::setup::Finding;
use crate::sync;
use crate::terminal::effect::{Input, Ticket};
use crate::vault::Vault;

/// Most looks of one kind that wait. The newest is the only one that somebody waits for.
const QUEUE: usize = 16;

/// Checks a vault from end to end.
pub type VaultChecker = Box<dyn FnMut(&Vault) -> Finding + Send>;

/// The two threads. They end when this is dropped, at the latest after their look.
pub struct LookThreads {
    probes: SyncSender<Ticket>,
    checks: SyncSender<Ticket>,
}

impl LookThreads {
    /// Starts them, each with one of these handles. `first_endpoint` is the gateway before
    /// enrolment.
    #[must_use]
    pub fn start(
        [for_probes, for_checks]: [Vault; 2],
        first_endpoint: Option<String>,
        mut check: VaultChecker,
        to: Inputs<Event>,
    ) -> Self {
        Self {
            probes: serve("probe", to.clone(), move |ticket| {
                Input::Probed(ticket, look(&for_probes, first_endpoint.as_deref()))
            }),
            checks: serve("vault-check", to, move |ticket| {
                Input::VaultChecked(ticket, Box::new(check(&for_checks)))
            }),
        }
    }

    /// Looks at network and disk.
    pub fn probe(&self, ticket: Ticket) {
        ask(&self.probes, ticket);
    }

    /// Looks at the whole vault.
    pub fn check_vault(&self, ticket: Ticket) {
        ask(&self.checks, ticket);
    }
}

fn ask(thread: &SyncSender<Ticket>, ticket: Ticket) {
    if thread.try_send(ticket).is_err() {
        tracing::warn!("too many looks wait; one is left out");
    }
}

fn serve(
    name: &str,
    to: Inputs<Event>,
    mut look: impl FnMut(Ticket) -> Input + Send + 'static,
) -> SyncSender<Ticket> {
    let (asked, tickets) = sync_channel(QUEUE);
    thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            while let Ok(oldest) = tickets.recv() {
                let ticket = tickets.try_iter().last().unwrap_or(oldest);
                if to.blocking_send(Event::Input(look(ticket))).is_err() {
                    return;
                }
            }
        })
        .expect("a thread can be started at boot");
    asked
}

fn look(vault: &Vault, first_endpoint: Option<&str>) -> Probed {
    // After enrolment the addresses are data that the gateway gave.
    let known = vault.read(sync::identity).ok().flatten();
    let endpoints = match known {
        Some(identity) => identity.trust.endpoints,
        None => first_endpoint.into_iter().map(str::to_owned).collect(),
    };
    Probed {
        network: probe::network(&endpoints, &LinkWatch::system()),
        disk: probe::disk(vault),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn of_looks_that_wait_only_the_newest_is_done() {
        let (to, mut inbox) = tokio::sync::mpsc::channel(8);
        let (begin, begun) = channel();
        let (go, may_go) = channel::<()>();
        let asked = serve("looks", to, move |ticket| {
            begin.send(ticket).unwrap();
            let _ = may_go.recv();
            Input::Tick
        });
        ask(&asked, Ticket(1));
        assert_eq!(begun.recv(), Ok(Ticket(1)));
        for number in 2..6 {
            ask(&asked, Ticket(number));
        }
        go.send(()).unwrap();
        assert_eq!(begun.recv(), Ok(Ticket(5)));
        go.send(()).unwrap();
        drop(asked);
        let mut answers = 0;
        while inbox.blocking_recv().is_some() {
            answers += 1;
        }
        assert_eq!(answers, 2);
    }
}
