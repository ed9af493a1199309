//! What was sent, as staff see it: the queue's rows with their people and 控え番号.
//!
//! The words 保存済・送信済・受領証あり・回答あり come from the queue's rows and nowhere else.

use protocol::command::{Action, Command, DisclosureRequest};
use protocol::exchange::CommandId;
use protocol::number::{InsurerNumber, UserId};

use crate::clock::Now;
use crate::error::Problem;
use crate::outbox::{self, Filter, Item, State};
use crate::request::{self, Decisions};
use crate::slip;
use crate::terminal::touch::OutboxFilter;
use crate::terminal::view::ItemKind;
use crate::vault::Vault;
use crate::{access, lookup};

/// What the state machine asks of this module.
#[derive(Debug)]
pub enum Job {
    /// A page of the list.
    Page {
        /// Which items.
        filter: OutboxFilter,
        /// From 0.
        page: usize,
        /// Rows of a page.
        rows: usize,
    },
    /// One item.
    Item(CommandId),
    /// 取りやめる, for an item on hold.
    Discard {
        /// Which.
        command: CommandId,
        /// Who touched.
        staff: UserId,
    },
}

/// What comes back.
#[derive(Debug)]
pub enum Reply {
    /// To [`Job::Page`].
    Page(SentPage),
    /// To [`Job::Item`].
    Item(Option<Box<Entry>>),
    /// To [`Job::Discard`].
    Discarded,
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct SentPage {
    /// Items of this page, held ones first, then the newest.
    pub entries: Vec<Entry>,
    /// From 0.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
    /// Items of this filter.
    pub total: usize,
}

/// One item of the list.
#[derive(Clone)]
pub struct Entry {
    /// The queue's row.
    pub item: Item,
    /// What it is.
    pub kind: ItemKind,
    /// About whom, if it is about one person whose name is known; of a pledge, who signed it.
    pub who: Option<String>,
    /// How many people it is about.
    pub people: usize,
    /// Who was asked.
    pub insurer: Option<InsurerNumber>,
    /// 控え番号.
    pub slip_number: String,
    /// What the municipality decided about a request, person by person.
    pub decisions: Option<Decisions>,
}

/// Whom it is about stays out of the log.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("item", &self.item)
            .finish_non_exhaustive()
    }
}

impl Entry {
    /// A person can correct it and send it again.
    #[must_use]
    pub fn is_editable(&self) -> bool {
        self.item.state == State::Held
            && matches!(
                self.kind,
                ItemKind::Progress | ItemKind::Eligibility | ItemKind::Disclosure
            )
    }

    /// An answer can be opened.
    #[must_use]
    pub fn has_answer(&self) -> bool {
        self.item.state == State::Answered
            && (matches!(self.kind, ItemKind::Progress | ItemKind::Eligibility)
                || self.decisions.is_some())
    }

    /// How many people of a request the municipality declined.
    #[must_use]
    pub fn declined(&self) -> usize {
        self.decisions
            .as_ref()
            .map_or(0, |decisions| decisions.declined())
    }

    /// The command as it was asked.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        serde_json::from_str(&self.item.body).ok()
    }

    /// The request as it was asked, if it is one.
    #[must_use]
    pub fn disclosure(&self) -> Option<DisclosureRequest> {
        match self.command()?.action {
            Action::DisclosureRequest(request) => Some(request),
            _ => None,
        }
    }
}

/// Does a job.
///
/// # Errors
/// Those of the vault and of the queue.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    match job {
        Job::Page { filter, page, rows } => {
            vault.read(|c| list(c, filter, page, rows)).map(Reply::Page)
        }
        Job::Item(command) => vault
            .read(|connection| {
                outbox::item(connection, command)?
                    .map(|item| entry(connection, item))
                    .transpose()
            })
            .map(|entry| Reply::Item(entry.map(Box::new))),
        Job::Discard { command, staff } => vault
            .write(|tx| outbox::discard(tx, now, &staff, command))
            .map(|()| Reply::Discarded),
    }
}

fn list(
    connection: &rusqlite::Connection,
    filter: OutboxFilter,
    page: usize,
    rows: usize,
) -> Result<SentPage, Problem> {
    let rows = rows.clamp(1, usize::try_from(outbox::MAX_PAGE).unwrap_or(1));
    let filter = match filter {
        OutboxFilter::All => Filter::Live,
        OutboxFilter::Pending => Filter::Pending,
        OutboxFilter::Receipted => Filter::Receipted,
        OutboxFilter::Answered => Filter::Answered,
        OutboxFilter::Held => Filter::Held,
    };
    let fetch = |page: usize| {
        outbox::page(
            connection,
            filter,
            u64::try_from(page).unwrap_or(u64::MAX),
            u32::try_from(rows).unwrap_or(1),
        )
    };
    let mut page = page;
    let mut found = fetch(page)?;
    let total = usize::try_from(found.total).unwrap_or(usize::MAX);
    let pages = total.div_ceil(rows).max(1);
    if page >= pages {
        page = pages - 1;
        found = fetch(page)?;
    }
    let entries = found
        .items
        .into_iter()
        .map(|item| entry(connection, item))
        .collect::<Result<_, _>>()?;
    Ok(SentPage {
        entries,
        page,
        pages,
        total,
    })
}

fn entry(connection: &rusqlite::Connection, item: Item) -> Result<Entry, Problem> {
    let command: Option<Command> = serde_json::from_str(&item.body).ok();
    let mut entry = Entry {
        kind: ItemKind::Document,
        who: None,
        people: 1,
        insurer: command.as_ref().and_then(|command| command.insurer.clone()),
        slip_number: slip::number(connection, item.id)?,
        decisions: None,
        item,
    };
    let staff = command.as_ref().map(|command| command.staff.clone());
    match command.map(|command| command.action) {
        Some(Action::ProgressQuery(_)) => {
            entry.kind = ItemKind::Progress;
            entry.who = lookup::person_of(connection, entry.item.id)?;
        }
        Some(Action::EligibilityQuery(_)) => {
            entry.kind = ItemKind::Eligibility;
            entry.who = lookup::person_of(connection, entry.item.id)?;
        }
        Some(Action::DisclosureRequest(request)) => {
            entry.kind = ItemKind::Disclosure;
            entry.people = request.subjects.len();
            entry.decisions = request::decisions(connection, entry.item.id)?;
            if let [only] = request.subjects.as_slice() {
                entry.who = Some(only.name.as_str().to_owned());
            }
        }
        Some(Action::StaffChanged(record)) => {
            entry.kind = ItemKind::Staff;
            entry.who = Some(record.name.as_str().to_owned());
        }
        Some(Action::ProfileChanged(_)) => entry.kind = ItemKind::Profile,
        Some(Action::PledgeSigned(_)) => {
            entry.kind = ItemKind::Pledge;
            entry.who = staff
                .map(|id| access::name_of(connection, &id))
                .transpose()?
                .flatten();
        }
        Some(Action::DeviceReport(_) | Action::UpdateReport(_) | Action::SelfTested(_)) => {
            entry.kind = ItemKind::Device;
        }
        Some(
            Action::DocumentReceived(_) | Action::DocumentOpened(_) | Action::DocumentDestroyed(_),
        )
        | None => {}
    }
    Ok(entry)
}
