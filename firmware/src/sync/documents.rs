//! Fetching a document, chunk by chunk, into encrypted storage.

use protocol::answer::DocumentOffer;
use rusqlite::{Connection, Transaction};

use super::{HttpAnswer, HttpRequest, Method, NetError, Transport};
use crate::clock::Clock;
use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Vault;

/// Bytes asked for at once; each chunk is kept before the next is asked for.
pub const DOWNLOAD_CHUNK: u64 = 256 * 1024;

/// Room in an answer for what is not the chunk.
const SLACK: u64 = 1024;

/// Where a document's chunks go. Implemented by the inbox, with a key for each document.
pub trait DocumentSink {
    /// Bytes of the document that are kept, from its start without a gap.
    ///
    /// # Errors
    /// Those of the vault.
    fn have(&mut self, connection: &Connection, offer: &DocumentOffer) -> Result<u64, Problem>;

    /// Keeps a chunk that starts at `offset`, which is what [`DocumentSink::have`] said.
    ///
    /// # Errors
    /// Those of the vault.
    fn append(
        &mut self,
        tx: &Transaction<'_>,
        offer: &DocumentOffer,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), Problem>;

    /// All bytes are there: compares their hash with the offer's, and marks the document as
    /// received. On `false` the sink has thrown the bytes away and they are fetched again.
    ///
    /// # Errors
    /// Those of the vault.
    fn complete(
        &mut self,
        tx: &Transaction<'_>,
        now: &Now,
        offer: &DocumentOffer,
    ) -> Result<bool, Problem>;
}

/// How far a fetch came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// The document is whole.
    Whole,
    /// Its bytes do not have its hash; it starts from the beginning next time.
    Damaged,
}

/// Fetches what is missing of a document. A cut leaves what was kept, and the next call goes
/// on from there.
///
/// # Errors
/// [`Problem::Net`] (with [`NetError::Refused`] and the gateway's code when the document is
/// gone), and those of the vault.
pub fn fetch(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    clock: &Clock,
    offer: &DocumentOffer,
    sink: &mut dyn DocumentSink,
) -> Result<Fetched, Problem> {
    let path = format!("/v1/documents/{}", offer.document);
    let mut have = vault.read(|c| sink.have(c, offer))?;
    while have < offer.size {
        let last = (have + DOWNLOAD_CHUNK).min(offer.size) - 1;
        let answer = transport.send(&HttpRequest {
            method: Method::Get,
            path: &path,
            media: "",
            headers: &[("range", format!("bytes={have}-{last}"))],
            body: &[],
            answer_limit: last - have + 1 + SLACK,
        })?;
        let bytes = ranged(&answer, have, last, offer.size)?;
        vault.write(|tx| sink.append(tx, offer, have, bytes))?;
        have += bytes.len() as u64;
    }
    let now = clock.now();
    let whole = vault.write(|tx| sink.complete(tx, &now, offer))?;
    Ok(if whole {
        Fetched::Whole
    } else {
        Fetched::Damaged
    })
}

/// The bytes of an answer, if they are the range that was asked for.
///
/// # Errors
/// What the status says, [`NetError::Portal`], [`NetError::Answer`], [`NetError::Truncated`].
pub fn ranged(answer: &HttpAnswer, from: u64, last: u64, size: u64) -> Result<&[u8], NetError> {
    if answer.status != 206 {
        // Statuses other than success say why; a success without a range is not ours.
        return answer.judge("").and(Err(NetError::Portal("no range")));
    }
    let wanted = format!("bytes {from}-{last}/{size}");
    if answer.content_range.as_deref() != Some(wanted.as_str()) {
        return Err(NetError::Answer("another range"));
    }
    if answer.body.len() as u64 != last - from + 1 {
        return Err(NetError::Truncated);
    }
    Ok(&answer.body)
}
