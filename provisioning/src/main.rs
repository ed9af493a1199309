//! `provision`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    provisioning::cli::main()
}
