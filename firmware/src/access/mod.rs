//! Staff, roles, passcodes and lockout.
//!
//! Every change is one transaction with its audit entry and, where the office's other
//! terminals must know, its command in the queue. Rights are checked here once more,
//! whatever the screens allow ([`rights`]).

mod change;
pub mod common;
pub mod contact;
pub mod lockout;
pub mod passcode;
pub mod rights;
pub mod staff;
pub mod untold;

use std::time::Duration;

use protocol::command::{Action, PledgeSigned, StaffRecord};
use protocol::exchange::CommandId;
use protocol::number::UserId;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use rusqlite::Transaction;

use crate::audit::{self, AuditEvent, LockCause};
use crate::clock::Now;
use crate::error::Problem;
use crate::outbox;
use crate::terminal::desk::Session;
use crate::terminal::view::PasscodeReason;
use crate::vault::Vault;

pub(crate) use change::command_of;
pub use change::{apply_record, stop};
pub use lockout::Gate;
pub use staff::{MAX_STAFF, MIGRATIONS, Member, PLEDGE_EDITION, name_of};

use passcode::StoredHash;

/// What the terminal asks.
#[derive(Debug)]
pub enum Job {
    /// Everybody.
    List,
    /// Somebody wants to type a passcode: may they?
    Ask {
        /// Who.
        who: UserId,
        /// What for.
        reason: PasscodeReason,
    },
    /// A passcode was typed. Counts the try; the answer to it is hashed afterwards.
    BeginTry {
        /// Who.
        who: UserId,
        /// What for.
        reason: PasscodeReason,
    },
    /// The hash was right.
    TryRight {
        /// Who.
        who: UserId,
        /// What for.
        reason: PasscodeReason,
        /// How long the terminal may be without the gateway and still open.
        offline_limit: Option<Duration>,
    },
    /// The gateway was heard.
    Heard,
    /// Tells the gateway about a leaver for whom the queue had no room.
    Retell {
        /// Id of the command that tells it.
        command: CommandId,
    },
    /// The hash was wrong.
    TryWrong {
        /// Who.
        who: UserId,
    },
    /// An administrator ends a pause.
    OpenLockout {
        /// The administrator.
        by: UserId,
        /// Whose pause; `None`: the device's.
        who: Option<UserId>,
    },
    /// Keeps a new passcode.
    SetPasscode {
        /// Whose.
        who: UserId,
        /// Somebody who manages staff and stands by; `None` during set-up.
        by: Option<UserId>,
        /// A second person who agreed, where one is needed.
        second: Option<UserId>,
        /// Its hash.
        stored: StoredHash,
    },
    /// Adds or changes a member, or lets a stopped one work again.
    Save(Change),
    /// Stops a leaver, at once.
    Stop(Stop),
    /// Signs the yearly pledge.
    SignPledge {
        /// Who.
        who: UserId,
        /// Id of the command that tells the gateway.
        command: CommandId,
    },
    /// Writes that the desk was locked.
    Locked {
        /// Who was at the desk.
        who: Option<UserId>,
        /// Why.
        cause: LockCause,
    },
    /// Can this person still work, and as what?
    Standing {
        /// Who.
        who: UserId,
    },
}

/// A member added or changed.
#[derive(Debug)]
pub struct Change {
    /// Who does it; `None` during set-up.
    pub by: Option<UserId>,
    /// A second person who agreed, where one is needed.
    pub second: Option<UserId>,
    /// The record as it shall be.
    pub record: StaffRecord,
    /// Refuse an id that is taken.
    pub new: bool,
    /// Id of the command that tells the gateway.
    pub command: CommandId,
}

/// A leaver.
#[derive(Debug)]
pub struct Stop {
    /// Who does it.
    pub by: UserId,
    /// A second person who agreed, where one is needed.
    pub second: Option<UserId>,
    /// Who is stopped.
    pub who: UserId,
    /// Id of the command that tells the gateway.
    pub command: CommandId,
}

