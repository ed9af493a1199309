//! The rules of trusted time, without I/O.

use std::time::Duration;

use protocol::calendar::Timestamp;

use super::{ClockTrust, Distrust, Floor, Now, RawTime};

/// Longest time a terminal is believed to have been switched off.
pub const MAX_ABSENCE: Duration = Duration::from_secs(400 * 24 * 3600);

/// How far the system clock may be behind the floor before it counts as set back
/// (a real-time clock drifts by seconds a day).
pub const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Closer than this, the system clock confirms the gateway's time.
pub const AGREEMENT: Duration = Duration::from_secs(24 * 3600);

/// A change of the system clock against the boot clock that is written to the audit log.
pub const JUMP: Duration = Duration::from_secs(2 * 60);

/// The floor is written again when it has moved by this much.
pub const FLOOR_STEP: Duration = Duration::from_secs(10 * 60);

/// Earliest time this program can run at: its own release. 2026-11-01T00:00:00Z.
const EARLIEST_MS: i64 = 1_793_491_200_000;

/// Keeps the floor and the gateway's time and makes a [`Now`] of each reading.
#[derive(Debug, Clone)]
pub struct ClockKeeper {
    floor_ms: i64,
    signed_ms: Option<i64>,
    kept: (i64, Option<i64>),
    anchor: Option<Anchor>,
    gateway: Option<Distrust>,
    /// The board's clock stood while the unit was off.
    stood: bool,
    system_minus_boot_ms: Option<([u8; 16], i64)>,
    /// A time that was certainly reached, at a reading of the boot clock: the system clock
    /// may not run behind it, however long ago it was set back.
    reached: Option<Anchor>,
}

/// A time told by the gateway, at a reading of the boot clock.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    boot_id: [u8; 16],
    boot_ms: i64,
    wall_ms: i64,
}

impl Anchor {
    fn new(raw: RawTime, wall_ms: i64) -> Self {
        Self {
            boot_id: raw.boot_id,
            boot_ms: ms(raw.boot),
            wall_ms,
        }
    }

    /// The time at another reading since the same power-on.
    fn at(&self, raw: RawTime) -> Option<i64> {
        let elapsed = (ms(raw.boot) - self.boot_ms).max(0);
        (self.boot_id == raw.boot_id).then(|| self.wall_ms.saturating_add(elapsed))
    }
}

/// What became of a time told by the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayTime {
    /// Taken: the wall clock follows it until power-off.
    Taken,
    /// Not taken; the clock is now untrusted.
    Doubted(Distrust),
}

/// The system clock moved against the boot clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// Seconds forward; negative for backward.
    pub seconds: i64,
}

impl ClockKeeper {
    /// Starts from the floor kept in the vault; without one, from this program's release.
    #[must_use]
    pub fn new(floor: Option<Floor>) -> Self {
        let floor_ms = floor.map_or(EARLIEST_MS, |floor| floor.wall.unix_ms());
        let signed_ms = floor.and_then(|floor| floor.signed).map(|at| at.unix_ms());
        Self {
            floor_ms,
            signed_ms,
            kept: (floor_ms, signed_ms),
            anchor: None,
            gateway: None,
            stood: false,
            system_minus_boot_ms: None,
            reached: None,
        }
    }

    /// Judges a reading of the clocks.
    pub fn now(&mut self, raw: RawTime) -> Now {
        if self
            .reached
            .is_none_or(|reached| reached.boot_id != raw.boot_id)
        {
            self.reached = Some(Anchor::new(raw, self.floor_ms));
        }
        if let Some(reached) = self.reached.and_then(|reached| reached.at(raw)) {
            // Also while the system clock is doubted: kept with the floor, the doubt survives
            // a restart.
            self.floor_ms = self.floor_ms.max(reached);
        }
        let (wall_ms, trust) = self.judge(raw);
        if trust == ClockTrust::Trusted {
            self.floor_ms = self.floor_ms.max(wall_ms);
            self.reached = Some(Anchor::new(raw, wall_ms));
            if self.anchored(raw).is_some() {
                self.signed_ms = self.signed_ms.max(Some(wall_ms));
            }
        }
        Now {
            boot: raw.boot,
            boot_id: raw.boot_id,
            wall: Timestamp::from_unix_ms(wall_ms),
            trust,
        }
    }

