//! The office's profile and the insurers it may ask.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::number::{InsurerNumber, OfficeNumber};
use crate::text::{EmailAddress, PersonName, PhoneNumber};

/// The office as it describes itself: the eight fields that every service asks for,
/// entered once. Source: Utsunomiya's registration form (8 fields).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityProfile {
    /// ①法人名
    pub corporation: String,
    /// ②事業所番号
    pub office: OfficeNumber,
    /// ③事業所名または施設名
    pub name: String,
    /// Short name for the status strip, at most eight characters.
    pub short_name: String,
    /// ④所在地
    pub address: String,
    /// ⑤電話番号
    pub phone: PhoneNumber,
    /// ⑥メールアドレス
    pub email: EmailAddress,
    /// ⑦申請者氏名
    pub applicant: PersonName,
    /// ⑧希望するアクセス制限方式
    pub access: AccessMethod,
}

/// ⑧希望するアクセス制限方式.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessMethod {
    /// クライアント証明書: what this terminal is.
    ClientCertificate,
    /// 固定グローバルIP, as an additional check.
    FixedAddress,
    /// アプリ認証.
    App,
}

/// What the gateway knows about the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Facility {
    /// The number the terminal was enrolled for.
    pub office: OfficeNumber,
    /// The office's name at the gateway.
    pub name: String,
    /// Whom it may ask. A terminal refuses every other insurer before sending.
    pub insurers: Vec<Insurer>,
}

/// A municipality as an insurer (保険者).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Insurer {
    /// 保険者番号.
    pub number: InsurerNumber,
    /// Such as 汐見市.
    pub city: String,
    /// Whom to call.
    pub desk: Desk,
    /// Months of applications shown (3 or 5).
    pub retention_months: u8,
    /// Whether 被保険者番号 starting with `H` (みなし2号) are in use.
    pub h_numbers: bool,
}

/// A desk that people can call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Such as 介護保険課 認定係.
    pub name: String,
    /// Telephone.
    pub phone: PhoneNumber,
    /// When it answers.
    pub hours: Vec<OpeningHours>,
}

/// One opening rule of a desk, in Japan time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    /// Weekdays, 1 = Monday … 7 = Sunday.
    pub weekdays: Vec<u8>,
    /// Minutes after midnight.
    pub from_minute: u16,
    /// Minutes after midnight, exclusive.
    pub to_minute: u16,
    /// Only on these days of the month, first and last inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_of_month: Option<(u8, u8)>,
}
