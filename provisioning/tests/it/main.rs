//! The tool as a whole: disks, images, faults, kills, the real program.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod batch;
mod device;
mod dice;
mod faults;
mod flash;
mod images;
mod kills;
mod list;
mod pace;
mod program;
mod trees;

/// A folder of its own for a test, in memory where the machine has such a place.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    }
}