/// What came of it.
#[derive(Debug)]
pub enum Reply {
    /// Everybody.
    Staff(Vec<Member>),
    /// To [`Job::Ask`] and [`Job::TryWrong`].
    Gate(Gate),
    /// To [`Job::Ask`]: no passcode was set on this terminal yet.
    NoPasscode,
    /// To [`Job::BeginTry`]: the try is counted, hash this.
    Hash(StoredHash),
    /// To [`Job::TryRight`] for unlocking.
    Unlocked {
        /// Who is at the desk.
        session: Session,
        /// The pledge comes first.
        pledge_due: bool,
    },
    /// To [`Job::TryRight`] for anything else.
    Approved {
        /// Who.
        by: UserId,
    },
    /// To [`Job::Standing`]: the present role, if they can work.
    Standing(Option<StaffRole>),
    /// Done.
    Done,
}

/// Does a job.
///
/// # Errors
/// Refusals with `MDG-ACCESS-…`, and those of the vault and the queue.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    match job {
        Job::List => vault.read(|c| staff::all(c, now)).map(Reply::Staff),
        Job::Ask { who, reason } => vault.read(|c| {
            if !staff::active(c, &who, now)?.has_passcode {
                return Ok(Reply::NoPasscode);
            }
            lockout::gate(c, &who, scope(reason), now).map(Reply::Gate)
        }),
        Job::BeginTry { who, reason } => vault.write(|tx| begin_try(tx, &who, reason, now)),
        Job::TryRight {
            who,
            reason,
            offline_limit,
        } => vault.write(|tx| try_right(tx, &who, reason, offline_limit, now))?,
        Job::Heard => vault
            .write(|tx| contact::heard(tx, now))
            .map(|()| Reply::Done),
        Job::Retell { command } => vault
            .write(|tx| untold::retell(tx, command, now))
            .map(|()| Reply::Done),
        Job::TryWrong { who } => vault.write(|tx| try_wrong(tx, &who, now)),
        Job::OpenLockout { by, who } => vault.write(|tx| open_lockout(tx, &by, who.as_ref(), now)),
        Job::SetPasscode {
            who,
            by,
            second,
            stored,
        } => vault.write(|tx| {
            change::may_give_passcode(tx, by.as_ref(), second.as_ref(), &who, now)?;
            set_passcode(tx, &who, by.as_ref(), &stored, now)
        }),
        Job::Save(change) => vault.write(|tx| change::save(tx, &change, now)),
        Job::Stop(order) => vault.write(|tx| change::stop_by_hand(tx, &order, now)),
        Job::SignPledge { who, command } => vault.write(|tx| sign(tx, &who, command, now)),
        Job::Locked { who, cause } => vault.write(|tx| {
            audit::append(tx, now, who.as_ref(), &AuditEvent::Locked { cause })?;
            Ok(Reply::Done)
        }),
        Job::Standing { who } => vault.read(|c| {
            let member = staff::find(c, &who, now)?.filter(|member| member.record.active);
            Ok(Reply::Standing(member.map(|member| member.record.role)))
        }),
    }
}

/// Whoever ends the device's pause must be able to type in spite of it.
fn scope(reason: PasscodeReason) -> lockout::Scope {
    if reason == PasscodeReason::OpenLockout {
        lockout::Scope::Person
    } else {
        lockout::Scope::Everyone
    }
}

fn begin_try(
    tx: &Transaction<'_>,
    who: &UserId,
    reason: PasscodeReason,
    now: &Now,
) -> Result<Reply, Problem> {
    staff::active(tx, who, now)?;
    let Some(stored) = staff::stored_hash(tx, who)? else {
        return Ok(Reply::NoPasscode);
    };
    match lockout::gate(tx, who, scope(reason), now)? {
        Gate::Open { .. } => {
            lockout::count(tx, who, now)?;
            Ok(Reply::Hash(stored))
        }
        paused @ Gate::Paused { .. } => Ok(Reply::Gate(paused)),
    }
}

