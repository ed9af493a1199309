//! What the screen shows: data only. Words come from the translation files, by the page's adapter.
//!
//! Dates are [`Date`], instants are [`Timestamp`]; the adapter writes them in the language of
//! the screen. Secrets appear as counts of digits, never as digits.

use std::sync::Arc;
use std::time::Duration;

use hal::card::{Bitmap, Photo};
use protocol::answer::ProgressRecord;
use protocol::calendar::{Date, Era, Timestamp};
use protocol::exchange::{CommandId, DocumentId};
use protocol::facility::{Desk, FacilityProfile};
use protocol::number::UserId;
use protocol::person::{AttachmentMedia, Purpose, StaffRole};
use protocol::problem::ProblemCode;

use super::screen::Screen;
use super::touch::{HelpTopic, InboxFilter, Language, OutboxFilter, TextSize};

/// Everything a screen needs.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Number at the bottom left.
    pub screen: Screen,
    /// The strip above.
    pub strip: Strip,
    /// How it is drawn.
    pub look: Look,
    /// The member of staff at the desk, if unlocked.
    pub staff: Option<String>,
    /// The page.
    pub page: Page,
}

/// Language, text size and contrast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Look {
    /// Language.
    pub language: Language,
    /// Text size.
    pub text_size: TextSize,
    /// Black ground, white lines.
    pub high_contrast: bool,
    /// Sounds other than errors.
    pub sounds: bool,
}

/// The status strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// Office name; empty before set-up.
    pub office: String,
    /// Short name, at most eight characters.
    pub office_short: String,
    /// Test cards are trusted: 「試験用」.
    pub test_trust: bool,
    /// Network.
    pub network: Network,
    /// Commands not receipted yet. Equals the rows in the table.
    pub waiting: u64,
    /// Date and time to show; `None` when the clock is not trusted.
    pub clock: Option<(Date, u8, u8)>,
    /// Charge of the portable unit in percent.
    pub battery: Option<u8>,
}

/// State of the line as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// つながっています
    Online,
    /// つながっていません・最終 9:42
    Offline {
        /// Last good exchange, if ever.
        last: Option<Timestamp>,
    },
    /// Connected, but sending is paused for a reason that needs a person.
    Paused {
        /// Why.
        code: ProblemCode,
    },
    /// Not enrolled yet.
    NotSetUp,
}

/// The pages. One variant a kind of screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    ///
    Lock,
    ///
    StaffChoice(Paged<StaffTile>),
    ///
    Passcode(PasscodePage),
    ///
    Lockout(LockoutPage),
    ///
    NewPasscode(NewPasscodePage),
    ///
    Pledge,
    /// B-1.
    Home(HomePage),
    /// B-2.
    Settings(SettingsPage),
    /// C-1.
    CardPrompt(CardPromptPage),
    /// C-2.
    NumberB(NumberBPage),
    /// C-3.
    Reading(ReadingPage),
    /// C-4.
    Compare(ComparePage),
    /// C-5.
    CardPin(CardPinPage),
    /// C-6.
    Confirmed(ConfirmedPage),
    /// C-7.
    PinResult(ComparePage),
    /// C-11 … C-18.
    CardTrouble(CardTroublePage),
    /// D-1.
    InsuredNumber(InsuredNumberPage),
    /// D-2 and D-3.
    Date(DatePage),
    /// D-4.
    Purpose(PurposePage),
    /// D-5, D-6, D-8.
    Answer(AnswerPage),
    /// D-7 and E-5.
    Saved(SavedPage),
    /// D-9.
    AnswerNone(AnswerNonePage),
    /// D-10.
    ClientList(Paged<ClientRow>),
    /// D-11.
    LookUpKind(LookUpKindPage),
    /// E-1.
    Disclosure(DisclosurePage),
    /// E-2.
    DisclosurePerson(DisclosurePersonPage),
    /// E-3.
    Attach(AttachPage),
    /// E-4.
    DisclosureReview(DisclosureReviewPage),
    /// E-6, S-2, S-4 and wherever text is typed.
    TextEntry(TextEntryPage),
    /// F-1.
    Outbox(OutboxPage),
    /// F-2 and F-3.
    OutboxItem(OutboxItemPage),
    /// G-1.
    Inbox(InboxPage),
    /// G-2.
    Document(DocumentPage),
    /// G-3.
    Notice(NoticePage),
    /// H-1.
    Help(HelpPage),
    /// H-2.
    HelpTopic(HelpTopicPage),
    /// J-1.
    Diagnostics(DiagnosticsPage),
    /// J-2.
    StaffAdmin(StaffAdminPage),
    /// J-3 and S-5.
    StaffEdit(StaffEditPage),
    /// J-4.
    Look,
    /// J-5.
    Profile(Box<ProfilePage>),
    /// J-6.
    CardMode {
        /// PIN mode is on.
        pin_mode: bool,
    },
    /// K-1.
    Trouble(TroublePage),
    /// K-2.
    Slip(Slip),
    /// S-1.
    SetupWelcome,
    /// S-3.
    SetupEnrolling(EnrollingPage),
    /// S-6.
    SetupDone,
}

