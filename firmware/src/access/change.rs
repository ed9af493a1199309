//! Changes of staff: here by hand, there through the feed, and who may do what to whom.

use protocol::command::{Action, Command, StaffRecord};
use protocol::exchange::CommandId;
use protocol::number::UserId;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use rusqlite::Transaction;

use super::{Change, Reply, Stop, rights, staff, untold};
use crate::audit::{self, AuditEvent, StaffChange};
use crate::clock::Now;
use crate::error::Problem;
use crate::outbox;

/// Takes a record from another terminal of the office or from the operator. Somebody who was
/// stopped there is stopped here in the same transaction.
///
/// # Errors
/// [`ProblemCode::AccessTooMany`], and those of the vault.
pub fn apply_record(tx: &Transaction<'_>, now: &Now, record: &StaffRecord) -> Result<(), Problem> {
    let before = staff::find(tx, &record.id, now)?.map(|member| member.record);
    if before.as_ref() == Some(record) {
        return Ok(());
    }
    staff::put(tx, record)?;
    if !record.active {
        staff::disable(tx, &record.id)?;
    }
    let change = how(before.as_ref(), record);
    audit_change(tx, now, None, record, change)
}

/// Stops a leaver because the operator says so.
///
/// # Errors
/// Those of the vault.
pub fn stop(tx: &Transaction<'_>, now: &Now, who: &UserId) -> Result<(), Problem> {
    let Some(mut member) = staff::find(tx, who, now)? else {
        return Ok(());
    };
    if staff::disable(tx, who)? {
        member.record.active = false;
        audit_change(tx, now, None, &member.record, StaffChange::Disabled)?;
    }
    Ok(())
}

pub(super) fn save(tx: &Transaction<'_>, change: &Change, now: &Now) -> Result<Reply, Problem> {
    let before = staff::find(tx, &change.record.id, now)?.map(|member| member.record);
    // What the terminal does by itself stands in the records under this id.
    if change.record.id.as_str() == crate::inbox::TERMINAL || change.new && before.is_some() {
        return Err(Problem::Refused(ProblemCode::AccessTaken));
    }
    // What no screen of this terminal asks for is kept as it was.
    let mut record = change.record.clone();
    if let Some(before) = &before {
        if record.services.is_empty() {
            record.services.clone_from(&before.services);
        }
        record.occupation = record.occupation.or_else(|| before.occupation.clone());
    }
    let record = &record;
    may_change(
        tx,
        change.by.as_ref(),
        change.second.as_ref(),
        before.as_ref(),
        record,
        now,
    )?;
    let was_administrator = before
        .as_ref()
        .is_some_and(|old| old.active && old.role == StaffRole::Administrator);
    if was_administrator
        && (record.role != StaffRole::Administrator || !record.active)
        && staff::other_administrators(tx, &record.id)? == 0
    {
        return Err(Problem::Refused(ProblemCode::AccessLastAdministrator));
    }
    staff::put(tx, record)?;
    tell(tx, change.by.as_ref(), record, change.command, now)?;
    audit_change(
        tx,
        now,
        change.by.as_ref(),
        record,
        how(before.as_ref(), record),
    )?;
    Ok(Reply::Done)
}

pub(super) fn stop_by_hand(
    tx: &Transaction<'_>,
    order: &Stop,
    now: &Now,
) -> Result<Reply, Problem> {
    let mut record = staff::active(tx, &order.who, now)?.record;
    let before = record.clone();
    record.active = false;
    may_change(
        tx,
        Some(&order.by),
        order.second.as_ref(),
        Some(&before),
        &record,
        now,
    )?;
    if order.by == order.who {
        return Err(Problem::Refused(ProblemCode::AccessDenied));
    }
    if before.role == StaffRole::Administrator && staff::other_administrators(tx, &order.who)? == 0
    {
        return Err(Problem::Refused(ProblemCode::AccessLastAdministrator));
    }
    staff::disable(tx, &order.who)?;
    match tell(tx, Some(&order.by), &record, order.command, now) {
        // A full queue keeps nobody in.
        Err(Problem::OutboxQuota(_)) => untold::note(tx, &order.who, &order.by)?,
        other => other?,
    }
    audit_change(tx, now, Some(&order.by), &record, StaffChange::Disabled)?;
    Ok(Reply::Done)
}

