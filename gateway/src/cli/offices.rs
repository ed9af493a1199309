//! `gateway insurer`, `gateway facility`

use std::path::PathBuf;

use clap::Subcommand;
use protocol::facility::{Desk, Insurer, OpeningHours};
use protocol::number::{InsurerNumber, OfficeNumber};
use protocol::problem::ProblemCode;
use protocol::text::PhoneNumber;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Context;
use crate::error::GatewayError;
use crate::operator;
use crate::store::{self, Store};

#[derive(Debug, Subcommand)]
pub enum InsurerCommand {
    /// Add or change an insurer. Its desk answers on weekdays, 8:30 to 17:15; other hours
    /// are given in a file, see `facility load`.
    Add {
        /// 保険者番号.
        #[arg(long)]
        number: InsurerNumber,
        /// Such as 汐見市.
        #[arg(long)]
        city: String,
        /// Name of the desk to call.
        #[arg(long)]
        desk: String,
        /// Its telephone.
        #[arg(long)]
        phone: PhoneNumber,
        /// Months of applications that are shown.
        #[arg(long, default_value_t = 3)]
        retention: u8,
        /// Numbers that start with H are in use.
        #[arg(long)]
        h_numbers: bool,
    },
    /// All insurers.
    List,
}

#[derive(Debug, Subcommand)]
pub enum FacilityCommand {
    /// Add an office, or change its name and whom it may ask.
    Add {
        /// 事業所番号.
        #[arg(long)]
        office: OfficeNumber,
        /// Its name.
        #[arg(long)]
        name: String,
        /// 保険者番号 it may ask; several times for several.
        #[arg(long = "insurer")]
        insurers: Vec<InsurerNumber>,
    },
    /// Add or change the insurers and offices of a TOML file.
    Load {
        /// The file.
        file: PathBuf,
    },
    /// What is known about an office; about all without a number.
    Show {
        /// 事業所番号.
        office: Option<OfficeNumber>,
    },
}

/// A file of insurers and offices.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Municipality {
    /// Insurers.
    #[serde(default)]
    pub insurer: Vec<Insurer>,
    /// Offices.
    #[serde(default)]
    pub office: Vec<OfficeEntry>,
}

/// An office in such a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeEntry {
    /// 事業所番号.
    pub number: OfficeNumber,
    /// Its name.
    pub name: String,
    /// 保険者番号 it may ask.
    pub insurers: Vec<InsurerNumber>,
}

impl InsurerCommand {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        match self {
            Self::Add {
                number,
                city,
                desk,
                phone,
                retention,
                h_numbers,
            } => {
                if !number.check_digit_ok() {
                    warn(&format!(
                        "the check digit of {number} is wrong; added all the same"
                    ));
                }
                let insurer = Insurer {
                    number,
                    city,
                    desk: Desk {
                        name: desk,
                        phone,
                        hours: vec![weekdays()],
                    },
                    retention_months: retention,
                    h_numbers,
                };
                operator::put_insurer(&store, &insurer, context.now())?;
                context.output.print("added", &json!(insurer))
            }
            Self::List => {
                let insurers = store::read(&store, |tx| tx.insurers())?;
                let lines: Vec<_> = insurers
                    .iter()
                    .map(|i| format!("{}  {}  {} months", i.number, i.city, i.retention_months))
                    .collect();
                context.output.print(&lines.join("\n"), &json!(insurers))
            }
        }
    }
}

impl FacilityCommand {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        match self {
            Self::Add {
                office,
                name,
                insurers,
            } => {
                if !office.check_digit_ok() {
                    warn(&format!(
                        "the check digit of {office} is wrong; added all the same"
                    ));
                }
                operator::put_office(&store, &office, &name, &insurers, context.now())?;
                context
                    .output
                    .print("added", &json!({ "office": office, "insurers": insurers }))
            }
            Self::Load { file } => {
                let text =
                    std::fs::read_to_string(&file).map_err(|e| GatewayError::given(&file, &e))?;
                let municipality = read(&file, &text)?;
                for insurer in &municipality.insurer {
                    operator::put_insurer(&store, insurer, context.now())?;
                }
                for office in &municipality.office {
                    let (number, name) = (&office.number, &office.name);
                    operator::put_office(&store, number, name, &office.insurers, context.now())?;
                }
                let (insurers, offices) = (municipality.insurer.len(), municipality.office.len());
                context.output.print(
                    &format!("{insurers} insurers, {offices} offices"),
                    &json!({ "insurers": insurers, "offices": offices }),
                )
            }
            Self::Show { office } => show(context, &store, office),
        }
    }
}

fn show(
    context: &Context,
    store: &dyn Store,
    office: Option<OfficeNumber>,
) -> Result<(), GatewayError> {
    let known = store::read(store, move |tx| {
        let numbers = match office {
            Some(office) => vec![office],
            None => tx.offices()?,
        };
        let mut known = Vec::new();
        for number in numbers {
            if let Some(facility) = tx.facility(&number)? {
                known.push((facility, tx.profile(&number)?, tx.pledges(&number)?.len()));
            }
        }
        Ok(known)
    })?;
    if known.is_empty() {
        return Err(GatewayError::Input("no such office".to_owned()));
    }
    let lines: Vec<_> = known
        .iter()
        .map(|(facility, profile, pledges)| {
            let cities: Vec<_> = facility.insurers.iter().map(|i| i.city.as_str()).collect();
            format!(
                "{}  {}  may ask {}  profile {}  {pledges} pledges",
                facility.office,
                facility.name,
                cities.join(", "),
                if profile.is_some() {
                    "entered"
                } else {
                    "not entered"
                },
            )
        })
        .collect();
    let values: Vec<_> = known
        .iter()
        .map(|(facility, profile, pledges)| {
            let profile = profile.as_ref().map(|kept| &kept.profile);
            json!({ "facility": facility, "profile": profile, "pledges": pledges })
        })
        .collect();
    context.output.print(&lines.join("\n"), &json!(values))
}

fn read(file: &std::path::Path, text: &str) -> Result<Municipality, GatewayError> {
    toml::from_str(text).map_err(|e| {
        let line = e
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        GatewayError::Config {
            code: ProblemCode::ConfigSyntax,
            message: format!("{}, line {line}: {}", file.display(), e.message()),
        }
    })
}

fn weekdays() -> OpeningHours {
    OpeningHours {
        weekdays: vec![1, 2, 3, 4, 5],
        from_minute: 8 * 60 + 30,
        to_minute: 17 * 60 + 15,
        days_of_month: None,
    }
}

fn warn(text: &str) {
    use std::io::Write;
    // Without a standard error there is nobody to warn.
    let _ = writeln!(std::io::stderr(), "warning: {text}");
}