/// One page of a longer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// Rows of this page.
    pub rows: Vec<T>,
    /// From 0.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
    /// Rows in all.
    pub total: usize,
}

/// A member of staff to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffTile {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: StaffRole,
    /// Paused at present.
    pub locked_out: bool,
}

///
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasscodePage {
    /// Whose.
    pub name: String,
    /// Digits typed, 0–4.
    pub typed: usize,
    /// The hash is being computed.
    pub checking: bool,
    /// The last try was wrong; so many are left before the next pause.
    pub wrong_left: Option<u8>,
    /// Why it is asked here, when not for unlocking (manager opens a lockout, confirms the last try …).
    pub reason: PasscodeReason,
}

/// Why a passcode is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasscodeReason {
    /// To unlock.
    Unlock,
    /// An administrator opens somebody's lockout.
    OpenLockout,
    /// An administrator allows the card's last try.
    AllowLastTry,
    /// A second person confirms a change of rights.
    SecondPerson,
}

///
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockoutPage {
    /// Who is paused.
    pub name: String,
    /// Wrong tries so far.
    pub wrong: u8,
    /// Time left; `None`: only an administrator opens.
    pub left: Option<Duration>,
    /// When it opens, if the clock is trusted.
    pub opens_at: Option<(u8, u8)>,
    /// The device-wide limit is reached, not this person's.
    pub device_wide: bool,
}

///
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasscodePage {
    /// Whose.
    pub name: String,
    /// The second time.
    pub again: bool,
    /// Digits typed, 0–4.
    pub typed: usize,
    /// What was wrong with the last attempt.
    pub note: Option<NewPasscodeNote>,
    /// The hash is being computed.
    pub checking: bool,
}

/// Why a new passcode was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPasscodeNote {
    /// The two did not match.
    Mismatch,
    /// Too common (0000, 1234, years …).
    TooCommon,
}

/// B-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomePage {
    /// Counts of the queue.
    pub saved: u64,
    /// Sent, no receipt yet.
    pub sent: u64,
    /// Receipted, no answer yet.
    pub receipted: u64,
    /// Answered.
    pub answered: u64,
    /// On hold.
    pub held: u64,
    /// Documents not opened.
    pub unopened: u64,
    /// The person's role decides which tiles work.
    pub role: StaffRole,
    /// A draft of a disclosure request can be resumed.
    pub draft: bool,
    /// The queue is nearly full (80 %).
    pub nearly_full: bool,
}

/// B-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsPage {
    /// What this person may open, in order.
    pub rows: Vec<Screen>,
}

/// C-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardPromptPage {
    /// 30 s have passed: show the hint.
    pub hint: bool,
    /// PIN mode.
    pub pin_mode: bool,
}

