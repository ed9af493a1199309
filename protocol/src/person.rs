//! Who a question or a request is about, and who asks.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::Date;
use crate::exchange::Sha256Digest;
use crate::number::{InsuredNumber, OfficeNumber};
use crate::text::{PersonName, PhoneNumber};

/// Why a person is looked up (the pledge's point 2: nobody unrelated to work).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// ケアプランの作成・見直し
    CarePlan,
    /// 認定の更新・区分変更の時期を知る
    Renewal,
    /// 利用者・家族からの問い合わせに答える
    ClientAsked,
    /// サービスの調整
    Coordination,
}

/// What a staff member may do. Source: the eligibility service's three user kinds, plus the technician.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// 設定者: first set-up, administrators, rights. No look-ups.
    Setup,
    /// 管理者: general staff, settings, and everything 一般 may do.
    Administrator,
    /// 一般: look-ups, requests, documents.
    General,
    /// 技術者: diagnostics only, no personal data.
    Technician,
}

/// 申出者: the applicant part of a 情報提供申出.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// 事業所番号.
    pub office: OfficeNumber,
    /// 事業所名または施設名.
    pub office_name: String,
    /// 申出者氏名.
    pub name: PersonName,
    /// 連絡先電話番号.
    pub phone: PhoneNumber,
    /// 保有資格, such as 介護支援専門員.
    pub qualification: String,
    /// Scan of the 介護支援専門員証.
    pub qualification_scan: Option<Attachment>,
}

/// One person of a 情報提供申出.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestSubject {
    /// 被保険者番号.
    pub insured: InsuredNumber,
    /// 被保険者氏名.
    pub name: PersonName,
    /// 生年月日.
    pub born_on: Date,
    /// 認定年月日.
    pub certified_on: Date,
    /// 居宅サービス計画作成依頼（変更）届: filed, or the contract that stands for it.
    pub plan: PlanNotice,
}

impl fmt::Debug for RequestSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSubject")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// Whether the municipality already knows that this office makes the person's care plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "filed", rename_all = "snake_case")]
pub enum PlanNotice {
    /// 提出有.
    Filed,
    /// 提出無: the page of the contract that bears the contractor's name.
    Contract {
        /// The scan.
        scan: Attachment,
    },
}

/// An attachment by its content. The bytes travel by `PUT /v1/attachments/{sha256}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Of the content.
    pub sha256: Sha256Digest,
    /// Bytes.
    pub size: u64,
    /// What the content is, by its first bytes, not by a name.
    pub media: AttachmentMedia,
}

/// The kinds of attachment that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentMedia {
    /// image/png
    Png,
    /// image/jpeg
    Jpeg,
    /// application/pdf
    Pdf,
}