    /// Takes the time of a signed answer of the gateway, or doubts it. It is taken back to
    /// the last time that was signed, but not behind it: what only the system clock had said
    /// since then gives way.
    pub fn gateway_said(&mut self, raw: RawTime, told: Timestamp) -> GatewayTime {
        let told_ms = told.unix_ms();
        let behind = self
            .signed_ms
            .is_some_and(|signed| told_ms < signed - ms(TOLERANCE));
        let verdict = if behind {
            Some(Distrust::GatewayBehind)
        } else if told_ms > self.floor_ms + ms(MAX_ABSENCE)
            && (told_ms - raw.system.unix_ms()).abs() > ms(AGREEMENT)
        {
            Some(Distrust::GatewayFarAhead)
        } else {
            None
        };
        self.gateway = verdict;
        if let Some(distrust) = verdict {
            return GatewayTime::Doubted(distrust);
        }
        let wall_ms = self.signed_ms.map_or(told_ms, |signed| signed.max(told_ms));
        self.anchor = Some(Anchor::new(raw, wall_ms));
        self.reached = self.anchor;
        self.signed_ms = Some(wall_ms);
        self.floor_ms = wall_ms;
        GatewayTime::Taken
    }

    /// The board's clock has lost its time: what the system clock says since power-on is a time
    /// that somebody kept, and is not trusted until the gateway has told its own.
    pub fn stood(&mut self) {
        self.stood = true;
    }

    /// Compares the system clock with the boot clock; tells of a jump once.
    pub fn jump(&mut self, raw: RawTime) -> Option<Jump> {
        let difference = raw.system.unix_ms() - ms(raw.boot);
        let before = self.system_minus_boot_ms.replace((raw.boot_id, difference));
        match before {
            Some((boot_id, old)) if boot_id == raw.boot_id => {
                let moved = difference - old;
                (moved.abs() > ms(JUMP)).then_some(Jump {
                    seconds: moved / 1000,
                })
            }
            _ => None,
        }
    }

    /// How far the system clock is from the time in use, in seconds, once the gateway has
    /// told its time since power-on.
    #[must_use]
    pub fn system_error(&self, raw: RawTime) -> Option<i64> {
        self.anchored(raw)
            .map(|wall| (raw.system.unix_ms() - wall) / 1000)
    }

    /// The highest trusted time seen.
    #[must_use]
    pub fn floor(&self) -> Floor {
        Floor {
            wall: Timestamp::from_unix_ms(self.floor_ms),
            signed: self.signed_ms.map(Timestamp::from_unix_ms),
        }
    }

    /// The floor, when it has moved far enough to be written again. The caller writes it.
    pub fn floor_to_keep(&mut self) -> Option<Floor> {
        let moved = (self.floor_ms - self.kept.0).abs() >= ms(FLOOR_STEP)
            || self.signed_ms.is_some() != self.kept.1.is_some();
        moved.then(|| {
            self.kept = (self.floor_ms, self.signed_ms);
            self.floor()
        })
    }

    fn judge(&self, raw: RawTime) -> (i64, ClockTrust) {
        if let Some(wall) = self.anchored(raw) {
            let trust = self
                .gateway
                .map_or(ClockTrust::Trusted, ClockTrust::Untrusted);
            return (wall.max(self.floor_ms), trust);
        }
        let system = raw.system.unix_ms();
        if system > self.floor_ms + ms(MAX_ABSENCE) {
            // The floor, not the far future: the gateway's certificate must still verify,
            // so that its signed time can put the clock right.
            return (self.floor_ms, ClockTrust::Untrusted(Distrust::FarAhead));
        }
        let reached = self.reached.and_then(|reached| reached.at(raw));
        if system < reached.unwrap_or(self.floor_ms) - ms(TOLERANCE) {
            return (self.floor_ms, ClockTrust::Untrusted(Distrust::BehindFloor));
        }
        let stood = self.stood.then_some(Distrust::Stood);
        let trust = self
            .gateway
            .or(stood)
            .map_or(ClockTrust::Trusted, ClockTrust::Untrusted);
        (system.max(self.floor_ms), trust)
    }

