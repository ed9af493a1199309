//! `gateway stations`

use clap::{Args, Subcommand};
use protocol::number::OfficeNumber;
use protocol::provisioning::image::VerifyKey;
use serde_json::{Value, json};

use super::{Context, token};
use crate::error::GatewayError;
use crate::operator;
use crate::store::{self, MadeToken, Station, StationRight};

/// Most tokens that are listed.
const MAX_LISTED: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub enum Stations {
    /// Make a machine known that writes cards, by what `provision station` prints there.
    Add {
        /// Key id.
        #[arg(long)]
        kid: String,
        /// Public key.
        #[arg(long)]
        x: String,
    },
    /// Let a machine make one-time tokens by itself.
    Allow {
        /// Key id.
        kid: String,
        #[command(flatten)]
        whom: Whom,
    },
    /// Take the right to make tokens from a machine; its records are still taken.
    Deny {
        /// Key id.
        kid: String,
    },
    /// Take nothing from a machine any more, and cancel its tokens that were not used yet.
    Revoke {
        /// Key id.
        kid: String,
    },
    /// Answer a revoked machine again.
    Reinstate {
        /// Key id.
        kid: String,
    },
    /// All known machines.
    List,
    /// The tokens that machines made.
    Tokens,
}

/// For which units.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// For units of this office (事業所番号).
    #[arg(long)]
    office: Option<OfficeNumber>,
    /// For units of every office.
    #[arg(long)]
    all_offices: bool,
}

impl Stations {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        let done = |line: &str, kid: &str| context.output.print(line, &json!({ "kid": kid }));
        match self {
            Self::Add { kid, x } => {
                let key = VerifyKey { kid, x };
                let kid = key.kid.clone();
                operator::add_station(&store, key, context.now())?;
                done(&format!("{kid} may send records"), &kid)
            }
            Self::Allow { kid, whom } => {
                let right = whom.office.map_or(StationRight::All, StationRight::Office);
                operator::allow_station(&store, &kid, &right)?;
                done(&format!("{kid} may make tokens for {}", word(&right)), &kid)
            }
            Self::Deny { kid } => {
                operator::deny_station(&store, &kid)?;
                done(&format!("{kid} may make no tokens"), &kid)
            }
            Self::Revoke { kid } => {
                let gone = operator::revoke_station(&store, &kid, Some(context.now()))?;
                let mut lines = vec![format!("nothing is taken from {kid} any more")];
                lines.extend(gone.iter().map(token::cancelled_line));
                let values: Vec<_> = gone.iter().map(token::cancelled_value).collect();
                context.output.print(
                    &lines.join("\n"),
                    &json!({ "kid": kid, "cancelled": values }),
                )
            }
            Self::Reinstate { kid } => {
                operator::revoke_station(&store, &kid, None)?;
                done(&format!("{kid} is answered again"), &kid)
            }
            Self::List => {
                let stations = store::read(&store, |tx| tx.stations())?;
                let lines: Vec<_> = stations.iter().map(line).collect();
                let values: Vec<_> = stations.iter().map(value).collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
            Self::Tokens => {
                let made = store::read(&store, |tx| tx.station_tokens(MAX_LISTED))?;
                let lines: Vec<_> = made.iter().map(made_line).collect();
                let values: Vec<_> = made.iter().map(made_value).collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
        }
    }
}

fn word(right: &StationRight) -> String {
    match right {
        StationRight::All => "all offices".to_owned(),
        StationRight::Office(office) => office.to_string(),
    }
}

fn line(station: &Station) -> String {
    let rights: Vec<_> = station.rights.iter().map(word).collect();
    let rights = if rights.is_empty() {
        "no tokens".to_owned()
    } else {
        format!("tokens for {}", rights.join(", "))
    };
    let state = match station.revoked_at {
        None => String::new(),
        Some(at) => format!("  revoked {at}"),
    };
    format!("{}  {rights}{state}", station.key.kid)
}

fn value(station: &Station) -> Value {
    let rights: Vec<_> = station.rights.iter().map(word).collect();
    json!({
        "kid": station.key.kid,
        "x": station.key.x,
        "tokens_for": rights,
        "revoked_at": station.revoked_at,
    })
}

fn made_line(made: &MadeToken) -> String {
    let replaces = if made.replaces {
        "  in place of another"
    } else {
        ""
    };
    format!(
        "{}  {}  serial {}  office {}  until {}{replaces}",
        made.at, made.kid, made.serial, made.office, made.expires_at
    )
}

fn made_value(made: &MadeToken) -> Value {
    json!({
        "at": made.at,
        "kid": made.kid,
        "serial": made.serial,
        "office": made.office,
        "replaces": made.replaces,
        "expires_at": made.expires_at,
    })
}
