//! `provision batch`: several cards at once, one table and one CSV. One that fails does not
//! stop the others.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Args;
use protocol::provisioning::device::DeviceConfig;
use serde_json::{Value, json};

use super::flash::TokenArgs;
use super::{Context, ImageArgs, nonce, open_simulated};
use crate::error::{Exit, Problem};
use crate::flash::{Around, Outcome, rate};
use crate::image::SignedImage;
use crate::produce::{self, OpenCard, produce};
use crate::progress::SystemTicks;
use crate::station::Station;
use crate::text;
use crate::unit::csv::{self, Row};
use crate::unit::{Order, TokenSource};

/// Most cards that are written at the same time.
const MAX_PARALLEL: usize = 16;

#[derive(Debug, Args)]
pub struct Batch {
    #[command(flatten)]
    image: ImageArgs,
    #[command(flatten)]
    token: TokenArgs,
    /// What is the same for all units.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// One row a card.
    #[arg(long, value_name = "FILE")]
    units: PathBuf,
    /// Where to write one row of results a card.
    #[arg(long, value_name = "FILE")]
    report: PathBuf,
    /// Cards that are written at the same time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=MAX_PARALLEL as i64))]
    parallel: u8,
    /// Go on with what unfinished runs wrote.
    #[arg(long)]
    resume: bool,
}

/// A row that is ready to be written.
struct Ready {
    row: Row,
    unit: DeviceConfig,
    card: Mutex<Option<OpenCard>>,
}

/// How a row went.
struct Ended {
    serial: String,
    card: String,
    outcome: Result<Outcome, Problem>,
}

impl Batch {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let image = self.image.open()?;
        let base = Order::read(&self.config)?;
        let rows = csv::read(&self.units, &base)?;
        let source = self.token.source()?;
        if matches!(source, Some(TokenSource::File(_))) && rows.len() > 1 {
            return Err(Problem::Token(
                "one file has one token; use --token-command or --from gateway".to_owned(),
            ));
        }
        // Everything that a person has to correct, see or answer comes before the first byte.
        let mut units = Vec::with_capacity(rows.len());
        for row in &rows {
            let unit = row.order.complete().map_err(|p| p.in_row(row.line))?;
            image.check_board(unit.board)?;
            units.push(unit);
        }
        let mut ready = Vec::with_capacity(rows.len());
        for (row, unit) in rows.into_iter().zip(units) {
            let card = match row.card.strip_prefix("simulate:") {
                Some(spec) => open_simulated(spec)?,
                None => context.open_card(&row.card, row.confirm.as_deref())?,
            };
            ready.push(Ready {
                row,
                unit,
                card: Mutex::new(Some(card)),
            });
        }
        image.check_bytes(&context.show.progress("image"), &*context.stop)?;
        let station = context.station()?;
        let ended = self.write_all(context, &station, &image, source.as_ref(), &ready);
        text::write_whole(&self.report, report(&image, &ended)?.as_bytes())?;
        let failed = ended.iter().filter(|e| e.outcome.is_err()).count();
        let lines: Vec<String> = ended.iter().map(|e| line(context, e)).collect();
        let values: Vec<Value> = ended.iter().map(value).collect();
        context.show.result(&lines.join("\n"), &json!(values))?;
        match failed {
            0 => Ok(Exit::Done),
            _ if context.stop.load(Ordering::Relaxed) => Ok(Exit::Interrupted),
            _ => Ok(Exit::Partly),
        }
    }

    fn write_all(
        &self,
        context: &Context,
        station: &Station,
        image: &SignedImage,
        source: Option<&TokenSource>,
        ready: &[Ready],
    ) -> Vec<Ended> {
        let next = AtomicUsize::new(0);
        let ended = Mutex::new(Vec::new());
        let (show, stop) = (&context.show, &*context.stop);
        let resume = self.resume;
        std::thread::scope(|scope| {
            for _ in 0..usize::from(self.parallel).min(ready.len()) {
                scope.spawn(|| {
                    while let Some(one) = ready.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let progress = show.progress(one.unit.serial.as_str());
                        let ticks = SystemTicks::default();
                        let around = Around {
                            progress: &progress,
                            stop,
                            ticks: &ticks,
                        };
                        let done = write(station, image, source, resume, one, around);
                        let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                        ended.push((one.row.line, done));
                    }
                });
            }
        });
        let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        ended.sort_by_key(|(line, _)| *line);
        ended.into_iter().map(|(_, ended)| ended).collect()
    }
}

fn write(
    station: &Station,
    image: &SignedImage,
    source: Option<&TokenSource>,
    resume: bool,
    one: &Ready,
    around: Around<'_>,
) -> Ended {
    let mut card = one.card.lock().unwrap_or_else(PoisonError::into_inner);
    let mut unit = one.unit.clone();
    let mut go = || {
        let card = card.as_mut().ok_or(Problem::CardGone { at: 0 })?;
        if around.stop.asked() {
            return Err(Problem::Interrupted);
        }
        if let Some(source) = source {
            source.fetch(&mut unit, station)?;
        }
        let order = produce::Order {
            image,
            unit: &unit,
            resume,
            nonce: nonce() ^ one.row.line as u64,
        };
        produce(station, &order, card, around)
    };
    let outcome = go();
    let serial = card.as_ref().map(|card| card.serial.clone());
    // The next person may take it out.
    *card = None;
    Ended {
        serial: one.unit.serial.to_string(),
        card: serial.unwrap_or_default(),
        outcome,
    }
}

/// One row a card: no token and no passphrase.
fn report(image: &SignedImage, ended: &[Ended]) -> Result<String, Problem> {
    let failed = |_| Problem::Print("the report cannot be written");
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer
        .write_record([
            "serial",
            "card",
            "result",
            "code",
            "version",
            "image",
            "seconds",
            "mb_per_second",
        ])
        .map_err(failed)?;
    for one in ended {
        let (result, code, seconds, speed) = match &one.outcome {
            Ok(done) => (
                "verified",
                "",
                done.took.as_secs().to_string(),
                format!("{:.1}", rate(done.bytes, done.took) as f64 / 1e6),
            ),
            Err(problem) => ("failed", problem.code(), String::new(), String::new()),
        };
        writer
            .write_record([
                one.serial.as_str(),
                &one.card,
                result,
                code,
                &image.manifest.version.to_string(),
                &image.manifest.sha256.to_string(),
                &seconds,
                &speed,
            ])
            .map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| Problem::Print("the report cannot be written"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn line(context: &Context, one: &Ended) -> String {
    match &one.outcome {
        Ok(done) => format!(
            "{:<20} {:<20} OK    {:>5} s {:>6.1} MB/s",
            one.serial,
            one.card,
            done.took.as_secs(),
            rate(done.bytes, done.took) as f64 / 1e6
        ),
        Err(problem) => {
            let words = context.words.problem(problem).replace('\n', "\n    ");
            format!("{:<20} {:<20} {words}", one.serial, one.card)
        }
    }
}

fn value(one: &Ended) -> Value {
    match &one.outcome {
        Ok(done) => json!({
            "serial": one.serial, "card": one.card, "result": "verified",
            "bytes": done.bytes, "written": done.written,
            "took_ms": u64::try_from(done.took.as_millis()).unwrap_or(u64::MAX),
        }),
        Err(problem) => json!({
            "serial": one.serial, "card": one.card, "result": "failed",
            "code": problem.code(), "error": problem.to_string(),
        }),
    }
}
