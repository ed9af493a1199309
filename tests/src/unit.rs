//! A terminal without a screen: a vault on disk, its queue, and the real way to a gateway.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use firmware::clock::{self, Clock, Now};
use firmware::entropy::SystemEntropy;
use firmware::error::Problem;
use firmware::outbox;
use firmware::sync::{
    self, EnrolOrder, FeedSink, HttpsTransport, Identity, Limits, Settlement, Transport,
};
use firmware::vault::{FileSecret, Vault};
use protocol::answer::FeedEntry;
use protocol::exchange::MAX_BATCH;
use rusqlite::Transaction;

use crate::work::{Made, Work};

/// Exchanges after which a drain has not come to an end.
const MAX_ROUNDS: u32 = 20_000;

/// Short times for a network that is this machine.
pub const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    response: Duration::from_secs(20),
    call: Duration::from_secs(40),
};

/// A terminal.
pub struct Unit {
    /// Its vault.
    pub vault: Vault,
    /// Its clock.
    pub clock: Clock,
}

impl Unit {
    /// Opens the terminal in `folder`, making it when there is none.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let mut entropy = SystemEntropy::default();
        let secret = FileSecret::at(&folder.join("device-secret"), &mut entropy)?;
        let vault = Vault::unlock(&Self::path(folder), &secret, &mut entropy)?;
        let floor = vault.read(clock::floor)?;
        Ok(Self {
            vault,
            clock: Clock::system(floor),
        })
    }

    /// Where the vault of the terminal in `folder` is.
    #[must_use]
    pub fn path(folder: &Path) -> PathBuf {
        folder.join("vault.db")
    }

    /// Enrols.
    ///
    /// # Errors
    /// Those of the network, the gateway and the vault.
    pub fn enrol(
        &mut self,
        endpoint: &str,
        roots: &[String],
        order: &EnrolOrder,
    ) -> Result<Identity, Problem> {
        let mut way = HttpsTransport::for_enrolment(endpoint, roots, &self.clock, LIMITS)?;
        sync::enrol(&mut self.vault, &mut way, &self.clock, order, &mut NoSink)
    }

    /// Its identity.
    ///
    /// # Errors
    /// [`Problem::NotEnrolled`], and those of the vault.
    pub fn identity(&self) -> Result<Identity, Problem> {
        self.vault.read(sync::identity)?.ok_or(Problem::NotEnrolled)
    }

    /// The real way to its gateway.
    ///
    /// # Errors
    /// [`Problem::NotEnrolled`], and those of the vault and of TLS.
    pub fn way(&self) -> Result<HttpsTransport, Problem> {
        Ok(HttpsTransport::new(&self.identity()?, &self.clock, LIMITS)?)
    }

    /// Saves the next command of `work`, durably.
    ///
    /// # Errors
    /// Those of the queue and the vault.
    pub fn save(&mut self, work: &mut Work) -> Result<Made, Problem> {
        let now = self.now();
        let made = work.next(&now);
        self.vault
            .write(|tx| outbox::append(tx, &now, made.id, &made.command))?;
        Ok(made)
    }

    /// One exchange of at most `rows` commands.
    ///
    /// # Errors
    /// Those of the network and the vault.
    pub fn round(
        &mut self,
        way: &mut dyn Transport,
        identity: &Identity,
        rows: usize,
    ) -> Result<Settlement, Problem> {
        sync::round(
            &mut self.vault,
            way,
            &self.clock,
            identity,
            rows,
            &mut NoSink,
        )
    }

    /// Exchanges until nothing waits and the feed has been read; returns how many exchanges
    /// that took. The first settlement that says so tells of a gateway that lost something.
    ///
    /// # Errors
    /// Those of the network and the vault, and a queue that does not drain.
    pub fn drain(&mut self) -> io::Result<u32> {
        let identity = self.identity().map_err(io::Error::other)?;
        let mut way = self.way().map_err(io::Error::other)?;
        for round in 1..=MAX_ROUNDS {
            let done = self
                .round(&mut way, &identity, MAX_BATCH)
                .map_err(io::Error::other)?;
            if done.again > 0 {
                return Err(io::Error::other(
                    "the gateway has lost commands it signed for",
                ));
            }
            if done.waiting == 0 && !done.more {
                return Ok(round);
            }
        }
        Err(io::Error::other("the queue does not drain"))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Now {
        self.clock.now()
    }
}

/// A terminal without a desk keeps no answers.
pub struct NoSink;

impl FeedSink for NoSink {
    fn keep(&mut self, _: &Transaction<'_>, _: &Now, _: &FeedEntry) -> Result<(), Problem> {
        Ok(())
    }
}
