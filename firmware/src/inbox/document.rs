//! The life of a document: offered, here, opened, destroyed.

use std::time::Duration;

use protocol::answer::DocumentOffer;
use protocol::command::{Action, Command, DocumentMark};
use protocol::document_name::DocumentName;
use protocol::exchange::{CommandId, DocumentId, Sha256Digest};
use protocol::number::{InsurerNumber, UserId};
use protocol::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use zeroize::Zeroizing;

use super::{MAX_DOCUMENTS, Opened, Reply, TERMINAL};
use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::expiry::{Deadline, reading};
use crate::outbox;
use crate::sealed;
use crate::sync::DocumentSink;

/// Documents fetched in one round, at most.
const FETCH_LIMIT: u32 = 16;

/// How long the id of a destroyed document is kept, so that it cannot come back. Longer than
/// a gateway keeps receipts.
const DESTROYED_KEPT: Duration = Duration::from_secs(500 * 24 * 3600);

/// Damaged arrivals of one document after which it is not fetched any more.
pub const MAX_DAMAGED: u32 = 5;

const OFFERED: i64 = 0;
const HERE: i64 = 1;
const DESTROYED: i64 = 2;

struct Row {
    state: i64,
    offer: String,
    opened: bool,
    /// How often it arrived damaged.
    damaged: u32,
    deadline: Deadline,
}

impl Row {
    fn offer(&self) -> Result<DocumentOffer, Problem> {
        serde_json::from_str(&self.offer)
            .map_err(|_| Problem::Refused(ProblemCode::DocumentUnknown))
    }
}

/// Takes an offer of the gateway. The same one again, and one whose document was here and is
/// destroyed, change nothing.
///
/// # Errors
/// [`ProblemCode::StoreFull`] above [`MAX_DOCUMENTS`], and those of the vault.
pub fn offer(tx: &Transaction<'_>, now: &Now, offer: &DocumentOffer) -> Result<(), Problem> {
    if row(tx, offer.document)?.is_some() {
        return Ok(());
    }
    let reading = reading(tx, now)?;
    let deadline = Deadline::new(offer.deadline, offer.delivered_at, now, reading);
    if deadline.is_past(reading) {
        return Ok(());
    }
    let living: u32 = tx.query_row(
        "SELECT count(*) FROM document WHERE state <> 2",
        [],
        |row| row.get(0),
    )?;
    if living >= MAX_DOCUMENTS {
        return Err(Problem::Refused(ProblemCode::StoreFull));
    }
    let text = serde_json::to_string(offer)
        .map_err(|_| Problem::VaultStatement("an offer does not serialise".into()))?;
    tx.prepare_cached(
        "INSERT INTO document(id, state, offer, title, size, opened, arrived_ms,
           deadline_wall_ms, deadline_lived_ms) VALUES(?1, 0, ?2, ?3, ?4, 0, ?5, ?6, ?7)",
    )?
    .execute(params![
        offer.document.0.as_bytes(),
        text,
        title(&offer.display_name),
        i64::try_from(offer.size).unwrap_or(i64::MAX),
        offer.delivered_at.unix_ms(),
        deadline.wall_ms,
        deadline.lived_ms,
    ])?;
    Ok(())
}

