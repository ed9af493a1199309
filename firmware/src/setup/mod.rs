//! Set-up: enrolment, the office's profile, settings, and the configuration file.
//!
//! Where set-up stands is in the vault, so that it goes on where it stopped: a terminal with
//! an identity does not ask for a token again, and what was typed of the profile is kept.

mod board;
pub mod config;
mod diagnose;
mod review;
mod self_test;
mod store;

use protocol::command::Action;
use protocol::exchange::CommandId;
use protocol::facility::{Facility, FacilityProfile};
use protocol::number::UserId;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::self_test::SelfTest;
use rusqlite::Transaction;

use crate::access::{self, Member, rights, staff};
use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::error::Problem;
use crate::outbox;
use crate::terminal::view::{Look, TextField};
use crate::vault::Vault;

pub use board::KeptPart;
pub use diagnose::{Finding, findings, simulated_board, whole_vault};
pub use review::follow;
pub use self_test::SelfTestState;
pub use store::{
    MIGRATIONS, facility, is_finished, keep_facility, keep_profile, keep_wiped, profile,
};

/// Least people who can work when set-up ends, one of them an administrator: otherwise a
/// forgotten passcode or a leaver closes the terminal.
pub const LEAST_STAFF: usize = 2;

/// What the terminal asks.
#[derive(Debug)]
pub enum Job {
    /// Writes to the log that the program has started.
    Started {
        /// Version of the build.
        version: String,
    },
    /// Everything the desk needs at the start, and after the gateway has changed something.
    Load,
    /// Keeps language and looks.
    KeepLook(Look),
    /// Switches the card check by PIN.
    SetPinMode {
        /// Who.
        by: UserId,
        /// On or off.
        on: bool,
    },
    /// Keeps what was typed of the profile so far.
    KeepDraft(Draft),
    /// Keeps the profile, and tells the gateway when somebody is there to tell it.
    KeepProfile {
        /// Who; `None` during set-up.
        by: Option<UserId>,
        /// The profile.
        profile: Box<FacilityProfile>,
        /// The profile that was on the screen before. Fields that still say the same follow what
        /// another unit has changed since.
        shown: Option<Box<FacilityProfile>>,
        /// Id of the command that tells the gateway.
        command: CommandId,
    },
    /// Ends set-up.
    Finish {
        /// Id of the command that tells the gateway the profile.
        command: CommandId,
    },
    /// Keeps what was answered of the self-test so far.
    KeepSelfTest(SelfTestState),
    /// Ends the self-test, and tells the gateway what was found.
    FinishSelfTest {
        /// Who; `None` during set-up.
        by: Option<UserId>,
        /// What was found.
        test: SelfTest,
        /// Id of the report.
        command: CommandId,
    },
    /// Keeps how the parts of the board are.
    KeepBoard(Vec<KeptPart>),
    /// Looks at the parts of the terminal that the vault knows about, not at the whole of it.
    Diagnose,
    /// Something was printed that is not a document.
    SlipPrinted {
        /// Who was at the desk.
        by: Option<UserId>,
    },
}

/// What came of it.
#[derive(Debug)]
pub enum Reply {
    /// The state.
    Loaded(Box<Loaded>),
    /// The findings.
    Found(Vec<Finding>),
    /// The profile as it is kept.
    Profile(Box<FacilityProfile>),
    /// Done.
    Done,
}

/// The state of the desk in the vault.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Set-up is over.
    pub finished: bool,
    /// The terminal's id, once enrolled.
    pub device: Option<String>,
    /// Last good exchange.
    pub last_exchange: Option<protocol::calendar::Timestamp>,
    /// Life of the present certificate.
    pub certificate: Option<crate::sync::CertificateLife>,
    /// The office as it describes itself.
    pub profile: Option<FacilityProfile>,
    /// The office as another of its terminals described it, for review in set-up.
    pub heard: Option<FacilityProfile>,
    /// The office as the gateway knows it.
    pub facility: Option<Facility>,
    /// Language and looks, once somebody chose them.
    pub look: Option<Look>,
    /// PIN mode is on.
    pub pin_mode: bool,
    /// Staff.
    pub staff: Vec<Member>,
    /// What was typed of the profile so far.
    pub draft: Draft,
    /// Where the self-test stands.
    pub self_test: SelfTestState,
    /// What was in this terminal before was destroyed because it had been reported lost.
    pub wiped: bool,
}

/// Fields of the profile that were typed and found good, in set-up.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// One text a field of [`PROFILE_FIELDS`]; empty when not typed yet.
    pub texts: Vec<String>,
    /// The profile of another unit that the texts were filled from.
    #[serde(skip)]
    pub shown: Option<Box<FacilityProfile>>,
}

/// The fields of the profile that are typed, in the order of the form. The short name is
/// ours (status strip); ⑧ is what this terminal is, a client certificate.
pub const PROFILE_FIELDS: [TextField; 8] = [
    TextField::Corporation,
    TextField::Office,
    TextField::OfficeName,
    TextField::ShortName,
    TextField::Address,
    TextField::Phone,
    TextField::Email,
    TextField::Applicant,
];

