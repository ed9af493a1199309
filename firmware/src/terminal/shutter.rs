//! How the desk locks: by a touch, by idleness, for a leaver, for ever.

use hal::board::Cue;

use super::effect::Effect;
use super::flows::lock::{LockFlow, WipedFlow};
use super::stack::Stack;
use super::{BUSY_GRACE, Terminal};
use crate::access;
use crate::audit::LockCause;

impl Terminal {
    /// Locks after the idle time; whether it did.
    pub(super) fn idle(&mut self) -> bool {
        let unused = self.desk.now.boot.saturating_sub(self.last_touch);
        let limit = self.desk.config.idle_lock;
        if unused < limit || (self.stack.top().busy() && unused < limit + BUSY_GRACE) {
            return false;
        }
        if self.desk.session.is_some() {
            self.lock(LockCause::Idle);
        } else if self.stack.len() > 1 && self.stack.bottom_is_lock(&self.desk) {
            // A half-typed passcode, help or trouble before login: the shutter closes again.
            self.forget();
        } else {
            return false;
        }
        true
    }

    /// The desk locks: nothing about visitors or of what was typed is left.
    pub(super) fn lock(&mut self, cause: LockCause) {
        let who = self
            .desk
            .session
            .as_ref()
            .map(|session| session.staff.clone());
        if who.is_some() {
            self.desk.store(access::Job::Locked { who, cause });
        }
        self.forget();
    }

    fn forget(&mut self) {
        if self.stack.any_busy() {
            self.desk.effect(Effect::CancelCard);
        }
        self.desk.effect(Effect::Cue(Cue::Quiet));
        self.desk.session = None;
        self.desk.in_hand = None;
        self.desk.approval = None;
        self.stack = Stack::new(Box::new(LockFlow));
    }

    /// The unit is lost: the key is destroyed, and nothing more is done here.
    pub(super) fn wipe(&mut self) {
        self.forget();
        self.stack = Stack::new(Box::new(WipedFlow));
        self.desk.effect(Effect::Wipe);
        self.desk.profile = None;
        self.desk.facility = None;
        self.wiped = true;
    }
}
