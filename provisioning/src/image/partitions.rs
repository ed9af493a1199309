//! Where the configuration partition lies: the places that the partition table names, of which
//! one holds a FAT file system with our label.
//!
//! Only beginnings and lengths are read, from either kind of table (MBR with its logical
//! partitions, GPT), and each is
//! believed only when the label stands there; so a table needs no library of its own.

use protocol::provisioning::device::PARTITION_LABEL;
use protocol::provisioning::image::{Extent, SECTOR_BYTES};

/// Bytes of the disk that have to be at hand: MBR, GPT header and its usual 128 entries.
pub const TABLE_BYTES: usize = 34 * SECTOR as usize;

/// Most entries that are looked at in a GPT.
const MAX_ENTRIES: u32 = 128;

const SECTOR: u64 = SECTOR_BYTES;
const GPT_KIND: u8 = 0xee;

/// Kinds of an extended partition, which holds logical ones: by CHS, by LBA, Linux.
const EXTENDED_KINDS: [u8; 3] = [0x05, 0x0f, 0x85];

/// Most logical partitions that are looked for.
const MAX_LOGICAL: u32 = 16;

/// The partitions that the table at the beginning of a disk names. Logical ones have tables of
/// their own: see [`Logical`].
#[must_use]
pub fn partitions(table: &[u8]) -> Vec<Extent> {
    if table.len() < TABLE_BYTES || table[510..512] != [0x55, 0xaa] {
        return Vec::new();
    }
    let entries: Vec<&[u8]> = table[446..510].chunks_exact(16).collect();
    if entries.iter().any(|entry| entry[4] == GPT_KIND) {
        return gpt(table);
    }
    entries
        .iter()
        .filter(|entry| entry[4] != 0 && !EXTENDED_KINDS.contains(&entry[4]))
        .filter_map(|entry| extent(u64::from(u32_at(entry, 8)), u64::from(u32_at(entry, 12))))
        .collect()
}

/// The logical partitions of an MBR. Each has a table in a sector of its own, which names it and
/// says where the next table is. A chain that does not lead forward ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logical {
    /// First sector of the extended partition: later tables are counted from it.
    base: u64,
    /// Sector of the table that is to be read next.
    next: Option<u64>,
    left: u32,
}

impl Logical {
    /// The chain that the table at the beginning of a disk leads to.
    #[must_use]
    pub fn of(table: &[u8]) -> Self {
        let begins = table.len() >= TABLE_BYTES && table[510..512] == [0x55, 0xaa];
        let first = begins
            .then(|| {
                table[446..510]
                    .chunks_exact(16)
                    .find(|entry| EXTENDED_KINDS.contains(&entry[4]))
                    .map(|entry| u64::from(u32_at(entry, 8)))
            })
            .flatten()
            .filter(|first| *first > 0);
        Self {
            base: first.unwrap_or(0),
            next: first,
            left: MAX_LOGICAL,
        }
    }

    /// Where the next table is, in bytes from the beginning of the disk.
    #[must_use]
    pub fn next_table(&self) -> Option<u64> {
        self.next?.checked_mul(SECTOR)
    }

    /// Reads the table that [`Self::next_table`] asked for: the partition it names, if any.
    pub fn take(&mut self, table: &[u8]) -> Option<Extent> {
        let here = self.next.take()?;
        if table.len() < 512 || table[510..512] != [0x55, 0xaa] {
            return None;
        }
        let (own, following) = (&table[446..462], &table[462..478]);
        let further = self.base + u64::from(u32_at(following, 8));
        self.left -= 1;
        if EXTENDED_KINDS.contains(&following[4]) && further > here && self.left > 0 {
            self.next = Some(further);
        }
        let first = here.checked_add(u64::from(u32_at(own, 8)))?;
        if own[4] == 0 || first == here {
            return None;
        }
        extent(first, u64::from(u32_at(own, 12)))
    }
}

/// Whether a partition's first sector is FAT with our label.
#[must_use]
pub fn is_config(first_sector: &[u8]) -> bool {
    if first_sector.len() < 512 || first_sector[510..512] != [0x55, 0xaa] {
        return false;
    }
    let mut label = [b' '; 11];
    label[..PARTITION_LABEL.len()].copy_from_slice(PARTITION_LABEL.as_bytes());
    // FAT12 and FAT16 have it at 43, FAT32 at 71 (Microsoft's FAT specification).
    first_sector[43..54] == label || first_sector[71..82] == label
}

/// The configuration partition of a disk that is read through `read(offset, buffer)`.
///
/// # Errors
/// Those of reading.
pub fn config_partition<E>(
    mut read: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
) -> Result<Option<Extent>, E> {
    let mut table = vec![0; TABLE_BYTES];
    read(0, &mut table)?;
    let mut sector = [0; SECTOR as usize];
    let mut found = partitions(&table);
    let mut logical = Logical::of(&table);
    while let Some(at) = logical.next_table() {
        if read(at, &mut sector).is_err() {
            break;
        }
        found.extend(logical.take(&sector));
    }
    for extent in found {
        if read(extent.offset, &mut sector).is_ok() && is_config(&sector) {
            return Ok(Some(extent));
        }
    }
    Ok(None)
}

fn gpt(table: &[u8]) -> Vec<Extent> {
    let header = &table[SECTOR as usize..];
    if !header.starts_with(b"EFI PART") || u64_at(header, 72) != 2 {
        return Vec::new();
    }
    let count = u32_at(header, 80).min(MAX_ENTRIES);
    let size = u32_at(header, 84);
    if size != 128 {
        return Vec::new();
    }
    table[2 * SECTOR as usize..]
        .chunks_exact(128)
        .take(count as usize)
        .filter(|entry| entry[..16] != [0; 16])
        .filter_map(|entry| {
            let (first, last) = (u64_at(entry, 32), u64_at(entry, 40));
            extent(first, last.checked_sub(first)?.checked_add(1)?)
        })
        .collect()
}

