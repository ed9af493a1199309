//! `provision renew`

use std::path::PathBuf;

use clap::Args;
use protocol::provisioning::UnitSerial;
use serde_json::json;

use super::flash::TokenArgs;
use super::{CardArgs, Context};
use crate::error::{Exit, Problem};
use crate::produce;
use crate::unit::Order;

/// For a card that was finished and not started yet: a new token, another network.
#[derive(Debug, Args)]
pub struct Renew {
    #[command(flatten)]
    card: CardArgs,
    #[command(flatten)]
    token: TokenArgs,
    /// The unit's configuration.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Serial of the unit, where the file does not say it.
    #[arg(long)]
    serial: Option<UnitSerial>,
    /// Last four signs of the card's serial, for scripts.
    #[arg(long, value_name = "SIGNS")]
    yes_serial: Option<String>,
}

impl Renew {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let mut order = Order::read(&self.config)?;
        order.serial = self.serial.or(order.serial);
        let mut unit = order.complete()?;
        let mut card = self.card.open(context, self.yes_serial.as_deref())?;
        let station = context.station()?;
        if let Some(source) = self.token.source()? {
            source.fetch(&mut unit, &station)?;
        }
        produce::renew(&station, &unit, &mut card)?;
        let line = context
            .words
            .say_with("renew-done", &[("serial", unit.serial.as_str())]);
        let value = json!({ "serial": unit.serial, "card": card.serial, "result": "renewed" });
        context.show.result(&line, &value)?;
        Ok(Exit::Done)
    }
}
