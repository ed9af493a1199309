//! `provision label`, `provision sheet`

use std::path::{Path, PathBuf};

use clap::Args;
use protocol::exchange::DeviceId;
use protocol::number::OfficeNumber;
use protocol::provisioning::UnitSerial;
use protocol::provisioning::device::{DeviceConfig, Token};
use protocol::text::PhoneNumber;
use serde_json::json;

use super::Context;
use crate::error::{Exit, Problem};
use crate::print::{Font, Label, Sheet, pdf};
use crate::station::{self, Event};
use crate::text::write_whole;
use crate::unit::{Order, TokenSource};

#[derive(Debug, Args)]
pub struct LabelCommand {
    /// Serial of the unit.
    #[arg(long)]
    serial: UnitSerial,
    /// Its identity, once it is enrolled (`gateway devices list`, or screen J-1).
    #[arg(long)]
    device: Option<DeviceId>,
    /// 事業所番号.
    #[arg(long)]
    office: Option<OfficeNumber>,
    /// Write a picture of 62 × 29 mm.
    #[arg(long, value_name = "FILE", required_unless_present = "zpl")]
    png: Option<PathBuf>,
    /// Write ZPL for a label printer.
    #[arg(long, value_name = "FILE")]
    zpl: Option<PathBuf>,
    /// Font with Japanese letters; Noto Sans CJK if not given.
    #[arg(long, value_name = "FILE")]
    font: Option<PathBuf>,
}

impl LabelCommand {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let label = Label {
            serial: self.serial,
            device: self.device,
            office: self.office,
        };
        let mut files = Vec::new();
        if let Some(file) = self.png {
            let font = Font::load(self.font.as_deref())?;
            write_whole(&file, &label.png(&font)?)?;
            files.push(file);
        }
        if let Some(file) = self.zpl {
            write_whole(&file, label.zpl()?.as_bytes())?;
            files.push(file);
        }
        printed(context, label.serial, "label", &files)
    }
}

/// The sheet that goes with a unit whose card carries no token, or as a second way in.
#[derive(Debug, Args)]
pub struct SheetCommand {
    /// The unit's configuration: office, site, serial.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Serial of the unit, where the file does not say it.
    #[arg(long)]
    serial: Option<UnitSerial>,
    /// The office's name.
    #[arg(long)]
    office_name: String,
    /// File with the token, or with what `gateway --json token new` prints; `-` for standard
    /// input.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// The desk to call; never a person's name.
    #[arg(long)]
    desk: String,
    /// Its telephone.
    #[arg(long)]
    phone: PhoneNumber,
    /// Write A4 at 200 dots an inch.
    #[arg(long, value_name = "FILE", required_unless_present = "pdf")]
    png: Option<PathBuf>,
    /// Write the same as PDF.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Font with Japanese letters; Noto Sans CJK if not given.
    #[arg(long, value_name = "FILE")]
    font: Option<PathBuf>,
}

impl SheetCommand {
    pub fn run(self, context: &Context) -> Result<Exit, Problem> {
        let mut order = Order::read(&self.config)?;
        order.serial = self.serial.or(order.serial);
        let mut unit: DeviceConfig = order.complete()?;
        TokenSource::File(self.token_file).fetch(&mut unit, &context.station()?)?;
        let enrolment = unit
            .enrolment
            .ok_or(Problem::ConfigMissing("--token-file"))?;
        let token: Token = enrolment.token;
        let sheet = Sheet {
            office: unit.office,
            office_name: self.office_name,
            site: unit.site,
            serial: unit.serial,
            token,
            until: enrolment.expires_at,
            desk: self.desk,
            phone: self.phone,
        };
        let font = Font::load(self.font.as_deref())?;
        let picture = sheet.png(&font, &context.words)?;
        let mut files = Vec::new();
        if let Some(file) = self.png {
            write_whole(&file, &picture)?;
            files.push(file);
        }
        if let Some(file) = self.pdf {
            write_whole(&file, &pdf::of_picture(&picture)?)?;
            files.push(file);
        }
        printed(context, sheet.serial, "sheet", &files)
    }
}

fn printed(
    context: &Context,
    serial: UnitSerial,
    kind: &str,
    files: &[PathBuf],
) -> Result<Exit, Problem> {
    let event = Event::Printed {
        serial,
        kind: kind.to_owned(),
    };
    context.station()?.log().append(station::now(), event)?;
    let lines: Vec<String> = files.iter().map(|file| written(context, file)).collect();
    context
        .show
        .result(&lines.join("\n"), &json!({ "written": files }))?;
    Ok(Exit::Done)
}

/// 「written: FILE」
pub fn written(context: &Context, file: &Path) -> String {
    let file = file.display().to_string();
    context.words.say_with("written-file", &[("file", &file)])
}
