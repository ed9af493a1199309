//! E: disclosure requests and typed text.

use protocol::calendar::Date;
use protocol::person::AttachmentMedia;
use protocol::problem::ProblemCode;

use super::Paged;
use crate::request::Qualification;

/// E-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosurePage {
    /// People so far, at most ten.
    pub people: Paged<DisclosureRow>,
    /// What the main action does next.
    pub next: DisclosureNext,
    /// An eleventh was offered: a second request is proposed.
    pub offer_second: bool,
}

/// One place of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureRow {
    /// From 1.
    pub place: usize,
    /// Name; `None` for an empty place.
    pub name: Option<String>,
    /// 被保険者番号, once it is known.
    pub insured: Option<String>,
    /// What is still missing.
    pub missing: Option<Missing>,
    /// 届出あり. Otherwise, when nothing is missing, a contract is attached.
    pub filed: bool,
}

/// What a person of a request still lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// 被保険者番号, name or a date.
    Facts,
    /// 届出の有無.
    PlanNotice,
    /// The contract.
    Contract,
}

/// What the main action of E-1 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisclosureNext {
    /// 人を加える
    AddPerson,
    /// 契約書をつける
    AttachContract,
    /// 足りないところを入れる
    Complete,
    /// 確かめて送る
    Review,
}

/// E-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosurePersonPage {
    /// From 1.
    pub place: usize,
    /// 氏名.
    pub name: Option<String>,
    /// 被保険者番号.
    pub insured: Option<String>,
    /// 生年月日.
    pub born_on: Option<Date>,
    /// 認定年月日.
    pub certified_on: Option<Date>,
    /// 届出: filed, not filed, or not said yet.
    pub filed: Option<bool>,
    /// The contract is attached.
    pub contract: bool,
    /// Everything is there.
    pub complete: bool,
}

/// E-3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachPage {
    /// For whom; `None`: the applicant's 介護支援専門員証.
    pub who: Option<String>,
    /// Files found.
    pub files: Paged<FileRow>,
    /// The stick or folder is being read.
    pub searching: bool,
    /// What was wrong with the chosen file.
    pub note: Option<ProblemCode>,
}

/// A file on the stick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Name on the stick.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Kind by content; `None`: not a kind that is taken.
    pub media: Option<AttachmentMedia>,
}

/// E-7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualificationPage {
    /// Who is asked.
    pub applicant: String,
    /// What they said before.
    pub held: Option<Qualification>,
}

/// E-4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureReviewPage {
    /// People of the request.
    pub people: Paged<DisclosureRow>,
    /// 申出者.
    pub applicant: String,
    /// Their 保有資格.
    pub held: Option<Qualification>,
    /// 事業所番号.
    pub office: String,
    /// The check digit does not match: a warning, not a stop.
    pub office_warning: bool,
    /// The applicant's 介護支援専門員証, if one was taken in.
    pub licence: Option<Licence>,
    /// To whom it goes.
    pub city: String,
    /// Desk's name.
    pub desk: String,
}

/// The scan of a 介護支援専門員証 and how long it may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Licence {
    /// Its last day, if it was told.
    pub expires_on: Option<Date>,
    /// What that means today.
    pub state: LicenceState,
}

/// What the last day of a licence means today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenceState {
    /// It runs on, or its last day was not told.
    Good,
    /// It ends within [`LICENCE_SOON_DAYS`] days.
    Soon,
    /// It has ended: it is not sent along.
    Over,
    /// The clock is not trusted: it cannot be said, and it is sent along.
    Unjudged,
}

/// From so many days before its end on, a licence is said to end. Who renews one has to take a
/// course first (介護保険法69条の8).
pub const LICENCE_SOON_DAYS: i64 = 90;

/// A text is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEntryPage {
    /// What is asked.
    pub field: TextField,
    /// Typed so far.
    pub typed: String,
    /// Which keyboard.
    pub keyboard: Keyboard,
    /// What is wrong.
    pub note: Option<ProblemCode>,
    /// The main action works.
    pub complete: bool,
    /// Position in a series (set-up), from 1, and its length.
    pub step: Option<(usize, usize)>,
}

/// Fields that are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextField {
    /// 氏名 of a person of a request, in kana.
    PersonName,
    /// One-time token.
    Token,
    /// 法人名
    Corporation,
    /// 事業所番号
    Office,
    /// 事業所名
    OfficeName,
    /// 短い名前
    ShortName,
    /// 所在地
    Address,
    /// 電話番号
    Phone,
    /// メールアドレス
    Email,
    /// 申請者氏名
    Applicant,
    /// Staff name.
    StaffName,
    /// Staff id.
    StaffId,
    /// 保有資格
    Qualification,
}

/// Which keyboard is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyboard {
    /// Kana.
    Kana,
    /// Latin letters and digits.
    Latin,
    /// Digits only.
    Digits,
}
