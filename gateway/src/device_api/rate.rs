//! A bound on failed enrolments, so that nobody tries tokens by the thousand.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use protocol::calendar::Timestamp;

/// Failures from one address within [`WINDOW_MS`] after which it waits.
const PER_ADDRESS: u32 = 10;

/// Failures from all addresses within [`WINDOW_MS`] after which everybody waits.
const IN_ALL: u32 = 300;

/// Length of the window, in milliseconds.
const WINDOW_MS: i64 = 60_000;

/// Addresses remembered within one window.
const ADDRESSES: usize = 10_000;

/// Counts failures in windows of a minute.
#[derive(Debug, Default)]
pub struct RateLimit(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    number: i64,
    in_all: u32,
    by_address: HashMap<IpAddr, u32>,
}

impl RateLimit {
    /// Whether an attempt may be made.
    pub fn admits(&self, from: IpAddr, now: Timestamp) -> bool {
        self.with(now, |window| {
            let own = window.by_address.get(&from).copied().unwrap_or(0);
            let known = window.by_address.len() < ADDRESSES || own > 0;
            window.in_all < IN_ALL && own < PER_ADDRESS && known
        })
    }

    /// Counts a failure.
    pub fn failed(&self, from: IpAddr, now: Timestamp) {
        self.with(now, |window| {
            window.in_all += 1;
            if window.by_address.len() < ADDRESSES || window.by_address.contains_key(&from) {
                *window.by_address.entry(from).or_default() += 1;
            }
        });
    }

    fn with<T>(&self, now: Timestamp, look: impl FnOnce(&mut Window) -> T) -> T {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.unix_ms().div_euclid(WINDOW_MS);
        if window.number != number {
            *window = Window {
                number,
                ..Window::default()
            };
        }
        look(&mut window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_that_guesses_waits_while_another_is_served() {
        let limit = RateLimit::default();
        let now = Timestamp::from_unix_ms(1_000_000);
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        for _ in 0..PER_ADDRESS {
            assert!(limit.admits(here, now));
            limit.failed(here, now);
        }
        assert!(!limit.admits(here, now));
        assert!(limit.admits(there, now));
        assert!(limit.admits(here, Timestamp::from_unix_ms(1_000_000 + WINDOW_MS)));
    }
}
