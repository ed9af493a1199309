//! `gateway notice`

use clap::Subcommand;
use protocol::answer::Notice;
use protocol::calendar::Timestamp;
use protocol::exchange::DocumentId;
use protocol::number::OfficeNumber;
use serde_json::json;

use super::Context;
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::GatewayError;
use crate::operator;

/// Longest title, in characters.
const MAX_TITLE: usize = 100;

/// Longest text, in characters.
const MAX_BODY: usize = 4_000;

#[derive(Debug, Subcommand)]
pub enum NoticeCommand {
    /// Send a notice to all terminals, or to one office's.
    Add {
        /// Title.
        #[arg(long)]
        title: String,
        /// Text.
        #[arg(long)]
        body: String,
        /// Shown first, with a mark.
        #[arg(long)]
        important: bool,
        /// Only to this office.
        #[arg(long)]
        office: Option<OfficeNumber>,
        /// Begin of a maintenance window, Japan time, `2026-12-01 22:00`.
        #[arg(long, requires = "maintenance_to")]
        maintenance_from: Option<String>,
        /// End of the maintenance window.
        #[arg(long, requires = "maintenance_from")]
        maintenance_to: Option<String>,
    },
}

impl NoticeCommand {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let Self::Add {
            title,
            body,
            important,
            office,
            maintenance_from,
            maintenance_to,
        } = self;
        for (text, limit) in [(&title, MAX_TITLE), (&body, MAX_BODY)] {
            protocol::text::check_free_text(text, limit)
                .map_err(|e| GatewayError::Input(e.to_string()))?;
        }
        let maintenance = match (maintenance_from, maintenance_to) {
            (Some(from), Some(to)) => Some((time(&from)?, time(&to)?)),
            _ => None,
        };
        let mut random = [0; 16];
        SystemEntropy::default().fill(&mut random);
        let notice = Notice {
            id: DocumentId(uuid::Builder::from_random_bytes(random).into_uuid()),
            title,
            body,
            important,
            shown_from: context.now(),
            maintenance,
        };
        let store = context.layout.open_store()?;
        let told = operator::add_notice(&store, office.as_ref(), &notice, context.now())?;
        context.output.print(
            &format!("{told} terminals will show it"),
            &json!({ "notice": notice.id, "terminals": told }),
        )
    }
}

fn time(text: &str) -> Result<Timestamp, GatewayError> {
    Timestamp::parse_japan(text)
        .map_err(|_| GatewayError::Input("a time looks like 2026-12-01 22:00".to_owned()))
}
