//! Making `image.json` from a disk image: what the recipe of the image calls.

use std::path::{Path, PathBuf};

use protocol::calendar::Timestamp;
use protocol::provisioning::image::{
    FORMAT, ImageManifest, MAX_IMAGE_BYTES, Packing, Range, SECTOR_BYTES, StoredFile, borders,
};
use protocol::provisioning::{Board, Version};

use super::partitions::{Logical, TABLE_BYTES, is_config, partitions};
use super::stream::ImageStream;
use crate::error::Problem;
use crate::seal::{Hasher, sha256};
use crate::text;

/// What the image cannot say about itself.
#[derive(Debug, Clone)]
pub struct Description {
    /// The image's file.
    pub image: PathBuf,
    /// Version of what is in it.
    pub version: Version,
    /// Lowest version that may follow it.
    pub minimum_version: Version,
    /// Boards it starts on.
    pub boards: Vec<Board>,
    /// What was built.
    pub profile: String,
    /// When it was built.
    pub built_at: Timestamp,
}

/// Reads an image twice, for its layout and for its digests, and describes it.
///
/// # Errors
/// A file that is no image with a configuration partition.
pub fn describe(of: Description) -> Result<ImageManifest, Problem> {
    let name = of
        .image
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Problem::ImageManifest("the image's name is no text".to_owned()))?;
    let packing = if name.ends_with(".zst") {
        Packing::Zstd
    } else {
        Packing::Raw
    };
    let (bytes, config) = layout(&of.image, packing)?;
    let mut stream = ImageStream::open(&of.image, packing, None)?;
    let mut whole = Hasher::default();
    let mut buffer = Vec::new();
    let mut ranges = Vec::new();
    for extent in borders(bytes, config) {
        stream.read_range(extent.offset, extent.bytes, &mut buffer)?;
        whole.update(&buffer);
        ranges.push(Range {
            offset: extent.offset,
            bytes: extent.bytes,
            sha256: sha256(&buffer),
        });
    }
    let manifest = ImageManifest {
        format: FORMAT,
        version: of.version,
        minimum_version: of.minimum_version,
        boards: of.boards,
        profile: of.profile,
        built_at: of.built_at,
        file: StoredFile {
            name: name.to_owned(),
            bytes: text::file_bytes(&of.image)?,
            packing,
        },
        bytes,
        sha256: whole.finish(),
        config,
        ranges,
    };
    manifest.check()?;
    Ok(manifest)
}

/// Size of the raw disk, and where its configuration partition lies.
fn layout(
    image: &Path,
    packing: Packing,
) -> Result<(u64, protocol::provisioning::image::Extent), Problem> {
    let mut stream = ImageStream::open(image, packing, None)?;
    let mut table = vec![0; TABLE_BYTES];
    if stream.read_some(0, &mut table)? < TABLE_BYTES {
        return Err(Problem::ImageTruncated);
    }
    let mut candidates = partitions(&table);
    let mut logical = Logical::of(&table);
    let mut found = None;
    let mut at = TABLE_BYTES as u64;
    let mut sector = [0; SECTOR_BYTES as usize];
    loop {
        match stream.read_some(at, &mut sector)? {
            0 => break,
            count if count < sector.len() => {
                return Err(Problem::ImageManifest("not whole sectors".to_owned()));
            }
            _ => {}
        }
        // Tables of logical partitions stand before them, so that one pass is enough.
        if logical.next_table() == Some(at) {
            candidates.extend(logical.take(&sector));
        }
        if found.is_none()
            && let Some(extent) = candidates.iter().find(|extent| extent.offset == at)
            && is_config(&sector)
        {
            found = Some(*extent);
        }
        at += SECTOR_BYTES;
        if at > MAX_IMAGE_BYTES {
            return Err(Problem::ImageManifest("larger than any card".to_owned()));
        }
    }
    let config = found.ok_or(Problem::ImagePartition("none has the label MDG-CONFIG"))?;
    Ok((at, config))
}
