//! Prints by the system's print queue (`lp`, CUPS).

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};

use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::terminal::view::Slip;

/// Writes a slip in the words of the screen's language.
pub type SlipText = Box<dyn Fn(&Slip) -> String + Send>;

/// The program that hands a job to the queue.
const PROGRAM: &str = "lp";

/// Hands `content` to the print queue. The content goes by standard input: no file is made.
///
/// # Errors
/// [`ProblemCode::PrinterUnavailable`] when there is no queue or it does not take the job.
pub fn print(queue: Option<&str>, content: &[u8]) -> Result<(), Problem> {
    print_by(PROGRAM.as_ref(), queue, content)
}

fn print_by(program: &OsStr, queue: Option<&str>, content: &[u8]) -> Result<(), Problem> {
    let refused = || Problem::Refused(ProblemCode::PrinterUnavailable);
    let queue = queue.ok_or_else(refused)?;
    let mut child = Command::new(program)
        .args(["-s", "-d", queue, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| refused())?;
    let sent = child
        .stdin
        .take()
        .expect("stdin is piped")
        .write_all(content);
    let status = child.wait().map_err(|_| refused())?;
    if sent.is_ok() && status.success() {
        Ok(())
    } else {
        Err(refused())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    const REFUSED: Result<(), Problem> = Err(Problem::Refused(ProblemCode::PrinterUnavailable));

    /// A program that stands in for `lp` and does this in its own folder.
    fn stand_in(folder: &Path, does: &str) -> PathBuf {
        let file = folder.join("lp");
        // A child writes it: another test that starts a program at this moment would inherit
        // our open file, and a file that is open for writing does not start.
        let mut shell = Command::new("sh")
            .args(["-c", "cat > \"$0\" && chmod 700 \"$0\""])
            .arg(&file)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let script = format!("#!/bin/sh\ncd \"${{0%/*}}\"\n{does}\n");
        let mut input = shell.stdin.take().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        drop(input);
        assert!(shell.wait().unwrap().success());
        file
    }

    #[test]
    fn a_job_goes_to_its_queue_whole_and_by_standard_input() {
        let folder = tempfile::tempdir().unwrap();
        let lp = stand_in(folder.path(), "echo \"$@\" > arguments; cat > content");
        // More than a pipe holds, and not text.
        let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        print_by(lp.as_os_str(), Some("desk"), &content).unwrap();
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read("arguments"), b"-s -d desk -\n");
        assert!(read("content") == content);
    }

    #[test]
    fn a_queue_that_does_not_take_the_job_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let content = vec![b'x'; 300_000];
        for does in ["cat > content; exit 1", "exit 0", "kill -9 $$"] {
            let lp = stand_in(folder.path(), does);
            let printed = print_by(lp.as_os_str(), Some("desk"), &content);
            assert_eq!(printed, REFUSED, "{does}");
        }
    }

    #[test]
    fn without_a_queue_or_a_program_nothing_is_started() {
        let folder = tempfile::tempdir().unwrap();
        let lp = stand_in(folder.path(), "touch started");
        assert_eq!(print_by(lp.as_os_str(), None, b"x"), REFUSED);
        assert!(!folder.path().join("started").exists());
        let nothing = folder.path().join("nothing");
        assert_eq!(print_by(nothing.as_os_str(), Some("desk"), b"x"), REFUSED);
    }
}
