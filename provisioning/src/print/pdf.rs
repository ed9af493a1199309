//! A drawn page as a PDF of one picture (ISO 32000-1): no font has to be embedded, and what
//! comes out of any printer is what the picture shows.

use std::fmt::Write as _;

use crate::error::Problem;

/// Points in a metre: 72 an inch.
const POINTS_A_METRE: u64 = 283_465;

/// Bytes of a PNG's signature, and around each chunk's data.
const SIGNATURE: usize = 8;
const AROUND: usize = 12;

/// Wraps a PNG of grey pixels (eight bits, not interlaced) with its size in metres.
///
/// Its packed rows are what a PDF calls Flate with PNG predictors, so they are taken as they are.
///
/// # Errors
/// [`Problem::Print`] for a picture that is not of that kind.
pub fn of_picture(png: &[u8]) -> Result<Vec<u8>, Problem> {
    let picture = Picture::read(png).ok_or(Problem::Print("the picture has another form"))?;
    let points = |pixels: u32| {
        let hundredths = u64::from(pixels) * POINTS_A_METRE / u64::from(picture.dots_per_metre);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    };
    let (width, height) = (points(picture.width), points(picture.height));
    let page = format!("q {width} 0 0 {height} 0 0 cm /Im Do Q");
    let objects: [(String, &[u8]); 5] = [
        ("<</Type/Catalog/Pages 2 0 R>>".to_owned(), b""),
        ("<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(), b""),
        (
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]\
                 /Resources<</XObject<</Im 5 0 R>>>>/Contents 4 0 R>>"
            ),
            b"",
        ),
        (format!("<</Length {}>>", page.len()), page.as_bytes()),
        (
            format!(
                "<</Type/XObject/Subtype/Image/Width {w}/Height {h}/ColorSpace/DeviceGray\
                 /BitsPerComponent 8/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 1\
                 /BitsPerComponent 8/Columns {w}>>/Length {length}>>",
                w = picture.width,
                h = picture.height,
                length = picture.rows.len()
            ),
            &picture.rows,
        ),
    ];
    Ok(put_together(&objects))
}

fn put_together(objects: &[(String, &[u8])]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = String::new();
    for (number, (dictionary, stream)) in objects.iter().enumerate() {
        // Each place is one line of exactly twenty bytes.
        let _ = writeln!(places, "{:010} 00000 n ", bytes.len());
        bytes.extend(format!("{} 0 obj\n{dictionary}\n", number + 1).bytes());
        if !stream.is_empty() {
            bytes.extend(b"stream\n");
            bytes.extend(*stream);
            bytes.extend(b"\nendstream\n");
        }
        bytes.extend(b"endobj\n");
    }
    let (table, count) = (bytes.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer\n<</Size {count}/Root 1 0 R>>\n\
         startxref\n{table}\n%%EOF\n"
    );
    bytes.extend(end.bytes());
    bytes
}

/// What a PDF needs of a PNG.
struct Picture {
    width: u32,
    height: u32,
    dots_per_metre: u32,
    /// All packed rows.
    rows: Vec<u8>,
}

impl Picture {
    fn read(png: &[u8]) -> Option<Self> {
        let number = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?));
        let mut picture = Self {
            width: 0,
            height: 0,
            dots_per_metre: 0,
            rows: Vec::new(),
        };
        let mut rest = png.get(SIGNATURE..)?;
        while !rest.is_empty() {
            let length = number(rest)? as usize;
            let (kind, data) = (rest.get(4..8)?, rest.get(8..8 + length)?);
            match kind {
                b"IHDR" => {
                    (picture.width, picture.height) = (number(data)?, number(data.get(4..)?)?);
                    // Eight bits, grey, packed and filtered as usual, not interlaced.
                    if data.get(8..)? != [8, 0, 0, 0, 0] {
                        return None;
                    }
                }
                b"pHYs" => picture.dots_per_metre = number(data)?,
                b"IDAT" => picture.rows.extend(data),
                _ => {}
            }
            rest = rest.get(AROUND + length..)?;
        }
        (picture.dots_per_metre > 0 && !picture.rows.is_empty()).then_some(picture)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::print::canvas::Canvas;

    fn find(bytes: &[u8], word: &str) -> usize {
        bytes
            .windows(word.len())
            .position(|window| window == word.as_bytes())
            .unwrap()
    }

    #[test]
    fn a_page_of_a4_is_one_picture_of_a4_and_its_table_points_at_its_objects() {
        let page = Canvas::of_millimetres(210, 297, 200);
        let pdf = of_picture(&page.png().unwrap()).unwrap();
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/MediaBox[0 0 595.08 841.68]"));
        assert!(text.contains("/Columns 1653") && text.contains("/Height 2338"));
        let table = find(&pdf, "xref\n0 6\n");
        let said: usize = text
            .rsplit_once("startxref\n")
            .unwrap()
            .1
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(said, table);
        let places = String::from_utf8_lossy(&pdf[table + 9..]).into_owned();
        for (number, line) in places.lines().take(6).enumerate().skip(1) {
            let at: usize = line[..10].parse().unwrap();
            assert!(pdf[at..].starts_with(format!("{number} 0 obj").as_bytes()));
        }
    }

    #[test]
    fn what_is_no_picture_of_ours_is_refused() {
        let png = Canvas::of_millimetres(20, 20, 200).png().unwrap();
        for cut in [0, 8, 20, png.len() - 1] {
            assert!(of_picture(&png[..cut]).is_err(), "{cut}");
        }
    }
}