    fn anchored(&self, raw: RawTime) -> Option<i64> {
        self.anchor?.at(raw)
    }
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;
    const NOON: i64 = EARLIEST_MS + 20 * DAY;

    fn raw(boot_s: u64, system_ms: i64) -> RawTime {
        RawTime {
            boot: Duration::from_secs(boot_s),
            boot_id: [7; 16],
            system: Timestamp::from_unix_ms(system_ms),
        }
    }

    fn keeper() -> ClockKeeper {
        ClockKeeper::new(Some(Timestamp::from_unix_ms(NOON).into()))
    }

    #[test]
    fn a_clock_set_ten_years_back_is_untrusted_and_time_does_not_go_back() {
        let mut keeper = keeper();
        let now = keeper.now(raw(1, NOON - 3650 * DAY));
        assert_eq!(now.trust, ClockTrust::Untrusted(Distrust::BehindFloor));
        assert_eq!(now.wall.unix_ms(), NOON);
    }

    #[test]
    fn a_clock_set_ten_years_ahead_is_untrusted_and_does_not_move_the_floor() {
        let mut keeper = keeper();
        let now = keeper.now(raw(1, NOON + 3650 * DAY));
        assert_eq!(now.trust, ClockTrust::Untrusted(Distrust::FarAhead));
        assert_eq!(keeper.floor().wall.unix_ms(), NOON);
        let after = keeper.now(raw(2, NOON + DAY));
        assert_eq!(after.trust, ClockTrust::Trusted);
        assert_eq!(after.wall.unix_ms(), NOON + DAY);
    }

    #[test]
    fn a_time_that_was_kept_over_a_power_off_is_untrusted_until_the_gateway_tells_its_own() {
        let mut keeper = keeper();
        keeper.stood();
        let now = keeper.now(raw(1, NOON + 1_000));
        assert_eq!(now.trust, ClockTrust::Untrusted(Distrust::Stood));
        assert_eq!(keeper.now(raw(3_600, NOON + 3_600_000)).trust, now.trust);
        let told = Timestamp::from_unix_ms(NOON + 2 * DAY);
        keeper.gateway_said(raw(3_601, NOON + 3_601_000), told);
        let after = keeper.now(raw(3_602, NOON + 3_602_000));
        assert_eq!(after.trust, ClockTrust::Trusted);
        assert_eq!(after.wall.unix_ms(), NOON + 2 * DAY + 1_000);
    }

    #[test]
    fn a_clock_set_back_does_not_become_trusted_by_waiting() {
        let mut keeper = keeper();
        keeper.now(raw(1, NOON));
        let set_back =
            |boot: u64| raw(boot, NOON - 3_600_000 + i64::try_from(boot).unwrap() * 1000);
        for boot in [2, 1_800, 3_600, 7_200, 86_400] {
            let now = keeper.now(set_back(boot));
            assert_eq!(
                now.trust,
                ClockTrust::Untrusted(Distrust::BehindFloor),
                "{boot}"
            );
        }
        keeper.gateway_said(set_back(86_401), Timestamp::from_unix_ms(NOON + DAY));
        assert!(keeper.now(set_back(86_402)).is_trusted());
    }

    #[test]
    fn an_hour_back_is_noticed_and_time_goes_on_by_the_boot_clock() {
        let mut keeper = keeper();
        keeper.now(raw(1, NOON + DAY));
        let now = keeper.now(raw(2, NOON + DAY - 3_600_000));
        assert_eq!(now.trust, ClockTrust::Untrusted(Distrust::BehindFloor));
        assert_eq!(now.wall.unix_ms(), NOON + DAY + 1000);
    }

    #[test]
    fn a_doubted_clock_is_still_doubted_after_a_restart() {
        let mut keeper = keeper();
        keeper.now(raw(1, NOON));
        let set_back =
            |boot: u64| raw(boot, NOON - 3_600_000 + i64::try_from(boot).unwrap() * 1000);
        keeper.now(set_back(86_400));
        let floor = keeper.floor_to_keep().unwrap();
        let mut restarted = ClockKeeper::new(Some(floor));
        let now = restarted.now(set_back(86_401));
        assert_eq!(now.trust, ClockTrust::Untrusted(Distrust::BehindFloor));
    }

