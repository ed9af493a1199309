//! The card side on a thread of its own: waits for readers and cards, runs one job at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hal::card::{CardDesk, CardJob, CardOutcome, CardProblem, Refusal};
use tokio::sync::mpsc::Sender as Inputs;

use super::Event;
use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::terminal::effect::{Input, Ticket};
use crate::vault::Vault;

/// How long a wait for the reader may keep a waiting job.
const LISTEN: Duration = Duration::from_millis(50);

/// Most jobs that wait. A screen asks for one and waits for its answer; those of screens that were
/// left are cancelled.
const QUEUE: usize = 16;

/// A job with its own word to stop: the next one must not call back a cancelled one that still
/// waits for a slow card.
struct Order {
    ticket: Ticket,
    job: CardJob,
    cancel: Arc<AtomicBool>,
}

/// The way to the card thread.
pub struct CardThread {
    orders: SyncSender<Order>,
    /// Of the job ordered last.
    cancel: Mutex<Arc<AtomicBool>>,
}

impl CardThread {
    /// Starts the thread. It ends when this is dropped, at the latest after a running session.
    #[must_use]
    pub fn start(cards: Box<dyn CardDesk>, entropy: Box<dyn Entropy>, to: Inputs<Event>) -> Self {
        let (orders, received) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("card".into())
            .spawn(move || listen(cards, entropy, &received, &to))
            .expect("a thread can be started at boot");
        Self {
            orders,
            cancel: Mutex::default(),
        }
    }

    /// Runs a job; its answer comes as [`Input::Card`].
    pub fn run(&self, ticket: Ticket, job: CardJob) {
        let cancel = Arc::new(AtomicBool::new(false));
        *self.cancel.lock().expect("no holder panics") = Arc::clone(&cancel);
        let order = Order {
            ticket,
            job,
            cancel,
        };
        // Waiting for room would stop the desk, and the card's thread may wait for the desk.
        if self.orders.try_send(order).is_err() {
            tracing::warn!("the card's thread takes no more; a job is left out");
        }
    }

    /// Stops the job ordered last before its next APDU.
    pub fn cancel(&self) {
        let cancel = self.cancel.lock().expect("no holder panics");
        cancel.store(true, Ordering::SeqCst);
    }
}

fn listen(
    mut cards: Box<dyn CardDesk>,
    mut entropy: Box<dyn Entropy>,
    orders: &Receiver<Order>,
    to: &Inputs<Event>,
) {
    loop {
        match orders.try_recv() {
            Ok(order) => {
                let ticket = order.ticket;
                let (outcome, refusals) = run(cards.as_mut(), entropy.as_mut(), order, to);
                if !refusals.is_empty() && to.blocking_send(Event::Refused(refusals)).is_err() {
                    return;
                }
                if to
                    .blocking_send(Event::Input(Input::Card(ticket, outcome)))
                    .is_err()
                {
                    return;
                }
            }
            Err(TryRecvError::Empty) => {
                if let Some(event) = cards.next_event(LISTEN)
                    && to
                        .blocking_send(Event::Input(Input::Reader(event)))
                        .is_err()
                {
                    return;
                }
            }
            Err(TryRecvError::Disconnected) => return,
        }
    }
}

fn run(
    cards: &mut dyn CardDesk,
    entropy: &mut dyn Entropy,
    order: Order,
    to: &Inputs<Event>,
) -> (CardOutcome, Vec<Refusal>) {
    let mut fill = |bytes: &mut [u8]| entropy.fill(bytes);
    let mut progress = |step| {
        // Progress is only for the eye: a full channel may lose it.
        let _ = to.try_send(Event::Input(Input::CardStep(order.ticket, step)));
    };
    // A defect in the card code must not take the desk down with a visitor waiting.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        cards.run(order.job, &mut fill, &mut progress, &order.cancel)
    }))
    .unwrap_or(CardOutcome::Failed(CardProblem::Garbage));
    (outcome, cards.take_refusals())
}

/// Writes what the allow-list refused into the audit log: the instruction, never the data.
///
/// # Errors
/// Those of the vault.
pub(super) fn log_refusals(
    vault: &mut Vault,
    now: &Now,
    refusals: &[Refusal],
) -> Result<(), Problem> {
    vault.write(|tx| {
        refusals.iter().try_for_each(|refusal| {
            let ins = refusal.header[1];
            audit::append(tx, now, None, &AuditEvent::ForbiddenApdu { ins }).map(drop)
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use hal::card::{ReaderEvent, Step};

    use std::sync::mpsc::{Sender, channel};

    use super::*;
    use crate::entropy::SeededEntropy;

    /// A card that answers only when it is let, and then says whether the job was cancelled.
    struct SlowCard {
        let_go: Receiver<()>,
        cancelled: Sender<bool>,
    }

    impl CardDesk for SlowCard {
        fn next_event(&mut self, _: Duration) -> Option<ReaderEvent> {
            thread::yield_now();
            None
        }

        fn run(
            &mut self,
            _: CardJob,
            _: &mut dyn FnMut(&mut [u8]),
            _: &mut dyn FnMut(Step),
            cancel: &AtomicBool,
        ) -> CardOutcome {
            let _ = self.let_go.recv();
            let _ = self.cancelled.send(cancel.load(Ordering::SeqCst));
            CardOutcome::Failed(CardProblem::Garbage)
        }

        fn take_refusals(&mut self) -> Vec<Refusal> {
            Vec::new()
        }
    }

    #[test]
    fn a_refused_card_command_is_in_the_audit_log_without_its_data() {
        let mut vault = Vault::in_memory().unwrap();
        let time = crate::clock::ManualTime::at(protocol::calendar::Timestamp::from_unix_ms(
            crate::testing::MORNING,
        ));
        let now = crate::clock::Clock::manual(&time).now();
        let refusal = Refusal {
            header: [0x00, 0xB0, 0x12, 0x34],
            length: 21,
            reason: "a file that is not read",
        };
        log_refusals(&mut vault, &now, &[refusal]).unwrap();
        let entries = vault.read(|c| audit::page(c, 0, 10)).unwrap();
        let last = entries.last().unwrap();
        assert_eq!(
            last.event,
            AuditEvent::ForbiddenApdu { ins: 0xB0 }.to_json()
        );
    }

    #[test]
    fn a_cancelled_job_stays_cancelled_when_the_next_one_is_ordered() {
        let (go, let_go) = channel();
        let (cancelled, seen) = channel();
        let (to, _events) = tokio::sync::mpsc::channel(16);
        let card = Box::new(SlowCard { let_go, cancelled });
        let cards = CardThread::start(card, Box::new(SeededEntropy::new(1)), to);
        cards.run(Ticket(1), CardJob::Peek);
        cards.cancel();
        cards.run(Ticket(2), CardJob::Peek);
        for _ in 0..2 {
            go.send(()).expect("the card waits");
        }
        let seen: Vec<bool> = (0..2)
            .map(|_| seen.recv().expect("each job ends"))
            .collect();
        assert_eq!(seen, [true, false]);
    }
}
