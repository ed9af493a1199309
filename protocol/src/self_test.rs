//! The self-test of a unit: which parts were looked at, and what was found of each.
//!
//! The terminal runs it at its first start and when somebody asks for it, and tells the gateway
//! once. No person is in it, and no address: only words of the lists below.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::ProblemCode;

/// Longest version of a program in bytes.
pub const MAX_PROGRAM_BYTES: usize = 40;

/// What a terminal found when it tested itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelfTest {
    /// Version of the terminal's program: visible ASCII, at most [`MAX_PROGRAM_BYTES`].
    pub program: String,
    /// Each part once, in the order in which they were shown.
    pub parts: Vec<PartFound>,
    /// Corners of the screen that did not answer to a finger, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent_corners: Vec<Corner>,
}

/// One part and what was found of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartFound {
    /// Which part.
    pub part: TestedPart,
    /// What was found.
    pub found: Found,
}

/// What a self-test looks at.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TestedPart {
    /// Touch in the four corners.
    Touch,
    /// The screen's colours and the light behind it.
    Screen,
    /// The status lamp.
    Lamp,
    /// The buzzer.
    Sound,
    /// The card reader, and a test card where one was laid down.
    Reader,
    /// The clock and its battery.
    Clock,
    /// Link, address and the way to the gateway.
    Network,
    /// The data partition and the vault on it.
    Disk,
    /// The switch that notices an opened case.
    Case,
    /// Battery gauge and mains line of the portable unit.
    Battery,
    /// Whether the unit belongs to its office yet.
    Enrolment,
}

impl TestedPart {
    /// Every part, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Touch,
        Self::Screen,
        Self::Lamp,
        Self::Sound,
        Self::Reader,
        Self::Clock,
        Self::Network,
        Self::Disk,
        Self::Case,
        Self::Battery,
        Self::Enrolment,
    ];

    /// Its word on the wire and on the operator's command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Touch => "touch",
            Self::Screen => "screen",
            Self::Lamp => "lamp",
            Self::Sound => "sound",
            Self::Reader => "reader",
            Self::Clock => "clock",
            Self::Network => "network",
            Self::Disk => "disk",
            Self::Case => "case",
            Self::Battery => "battery",
            Self::Enrolment => "enrolment",
        }
    }
}

/// What was found of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It does what it should.
    Works,
    /// This unit has no such part.
    NotFitted,
    /// The reader answers; no card was laid down.
    ReaderEmpty,
    /// No reader is plugged.
    ReaderMissing,
    /// A reader is there, but not the configured one, or none that is supported.
    ReaderNotSupported,
    /// The service that talks to readers does not answer.
    ReaderService,
    /// Nothing was heard of the reader yet.
    ReaderSilent,
    /// The reader answers; the card that was laid down could not be read.
    CardUnread,
    /// At least one corner did not answer to a finger.
    CornersSilent,
    /// A person saw that a colour was wrong or a pixel dead.
    ColoursWrong,
    /// A person did not see the lamp.
    NotSeen,
    /// A person did not hear the buzzer.
    NotHeard,
    /// The real-time clock has lost its time: its battery is empty or missing.
    ClockLost,
    /// Nobody has confirmed the time yet; the gateway does at the first contact.
    ClockUntrusted,
    /// No cable is plugged and no radio joined.
    NoLink,
    /// The link is up, and the machine has no address or no way out of its network.
    NoAddress,
    /// The gateway's name has no address.
    NoName,
    /// The gateway's address does not answer.
    GatewaySilent,
    /// The configuration names no gateway.
    NoGateway,
    /// Little room is left.
    DiskLow,
    /// No room is left: the unit cannot work.
    DiskFull,
    /// What was written was not what was read back, or the disk reported an error: the unit
    /// cannot work.
    DiskFailed,
    /// The encrypted file does not pass its own checks: the unit cannot work.
    VaultFailed,
    /// The switch says that the case is open.
    CaseOpen,
    /// The battery should be charged.
    BatteryLow,
    /// A part of the board does not answer at all.
    PartAbsent,
    /// A part of the board answers, but not as it should.
    PartFailed,
    /// The part cannot be reached with this configuration or these rights.
    PartSetup,
    /// Not done yet; set-up goes on to it.
    Pending,
}

