//! What a file is, by its first bytes, never by its name.

use protocol::person::AttachmentMedia;

/// Bytes that are enough to tell.
pub const ENOUGH: usize = 16;

/// What a content is; `None` for a kind that is not taken.
#[must_use]
pub fn kind(start: &[u8]) -> Option<AttachmentMedia> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    const JPEG: &[u8] = b"\xff\xd8\xff";
    const PDF: &[u8] = b"%PDF-";
    [
        (PNG, AttachmentMedia::Png),
        (JPEG, AttachmentMedia::Jpeg),
        (PDF, AttachmentMedia::Pdf),
    ]
    .into_iter()
    .find(|(magic, _)| start.starts_with(magic))
    .map(|(_, media)| media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_make_a_kind_but_the_first_bytes_do() {
        assert_eq!(kind(b"%PDF-1.7\n"), Some(AttachmentMedia::Pdf));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0"), Some(AttachmentMedia::Png));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some(AttachmentMedia::Jpeg));
        assert_eq!(kind(b"MZ\x90\0scan.pdf"), None);
        assert_eq!(kind(b"<html>"), None);
        assert_eq!(kind(b""), None);
    }
}
