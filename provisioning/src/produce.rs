//! One card from an order to its record: what `flash` does once and `batch` for every row.

use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::provisioning::Version;
use protocol::provisioning::device::DeviceConfig;
use protocol::provisioning::record::{self, FlashRecord, FlashResult};

use crate::error::Problem;
use crate::flash::journal::{CardName, Journal};
use crate::flash::{self, Around, Job, Outcome};
use crate::image::SignedImage;
use crate::seal::sha256;
use crate::station::{self, Entry, Event, Station};
use crate::target::Target;
use crate::unit;

/// A card that was opened.
pub struct OpenCard {
    /// The card.
    pub target: Box<dyn Target>,
    /// Its serial.
    pub serial: String,
    /// The place it is in, where the machine names that: one reader may have two slots.
    pub slot: Option<String>,
}

impl OpenCard {
    fn name(&self) -> CardName {
        CardName {
            serial: self.serial.clone(),
            slot: self.slot.clone(),
            bytes: self.target.bytes(),
        }
    }
}

/// What is made.
pub struct Order<'a> {
    /// The image; its bytes were checked.
    pub image: &'a SignedImage,
    /// The unit.
    pub unit: &'a DeviceConfig,
    /// Go on with an unfinished run.
    pub resume: bool,
    /// Makes the probe's marks different from those of any earlier run.
    pub nonce: u64,
}

/// Refuses a token that has ended or was given to another unit.
fn check_token(unit: &DeviceConfig, station: &Station, now: Timestamp) -> Result<(), Problem> {
    let Some(enrolment) = &unit.enrolment else {
        return Ok(());
    };
    if enrolment.expires_at.is_some_and(|end| end <= now) {
        return Err(Problem::TokenExpired);
    }
    token_unused(unit, &station.log().entries()?)
}

/// Refuses a token that was given to another unit.
fn token_unused(unit: &DeviceConfig, entries: &[(Entry, Sha256Digest)]) -> Result<(), Problem> {
    let digest = token_digest(unit);
    let used = entries.iter().any(|(entry, _)| match &entry.event {
        Event::Began { serial, token, .. } | Event::Renewing { serial, token, .. } => {
            token.is_some() && *token == digest && *serial != unit.serial
        }
        _ => false,
    });
    match used {
        true => Err(Problem::TokenUsed),
        false => Ok(()),
    }
}

/// Makes a card, and keeps log, journal and record.
///
/// # Errors
/// Those of [`flash::run`] and of the files that are kept. What is refused before the card is
/// touched and what ends a run that was begun have different exits.
pub fn produce(
    station: &Station,
    order: &Order<'_>,
    card: &mut OpenCard,
    around: Around<'_>,
) -> Result<Outcome, Problem> {
    let (image, unit) = (order.image, order.unit);
    let manifest = &image.manifest;
    let started_at = station::now();
    image.check_board(unit.board)?;
    flash::check_size(image, card.target.bytes())?;
    check_token(unit, station, started_at)?;
    // A machine that cannot sign its record says so before the card is touched.
    station.key()?;
    let mut config = image.config_partition()?;
    unit::write(&mut config, unit)?;
    let (folder, name) = (station.journals(), card.name());
    let mut journal = match order.resume {
        true => Journal::resume(&folder, manifest.sha256, &name)?,
        false => Journal::begin(&folder, manifest.sha256, &name, order.nonce)?,
    };
    let began = Event::Began {
        serial: unit.serial.clone(),
        office: unit.office.clone(),
        card: card.serial.clone(),
        image: manifest.sha256,
        token: token_digest(unit),
    };
    // Two runs at once may have the same token: only one of them enters it.
    station
        .log()
        .append_unless(started_at, began, |entries| token_unused(unit, entries))?;
    let job = Job {
        image,
        config: &config,
        journal: Some(&mut journal),
        nonce: order.nonce,
    };
    let outcome = flash::run(job, &mut *card.target, around);
    let kept = keep(station, order, &name, started_at, &outcome);
    match outcome {
        Ok(done) => {
            kept.and_then(|()| journal.close())
                .map_err(Problem::unrecorded)?;
            Ok(done)
        }
        // The card's own problem is the one to tell.
        Err(problem) => Err(problem.begun()),
    }
}

/// Keeps how a run went: in the log, and as a signed record.
fn keep(
    station: &Station,
    order: &Order<'_>,
    card: &CardName,
    started_at: Timestamp,
    outcome: &Result<Outcome, Problem>,
) -> Result<(), Problem> {
    let (manifest, unit) = (&order.image.manifest, order.unit);
    let finished_at = station::now();
    let (event, result) = match outcome {
        Ok(done) => (
            Event::Flashed {
                serial: unit.serial.clone(),
                card: card.serial.clone(),
                image: manifest.sha256,
                version: manifest.version,
                took_ms: u64::try_from(done.took.as_millis()).unwrap_or(u64::MAX),
            },
            FlashResult::Verified,
        ),
        Err(problem) => (
            failed(unit, &card.serial, problem),
            FlashResult::Failed {
                code: problem.problem_code(),
            },
        ),
    };
    let entry = station.log().append(finished_at, event)?;
    let record = FlashRecord {
        format: record::FORMAT,
        image: manifest.sha256,
        version: manifest.version,
        serial: unit.serial.clone(),
        office: unit.office.clone(),
        board: unit.board,
        config: config_digest(unit),
        card: card.serial.clone(),
        card_bytes: card.bytes,
        tool: tool_version(),
        started_at,
        finished_at,
        result,
    };
    station.keep_record(entry, &record)?;
    Ok(())
}

