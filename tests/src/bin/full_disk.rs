//! `full_disk kiosk|gateway FOLDER`: fills the disk that the folder is on; started by a test
//! in a mount namespace of its own.
#![allow(clippy::print_stdout)]

use std::io;
use std::path::PathBuf;

use system_tests::full_disk;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (side, folder) = (arguments.next(), arguments.next().map(PathBuf::from));
    let told = match (side.as_deref(), folder) {
        (Some("kiosk"), Some(folder)) => full_disk::kiosk(&folder)?,
        (Some("gateway"), Some(folder)) => full_disk::gateway(&folder)?,
        _ => return Err(io::Error::other("full_disk kiosk|gateway FOLDER")),
    };
    println!("{told}");
    Ok(())
}
