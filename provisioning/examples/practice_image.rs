//! Writes a small signed image that starts nothing, to practise with simulated cards:
//! `cargo run -p provisioning --example practice_image -- DIR`

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return ExitCode::from(2);
    };
    if std::fs::create_dir_all(&folder).is_err() {
        return ExitCode::FAILURE;
    }
    provisioning::testing::Fixture::make(&folder, true);
    ExitCode::SUCCESS
}