/// C-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberBPage {
    /// Which group is typed: 0 birth (YYMMDD), 1 expiry year, 2 security code.
    pub group: usize,
    /// What has been typed, shown in clear: it stands on the card's front.
    pub groups: [String; 3],
    /// Tries left, read from the card.
    pub tries: Option<u8>,
    /// The group has an impossible value.
    pub impossible: bool,
    /// All 14 digits are there.
    pub complete: bool,
}

/// C-3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingPage {
    /// Steps done, 0–3.
    pub done: usize,
    /// Cancelling.
    pub cancelling: bool,
}

/// C-4 and C-7.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparePage {
    /// The photo, if the card has one that can be drawn.
    pub photo: Option<Arc<Photo>>,
    /// Rendered name from the card, for names that fonts do not have.
    pub name_image: Option<Arc<Bitmap>>,
    /// Name as text.
    pub name: String,
    /// Address.
    pub address: String,
    /// 生年月日.
    pub born_on: Date,
    /// Age today, if the clock is trusted.
    pub age: Option<u16>,
    /// Last day of the card.
    pub expires_on: Option<Date>,
    /// Attributes are signed (C-4) or only as read (C-7).
    pub signed: bool,
}

/// C-5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardPinPage {
    /// Digits typed, 0–4.
    pub typed: usize,
    /// Tries left, read from the card.
    pub tries: Option<u8>,
}

/// C-6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedPage {
    /// Name.
    pub name: String,
    /// 生年月日.
    pub born_on: Date,
    /// 被保険者番号 if the office's list knows it.
    pub insured: Option<String>,
    /// A draft request exists to which this person can be added.
    pub draft: bool,
}

/// C-11 … C-18.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardTroublePage {
    /// What happened.
    pub kind: CardTrouble,
    /// Code for the slip.
    pub code: ProblemCode,
    /// Whom to call.
    pub desk: Option<DeskState>,
}

/// Troubles with a card, as staff see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardTrouble {
    /// The card moved away. `tries_known`: the counter was read again and no try was used up.
    Torn {
        /// The counter was read again.
        tries_known: bool,
    },
    /// Blocked.
    Blocked,
    /// Past its date.
    Expired {
        /// Last day, or the last day of the printed year.
        on: Option<Date>,
    },
    /// Not confirmed as genuine.
    NotGenuine,
    /// The number did not match; so many tries are left.
    WrongNumber {
        /// Tries left.
        left: u8,
    },
    /// No reader.
    ReaderMissing {
        /// The service itself does not answer.
        service: bool,
    },
    /// Not a My Number Card, or it answers nonsense.
    Unreadable {
        /// Another kind of card (as opposed to nonsense).
        foreign: bool,
    },
    /// One try is left.
    LastTry,
}

/// A desk and whether it answers now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskState {
    /// The desk.
    pub desk: Desk,
    /// City or organisation.
    pub city: String,
    /// Open now, and until / from when. `None`: the clock is not trusted.
    pub open: Option<Open>,
}

/// Whether a desk answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Open until (minutes after midnight).
    Until(u16),
    /// Opens today at (minutes after midnight).
    TodayFrom(u16),
    /// Opens on a later day.
    On(Date, u16),
    /// Not within the next 14 days.
    Closed,
}

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

/// E-4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureReviewPage {
    /// People of the request.
    pub people: Paged<DisclosureRow>,
    /// 申出者.
    pub applicant: String,
    /// 事業所番号.
    pub office: String,
    /// The check digit does not match: a warning, not a stop.
    pub office_warning: bool,
    /// 介護支援専門員証 is attached.
    pub qualification_scan: bool,
    /// To whom it goes.
    pub city: String,
    /// Desk's name.
    pub desk: String,
}

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

/// Kinds of items of the outbox that staff see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// 進捗の照会
    Progress,
    /// 資格の照会
    Eligibility,
    /// 資料提供の申出
    Disclosure,
    /// 書類の受領・開封・消去
    Document,
    /// 職員の変更
    Staff,
    /// 事業所の変更
    Profile,
    /// 誓約
    Pledge,
}