/// Offers whose documents are still to be fetched, oldest first. One that has arrived damaged
/// [`MAX_DAMAGED`] times is left alone: the city has to deliver it again.
///
/// # Errors
/// Those of the vault.
pub fn to_fetch(connection: &Connection, now: &Now) -> Result<Vec<DocumentOffer>, Problem> {
    let reading = reading(connection, now)?;
    let texts: Vec<String> = connection
        .prepare_cached(
            "SELECT offer FROM document
             WHERE state = 0 AND deadline_wall_ms > ?1 AND deadline_lived_ms > ?2
               AND damaged < ?4
             ORDER BY damaged, arrived_ms LIMIT ?3",
        )?
        .query_map(
            params![reading.wall_ms, reading.lived_ms, FETCH_LIMIT, MAX_DAMAGED],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    Ok(texts
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect())
}

/// Keeps the bytes of documents as they are fetched.
pub struct Documents {
    entropy: Box<dyn Entropy>,
}

impl Documents {
    /// Keys come from `entropy`.
    #[must_use]
    pub fn new(entropy: Box<dyn Entropy>) -> Self {
        Self { entropy }
    }
}

impl DocumentSink for Documents {
    fn have(&mut self, connection: &Connection, offer: &DocumentOffer) -> Result<u64, Problem> {
        Ok(sealed::length(connection, file(offer.document))?.unwrap_or(0))
    }

    fn append(
        &mut self,
        tx: &Transaction<'_>,
        offer: &DocumentOffer,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), Problem> {
        // Withdrawn or destroyed while it was being fetched: nothing of it is kept.
        if row(tx, offer.document)?.is_none_or(|row| row.state != OFFERED) {
            return Err(Problem::Refused(ProblemCode::DocumentGone));
        }
        let id = file(offer.document);
        if sealed::length(tx, id)?.is_none() {
            sealed::start(tx, id, self.entropy.as_mut())?;
        }
        sealed::append(tx, id, offset, bytes).map(|_| ())
    }

    fn complete(
        &mut self,
        tx: &Transaction<'_>,
        now: &Now,
        offer: &DocumentOffer,
    ) -> Result<bool, Problem> {
        let id = file(offer.document);
        match row(tx, offer.document)? {
            Some(row) if row.state == OFFERED => {}
            Some(row) if row.state == HERE => return Ok(true),
            _ => return Err(Problem::Refused(ProblemCode::DocumentGone)),
        }
        let content = match sealed::read(tx, id, 0, u64::MAX) {
            Ok(content) => content,
            Err(Problem::Refused(_)) => Zeroizing::new(Vec::new()),
            Err(problem) => return Err(problem),
        };
        if content.len() as u64 != offer.size || Sha256Digest::of(&content) != offer.sha256 {
            sealed::destroy(tx, id)?;
            tx.prepare_cached("UPDATE document SET damaged = damaged + 1 WHERE id = ?1")?
                .execute(params![offer.document.0.as_bytes()])?;
            return Ok(false);
        }
        let staff = terminal();
        tell(tx, now, &staff, offer, Mark::Received)?;
        let event = AuditEvent::DocumentReceived {
            document: offer.document,
        };
        audit::append(tx, now, None, &event)?;
        tx.prepare_cached("UPDATE document SET state = 1 WHERE id = ?1")?
            .execute(params![offer.document.0.as_bytes()])?;
        Ok(true)
    }
}

/// Opens a document for a person.
pub(super) fn open(
    tx: &Transaction<'_>,
    now: &Now,
    document: DocumentId,
    staff: &UserId,
) -> Result<Reply, Problem> {
    if let Some(reply) = undelivered(tx, now, document)? {
        return Ok(reply);
    }
    let (row, left) = living(tx, now, document)?;
    let offer = row.offer()?;
    if !row.opened {
        tell(tx, now, staff, &offer, Mark::Opened)?;
        tx.prepare_cached("UPDATE document SET opened = 1 WHERE id = ?1")?
            .execute(params![document.0.as_bytes()])?;
    }
    audit::append(
        tx,
        now,
        Some(staff),
        &AuditEvent::DocumentOpened { document },
    )?;
    Ok(Reply::Opened(Opened {
        display_name: display_name(&offer),
        left,
    }))
}

/// What is said about a document that is not fetched any more. Somebody has seen it then.
fn undelivered(
    tx: &Transaction<'_>,
    now: &Now,
    document: DocumentId,
) -> Result<Option<Reply>, Problem> {
    let Some(row) = row(tx, document)? else {
        return Ok(None);
    };
    let past = row.deadline.is_past(reading(tx, now)?);
    if row.state != OFFERED || row.damaged < MAX_DAMAGED || past {
        return Ok(None);
    }
    tx.prepare_cached("UPDATE document SET opened = 1 WHERE id = ?1")?
        .execute(params![document.0.as_bytes()])?;
    let insurer = match row.offer()?.request {
        Some(request) => insurer_of(tx, request)?,
        None => None,
    };
    Ok(Some(Reply::Undelivered { insurer }))
}

/// Whom a request asked.
fn insurer_of(
    connection: &Connection,
    request: CommandId,
) -> Result<Option<InsurerNumber>, Problem> {
    let item = outbox::item(connection, request)?;
    let command = item.and_then(|item| serde_json::from_str::<Command>(&item.body).ok());
    Ok(command.and_then(|command| command.insurer))
}

/// The content, for drawing and printing. Never past the deadline.
///
/// # Errors
/// [`ProblemCode::DocumentGone`], [`ProblemCode::DocumentUnknown`],
/// [`ProblemCode::DocumentDamaged`], and those of the vault.
pub fn bytes(
    connection: &Connection,
    now: &Now,
    document: DocumentId,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    living(connection, now, document)?;
    sealed::read(connection, file(document), 0, u64::MAX)
}

/// The gateway has taken a document back, or its deadline passed there.
///
/// # Errors
/// Those of the vault.
pub fn withdraw(tx: &Transaction<'_>, now: &Now, document: DocumentId) -> Result<(), Problem> {
    match row(tx, document)? {
        Some(row) if row.state != DESTROYED => destroy(tx, now, document, &row),
        Some(_) => Ok(()),
        None => {
            // Withdrawn before it was offered: the offer, if it still comes, is not taken.
            tx.execute(
                "INSERT INTO document(id, state, offer, title, size, opened, arrived_ms,
                   deadline_wall_ms, deadline_lived_ms) VALUES(?1, 2, '', '', 0, 1, ?2, 0, 0)",
                params![document.0.as_bytes(), now.wall.unix_ms()],
            )?;
            Ok(())
        }
    }
}

