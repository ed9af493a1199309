//! `provision flash`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use protocol::provisioning::UnitSerial;
use protocol::provisioning::device::{Board, DeviceConfig};
use serde_json::{Value, json};

use super::{CardArgs, Context, ImageArgs, nonce};
use crate::error::{Exit, Problem};
use crate::flash::{Around, Outcome, check_size};
use crate::produce::{self, OpenCard, produce};
use crate::progress::SystemTicks;
use crate::unit::{Order, TokenSource};

#[derive(Debug, Args)]
pub struct Flash {
    #[command(flatten)]
    image: ImageArgs,
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
    /// Board of the unit, where the file does not say it.
    #[arg(long)]
    board: Option<Board>,
    /// Last four signs of the card's serial, for scripts.
    #[arg(long, value_name = "SIGNS")]
    yes_serial: Option<String>,
    /// Go on with what an unfinished run wrote.
    #[arg(long)]
    resume: bool,
}

/// Where the one-time token comes from; without one it is typed at the first boot.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// File with a token, or with what `gateway --json token new` prints; `-` for standard input.
    #[arg(long, value_name = "FILE", group = "token")]
    token_file: Option<PathBuf>,
    /// Program that makes a token, such as
    /// `gateway --json --dir DIR token new --office {office} --serial {serial}`.
    #[arg(long, value_name = "COMMAND", group = "token")]
    token_command: Option<String>,
    /// Ask the unit's gateway for a token, its addresses and its roots. It knows this machine by
    /// what `provision station` prints (`gateway stations add`, `gateway stations allow`).
    #[arg(long, value_enum, group = "token")]
    from: Option<From>,
    /// The unit takes the place of one of the same serial that is enrolled.
    #[arg(long, requires = "from")]
    replace: bool,
}

/// Where configuration and token may come from, beside files.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum From {
    /// The unit's gateway.
    Gateway,
}

impl TokenArgs {
    pub fn source(&self) -> Result<Option<TokenSource>, Problem> {
        if let Some(From::Gateway) = self.from {
            let replace = self.replace;
            return Ok(Some(TokenSource::Gateway { replace }));
        }
        match (&self.token_file, &self.token_command) {
            (Some(file), _) => Ok(Some(TokenSource::File(file.clone()))),
            (None, Some(command)) => TokenSource::command(command).map(Some),
            (None, None) => Ok(None),
        }
    }
}

impl Flash {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let image = self.image.open()?;
        let mut order = Order::read(&self.config)?;
        order.serial = self.serial.or(order.serial);
        order.board = self.board.or(order.board);
        let mut unit = order.complete()?;
        image.check_board(unit.board)?;
        let mut card = self.card.open(context, self.yes_serial.as_deref())?;
        check_size(&image, card.target.bytes())?;
        let progress = context.show.progress(unit.serial.as_str());
        image.check_bytes(&progress, &*context.stop)?;
        // A token lives for hours only: it is fetched last.
        let station = context.station()?;
        let office_name = match self.token.source()? {
            Some(source) => source.fetch(&mut unit, &station)?,
            None => None,
        };
        let ticks = SystemTicks::default();
        let around = Around {
            progress: &progress,
            stop: &*context.stop,
            ticks: &ticks,
        };
        let order = produce::Order {
            image: &image,
            unit: &unit,
            resume: self.resume,
            nonce: nonce(),
        };
        let outcome = produce(&station, &order, &mut card, around)?;
        drop(progress);
        let value = value(&unit, &card, &outcome, office_name.as_deref());
        let line = line(context, &unit, &outcome);
        let line = match &office_name {
            Some(name) => format!("{line}\n{}", office(context, name)),
            None => line,
        };
        context.show.result(&line, &value).map_err(Problem::begun)?;
        Ok(Exit::Done)
    }
}

/// What the gateway calls the office, for people.
pub fn office(context: &Context, name: &str) -> String {
    context.words.say_with("office-name", &[("name", name)])
}

/// A finished card for people.
fn line(context: &Context, unit: &DeviceConfig, outcome: &Outcome) -> String {
    let mb = outcome.bytes / 1_000_000;
    context.words.say_with(
        "flash-done",
        &[
            ("serial", unit.serial.as_str()),
            ("mb", &mb.to_string()),
            ("seconds", &outcome.took.as_secs().to_string()),
        ],
    )
}

fn value(
    unit: &DeviceConfig,
    card: &OpenCard,
    outcome: &Outcome,
    office_name: Option<&str>,
) -> Value {
    json!({
        "serial": unit.serial,
        "office": unit.office,
        "office_name": office_name,
        "card": card.serial,
        "result": "verified",
        "bytes": outcome.bytes,
        "written": outcome.written,
        "took_ms": u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
    })
}
