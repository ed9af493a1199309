//! Made-up papers: PDF files of a few pages, all of one size.

/// Bytes of every paper, filled up behind the end of the document.
pub const SIZE: u64 = 400_000;

/// A PDF with `pages` pages, each with the title and its number.
#[must_use]
pub fn page(title: &str, pages: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|n| format!("{} 0 R ", 4 + 2 * n)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>"),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    for number in 1..=pages {
        let text = format!(
            "BT /F1 28 Tf 72 740 Td ({title}, page {number} of {pages}) Tj \
             0 -60 Td /F1 16 Tf (Shiomi City. Everything here is made up.) Tj ET \
             72 200 450 400 re S"
        );
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>\
             /Contents {} 0 R>>",
            objects.len() + 2
        ));
        objects.push(format!(
            "<</Length {}>>\nstream\n{text}\nendstream",
            text.len()
        ));
    }
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    // A comment makes the file as long as a scanned page is.
    let padding = usize::try_from(SIZE)
        .unwrap_or(0)
        .saturating_sub(pdf.len() + 2_000);
    pdf.push(b'%');
    pdf.extend(std::iter::repeat_n(b'-', padding));
    pdf.push(b'\n');
    let start = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        pdf.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    pdf.extend(
        format!(
            "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        )
        .bytes(),
    );
    pdf
}
