//! Commands: what a terminal asks the gateway to do.
//!
//! A command's id is made at the touch and stored before the first send; its outcome is
//! final. The same id with the same body always earns the same receipt.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::{Date, Timestamp};
use crate::exchange::{DocumentId, Sha256Digest};
use crate::facility::FacilityProfile;
use crate::number::{InsuredNumber, InsurerNumber, UserId};
use crate::person::{Applicant, Purpose, RequestSubject, StaffRole};
use crate::release::UpdateReport;
use crate::self_test::SelfTest;

/// Most people in one 情報提供申出.
/// Source: Utsunomiya's form, "1回の申出につき10人まで".
pub const MAX_SUBJECTS: usize = 10;

/// Largest body of one command in bytes, as JSON.
pub const MAX_COMMAND_BYTES: usize = 64 * 1024;

/// One thing the terminal wants done, with the circumstances in which it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// When the touch happened, by the terminal's clock.
    pub made_at: Timestamp,
    /// Whether the terminal trusted its clock then.
    pub clock_trusted: bool,
    /// Who touched.
    pub staff: UserId,
    /// The municipality that is asked. `None` for office-internal matters (staff, profile).
    pub insurer: Option<InsurerNumber>,
    /// What is asked.
    pub action: Action,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// 要介護認定の進捗: how far is this person's application?
    ProgressQuery(ProgressQuery),
    /// 資格確認: is this person's insurance valid?
    EligibilityQuery(EligibilityQuery),
    /// 情報提供申出: may we have the assessment papers of up to ten people?
    DisclosureRequest(DisclosureRequest),
    /// A document arrived whole on the terminal.
    DocumentReceived(DocumentMark),
    /// A document was opened by a person (開封確認).
    DocumentOpened(DocumentMark),
    /// The terminal destroyed its copy at the deadline.
    DocumentDestroyed(DocumentMark),
    /// A staff member was added, changed, disabled or enabled.
    StaffChanged(StaffRecord),
    /// The office's profile was entered or corrected (変更).
    ProfileChanged(FacilityProfile),
    /// A staff member signed the yearly pledge (誓約).
    PledgeSigned(PledgeSigned),
    /// Something happened to the terminal itself.
    DeviceReport(DeviceReport),
    /// What became of a system that the gateway offered.
    UpdateReport(UpdateReport),
    /// The terminal tested itself.
    SelfTested(SelfTest),
}

/// A question about the progress of one person's certification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressQuery {
    /// Which person, by one of the two keys the municipalities accept.
    pub key: ProgressKey,
    /// Why it is asked (required by the pledge, point 2).
    pub purpose: Purpose,
}

/// How a person is found. Always an exact match; two conditions are always AND.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum ProgressKey {
    /// By 被保険者番号. Adapters that take only the last six digits shorten it themselves.
    Insured {
        /// Ten characters.
        insured: InsuredNumber,
    },
    /// By 申請日 and 生年月日.
    Dates {
        /// 申請日, with the year the terminal inferred and showed.
        applied_on: Date,
        /// 生年月日.
        born_on: Date,
    },
}

/// Without the dates: who was born on one and applied on the other is a person.
impl fmt::Debug for ProgressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Insured { .. } => "Insured(**********)",
            Self::Dates { .. } => "Dates(**********)",
        })
    }
}

/// A question about one person's insurance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EligibilityQuery {
    /// 被保険者番号.
    pub insured: InsuredNumber,
    /// 生年月日, so that a mistyped number cannot show somebody else.
    pub born_on: Date,
    /// Why it is asked.
    pub purpose: Purpose,
}

impl fmt::Debug for EligibilityQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EligibilityQuery")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// 情報提供申出 for one to [`MAX_SUBJECTS`] people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureRequest {
    /// Who applies (申出者), from the profile and the staff record.
    pub applicant: Applicant,
    /// Whose papers.
    pub subjects: Vec<RequestSubject>,
}

/// Names one document in a command about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentMark {
    /// Which document.
    pub document: DocumentId,
    /// SHA-256 of its content as received.
    pub sha256: Sha256Digest,
}

/// A staff member as the office's other terminals and the gateway know them.
/// The passcode is not part of it and never leaves the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffRecord {
    /// User id: six or more half-width letters and digits.
    pub id: UserId,
    /// Name as shown on the staff screen.
    pub name: crate::text::PersonName,
    /// What they may do.
    pub role: StaffRole,
    /// サービス種類 codes (several allowed).
    #[serde(default)]
    pub services: Vec<String>,
    /// 職種区分.
    #[serde(default)]
    pub occupation: Option<String>,
    /// `false` for a leaver: kept because the log names them, but can do nothing.
    pub active: bool,
}

/// The yearly pledge, signed by one staff member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PledgeSigned {
    /// Edition of the pledge's text that was shown.
    pub edition: u16,
}

/// What a terminal reports about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceReport {
    /// What happened.
    pub event: DeviceEvent,
}

/// Something that happened to a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceEvent {
    /// Its case was opened while it ran.
    CaseOpened,
    /// It switched itself off because its battery was empty.
    BatteryEmpty,
}
