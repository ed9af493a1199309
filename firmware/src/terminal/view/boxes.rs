//! F and G: what was sent, and what came.

use std::sync::Arc;
use std::time::Duration;

use protocol::answer::SubjectDecision;
use protocol::calendar::Timestamp;
use protocol::exchange::{CommandId, DocumentId};
use protocol::problem::ProblemCode;

use super::{DeskState, Paged};
use crate::terminal::touch::{InboxFilter, OutboxFilter};

/// Kinds of items of the outbox that staff see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// すすみぐあい
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
    /// 端末からの知らせ
    Device,
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
    /// Items of each filter: equal to the rows that it shows.
    pub counts: OutboxCounts,
}

/// Items of each filter of F-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    /// すべて
    pub all: u64,
    /// 送信待ち
    pub pending: u64,
    /// 受領証あり
    pub receipted: u64,
    /// 回答あり
    pub answered: u64,
    /// 要対応
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
    /// How many of them the municipality declined.
    pub declined: usize,
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

/// F-4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionPage {
    /// People of the request.
    pub people: Paged<DecisionRow>,
    /// How many of them were declined.
    pub declined: usize,
    /// How many are not decided yet.
    pub pending: usize,
    /// When the municipality last decided.
    pub decided_at: Option<Timestamp>,
    /// 控え番号.
    pub slip_number: String,
    /// Whom to call.
    pub desk: Option<DeskState>,
}

/// One person of a request and what was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// From 1, as in the request.
    pub place: usize,
    /// Name.
    pub name: String,
    /// The decision.
    pub decision: SubjectDecision,
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

/// What an entry of the inbox is, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboxId {
    /// 資料
    Document(DocumentId),
    /// 申出の回答: the request of which the municipality declined somebody.
    Decline(CommandId),
    /// お知らせ
    Notice(DocumentId),
}

/// One entry of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// What it is, and which.
    pub id: InboxId,
    /// About whom, or the notice's title; empty where more than one person was declined.
    pub title: String,
    /// How many people of a request were declined.
    pub declined: usize,
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
    /// It arrived damaged so often that it is not fetched any more.
    pub undelivered: bool,
    /// Time left; `None` for what does not end.
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
