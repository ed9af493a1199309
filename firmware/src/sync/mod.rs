//! One exchange with the gateway: batch, verify receipts, settle, back off; enrolment and
//! renewal; documents and attachments.
//!
//! The work is in three steps, so that nothing waits for the network while it holds the
//! vault: [`prepare`] (a short transaction), [`Transport::send`] (the only step that takes
//! time), [`settle`] (one transaction: receipts, feed, cursor, counter-signature, floor).
//! [`round`] does all three. [`SyncPolicy`] says when the next one is due; it does no I/O
//! and reads no clock.
//!
//! Only an answer in our media type, signed by a receipt key, for this terminal and this
//! very request is an acknowledgement. Everything else changes nothing.

mod attachments;
mod documents;
mod enrol;
mod exchange;
mod https;
mod identity;
mod life;
mod net;
mod policy;
mod renew;
mod report;
mod round;
mod schema;
mod settle;

pub use attachments::{AttachmentSource, UPLOAD_CHUNK, upload};
pub use documents::{DOWNLOAD_CHUNK, DocumentSink, Fetched, fetch, ranged};
pub use enrol::{EnrolOrder, enrol};
pub use exchange::{FeedPart, Prepared, Verified, prepare, verify};
pub use https::{HttpsTransport, Limits};
pub use identity::{Identity, identity};
pub use life::{CertificateLife, CertificateState, Light, ON_THE_STRIP, STEPS};
pub use net::{HttpAnswer, HttpRequest, Method, NetError, Transport};
pub use policy::{Next, POLL, Pause, RETRY_AFTER_MAX, RETRY_MAX, RETRY_MIN, SyncPolicy, Wake};
pub use renew::{RenewalState, gateway_says_expired, renew, renewal};
pub use report::{RoundReport, SyncReport};
pub use round::{probe, round};
pub use schema::{MIGRATIONS, certificate_life, cursor, device, last_exchange};
pub use settle::{FeedSink, Settlement, settle};

#[cfg(test)]
mod tests;
