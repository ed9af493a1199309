//! What a person can do on the screen. A page's adapter turns a touch into one of these.
//!
//! Back is bottom left, [`Touch::Main`] bottom right, [`Touch::Second`] beside it. Beyond that:
//!
//! | Screen | `Main` | `Second` | Others |
//! |---|---|---|---|
//! | A-1 | はじめる | – | `Help` |
//! | A-2 | – | – | `Staff(id)` or `Row(n)`, `NextPage`, `PrevPage` |
//! | A-3, A-5, C-5 | 入る, つぎへ | – | `Digit`, `Backspace`, `ClearAll` |
//! | A-4 | 別の職員で入る | 管理者が解除 | |
//! | A-6 | 誓約する | – | `Back` locks |
//! | B-1 | 本人確認 | 設定 | `Row(0)` 進捗, `Row(1)` 申出, `Row(2)` 届いた書類, `Row(3)` the queue bar |
//! | B-2 | – | – | `Row(n)` of the page's rows |
//! | C-1 | – | カードがない | |
//! | C-2 | つぎへ | – | `Field(n)` chooses a group, `Digit`, `Backspace`, `ClearAll` |
//! | C-3 | – | – | `Back` やめる |
//! | C-4, C-7 | この方です | ちがう・わからない | `Back` やめる |
//! | C-6 | すすみぐあいを調べる | 申出に加える | `Third` 資格を調べる, `Back` おわる |
//! | C-11, C-14, C-16, C-17 | もう一度 | カードを使わずに進む | |
//! | C-12, C-13 | カードを使わずに進む | – | |
//! | C-15 | 番号を入れなおす | カードを使わずに進む | |
//! | C-18 | 管理者が許可する | カードを使わずに進む | |
//! | D-11 | 番号で調べる | 日付で調べる | `Third` 台帳から, `Row(0)` 資格を調べる |
//! | D-15 | – | – | `Row(n)`, pages |
//! | D-1 | つぎへ | 台帳から | `Third` カードから; `Digit`, `LetterH`, `Backspace`, `ClearAll` |
//! | D-2 | つぎへ | – | `Era`, `Field(n)` year, month, day; digits |
//! | D-3 | つぎへ | – | `Today`, `Yesterday`, `Field(n)`; digits |
//! | D-4 | 市にきく | – | `Purpose` |
//! | D-5, D-9, D-12 | ホームへ | もう一度きく | |
//! | D-6, D-8, D-13, D-14 | もう一度きく | ホームへ | |
//! | D-7, E-5 | ホームへ | 送信箱を見る | |
//! | D-10 | 外す, when somebody is about to leave the list | 外す: who is chosen leaves it | `Row(n)`, pages |
//! | E-1 | `next` of the page | あとで続ける | `Row(n)` a place of the page (an empty one adds a person), `Third` 人を加える, pages |
//! | E-2 | つぎへ: the next missing thing; when complete, back | 取りのぞく | `Field(n)`: 0 氏名, 1 番号, 2 生年月日, 3 認定年月日, 4 届出あり, 5 届出なし, 6 契約書をつける |
//! | E-3 | もう一度さがす | – | `Row(n)`, pages; after a licence its last day: digits, `Main` |
//! | E-4 | 送る | 介護支援専門員証をつける | `Third` 保有資格, pages |
//! | E-6 | つぎへ | – | text keys |
//! | E-7 | – | – | `Row(n)` |
//! | F-1 | 止めたn件を見る, none held: ホームへ | – | `OutboxFilter`, `OutboxItem(id)` or `Row(n)`, pages |
//! | F-2 | 回答を見る, without an answer: 閉じる | – | |
//! | F-3 | 直して送りなおす, not editable: 閉じる | 取りやめる, and again to confirm | |
//! | F-4 | 閉じる | – | pages |
//! | G-1 | 新しい書類を開く, nothing new: ホームへ | – | `InboxFilter`, `InboxEntry(id)` or `Row(n)`, pages |
//! | G-2 | 印刷する, no printer: 閉じる | – | `NextPage`, `PrevPage`, `Zoom` |
//! | G-3 | 閉じる | – | |
//! | H-1 | 問い合わせ票を出す | – | `HelpTopic` or `Row(n)`, pages |
//! | H-2 | 問い合わせ票を出す | – | |
//! | J-1 | – | 票を印刷 (`Print`) | `Third` 部品を見る |
//! | J-7 | 点検を始める, after a test 結果を送る | – | `Row(n)` after a test one part again, pages |
//! | K-2 | 閉じる | 票を印刷 (`Print`) | |
//! | J-2 | 職員を追加 | – | `Staff(id)` or `Row(n)`, pages |
//! | J-3 | 保存する | 止める, and again to confirm; もどす for a stopped one | `Third` 新しいパスコード; `Field(0)` name, `Field(1)` id, `Role` |
//! | J-4 | 閉じる | – | `Language`, `HighContrast`, `TextSize`, `Sounds` |
//! | J-5 | 閉じる, in set-up これでよい | – | `Field(n)` corrects a field, in the order of the page |
//! | J-6 | 閉じる | – | `PinMode` |
//! | K-1 | the way out | 票を印刷 (`Print`) | `ShowSlip` |
//! | S-1 | はじめる | – | `Language` |
//! | S-2, S-4 | つぎへ | – | text keys |
//! | S-3 | もう一度, after trouble | – | `Back` to the token |
//! | S-5 | この職員を加える | おわる, when complete | `Field(0)` name, `Field(1)` id, `Role` |
//! | S-6 | はじめる | – | |
//! | S-7 | – | この角は押せない, after a while | `Field(n)` the corner; `Back` |
//! | S-8 | any place: the next colour | – | |
//! | S-9 | はい, つぎへ | いいえ | `Third` もう一度 |
//! | S-10 | つぎへ, without a disk もう一度 | – | `Row(n)` one part again, pages |

