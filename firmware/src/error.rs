//! The one error type of this crate: each variant is a problem with a stable code.
//!
//! The screen, the log and the diagnostics command show the same code. The text says what
//! happened and what is safe; it carries no personal data and no secret.

use protocol::problem::ProblemCode;

use crate::audit::Break;
use crate::clock::Distrust;

/// What went wrong in the terminal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The vault's pages fail their own checks. The file is left as it is.
    #[error("the vault is damaged; the file was left untouched")]
    VaultCorrupt,
    /// The file at the vault's place is not one of ours. It is left as it is.
    #[error("the file at the vault's place is not a vault; it was left untouched")]
    VaultForeign,
    /// The vault was made with another key: the storage was moved from another unit, or
    /// the key file was exchanged.
    #[error("the vault belongs to another key; it was left untouched")]
    VaultWrongKey,
    /// The vault exists and its key file does not. Nothing in it can be read.
    #[error("the vault's key is missing")]
    VaultKeyMissing,
    /// The key file can be read by other accounts (its mode is in octal).
    #[error("the vault's key file has mode {mode:o}, only 600 is accepted")]
    VaultKeyExposed {
        /// The permission bits found.
        mode: u32,
    },
    /// A later program wrote the vault in a way this one cannot read.
    #[error("the vault has layout {found}, this program reads up to {known}")]
    VaultNewer {
        /// Layout of the file.
        found: u32,
        /// Highest layout this program can read.
        known: u32,
    },
    /// The disk or the page limit is full. Nothing was changed.
    #[error("no room left in the vault; nothing was changed")]
    VaultFull,
    /// Another writer held the vault longer than the limit. Nothing was changed.
    #[error("the vault is in use; nothing was changed")]
    VaultBusy,
    /// The disk reported an error. The transaction was rolled back.
    #[error("the vault's disk reported an error ({0}); nothing was changed")]
    VaultIo(String),
    /// A statement was refused by the database: a defect of this program.
    #[error("the vault refused a statement ({0})")]
    VaultStatement(String),

    /// The queue reached a limit; new work is refused until it drains.
    #[error("the queue is full ({0}); nothing was saved")]
    OutboxQuota(crate::outbox::Bound),
    /// One command is larger than the wire carries.
    #[error("the command has {bytes} bytes, the limit is {limit}")]
    OutboxTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// No such item in the queue.
    #[error("no such item in the queue")]
    OutboxUnknown,
    /// The item's state does not allow this.
    #[error("the item's state does not allow this")]
    OutboxState,
    /// The id is taken by an item with another body.
    #[error("the command's id is taken")]
    OutboxIdTaken,

    /// The audit log does not verify.
    #[error("the audit log is broken: {0}")]
    AuditBroken(Break),

    /// The clock cannot be relied on.
    #[error("the clock is not trusted: {0}")]
    ClockUntrusted(Distrust),

    /// The way to the gateway, or its answer.
    #[error(transparent)]
    Net(#[from] crate::sync::NetError),
    /// The terminal has no identity yet.
    #[error("the terminal is not enrolled")]
    NotEnrolled,

    /// The case was opened. The desk is locked.
    #[error("the case was opened; the desk is locked and the gateway is told")]
    CaseOpened,
    /// The battery is nearly empty. Everything is saved.
    #[error("the battery is nearly empty; the unit switches itself off")]
    BatteryEmpty,

    /// A rule said no, here or at the gateway, with its code.
    #[error("refused: {}", .0.as_str())]
    Refused(ProblemCode),
}

impl Problem {
    /// The disk or the file is the cause: trying again later may work, and nothing that was
    /// asked is at fault.
    #[must_use]
    pub fn is_of_the_disk(&self) -> bool {
        matches!(
            self,
            Self::VaultCorrupt | Self::VaultFull | Self::VaultBusy | Self::VaultIo(_)
        )
    }

    /// The stable code that the screen, the log and the diagnostics command show.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        use crate::audit::BreakKind;
        use crate::outbox::Bound;
        match self {
            Self::VaultCorrupt => ProblemCode::VaultCorrupt,
            Self::VaultForeign | Self::VaultWrongKey => ProblemCode::VaultForeign,
            Self::VaultKeyMissing | Self::VaultKeyExposed { .. } => ProblemCode::VaultKey,
            Self::VaultNewer { .. } => ProblemCode::VaultNewer,
            Self::VaultFull => ProblemCode::VaultFull,
            Self::VaultBusy | Self::VaultIo(_) | Self::VaultStatement(_) => ProblemCode::VaultIo,
            Self::OutboxQuota(Bound::Age) => ProblemCode::OutboxAge,
            Self::OutboxQuota(_) => ProblemCode::OutboxQuota,
            Self::OutboxTooLarge { .. } => ProblemCode::WireTooLarge,
            Self::OutboxUnknown | Self::OutboxState => ProblemCode::OutboxQuarantine,
            Self::OutboxIdTaken => ProblemCode::CommandIdConflict,
            Self::AuditBroken(at) => match at.kind {
                BreakKind::Gap => ProblemCode::AuditGap,
                BreakKind::Edited => ProblemCode::AuditEdited,
                BreakKind::Reordered => ProblemCode::AuditReordered,
                BreakKind::CutShort => ProblemCode::AuditTruncated,
                BreakKind::SealDiffers => ProblemCode::AuditHead,
            },
            Self::ClockUntrusted(crate::clock::Distrust::BehindFloor) => ProblemCode::ClockBehind,
            Self::ClockUntrusted(_) => ProblemCode::ClockUntrusted,
            Self::Net(net) => net.code(),
            Self::NotEnrolled => ProblemCode::EnrolMissing,
            Self::CaseOpened => ProblemCode::CaseOpened,
            Self::BatteryEmpty => ProblemCode::PowerEmpty,
            Self::Refused(code) => code.clone(),
        }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as E;
        let Some(code) = error.sqlite_error_code() else {
            return Self::VaultStatement(statement_text(&error));
        };
        match code {
            E::DatabaseCorrupt | E::NotADatabase => Self::VaultCorrupt,
            E::DiskFull => Self::VaultFull,
            E::DatabaseBusy | E::DatabaseLocked => Self::VaultBusy,
            E::SystemIoFailure
            | E::CannotOpen
            | E::ReadOnly
            | E::PermissionDenied
            | E::NoLargeFileSupport
            | E::FileLockingProtocolFailed
            | E::OutOfMemory => Self::VaultIo(code_text(&error)),
            _ => Self::VaultStatement(code_text(&error)),
        }
    }
}

/// The extended result code only: SQLite's own text can quote values.
fn code_text(error: &rusqlite::Error) -> String {
    error
        .sqlite_error()
        .map_or_else(String::new, |e| format!("sqlite {}", e.extended_code))
}

/// The kind of a client-side error, without the values it quotes.
fn statement_text(error: &rusqlite::Error) -> String {
    use rusqlite::Error as E;
    match error {
        E::QueryReturnedNoRows => "no row".into(),
        E::InvalidColumnType(_, column, kind) => format!("column {column} holds {kind}"),
        E::FromSqlConversionFailure(column, kind, _) => format!("column {column} holds {kind}"),
        E::InvalidColumnName(name) => format!("no column {name}"),
        E::InvalidParameterCount(given, wanted) => format!("{given} parameters, not {wanted}"),
        _ => "client".into(),
    }
}
