//! `provision image`: what the recipe of the image calls.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use protocol::calendar::Timestamp;
use protocol::provisioning::{Board, Version};
use serde_json::json;

use super::print::written;
use super::{Context, ImageArgs};
use crate::error::{Exit, Problem};
use crate::image::{Description, describe, sign};
use crate::seal::SigningKey;
use crate::station;
use crate::text::{folder_of, write_public};

#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Write `image.json` for an image.
    Describe(Describe),
    /// Sign `image.json`; the signature is written beside it.
    Sign {
        /// `image.json`.
        manifest: PathBuf,
        /// The signing key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Check signature and bytes of an image.
    Verify(ImageArgs),
    /// Make a signing key, and print its public half for the file of trusted keys.
    NewKey {
        /// New file for the key.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Describe {
    /// The image: `.img`, or `.img.zst`.
    image: PathBuf,
    /// Version of what is in it.
    #[arg(long)]
    version: Version,
    /// Lowest version that may follow it on a card; its own if not given.
    #[arg(long)]
    minimum_version: Option<Version>,
    /// Board it starts on; several times for several.
    #[arg(long = "board", required = true)]
    boards: Vec<Board>,
    /// What was built.
    #[arg(long, default_value = "appliance")]
    profile: String,
    /// When it was built; now if not given.
    #[arg(long)]
    built_at: Option<Timestamp>,
    /// File to write, in the image's folder; `image.json` there if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl ImageCommand {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        match self {
            Self::Describe(of) => {
                let out = of
                    .out
                    .unwrap_or_else(|| folder_of(&of.image).join("image.json"));
                let manifest = describe(Description {
                    image: of.image,
                    version: of.version,
                    minimum_version: of.minimum_version.unwrap_or(of.version),
                    boards: of.boards,
                    profile: of.profile,
                    built_at: of.built_at.unwrap_or_else(station::now),
                })?;
                let text =
                    serde_json::to_string_pretty(&manifest).expect("a manifest is plain JSON");
                write_public(&out, format!("{text}\n").as_bytes())?;
                context.show.result(
                    &written(context, &out),
                    &json!({ "written": out, "sha256": manifest.sha256 }),
                )?;
            }
            Self::Sign { manifest, key } => {
                let signature = sign(&manifest, &SigningKey::load(&key)?)?;
                let value = json!({ "written": signature });
                context.show.result(&written(context, &signature), &value)?;
            }
            Self::Verify(args) => {
                let image = args.open()?;
                image.check_bytes(&context.show.progress("image"), &*context.stop)?;
                let manifest = &image.manifest;
                context.show.result(
                    &context.words.say("verify-image"),
                    &json!({ "image": manifest.sha256, "version": manifest.version }),
                )?;
            }
            Self::NewKey { file } => {
                let public = SigningKey::create(&file)?.public();
                let lines = format!("[[key]]\nkid = \"{}\"\nx = \"{}\"", public.kid, public.x);
                context.show.result(&lines, &json!(public))?;
            }
        }
        Ok(Exit::Done)
    }
}
