//! The office's own matters: staff, profile, pledges, what its terminals say of themselves.

use protocol::answer::FeedItem;
use protocol::calendar::Timestamp;
use protocol::command::{Command, DeviceEvent, DeviceReport, PledgeSigned, StaffRecord};
use protocol::facility::FacilityProfile;
use protocol::problem::ProblemCode;
use protocol::release::UpdateReport;
use protocol::self_test::SelfTest;

use super::super::take::{Desk, Effect};
use crate::error::GatewayError;
use crate::store::{AlarmKind, KeptSelfTest, Pledge, ProfileRow, StaffRow};

/// Keeps a staff record and tells the office's other terminals. A leaver stays one unless the
/// change that says otherwise was made after they were stopped: a change may have waited in
/// another terminal's queue for long.
pub(in crate::engine) fn staff(
    desk: &mut Desk<'_>,
    command: &Command,
    staff: &StaffRecord,
) -> Result<Effect, GatewayError> {
    let office = desk.device.office.clone();
    let known = desk.tx.staff_member(&office, &staff.id)?;
    let kept = judge(known.as_ref(), command, staff, desk.now);
    desk.tx.put_staff(&office, &kept, desk.now)?;
    let item = FeedItem::Staff(kept.record.clone());
    desk.tx
        .broadcast(Some(&office), Some(desk.device.key), &item, desk.now, None)?;
    // Its feed may still hold what others said before this change; they all are to end with
    // the same record.
    if kept.record != *staff || desk.device.feed_seq > desk.device.cursor {
        desk.tell(item, None)?;
    }
    Ok(Effect::Done)
}

/// What is kept of a change that arrives at `now`.
fn judge(
    known: Option<&StaffRow>,
    command: &Command,
    staff: &StaffRecord,
    now: Timestamp,
) -> StaffRow {
    let made_at = made_at(command, now);
    let stopped_at = match (known.and_then(|known| known.stopped_at), staff.active) {
        (None, true) => None,
        (None, false) => Some(made_at),
        (Some(stopped), false) => Some(stopped.max(made_at)),
        (Some(stopped), true) if command.clock_trusted && made_at > stopped => None,
        (Some(stopped), true) => Some(stopped),
    };
    StaffRow {
        record: StaffRecord {
            active: stopped_at.is_none(),
            ..staff.clone()
        },
        stopped_at,
    }
}

/// Keeps the profile as the office entered or corrected it, and tells all its terminals which one
/// is kept. A change that waited in a queue while a later one was made is not: the sender is told
/// the later one. The sender hears of its own change, too: what it heard before may have come
/// from elsewhere, and all terminals are to end with the same profile.
pub(in crate::engine) fn profile(
    desk: &mut Desk<'_>,
    command: &Command,
    profile: &FacilityProfile,
) -> Result<Effect, GatewayError> {
    if profile.office != desk.device.office {
        return Ok(Effect::Refused(ProblemCode::CommandOffice));
    }
    let (office, now) = (desk.device.office.clone(), desk.now);
    let made_at = made_at(command, now);
    if let Some(known) = desk.tx.profile(&office)?
        && known.made_at > made_at
    {
        desk.tell(FeedItem::Profile(known.profile), None)?;
        return Ok(Effect::Done);
    }
    let kept = ProfileRow {
        profile: profile.clone(),
        made_at,
    };
    desk.tx.put_profile(&office, &kept, now)?;
    let item = FeedItem::Profile(kept.profile);
    let own = Some(desk.device.key);
    desk.tx.broadcast(Some(&office), own, &item, now, None)?;
    desk.tell(item, None)?;
    Ok(Effect::Done)
}

/// When a change was made. A clock that is ahead made nothing in the future, and one that is not
/// trusted says nothing about what came first.
fn made_at(command: &Command, now: Timestamp) -> Timestamp {
    if command.clock_trusted {
        command.made_at.min(now)
    } else {
        now
    }
}

/// Keeps a signed pledge.
pub(in crate::engine) fn pledge(
    desk: &mut Desk<'_>,
    command: &Command,
    pledge: &PledgeSigned,
) -> Result<Effect, GatewayError> {
    let office = desk.device.office.clone();
    desk.tx.put_pledge(
        &office,
        &Pledge {
            staff: command.staff.clone(),
            edition: pledge.edition,
            signed_at: command.made_at,
        },
    )?;
    Ok(Effect::Done)
}

/// Raises an alarm for what the operator should look at.
pub(in crate::engine) fn device(
    desk: &mut Desk<'_>,
    report: &DeviceReport,
) -> Result<Effect, GatewayError> {
    let kind = match report.event {
        DeviceEvent::CaseOpened => AlarmKind::CaseOpened,
        DeviceEvent::BatteryEmpty => AlarmKind::BatteryEmpty,
    };
    desk.tx.raise(desk.device.key, kind, desk.now)?;
    Ok(Effect::Done)
}

/// Keeps what became of an offered release. One that was never offered is nobody's report.
pub(in crate::engine) fn update(
    desk: &mut Desk<'_>,
    report: &UpdateReport,
) -> Result<Effect, GatewayError> {
    let (key, now) = (desk.device.key, desk.now);
    let known = desk
        .tx
        .keep_update(report.version, key, &report.state, report.running, now)?;
    Ok(if known {
        Effect::Done
    } else {
        Effect::Refused(ProblemCode::ReleaseUnknown)
    })
}

/// Keeps what a terminal found when it tested itself.
pub(in crate::engine) fn self_test(
    desk: &mut Desk<'_>,
    command: &Command,
    test: &SelfTest,
) -> Result<Effect, GatewayError> {
    let kept = KeptSelfTest {
        made_at: command.made_at,
        clock_trusted: command.clock_trusted,
        received_at: desk.now,
        test: test.clone(),
    };
    desk.tx.put_self_test(desk.device.key, &kept)?;
    Ok(Effect::Done)
}
