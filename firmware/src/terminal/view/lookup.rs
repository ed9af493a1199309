//! D: look-ups and their answers.

use std::time::Duration;

use protocol::answer::{EligibilityRecord, ProgressRecord};
use protocol::calendar::{Date, Era, Timestamp};
use protocol::person::Purpose;
use protocol::problem::ProblemCode;

use super::{DeskState, ItemKind, ItemState, Paged};
use crate::lookup::Period;

/// D-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsuredNumberPage {
    /// Characters typed so far, at most ten.
    pub typed: String,
    /// The insurer uses `H`.
    pub h_key: bool,
    /// The person in hand, if any.
    pub name: Option<String>,
    /// What is wrong.
    pub note: Option<ProblemCode>,
    /// 「台帳から」 has somebody to offer.
    pub clients: bool,
}

/// D-15.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsurerChoicePage {
    /// Whom the office may ask.
    pub insurers: Paged<InsurerRow>,
    /// The person in hand, if any.
    pub who: Option<String>,
}

/// A municipality to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsurerRow {
    /// Such as 汐見市.
    pub city: String,
    /// Its desk.
    pub desk: String,
    /// It was chosen before.
    pub chosen: bool,
}

/// D-2 (birth) and D-3 (application), and 認定年月日 in E-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePage {
    /// Which date.
    pub kind: DateKind,
    /// Eras offered.
    pub eras: Vec<Era>,
    /// Era chosen.
    pub era: Era,
    /// Typed year, month, day; empty when not typed yet.
    pub fields: [String; 3],
    /// Which of the three is typed.
    pub field: usize,
    /// The date, when complete and possible.
    pub date: Option<Date>,
    /// Why it is not possible.
    pub note: Option<DateNote>,
    /// The year follows from month and day and is not typed: for an application, while the
    /// clock is trusted.
    pub infers_year: bool,
    /// Age on that birth date today.
    pub age: Option<u16>,
    /// Read-back of the person: 被保険者番号 or name.
    pub about: Option<String>,
}

/// Which date is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateKind {
    /// 生年月日
    Birth,
    /// 申請日
    Application,
    /// 認定年月日
    Certification,
    /// 有効期間の満了日 of a 介護支援専門員証
    LicenceExpiry,
}

/// Why a date is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateNote {
    /// There is no such day.
    NoSuchDay,
    /// The era did not have this day.
    OutsideEra,
    /// In the future.
    Future,
    /// Older than the insurer shows.
    BeyondRetention {
        /// Months shown.
        months: u8,
    },
}

/// D-4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposePage {
    /// Whom it is about, if that is known.
    pub name: Option<String>,
    /// Chosen.
    pub chosen: Option<Purpose>,
    /// 被保険者番号, if asked by number.
    pub insured: Option<String>,
    /// 生年月日.
    pub born_on: Option<Date>,
    /// 申請日.
    pub applied_on: Option<Date>,
    /// To whom it goes.
    pub city: String,
    /// Desk's name.
    pub desk: String,
    /// 資格 is asked, not 進捗.
    pub eligibility: bool,
}

/// D-5, D-6, D-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPage {
    /// Name, or 被保険者番号 if no name is known; empty when it was asked by dates alone.
    pub who: String,
    /// The record.
    pub record: ProgressRecord,
    /// Stages for the line.
    pub stages: Vec<Stage>,
    /// Source, such as 「汐見市 介護保険課」.
    pub source: String,
    /// 更新日時.
    pub updated_at: Option<Timestamp>,
    /// Age of the answer; `None` when the clock is not trusted.
    pub age: Option<Duration>,
    /// How it may be relied on.
    pub validity: Validity,
    /// 30日目 from the application (a guess, worded so).
    pub thirtieth_day: Date,
    /// The same question is already on its way.
    pub asked_again: bool,
}

/// D-12, D-13, D-14: what the 被保険者証 and 負担割合証 say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EligibilityPage {
    /// Name, or 被保険者番号 if no name is known.
    pub who: String,
    /// What they say.
    pub record: EligibilityRecord,
    /// Where today stands in the 認定有効期間; `None` when that cannot be said.
    pub period: Option<Period>,
    /// Source, such as 「汐見市 資格情報」.
    pub source: String,
    /// 更新日時, if the source tells.
    pub updated_at: Option<Timestamp>,
    /// When the gateway read it.
    pub retrieved_at: Timestamp,
    /// Age of the answer; `None` when the clock is not trusted.
    pub age: Option<Duration>,
    /// How it may be relied on.
    pub validity: Validity,
    /// The same question is already on its way.
    pub asked_again: bool,
}

/// How an answer may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Within its validity.
    Current,
    /// Past it: 再確認が必要.
    Stale,
    /// The clock is not trusted: nothing looks valid.
    ClockUntrusted,
}

/// One stage of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub kind: StageKind,
    /// Its date, if known.
    pub date: Option<Date>,
    /// Done, next or later.
    pub state: StageState,
}

/// Stages of a certification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageKind {
    /// 申請
    Applied,
    /// 調査票
    Survey,
    /// 意見書
    Opinion,
    /// 審査会予定
    Panel,
    /// 結果の目安 (computed: the 30th day)
    ResultGuess,
    /// 認定 (known)
    Certified,
}

/// State of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageState {
    /// Done.
    Done,
    /// Next.
    Next,
    /// Later.
    Later,
}

/// D-7 and E-5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPage {
    /// What was saved.
    pub what: ItemKind,
    /// About whom: a name, or none.
    pub who: Option<String>,
    /// How many people.
    pub people: usize,
    /// 控え番号, such as 0618-0003.
    pub slip_number: String,
    /// How far it is by now.
    pub state: ItemState,
    /// The line is up, so it goes at once.
    pub online: bool,
}

/// D-9.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerNonePage {
    /// Which of the texts.
    pub kind: NoneKind,
    /// Whom to call.
    pub desk: Option<DeskState>,
    /// Age of the answer.
    pub age: Option<Duration>,
}

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoneKind {
    /// Nothing matches.
    NotFound,
    /// Older than the insurer shows.
    BeyondRetention {
        /// Months shown.
        months: u8,
    },
    /// Two or more.
    Several,
    /// 資格: nobody has this number with this birth date.
    Nobody,
}

/// D-10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientListPage {
    /// The people.
    pub entries: Paged<ClientRow>,
    /// What choosing one of them means.
    pub mode: ClientListMode,
}

/// What is done with who is chosen from the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientListMode {
    /// The work goes on about them.
    Choose,
    /// They are to leave the list.
    Remove,
    /// Is it sure that this person is to leave it?
    ConfirmRemoval(ClientRow),
}

/// A person of the office's own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// Name.
    pub name: String,
    /// 生年月日.
    pub born_on: Date,
    /// 被保険者番号.
    pub insured: Option<String>,
    /// Age of the kept answer, if there is one and the clock is trusted.
    pub answer_age: Option<Duration>,
}

/// D-11.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUpKindPage {
    /// The person in hand, if any.
    pub name: Option<String>,
}
