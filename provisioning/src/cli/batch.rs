//! `provision batch`: several cards at once, one table and one CSV. All rows are looked at
//! before the first byte; a card that fails afterwards does not stop the others.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Args;
use protocol::provisioning::device::DeviceConfig;

use super::flash::TokenArgs;
use super::results::{Ended, Went};
use super::{Context, ImageArgs, nonce, open_simulated, results};
use crate::disk::Refusal;
use crate::error::{BadRow, Exit, Problem};
use crate::flash::{Around, check_size};
use crate::image::SignedImage;
use crate::produce::{self, OpenCard, is_done, produce, was_begun};
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
    /// Go on with what unfinished runs wrote; leave out what is finished, begin what was not.
    #[arg(long)]
    resume: bool,
}

/// A row that is ready to be written.
struct Ready {
    row: Row,
    unit: DeviceConfig,
    card: Mutex<Option<OpenCard>>,
    /// An earlier run has finished it.
    done: bool,
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
        if source.is_none() {
            csv::refuse_equal_tokens(&rows)?;
        }
        // Everything that a person has to correct, see or answer comes before the first byte.
        let mut units = Vec::with_capacity(rows.len());
        for row in rows {
            let unit = row.order.complete().map_err(|p| p.in_row(row.line))?;
            units.push((row, unit));
        }
        let station = context.station()?;
        // Made once, before the rows ask for it side by side.
        station.key()?;
        text::try_whole(&self.report)?;
        let ready = self.open(context, &station, &image, source.as_ref(), units)?;
        image.check_bytes(&context.show.progress("image"), &*context.stop)?;
        image.config_partition()?;
        let ended = self.write_all(context, &station, &image, source.as_ref(), &ready);
        // What is known is told first: the place of the report may be full by now.
        let told = results::tell(context, &ended);
        let kept = results::report(&image, &ended)
            .and_then(|report| text::write_whole(&self.report, report.as_bytes()));
        told.and(kept).map_err(Problem::begun)?;
        let failed = ended.iter().any(Ended::has_failed);
        match failed {
            false => Ok(Exit::Done),
            true if context.stop.load(Ordering::Relaxed) => Ok(Exit::Interrupted),
            true => Ok(Exit::Partly),
        }
    }

    /// Opens the cards of all rows, and names all rows whose card cannot be written at once.
    fn open(
        &self,
        context: &Context,
        station: &Station,
        image: &SignedImage,
        source: Option<&TokenSource>,
        units: Vec<(Row, DeviceConfig)>,
    ) -> Result<Vec<Ready>, Problem> {
        let entries = match self.resume {
            true => station.log().entries()?,
            false => Vec::new(),
        };
        let from_gateway = matches!(source, Some(TokenSource::Gateway { .. }));
        let done = |unit: &DeviceConfig, card: Option<&mut OpenCard>| {
            self.resume && is_done(station, &entries, image, unit, from_gateway, card)
        };
        let (mut ready, mut bad) = (Vec::with_capacity(units.len()), Vec::new());
        for (row, unit) in units {
            let (card, done) = match open(context, image, &row, &unit) {
                Ok(mut card) => {
                    let done = done(&unit, Some(&mut card));
                    (Some(card), done)
                }
                // Whoever took a finished card out did nothing wrong.
                Err(problem) if is_out(&problem) && done(&unit, None) => (None, true),
                Err(problem) => {
                    bad.push(BadRow {
                        line: row.line,
                        card: row.card,
                        problem,
                    });
                    continue;
                }
            };
            ready.push(Ready {
                row,
                unit,
                card: Mutex::new(card),
                done,
            });
        }
        match bad.is_empty() {
            true => Ok(ready),
            false => Err(Problem::BatchRows(bad)),
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

/// Opens the card of a row.
fn open(
    context: &Context,
    image: &SignedImage,
    row: &Row,
    unit: &DeviceConfig,
) -> Result<OpenCard, Problem> {
    image.check_board(unit.board)?;
    let card = match row.card.strip_prefix("simulate:") {
        Some(spec) => open_simulated(spec)?,
        None => context.open_card(&row.card, row.confirm.as_deref())?,
    };
    check_size(image, card.target.bytes())?;
    Ok(card)
}

/// Whether the card of a row is not in its reader.
fn is_out(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::DiskUnknown(_)
            | Problem::DiskRefused {
                why: Refusal::Empty,
                ..
            }
    )
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
    let mut office_name = None;
    let mut go = || {
        if one.done {
            return Ok(Went::Already);
        }
        let card = card.as_mut().ok_or(Problem::CardGone { at: 0 })?;
        if around.stop.asked() {
            return Err(Problem::Stopped);
        }
        if let Some(source) = source {
            office_name = source.fetch(&mut unit, station)?;
        }
        let order = produce::Order {
            image,
            unit: &unit,
            resume: resume && was_begun(station, image, card),
            nonce: nonce() ^ one.row.line as u64,
        };
        produce(station, &order, card, around).map(Went::Written)
    };
    let went = go().unwrap_or_else(Went::Failed);
    let serial = card.as_ref().map(|card| card.serial.clone());
    // The next person may take it out.
    *card = None;
    Ended {
        serial: one.unit.serial.to_string(),
        card: serial.unwrap_or_else(|| one.row.card.clone()),
        office_name,
        went,
    }
}
