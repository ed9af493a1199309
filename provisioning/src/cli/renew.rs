//! `provision renew`

use std::path::PathBuf;

use clap::Args;
use protocol::provisioning::UnitSerial;
use serde_json::json;

use super::flash::{TokenArgs, office};
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
        let office_name = match self.token.source()? {
            Some(source) => source.fetch(&mut unit, &station)?,
            None => None,
        };
        produce::renew(&station, &unit, &mut card)?;
        let line = context
            .words
            .say_with("renew-done", &[("serial", unit.serial.as_str())]);
        let line = match &office_name {
            Some(name) => format!("{line}\n{}", office(context, name)),
            None => line,
        };
        let value = json!({
            "serial": unit.serial,
            "office": unit.office,
            "office_name": office_name,
            "card": card.serial,
            "result": "renewed",
        });
        context.show.result(&line, &value).map_err(Problem::begun)?;
        Ok(Exit::Done)
    }
}
