//! Connections without a certificate. They may enrol, nothing else, so they get little: a short
//! wait for each request, and only so many from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A stranger's connection is closed when a request's head is not whole after this long.
pub const HEAD_TIME: Duration = Duration::from_secs(5);

/// Strangers' connections that one address may have at once: an office behind one address enrols
/// a handful of terminals.
pub const PER_ADDRESS: u32 = 32;

/// Counts them. There are never more entries than connections.
#[derive(Debug, Default)]
pub struct Strangers(Mutex<HashMap<IpAddr, u32>>);

/// A stranger's place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    strangers: Arc<Strangers>,
    from: IpAddr,
}

impl Strangers {
    /// A place for one more from this address, if there is one.
    pub fn admit(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(from).or_default();
        if *count >= PER_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Place {
            strangers: Arc::clone(self),
            from,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self
            .strangers
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.from) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_address_fills_its_own_places_only_and_a_place_comes_back() {
        let strangers = Arc::new(Strangers::default());
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let mut places: Vec<_> = (0..PER_ADDRESS)
            .map(|_| strangers.admit(here).unwrap())
            .collect();
        assert!(strangers.admit(here).is_none());
        assert!(strangers.admit(there).is_some());
        places.pop();
        places.push(strangers.admit(here).unwrap());
        assert!(strangers.admit(here).is_none());
        drop(places);
        assert!(
            strangers.0.lock().unwrap().is_empty(),
            "addresses that left are forgotten"
        );
    }
}