/// What a finding means for the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TestVerdict {
    /// All right.
    Good,
    /// The desk works; somebody should look at it.
    Watch,
    /// Something the desk is for does not work.
    Bad,
    /// Nothing to judge.
    None,
}

impl TestVerdict {
    /// Its word on the operator's command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Watch => "watch",
            Self::Bad => "bad",
            Self::None => "none",
        }
    }
}

impl Found {
    /// Every finding.
    pub const ALL: [Self; 29] = [
        Self::Works,
        Self::NotFitted,
        Self::ReaderEmpty,
        Self::ReaderMissing,
        Self::ReaderNotSupported,
        Self::ReaderService,
        Self::ReaderSilent,
        Self::CardUnread,
        Self::CornersSilent,
        Self::ColoursWrong,
        Self::NotSeen,
        Self::NotHeard,
        Self::ClockLost,
        Self::ClockUntrusted,
        Self::NoLink,
        Self::NoAddress,
        Self::NoName,
        Self::GatewaySilent,
        Self::NoGateway,
        Self::DiskLow,
        Self::DiskFull,
        Self::DiskFailed,
        Self::VaultFailed,
        Self::CaseOpen,
        Self::BatteryLow,
        Self::PartAbsent,
        Self::PartFailed,
        Self::PartSetup,
        Self::Pending,
    ];

    /// Its word on the wire, on the operator's command line, and in the keys of the words that
    /// the screen shows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::NotFitted => "not_fitted",
            Self::ReaderEmpty => "reader_empty",
            Self::ReaderMissing => "reader_missing",
            Self::ReaderNotSupported => "reader_not_supported",
            Self::ReaderService => "reader_service",
            Self::ReaderSilent => "reader_silent",
            Self::CardUnread => "card_unread",
            Self::CornersSilent => "corners_silent",
            Self::ColoursWrong => "colours_wrong",
            Self::NotSeen => "not_seen",
            Self::NotHeard => "not_heard",
            Self::ClockLost => "clock_lost",
            Self::ClockUntrusted => "clock_untrusted",
            Self::NoLink => "no_link",
            Self::NoAddress => "no_address",
            Self::NoName => "no_name",
            Self::GatewaySilent => "gateway_silent",
            Self::NoGateway => "no_gateway",
            Self::DiskLow => "disk_low",
            Self::DiskFull => "disk_full",
            Self::DiskFailed => "disk_failed",
            Self::VaultFailed => "vault_failed",
            Self::CaseOpen => "case_open",
            Self::BatteryLow => "battery_low",
            Self::PartAbsent => "part_absent",
            Self::PartFailed => "part_failed",
            Self::PartSetup => "part_setup",
            Self::Pending => "pending",
        }
    }

    /// What it means for the desk.
    #[must_use]
    pub const fn verdict(self) -> TestVerdict {
        match self {
            Self::Works | Self::ReaderEmpty => TestVerdict::Good,
            // Enrolment comes after the test of a new unit: not yet is as it should be.
            Self::NotFitted | Self::Pending => TestVerdict::None,
            Self::CardUnread
            | Self::NotSeen
            | Self::NotHeard
            | Self::ClockLost
            | Self::ClockUntrusted
            | Self::DiskLow
            | Self::CaseOpen
            | Self::BatteryLow
            | Self::PartAbsent
            | Self::PartFailed
            | Self::PartSetup => TestVerdict::Watch,
            Self::ReaderMissing
            | Self::ReaderNotSupported
            | Self::ReaderService
            | Self::ReaderSilent
            | Self::CornersSilent
            | Self::ColoursWrong
            | Self::NoLink
            | Self::NoAddress
            | Self::NoName
            | Self::GatewaySilent
            | Self::NoGateway
            | Self::DiskFull
            | Self::DiskFailed
            | Self::VaultFailed => TestVerdict::Bad,
        }
    }

    /// The unit cannot work with this: set-up does not go on.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(self, Self::DiskFull | Self::DiskFailed | Self::VaultFailed)
    }
}

/// A corner of the screen.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// Top left.
    TopLeft,
    /// Top right.
    TopRight,
    /// Bottom right.
    BottomRight,
    /// Bottom left.
    BottomLeft,
}

