//! `kiosk check-card`: one full verification on whatever reader is there.

use std::io::{BufRead, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use firmware::entropy::{Entropy as _, SystemEntropy};
use firmware::setup::config::Config;
use hal::card::{CardDesk, CardJob, CardOutcome, CardPin, NumberB, ReaderEvent};
use protocol::calendar::parse_japanese;
use serde_json::{Value, json};

use crate::{CardMode, reader};

/// How long a card is waited for.
const CARD_LIMIT: Duration = Duration::from_secs(60);

/// Most bytes of one line of credentials.
const MAX_LINE: usize = 64;

/// Checks the card and prints the three verdicts, the number of APDUs and the time in the
/// card; what it says about its holder only with `show`.
pub fn run(config: &Config, mode: CardMode, as_json: bool, show: bool) -> Result<ExitCode, String> {
    let mut desk = reader::desk(config)?;
    wait_for_card(desk.as_mut())?;
    let job = match mode {
        CardMode::Face => CardJob::CheckFace { code: number_b()? },
        CardMode::Pin => {
            let pin = ask("Card PIN (4 digits, 券面事項入力補助用)")?;
            let pin = CardPin::new(&pin).map_err(|error| error.to_string())?;
            CardJob::CheckPin {
                pin,
                allow_last_try: false,
            }
        }
    };
    let mut entropy = SystemEntropy::default();
    let never = AtomicBool::new(false);
    let outcome = desk.run(job, &mut |bytes| entropy.fill(bytes), &mut |_| {}, &never);
    let refused = desk.take_refusals().len();
    let (report, good) = describe(&outcome, show, refused);
    if as_json {
        println!("{report}");
    } else if let Value::Object(lines) = &report {
        for (key, value) in lines {
            println!(
                "{key:<16} {}",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            );
        }
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn wait_for_card(desk: &mut dyn CardDesk) -> Result<(), String> {
    eprintln!("Place the card on the reader.");
    let started = Instant::now();
    let mut last = String::from("the reader said nothing");
    while started.elapsed() < CARD_LIMIT {
        match desk.next_event(Duration::from_millis(200)) {
            Some(ReaderEvent::CardArrived) => return Ok(()),
            Some(ReaderEvent::ServiceDown) => last = "the PC/SC service does not answer".into(),
            Some(ReaderEvent::NoReader) => last = "no reader is plugged in".into(),
            Some(ReaderEvent::WrongReader) => last = "the configured reader is not there".into(),
            Some(ReaderEvent::Ready { .. } | ReaderEvent::CardLeft) => {
                last = "no card was placed".into()
            }
            None => {}
        }
    }
    Err(last)
}

/// 照合番号B from what is printed on the front.
fn number_b() -> Result<NumberB, String> {
    let born_on = ask("Birth date as printed (such as 昭和8年3月14日 or 1933-03-14)")?;
    let born_on = parse_japanese(&born_on).map_err(|error| error.to_string())?;
    let year = ask("Expiry year as printed (such as 2031)")?;
    let year = year
        .parse()
        .map_err(|_| "the expiry year has four digits".to_owned())?;
    let code = ask("Security code (4 digits)")?;
    NumberB::new(born_on, year, &code).map_err(|error| error.to_string())
}

/// One line of standard input; the question is shown only to a person.
fn ask(question: &str) -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        eprint!("{question}: ");
        let _ = std::io::stderr().flush();
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| error.to_string())?;
    let line = line.trim().to_owned();
    if line.is_empty() || line.len() > MAX_LINE {
        return Err(format!("missing on standard input: {question}"));
    }
    Ok(line)
}

fn describe(outcome: &CardOutcome, show: bool, refused: usize) -> (Value, bool) {
    match outcome {
        CardOutcome::Face(report) => {
            let mut value = json!({
                "result": "verified",
                "authentic": report.verdicts.authentic,
                "present": report.verdicts.present,
                "matched": "compare the photo with the person",
                "trust": format!("{:?}", report.trust).to_lowercase(),
                "expiry-year": report.expiry_year,
                "expiry-bound": report.expiry_bound,
                "photo": report.photo.is_some(),
                "apdus": report.apdus,
                "ms-in-card": ms(report.time_in_card),
                "refused-apdus": refused,
            });
            if show {
                add_person(&mut value, &report.attributes);
            }
            (value, report.verdicts.authentic && report.verdicts.present)
        }
        CardOutcome::Pin(report) => {
            let mut value = json!({
                "result": "verified",
                "authentic": report.verdicts.authentic,
                "present": report.verdicts.present,
                "matched": "by PIN",
                "attributes": "as read, not signed",
                "trust": format!("{:?}", report.trust).to_lowercase(),
                "apdus": report.apdus,
                "ms-in-card": ms(report.time_in_card),
                "refused-apdus": refused,
            });
            if show {
                add_person(&mut value, &report.attributes);
            }
            (value, report.verdicts.authentic && report.verdicts.present)
        }
        CardOutcome::Failed(problem) => (
            json!({
                "result": "not verified",
                "code": problem.code().as_str(),
                "what": problem.to_string(),
                "refused-apdus": refused,
            }),
            false,
        ),
        CardOutcome::Peeked(_) => (json!({ "result": "not verified" }), false),
    }
}

fn add_person(value: &mut Value, person: &hal::card::Attributes) {
    value["name"] = json!(person.name);
    value["address"] = json!(person.address);
    value["born-on"] = json!(person.born_on.to_string());
    value["sex"] = json!(format!("{:?}", person.sex).to_lowercase());
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
