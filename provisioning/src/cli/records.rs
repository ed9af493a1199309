//! `provision manifest`, `provision log`, `provision station`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use protocol::provisioning::UnitSerial;
use serde_json::json;

use super::Context;
use super::print::written;
use crate::error::{Exit, Problem};
use crate::text::write_whole;

/// The last record of a unit, for `gateway manifest import`.
#[derive(Debug, Args)]
pub struct Manifest {
    /// Serial of the unit.
    #[arg(long)]
    serial: UnitSerial,
    /// File to write; standard output if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Manifest {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let record = context.station()?.record(&self.serial)?;
        match self.out {
            Some(file) => {
                write_whole(&file, format!("{record}\n").as_bytes())?;
                context
                    .show
                    .result(&written(context, &file), &json!({ "written": file }))?;
            }
            None => context.show.result(&record, &json!({ "record": record }))?,
        }
        Ok(Exit::Done)
    }
}

#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Check that no entry was changed, removed or moved.
    Verify,
    /// Show all entries.
    Show,
}

impl LogCommand {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let log = context.station()?.log();
        match self {
            Self::Verify => {
                let head = log.verify()?;
                let line = context.words.say_with(
                    "log-whole",
                    &[
                        ("entries", &head.entries.to_string()),
                        ("hash", &head.hash.to_string()),
                    ],
                );
                let value = json!({ "entries": head.entries, "hash": head.hash });
                context.show.result(&line, &value)?;
            }
            Self::Show => {
                let entries: Vec<_> = log.entries()?.into_iter().map(|(e, _)| e).collect();
                let lines: Vec<String> = entries.iter().map(|e| json!(e).to_string()).collect();
                context.show.result(&lines.join("\n"), &json!(entries))?;
            }
        }
        Ok(Exit::Done)
    }
}

/// The public half of this machine's key, as the gateway takes it.
pub fn station(context: &Context) -> Result<Exit, Problem> {
    let public = context.station()?.key()?.public();
    let lines = format!("kid = \"{}\"\nx = \"{}\"", public.kid, public.x);
    context.show.result(&lines, &json!(public))?;
    Ok(Exit::Done)
}
