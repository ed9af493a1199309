//! The card side on a thread of its own: waits for readers and cards, runs one job at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use hal::card::{CardDesk, CardJob, CardOutcome, CardProblem, Refusal};
use tokio::sync::mpsc::Sender as Inputs;

use super::Event;
use crate::entropy::Entropy;
use crate::terminal::effect::{Input, Ticket};

/// How long a wait for the reader may keep a waiting job.
const LISTEN: Duration = Duration::from_millis(50);

/// The way to the card thread.
pub struct CardThread {
    jobs: Sender<(Ticket, CardJob)>,
    cancel: Arc<AtomicBool>,
}

impl CardThread {
    /// Starts the thread. It ends when this is dropped, at the latest after a running session.
    #[must_use]
    pub fn start(cards: Box<dyn CardDesk>, entropy: Box<dyn Entropy>, to: Inputs<Event>) -> Self {
        let (jobs, orders) = channel();
        let cancel = Arc::new(AtomicBool::new(false));
        let cancelled = Arc::clone(&cancel);
        thread::Builder::new()
            .name("card".into())
            .spawn(move || listen(cards, entropy, &orders, &cancelled, &to))
            .expect("a thread can be started at boot");
        Self { jobs, cancel }
    }

    /// Runs a job; its answer comes as [`Input::Card`].
    pub fn run(&self, ticket: Ticket, job: CardJob) {
        self.cancel.store(false, Ordering::SeqCst);
        // The thread ends only with the program; a lost job ends as a late ticket.
        let _ = self.jobs.send((ticket, job));
    }

    /// Stops the running job before its next APDU.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::SeqCst);
    }
}

fn listen(
    mut cards: Box<dyn CardDesk>,
    mut entropy: Box<dyn Entropy>,
    orders: &Receiver<(Ticket, CardJob)>,
    cancel: &AtomicBool,
    to: &Inputs<Event>,
) {
    loop {
        match orders.try_recv() {
            Ok((ticket, job)) => {
                let (outcome, refusals) =
                    run(cards.as_mut(), entropy.as_mut(), ticket, job, cancel, to);
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
    ticket: Ticket,
    job: CardJob,
    cancel: &AtomicBool,
    to: &Inputs<Event>,
) -> (CardOutcome, Vec<Refusal>) {
    let mut fill = |bytes: &mut [u8]| entropy.fill(bytes);
    let mut progress = |step| {
        // Progress is only for the eye: a full channel may lose it.
        let _ = to.try_send(Event::Input(Input::CardStep(ticket, step)));
    };
    // A defect in the card code must not take the desk down with a visitor waiting.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        cards.run(job, &mut fill, &mut progress, cancel)
    }))
    .unwrap_or(CardOutcome::Failed(CardProblem::Garbage));
    (outcome, cards.take_refusals())
}
