//! `provision list`

use clap::Args;
use serde_json::{Value, json};

use super::Context;
use super::show::size;
use crate::disk::Disk;
use crate::error::{Exit, Problem};

#[derive(Debug, Args)]
pub struct List {
    /// Show every disk, and why it may not be written.
    #[arg(long)]
    all: bool,
}

impl List {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let disks: Vec<Disk> = context
            .machine
            .disks()?
            .into_iter()
            .filter(|disk| self.all || disk.refusal().is_none())
            .collect();
        let values: Vec<Value> = disks.iter().map(value).collect();
        let lines = if disks.is_empty() {
            context.words.say("list-none")
        } else {
            let heading = context.words.say("list-heading");
            let rows = disks.iter().map(|disk| line(context, disk));
            std::iter::once(heading)
                .chain(rows)
                .collect::<Vec<_>>()
                .join("\n")
        };
        context.show.result(&lines, &json!(values))?;
        Ok(Exit::Done)
    }
}

fn line(context: &Context, disk: &Disk) -> String {
    let why = disk.refusal().map_or_else(String::new, |why| {
        format!(
            "  – {}",
            context.words.say(&format!("why-{}", why.as_str()))
        )
    });
    format!(
        "{:<6} {:>9} {:<25} {}{why}",
        disk.name,
        size(disk.bytes),
        disk.serial.as_deref().unwrap_or("-"),
        disk.stable_id.as_deref().unwrap_or("-"),
    )
}

fn value(disk: &Disk) -> Value {
    json!({
        "disk": disk.name,
        "path": disk.path,
        "bytes": disk.bytes,
        "model": disk.model,
        "serial": disk.serial,
        "stable_id": disk.stable_id,
        "refused": disk.refusal().map(|why| why.as_str()),
    })
}