fn extent(first: u64, sectors: u64) -> Option<Extent> {
    let extent = Extent {
        offset: first.checked_mul(SECTOR)?,
        bytes: sectors.checked_mul(SECTOR)?,
    };
    (extent.offset > 0 && extent.bytes > 0).then_some(extent)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut value = [0; 4];
    value.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(value)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn mbr(entries: &[(u8, u32, u32)]) -> Vec<u8> {
        let mut table = vec![0; TABLE_BYTES];
        for (place, (kind, first, sectors)) in entries.iter().enumerate() {
            let at = 446 + place * 16;
            table[at + 4] = *kind;
            table[at + 8..at + 12].copy_from_slice(&first.to_le_bytes());
            table[at + 12..at + 16].copy_from_slice(&sectors.to_le_bytes());
        }
        table[510..512].copy_from_slice(&[0x55, 0xaa]);
        table
    }

    #[test]
    fn both_kinds_of_table_name_their_partitions() {
        let old = mbr(&[(0x0c, 2048, 4096), (0x83, 8192, 100)]);
        assert_eq!(partitions(&old)[0].offset, 1024 * 1024);
        assert_eq!(partitions(&old).len(), 2);

        let mut new = mbr(&[(0xee, 1, u32::MAX)]);
        new[512..520].copy_from_slice(b"EFI PART");
        new[512 + 72..512 + 80].copy_from_slice(&2_u64.to_le_bytes());
        new[512 + 80..512 + 84].copy_from_slice(&128_u32.to_le_bytes());
        new[512 + 84..512 + 88].copy_from_slice(&128_u32.to_le_bytes());
        new[1024] = 1;
        new[1024 + 32..1024 + 40].copy_from_slice(&4096_u64.to_le_bytes());
        new[1024 + 40..1024 + 48].copy_from_slice(&4103_u64.to_le_bytes());
        let found = partitions(&new);
        assert_eq!(
            found,
            [Extent {
                offset: 4096 * 512,
                bytes: 8 * 512
            }]
        );
    }

    /// A table of the chain: its partition counted from itself, the next one from the first.
    fn link(own: (u8, u32, u32), next: Option<u32>) -> Vec<u8> {
        let mut table = mbr(&[
            own,
            (if next.is_some() { 0x05 } else { 0 }, next.unwrap_or(0), 1),
        ]);
        table.truncate(512);
        table
    }

    #[test]
    fn a_logical_partition_with_our_label_is_found() {
        let mut disk = vec![0; 200 * 512];
        let table = mbr(&[(0x0c, 40, 8), (0x0f, 64, 100)]);
        disk[..table.len()].copy_from_slice(&table);
        disk[64 * 512..65 * 512].copy_from_slice(&link((0x83, 2, 4), Some(32)));
        disk[96 * 512..97 * 512].copy_from_slice(&link((0x0c, 8, 16), None));
        let config = (96 + 8) * 512;
        disk[config + 43..config + 54].copy_from_slice(b"MDG-CONFIG ");
        disk[config + 510..config + 512].copy_from_slice(&[0x55, 0xaa]);
        let found = config_partition(|at, buffer| {
            let at = usize::try_from(at).map_err(|_| ())?;
            let bytes = disk.get(at..at + buffer.len()).ok_or(())?;
            buffer.copy_from_slice(bytes);
            Ok::<(), ()>(())
        });
        let expected = Extent {
            offset: config as u64,
            bytes: 16 * 512,
        };
        assert_eq!(found, Ok(Some(expected)));
    }

    #[test]
    fn a_chain_of_tables_that_leads_back_ends() {
        let mut logical = Logical::of(&mbr(&[(0x05, 64, 100)]));
        assert_eq!(logical.next_table(), Some(64 * 512));
        assert!(logical.take(&link((0x83, 2, 4), Some(0))).is_some());
        assert_eq!(logical.next_table(), None);
    }

    proptest! {
        #[test]
        fn any_chain_ends(tables in prop::collection::vec(prop::collection::vec(any::<u8>(), 64), 40)) {
            let mut logical = Logical::of(&mbr(&[(0x0f, 64, 100)]));
            let mut read = 0;
            for entries in &tables {
                if logical.next_table().is_none() {
                    break;
                }
                let mut table = vec![0; 512];
                table[446..510].copy_from_slice(entries);
                // Such a chain is believed for as long as it can be.
                table[466] = 0x05;
                table[510..512].copy_from_slice(&[0x55, 0xaa]);
                logical.take(&table);
                read += 1;
            }
            prop_assert!(read <= MAX_LOGICAL);
        }

        #[test]
        fn any_table_is_read_without_a_panic(
            mut table in prop::collection::vec(any::<u8>(), TABLE_BYTES), signed: bool, gpt: bool,
        ) {
            if signed {
                table[510..512].copy_from_slice(&[0x55, 0xaa]);
            }
            if gpt {
                table[450] = 0xee;
                table[512..520].copy_from_slice(b"EFI PART");
                table[584..592].copy_from_slice(&2_u64.to_le_bytes());
                table[596..600].copy_from_slice(&128_u32.to_le_bytes());
            }
            prop_assert!(partitions(&table).len() <= 128);
        }
    }
}
