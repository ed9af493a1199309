//! One verification of a My Number Card.
//!
//! Three things are found out, all offline and without the individual number: the card-face
//! record is *authentic* (signed below a card authority that this device trusts), the card is
//! *present* (it signs a fresh challenge with the key inside that record), and it *matches* what
//! the staff typed (照合番号B or the card's PIN). Whether the certificate was revoked is not
//! known here and never claimed.
//!
//! ```text
//! CardDesk   run(job), reader events
//!    │
//!   job       connections, limits, one name for what went wrong
//!    │
//! session     one connection: the order of steps, the checks
//!    │
//!  wire       the card's operations
//!    │
//!  Guard      allow-list, counts
//!    │
//! CardLink    a PC/SC reader, a PN532 (experimental), or a simulated card
//! ```
//!
//! Algorithms and file layouts come from the crate `myna-card`; nothing above the session
//! names them, so that a later card profile can stand beside this one.

pub mod allow_list;
mod calendar;
mod credentials;
mod guard;
pub(crate) mod job;
pub mod link;
mod pcsc_desk;
mod pcsc_link;
mod picture;
mod pn532_link;
mod pn532_open;
mod problem;
mod raw_text;
mod report;
pub mod serial;
mod session;
mod trust;
mod wire;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use allow_list::{AllowList, Mode};
pub use credentials::{CardPin, CredentialError, NumberB, Tries};
pub use guard::{MAX_APDUS, MAX_BYTES, MAX_REFUSALS, MAX_SESSION};
pub use pcsc_desk::{PcscDesk, PcscOptions};
pub use picture::{Bitmap, Photo};
pub use pn532_link::Pn532Desk;
pub use pn532_open::{Pn532Place, open_pn532};
pub use problem::{CardProblem, NotGenuine};
pub use report::{Attributes, FaceReport, PinReport, Sex, TrustClass, Verdicts};
pub use trust::{TrustError, TrustStore};

/// What the terminal asks of the card side. One job at a time.
#[derive(Debug)]
pub enum CardJob {
    /// Read the retry counters and nothing else.
    Peek,
    /// 目視: open the card face with what is printed on the card.
    CheckFace {
        /// Typed by staff from the front of the card.
        code: NumberB,
    },
    /// 暗証番号: open the text application with the card's PIN.
    CheckPin {
        /// Typed by the visitor.
        pin: CardPin,
        /// An administrator has confirmed on screen that the last try may be spent.
        allow_last_try: bool,
    },
}

/// How a job ended.
#[derive(Debug)]
pub enum CardOutcome {
    /// [`CardJob::Peek`] is done.
    Peeked(Peek),
    /// [`CardJob::CheckFace`]: authentic and present; the face is still to be compared by eye.
    Face(Box<FaceReport>),
    /// [`CardJob::CheckPin`]: present, and the PIN was right.
    Pin(Box<PinReport>),
    /// Not verified, and why.
    Failed(CardProblem),
}

/// The retry counters of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peek {
    /// 照合番号B: the smaller of the two applications' counters.
    pub number_b: Tries,
    /// The card's PIN (券面入力補助用暗証番号).
    pub pin: Tries,
}

/// What the reader tells, in the order it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderEvent {
    /// The PC/SC service does not answer. It is tried again at the next call.
    ServiceDown,
    /// The service runs and knows no reader.
    NoReader,
    /// Readers are there, but not the configured one (or several and none configured).
    WrongReader,
    /// The reader is ready for a card.
    Ready {
        /// Its name as the service gives it.
        reader: String,
    },
    /// A card lies on the reader.
    CardArrived,
    /// The card was taken away.
    CardLeft,
}

/// How far a job is, for the progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Taking the card for ourselves.
    Connecting,
    /// Reading the retry counter.
    Counting,
    /// Presenting the code.
    Presenting,
    /// Reading the card face.
    ReadingFace,
    /// Checking signatures and the card's answer to the challenge.
    Checking,
    /// Reading name and address as text.
    ReadingText,
    /// The card may be taken; pictures are being decoded.
    Finishing,
}

/// An APDU that was refused before it reached the reader.
///
/// Carries the header only: the data field may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// CLA INS P1 P2; zeros where the command was shorter.
    pub header: [u8; 4],
    /// Length of the whole command.
    pub length: usize,
    /// Which rule refused it.
    pub reason: &'static str,
}

/// The card side of the terminal.
pub trait CardDesk: Send {
    /// Blocks up to `timeout` for the next reader or card event.
    fn next_event(&mut self, timeout: Duration) -> Option<ReaderEvent>;

    /// Runs one job on the present card in an exclusive session and ends that session whatever
    /// happens. `entropy` fills a buffer with unpredictable bytes for the challenges. Setting
    /// `cancel` ends the job before its next APDU. A reader that hangs inside one command keeps
    /// the job until the card service itself gives up on it.
    fn run(
        &mut self,
        job: CardJob,
        entropy: &mut dyn FnMut(&mut [u8]),
        progress: &mut dyn FnMut(Step),
        cancel: &AtomicBool,
    ) -> CardOutcome;

    /// The refusals since the last call, for the audit log. Normally empty: a refusal means
    /// that this program tried something it must not.
    fn take_refusals(&mut self) -> Vec<Refusal>;
}
