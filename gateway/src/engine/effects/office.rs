//! The office's own matters: staff, profile, pledges, what its terminals say of themselves.

use protocol::answer::FeedItem;
use protocol::command::{Command, DeviceEvent, DeviceReport, PledgeSigned, StaffRecord};
use protocol::facility::FacilityProfile;
use protocol::problem::ProblemCode;

use super::super::take::{Desk, Effect};
use crate::error::GatewayError;
use crate::store::{AlarmKind, Pledge};

/// Keeps a staff record and tells the office's other terminals.
pub(in crate::engine) fn staff(
    desk: &mut Desk<'_>,
    staff: &StaffRecord,
) -> Result<Effect, GatewayError> {
    let office = desk.device.office.clone();
    desk.tx.put_staff(&office, staff, desk.now)?;
    let item = FeedItem::Staff(staff.clone());
    desk.tx
        .broadcast(Some(&office), Some(desk.device.key), &item, desk.now, None)?;
    Ok(Effect::Done)
}

/// Keeps the profile as the office entered or corrected it.
pub(in crate::engine) fn profile(
    desk: &mut Desk<'_>,
    profile: &FacilityProfile,
) -> Result<Effect, GatewayError> {
    if profile.office != desk.device.office {
        return Ok(Effect::Refused(ProblemCode::CommandOffice));
    }
    let office = desk.device.office.clone();
    desk.tx.put_profile(&office, profile, desk.now)?;
    Ok(Effect::Done)
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
