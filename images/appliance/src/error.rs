//! What can go wrong around the kiosk: each fault has a stable code and says what to do.

use std::io;
use std::path::{Path, PathBuf};

use protocol::problem::ProblemCode;
use protocol::provisioning::Version;

/// A fault of the machine.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Neither copy of the slot state is whole. Nothing was changed; the boot loader goes on
    /// with its own default. Flash the card again if it comes back.
    #[error("MDG-SLOTS-UNREADABLE: neither copy of the slot state is whole; flash the card again")]
    SlotsUnreadable,
    /// The word for a slot or a state is not one of ours.
    #[error("MDG-SLOTS-WORD: {0:?} is not a slot (A, B) or a state (good, bad)")]
    SlotsWord(String),
    /// Neither the kernel's command line nor the firmware says which slot was started. Nothing was
    /// changed. A Raspberry Pi 5 needs a newer firmware of its board.
    #[error("MDG-SLOTS-UNBOOTED: nothing says which slot this system was started from")]
    SlotsUnbooted,
    /// The boot partition's `autoboot.txt` is not ours, and was left as it is.
    #[error("MDG-SLOTS-AUTOBOOT: autoboot.txt is not one of ours; it was left as it is")]
    SlotsAutoboot,
    /// The board has a place for its secret and there is none, or both copies of the key
    /// partition are damaged. The data partition cannot be opened; nothing was changed.
    #[error("MDG-KEY-MISSING: the device's secret is missing or damaged; the data stay closed")]
    KeyMissing,
    /// The kernel shows no frame buffer, or one of an unknown kind.
    #[error("MDG-SCREEN-NONE: there is no frame buffer to draw on")]
    NoScreen,
    /// The picture of the recovery screen is missing or damaged.
    #[error("MDG-SCREEN-PICTURE: the picture cannot be read")]
    NoPicture,
    /// The card's configuration was written for another board. Nothing was applied. Write the
    /// card again for this board.
    #[error("MDG-CONFIG-BOARD: the card was prepared for another board; prepare it again")]
    ConfigBoard,
    /// The card's configuration is missing or cannot be. Nothing was applied. Write the card
    /// again.
    #[error("MDG-CONFIG-CARD: the card's device.toml is missing or wrong; prepare the card again")]
    ConfigCard,
    /// The bundle is older than the recorded minimum. Nothing was written.
    #[error("MDG-UPDATE-OLDER: the bundle is {found}, at least {minimum} is needed")]
    UpdateOlder {
        /// Version of the bundle.
        found: Version,
        /// The recorded minimum.
        minimum: Version,
    },
    /// The version of the bundle runs already. Nothing was written. A stick that was left in says
    /// this at each start.
    #[error("MDG-UPDATE-SAME: this version runs already; nothing was written")]
    UpdateSame,
    /// The system of this bundle is written already and waits for its trial. It was not written
    /// again; it starts when nobody is at the desk.
    #[error("MDG-UPDATE-WAITS: this bundle is written already; it starts when the desk is idle")]
    UpdateWaits,
    /// The system of this bundle was tried and was not good enough. Nothing was written. Take
    /// another bundle.
    #[error("MDG-UPDATE-CAME-BACK: this bundle was tried and came back; take another one")]
    UpdateCameBack,
    /// The bundle or the image does not say its version. Nothing was written.
    #[error("MDG-UPDATE-VERSION: the bundle does not say its version")]
    UpdateVersion,
    /// Nobody says the address of the gateway's name yet. It is asked again.
    #[error("MDG-NET-DOWN: the gateway's name has no address yet; it is asked again")]
    NoAddress,
    /// A program of the system could not do its part.
    #[error("MDG-APPLIANCE-PROGRAM: {0} failed")]
    Program(&'static str),
    /// This system is not good enough to keep; the boot loader takes over.
    #[error("MDG-HEALTH-REFUSED: {0}")]
    Unhealthy(&'static str),
    /// The system could not read or write. Names the file, never what is in it.
    #[error("MDG-APPLIANCE-IO: {path}: {why}")]
    Io {
        /// File or device.
        path: PathBuf,
        /// The system's reason.
        why: io::Error,
    },
}

impl Fault {
    /// The stable code, with which each message begins.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        let text = self.to_string();
        let code = text.split(':').next().unwrap_or_default();
        ProblemCode::parse(code).unwrap_or(ProblemCode::UpdateRefused)
    }

    /// Ties an error of the system to the file it is about.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |why| Self::Io {
            path: path.to_owned(),
            why,
        }
    }
}
