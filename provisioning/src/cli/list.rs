//! `provision list`

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::show::size;
use super::{Context, ImageArgs};
use crate::disk::{Disk, Refusal};
use crate::error::{Exit, Problem};
use crate::flash;

#[derive(Debug, Args)]
pub struct List {
    /// Show every disk, and why it may not be written.
    #[arg(long)]
    all: bool,
    /// Offer only cards that this image fits on.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Trusted image keys.
    #[arg(long, value_name = "FILE", default_value = ImageArgs::KEYS)]
    keys: PathBuf,
}

impl List {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let needs = match self.image {
            Some(image) => {
                let keys = self.keys;
                flash::needs(&ImageArgs { image, keys }.open()?)
            }
            None => 0,
        };
        let disks: Vec<(Disk, Option<Refusal>)> = context
            .machine
            .disks()?
            .into_iter()
            .map(|disk| {
                let why = disk.refusal_for(needs);
                (disk, why)
            })
            .filter(|(_, why)| self.all || why.is_none())
            .collect();
        let values: Vec<Value> = disks.iter().map(|(disk, why)| value(disk, *why)).collect();
        let lines = if disks.is_empty() {
            context.words.say("list-none")
        } else {
            let heading = context.words.say("list-heading");
            let rows = disks.iter().map(|(disk, why)| line(context, disk, *why));
            std::iter::once(heading)
                .chain(rows)
                .collect::<Vec<_>>()
                .join("\n")
        };
        context.show.result(&lines, &json!(values))?;
        Ok(Exit::Done)
    }
}

fn line(context: &Context, disk: &Disk, why: Option<Refusal>) -> String {
    let why = why.map_or_else(String::new, |why| {
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

fn value(disk: &Disk, why: Option<Refusal>) -> Value {
    json!({
        "disk": disk.name,
        "path": disk.path,
        "bytes": disk.bytes,
        "model": disk.model,
        "serial": disk.serial,
        "stable_id": disk.stable_id,
        "refused": why.map(Refusal::as_str),
    })
}