/// Four words, and the hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemState {
    /// 保存済
    Saved,
    /// 送信済
    Sent,
    /// 受領証あり
    Receipted,
    /// 回答あり
    Answered,
    /// 止めています
    Held,
}

/// F-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxPage {
    /// Filter.
    pub filter: OutboxFilter,
    /// Items.
    pub items: Paged<OutboxRow>,
    /// On hold in all.
    pub held: u64,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Id.
    pub id: CommandId,
    /// Kind.
    pub kind: ItemKind,
    /// About whom.
    pub who: Option<String>,
    /// How many people.
    pub people: usize,
    /// How far.
    pub state: ItemState,
    /// When it came to that state.
    pub since: Timestamp,
    /// Why it is held.
    pub code: Option<ProblemCode>,
}

/// F-2 and F-3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItemPage {
    /// The item.
    pub item: OutboxRow,
    /// 控え番号.
    pub slip_number: String,
    /// When it was saved, sent, receipted, answered.
    pub times: [Option<Timestamp>; 4],
    /// Number on the receipt.
    pub receipt_seq: Option<u64>,
    /// It can be corrected and sent again.
    pub editable: bool,
    /// The answer can be opened.
    pub answer: bool,
    /// Whom to call.
    pub desk: Option<DeskState>,
    /// The second touch of 「取りやめる」 is awaited.
    pub confirm_discard: bool,
}

/// G-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxPage {
    /// Filter.
    pub filter: InboxFilter,
    /// Entries.
    pub entries: Paged<InboxRow>,
    /// Entries in all, unopened.
    pub counts: (u64, u64),
}

/// One entry of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Id.
    pub id: DocumentId,
    /// About whom, or the notice's title.
    pub title: String,
    /// It is a notice.
    pub notice: bool,
    /// Marked important.
    pub important: bool,
    /// Opened before.
    pub opened: bool,
    /// When it came.
    pub arrived: Timestamp,
    /// Bytes.
    pub size: u64,
    /// Bytes fetched so far, while it is being fetched.
    pub fetched: Option<u64>,
    /// Time left; `None` for notices.
    pub left: Option<Duration>,
}

/// G-2.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentPage {
    /// 被保険者番号_被保険者氏名_認定年月日.pdf
    pub display_name: String,
    /// The page image, at exact pixels; `None` while it is drawn.
    pub image: Option<Arc<PageImage>>,
    /// From 0.
    pub page: usize,
    /// Pages.
    pub pages: usize,
    /// Zoom step, 0 = whole width.
    pub zoom: u8,
    /// Time left.
    pub left: Duration,
    /// A printer is there.
    pub printer: bool,
}

/// Pixels of a page, RGB, 3 bytes each, rows top to bottom.
#[derive(Clone, PartialEq, Eq)]
pub struct PageImage {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for PageImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PageImage({}x{})", self.width, self.height)
    }
}

/// G-3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePage {
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// From when.
    pub shown_from: Timestamp,
    /// Marked important.
    pub important: bool,
}

/// H-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpPage {
    /// Topics.
    pub topics: Paged<HelpTopic>,
    /// Desks with their hours.
    pub desks: Vec<DeskState>,
}

/// H-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpTopicPage {
    /// Topic.
    pub topic: HelpTopic,
    /// The right desk.
    pub desk: Option<DeskState>,
}

/// J-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticsPage {
    /// 端末固有ID.
    pub device: Option<String>,
    /// Lines, each with a verdict.
    pub lines: Vec<DiagnosticLine>,
}

/// One line of the diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticLine {
    /// What was looked at.
    pub part: DiagnosticPart,
    /// Verdict.
    pub verdict: Verdict,
    /// Number that belongs to it (days left, items waiting …).
    pub value: Option<i64>,
}

/// What the diagnostics look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosticPart {
    /// Card reader.
    Reader,
    /// Card application.
    Card,
    /// Clock.
    Clock,
    /// Encrypted file.
    Vault,
    /// Certificate, days left.
    Certificate,
    /// Gateway.
    Gateway,
    /// Queue, items waiting.
    Queue,
}