/// The inner refusal is committed with what led to it: a right passcode that opens nothing yet
/// is not a wrong try.
fn try_right(
    tx: &Transaction<'_>,
    who: &UserId,
    reason: PasscodeReason,
    offline_limit: Option<Duration>,
    now: &Now,
) -> Result<Result<Reply, Problem>, Problem> {
    let member = staff::active(tx, who, now)?;
    lockout::clear(tx, who)?;
    // Diagnostics stay open: a technician must be able to bring the line back.
    if rights::may(member.record.role, rights::Right::CheckCard) {
        match contact::check(tx, offline_limit, now) {
            Err(refused @ Problem::Refused(_)) => return Ok(Err(refused)),
            other => other?,
        }
    }
    if reason != PasscodeReason::Unlock {
        audit::append(
            tx,
            now,
            Some(who),
            &AuditEvent::Approved { who: who.clone() },
        )?;
        return Ok(Ok(Reply::Approved { by: who.clone() }));
    }
    staff::seen(tx, who, now)?;
    audit::append(
        tx,
        now,
        Some(who),
        &AuditEvent::Unlocked { who: who.clone() },
    )?;
    Ok(Ok(Reply::Unlocked {
        session: Session {
            staff: who.clone(),
            name: member.record.name.as_str().to_owned(),
            role: member.record.role,
        },
        pledge_due: member.pledge_due,
    }))
}

fn try_wrong(tx: &Transaction<'_>, who: &UserId, now: &Now) -> Result<Reply, Problem> {
    let gate = lockout::gate(tx, who, lockout::Scope::Everyone, now)?;
    let tries = lockout::wrong(tx, who)?;
    let event = AuditEvent::WrongPasscode {
        who: who.clone(),
        tries: u32::from(tries),
    };
    audit::append(tx, now, None, &event)?;
    if let Gate::Paused {
        left, device_wide, ..
    } = gate
    {
        let event = AuditEvent::LockedOut {
            who: (!device_wide).then(|| who.clone()),
            minutes: left.map_or(0, |left| {
                u32::try_from(left.as_secs().div_ceil(60)).unwrap_or(u32::MAX)
            }),
        };
        audit::append(tx, now, None, &event)?;
    }
    Ok(Reply::Gate(gate))
}

fn set_passcode(
    tx: &Transaction<'_>,
    who: &UserId,
    by: Option<&UserId>,
    stored: &StoredHash,
    now: &Now,
) -> Result<Reply, Problem> {
    staff::keep_hash(tx, who, stored)?;
    lockout::clear(tx, who)?;
    audit::append(tx, now, by, &AuditEvent::PasscodeSet { who: who.clone() })?;
    Ok(Reply::Done)
}

fn open_lockout(
    tx: &Transaction<'_>,
    by: &UserId,
    who: Option<&UserId>,
    now: &Now,
) -> Result<Reply, Problem> {
    let opener = staff::active(tx, by, now)?;
    if !rights::may(opener.record.role, rights::Right::Staff) || who == Some(by) {
        return Err(Problem::Refused(ProblemCode::AccessDenied));
    }
    match who {
        Some(who) => lockout::clear(tx, who)?,
        None => lockout::forgive_device(tx)?,
    }
    let event = AuditEvent::LockoutLifted {
        who: who.unwrap_or(by).clone(),
    };
    audit::append(tx, now, Some(by), &event)?;
    Ok(Reply::Done)
}

fn sign(
    tx: &Transaction<'_>,
    who: &UserId,
    command: CommandId,
    now: &Now,
) -> Result<Reply, Problem> {
    staff::active(tx, who, now)?;
    staff::pledged(tx, who, PLEDGE_EDITION, now)?;
    let action = Action::PledgeSigned(PledgeSigned {
        edition: PLEDGE_EDITION,
    });
    outbox::append(tx, now, command, &command_of(who, action, now))?;
    audit::append(
        tx,
        now,
        Some(who),
        &AuditEvent::PledgeSigned {
            edition: PLEDGE_EDITION,
        },
    )?;
    Ok(Reply::Done)
}

#[cfg(test)]
mod tests;
