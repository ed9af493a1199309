//! `gateway backup`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Context;
use crate::error::GatewayError;
use crate::operator;

#[derive(Debug, Args)]
pub struct Backup {
    /// A file that does not exist yet. The encrypted attachments and documents go into
    /// `FILE.blobs` beside it.
    file: PathBuf,
}

impl Backup {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        let blobs = context.layout.open_blobs()?;
        let done = operator::backup(&store, &blobs, &self.file)?;
        context.output.print(
            &format!(
                "{} terminals and {} files are in the backup",
                done.devices, done.files
            ),
            &json!({ "file": self.file, "devices": done.devices, "files": done.files }),
        )
    }
}
