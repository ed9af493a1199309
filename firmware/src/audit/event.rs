//! What is logged. User ids, command ids and codes only.

use protocol::exchange::{CommandId, DocumentId};
use protocol::number::UserId;
use protocol::person::{Purpose, StaffRole};
use protocol::problem::ProblemCode;
use serde::{Deserialize, Serialize};

/// Something that was done, or refused, at this terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AuditEvent {
    /// The program started.
    Started {
        /// Version of the program.
        version: String,
    },
    /// A staff member unlocked the terminal.
    Unlocked {
        /// Who.
        who: UserId,
    },
    /// The terminal was locked.
    Locked {
        /// By what.
        cause: LockCause,
    },
    /// A passcode was wrong.
    WrongPasscode {
        /// Whose was tried.
        who: UserId,
        /// Wrong tries in a row.
        tries: u32,
    },
    /// No further tries for a while.
    LockedOut {
        /// Whose; `None` when the limit of the device was reached.
        who: Option<UserId>,
        /// Minutes; 0 when only an administrator can lift it.
        minutes: u32,
    },
    /// A second person confirmed something with their own passcode.
    Approved {
        /// Who.
        who: UserId,
    },
    /// An administrator lifted a lockout.
    LockoutLifted {
        /// Whose.
        who: UserId,
    },
    /// A passcode was set.
    PasscodeSet {
        /// Whose.
        who: UserId,
    },
    /// A staff record was changed.
    StaffChanged {
        /// Whose.
        who: UserId,
        /// How.
        change: StaffChange,
        /// Role after the change.
        role: StaffRole,
    },
    /// A member of staff signed the pledge.
    PledgeSigned {
        /// Edition of its text.
        edition: u16,
    },
    /// A look-up was asked.
    LookUpAsked {
        /// Which question.
        kind: LookUpKind,
        /// Why.
        purpose: Purpose,
        /// Its command, which holds whom it is about until it is deleted.
        command: CommandId,
    },
    /// A kept answer was shown.
    KeptAnswerShown {
        /// The command it answers.
        command: CommandId,
    },
    /// A person was taken out of the office's list. The log does not say who it was.
    ClientRemoved,
    /// A request was saved.
    RequestSaved {
        /// Its command.
        command: CommandId,
        /// How many people it is about.
        people: u8,
    },
    /// A held command was given up by a person.
    CommandDiscarded {
        /// Which.
        command: CommandId,
    },
    /// A held command was corrected; the new one takes its place.
    CommandReplaced {
        /// The held one.
        old: CommandId,
        /// The new one.
        new: CommandId,
    },
    /// The gateway refused a command for good.
    CommandHeld {
        /// Which.
        command: CommandId,
        /// Why.
        code: ProblemCode,
    },
    /// A card was checked.
    CardChecked {
        /// How.
        mode: CardMode,
        /// The card's data are signed by a trusted authority.
        genuine: bool,
        /// The card itself is here: it answered the challenges.
        present: bool,
        /// It belongs to who stands here: face compared by staff, or PIN.
        holder: bool,
        /// Why not, if not.
        code: Option<ProblemCode>,
        /// APDUs exchanged.
        apdus: u32,
    },
    /// An APDU outside the allow-list was refused before the reader.
    ForbiddenApdu {
        /// Instruction byte; never the data.
        ins: u8,
    },
    /// A document arrived whole.
    DocumentReceived {
        /// Which.
        document: DocumentId,
    },
    /// A document was opened.
    DocumentOpened {
        /// Which.
        document: DocumentId,
    },
    /// A document's key was destroyed.
    DocumentDestroyed {
        /// Which.
        document: DocumentId,
    },
    /// Something was printed.
    Printed {
        /// A document, or `None` for a slip.
        document: Option<DocumentId>,
    },
    /// The terminal got its identity.
    Enrolled,
    /// The terminal's certificate was renewed.
    Renewed,
    /// Roots, receipt keys or endpoints were replaced.
    TrustChanged,
    /// A setting was changed.
    ConfigChanged {
        /// Its name; never its value.
        what: String,
    },
    /// The system clock moved against the boot clock.
    ClockJump {
        /// Seconds forward.
        seconds: i64,
    },
    /// The clock is no longer trusted, or is trusted again.
    ClockTrust {
        /// Whether it is.
        trusted: bool,
    },
    /// The gateway was restored from a backup; this many commands are sent again.
    GatewayRestored {
        /// Commands sent again.
        again: u64,
    },
    /// The gateway has fewer commands than it had promised to be durable.
    GatewayLostDurable {
        /// What it had promised.
        promised: u64,
        /// What it has.
        has: u64,
    },
    /// An entry of the gateway's feed could not be kept and was passed over.
    FeedPassedOver {
        /// Its number.
        seq: u64,
        /// Why.
        code: ProblemCode,
    },
    /// The case was opened.
    Tamper,
    /// The case was closed again.
    CaseClosed,
    /// The unit switched itself off with an empty battery.
    PowerOff {
        /// Charge.
        percent: u8,
    },
    /// The vault's key is about to be destroyed.
    Wiped {
        /// The operator asked for it; otherwise the technician at the terminal.
        by_operator: bool,
    },
    /// A wipe that had been cut was finished at the start; this log begins after it.
    WipeFinished,
}

impl AuditEvent {
    /// The text that is kept and hashed.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain fields with string keys always serialise")
    }
}

/// What locked the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockCause {
    /// A touch on 「ロック」.
    Touch,
    /// Nobody touched the screen.
    Idle,
    /// The program ended or started.
    Restart,
    /// The staff member was disabled.
    Disabled,
    /// The case was opened.
    Tamper,
    /// The battery is empty.
    PowerOff,
}

/// How a staff record changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffChange {
    /// Added.
    Added,
    /// Name or role changed.
    Changed,
    /// A leaver was stopped.
    Disabled,
    /// Allowed again.
    Enabled,
}

/// Which question was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookUpKind {
    /// 進捗.
    Progress,
    /// 資格確認.
    Eligibility,
}

/// How a card was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardMode {
    /// 目視 with 照合番号B.
    Face,
    /// 券面事項入力補助用の暗証番号.
    Pin,
}
