//! Comparing a card with an image, before its first boot: afterwards the unit has its own data
//! on it, and its configuration without the token.

use protocol::provisioning::device::DeviceConfig;

use crate::error::Problem;
use crate::flash::{MARK_BYTES, cause, is_marked};
use crate::image::SignedImage;
use crate::progress::{Phase, Progress, Stop};
use crate::seal::sha256;
use crate::target::Target;
use crate::unit;

/// Reads the whole card and compares it; gives the unit it is for, if it says one.
///
/// # Errors
/// A card that was not finished, differs or cannot be read.
pub fn card(
    image: &SignedImage,
    card: &mut dyn Target,
    progress: &dyn Progress,
    stop: &dyn Stop,
) -> Result<Option<DeviceConfig>, Problem> {
    let manifest = &image.manifest;
    if card.bytes() < manifest.bytes {
        return Err(Problem::CardSmall {
            needs: manifest.bytes,
            has: card.bytes(),
        });
    }
    let mut beginning = vec![0; MARK_BYTES];
    let unread = |at| move |source| Problem::VerifyRead { at, source };
    card.read_at(0, &mut beginning).map_err(unread(0))?;
    if is_marked(&beginning) {
        return Err(Problem::CardUnfinished);
    }
    progress.begin(Phase::ReadBack, manifest.bytes);
    let mut config = Vec::new();
    let mut held = Vec::new();
    for range in &manifest.ranges {
        if stop.asked() {
            return Err(Problem::Stopped);
        }
        held.resize(usize::try_from(range.bytes).unwrap_or(0), 0);
        card.read_at(range.offset, &mut held)
            .map_err(unread(range.offset))?;
        if range.offset >= manifest.config.offset && range.offset < manifest.config.end() {
            config.extend_from_slice(&held);
        } else if sha256(&held) != range.sha256 {
            let known = |digest| manifest.ranges.iter().any(|r| r.sha256 == digest);
            let cause = cause::of_difference(card, range.offset, &held, range.sha256, known);
            return Err(Problem::VerifyDiffers {
                at: range.offset,
                cause,
            });
        }
        progress.advance(range.bytes);
    }
    unit::read(&mut config)
}
