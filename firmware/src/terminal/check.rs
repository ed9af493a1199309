//! The check of the whole vault for J-1: when it is asked for, and what the last one found.

use std::time::Duration;

use super::desk::Desk;
use super::effect::{Effect, Ticket};
use super::flow::Waiting;
use crate::setup::Finding;

/// A finding is shown so long before the vault is checked anew. A check reads the whole file,
/// beside whoever works.
pub const CHECK_EVERY: Duration = Duration::from_secs(5 * 60);

/// What is known of the whole vault.
#[derive(Debug, Default)]
pub struct VaultCheck {
    running: Waiting,
    last: Option<(Finding, Duration)>,
}

impl VaultCheck {
    /// What the last check found; `None` before the first has ended.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        self.last.as_ref().map(|(finding, _)| finding)
    }

    /// A check has ended.
    pub fn ended(&mut self, ticket: Ticket, finding: Finding, now: Duration) {
        if self.running.take(ticket) {
            self.last = Some((finding, now));
        }
    }

    fn is_due(&self, now: Duration) -> bool {
        let old = self
            .last
            .as_ref()
            .is_none_or(|(_, at)| now.saturating_sub(*at) >= CHECK_EVERY);
        old && !self.running.is_waiting()
    }
}

impl Desk {
    /// Asks for a check, unless one runs or has just ended.
    pub fn check_vault(&mut self) {
        if self.vault_check.is_due(self.now.boot) {
            let ticket = self.ticket();
            self.vault_check.running.start(ticket);
            self.effect(Effect::CheckVault(ticket));
        }
    }
}
