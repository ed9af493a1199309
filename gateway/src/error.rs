//! What can go wrong in the gateway. Each problem has one stable code, the same on the wire,
//! in the log and on the command line.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;

use protocol::exchange::{Refusal, Sha256Digest};
use protocol::problem::ProblemCode;

/// A problem. Messages carry no personal data and no secrets.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GatewayError {
    /// The other side is told no, with a code it can show.
    #[error("{title}")]
    Refused {
        /// Its code.
        code: ProblemCode,
        /// One sentence for the log.
        title: &'static str,
    },
    /// Too much waits already, or another process holds the file. Nothing changed; it is
    /// tried again.
    #[error("the store is busy")]
    Busy,
    /// The disk is full. What was committed is safe; make room.
    #[error("the disk is full")]
    Full,
    /// A file or row is not what this build wrote, or is damaged. It was not touched.
    #[error("not readable: {0}")]
    Damaged(&'static str),
    /// A defect of this program stopped one job. What the job had done was taken back; nothing
    /// else was touched. The log's panic message says where.
    #[error("a job stopped by a defect")]
    Defect,
    /// The database failed in another way.
    #[error("database: {0}")]
    Database(Arc<rusqlite::Error>),
    /// A file or folder.
    #[error("cannot {action} {place}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which.
        place: String,
        /// What the operating system says.
        source: Arc<io::Error>,
    },
    /// A key or certificate.
    #[error("certificates: {0}")]
    Pki(String),
    /// The configuration; the message names file and line.
    #[error("{message}")]
    Config {
        /// Its code.
        code: ProblemCode,
        /// File, line, and what is wrong there.
        message: String,
    },
    /// Attachments that a request names and that are not here. The others are; the office has to
    /// send these again.
    #[error("not here: {}", list(.0))]
    Attachments(Vec<Sha256Digest>),
    /// What the operator typed or gave as a file.
    #[error("{0}")]
    Input(String),
}

impl GatewayError {
    /// What is said of a database that SQLite cannot read.
    pub const NOT_WHOLE: &str = "the database is damaged, or none: keep the file as it is, and \
                                 restore the newest backup (docs/gateway.md)";

    /// A refusal.
    #[must_use]
    pub fn refuse(code: ProblemCode, title: &'static str) -> Self {
        Self::Refused { code, title }
    }

    /// A file that failed.
    #[must_use]
    pub fn io(action: &'static str, place: impl AsRef<Path>, source: io::Error) -> Self {
        if matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        ) {
            return Self::Full;
        }
        Self::Io {
            action,
            place: place.as_ref().display().to_string(),
            source: Arc::new(source),
        }
    }

    /// A file that the operator named and that cannot be read: which, why, and what to do.
    #[must_use]
    pub fn given(file: &Path, source: &io::Error) -> Self {
        let then = match source.kind() {
            io::ErrorKind::NotFound => "check the name and the folder",
            io::ErrorKind::PermissionDenied => "let the gateway's user read it",
            io::ErrorKind::IsADirectory => "name the file inside it",
            _ => "check the file and the disk that it lies on",
        };
        Self::Input(format!("cannot read {}: {source}; {then}", file.display()))
    }

    /// Something kept that cannot be read back.
    #[must_use]
    pub fn damaged(what: &'static str) -> Self {
        Self::Damaged(what)
    }

    /// The same problem for one more waiter.
    #[must_use]
    pub fn again(&self) -> Self {
        self.clone()
    }

    /// The disk under the database failed: what was open there is not to be trusted any more.
    /// A full disk is none: SQLite takes a change back whole then.
    #[must_use]
    pub fn is_of_the_disk(&self) -> bool {
        use rusqlite::ErrorCode;
        let Self::Database(error) = self else {
            return false;
        };
        matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::CannotOpen
                    | ErrorCode::ReadOnly
                    | ErrorCode::FileLockingProtocolFailed
            )
        )
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Refused { code, .. } | Self::Config { code, .. } => code.clone(),
            Self::Busy => ProblemCode::StoreBusy,
            Self::Full => ProblemCode::StoreFull,
            Self::Damaged(_) => ProblemCode::StoreForeign,
            Self::Database(_) => ProblemCode::StoreFailed,
            Self::Defect | Self::Io { .. } | Self::Pki(_) => ProblemCode::WireInternal,
            Self::Attachments(_) => ProblemCode::AttachmentMissing,
            Self::Input(_) => ProblemCode::InputText,
        }
    }

    /// What the other side is told: never more than a refusal's own sentence.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let title = match self {
            Self::Refused { title, .. } => (*title).to_owned(),
            Self::Busy => "the gateway is busy".to_owned(),
            Self::Full => "the gateway's disk is full".to_owned(),
            _ => "the gateway failed".to_owned(),
        };
        Refusal {
            code: match self.code() {
                ProblemCode::StoreForeign => ProblemCode::StoreFailed,
                code => code,
            },
            title,
        }
    }
}

impl From<rusqlite::Error> for GatewayError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged(Self::NOT_WHOLE)
            }
            _ => Self::Database(Arc::new(error)),
        }
    }
}

impl From<rcgen::Error> for GatewayError {
    fn from(error: rcgen::Error) -> Self {
        pki(error)
    }
}

impl From<rustls::Error> for GatewayError {
    fn from(error: rustls::Error) -> Self {
        pki(error)
    }
}

fn list(hashes: &[Sha256Digest]) -> String {
    let names: Vec<_> = hashes.iter().map(Sha256Digest::to_string).collect();
    names.join(", ")
}

fn pki(error: impl Display) -> GatewayError {
    GatewayError::Pki(error.to_string())
}
