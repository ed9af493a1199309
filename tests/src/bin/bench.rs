//! Figures for `docs/performance.md`: `cargo run --release -p system-tests --bin bench`.
//!
//! `MADOGUCHI_BENCH_DIR` names a folder on the file system that is to be measured.
#![allow(clippy::print_stdout)]

use std::io;

use system_tests::bench::{self, Row};

fn main() -> io::Result<()> {
    let folder = match std::env::var_os("MADOGUCHI_BENCH_DIR") {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir_in(".")?,
    };
    if cfg!(debug_assertions) {
        println!("A development build: these figures say nothing. Use --release.\n");
    }
    print(
        "Saving a command, median of durable commits",
        &bench::append(folder.path())?,
    );
    print(
        "Finding a kept answer, median",
        &bench::look_up(folder.path())?,
    );
    print(
        "Draining the queue, best of three",
        &bench::drain(folder.path())?,
    );
    print("The kiosk program", &bench::kiosk(folder.path())?);
    println!(
        "Repaint: `cargo bench -p ui`. Exchanges of many terminals at once: `cargo bench -p gateway`."
    );
    Ok(())
}

fn print(title: &str, rows: &[Row]) {
    println!("### {title}\n\n| What | Figure | Beside the bare thing |\n|---|---|---|");
    for row in rows {
        println!("| {} | {} | {} |", row.what, row.figure, row.ratio);
    }
    println!();
}
