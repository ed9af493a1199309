//! The contact sheet: one page that shows many pictures of screens.

use std::fmt::Write as _;

/// One picture on the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Heading under which it stands.
    pub group: String,
    /// What it shows.
    pub caption: String,
    /// File, relative to the sheet.
    pub file: String,
}

/// The page, as HTML without anything from elsewhere. Frames of one group that follow each other
/// stand under one heading.
#[must_use]
pub fn contact_sheet(title: &str, frames: &[Frame]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"ja\">\n<meta charset=\"utf-8\">\n<title>{0}</title>\n\
         <style>body{{font-family:sans-serif;background:#ddd;margin:16px}}\
         section{{display:flex;flex-wrap:wrap;gap:12px}}figure{{margin:0}}\
         img{{max-width:400px;max-height:400px;border:1px solid #888}}\
         figcaption{{font-size:13px;max-width:400px}}</style>\n<h1>{0}</h1>\n",
        escape(title)
    );
    let mut group: Option<&str> = None;
    for frame in frames {
        if group != Some(&frame.group) {
            if group.is_some() {
                page.push_str("</section>\n");
            }
            // Writing to a string cannot go wrong.
            let _ = writeln!(page, "<h2>{}</h2>\n<section>", escape(&frame.group));
            group = Some(&frame.group);
        }
        let (file, caption) = (escape(&frame.file), escape(&frame.caption));
        let _ = writeln!(
            page,
            "<figure><a href=\"{file}\"><img src=\"{file}\" alt=\"{caption}\"></a>\
             <figcaption>{caption}</figcaption></figure>"
        );
    }
    if group.is_some() {
        page.push_str("</section>\n");
    }
    page.push_str("</html>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_cannot_become_markup() {
        let frame = Frame {
            group: "A-1".to_owned(),
            caption: "<script>\"".to_owned(),
            file: "a.png".to_owned(),
        };
        let page = contact_sheet("画面", &[frame]);
        assert!(!page.contains("<script>"));
        assert!(page.contains("&lt;script&gt;&quot;"));
    }
}
