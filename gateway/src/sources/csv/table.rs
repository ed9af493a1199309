//! A CSV file as rows of named fields. Fields are decoded one by one, so that a byte that
//! cannot be read spoils its own row only.

use csv::{ByteRecord, ReaderBuilder, Trim};
use encoding_rs::SHIFT_JIS;
use protocol::problem::ProblemCode;

use super::Fault;
use crate::error::GatewayError;

/// Largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 200 * 1024 * 1024;

/// Most columns.
const MAX_COLUMNS: usize = 200;

/// Longest field, in bytes.
const MAX_FIELD_BYTES: usize = 4_096;

/// Longest header that is repeated in a report, in characters.
const MAX_HEADER_CHARS: usize = 40;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Windows-31J, which municipal systems call Shift-JIS.
    Ms932,
    /// UTF-8 if the whole file is, else MS932.
    Auto,
}

impl Encoding {
    /// Its name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Ms932 => "ms932",
            Self::Auto => "auto",
        }
    }
}

/// A file with its known columns.
pub(super) struct Table<'f> {
    reader: csv::Reader<&'f [u8]>,
    encoding: Encoding,
    /// For each column of the file, the known one it is.
    columns: Vec<Option<&'static str>>,
    ignored: Vec<String>,
}

/// The line a row begins on, and the row or what is wrong with it.
pub(super) type Numbered = (u64, Result<Row, Fault>);

/// A row: the fields of the known columns, by the known name.
pub(super) struct Row {
    fields: Vec<(&'static str, String)>,
}

impl Row {
    /// The field, without spaces around it; empty if the file has no such column.
    pub(super) fn get(&self, column: &'static str) -> &str {
        self.fields
            .iter()
            .find(|(name, _)| *name == column)
            .map_or("", |(_, value)| value)
    }
}

impl<'f> Table<'f> {
    /// Reads the header. `known` lists each column by its name and the names that mean the
    /// same, with `|` between them; the first is the name rows are asked by.
    pub(super) fn read(
        bytes: &'f [u8],
        encoding: Encoding,
        known: &[&'static str],
        required: &[&'static str],
    ) -> Result<Self, GatewayError> {
        let refuse = |code, title| Err(GatewayError::refuse(code, title));
        if bytes.len() > MAX_FILE_BYTES {
            return refuse(ProblemCode::ImportColumns, "the file is larger than 200 MB");
        }
        let (bytes, encoding) = settle(bytes, encoding);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::None)
            .from_reader(bytes);
        let mut header = ByteRecord::new();
        let found = reader.read_byte_record(&mut header);
        if !matches!(found, Ok(true)) || header.len() > MAX_COLUMNS {
            return refuse(ProblemCode::ImportColumns, "the file has no header");
        }
        let mut columns = Vec::new();
        let mut ignored = Vec::new();
        for name in &header {
            let Some(name) = decode(name, encoding) else {
                return refuse(
                    ProblemCode::ImportEncoding,
                    "the header cannot be read in this encoding",
                );
            };
            let column = find(known, &name);
            if column.is_some() && columns.contains(&column) {
                return refuse(ProblemCode::ImportColumns, "a column stands twice");
            }
            if column.is_none() {
                ignored.push(name.chars().take(MAX_HEADER_CHARS).collect());
            }
            columns.push(column);
        }
        let has = |column: &&'static str| columns.contains(&Some(first_name(column)));
        if !required.iter().all(has) {
            return refuse(
                ProblemCode::ImportColumns,
                "a column that is needed is missing, or the encoding is another",
            );
        }
        Ok(Self {
            reader,
            encoding,
            columns,
            ignored,
        })
    }

    /// How the file is encoded, as settled.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Headers that mean nothing here.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// The next row and the line it begins on.
    pub(super) fn next_row(&mut self) -> Result<Option<Numbered>, GatewayError> {
        let mut record = ByteRecord::new();
        let line = self.reader.position().line();
        match self.reader.read_byte_record(&mut record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let line = record.position().map_or(line, csv::Position::line);
                Ok(Some((line, self.row(&record))))
            }
            Err(_) => Err(GatewayError::refuse(
                ProblemCode::ImportColumns,
                "the file cannot be read as CSV",
            )),
        }
    }

