//! How the rows of a batch went: a table for people, JSON for programs, a CSV to keep.

use serde_json::{Value, json};

use super::Context;
use crate::error::Problem;
use crate::flash::{Outcome, rate};
use crate::image::SignedImage;

/// How a row went.
pub enum Went {
    /// Its card was written and read back.
    Written(Outcome),
    /// An earlier run has finished it.
    Already,
    /// It was not finished.
    Failed(Problem),
}

/// A row that ended.
pub struct Ended {
    /// Serial of the unit.
    pub serial: String,
    /// Serial of the card; what stands in the row where there is no card.
    pub card: String,
    /// What the gateway calls the office, where it was asked.
    pub office_name: Option<String>,
    /// How it went.
    pub went: Went,
}

impl Ended {
    /// Whether its card was not finished.
    pub fn has_failed(&self) -> bool {
        matches!(self.went, Went::Failed(_))
    }
}

/// Prints all rows, and how many failed.
pub fn tell(context: &Context, ended: &[Ended]) -> Result<(), Problem> {
    let mut lines: Vec<String> = ended.iter().map(|one| line(context, one)).collect();
    let values: Vec<Value> = ended.iter().map(value).collect();
    let failed = ended.iter().filter(|one| one.has_failed()).count();
    if failed > 0 {
        let (failed, all) = (failed.to_string(), ended.len().to_string());
        let values = [("failed", failed.as_str()), ("all", all.as_str())];
        lines.push(context.words.say_with("batch-failed", &values));
    }
    context.show.result(&lines.join("\n"), &json!(values))
}

/// One row a card: no token and no passphrase.
pub fn report(image: &SignedImage, ended: &[Ended]) -> Result<String, Problem> {
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
        let (result, code, seconds, speed) = match &one.went {
            Went::Written(done) => (
                "verified",
                "",
                done.took.as_secs().to_string(),
                format!("{:.1}", rate(done.bytes, done.took) as f64 / 1e6),
            ),
            Went::Already => ("already", "", String::new(), String::new()),
            Went::Failed(problem) => ("failed", problem.code(), String::new(), String::new()),
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
    let words = match &one.went {
        Went::Written(done) => format!(
            "OK    {:>5} s {:>6.1} MB/s  {}",
            done.took.as_secs(),
            rate(done.bytes, done.took) as f64 / 1e6,
            one.office_name.as_deref().unwrap_or_default(),
        ),
        Went::Already => context.words.say("batch-already"),
        Went::Failed(problem) => context.words.problem(problem).replace('\n', "\n    "),
    };
    let line = format!("{:<20} {:<20} {words}", one.serial, one.card);
    line.trim_end().to_owned()
}

fn value(one: &Ended) -> Value {
    match &one.went {
        Went::Written(done) => json!({
            "serial": one.serial, "card": one.card, "result": "verified",
            "office_name": one.office_name,
            "bytes": done.bytes, "written": done.written,
            "took_ms": u64::try_from(done.took.as_millis()).unwrap_or(u64::MAX),
        }),
        Went::Already => json!({
            "serial": one.serial, "card": one.card, "result": "already",
        }),
        Went::Failed(problem) => json!({
            "serial": one.serial, "card": one.card, "result": "failed",
            "code": problem.code(), "error": problem.to_string(),
        }),
    }
}
