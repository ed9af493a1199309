//! `kiosk verify-audit`: is the hash chain whole?

use std::process::ExitCode;

use firmware::audit;
use firmware::setup::config::Config;
use serde_json::json;

use crate::assemble;

/// Verifies the chain and says how far it reaches.
pub fn run(config: &Config, as_json: bool) -> Result<ExitCode, String> {
    let vault = assemble::open_vault(config).map_err(|problem| assemble::explain(&problem))?;
    match vault.read(audit::verify) {
        Ok(report) => {
            if as_json {
                println!("{}", json!({ "whole": true, "entries": report.entries }));
            } else {
                println!("The audit log is whole: {} entries.", report.entries);
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(problem) => {
            if as_json {
                let code = problem.code();
                println!(
                    "{}",
                    json!({ "whole": false, "code": code.as_str(), "what": problem.to_string() })
                );
            } else {
                println!("{}", assemble::explain(&problem));
            }
            Ok(ExitCode::FAILURE)
        }
    }
}
