//! What the terminal wants done, and how the world answers: the seams of the state machine.
//!
//! Each effect that has an answer carries a [`Ticket`]; the answer brings it back. An answer
//! whose ticket nobody waits for any more (the screen was left, the desk was locked) is dropped.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hal::board::{BoardEvent, Cue, ScreenLight};
use hal::card::{CardJob, CardOutcome, ReaderEvent, Step};
use protocol::exchange::DocumentId;
use protocol::help::HelpDesk;
use protocol::person::{Attachment, AttachmentMedia};

use super::touch::{Language, Touch};
use super::view::{PageImage, Slip};
use crate::access::passcode::{HashJob, HashOutcome};
use crate::error::Problem;
use crate::power::ScreenTimes;
use crate::runtime::probe::Probed;
use crate::setup::Finding;
use crate::store::{Status, StoreJob, StoreReply};
use crate::sync::SyncReport;

/// Pairs an effect with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What comes in. Says only its name when printed: passcodes are typed, and cards are read.
pub enum Input {
    /// The program has started.
    Started,
    /// A touch.
    Touch(Touch),
    /// The reader or a card came or went.
    Reader(ReaderEvent),
    /// What the vault holds in numbers. Comes right before the answer of each store job and of
    /// each exchange, so that no picture shows another count than the table.
    Status(Status),
    /// A step of the running card session is done.
    CardStep(Ticket, Step),
    /// The card session ended.
    Card(Ticket, CardOutcome),
    /// A store job ended.
    Stored(Ticket, Result<StoreReply, Problem>),
    /// A passcode was hashed.
    Hashed(Ticket, HashOutcome),
    /// A sync round, an enrolment or a renewal ended, or the line changed.
    Synced(SyncReport),
    /// The stick or folder was read.
    FilesListed(Ticket, Result<Vec<FoundFile>, Problem>),
    /// A file was taken into the vault.
    FileTaken(Ticket, Result<Attachment, Problem>),
    /// A page of a document was drawn.
    PageDrawn(Ticket, Result<DrawnPage, Problem>),
    /// A document or slip was printed.
    Printed(Ticket, Result<(), Problem>),
    /// Network and disk were looked at for the self-test.
    Probed(Ticket, Probed),
    /// The whole vault was checked.
    VaultChecked(Ticket, Box<Finding>),
    /// The board noticed something.
    Board(BoardEvent),
    /// The window has another size, with room for more or less (a developer's window).
    Room(Room),
    /// Time passes; at least once a second while unlocked, once a minute while locked.
    Tick,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Started => "Started",
            Self::Touch(_) => "Touch",
            Self::Reader(_) => "Reader",
            Self::Status(_) => "Status",
            Self::CardStep(..) => "CardStep",
            Self::Card(..) => "Card",
            Self::Stored(..) => "Stored",
            Self::Hashed(..) => "Hashed",
            Self::Synced(_) => "Synced",
            Self::FilesListed(..) => "FilesListed",
            Self::FileTaken(..) => "FileTaken",
            Self::PageDrawn(..) => "PageDrawn",
            Self::Printed(..) => "Printed",
            Self::Probed(..) => "Probed",
            Self::VaultChecked(..) => "VaultChecked",
            Self::Board(_) => "Board",
            Self::Room(_) => "Room",
            Self::Tick => "Tick",
        })
    }
}

/// What goes out.
pub enum Effect {
    /// Run one transaction or query on the vault.
    Store(Ticket, StoreJob),
    /// Hash a passcode, on a thread of its own, one at a time.
    Hash(Ticket, HashJob),
    /// Run a session with the card that lies there.
    Card(Ticket, CardJob),
    /// Stop the card session as soon as it is safe.
    CancelCard,
    /// Talk to the gateway now (a tap, a new command).
    WakeSync,
    /// Enrol with a one-time token.
    Enrol {
        /// The token as typed, normalised.
        token: String,
    },
    /// Read the stick or folder of attachments.
    ListFiles(Ticket),
    /// Take one of its files into the vault, encrypted, kind checked by content.
    TakeFile(Ticket, PathBuf),
    /// Draw a page of a document in the sandboxed child.
    DrawPage(Ticket, PageOrder),
    /// Print a document.
    PrintDocument(Ticket, DocumentId),
    /// Print an enquiry slip.
    PrintSlip(Ticket, Box<Slip>),
    /// Look at network and disk for the self-test.
    Probe(Ticket),
    /// Check the vault from end to end, beside the terminal's thread.
    CheckVault(Ticket),
    /// Light and sound.
    Cue(Cue),
    /// The light behind the screen.
    Screen(ScreenLight),
    /// Switch the unit off: everything is saved.
    PowerOff,
    /// Destroy the vault's key at once: the unit is lost.
    Wipe,
}

