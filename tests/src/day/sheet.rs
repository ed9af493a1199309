//! One page that shows all pictures of a day.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Writes one page that shows all pictures.
///
/// # Errors
/// When it cannot be written.
pub fn contact_sheet(folder: &Path, pictures: &[PathBuf]) -> io::Result<PathBuf> {
    let mut page = String::from(
        "<!doctype html><meta charset=utf-8><title>A day at the desk</title>\
         <style>body{font-family:sans-serif;background:#eee}figure{display:inline-block;margin:8px}\
         img{width:420px;border:1px solid #888}</style>\n",
    );
    for picture in pictures {
        let name = picture.file_name().unwrap_or_default().to_string_lossy();
        page.push_str(&format!(
            "<figure><img src=\"{name}\"><figcaption>{name}</figcaption></figure>\n"
        ));
    }
    let path = folder.join("index.html");
    fs::write(&path, page)?;
    Ok(path)
}
