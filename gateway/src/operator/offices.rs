//! Insurers, offices, their staff, and notices to them.

use protocol::answer::{FeedItem, Notice};
use protocol::calendar::Timestamp;
use protocol::facility::Insurer;
use protocol::number::{InsurerNumber, OfficeNumber, UserId};

use crate::error::GatewayError;
use crate::store::{self, Store, Tx};

/// Adds or changes an insurer, and tells the offices that may ask it.
///
/// # Errors
/// Values out of bounds, or the database's.
pub fn put_insurer(
    store: &dyn Store,
    insurer: &Insurer,
    now: Timestamp,
) -> Result<(), GatewayError> {
    if !(1..=12).contains(&insurer.retention_months) {
        return Err(GatewayError::Input(
            "retention must be 1 to 12 months".to_owned(),
        ));
    }
    let insurer = insurer.clone();
    store::write(store, move |tx| {
        tx.put_insurer(&insurer)?;
        for office in tx.offices()? {
            if tx.insurer_in_scope(&office, &insurer.number)?.is_some() {
                tell_facility(tx, &office, now)?;
            }
        }
        Ok(())
    })
}

/// Adds an office or changes its name and whom it may ask, and tells its terminals.
///
/// # Errors
/// An insurer that is not known, or the database's.
pub fn put_office(
    store: &dyn Store,
    office: &OfficeNumber,
    name: &str,
    insurers: &[InsurerNumber],
    now: Timestamp,
) -> Result<(), GatewayError> {
    let (office, name, insurers) = (office.clone(), name.to_owned(), insurers.to_vec());
    store::write(store, move |tx| {
        for insurer in &insurers {
            if tx.insurer(insurer)?.is_none() {
                return Err(GatewayError::Input(format!(
                    "insurer {insurer} is not known; add it with `gateway insurer add`"
                )));
            }
        }
        tx.put_office(&office, &name, &insurers, now)?;
        tell_facility(tx, &office, now)
    })
}

/// Stops a staff member on every terminal of the office at once.
///
/// # Errors
/// Somebody who is not known there.
pub fn stop_staff(
    store: &dyn Store,
    office: &OfficeNumber,
    staff: &UserId,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let (office, staff) = (office.clone(), staff.clone());
    store::write(store, move |tx| {
        let mut row = tx
            .staff_member(&office, &staff)?
            .ok_or_else(|| GatewayError::Input("no such staff member there".to_owned()))?;
        row.record.active = false;
        row.stopped_at = row.stopped_at.max(Some(now));
        tx.put_staff(&office, &row, now)?;
        let item = FeedItem::StaffStopped { id: staff };
        tx.broadcast(Some(&office), None, &item, now, None)?;
        Ok(())
    })
}

/// Sends a notice to all offices, or to one; says how many terminals will see it. Terminals
/// that are enrolled later see it as well.
///
/// # Errors
/// The database's.
pub fn add_notice(
    store: &dyn Store,
    office: Option<&OfficeNumber>,
    notice: &Notice,
    now: Timestamp,
) -> Result<u64, GatewayError> {
    let (office, notice) = (office.cloned(), notice.clone());
    store::write(store, move |tx| {
        tx.keep_notice(office.as_ref(), &notice, now)?;
        let item = FeedItem::Notice(notice);
        tx.broadcast(office.as_ref(), None, &item, now, None)
    })
}

fn tell_facility(
    tx: &mut dyn Tx,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<(), GatewayError> {
    if let Some(facility) = tx.facility(office)? {
        tx.broadcast(Some(office), None, &FeedItem::Facility(facility), now, None)?;
    }
    Ok(())
}
