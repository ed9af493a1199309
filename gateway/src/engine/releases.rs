//! New systems for terminals, as an exchange and a download meet them: who is meant, who is told,
//! who may fetch.

use protocol::answer::{FeedEntry, FeedItem};
use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, Sha256Digest};
use protocol::problem::ProblemCode;
use protocol::release::ReleaseOffer;

use crate::error::GatewayError;
use crate::store::{Audience, Device, Release, Standing, Tx};

/// Offers what stands to a terminal that was enrolled after it: the highest version that means it.
///
/// # Errors
/// The database's.
pub(crate) fn welcome_release(
    tx: &mut dyn Tx,
    device: &mut Device,
    now: Timestamp,
) -> Result<(), GatewayError> {
    for release in tx.releases()? {
        if release.withdrawn_at.is_some() {
            continue;
        }
        let standing = tx.standing(release.version)?;
        if standing.iter().any(|one| is_meant(device, one, &release)) {
            return tell(tx, device, &release, now).map(drop);
        }
    }
    Ok(())
}

/// The release that a terminal may fetch under this hash.
///
/// # Errors
/// [`ProblemCode::ReleaseUnknown`], [`ProblemCode::ReleaseWithdrawn`].
pub(crate) fn fetchable(
    tx: &mut dyn Tx,
    device: &Device,
    sha256: &Sha256Digest,
) -> Result<Release, GatewayError> {
    let unknown = || GatewayError::refuse(ProblemCode::ReleaseUnknown, "no such release");
    let release = tx
        .releases()?
        .into_iter()
        .find(|release| release.sha256 == *sha256)
        .ok_or_else(unknown)?;
    if !tx.is_target(release.version, device.key)? {
        return Err(unknown());
    }
    if release.withdrawn_at.is_some() {
        return Err(withdrawn());
    }
    Ok(release)
}

/// The refusal of a release that was taken back.
pub(crate) fn withdrawn() -> GatewayError {
    GatewayError::refuse(ProblemCode::ReleaseWithdrawn, "the release was taken back")
}

/// Whether an offer is for this terminal.
pub(crate) fn is_meant(device: &Device, standing: &Standing, release: &Release) -> bool {
    let named = match &standing.to {
        Audience::All => true,
        Audience::Office(office) => device.office == *office,
        Audience::Serial(serial) => device.serial == *serial,
    };
    named && is_chosen(&release.sha256, &device.id, standing.percent)
}

/// Whether a terminal is among the first so many in a hundred for this bundle: always the same
/// ones, and others for the next bundle.
fn is_chosen(bundle: &Sha256Digest, device: &DeviceId, percent: u8) -> bool {
    let place = Sha256Digest::of(format!("{bundle} {device}").as_bytes());
    let place = u32::from(u16::from_be_bytes([place.0[0], place.0[1]]));
    place * 100 < u32::from(percent) << 16
}

/// Offers a release to a terminal; `false` when it was offered before.
pub(crate) fn tell(
    tx: &mut dyn Tx,
    device: &mut Device,
    release: &Release,
    now: Timestamp,
) -> Result<bool, GatewayError> {
    let new = tx.add_target(release.version, device.key, now)?;
    if new {
        let item = FeedItem::ReleaseOffered(ReleaseOffer {
            version: release.version,
            sha256: release.sha256,
            size: release.size,
        });
        push(tx, device, item, now)?;
    }
    Ok(new)
}

/// Tells a terminal something.
pub(crate) fn push(
    tx: &mut dyn Tx,
    device: &mut Device,
    item: FeedItem,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let seq = device.next_in_feed()?;
    tx.push_feed(device.key, &FeedEntry { seq, item }, now, None)?;
    tx.save_marks(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_share_keeps_those_that_were_chosen_and_a_whole_one_means_everybody() {
        let bundle = Sha256Digest::of(b"bundle");
        let mut ten = 0;
        for n in 0..=255 {
            let device = DeviceId::from_random([n; 12]);
            let chosen: Vec<u8> = (1..=100)
                .filter(|percent| is_chosen(&bundle, &device, *percent))
                .collect();
            let first = chosen.first().copied().unwrap_or(101);
            let onwards: Vec<u8> = (first..=100).collect();
            assert_eq!(chosen, onwards, "{n}");
            assert!(first <= 100, "{n} is never meant");
            ten += u32::from(first <= 10);
        }
        assert!((10..=45).contains(&ten), "{ten} of 256 are a tenth");
    }
}
