//! Answers and updates: what the gateway's feed brings to a terminal.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::{Date, Timestamp};
use crate::command::StaffRecord;
use crate::exchange::{CommandId, DocumentId, Sha256Digest, TrustBundle};
use crate::facility::{Facility, FacilityProfile};
use crate::number::UserId;
use crate::problem::ProblemCode;
use crate::release::ReleaseOffer;

/// One entry of a terminal's feed. Keeping it twice changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedEntry {
    /// Position in the feed; the next request's cursor.
    pub seq: u64,
    /// What is told.
    pub item: FeedItem,
}

/// What a feed entry tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedItem {
    /// The answer to one command of this terminal.
    Answer {
        /// The command.
        command: CommandId,
        /// Its answer.
        answer: Answer,
    },
    /// A document is ready to be fetched.
    DocumentOffered(DocumentOffer),
    /// A document was taken back or its deadline passed.
    DocumentWithdrawn {
        /// Which.
        document: DocumentId,
    },
    /// A notice from the operator (お知らせ).
    Notice(Notice),
    /// The office's own facts or the insurers it may ask have changed.
    Facility(Facility),
    /// The office's profile as it is kept now, whichever of its terminals changed it.
    Profile(FacilityProfile),
    /// A staff record from another terminal of the office, or a leaver stopped by the operator.
    Staff(StaffRecord),
    /// A staff member is stopped at once.
    StaffStopped {
        /// Who.
        id: UserId,
    },
    /// New roots, receipt keys or endpoints.
    Trust(TrustBundle),
    /// A new system that may be fetched and installed. It takes the place of an earlier offer.
    ReleaseOffered(ReleaseOffer),
    /// An offered system was taken back: what was fetched of it is deleted.
    ReleaseWithdrawn {
        /// SHA-256 of its bundle.
        sha256: Sha256Digest,
    },
    /// The unit is lost: destroy the vault's key at once.
    Wipe,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Answer {
    /// To a progress query.
    Progress(ProgressAnswer),
    /// To an eligibility query.
    Eligibility(EligibilityAnswer),
    /// To a disclosure request: reviewed.
    Disclosure(DisclosureAnswer),
}

/// Where an answer comes from and how long it may be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Name of the source as shown to staff, such as 「汐見市 介護保険課」.
    pub source: String,
    /// 更新日時 of the record at its source.
    pub updated_at: Option<Timestamp>,
    /// When the gateway read it.
    pub retrieved_at: Timestamp,
    /// After this the answer is grey and says 「再確認が必要」.
    pub valid_until: Timestamp,
    /// After this every copy is deleted (the insurer's retention, 3 or 5 months).
    pub delete_after: Timestamp,
}

/// How far one person's certification is. Never a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressAnswer {
    /// Source, age, validity.
    pub provenance: Provenance,
    /// What was found.
    pub finding: ProgressFinding,
}

/// What an exact-match progress query found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum ProgressFinding {
    /// Exactly one application.
    Found(Box<ProgressRecord>),
    /// No application matches.
    NotFound,
    /// The application date asked for is older than the insurer shows (3 or 5 months).
    BeyondRetention {
        /// Months shown.
        months: u8,
    },
    /// Two or more match: the desk must be called; nothing about them is told.
    Several,
}

/// The union of what the municipalities show; everything but the date of application is optional.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressRecord {
    /// 申請日.
    pub applied_on: Date,
    /// 認定申請区分 (新規, 更新, 区分変更 …).
    pub application_kind: Option<ApplicationKind>,
    /// 訪問調査日.
    pub visit_on: Option<Date>,
    /// 調査票受理日.
    pub survey_received_on: Option<Date>,
    /// 意見書依頼日.
    pub opinion_requested_on: Option<Date>,
    /// 意見書受理日 (入手日).
    pub opinion_received_on: Option<Date>,
    /// 審査会予定日 (二次審査日).
    pub panel_on: Option<Date>,
    /// 認定日.
    pub certified_on: Option<Date>,
    /// 二次審査結果: 要介護状態区分, two-digit code of domain table 1.
    pub care_level: Option<String>,
    /// 認定有効月数.
    pub valid_months: Option<u8>,
    /// 有効開始日.
    pub valid_from: Option<Date>,
    /// 有効終了日.
    pub valid_to: Option<Date>,
}

impl fmt::Debug for ProgressRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgressRecord(**********)")
    }
}

/// 認定申請区分, symbolic until the official code table is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationKind {
    /// 新規
    New,
    /// 更新
    Renewal,
    /// 区分変更
    Change,
    /// 職権
    ExOfficio,
    /// 転入
    MovedIn,
}

/// Whether one person's insurance is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EligibilityAnswer {
    /// Source, age, validity.
    pub provenance: Provenance,
    /// `None`: nobody with this number and birth date.
    pub record: Option<EligibilityRecord>,
}

/// What the 被保険者証 and 負担割合証 say.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EligibilityRecord {
    /// 要介護状態区分, two-digit code.
    pub care_level: Option<String>,
    /// 認定有効期間 from.
    pub valid_from: Option<Date>,
    /// 認定有効期間 to.
    pub valid_to: Option<Date>,
    /// 負担割合 in tenths: 1, 2 or 3.
    pub copayment_tenths: Option<u8>,
    /// 区分支給限度基準額 in units a month.
    pub monthly_limit_units: Option<u32>,
}

impl fmt::Debug for EligibilityRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EligibilityRecord(**********)")
    }
}

/// What became of a disclosure request, person by person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureAnswer {
    /// When the municipality decided.
    pub decided_at: Timestamp,
    /// One for each person of the request, in its order.
    pub subjects: Vec<SubjectDecision>,
}

/// The decision about one person of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum SubjectDecision {
    /// Papers come, or came, as documents.
    Granted,
    /// No; the desk is to be called.
    Declined {
        /// Why.
        code: ProblemCode,
    },
    /// Not decided yet.
    Pending,
}

/// A document that waits at the gateway.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentOffer {
    /// Random id; also the name on disk.
    pub document: DocumentId,
    /// The request it answers, if it answers one.
    pub request: Option<CommandId>,
    /// 被保険者番号_被保険者氏名_認定年月日.pdf, for display and export only.
    pub display_name: String,
    /// Size in bytes.
    pub size: u64,
    /// Of the content.
    pub sha256: Sha256Digest,
    /// 申出を受けた日.
    pub request_received_on: Option<Date>,
    /// When it was put here.
    pub delivered_at: Timestamp,
    /// At this instant it is gone from both sides.
    pub deadline: Timestamp,
}

/// Without the display name, which names a person.
impl fmt::Debug for DocumentOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentOffer")
            .field("document", &self.document)
            .field("request", &self.request)
            .field("size", &self.size)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// A notice from the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Position-independent id.
    pub id: DocumentId,
    /// Title.
    pub title: String,
    /// Body text.
    pub body: String,
    /// Shown first, with a mark.
    pub important: bool,
    /// 提示開始日.
    pub shown_from: Timestamp,
    /// A maintenance window, during which red alarms are held back.
    pub maintenance: Option<(Timestamp, Timestamp)>,
}
