//! What the gateway's feed brings, handed to the capability that owns it, inside the
//! transaction of the exchange. Keeping an entry twice changes nothing.

use protocol::answer::{Answer, FeedEntry, FeedItem};
use rusqlite::Transaction;

use crate::clock::Now;
use crate::error::Problem;
use crate::sync::FeedSink;
use crate::{access, inbox, lookup, request, setup, update};

/// The terminal's side of the feed.
#[derive(Debug, Default, Clone, Copy)]
pub struct Feed;

impl FeedSink for Feed {
    fn keep(&mut self, tx: &Transaction<'_>, now: &Now, entry: &FeedEntry) -> Result<(), Problem> {
        match &entry.item {
            FeedItem::Answer { command, answer } => match answer {
                Answer::Progress(_) | Answer::Eligibility(_) => {
                    // An answer to a question that was deleted meanwhile has nowhere to go.
                    lookup::keep_answer(tx, now, *command, answer).map(|_known| ())
                }
                // Papers come as documents of their own.
                Answer::Disclosure(answer) => {
                    if request::keep_decisions(tx, *command, answer)? {
                        inbox::keep_declines(tx, *command, answer)?;
                    }
                    Ok(())
                }
            },
            FeedItem::DocumentOffered(offer) => inbox::offer(tx, now, offer),
            FeedItem::DocumentWithdrawn { document } => inbox::withdraw(tx, now, *document),
            FeedItem::Notice(notice) => inbox::keep_notice(tx, notice),
            FeedItem::Facility(facility) => setup::keep_facility(tx, facility),
            FeedItem::Profile(profile) => setup::keep_profile(tx, profile),
            FeedItem::Staff(record) => access::apply_record(tx, now, record),
            FeedItem::StaffStopped { id } => access::stop(tx, now, id),
            FeedItem::ReleaseOffered(offer) => update::offer(tx, offer),
            FeedItem::ReleaseWithdrawn { sha256 } => update::withdraw(tx, *sha256),
            // The exchange itself keeps these.
            FeedItem::Trust(_) | FeedItem::Wipe => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