/// Does a job.
///
/// # Errors
/// [`ProblemCode::AccessDenied`], and those of the vault and the queue.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    match job {
        Job::Started { version } => done(vault.write(|tx| {
            audit::append(
                tx,
                now,
                None,
                &AuditEvent::Started {
                    version: version.clone(),
                },
            )?;
            Ok(())
        })),
        Job::Load => vault
            .read(|c| store::load(c, now))
            .map(|l| Reply::Loaded(Box::new(l))),
        Job::KeepLook(look) => done(vault.write(|tx| store::keep(tx, store::LOOK, &look))),
        Job::KeepDraft(draft) => done(vault.write(|tx| store::keep_draft(tx, &draft))),
        Job::SetPinMode { by, on } => done(vault.write(|tx| {
            allowed(tx, &by, rights::Right::CardMode, now)?;
            store::keep(tx, store::PIN_MODE, &on)?;
            changed(tx, Some(&by), "pin_mode", now)
        })),
        Job::KeepProfile {
            by,
            profile,
            shown,
            command,
        } => vault
            .write(|tx| {
                let by = by.as_ref();
                keep_typed(tx, by, &profile, shown.as_deref(), command, now)
            })
            .map(|kept| Reply::Profile(Box::new(kept))),
        Job::Finish { command } => done(vault.write(|tx| finish(tx, command, now))),
        Job::KeepSelfTest(state) => done(vault.write(|tx| self_test::keep(tx, &state))),
        Job::FinishSelfTest { by, test, command } => {
            done(vault.write(|tx| self_test::finish(tx, by.as_ref(), test, command, now)))
        }
        Job::KeepBoard(parts) => done(vault.write(|tx| board::keep(tx, &parts))),
        Job::Diagnose => Ok(Reply::Found(diagnose::known(vault, now))),
        Job::SlipPrinted { by } => done(vault.write(|tx| {
            audit::append(
                tx,
                now,
                by.as_ref(),
                &AuditEvent::Printed { document: None },
            )?;
            Ok(())
        })),
    }
}

fn done(result: Result<(), Problem>) -> Result<Reply, Problem> {
    result.map(|()| Reply::Done)
}

/// Keeps what was typed of the profile, and says what is kept.
fn keep_typed(
    tx: &Transaction<'_>,
    by: Option<&UserId>,
    typed: &FacilityProfile,
    shown: Option<&FacilityProfile>,
    command: CommandId,
    now: &Now,
) -> Result<FacilityProfile, Problem> {
    let known = match by {
        Some(by) => {
            allowed(tx, by, rights::Right::Profile, now)?;
            profile(tx)?
        }
        None if is_finished(tx)? => {
            return Err(Problem::Refused(ProblemCode::AccessDenied));
        }
        None => store::heard(tx)?,
    };
    let kept = match (shown, &known) {
        (Some(shown), Some(known)) => review::merged(typed, shown, known),
        _ => typed.clone(),
    };
    // In set-up nobody is there yet; [`Job::Finish`] tells the gateway.
    if let Some(by) = by {
        tell(tx, by, kept.clone(), command, now)?;
    }
    store::keep(tx, store::PROFILE, &kept)?;
    changed(tx, by, "profile", now)?;
    Ok(kept)
}

fn finish(tx: &Transaction<'_>, command: CommandId, now: &Now) -> Result<(), Problem> {
    if is_finished(tx)? {
        return Ok(());
    }
    let profile = profile(tx)?.ok_or(Problem::Refused(ProblemCode::InputMissing))?;
    let able: Vec<Member> = staff::all(tx, now)?
        .into_iter()
        .filter(|member| member.record.active && member.has_passcode)
        .collect();
    let administrator = able
        .iter()
        .find(|member| member.record.role == StaffRole::Administrator);
    let Some(administrator) = administrator.filter(|_| able.len() >= LEAST_STAFF) else {
        return Err(Problem::Refused(ProblemCode::InputMissing));
    };
    // What was only looked at is no change: told again, it would undo a later one.
    if store::heard(tx)?.as_ref() != Some(&profile) {
        tell(tx, &administrator.record.id, profile, command, now)?;
    }
    store::keep(tx, store::FINISHED, &true)?;
    store::forget_draft(tx)?;
    changed(tx, None, "set_up", now)
}

fn tell(
    tx: &Transaction<'_>,
    by: &UserId,
    profile: FacilityProfile,
    command: CommandId,
    now: &Now,
) -> Result<(), Problem> {
    let command_body = access::command_of(by, Action::ProfileChanged(profile), now);
    outbox::append(tx, now, command, &command_body)?;
    Ok(())
}

fn allowed(
    tx: &Transaction<'_>,
    by: &UserId,
    right: rights::Right,
    now: &Now,
) -> Result<(), Problem> {
    if rights::may(staff::active(tx, by, now)?.record.role, right) {
        Ok(())
    } else {
        Err(Problem::Refused(ProblemCode::AccessDenied))
    }
}

fn changed(
    tx: &Transaction<'_>,
    by: Option<&UserId>,
    what: &str,
    now: &Now,
) -> Result<(), Problem> {
    audit::append(
        tx,
        now,
        by,
        &AuditEvent::ConfigChanged {
            what: what.to_owned(),
        },
    )?;
    Ok(())
}
