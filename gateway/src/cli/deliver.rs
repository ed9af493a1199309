//! `gateway deliver`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use protocol::exchange::{CommandId, MAX_FILE_BYTES};
use serde_json::json;
use uuid::Uuid;

use super::Context;
use crate::entropy::SystemEntropy;
use crate::error::GatewayError;
use crate::operator::{self, Delivery};

#[derive(Debug, Args)]
pub struct Deliver {
    /// The request it answers.
    #[arg(long)]
    request: Uuid,
    /// Which person of the request, counted from 1.
    #[arg(long)]
    subject: u16,
    /// Days until it is destroyed on both sides.
    #[arg(long, default_value_t = 3)]
    days: u32,
    /// Seconds until it is destroyed, instead of days: for demonstrations.
    #[arg(long, conflicts_with = "days")]
    seconds: Option<u32>,
    /// The PDF.
    file: PathBuf,
}

impl Deliver {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let fail = |e: std::io::Error| GatewayError::given(&self.file, &e);
        if std::fs::metadata(&self.file).map_err(fail)?.len() > MAX_FILE_BYTES {
            return Err(GatewayError::Input(
                "the file is larger than 10 MB".to_owned(),
            ));
        }
        let content = std::fs::read(&self.file).map_err(fail)?;
        let seconds = self.seconds.unwrap_or(self.days.saturating_mul(86_400));
        let offer = operator::deliver(
            &context.layout.open_store()?,
            &context.layout.open_blobs()?,
            &SystemEntropy::default(),
            &Delivery {
                request: CommandId(self.request),
                subject: self.subject,
                content: &content,
                keep: Duration::from_secs(u64::from(seconds)),
            },
            context.now(),
        )?;
        context.output.print(
            &format!("document {} until {}", offer.document, offer.deadline),
            &json!({ "document": offer.document, "deadline": offer.deadline, "size": offer.size }),
        )
    }
}
