//! Programs of the build root.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where images and keys lie: `MADOGUCHI_CACHE`, as in the recipe.
#[must_use]
pub fn cache() -> PathBuf {
    std::env::var_os("MADOGUCHI_CACHE").map_or_else(
        || {
            let home = std::env::var_os("HOME").unwrap_or_else(|| "/root".into());
            Path::new(&home).join(".cache/madoguchi")
        },
        PathBuf::from,
    )
}

/// A command that runs inside the build root, and dies with its starter.
///
/// # Errors
/// When the checkout is not where it was built.
pub fn in_build_root() -> io::Result<Command> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../images/bin/in-build-root");
    script.canonicalize().map(Command::new)
}

/// Runs a command to its end.
///
/// # Errors
/// What it said, when it failed.
pub fn run(command: &mut Command) -> io::Result<()> {
    output(command).map(drop)
}

/// Runs a command and returns what it printed.
///
/// # Errors
/// What it said, when it failed.
pub fn output(command: &mut Command) -> io::Result<String> {
    let done = command.stdin(Stdio::null()).output()?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&done.stderr);
        Err(io::Error::other(format!("{command:?}: {said}")))
    }
}
