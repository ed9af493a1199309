//! `gateway staff`

use clap::Subcommand;
use protocol::number::{OfficeNumber, UserId};
use serde_json::json;

use super::Context;
use crate::error::GatewayError;
use crate::operator;
use crate::store;

#[derive(Debug, Subcommand)]
pub enum Staff {
    /// The staff of an office, as its terminals reported them.
    List {
        /// 事業所番号.
        #[arg(long)]
        office: OfficeNumber,
    },
    /// Stop a leaver on every terminal of the office at once.
    Stop {
        /// 事業所番号.
        #[arg(long)]
        office: OfficeNumber,
        /// User id.
        #[arg(long)]
        staff: UserId,
    },
}

impl Staff {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        match self {
            Self::List { office } => {
                let staff = store::read(&store, move |tx| tx.staff(&office))?;
                let lines: Vec<_> = staff
                    .iter()
                    .map(|s| {
                        let state = if s.active { "active" } else { "stopped" };
                        format!("{}  {}  {state}", s.id, s.name)
                    })
                    .collect();
                context.output.print(&lines.join("\n"), &json!(staff))
            }
            Self::Stop { office, staff } => {
                operator::stop_staff(&store, &office, &staff, context.now())?;
                context.output.print(
                    &format!("{staff} is stopped on every terminal's next contact"),
                    &json!({ "office": office, "stopped": staff }),
                )
            }
        }
    }
}
