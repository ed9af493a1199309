//! One exchange with the gateway: batch, verify receipts, settle, back off; enrolment and
//! renewal; documents and attachments.
//!
//! The work is in three steps, so that nothing waits for the network while it holds the
//! vault: `prepare` (a short transaction), [`Transport::send`] (the only step that takes
//! time), `settle` (one transaction: receipts, feed, cursor, counter-signature, floor).
//! `round` does all three. `SyncPolicy` says when the next one is due; it does no I/O
//! and reads no clock.
//!
//! Only an answer in our media type, signed by a receipt key, for this terminal and this
//! very request is an acknowledgement. Everything else changes nothing.

mod net;
mod report;
mod schema;
mod settle;

pub use net::{HttpAnswer, HttpRequest, Method, NetError, Transport};
pub use report::{RoundReport, SyncReport};
pub use schema::{MIGRATIONS, cursor};
pub use settle::{FeedSink, Settlement};
