//! Draws a page of a PDF at an exact width, in a child process that can reach nothing.
//!
//! The child (`pdftoppm`, from poppler) gets the document on its standard input and gives the
//! pixels back on its standard output: no file of the document ever exists outside the vault.
//! It runs without network, without the file system beyond programs and fonts, with bounded
//! memory and processor time, and is killed at a deadline.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::terminal::effect::DrawnPage;
use crate::terminal::view::PageImage;

/// Widest page image in pixels: three zoom steps on the largest screen.
pub const MAX_WIDTH: u32 = 4096;
/// Most pixels of one page image.
pub const MAX_PIXELS: u64 = 32 * 1024 * 1024;
/// Pages beyond this are not offered.
pub const MAX_PAGES: usize = 500;
/// A child that takes longer is killed.
pub const DEADLINE: Duration = Duration::from_secs(15);
/// Address space of the child in bytes.
const CHILD_MEMORY: u64 = 1024 * 1024 * 1024;
/// Processor time of the child in seconds.
const CHILD_CPU_SECONDS: u64 = 10;
/// Longest answer of `pdfinfo` in bytes.
const MAX_INFO_BYTES: usize = 64 * 1024;

/// How the child is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sandbox {
    /// Own namespaces by `bwrap`: no network, no home, nothing writable.
    #[default]
    Namespaces,
    /// Only limits of memory and time: for systems on which the service manager already
    /// keeps the whole kiosk in.
    Limits,
}

/// Draws page `page` (from 0) of `pdf`, `width` pixels wide.
///
/// # Errors
/// [`ProblemCode::DocumentUnreadable`] when the child refuses the document, dies, exceeds a limit
/// or the deadline.
pub fn draw(sandbox: Sandbox, pdf: &[u8], page: usize, width: u32) -> Result<DrawnPage, Problem> {
    let width = width.clamp(1, MAX_WIDTH);
    let pages = count(sandbox, pdf)?;
    if page >= pages {
        return Err(unreadable());
    }
    let number = (page + 1).to_string();
    let width = width.to_string();
    let arguments = [
        "-q",
        "-f",
        &number,
        "-l",
        &number,
        "-scale-to-x",
        &width,
        "-scale-to-y",
        "-1",
        "-",
    ];
    let limit = usize::try_from(MAX_PIXELS * 3 + 64).expect("fits: 96 MiB");
    let ppm = run(sandbox, "pdftoppm", &arguments, pdf, limit)?;
    Ok(DrawnPage {
        image: Arc::new(parse_ppm(&ppm).ok_or_else(unreadable)?),
        pages,
    })
}

fn unreadable() -> Problem {
    Problem::Refused(ProblemCode::DocumentUnreadable)
}

/// Number of pages of `pdf`.
fn count(sandbox: Sandbox, pdf: &[u8]) -> Result<usize, Problem> {
    let info = run(sandbox, "pdfinfo", &["-"], pdf, MAX_INFO_BYTES)?;
    String::from_utf8_lossy(&info)
        .lines()
        .find_map(|line| line.strip_prefix("Pages:"))
        .and_then(|pages| pages.trim().parse::<usize>().ok())
        .filter(|pages| (1..=MAX_PAGES).contains(pages))
        .ok_or_else(unreadable)
}

fn run(
    sandbox: Sandbox,
    program: &str,
    arguments: &[&str],
    input: &[u8],
    output_limit: usize,
) -> Result<Vec<u8>, Problem> {
    let mut child = command(sandbox, program, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Problem::Refused(ProblemCode::DocumentDrawer))?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A child that stops reading has decided; its exit status tells.
            let _ = stdin.write_all(input);
        });
        let reader = scope.spawn(move || {
            let mut output = Vec::new();
            let most = u64::try_from(output_limit).unwrap_or(u64::MAX) + 1;
            stdout
                .by_ref()
                .take(most)
                .read_to_end(&mut output)
                .map(|_| output)
        });
        let finished = wait(&mut child);
        let output = reader.join().expect("the reader does not panic");
        if finished { output.ok() } else { None }
    });
    output
        .filter(|bytes| bytes.len() <= output_limit)
        .ok_or_else(unreadable)
}

