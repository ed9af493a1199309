//! One card from an order to its record: what `flash` does once and `batch` for every row.

use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::provisioning::Version;
use protocol::provisioning::device::DeviceConfig;
use protocol::provisioning::record::{self, FlashRecord, FlashResult};

use crate::error::Problem;
use crate::flash::journal::Journal;
use crate::flash::{self, Around, Job, Outcome};
use crate::image::SignedImage;
use crate::seal::sha256;
use crate::station::{self, Event, Station};
use crate::target::Target;
use crate::unit;

/// A card that was opened.
pub struct OpenCard {
    /// The card.
    pub target: Box<dyn Target>,
    /// Its serial.
    pub serial: String,
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

/// Refuses a token that has ended or was given to another unit, before a card is touched.
///
/// # Errors
/// [`Problem::TokenExpired`], [`Problem::TokenUsed`].
pub fn check_token(unit: &DeviceConfig, station: &Station, now: Timestamp) -> Result<(), Problem> {
    let Some(enrolment) = &unit.enrolment else {
        return Ok(());
    };
    if enrolment.expires_at.is_some_and(|end| end <= now) {
        return Err(Problem::TokenExpired);
    }
    let digest = token_digest(unit);
    for (entry, _) in station.log().entries()? {
        if let Event::Began { serial, token, .. } | Event::Renewing { serial, token, .. } =
            entry.event
            && token.is_some()
            && token == digest
            && serial != unit.serial
        {
            return Err(Problem::TokenUsed);
        }
    }
    Ok(())
}

/// Makes a card, and keeps log, journal and record.
///
/// # Errors
/// Those of [`flash::run`] and of the files that are kept.
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
    check_token(unit, station, started_at)?;
    let mut config = image.config_partition()?;
    unit::write(&mut config, unit)?;
    let bytes = card.target.bytes();
    let mut journal = Journal::open(
        &station.journals(),
        manifest.sha256,
        &card.serial,
        bytes,
        order.resume,
    )?;
    station.log().append(
        started_at,
        Event::Began {
            serial: unit.serial.clone(),
            office: unit.office.clone(),
            card: card.serial.clone(),
            image: manifest.sha256,
            token: token_digest(unit),
        },
    )?;
    let job = Job {
        image,
        config: &config,
        journal: Some(&mut journal),
        nonce: order.nonce,
    };
    let outcome = flash::run(job, &mut *card.target, around);
    let finished_at = station::now();
    let (event, result) = match &outcome {
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
            Event::Failed {
                serial: unit.serial.clone(),
                card: card.serial.clone(),
                code: problem.problem_code(),
            },
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
        card_bytes: bytes,
        tool: tool_version(),
        started_at,
        finished_at,
        result,
    };
    station.keep_record(entry, &record)?;
    if outcome.is_ok() {
        journal.close()?;
    }
    outcome
}

/// Gives a finished card a new configuration of the same unit, and keeps it in the log.
///
/// # Errors
/// Those of [`flash::renew::renew`] and of the log.
pub fn renew(station: &Station, unit: &DeviceConfig, card: &mut OpenCard) -> Result<(), Problem> {
    let now = station::now();
    check_token(unit, station, now)?;
    station.log().append(
        now,
        Event::Renewing {
            serial: unit.serial.clone(),
            card: card.serial.clone(),
            token: token_digest(unit),
        },
    )?;
    flash::renew::renew(&mut *card.target, unit).inspect_err(|problem| {
        let event = Event::Failed {
            serial: unit.serial.clone(),
            card: card.serial.clone(),
            code: problem.problem_code(),
        };
        // The card's own problem is the one to tell.
        let _ = station.log().append(station::now(), event);
    })
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