use protocol::calendar::Era;
use protocol::exchange::CommandId;
use protocol::help::HelpTopic;
use protocol::number::UserId;
use protocol::person::{Purpose, StaffRole};

use super::view::InboxId;

/// One touch. A touch that the present screen does not know is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    // Everywhere
    /// One screen back, or close.
    Back,
    /// To the home screen.
    Home,
    /// 席をはなれる.
    LockNow,
    /// Open help, from anywhere, also before login.
    Help,
    /// The main action of the screen, bottom right.
    Main,
    /// The second action, beside the main one (「もう一度きく」, 「カードがない」, 「ちがう・わからない」 …).
    Second,
    /// The third action, if the screen has one (「管理者が解除」, 「カードから」 …).
    Third,
    /// Row `n` of the page shown, from 0.
    Row(usize),
    /// Next page; after the last comes the first.
    NextPage,
    /// Previous page.
    PrevPage,
    // Keypads and keyboards
    /// A digit, 0–9.
    Digit(u8),
    /// The function key `H` for 被保険者番号 of みなし2号.
    LetterH,
    /// A letter of a text keyboard (kana, or Latin for ids, mail and tokens).
    Letter(char),
    /// A whole text put in at once, by a hardware keyboard or scanner.
    Paste(String),
    /// Remove one character.
    Backspace,
    /// 全部消す.
    ClearAll,
    /// Small kana, ゛ or ゜ on the last character.
    KanaModify(KanaModifier),
    /// Choose an era.
    Era(Era),
    /// 今日.
    Today,
    /// 昨日.
    Yesterday,
    /// Choose one field or group of the screen, from 0.
    Field(usize),
    // Particular screens
    /// Why a person is looked up.
    Purpose(Purpose),
    /// Staff by id (A-2, J-2).
    Staff(UserId),
    /// A role (J-3, S-5).
    Role(StaffRole),
    /// Filter of the outbox.
    OutboxFilter(OutboxFilter),
    /// An item of the outbox.
    OutboxItem(CommandId),
    /// Filter of the inbox.
    InboxFilter(InboxFilter),
    /// An entry of the inbox.
    InboxEntry(InboxId),
    /// Page and zoom of a document.
    Zoom(Zoom),
    /// A help topic.
    HelpTopic(HelpTopic),
    /// Show the enquiry slip.
    ShowSlip,
    /// Print what is shown (document or slip).
    Print,
    /// Language of the screen.
    Language(Language),
    /// High contrast on or off.
    HighContrast(bool),
    /// Text size.
    TextSize(TextSize),
    /// Sounds on or off (errors always sound).
    Sounds(bool),
    /// PIN mode on or off (administrators).
    PinMode(bool),
    /// Something moved under the finger: keeps the idle lock away, changes nothing.
    Awake,
}

/// Changes of the last kana.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KanaModifier {
    /// ゛
    Voiced,
    /// ゜
    SemiVoiced,
    /// 小
    Small,
}

/// Which items of the outbox are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutboxFilter {
    /// Everything, held ones first.
    #[default]
    All,
    /// 送信待ち: no receipt yet.
    Pending,
    /// 受領証あり: the gateway has it, no answer yet.
    Receipted,
    /// 回答あり: its answer is here.
    Answered,
    /// 要対応: on hold.
    Held,
}

/// Which entries of the inbox are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InboxFilter {
    /// Documents, declined requests and notices.
    #[default]
    All,
    /// Not opened yet.
    Unopened,
    /// Notices only.
    Notices,
}

/// Buttons of the document screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zoom {
    /// 大きく
    Larger,
    /// 小さく
    Smaller,
}

/// Language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 日本語
    #[default]
    Ja,
    /// English
    En,
}

/// One of three text sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextSize {
    /// ×1.0
    #[default]
    Normal,
    /// ×1.15
    Large,
    /// ×1.3
    Largest,
}