fn failed(unit: &DeviceConfig, card: &str, problem: &Problem) -> Event {
    Event::Failed {
        serial: unit.serial.clone(),
        card: card.to_owned(),
        code: problem.problem_code(),
    }
}

/// Whether there is something to go on with for a card.
#[must_use]
pub fn was_begun(station: &Station, image: &SignedImage, card: &OpenCard) -> bool {
    Journal::resume(&station.journals(), image.manifest.sha256, &card.name()).is_ok()
}

/// Whether a unit has its card already: this machine has written this image with this
/// configuration for it. A card that is there has to be the one; one that is not there was
/// taken out. What `gateway` says of itself may differ where the token comes from there.
#[must_use]
pub fn is_done(
    station: &Station,
    entries: &[(Entry, Sha256Digest)],
    image: &SignedImage,
    unit: &DeviceConfig,
    from_gateway: bool,
    card: Option<&mut OpenCard>,
) -> bool {
    let mut done = false;
    let mut of_image = false;
    // Of several cards that a unit had, the one that was written last counts. Readers that do not
    // tell the card's own serial give theirs.
    let mut last = "";
    for (entry, _) in entries {
        match &entry.event {
            Event::Flashed {
                serial,
                card,
                image: of,
                ..
            } if *serial == unit.serial => {
                of_image = *of == image.manifest.sha256;
                done = true;
                last = card;
            }
            Event::Began { serial, .. } if *serial == unit.serial => done = false,
            Event::Renewed { serial, card } if *serial == unit.serial && card == last => {
                done = true;
            }
            Event::Failed { serial, card, .. } | Event::Renewing { serial, card, .. }
                if *serial == unit.serial && card == last =>
            {
                done = false;
            }
            _ => {}
        }
    }
    if !(done && of_image) {
        return false;
    }
    match card {
        Some(card) => card.serial == last && holds(image, unit, from_gateway, &mut *card.target),
        None => station.last_record(&unit.serial).is_ok_and(|record| {
            record.result == FlashResult::Verified
                && record.image == image.manifest.sha256
                && (from_gateway || record.config == config_digest(unit))
        }),
    }
}

/// Whether a card is finished and carries that unit's configuration.
fn holds(
    image: &SignedImage,
    unit: &DeviceConfig,
    from_gateway: bool,
    card: &mut dyn Target,
) -> bool {
    let mut beginning = vec![0; flash::MARK_BYTES];
    let extent = image.manifest.config;
    let mut partition = vec![0; usize::try_from(extent.bytes).unwrap_or(0)];
    let read = card
        .read_at(0, &mut beginning)
        .and_then(|()| card.read_at(extent.offset, &mut partition));
    if read.is_err() || flash::is_marked(&beginning) {
        return false;
    }
    let Ok(Some(held)) = unit::read(&mut partition) else {
        return false;
    };
    let mut held = held.without_enrolment();
    if from_gateway {
        held.gateway = unit.gateway.clone();
    }
    held == unit.without_enrolment()
}

/// Gives a finished card a new configuration of the same unit, and keeps it in the log.
///
/// # Errors
/// Those of [`flash::renew`] and of the log. What is refused before the card is touched is not
/// entered: the card is still what the log says of it.
pub fn renew(station: &Station, unit: &DeviceConfig, card: &mut OpenCard) -> Result<(), Problem> {
    let now = station::now();
    check_token(unit, station, now)?;
    let renewal = flash::renew::prepare(&mut *card.target, unit)?;
    let renewing = Event::Renewing {
        serial: unit.serial.clone(),
        card: card.serial.clone(),
        token: token_digest(unit),
    };
    let log = station.log();
    log.append_unless(now, renewing, |entries| token_unused(unit, entries))?;
    let renewed = renewal.write(&mut *card.target);
    let event = match &renewed {
        Ok(()) => Event::Renewed {
            serial: unit.serial.clone(),
            card: card.serial.clone(),
        },
        Err(problem) => failed(unit, &card.serial, problem),
    };
    let kept = log.append(station::now(), event);
    // The card's own problem is the one to tell.
    renewed?;
    kept.map_err(Problem::unrecorded)?;
    Ok(())
}

/// Version of this tool.
#[must_use]
pub fn tool_version() -> Version {
    Version::parse(env!("CARGO_PKG_VERSION")).expect("the package's version is three numbers")
}

fn token_digest(unit: &DeviceConfig) -> Option<Sha256Digest> {
    let enrolment = unit.enrolment.as_ref()?;
    Some(sha256(enrolment.token.as_str().as_bytes()))
}

fn config_digest(unit: &DeviceConfig) -> Sha256Digest {
    let bytes = serde_json::to_vec(&unit.without_enrolment()).expect("a unit is plain JSON");
    sha256(&bytes)
}
