//! `gateway import`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use protocol::number::InsurerNumber;
use serde_json::json;

use super::{Context, IN_PART};
use crate::error::GatewayError;
use crate::sources::csv::{Encoding, MAX_FILE_BYTES, Report, import_eligibility, import_progress};

#[derive(Debug, Args)]
pub struct Import {
    /// 保険者番号 whose export it is.
    #[arg(long)]
    insurer: InsurerNumber,
    /// How the file's text is encoded.
    #[arg(long, value_enum, default_value = "auto")]
    encoding: Named,
    /// What the file lists.
    #[arg(long, value_enum, default_value = "progress")]
    kind: Kind,
    /// The file.
    file: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Named {
    /// UTF-8.
    #[value(name = "utf-8", alias = "utf8")]
    Utf8,
    /// Windows-31J (Shift-JIS).
    #[value(name = "ms932", aliases = ["cp932", "shift-jis"])]
    Ms932,
    /// UTF-8 if the whole file is, else MS932.
    #[value(name = "auto")]
    Auto,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Applications and how far they are.
    Progress,
    /// Insured people, for the simulated eligibility source.
    Eligibility,
}

impl Import {
    pub fn run(self, context: &Context) -> Result<ExitCode, GatewayError> {
        let fail = |e: std::io::Error| GatewayError::given(&self.file, &e);
        let length = std::fs::metadata(&self.file).map_err(fail)?.len();
        if length > MAX_FILE_BYTES as u64 {
            return Err(GatewayError::Input("the file is too large".to_owned()));
        }
        let bytes = std::fs::read(&self.file).map_err(fail)?;
        let store = context.layout.open_store()?;
        let encoding = match self.encoding {
            Named::Utf8 => Encoding::Utf8,
            Named::Ms932 => Encoding::Ms932,
            Named::Auto => Encoding::Auto,
        };
        let import = match self.kind {
            Kind::Progress => import_progress,
            Kind::Eligibility => import_eligibility,
        };
        let report = import(&store, &self.insurer, &bytes, encoding, &context.clock)?;
        context.output.print(&lines(&report), &json!(report))?;
        Ok(match report.bad {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::from(IN_PART),
        })
    }
}

fn lines(report: &Report) -> String {
    let mut text = format!(
        "{} rows ({}): {} new, {} changed, {} as before, {} older than what is here, {} beyond retention, {} bad\n",
        report.rows,
        report.encoding,
        report.inserted,
        report.updated,
        report.unchanged,
        report.older,
        report.beyond_retention,
        report.bad,
    );
    if report.padded > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} numbers were given a leading zero", report.padded);
    }
    if !report.ignored_columns.is_empty() {
        let _ = writeln!(
            text,
            "columns not taken: {}",
            report.ignored_columns.join(", ")
        );
    }
    for row in &report.bad_rows {
        let column = row.column.as_deref().unwrap_or("row");
        let _ = writeln!(
            text,
            "line {}: {column}: {} ({})",
            row.line, row.reason, row.code
        );
    }
    text
}
