//! What a file is, by its content and never by its name.

use protocol::person::AttachmentMedia;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const PNG_END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
/// How far from the end of a PDF its end mark may stand. Source: PDF 32000-1, H.3.18.
const PDF_TAIL: usize = 1024;
/// Markers looked at in one JPEG.
const MAX_MARKERS: usize = 1_000;

/// The kind by the first bytes, for a list of files.
#[must_use]
pub fn by_head(head: &[u8]) -> Option<AttachmentMedia> {
    if head.starts_with(PNG_SIGNATURE) {
        Some(AttachmentMedia::Png)
    } else if head.starts_with(b"\xff\xd8\xff") {
        Some(AttachmentMedia::Jpeg)
    } else if head.starts_with(b"%PDF-1.") || head.starts_with(b"%PDF-2.") {
        Some(AttachmentMedia::Pdf)
    } else {
        None
    }
}

/// The kind of a whole file, if it has the least structure of that kind: a picture with a
/// size and an end, a PDF with a cross-reference and an end. One that was cut off, and one
/// that only begins like its kind, is none.
#[must_use]
pub fn of(bytes: &[u8]) -> Option<AttachmentMedia> {
    let media = by_head(bytes)?;
    let whole = match media {
        AttachmentMedia::Png => is_png(bytes),
        AttachmentMedia::Jpeg => is_jpeg(bytes),
        AttachmentMedia::Pdf => is_pdf(bytes),
    };
    whole.then_some(media)
}

fn is_png(bytes: &[u8]) -> bool {
    let header = bytes.get(8..24);
    let sized = header.is_some_and(|header| {
        header.starts_with(b"\0\0\0\x0dIHDR") && header[8..12] != [0; 4] && header[12..16] != [0; 4]
    });
    sized && bytes.ends_with(PNG_END)
}

fn is_jpeg(bytes: &[u8]) -> bool {
    // Some cameras pad the end with zeros.
    let end = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let bytes = &bytes[..end];
    bytes.ends_with(b"\xff\xd9") && jpeg_size(bytes).is_some_and(|(w, h)| w > 0 && h > 0)
}

/// Width and height from the frame header, walking the markers before the scan.
fn jpeg_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let mut at = 2;
    for _ in 0..MAX_MARKERS {
        let &[0xff, marker, high, low] = bytes.get(at..at + 4)? else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        match marker {
            // Fill byte before a marker.
            0xff => {
                at += 1;
                continue;
            }
            // Frame headers; C4, C8 and CC are tables.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let &[h1, h2, w1, w2] = bytes.get(at + 5..at + 9)? else {
                    return None;
                };
                return Some((u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2])));
            }
            // The scan, or the end, before any frame.
            0xda | 0xd9 => return None,
            _ => {}
        }
        if length < 2 {
            return None;
        }
        at += 2 + length;
    }
    None
}

fn is_pdf(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(PDF_TAIL)..];
    has(tail, b"%%EOF") && has(tail, b"startxref")
}

fn has(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[cfg(test)]
pub(crate) mod samples {
    //! The smallest files that pass.

    /// 1×1.
    pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\0IEND\xae\x42\x60\x82";
    /// 2×1, without a picture.
    pub const JPEG: &[u8] =
        b"\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x0b\x08\0\x01\0\x02\x01\x01\x11\0\xff\xda\0\x02\x7f\xff\xd9";
    /// Without a page.
    pub const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::samples::{JPEG, PDF, PNG};
    use super::*;

    #[test]
    fn each_kind_is_known_by_its_content() {
        assert_eq!(of(PNG), Some(AttachmentMedia::Png));
        assert_eq!(of(JPEG), Some(AttachmentMedia::Jpeg));
        assert_eq!(of(&[JPEG, b"\0\0\0"].concat()), Some(AttachmentMedia::Jpeg));
        assert_eq!(of(PDF), Some(AttachmentMedia::Pdf));
    }

    #[test]
    fn what_only_begins_like_its_kind_is_refused() {
        for whole in [PNG, JPEG, PDF] {
            for end in 0..whole.len().saturating_sub(1) {
                assert_eq!(of(&whole[..end]), None, "{end}");
            }
        }
        assert_eq!(of(b"MZ\x90\0 an executable named scan.pdf"), None);
        assert_eq!(of(b"<html>%PDF-1.4 startxref %%EOF"), None);
        assert_eq!(of(b""), None);
        let mut flat = PNG.to_vec();
        flat[16..20].copy_from_slice(&[0; 4]);
        assert_eq!(of(&flat), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(
            kind in 0usize..4, cut in 0usize..80, bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let head: &[u8] = [PNG, JPEG, PDF, b""][kind];
            let mut file = head[..cut.min(head.len())].to_vec();
            file.extend(bytes);
            let _ = of(&file);
        }
    }
}