    fn row(&self, record: &ByteRecord) -> Result<Row, Fault> {
        if record.len() != self.columns.len() {
            return Err(Fault::row(
                ProblemCode::ImportRow,
                "the row has more or fewer fields than the header",
            ));
        }
        let mut fields = Vec::with_capacity(self.columns.len());
        for (bytes, column) in record.iter().zip(&self.columns) {
            let name = column.unwrap_or("列外");
            if bytes.len() > MAX_FIELD_BYTES {
                return Err(Fault::new(
                    name,
                    ProblemCode::ImportRow,
                    "the field is too long",
                ));
            }
            let value = decode(bytes, self.encoding).ok_or(Fault::new(
                name,
                ProblemCode::ImportEncoding,
                "a character is outside the table of the encoding",
            ))?;
            if let Some(column) = *column {
                fields.push((column, value));
            } else if protocol::number::looks_like_individual_number(&value) {
                return Err(Fault::row(
                    ProblemCode::InputIndividualNumber,
                    "the row holds an individual number",
                ));
            }
        }
        Ok(Row { fields })
    }
}

fn settle(bytes: &[u8], encoding: Encoding) -> (&[u8], Encoding) {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if let Some(rest) = bytes.strip_prefix(MARK)
        && encoding != Encoding::Ms932
    {
        return (rest, Encoding::Utf8);
    }
    let encoding = match encoding {
        Encoding::Auto if std::str::from_utf8(bytes).is_ok() => Encoding::Utf8,
        Encoding::Auto => Encoding::Ms932,
        chosen => chosen,
    };
    (bytes, encoding)
}

/// Decodes a field. `None` for bytes outside the table, and for 外字: what stands there
/// differs from machine to machine.
fn decode(bytes: &[u8], encoding: Encoding) -> Option<String> {
    let text = match encoding {
        Encoding::Ms932 => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)?,
        Encoding::Utf8 | Encoding::Auto => std::str::from_utf8(bytes).ok()?.into(),
    };
    let private = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c);
    if text.chars().any(|c| private(c) || c == '\0') {
        return None;
    }
    Some(text.trim().to_owned())
}

/// The known column a header names: without regard to width, spaces and what stands in brackets.
fn find(known: &[&'static str], header: &str) -> Option<&'static str> {
    let plain = plain(header);
    known
        .iter()
        .find(|names| names.split('|').any(|name| name == plain))
        .map(|names| first_name(names))
}

fn first_name(names: &'static str) -> &'static str {
    names.split('|').next().unwrap_or(names)
}

fn plain(header: &str) -> String {
    let outside = header.split(['(', '（']).next().unwrap_or(header);
    outside.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_header_is_known_however_it_is_written() {
        let known = &["被保険者番号", "審査会予定日|二次審査日"];
        for header in [
            "被保険者番号",
            "被保険者番号(6桁)",
            " 被保険者番号（６桁）",
            "被保険者 番号",
        ] {
            assert_eq!(find(known, header), Some("被保険者番号"), "{header}");
        }
        assert_eq!(find(known, "二次審査日(予定)"), Some("審査会予定日"));
        assert_eq!(find(known, "備考"), None);
    }

    #[test]
    fn private_characters_and_broken_bytes_are_outside_the_table() {
        assert_eq!(decode(b"\xf0\x40", Encoding::Ms932), None);
        assert_eq!(decode(b"\x81", Encoding::Ms932), None);
        assert_eq!(decode(b"\xff", Encoding::Utf8), None);
        assert_eq!(decode("\u{e000}".as_bytes(), Encoding::Utf8), None);
        // NEC and IBM extensions are in the table.
        assert_eq!(decode(b"\xfb\xfc", Encoding::Ms932).as_deref(), Some("髙"));
        assert_eq!(decode(b"\x87\x40", Encoding::Ms932).as_deref(), Some("①"));
    }
}
