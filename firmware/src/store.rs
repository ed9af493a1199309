//! The jobs that the state machine asks of the vault, one variant a capability.
//!
//! Each capability keeps its own `Job`, `Reply` and `run`; this file only joins them, so that
//! there is one door to the vault. A job is one transaction or one query.

use crate::clock::Now;
use crate::error::Problem;
use crate::outbox::{self, Counts, Quota};
use crate::terminal::effect::{Input, Ticket};
use crate::vault::Vault;
use crate::{access, inbox, lookup, request};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident = $module:ident,)*) => {
        /// One transaction or query.
        #[derive(Debug)]
        pub enum StoreJob { $($(#[$doc])* $name(crate::$module::Job),)* }

        /// What came of it.
        #[derive(Debug)]
        pub enum StoreReply { $($(#[$doc])* $name(crate::$module::Reply),)* }

        $(impl From<crate::$module::Job> for StoreJob {
            fn from(job: crate::$module::Job) -> Self {
                Self::$name(job)
            }
        })*

        $(impl From<crate::$module::Reply> for StoreReply {
            fn from(reply: crate::$module::Reply) -> Self {
                Self::$name(reply)
            }
        })*

        impl StoreJob {
            /// Does the job.
            ///
            /// # Errors
            /// Those of the vault and of the capability; nothing was changed then.
            pub fn run(self, vault: &mut Vault, now: &Now) -> Result<StoreReply, Problem> {
                match self {
                    $(Self::$name(job) => crate::$module::run(job, vault, now).map(StoreReply::$name),)*
                }
            }
        }
    };
}

capabilities! {
    /// Staff, passcodes, lockout.
    Access = access,
    /// Records of card checks.
    Presence = presence,
    /// Profile, settings, state at start.
    Setup = setup,
    /// Questions and kept answers.
    LookUp = lookup,
    /// The disclosure request.
    Request = request,
    /// Documents, declined requests and notices.
    Inbox = inbox,
    /// What was sent.
    Sent = sent,
    /// What is past its time.
    Upkeep = upkeep,
    /// What the unit reports of itself.
    Power = power,
}

/// What the vault holds, in numbers for the strip and the home screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The queue.
    pub counts: Counts,
    /// Entries of the inbox not opened.
    pub unopened: u64,
    /// A draft request can be resumed.
    pub draft: bool,
    /// The office's own list has somebody in it.
    pub has_clients: bool,
    /// The queue is nearly full.
    pub nearly_full: bool,
    /// The gateway was not told about a leaver yet.
    pub untold: bool,
    /// The operator's maintenance that goes on, or the next one.
    pub maintenance: Option<inbox::Window>,
}

/// Reads the numbers.
///
/// # Errors
/// Those of the vault.
pub fn status(vault: &Vault, now: &Now) -> Result<Status, Problem> {
    vault.read(|connection| {
        Ok(Status {
            counts: outbox::counts(connection)?,
            unopened: inbox::unopened(connection, now)?,
            draft: request::has_draft(connection)?,
            has_clients: lookup::has_clients(connection)?,
            untold: access::untold::any(connection)?,
            maintenance: inbox::maintenance(connection, now)?,
            nearly_full: outbox::quota(connection, now)? != Quota::Roomy,
        })
    })
}

/// Does a job and gives the inputs that tell the terminal, in the order it needs them: the
/// numbers first, so that 「保存済」 and the count beside it change in the same picture.
#[must_use]
pub fn carry_out(ticket: Ticket, job: StoreJob, vault: &mut Vault, now: &Now) -> Vec<Input> {
    let result = job.run(vault, now);
    let mut inputs = Vec::with_capacity(2);
    if let Ok(status) = status(vault, now) {
        inputs.push(Input::Status(status));
    }
    inputs.push(Input::Stored(ticket, result));
    inputs
}
