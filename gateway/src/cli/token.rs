//! `gateway token`

use clap::Subcommand;
use protocol::number::OfficeNumber;
use serde_json::json;

use super::Context;
use crate::entropy::SystemEntropy;
use crate::error::GatewayError;
use crate::operator;
use crate::pki::token::TOKEN_HOURS;

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
    },
}

impl Token {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let Self::New {
            office,
            serial,
            hours,
        } = self;
        let store = context.layout.open_store()?;
        let entropy = SystemEntropy::default();
        let new = operator::new_token(&store, &entropy, &office, &serial, hours, context.now())?;
        context.output.print(
            &format!(
                "{}\nusable once, for this unit, for {hours} hours",
                new.token
            ),
            &json!({ "token": new.token, "expires_at": new.expires_at, "office": office }),
        )
    }
}
