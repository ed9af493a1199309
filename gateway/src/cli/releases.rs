//! `gateway releases`

use std::path::PathBuf;
use std::str::FromStr;

use clap::Subcommand;
use protocol::number::OfficeNumber;
use protocol::provisioning::{UnitSerial, Version};
use serde_json::{Value, json};

use super::Context;
use crate::error::GatewayError;
use crate::operator;
use crate::store::{self, Audience, Release, Standing, Target};

#[derive(Debug, Subcommand)]
pub enum Releases {
    /// Add a signed bundle. Nobody is told yet.
    Add {
        /// The bundle (`update.raucb`).
        file: PathBuf,
        /// Its version.
        #[arg(long)]
        version: Version,
        /// The lowest version that may follow it, as the image says; the version itself, if
        /// not given.
        #[arg(long)]
        minimum: Option<Version>,
    },
    /// Offer a release to terminals, also to those that are enrolled later.
    Offer {
        /// Its version.
        version: Version,
        /// `all`, `office:NUMBER` or `serial:SERIAL`.
        #[arg(long, value_name = "WHOM")]
        to: To,
        /// How many in a hundred of them. A larger number later adds to those.
        #[arg(long, value_name = "PERCENT", default_value_t = 100,
              value_parser = clap::value_parser!(u8).range(1..=100))]
        stage: u8,
    },
    /// All releases, and what became of them on each terminal.
    List,
    /// Take a release back; what terminals have fetched of it is deleted.
    Withdraw {
        /// Its version.
        version: Version,
    },
}

/// Whom a release is offered to, as it is typed.
#[derive(Debug, Clone)]
pub struct To(Audience);

impl FromStr for To {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "all, office:NUMBER or serial:SERIAL".to_owned();
        Ok(Self(match text.split_once(':') {
            None if text == "all" => Audience::All,
            Some(("office", number)) => {
                Audience::Office(OfficeNumber::parse(number).map_err(|e| e.to_string())?)
            }
            Some(("serial", serial)) => Audience::Serial(
                UnitSerial::parse(serial)
                    .map_err(|e| e.to_string())?
                    .to_string(),
            ),
            _ => return Err(wrong()),
        }))
    }
}

impl Releases {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        let bundles = context.layout.bundles();
        let now = context.now();
        match self {
            Self::Add {
                file,
                version,
                minimum,
            } => {
                let minimum = minimum.unwrap_or(version);
                let release =
                    operator::add_release(&store, &bundles, &file, version, minimum, now)?;
                context.output.print(
                    &format!("{}  is known", line(&release)),
                    &value(&release, &[]),
                )
            }
            Self::Offer { version, to, stage } => {
                let standing = Standing {
                    to: to.0,
                    percent: stage,
                };
                let done = operator::offer_release(&store, version, &standing, now)?;
                context.output.print(
                    &format!(
                        "{version} is offered to {} terminals, {} of them now",
                        done.chosen, done.told
                    ),
                    &json!({ "version": version, "chosen": done.chosen, "told": done.told }),
                )
            }
            Self::Withdraw { version } => {
                operator::withdraw_release(&store, &bundles, version, now)?;
                context.output.print(
                    &format!("{version} is taken back"),
                    &json!({ "version": version, "withdrawn": true }),
                )
            }
            Self::List => {
                let (releases, targets) =
                    store::read(&store, |tx| Ok((tx.releases()?, tx.targets(None)?)))?;
                let mut lines = Vec::new();
                let mut values = Vec::new();
                for release in &releases {
                    let of: Vec<&Target> = targets
                        .iter()
                        .filter(|target| target.version == release.version)
                        .collect();
                    lines.push(line(release));
                    lines.extend(of.iter().map(|target| target_line(target)));
                    values.push(value(release, &of));
                }
                context.output.print(&lines.join("\n"), &json!(values))
            }
        }
    }
}

fn line(release: &Release) -> String {
    let state = match release.withdrawn_at {
        None => String::new(),
        Some(at) => format!("  taken back {at}"),
    };
    format!(
        "{}  minimum {}  {} bytes  {}{state}",
        release.version, release.minimum, release.size, release.sha256
    )
}

/// What became of a release on a terminal, in words.
pub(super) fn state(target: &Target) -> String {
    target
        .state
        .as_ref()
        .map_or_else(|| "offered".to_owned(), ToString::to_string)
}

fn target_line(target: &Target) -> String {
    let running = target
        .running
        .map_or_else(String::new, |running| format!("  runs {running}"));
    format!(
        "    {}  serial {}  office {}  {}{running}",
        target.device,
        target.serial,
        target.office,
        state(target)
    )
}

/// The same for programs.
pub(super) fn target_value(target: &Target) -> Value {
    json!({
        "device": target.device,
        "serial": target.serial,
        "office": target.office,
        "version": target.version,
        "offered_at": target.offered_at,
        "report": target.state,
        "running": target.running,
        "reported_at": target.reported_at,
    })
}

fn value(release: &Release, targets: &[&Target]) -> Value {
    let targets: Vec<Value> = targets.iter().map(|target| target_value(target)).collect();
    json!({
        "version": release.version,
        "minimum": release.minimum,
        "sha256": release.sha256,
        "size": release.size,
        "added_at": release.added_at,
        "withdrawn_at": release.withdrawn_at,
        "terminals": targets,
    })
}