/// What kind of effect; what it carries (a token, a name, a job) stays out of every log.
impl std::fmt::Debug for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Store(..) => "Store",
            Self::Hash(..) => "Hash",
            Self::Card(..) => "Card",
            Self::CancelCard => "CancelCard",
            Self::WakeSync => "WakeSync",
            Self::Enrol { .. } => "Enrol",
            Self::ListFiles(_) => "ListFiles",
            Self::TakeFile(..) => "TakeFile",
            Self::DrawPage(..) => "DrawPage",
            Self::PrintDocument(..) => "PrintDocument",
            Self::PrintSlip(..) => "PrintSlip",
            Self::Probe(_) => "Probe",
            Self::CheckVault(_) => "CheckVault",
            Self::Cue(_) => "Cue",
            Self::Screen(_) => "Screen",
            Self::PowerOff => "PowerOff",
            Self::Wipe => "Wipe",
        })
    }
}

/// A file on the stick or in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, for the screen.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Kind by content.
    pub media: Option<AttachmentMedia>,
}

/// A page to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOrder {
    /// Which document.
    pub document: DocumentId,
    /// Page from 0.
    pub page: usize,
    /// Width of the page image in pixels.
    pub width: u32,
}

/// A drawn page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnPage {
    /// The pixels.
    pub image: Arc<PageImage>,
    /// Pages of the document.
    pub pages: usize,
}

/// What has room on a screen of this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Rows of a list page.
    pub rows: usize,
    /// Rows of F-1, which stand below its filters.
    pub outbox: usize,
    /// Staff tiles on one page of A-2.
    pub staff: usize,
    /// Topics on one page of H-1.
    pub topics: usize,
    /// Width in pixels of a document's page image at zoom 0.
    pub document_width: u32,
}

/// Facts of this terminal. What has room on its screen changes only with the size of a window.
#[derive(Debug, Clone)]
pub struct TerminalConfig {
    /// Rows a list page has on this screen.
    pub rows_per_page: usize,
    /// Rows of F-1, which stand below its filters.
    pub outbox_rows: usize,
    /// Staff tiles on one page of A-2.
    pub staff_per_page: usize,
    /// Topics on one page of H-1.
    pub topics_per_page: usize,
    /// Width in pixels of a document's page image at zoom 0.
    pub document_width: u32,
    /// Idle time until the desk locks (60 s at the counter, 30 s on the portable unit).
    pub idle_lock: Duration,
    /// When the screen rests; `None`: it stays bright.
    pub screen_times: Option<ScreenTimes>,
    /// How long the terminal may be without the gateway and still open for work; `None`: for
    /// ever.
    pub offline_limit: Option<Duration>,
    /// Test cards are trusted: 「試験用」 is shown.
    pub test_trust: bool,
    /// Serial of the hardware, to which an enrolment token is bound.
    pub serial: String,
    /// The parts of the board are simulated: what they say is no news of this unit.
    pub simulated_board: bool,
    /// A printer is configured.
    pub printer: bool,
    /// Version of the build.
    pub version: String,
    /// Desks beside the insurers' own (help desks), from the data file.
    pub desks: Vec<HelpDesk>,
    /// Language until somebody chooses another one.
    pub language: Language,
}

impl TerminalConfig {
    /// Takes the room of another screen size.
    pub fn resize(&mut self, room: Room) {
        self.rows_per_page = room.rows;
        self.outbox_rows = room.outbox;
        self.staff_per_page = room.staff;
        self.topics_per_page = room.topics;
        self.document_width = room.document_width;
    }
}
