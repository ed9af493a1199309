//! `gateway images`, `gateway manifest`

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use protocol::problem::ProblemCode;
use protocol::provisioning::image::{MAX_MANIFEST_BYTES, TrustedKeys};
use protocol::provisioning::record::{FlashRecord, FlashResult};
use serde_json::json;

use super::{Context, IN_PART};
use crate::error::GatewayError;
use crate::operator;
use crate::store;

/// Most records that are listed.
const MAX_LISTED: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub enum Images {
    /// Make an image known: cards may carry it.
    Add {
        /// `image.json`; its signature lies beside it.
        manifest: PathBuf,
        /// Trusted image keys, the same file that `provision` reads.
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
    },
    /// All known images.
    List,
}

#[derive(Debug, Subcommand)]
pub enum Manifest {
    /// Take the signed records of cards that were written (`provision manifest`).
    Import {
        /// The records.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// The cards that were written.
    List,
}

impl Images {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        match self {
            Self::Add { manifest, keys } => {
                let mut beside = manifest.as_os_str().to_owned();
                beside.push(".sig");
                let description = read(&manifest)?;
                let signature = text(Path::new(&beside))?;
                let keys = trusted_keys(&keys)?;
                let now = context.now();
                let image =
                    operator::add_image(&store, description.as_ref(), &signature, &keys, now)?;
                context.output.print(
                    &format!("{}  {}  is known", image.version, image.sha256),
                    &json!({ "version": image.version, "sha256": image.sha256 }),
                )
            }
            Self::List => {
                let images = store::read(&store, |tx| tx.images())?;
                let lines: Vec<_> = images
                    .iter()
                    .map(|i| format!("{}  {}  since {}", i.version, i.sha256, i.added_at))
                    .collect();
                let values: Vec<_> = images
                    .iter()
                    .map(|i| {
                        json!({ "version": i.version, "sha256": i.sha256, "added_at": i.added_at })
                    })
                    .collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
        }
    }
}

impl Manifest {
    pub fn run(self, context: &Context) -> Result<ExitCode, GatewayError> {
        let store = context.layout.open_store()?;
        match self {
            Self::Import { files } => {
                let mut lines = Vec::new();
                let mut values = Vec::new();
                let (mut taken_any, mut refused_any) = (false, false);
                // One that is refused keeps none of the others out.
                for file in &files {
                    let name = file.display().to_string();
                    let taken = text(file)
                        .and_then(|text| operator::take_record(&store, &text, context.now()));
                    match taken {
                        Ok(taken) => {
                            taken_any = true;
                            let again = if taken.new { "" } else { "  (known already)" };
                            lines.push(format!("{name}: {}{again}", line(&taken.record)));
                            values.push(
                                json!({ "file": name, "record": taken.record, "new": taken.new }),
                            );
                        }
                        Err(error) => {
                            refused_any = true;
                            context.output.error_of(&name, &error);
                            values.push(json!({
                                "file": name,
                                "code": error.code(),
                                "error": error.to_string(),
                            }));
                        }
                    }
                }
                context.output.print(&lines.join("\n"), &json!(values))?;
                Ok(match (taken_any, refused_any) {
                    (_, false) => ExitCode::SUCCESS,
                    (true, true) => ExitCode::from(IN_PART),
                    (false, true) => ExitCode::FAILURE,
                })
            }
            Self::List => {
                let cards = store::read(&store, |tx| tx.cards(MAX_LISTED))?;
                let lines: Vec<_> = cards.iter().map(line).collect();
                context.output.print(&lines.join("\n"), &json!(cards))?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn line(record: &FlashRecord) -> String {
    let result = match &record.result {
        FlashResult::Verified => "verified".to_owned(),
        FlashResult::Failed { code } => code.to_string(),
    };
    format!(
        "{}  serial {}  office {}  image {}  {result}",
        record.finished_at, record.serial, record.office, record.version
    )
}

fn read(file: &Path) -> Result<Vec<u8>, GatewayError> {
    let failed = |e: std::io::Error| GatewayError::given(file, &e);
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .map_err(failed)?
        .take(MAX_MANIFEST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

fn text(file: &Path) -> Result<String, GatewayError> {
    String::from_utf8(read(file)?)
        .map_err(|_| GatewayError::Input(format!("{} is no text", file.display())))
}

fn trusted_keys(file: &Path) -> Result<TrustedKeys, GatewayError> {
    toml::from_str(&text(file)?).map_err(|e| GatewayError::Config {
        code: ProblemCode::ConfigSyntax,
        message: format!("{}: {}", file.display(), e.message()),
    })
}