pub(super) fn tell(
    tx: &Transaction<'_>,
    by: Option<&UserId>,
    record: &StaffRecord,
    command: CommandId,
    now: &Now,
) -> Result<(), Problem> {
    let staff = by.unwrap_or(&record.id);
    let action = Action::StaffChanged(record.clone());
    outbox::append(tx, now, command, &command_of(staff, action, now))?;
    Ok(())
}

/// A command about the office itself.
pub(crate) fn command_of(staff: &UserId, action: Action, now: &Now) -> Command {
    Command {
        made_at: now.wall,
        clock_trusted: now.is_trusted(),
        staff: staff.clone(),
        insurer: None,
        action,
    }
}

/// Whether `by`, with `second`, may turn `before` into `after`.
fn may_change(
    tx: &Transaction<'_>,
    by: Option<&UserId>,
    second: Option<&UserId>,
    before: Option<&StaffRecord>,
    after: &StaffRecord,
    now: &Now,
) -> Result<(), Problem> {
    let denied = Err(Problem::Refused(ProblemCode::AccessDenied));
    let Some(by) = by else {
        // Nobody can have unlocked yet: only while the terminal is being set up.
        return if crate::setup::is_finished(tx)? {
            denied
        } else {
            Ok(())
        };
    };
    let role = staff::active(tx, by, now)?.record.role;
    let manages = rights::manages(role);
    let touched: Vec<StaffRole> = before
        .map(|old| old.role)
        .into_iter()
        .chain([after.role])
        .collect();
    let own = before.is_some_and(|old| old.id == *by);
    // One's own name may be corrected, one's own rights not be changed.
    let own_name = own
        && before.is_some_and(|old| old.role == after.role && old.active == after.active)
        && rights::may(role, rights::Right::Staff);
    if !own_name && (own || touched.iter().any(|role| !manages.contains(role))) {
        return denied;
    }
    if touched
        .iter()
        .any(|touched| rights::needs_second_person(role, *touched))
    {
        second_agrees(tx, by, second, now)?;
    }
    Ok(())
}

/// Whether `by`, with `second`, may let `who` choose a passcode. The first one needs anybody who
/// manages staff; a new one in place of another is as good as that person's rights, so it needs
/// somebody who has them or may give them.
pub(super) fn may_give_passcode(
    tx: &Transaction<'_>,
    by: Option<&UserId>,
    second: Option<&UserId>,
    who: &UserId,
    now: &Now,
) -> Result<(), Problem> {
    let denied = Err(Problem::Refused(ProblemCode::AccessDenied));
    let member = staff::active(tx, who, now)?;
    let Some(by) = by else {
        return if crate::setup::is_finished(tx)? {
            denied
        } else {
            Ok(())
        };
    };
    let role = staff::active(tx, by, now)?.record.role;
    if by == who || !rights::may(role, rights::Right::Staff) {
        return denied;
    }
    if !member.has_passcode {
        return if rights::may_give_first_passcode(role, member.record.role) {
            Ok(())
        } else {
            denied
        };
    }
    if !rights::may_replace_passcode(role, member.record.role) {
        return denied;
    }
    if rights::needs_second_person(role, member.record.role) {
        second_agrees(tx, by, second, now)?;
    }
    Ok(())
}

/// Somebody else who manages staff stands behind it.
fn second_agrees(
    tx: &Transaction<'_>,
    by: &UserId,
    second: Option<&UserId>,
    now: &Now,
) -> Result<(), Problem> {
    let denied = Err(Problem::Refused(ProblemCode::AccessDenied));
    let Some(second) = second.filter(|second| *second != by) else {
        return denied;
    };
    let second = staff::active(tx, second, now)?;
    if rights::may(second.record.role, rights::Right::Staff) {
        Ok(())
    } else {
        denied
    }
}

fn how(before: Option<&StaffRecord>, after: &StaffRecord) -> StaffChange {
    match before {
        None => StaffChange::Added,
        Some(old) if old.active && !after.active => StaffChange::Disabled,
        Some(old) if !old.active && after.active => StaffChange::Enabled,
        Some(_) => StaffChange::Changed,
    }
}

fn audit_change(
    tx: &Transaction<'_>,
    now: &Now,
    by: Option<&UserId>,
    record: &StaffRecord,
    change: StaffChange,
) -> Result<(), Problem> {
    let event = AuditEvent::StaffChanged {
        who: record.id.clone(),
        change,
        role: record.role,
    };
    audit::append(tx, now, by, &event)?;
    Ok(())
}
