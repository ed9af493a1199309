//! Prints by the system's print queue (`lp`, CUPS).

use std::io::Write;
use std::process::{Command, Stdio};

use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::terminal::view::Slip;

/// Writes a slip in the words of the screen's language.
pub type SlipText = Box<dyn Fn(&Slip) -> String + Send>;

/// Hands `content` to the print queue. The content goes by standard input: no file is made.
///
/// # Errors
/// [`ProblemCode::PrinterUnavailable`] when there is no queue or it does not take the job.
pub fn print(queue: Option<&str>, content: &[u8]) -> Result<(), Problem> {
    let refused = || Problem::Refused(ProblemCode::PrinterUnavailable);
    let queue = queue.ok_or_else(refused)?;
    let mut child = Command::new("lp")
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
