//! The line on a thread of its own: enrols, exchanges, uploads, fetches, renews.
//!
//! [`SyncPolicy`] says when; this file only does it and tells the terminal how it went.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use protocol::answer::DocumentOffer;
use protocol::problem::ProblemCode;
use tokio::sync::mpsc::Sender as Inputs;

use super::Event;
use super::link::LinkWatch;
use crate::clock::Clock;
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::Problem;
use crate::feed::Feed;
use crate::inbox;
use crate::request;
use crate::store;
use crate::sync::{
    self, EnrolOrder, Fetched, HttpsTransport, Identity, Limits, Next, POLL, RenewalState,
    RoundReport, SyncPolicy, SyncReport, Wake,
};
use crate::terminal::effect::Input;
use crate::vault::Vault;

/// How often the link is looked at while nothing else is due.
const LOOK_AT_LINK: Duration = Duration::from_secs(2);

/// Documents fetched between two exchanges, so that a large one never keeps commands waiting.
const FETCHES_A_ROUND: usize = 4;

/// The gateway before enrolment.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// `https://host:port`
    pub endpoint: String,
    /// Root of its certificate, PEM.
    pub root: String,
}

/// Where the line's settings come from.
#[derive(Debug, Clone, Default)]
pub struct LineParts {
    /// For enrolment; afterwards everything is data in the vault.
    pub bootstrap: Option<Bootstrap>,
}

/// Most orders that wait while a call runs: one wake and one enrolment. The desk gives no second
/// enrolment before the first was answered (S-3), so that each finds room.
const QUEUE: usize = 2;

enum Order {
    Wake,
    Enrol(String),
}

/// The way to the line's thread.
pub struct LineThread {
    orders: SyncSender<Order>,
    /// A wake waits in the queue already: a second one would say nothing new.
    woken: Arc<AtomicBool>,
}

impl LineThread {
    /// Starts the thread. It ends when this is dropped, at the latest after a running call.
    #[must_use]
    pub fn start(
        parts: LineParts,
        serial: String,
        vault: Vault,
        clock: Clock,
        entropy: Box<dyn Entropy>,
        to: Inputs<Event>,
    ) -> Self {
        let (this, received) = Self::new();
        let mut line = Line {
            parts,
            serial,
            vault,
            clock,
            entropy,
            documents: inbox::Documents::new(Box::new(SystemEntropy::default())),
            to,
            policy: SyncPolicy::new(POLL),
            open: None,
            links: LinkWatch::system(),
            closed_for: None,
            woken: Arc::clone(&this.woken),
        };
        thread::Builder::new()
            .name("line".into())
            .spawn(move || line.serve(&received))
            .expect("a thread can be started at boot");
        this
    }

    fn new() -> (Self, Receiver<Order>) {
        let (orders, received) = sync_channel(QUEUE);
        let woken = Arc::default();
        (Self { orders, woken }, received)
    }

    /// Talk to the gateway now.
    pub fn wake(&self) {
        // Said to be there before it is: the thread may take it at once, and says so after.
        if !self.woken.swap(true, Ordering::Relaxed) && self.orders.try_send(Order::Wake).is_err() {
            self.woken.store(false, Ordering::Relaxed);
        }
    }

    /// Enrol with a one-time token.
    pub fn enrol(&self, token: String) {
        if self.orders.try_send(Order::Enrol(token)).is_err() {
            tracing::error!("the line takes no more orders; an enrolment is left out");
        }
    }
}

/// Before the exchange: what is saved during it wakes once more.
fn received_wake(woken: &AtomicBool) {
    woken.store(false, Ordering::Relaxed);
}

/// Does the gateway answer this terminal? For diagnostics; changes nothing here.
///
/// # Errors
/// [`Problem::NotEnrolled`], or why it does not.
pub fn try_gateway(vault: &mut Vault, clock: &Clock) -> Result<(), Problem> {
    let identity = vault.read(sync::identity)?.ok_or(Problem::NotEnrolled)?;
    let mut transport = HttpsTransport::new(&identity, clock, Limits::default())?;
    sync::probe(vault, &mut transport, clock, &identity)
}

struct Open {
    identity: Identity,
    transport: HttpsTransport,
}

struct Line {
    parts: LineParts,
    serial: String,
    vault: Vault,
    clock: Clock,
    entropy: Box<dyn Entropy>,
    documents: inbox::Documents,
    to: Inputs<Event>,
    policy: SyncPolicy,
    open: Option<Open>,
    links: LinkWatch,
    /// Why the line could not be opened, as staff were told.
    closed_for: Option<ProblemCode>,
    woken: Arc<AtomicBool>,
}

/// The terminal is gone: the thread ends.
struct Gone;

