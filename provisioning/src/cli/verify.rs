//! `provision verify`

use clap::Args;
use serde_json::json;

use super::{CardArgs, Context, ImageArgs};
use crate::error::{Exit, Problem};
use crate::station::{self, Event};
use crate::verify;

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    image: ImageArgs,
    #[command(flatten)]
    card: CardArgs,
    /// Last four signs of the card's serial, for scripts.
    #[arg(long, value_name = "SIGNS")]
    yes_serial: Option<String>,
}

impl Verify {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let image = self.image.open()?;
        let progress = context.show.progress("verify");
        if self.card.disk.is_none() && self.card.simulate.is_none() {
            image.check_bytes(&progress, &*context.stop)?;
            let manifest = &image.manifest;
            context.show.result(
                &context.words.say("verify-image"),
                &json!({ "image": manifest.sha256, "version": manifest.version }),
            )?;
            return Ok(Exit::Done);
        }
        let mut card = self.card.open(context, self.yes_serial.as_deref())?;
        let found = verify::card(&image, &mut *card.target, &progress, &*context.stop);
        drop(progress);
        let code = found.as_ref().err().map(Problem::problem_code);
        let event = Event::Verified {
            card: card.serial.clone(),
            image: image.manifest.sha256,
            code,
        };
        let kept = context
            .station()
            .and_then(|station| station.log().append(station::now(), event));
        // What is wrong with the card is the one to tell.
        let unit = found?;
        kept?;
        let line = match &unit {
            Some(unit) => context
                .words
                .say_with("verify-card", &[("serial", unit.serial.as_str())]),
            None => context.words.say("verify-card-plain"),
        };
        let value = json!({
            "card": card.serial,
            "image": image.manifest.sha256,
            "version": image.manifest.version,
            "serial": unit.as_ref().map(|unit| &unit.serial),
            "office": unit.as_ref().map(|unit| &unit.office),
            "enrolment": unit.is_some_and(|unit| unit.enrolment.is_some()),
        });
        context.show.result(&line, &value)?;
        Ok(Exit::Done)
    }
}
