//! `gateway token`

use clap::Subcommand;
use protocol::number::OfficeNumber;
use serde_json::{Value, json};

use super::Context;
use crate::entropy::SystemEntropy;
use crate::error::GatewayError;
use crate::operator;
use crate::pki::token::TOKEN_HOURS;
use crate::store::TokenIssue;

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token for one unit. It is shown once and kept nowhere.
    New {
        /// 事業所番号 of the office the unit is for.
        #[arg(long)]
        office: OfficeNumber,
        /// Serial of the unit's hardware.
        #[arg(long)]
        serial: String,
        /// Hours the token can be used, at most 24.
        #[arg(long, default_value_t = TOKEN_HOURS)]
        hours: u32,
        /// The unit takes the place of the one that is enrolled under this serial: that one is
        /// refused from then on.
        #[arg(long)]
        replace: bool,
    },
    /// Cancel the tokens of a unit that were not used yet.
    Cancel {
        /// Serial of the unit's hardware.
        #[arg(long)]
        serial: String,
    },
}

impl Token {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        match self {
            Self::New {
                office,
                serial,
                hours,
                replace,
            } => {
                let (entropy, now) = (SystemEntropy::default(), context.now());
                let new =
                    operator::new_token(&store, &entropy, &office, &serial, hours, replace, now)?;
                let instead = if replace {
                    ", in place of the one that is enrolled"
                } else {
                    ""
                };
                context.output.print(
                    &format!(
                        "{}\nusable once, for this unit, for {hours} hours{instead}",
                        new.token
                    ),
                    &json!({
                        "token": new.token,
                        "expires_at": new.expires_at,
                        "office": office,
                        "serial": serial.trim(),
                    }),
                )
            }
            Self::Cancel { serial } => {
                let gone = operator::cancel_tokens(&store, &serial, context.now())?;
                if gone.is_empty() {
                    let none = format!("no token for {serial} could be used any more");
                    return context.output.print(&none, &json!([]));
                }
                let lines: Vec<_> = gone.iter().map(cancelled_line).collect();
                let values: Vec<_> = gone.iter().map(cancelled_value).collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
        }
    }
}

pub(super) fn cancelled_line(token: &TokenIssue) -> String {
    let maker = token.station.as_deref().unwrap_or("the operator");
    format!(
        "cancelled  serial {}  office {}  until {}  made by {maker}",
        token.serial, token.office, token.expires_at
    )
}

pub(super) fn cancelled_value(token: &TokenIssue) -> Value {
    json!({
        "serial": token.serial,
        "office": token.office,
        "expires_at": token.expires_at,
        "station": token.station,
    })
}