impl Line {
    fn serve(&mut self, orders: &Receiver<Order>) {
        loop {
            if self.turn(orders).is_err() {
                return;
            }
        }
    }

    fn turn(&mut self, orders: &Receiver<Order>) -> Result<(), Gone> {
        let wait = match self.due() {
            Some(Next::Round { rows }) => {
                self.exchange(rows)?;
                Duration::ZERO
            }
            Some(Next::Wait(wait)) => wait.min(LOOK_AT_LINK),
            None => LOOK_AT_LINK,
        };
        match orders.recv_timeout(wait) {
            Ok(Order::Wake) => {
                received_wake(&self.woken);
                self.policy.wake(Wake::Tap, &self.clock.now());
            }
            Ok(Order::Enrol(token)) => self.enrol(token)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Gone),
        }
        if let Some(up) = self.links.changed() {
            if up {
                self.policy.wake(Wake::LinkUp, &self.clock.now());
            }
            self.tell(SyncReport::Line { up })?;
        }
        Ok(())
    }

    /// What is due, if this terminal has an identity.
    fn due(&mut self) -> Option<Next> {
        let next = self.policy.next(&self.clock.now());
        if self.open.is_some() || matches!(next, Next::Wait(_)) {
            return Some(next);
        }
        match self.reopen() {
            Ok(()) => {
                self.closed_for = None;
                Some(next)
            }
            Err(Problem::NotEnrolled) => None,
            Err(problem) => {
                self.tell_closed(problem);
                None
            }
        }
    }

    /// The line cannot even be built (roots, key or vault are damaged): staff see why, once for
    /// each reason.
    fn tell_closed(&mut self, problem: Problem) {
        let code = problem.code();
        if self.closed_for.as_ref() == Some(&code) {
            return;
        }
        tracing::warn!(code = code.as_str(), "the line cannot be opened");
        self.closed_for = Some(code.clone());
        // Gone is noticed by the next turn.
        let _ = self.tell(SyncReport::Round(RoundReport {
            at: self.clock.now().wall,
            result: Err(problem),
            paused: Some(code),
        }));
    }

    fn reopen(&mut self) -> Result<(), Problem> {
        self.open = None;
        let identity = self
            .vault
            .read(sync::identity)?
            .ok_or(Problem::NotEnrolled)?;
        let transport = HttpsTransport::new(&identity, &self.clock, Limits::default())?;
        self.open = Some(Open {
            identity,
            transport,
        });
        Ok(())
    }

    fn exchange(&mut self, rows: usize) -> Result<(), Gone> {
        self.renew_if_due()?;
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let uploaded = sync::upload(
            &mut self.vault,
            &mut open.transport,
            &self.clock,
            &mut request::Attachments,
        );
        let result = uploaded.and_then(|_| {
            sync::round(
                &mut self.vault,
                &mut open.transport,
                &self.clock,
                &open.identity,
                rows,
                &mut Feed,
            )
        });
        let now = self.clock.now();
        self.policy.ended(&result, &now, self.entropy.as_mut());
        if result
            .as_ref()
            .is_ok_and(|settlement| settlement.trust_changed)
        {
            self.open = None;
        }
        let good = result.is_ok();
        let expired = sync::gateway_says_expired(&result);
        if let Err(problem) = &result {
            tracing::info!(
                code = problem.code().as_str(),
                "the exchange did not come about"
            );
        }
        let paused = self.policy.paused().map(sync::Pause::code);
        self.tell(SyncReport::Round(RoundReport {
            at: now.wall,
            result,
            paused,
        }))?;
        if good {
            return self.fetch_documents();
        }
        if expired && self.renew()? {
            self.policy = SyncPolicy::new(POLL);
        }
        Ok(())
    }

    fn fetch_documents(&mut self) -> Result<(), Gone> {
        let now = self.clock.now();
        let offers = self
            .vault
            .read(|c| inbox::to_fetch(c, &now))
            .unwrap_or_default();
        for offer in offers.iter().take(FETCHES_A_ROUND) {
            match self.fetch(offer) {
                Ok(Fetched::Whole) => {}
                Ok(Fetched::Damaged) => {
                    tracing::warn!(document = %offer.document, "a document arrived damaged; it is fetched again");
                }
                Err(problem) => {
                    tracing::info!(code = problem.code().as_str(), "a document is not here yet");
                    let now = self.clock.now();
                    let over = self
                        .vault
                        .write(|tx| inbox::not_fetched(tx, &now, offer.document, &problem));
                    if over == Ok(true) {
                        continue;
                    }
                    // A broken line: the rest waits for the next round, where this one goes on.
                    self.policy
                        .ended(&Err(problem), &self.clock.now(), self.entropy.as_mut());
                    return self.tell_fetched();
                }
            }
        }
        if !offers.is_empty() {
            // The receipts of the documents are new commands, and more offers may wait.
            self.policy.wake(Wake::NewWork, &self.clock.now());
            self.tell_fetched()?;
        }
        Ok(())
    }

    fn fetch(&mut self, offer: &DocumentOffer) -> Result<Fetched, Problem> {
        let open = self.open.as_mut().ok_or(Problem::NotEnrolled)?;
        sync::fetch(
            &mut self.vault,
            &mut open.transport,
            &self.clock,
            offer,
            &mut self.documents,
        )
    }

    /// The numbers on the screen follow what was fetched.
    fn tell_fetched(&self) -> Result<(), Gone> {
        self.tell(SyncReport::Fetched)
    }

    fn renew_if_due(&mut self) -> Result<(), Gone> {
        let now = self.clock.now();
        let due = self.open.as_ref().is_some_and(|open| {
            now.is_trusted()
                && !matches!(
                    sync::renewal(&open.identity, &now),
                    RenewalState::Fresh { .. }
                )
        });
        if due { self.renew().map(drop) } else { Ok(()) }
    }

    /// Renews now; true when there is a new certificate.
    fn renew(&mut self) -> Result<bool, Gone> {
        let Some(open) = &mut self.open else {
            return Ok(false);
        };
        let renewed =
            sync::renew(&mut self.vault, &mut open.transport, &self.clock, &mut Feed).map(drop);
        let good = renewed.is_ok();
        if good && self.reopen().is_err() {
            self.open = None;
        }
        self.tell(SyncReport::Renewed(renewed))?;
        Ok(good)
    }

    fn enrol(&mut self, token: String) -> Result<(), Gone> {
        let enrolled = self.try_enrol(token);
        if enrolled.is_ok() {
            self.open = None;
            self.policy = SyncPolicy::new(POLL);
        }
        self.tell(SyncReport::Enrolled(
            enrolled.map(|identity| identity.device),
        ))
    }

    fn try_enrol(&mut self, token: String) -> Result<Identity, Problem> {
        let gateway = self.parts.bootstrap.as_ref().ok_or(Problem::NotEnrolled)?;
        let roots = std::slice::from_ref(&gateway.root);
        let mut transport = HttpsTransport::for_enrolment(
            &gateway.endpoint,
            roots,
            &self.clock,
            Limits::default(),
        )?;
        let order = EnrolOrder {
            token,
            serial: self.serial.clone(),
        };
        sync::enrol(
            &mut self.vault,
            &mut transport,
            &self.clock,
            &order,
            &mut Feed,
        )
    }

    /// The numbers first, so that no picture shows another count than the table.
    fn tell(&self, report: SyncReport) -> Result<(), Gone> {
        if let Ok(status) = store::status(&self.vault, &self.clock.now()) {
            self.send(Input::Status(status))?;
        }
        self.send(Input::Synced(report))
    }

    fn send(&self, input: Input) -> Result<(), Gone> {
        self.to.blocking_send(Event::Input(input)).map_err(|_| Gone)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Instant;

    use super::*;

    #[test]
    fn however_often_it_is_woken_during_a_call_an_enrolment_finds_room() {
        let (line, received) = LineThread::new();
        for _ in 0..1_000 {
            line.wake();
        }
        line.enrol("token".to_owned());
        let orders: Vec<Order> = received.try_iter().collect();
        assert!(
            matches!(orders.as_slice(), [Order::Wake, Order::Enrol(token)] if token == "token")
        );
    }

    #[test]
    fn no_wake_is_lost_while_the_line_takes_them() {
        const WAKES: usize = 100_000;
        let (line, received) = LineThread::new();
        let woken = Arc::clone(&line.woken);
        let taker = thread::spawn(move || {
            let mut taken = 0;
            while let Ok(Order::Wake) = received.recv() {
                received_wake(&woken);
                taken += 1;
            }
            taken
        });
        for _ in 0..WAKES {
            line.wake();
        }
        // Once the last one was taken, the next is heard.
        let limit = Instant::now() + Duration::from_secs(60);
        while line.woken.load(Ordering::Relaxed) && Instant::now() < limit {
            thread::yield_now();
        }
        assert!(
            !line.woken.load(Ordering::Relaxed),
            "nothing is heard any more"
        );
        line.wake();
        drop(line);
        assert!(taker.join().unwrap() >= 2);
    }

    #[test]
    fn what_is_saved_after_a_wake_was_taken_wakes_again() {
        let (line, received) = LineThread::new();
        for _ in 0..3 {
            line.wake();
            assert_eq!(received.try_iter().count(), 1);
            received_wake(&line.woken);
        }
    }
}