/// Waits until the child ends or the deadline passes; true when it ended well.
fn wait(child: &mut Child) -> bool {
    const POLL: Duration = Duration::from_millis(5);
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if started.elapsed() < DEADLINE => std::thread::sleep(POLL),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

fn command(sandbox: Sandbox, program: &str, arguments: &[&str]) -> Command {
    let mut command = match sandbox {
        Sandbox::Namespaces => {
            let mut command = Command::new("bwrap");
            command.args([
                "--unshare-all",
                "--die-with-parent",
                "--new-session",
                "--clearenv",
            ]);
            for path in ["/usr", "/etc/fonts", "/var/cache/fontconfig"] {
                command.args(["--ro-bind-try", path, path]);
            }
            for (target, link) in [
                ("usr/lib", "/lib"),
                ("usr/lib64", "/lib64"),
                ("usr/bin", "/bin"),
            ] {
                command.args(["--symlink", target, link]);
            }
            command.args(["--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev", "--"]);
            command.arg("/usr/bin/prlimit");
            command
        }
        Sandbox::Limits => {
            let mut command = Command::new("prlimit");
            command.env_clear();
            command
        }
    };
    command
        .arg(format!("--as={CHILD_MEMORY}"))
        .arg(format!("--cpu={CHILD_CPU_SECONDS}"))
        .arg("--core=0")
        .arg(format!("/usr/bin/{program}"))
        .args(arguments);
    command
}

/// Reads a binary PPM (`P6`, 255): what `pdftoppm` writes.
fn parse_ppm(bytes: &[u8]) -> Option<PageImage> {
    let mut rest = bytes;
    let mut word = || -> Option<&str> {
        let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let end = start + rest[start..].iter().position(u8::is_ascii_whitespace)?;
        let word = std::str::from_utf8(&rest[start..end]).ok()?;
        rest = &rest[end..];
        Some(word)
    };
    if word()? != "P6" {
        return None;
    }
    let width: u32 = word()?.parse().ok()?;
    let height: u32 = word()?.parse().ok()?;
    if word()? != "255" || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    // One white space ends the header.
    let rgb = rest.get(1..)?;
    let expected = usize::try_from(u64::from(width) * u64::from(height) * 3).ok()?;
    (rgb.len() == expected).then(|| PageImage {
        width,
        height,
        rgb: rgb.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A page with one black square, written by hand.
    fn small_pdf(pages: usize) -> Vec<u8> {
        let kids: String = (0..pages).map(|n| format!("{} 0 R ", n + 4)).collect();
        let mut objects = vec![
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>"),
            "<</Length 18>>\nstream\n10 10 50 50 re f  \nendstream".to_owned(),
        ];
        for _ in 0..pages {
            objects.push("<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 200]/Contents 3 0 R>>".into());
        }
        let mut pdf = b"%PDF-1.4\n".to_vec();
        let mut offsets = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            offsets.push(pdf.len());
            pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
        }
        let start = pdf.len();
        pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
        for offset in offsets {
            pdf.extend(format!("{offset:010} 00000 n \n").bytes());
        }
        let trailer = format!(
            "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        );
        pdf.extend(trailer.bytes());
        pdf
    }

    #[test]
    fn a_page_is_drawn_at_the_exact_width_in_the_sandbox() {
        let drawn = draw(Sandbox::Namespaces, &small_pdf(3), 2, 300).unwrap();
        assert_eq!(
            (drawn.pages, drawn.image.width, drawn.image.height),
            (3, 300, 600)
        );
        assert!(
            drawn.image.rgb.iter().any(|&channel| channel < 64),
            "the square is drawn"
        );
    }

    #[test]
    fn a_document_that_is_no_pdf_is_named_unreadable() {
        for bytes in [&b""[..], b"hello", b"%PDF-1.4\n%%EOF"] {
            assert!(matches!(
                draw(Sandbox::Namespaces, bytes, 0, 300),
                Err(Problem::Refused(ProblemCode::DocumentUnreadable))
            ));
        }
    }

    #[test]
    fn a_page_that_the_document_does_not_have_is_refused() {
        assert!(draw(Sandbox::Limits, &small_pdf(1), 1, 300).is_err());
    }

    #[test]
    fn a_picture_of_the_wrong_length_is_refused() {
        assert!(parse_ppm(b"P6\n2 2\n255\n123").is_none());
        assert!(parse_ppm(b"P5\n1 1\n255\n1").is_none());
        assert!(parse_ppm(b"P6\n1 1\n255\nabc").is_some());
    }
}
