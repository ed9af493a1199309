//! New systems for terminals: what the gateway offers, what a terminal hands over to the
//! machine it runs on, and what became of it.
//!
//! The gateway's word installs nothing: a bundle counts only by its own signature, which the
//! machine checks, and only from the recorded minimum on.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::Sha256Digest;
use crate::problem::ProblemCode;
use crate::provisioning::Version;

/// Largest bundle in bytes: what the machine's updater takes at most.
pub const MAX_BUNDLE_BYTES: u64 = 1 << 30;

/// Largest [`Handover`] and [`MachineUpdate`] in bytes, as JSON.
pub const MAX_NOTE_BYTES: u64 = 4 * 1024;

/// Media type of a bundle on the wire.
pub const BUNDLE_MEDIA_TYPE: &str = "application/vnd.rauc.bundle";

/// A bundle that a terminal may fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseOffer {
    /// Its version, as the operator was told. The machine believes the bundle's own.
    #[schema(value_type = String)]
    pub version: Version,
    /// SHA-256 of the bundle.
    pub sha256: Sha256Digest,
    /// Its length in bytes, at most [`MAX_BUNDLE_BYTES`].
    pub size: u64,
}

/// What a terminal tells the gateway about an offered release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateReport {
    /// Version that was offered.
    #[schema(value_type = String)]
    pub version: Version,
    /// SHA-256 of its bundle.
    pub sha256: Sha256Digest,
    /// Version that runs.
    #[schema(value_type = String)]
    pub running: Version,
    /// What became of the offer.
    pub state: UpdateState,
}

/// What became of an offered release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum UpdateState {
    /// It is whole on the terminal, and was handed over to the machine.
    Fetched,
    /// It is written and starts when the desk is idle.
    Written,
    /// It runs and is kept.
    Installed,
    /// It was started, was not good enough, and the system before it came back.
    CameBack,
    /// It was not taken.
    Refused {
        /// Why.
        code: ProblemCode,
    },
}

impl UpdateState {
    /// The word in tables and on the command line.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Written => "written",
            Self::Installed => "installed",
            Self::CameBack => "came-back",
            Self::Refused { .. } => "refused",
        }
    }

    /// Nothing more will become of this offer.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Fetched | Self::Written)
    }
}

impl fmt::Display for UpdateState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code } => write!(f, "refused ({code})"),
            other => f.pad(other.as_str()),
        }
    }
}

/// What the kiosk writes beside a whole bundle, last: from then on it is the machine's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// Version that was offered.
    pub version: Version,
    /// SHA-256 of the bundle.
    pub sha256: Sha256Digest,
    /// Its length in bytes.
    pub size: u64,
}

impl Handover {
    /// Name of the bundle in the folder that both sides know.
    pub const BUNDLE: &'static str = "update.raucb";

    /// Name of this note in that folder.
    pub const NOTE: &'static str = "ready.json";
}

/// What the machine tells the kiosk about the bundle it was given last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineUpdate {
    /// Version that was offered.
    pub version: Version,
    /// SHA-256 of the bundle.
    pub sha256: Sha256Digest,
    /// What became of it; [`UpdateState::Fetched`] while it is being written.
    pub state: UpdateState,
}

/// What the machine tells the kiosk about the stick with an update that was put in last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StickUpdate {
    /// What became of it; [`UpdateState::Fetched`] while it is read.
    pub state: UpdateState,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_report_reads_back_and_a_refusal_carries_its_code() {
        let report = UpdateReport {
            version: Version::parse("0.3.0").unwrap(),
            sha256: Sha256Digest::of(b"bundle"),
            running: Version::parse("0.2.0").unwrap(),
            state: UpdateState::Refused {
                code: ProblemCode::UpdateOlder,
            },
        };
        let text = serde_json::to_string(&report).unwrap();
        assert!(text.contains("MDG-UPDATE-OLDER"), "{text}");
        assert_eq!(serde_json::from_str::<UpdateReport>(&text).unwrap(), report);
        assert_eq!(report.state.to_string(), "refused (MDG-UPDATE-OLDER)");
        assert!(report.state.is_final() && !UpdateState::Written.is_final());
    }
}
