//! The kiosk's side of a kill run: saves and sends commands until it is killed.
//! `queue_child FOLDER SEED`

use std::io;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(seed)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("queue_child FOLDER SEED"));
    };
    let seed = seed.parse().map_err(io::Error::other)?;
    system_tests::kill::child::run(&PathBuf::from(folder), seed)
}