impl Corner {
    /// Every corner, in the order in which they are pressed.
    pub const ALL: [Self; 4] = [
        Self::TopLeft,
        Self::TopRight,
        Self::BottomRight,
        Self::BottomLeft,
    ];

    /// Its word on the wire and on the operator's command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TopLeft => "top_left",
            Self::TopRight => "top_right",
            Self::BottomRight => "bottom_right",
            Self::BottomLeft => "bottom_left",
        }
    }
}

impl SelfTest {
    /// The worst verdict of all parts.
    #[must_use]
    pub fn verdict(&self) -> TestVerdict {
        let verdicts = || self.parts.iter().map(|part| part.found.verdict());
        [TestVerdict::Bad, TestVerdict::Watch]
            .into_iter()
            .find(|wanted| verdicts().any(|verdict| verdict == *wanted))
            .unwrap_or(TestVerdict::Good)
    }

    /// Checks what the types alone cannot hold.
    ///
    /// # Errors
    /// [`ProblemCode::CommandField`] without a part, for a part or a corner named twice, and for
    /// a version that is none.
    pub fn check(&self) -> Result<(), ProblemCode> {
        let parts: BTreeSet<_> = self.parts.iter().map(|part| part.part).collect();
        let corners: BTreeSet<_> = self.silent_corners.iter().collect();
        let shaped = (1..=MAX_PROGRAM_BYTES).contains(&self.program.len())
            && !self.parts.is_empty()
            && self.program.bytes().all(|byte| byte.is_ascii_graphic())
            && parts.len() == self.parts.len()
            && corners.len() == self.silent_corners.len();
        if shaped {
            Ok(())
        } else {
            Err(ProblemCode::CommandField)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn works(parts: &[TestedPart]) -> SelfTest {
        SelfTest {
            program: "0.1.0".to_owned(),
            parts: parts
                .iter()
                .map(|part| PartFound {
                    part: *part,
                    found: Found::Works,
                })
                .collect(),
            silent_corners: Vec::new(),
        }
    }

    #[test]
    fn the_words_are_those_of_the_wire() {
        for part in TestedPart::ALL {
            assert_eq!(serde_json::to_value(part).unwrap(), part.word());
        }
        for found in Found::ALL {
            assert_eq!(serde_json::to_value(found).unwrap(), found.word());
        }
        for corner in Corner::ALL {
            assert_eq!(serde_json::to_value(corner).unwrap(), corner.word());
        }
        let words: BTreeSet<_> = Found::ALL.iter().map(|found| found.word()).collect();
        assert_eq!(words.len(), Found::ALL.len());
    }

    #[test]
    fn a_test_names_each_part_once_and_its_program() {
        assert_eq!(works(&TestedPart::ALL).check(), Ok(()));
        assert_eq!(works(&[]).check(), Err(ProblemCode::CommandField));
        let twice = works(&[TestedPart::Disk, TestedPart::Disk]);
        assert_eq!(twice.check(), Err(ProblemCode::CommandField));
        for program in ["", "0.1.0\n", &"9".repeat(MAX_PROGRAM_BYTES + 1)] {
            let test = SelfTest {
                program: program.to_owned(),
                ..works(&[TestedPart::Disk])
            };
            assert!(test.check().is_err(), "{program:?}");
        }
        let corners = SelfTest {
            silent_corners: vec![Corner::TopLeft, Corner::TopLeft],
            ..works(&[TestedPart::Touch])
        };
        assert_eq!(corners.check(), Err(ProblemCode::CommandField));
    }

    #[test]
    fn the_worst_part_is_the_verdict_and_only_the_disk_stops() {
        let mut test = works(&[TestedPart::Reader, TestedPart::Disk]);
        assert_eq!(test.verdict(), TestVerdict::Good);
        test.parts[0].found = Found::NotFitted;
        assert_eq!(test.verdict(), TestVerdict::Good);
        test.parts[0].found = Found::Pending;
        assert_eq!(test.verdict(), TestVerdict::Good, "a perfect new unit");
        test.parts[0].found = Found::CardUnread;
        assert_eq!(test.verdict(), TestVerdict::Watch);
        test.parts[1].found = Found::DiskFull;
        assert_eq!(test.verdict(), TestVerdict::Bad);
        for found in Found::ALL {
            assert!(!found.stops() || found.verdict() == TestVerdict::Bad);
        }
    }
}