    #[test]
    fn the_gateway_puts_a_wrong_clock_right_until_power_off() {
        let mut keeper = keeper();
        let wrong = NOON + 3650 * DAY;
        assert!(!keeper.now(raw(1, wrong)).is_trusted());
        let told = Timestamp::from_unix_ms(NOON + 2 * DAY);
        assert_eq!(
            keeper.gateway_said(raw(10, wrong), told),
            GatewayTime::Taken
        );
        let now = keeper.now(raw(70, wrong + 60_000));
        assert!(now.is_trusted());
        assert_eq!(now.wall.unix_ms(), NOON + 2 * DAY + 60_000);
        assert_eq!(
            keeper.system_error(raw(70, wrong + 60_000)),
            Some((3648 * DAY) / 1000)
        );

        let mut next_boot = raw(1, wrong);
        next_boot.boot_id = [8; 16];
        assert!(!keeper.now(next_boot).is_trusted());
    }

    #[test]
    fn setting_the_clock_after_the_gateway_spoke_moves_nothing() {
        let mut keeper = keeper();
        keeper.gateway_said(raw(10, NOON), Timestamp::from_unix_ms(NOON + 1000));
        for system in [NOON - 3650 * DAY, NOON + 3650 * DAY, NOON - 3_600_000] {
            let now = keeper.now(raw(20, system));
            assert!(now.is_trusted());
            assert_eq!(now.wall.unix_ms(), NOON + 1000 + 10_000);
        }
    }

    #[test]
    fn a_system_clock_a_month_fast_gives_way_to_the_gateway() {
        let mut keeper = keeper();
        let fast = keeper.now(raw(1, NOON + 30 * DAY));
        assert!(fast.is_trusted(), "nobody has said otherwise yet");
        let told = Timestamp::from_unix_ms(NOON + 1000);
        assert_eq!(
            keeper.gateway_said(raw(2, NOON + 30 * DAY), told),
            GatewayTime::Taken
        );
        let now = keeper.now(raw(3, NOON + 30 * DAY));
        assert!(now.is_trusted());
        assert_eq!(now.wall.unix_ms(), NOON + 2000);
        assert_eq!(keeper.floor_to_keep().unwrap().wall, now.wall);
    }

    #[test]
    fn a_gateway_behind_its_own_word_or_far_ahead_is_doubted() {
        let mut keeper = keeper();
        keeper.gateway_said(raw(1, NOON), Timestamp::from_unix_ms(NOON));
        let behind = Timestamp::from_unix_ms(NOON - DAY);
        assert_eq!(
            keeper.gateway_said(raw(1, NOON), behind),
            GatewayTime::Doubted(Distrust::GatewayBehind)
        );
        assert!(!keeper.now(raw(1, NOON)).is_trusted());
        let ahead = Timestamp::from_unix_ms(NOON + 800 * DAY);
        assert_eq!(
            keeper.gateway_said(raw(1, NOON), ahead),
            GatewayTime::Doubted(Distrust::GatewayFarAhead)
        );
        // A terminal that really was in a cupboard for years: both clocks agree.
        assert_eq!(
            keeper.gateway_said(raw(1, NOON + 800 * DAY), ahead),
            GatewayTime::Taken
        );
    }

    #[test]
    fn a_jump_is_told_once() {
        let mut keeper = keeper();
        assert_eq!(keeper.jump(raw(1, NOON)), None);
        assert_eq!(keeper.jump(raw(61, NOON + 60_000)), None);
        assert_eq!(
            keeper.jump(raw(62, NOON + 61_000 - 3_600_000)),
            Some(Jump { seconds: -3600 })
        );
        assert_eq!(keeper.jump(raw(63, NOON + 62_000 - 3_600_000)), None);
    }

    #[test]
    fn the_floor_is_written_only_when_it_moved() {
        let mut keeper = keeper();
        assert_eq!(keeper.floor_to_keep(), None);
        keeper.now(raw(1, NOON + 60_000));
        assert_eq!(keeper.floor_to_keep(), None);
        keeper.now(raw(2, NOON + 600_000));
        assert_eq!(
            keeper.floor_to_keep().unwrap().wall.unix_ms(),
            NOON + 600_000
        );
        assert_eq!(keeper.floor_to_keep(), None);
    }
}