/// What a failed fetch means for the document. `true`: the gateway does not have it any more, so
/// nothing of it is kept here either, and the fetch of others goes on. `false`: the line failed,
/// and the fetch goes on where it stopped.
///
/// # Errors
/// Those of the vault.
pub fn not_fetched(
    tx: &Transaction<'_>,
    now: &Now,
    document: DocumentId,
    problem: &Problem,
) -> Result<bool, Problem> {
    let over = matches!(
        problem.code(),
        ProblemCode::DocumentGone | ProblemCode::DocumentUnknown
    );
    if over {
        withdraw(tx, now, document)?;
    }
    Ok(over)
}

/// Destroys documents past their deadline. Returns how many.
///
/// # Errors
/// Those of the vault.
pub fn sweep(tx: &Transaction<'_>, now: &Now) -> Result<u32, Problem> {
    let reading = reading(tx, now)?;
    let due: Vec<[u8; 16]> = tx
        .prepare_cached(
            "SELECT id FROM document WHERE state IN (0, 1)
               AND (deadline_wall_ms <= ?1 OR deadline_lived_ms <= ?2)",
        )?
        .query_map(params![reading.wall_ms, reading.lived_ms], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let count = u32::try_from(due.len()).unwrap_or(u32::MAX);
    for id in due {
        let document = DocumentId(uuid::Uuid::from_bytes(id));
        if let Some(row) = row(tx, document)? {
            destroy(tx, now, document, &row)?;
        }
    }
    Ok(count)
}

/// Whether a document is past its deadline.
///
/// # Errors
/// Those of the vault.
pub fn sweep_due(connection: &Connection, now: &Now) -> Result<bool, Problem> {
    let reading = reading(connection, now)?;
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM document WHERE state IN (0, 1)
               AND (deadline_wall_ms <= ?1 OR deadline_lived_ms <= ?2))",
        )?
        .query_row(params![reading.wall_ms, reading.lived_ms], |row| row.get(0))?)
}

/// Forgets that documents existed which were destroyed long ago. Does nothing while the clock
/// is not trusted.
///
/// # Errors
/// Those of the vault.
pub fn forget(tx: &Transaction<'_>, now: &Now) -> Result<(), Problem> {
    if now.is_trusted() {
        tx.prepare_cached("DELETE FROM document WHERE state = 2 AND arrived_ms < ?1")?
            .execute(params![(now.wall - DESTROYED_KEPT).unix_ms()])?;
    }
    Ok(())
}

