//! One upload of an attachment at a time. A new one takes over from an older one, whose
//! connection may be dead without anybody having noticed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use protocol::exchange::Sha256Digest;
use protocol::number::OfficeNumber;
use tokio::sync::MutexGuard;

type Key = (OfficeNumber, Sha256Digest);

/// The uploads under way. There are never more than connections.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<Key, Arc<Place>>>);

#[derive(Debug, Default)]
struct Place {
    latest: AtomicU64,
    file: tokio::sync::Mutex<()>,
}

/// One upload's turn.
#[derive(Debug)]
pub struct Turn {
    place: Arc<Place>,
    number: u64,
}

impl Turns {
    /// Begins an upload; older ones of the same attachment write nothing more.
    pub fn begin(&self, office: &OfficeNumber, sha256: Sha256Digest) -> Turn {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|_, place| Arc::strong_count(place) > 1);
        let place = Arc::clone(places.entry((office.clone(), sha256)).or_default());
        let number = place.latest.fetch_add(1, Ordering::SeqCst) + 1;
        Turn { place, number }
    }
}

impl Turn {
    /// Waits until nobody else writes; `None` when a newer upload has taken over.
    pub async fn hold(&self) -> Option<MutexGuard<'_, ()>> {
        let guard = self.place.file.lock().await;
        (self.place.latest.load(Ordering::SeqCst) == self.number).then_some(guard)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_newer_upload_takes_over_and_others_are_not_touched() {
        let turns = Turns::default();
        let office = OfficeNumber::parse("9970000015").unwrap();
        let (a, b) = (Sha256Digest::of(b"a"), Sha256Digest::of(b"b"));
        let first = turns.begin(&office, a);
        assert!(first.hold().await.is_some());
        let other = turns.begin(&office, b);
        let second = turns.begin(&office, a);
        assert!(first.hold().await.is_none());
        assert!(second.hold().await.is_some());
        assert!(other.hold().await.is_some());
        drop((first, second, other));
        turns.begin(&office, a);
        assert_eq!(
            turns.0.lock().unwrap().len(),
            1,
            "ended uploads are forgotten"
        );
    }
}