/// Verdict of a diagnostic line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All right.
    Good,
    /// Works, look at it.
    Watch,
    /// Does not work.
    Bad,
    /// Not known yet.
    Unknown,
}

/// J-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffAdminPage {
    /// Staff.
    pub staff: Paged<StaffRow>,
    /// Who can work.
    pub active: usize,
}

/// One member of staff for the administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: StaffRole,
    /// サービス種類 codes.
    pub services: Vec<String>,
    /// Last unlock.
    pub last_seen: Option<Timestamp>,
    /// State.
    pub state: StaffState,
}

/// State of a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffState {
    /// 使えます
    Active,
    /// 誓約がまだ
    PledgeDue,
    /// パスコードがまだ
    PasscodeDue,
    /// 一時停止中
    LockedOut,
    /// 止めました
    Stopped,
}

/// J-3 and S-5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffEditPage {
    /// Id, once chosen.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Role.
    pub role: StaffRole,
    /// Roles this person may give.
    pub roles: Vec<StaffRole>,
    /// Existing member (changes) or new.
    pub existing: bool,
    /// State of an existing member.
    pub state: Option<StaffState>,
    /// The second touch of 「止める」 is awaited.
    pub confirm_stop: bool,
    /// Everything is there.
    pub complete: bool,
    /// Members entered so far (set-up).
    pub entered: usize,
    /// What is wrong.
    pub note: Option<ProblemCode>,
}

/// J-5 and the summary at the end of set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfilePage {
    /// The profile.
    pub profile: FacilityProfile,
    /// The office number's check digit does not match.
    pub office_warning: bool,
    /// May this person change it?
    pub editable: bool,
}

/// K-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroublePage {
    /// Code; the words of the three facts hang on it.
    pub code: ProblemCode,
    /// A number for the facts (items saved …).
    pub count: u64,
    /// The way out.
    pub way_out: WayOut,
    /// The slip.
    pub slip: Slip,
    /// Whom to call.
    pub desk: Option<DeskState>,
}

/// Where the main action of K-1 leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// To the home screen, or the lock screen when locked.
    Home,
    /// 送信箱を片づける
    Outbox,
    /// もう一度ためす
    Retry,
}

/// 問い合わせ票: what a desk needs to know, without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// 事業所名.
    pub office_name: String,
    /// 事業所番号.
    pub office: String,
    /// 端末固有ID.
    pub device: String,
    /// When.
    pub at: Option<Timestamp>,
    /// User kind of the person at the desk.
    pub role: Option<StaffRole>,
    /// Screen on which it happened.
    pub screen: Screen,
    /// Code.
    pub code: Option<ProblemCode>,
    /// Build.
    pub version: String,
}

impl Slip {
    /// The text of the QR code: one `key=value` a line, ASCII keys.
    #[must_use]
    pub fn qr_text(&self) -> String {
        let at = self.at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        let role = self.role.map_or("-", |role| match role {
            StaffRole::Setup => "setup",
            StaffRole::Administrator => "administrator",
            StaffRole::General => "general",
            StaffRole::Technician => "technician",
        });
        let code = self.code.as_ref().map_or("-", |code| code.as_str());
        format!(
            "office={}\nname={}\ndevice={}\nat={at}\nrole={role}\nscreen={}\ncode={code}\nversion={}",
            self.office,
            self.office_name,
            self.device,
            self.screen.number(),
            self.version,
        )
    }
}

/// S-3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrollingPage {
    /// Steps done, 0–3: key made, certificate received, gateway answered.
    pub done: usize,
    /// What stopped it.
    pub trouble: Option<ProblemCode>,
}

/// A help desk of the data file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskEntry {
    /// Organisation, as shown.
    pub organisation: String,
    /// The desk.
    pub desk: Desk,
    /// Topics it answers.
    pub topics: Vec<HelpTopic>,
}