/// The key first, then the bytes, then what told about whom it was.
fn destroy(
    tx: &Transaction<'_>,
    now: &Now,
    document: DocumentId,
    row: &Row,
) -> Result<(), Problem> {
    sealed::destroy(tx, file(document))?;
    tx.prepare_cached(
        "UPDATE document SET state = 2, offer = '', title = '', size = 0, opened = 1
         WHERE id = ?1",
    )?
    .execute(params![document.0.as_bytes()])?;
    audit::append(tx, now, None, &AuditEvent::DocumentDestroyed { document })?;
    if row.state == HERE
        && let Ok(offer) = row.offer()
    {
        match tell(tx, now, &terminal(), &offer, Mark::Destroyed) {
            // A full queue must not keep alive what has to be destroyed; the log has it.
            Err(Problem::OutboxQuota(_)) => {}
            other => return other,
        }
    }
    Ok(())
}

/// What the gateway is told about a document.
#[derive(Clone, Copy)]
enum Mark {
    Received,
    Opened,
    Destroyed,
}

fn tell(
    tx: &Transaction<'_>,
    now: &Now,
    staff: &UserId,
    offer: &DocumentOffer,
    mark: Mark,
) -> Result<(), Problem> {
    let about = DocumentMark {
        document: offer.document,
        sha256: offer.sha256,
    };
    let (tag, action) = match mark {
        Mark::Received => (b'r', Action::DocumentReceived(about)),
        Mark::Opened => (b'o', Action::DocumentOpened(about)),
        Mark::Destroyed => (b'd', Action::DocumentDestroyed(about)),
    };
    let command = Command {
        made_at: now.wall,
        clock_trusted: now.is_trusted(),
        staff: staff.clone(),
        insurer: None,
        action,
    };
    outbox::append(tx, now, mark_id(now, offer.document, tag), &command)?;
    Ok(())
}

/// The id of a mark is made of the document's, which is random: a mark needs no randomness of
/// its own, and each document has one of each kind.
fn mark_id(now: &Now, document: DocumentId, tag: u8) -> CommandId {
    let mut text = document.0.as_bytes().to_vec();
    text.push(tag);
    let hash = Sha256Digest::of(&text).0;
    let mut random = [0; 10];
    random.copy_from_slice(&hash[..10]);
    CommandId::new(now.wall, random)
}

/// A document that is here and has time left.
fn living(
    connection: &Connection,
    now: &Now,
    document: DocumentId,
) -> Result<(Row, Duration), Problem> {
    let row = row(connection, document)?.ok_or(Problem::Refused(ProblemCode::DocumentUnknown))?;
    let left = row.deadline.left(reading(connection, now)?);
    if row.state == DESTROYED || left.is_zero() {
        return Err(Problem::Refused(ProblemCode::DocumentGone));
    }
    if row.state != HERE {
        return Err(Problem::Refused(ProblemCode::DocumentUnknown));
    }
    Ok((row, left))
}

fn row(connection: &Connection, document: DocumentId) -> Result<Option<Row>, Problem> {
    Ok(connection
        .prepare_cached(
            "SELECT state, offer, opened, deadline_wall_ms, deadline_lived_ms, damaged
             FROM document WHERE id = ?1",
        )?
        .query_row(params![document.0.as_bytes()], |row| {
            Ok(Row {
                state: row.get(0)?,
                offer: row.get(1)?,
                opened: row.get(2)?,
                damaged: row.get(5)?,
                deadline: Deadline {
                    wall_ms: row.get(3)?,
                    lived_ms: row.get(4)?,
                },
            })
        })
        .optional()?)
}

/// The exact form of U18 where the gateway's name can be read, else its name as it is.
fn display_name(offer: &DocumentOffer) -> String {
    DocumentName::parse(&offer.display_name)
        .map_or_else(|_| offer.display_name.clone(), |read| read.name.to_string())
}

/// About whom: the name inside the file name, or the whole of it.
fn title(display_name: &str) -> String {
    DocumentName::parse(display_name).map_or_else(
        |_| display_name.to_owned(),
        |read| read.name.name.as_str().to_owned(),
    )
}

fn file(document: DocumentId) -> sealed::FileId {
    document.0.into_bytes()
}

fn terminal() -> UserId {
    UserId::parse(TERMINAL).expect("the constant is a user id")
}
