//! The one error type of this crate: each variant is a problem with a stable code.
//!
//! The text says what happened; `lang/*/problems.ftl` says what is safe and what to do, in
//! Japanese and English, under the same code. Nothing here carries a token or a passphrase.

mod exit;
mod place;

use std::io;
use std::path::Path;

use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::provisioning::image::ManifestError;

pub use exit::Exit;
pub use place::{BadRow, ROOTS_KEY, line_of_key};

use crate::disk::Refusal;
use crate::flash::cause::Cause;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    // ── Which disk ──────────────────────────────────────────────────────────────────
    /// No disk of that name or serial.
    #[error("no disk is called {0}")]
    DiskUnknown(String),
    /// Several disks have that name or serial.
    #[error("{0} names more than one disk")]
    DiskAmbiguous(String),
    /// The disk may not be written.
    #[error("{disk} is not written: {why}")]
    DiskRefused {
        /// Its name.
        disk: String,
        /// Why not.
        why: Refusal,
    },
    /// Something else holds it open.
    #[error("{0} is in use")]
    DiskBusy(String),
    /// What was opened is not the disk that was chosen.
    #[error("{0} is another disk than the one that was chosen")]
    DiskChanged(String),
    /// The last four signs of its serial were not given, or are others.
    #[error("the last four signs of the card's serial are not those")]
    DiskNotConfirmed,

    // ── The card ────────────────────────────────────────────────────────────────────
    /// Too small for the image.
    #[error("the card has {has} bytes, {needs} are needed")]
    CardSmall {
        /// Bytes that are needed.
        needs: u64,
        /// Bytes it has.
        has: u64,
    },
    /// It tells more bytes than it keeps.
    #[error("the card keeps fewer bytes than it tells (first lost at byte {at})")]
    CardCapacity {
        /// Where this was seen.
        at: u64,
    },
    /// It was pulled.
    #[error("the card is gone (at byte {at})")]
    CardGone {
        /// Where.
        at: u64,
    },
    /// It does not take what is written.
    #[error("the card does not take byte {at}: {source}")]
    CardWrite {
        /// Where.
        at: u64,
        /// What the operating system says.
        source: io::Error,
    },
    /// It cannot be read.
    #[error("the card cannot be read at byte {at}: {source}; likely {cause}")]
    CardRead {
        /// Where.
        at: u64,
        /// What the operating system says.
        source: io::Error,
        /// What is most likely broken.
        cause: Cause,
    },
    /// It holds something else than what was written.
    #[error("the card differs at byte {at}; likely {cause}")]
    CardDiffers {
        /// Beginning of the first range that differs.
        at: u64,
        /// What is most likely broken.
        cause: Cause,
    },
    /// It does not keep even the mark with which a run begins.
    #[error("the card does not keep what is written")]
    CardUnmarked,
    /// It is too slow to be sound.
    #[error("the card takes {kib_a_second} KiB a second")]
    CardSlow {
        /// How fast it is.
        kib_a_second: u64,
    },
    /// It carries the mark of a card that was not finished, or nothing that starts.
    #[error("the card was not finished")]
    CardUnfinished,
    /// It is no card of this unit and board.
    #[error("the card is not one of this unit")]
    CardOtherUnit,
    /// A card that is only looked at holds something else than the image.
    #[error("the card differs from the image at byte {at}; likely {cause}")]
    VerifyDiffers {
        /// Beginning of the first range that differs.
        at: u64,
        /// What is most likely broken.
        cause: Cause,
    },
    /// A card that is only looked at cannot be read.
    #[error("the card cannot be read at byte {at}: {source}")]
    VerifyRead {
        /// Where.
        at: u64,
        /// What the operating system says.
        source: io::Error,
    },
    /// Somebody stopped the run.
    #[error("stopped")]
    Interrupted,
    /// Somebody stopped it before a card was touched.
    #[error("stopped before a card was touched")]
    Stopped,
    /// The card is good, and what has to be kept about it could not be kept.
    #[error("the card is good, but: {0}")]
    Unrecorded(Box<Problem>),
    /// A card was begun, and something else than the card has ended it.
    #[error("{0}")]
    Begun(Box<Problem>),
    /// `--resume` for a card or an image that was not begun here.
    #[error("there is nothing to go on with for this card and this image")]
    ResumeUnknown,

    // ── The image ───────────────────────────────────────────────────────────────────
    /// `image.json` cannot be read.
    #[error("image.json: {0}")]
    ImageManifest(String),
    /// There is no signature.
    #[error("the image has no signature")]
    ImageUnsigned,
    /// Signed by a key that is not trusted.
    #[error("the image is signed by a key that is not trusted")]
    ImageKey,
    /// The signature does not belong to this `image.json`.
    #[error("the image's signature is wrong")]
    ImageSignature,
    /// The file is shorter than it has to be.
    #[error("the image's file ends early")]
    ImageTruncated,
    /// The file is not what was signed.
    #[error("the image's file is not the one that was signed (byte {at})")]
    ImageCorrupt {
        /// Where this was seen first.
        at: u64,
    },
    /// Below the oldest version that is taken.
    #[error("the image is version {found}, the oldest that is taken is {minimum}")]
    ImageOld {
        /// Its version.
        found: Version,
        /// The oldest that is taken.
        minimum: Version,
    },
    /// Not built for that board.
    #[error("the image is not built for {0}")]
    ImageBoard(String),
    /// The image has no configuration partition, or one that cannot be read.
    #[error("the image's configuration partition: {0}")]
    ImagePartition(&'static str),
    /// The key that should sign cannot be read or made.
    #[error("the signing key: {0}")]
    Key(&'static str),
    /// The file of trusted keys is not one.
    #[error("{place}, line {line}: {what}")]
    TrustFile {
        /// The file.
        place: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong; never the value.
        what: String,
    },

    // ── The unit ────────────────────────────────────────────────────────────────────
    /// Not TOML or CSV at all.
    #[error("line {line}: {what}")]
    ConfigSyntax {
        /// Line, from 1.
        line: usize,
        /// What is wrong; never the value.
        what: String,
    },
    /// A key or column that nobody knows.
    #[error("line {line}: {what}")]
    ConfigUnknownKey {
        /// Line, from 1.
        line: usize,
        /// Which.
        what: String,
    },
    /// A value that cannot be.
    #[error("line {line}: {what}")]
    ConfigValue {
        /// Line, from 1.
        line: usize,
        /// Which key, and what it takes; never the value.
        what: String,
    },
    /// A key that has to be there.
    #[error("{0} is not given, neither in the file nor on the command line")]
    ConfigMissing(&'static str),
    /// The same serial, card or token twice in one batch.
    #[error("line {line}: the serial, the card or the token stands in another line already")]
    BatchDuplicate {
        /// Line, from 1.
        line: usize,
    },
    /// Rows of a batch whose card or unit cannot be written.
    #[error("{}", place::rows(.0))]
    BatchRows(Vec<BadRow>),
    /// A batch without rows, or with too many.
    #[error("a batch has 1 to {limit} rows")]
    BatchSize {
        /// Most rows.
        limit: usize,
    },
    /// The token cannot be one, or the command that makes tokens gave none.
    #[error("the one-time token: {0}")]
    Token(String),
    /// Its time is over.
    #[error("the one-time token has ended")]
    TokenExpired,
    /// It was written to another unit's card before.
    #[error("the one-time token was given to another unit")]
    TokenUsed,

    // ── The gateway ─────────────────────────────────────────────────────────────────
    /// It does not answer.
    #[error("the gateway is not reached: {0}")]
    GatewayUnreached(io::Error),
    /// Its certificate is not under the roots in the file.
    #[error("the gateway's certificate is not taken: {0}")]
    GatewayTls(String),
    /// It said no.
    #[error("the gateway refused: {code}: {title}")]
    GatewayRefused {
        /// Its code.
        code: ProblemCode,
        /// Its sentence.
        title: String,
    },
    /// Its answer cannot be read.
    #[error("the gateway's answer: {0}")]
    GatewayAnswer(&'static str),

    // ── The tool ────────────────────────────────────────────────────────────────────
    /// The log was changed.
    #[error("the log is broken at line {line}: {what}")]
    LogBroken {
        /// Line, from 1.
        line: usize,
        /// How.
        what: &'static str,
    },
    /// There is no record of that unit.
    #[error("no card was written for {0} on this machine")]
    RecordUnknown(String),
    /// A label or sheet cannot be drawn.
    #[error("cannot be printed: {0}")]
    Print(&'static str),
    /// No font for it.
    #[error("no font: {0}")]
    Font(String),
    /// A simulated card that cannot be.
    #[error("--simulate: {0}")]
    Simulate(String),
    /// A file or folder.
    #[error("cannot {action} {place}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// With which.
        place: String,
        /// What the operating system says.
        source: io::Error,
    },
}

/// Gives each variant its stable code, and lists them all once.
macro_rules! codes {
    ($($name:ident = $code:literal,)+) => {
        impl Problem {
            /// Every code.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable code.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)+
                    Self::Begun(problem) => problem.code(),
                }
            }
        }
    };
}

codes! {
    DiskUnknown = "MDG-PROVISION-DISK-UNKNOWN",
    DiskAmbiguous = "MDG-PROVISION-DISK-AMBIGUOUS",
    DiskRefused = "MDG-PROVISION-DISK-REFUSED",
    DiskBusy = "MDG-PROVISION-DISK-BUSY",
    DiskChanged = "MDG-PROVISION-DISK-CHANGED",
    DiskNotConfirmed = "MDG-PROVISION-DISK-NOT-CONFIRMED",
    CardSmall = "MDG-PROVISION-CARD-SMALL",
    CardCapacity = "MDG-PROVISION-CARD-CAPACITY",
    CardGone = "MDG-PROVISION-CARD-GONE",
    CardWrite = "MDG-PROVISION-CARD-WRITE",
    CardRead = "MDG-PROVISION-CARD-READ",
    CardDiffers = "MDG-PROVISION-CARD-DIFFERS",
    CardUnmarked = "MDG-PROVISION-CARD-UNMARKED",
    CardSlow = "MDG-PROVISION-CARD-SLOW",
    CardUnfinished = "MDG-PROVISION-CARD-UNFINISHED",
    CardOtherUnit = "MDG-PROVISION-CARD-OTHER-UNIT",
    VerifyDiffers = "MDG-PROVISION-VERIFY-DIFFERS",
    VerifyRead = "MDG-PROVISION-VERIFY-READ",
    Interrupted = "MDG-PROVISION-INTERRUPTED",
    Stopped = "MDG-PROVISION-STOPPED",
    Unrecorded = "MDG-PROVISION-UNRECORDED",
    ResumeUnknown = "MDG-PROVISION-RESUME-UNKNOWN",
    ImageManifest = "MDG-PROVISION-IMAGE-MANIFEST",
    ImageUnsigned = "MDG-PROVISION-IMAGE-UNSIGNED",
    ImageKey = "MDG-PROVISION-IMAGE-KEY",
    ImageSignature = "MDG-PROVISION-IMAGE-SIGNATURE",
    ImageTruncated = "MDG-PROVISION-IMAGE-TRUNCATED",
    ImageCorrupt = "MDG-PROVISION-IMAGE-CORRUPT",
    ImageOld = "MDG-PROVISION-IMAGE-OLD",
    ImageBoard = "MDG-PROVISION-IMAGE-BOARD",
    ImagePartition = "MDG-PROVISION-IMAGE-PARTITION",
    Key = "MDG-PROVISION-KEY",
    TrustFile = "MDG-PROVISION-TRUST-FILE",
    ConfigSyntax = "MDG-PROVISION-CONFIG-SYNTAX",
    ConfigUnknownKey = "MDG-PROVISION-CONFIG-UNKNOWN-KEY",
    ConfigValue = "MDG-PROVISION-CONFIG-VALUE",
    ConfigMissing = "MDG-PROVISION-CONFIG-MISSING",
    BatchDuplicate = "MDG-PROVISION-BATCH-DUPLICATE",
    BatchRows = "MDG-PROVISION-BATCH-ROWS",
    BatchSize = "MDG-PROVISION-BATCH-SIZE",
    Token = "MDG-PROVISION-TOKEN",
    TokenExpired = "MDG-PROVISION-TOKEN-EXPIRED",
    TokenUsed = "MDG-PROVISION-TOKEN-USED",
    GatewayUnreached = "MDG-PROVISION-GATEWAY-UNREACHED",
    GatewayTls = "MDG-PROVISION-GATEWAY-TLS",
    GatewayRefused = "MDG-PROVISION-GATEWAY-REFUSED",
    GatewayAnswer = "MDG-PROVISION-GATEWAY-ANSWER",
    LogBroken = "MDG-PROVISION-LOG-BROKEN",
    RecordUnknown = "MDG-PROVISION-RECORD-UNKNOWN",
    Print = "MDG-PROVISION-PRINT",
    Font = "MDG-PROVISION-FONT",
    Simulate = "MDG-PROVISION-SIMULATE",
    File = "MDG-PROVISION-FILE",
}

impl Problem {
    /// A file that failed.
    pub fn file(action: &'static str, place: impl AsRef<Path>, source: io::Error) -> Self {
        Self::File {
            action,
            place: place.as_ref().display().to_string(),
            source,
        }
    }

    /// A problem of the card's device, by what the operating system says.
    #[must_use]
    pub fn card_write(at: u64, source: io::Error) -> Self {
        if is_gone(&source) {
            Self::CardGone { at }
        } else {
            Self::CardWrite { at, source }
        }
    }

    /// The same while reading.
    #[must_use]
    pub fn card_read(at: u64, source: io::Error) -> Self {
        if is_gone(&source) {
            Self::CardGone { at }
        } else {
            // A controller that cannot correct its cells answers an error: worn memory is
            // more frequent than anything between it and us.
            Self::CardRead {
                at,
                source,
                cause: Cause::Card,
            }
        }
    }

    /// The code as the other rooms know codes.
    #[must_use]
    pub fn problem_code(&self) -> ProblemCode {
        ProblemCode::parse(self.code()).expect("every code of this crate is shaped like a code")
    }
}

impl From<ManifestError> for Problem {
    fn from(error: ManifestError) -> Self {
        Self::ImageManifest(error.to_string())
    }
}

/// Whether the device itself has left.
fn is_gone(error: &io::Error) -> bool {
    const ENXIO: i32 = 6;
    const ENODEV: i32 = 19;
    const ENOMEDIUM: i32 = 123;
    matches!(error.raw_os_error(), Some(ENXIO | ENODEV | ENOMEDIUM))
}
