//! `gateway demo-data`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Context;
use crate::demo_data::{self, Plan};
use crate::error::GatewayError;

#[derive(Debug, Args)]
pub struct DemoDataCommand {
    /// How many insured people.
    #[arg(long, default_value_t = 2_000)]
    people: u32,
    /// The same seed and day give the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder to write into.
    #[arg(long)]
    out: PathBuf,
}

impl DemoDataCommand {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let plan = Plan {
            people: self.people,
            seed: self.seed,
            today: context.now().japan_date(),
        };
        let files = demo_data::write(&plan, &self.out)?;
        let names: Vec<_> = files.iter().map(|f| f.display().to_string()).collect();
        context.output.print(&names.join("\n"), &json!(names))
    }
}
