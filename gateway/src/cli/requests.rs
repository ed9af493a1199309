//! `gateway requests`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use protocol::answer::SubjectDecision;
use protocol::exchange::CommandId;
use protocol::person::PlanNotice;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Context;
use crate::error::GatewayError;
use crate::operator;
use crate::store::{self, RequestRow, SubjectState};

/// Most requests that are listed.
const MAX_LISTED: u32 = 10_000;

#[derive(Debug, Subcommand)]
pub enum Requests {
    /// Requests with somebody undecided, oldest first.
    List {
        /// Decided ones too.
        #[arg(long)]
        all: bool,
    },
    /// One request with its people.
    Show {
        /// Its id.
        request: Uuid,
    },
    /// Decline one person of a request.
    Decline {
        /// Its id.
        #[arg(long)]
        request: Uuid,
        /// Which person, counted from 1.
        #[arg(long)]
        subject: u16,
    },
    /// Write the attachments of a request into a folder. One that is not here is an error; the
    /// others are written.
    Attachments {
        /// Its id.
        request: Uuid,
        /// The folder.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Requests {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        match self {
            Self::List { all } => {
                let which = if all {
                    SubjectState::All
                } else {
                    SubjectState::Open
                };
                let rows = store::read(&store, move |tx| tx.requests(which, MAX_LISTED))?;
                let lines: Vec<_> = rows.iter().map(line).collect();
                let values: Vec<_> = rows.iter().map(summary).collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
            Self::Show { request } => {
                let id = CommandId(request);
                let row = store::read(&store, move |tx| tx.request(&id))?
                    .ok_or_else(|| GatewayError::Input("no such request".to_owned()))?;
                let mut value = summary(&row);
                value["request"] = json!(row.body);
                value["decisions"] = json!(row.decisions);
                context.output.print(&show(&row), &value)
            }
            Self::Decline { request, subject } => {
                operator::decline(&store, CommandId(request), subject, context.now())?;
                context.output.print(
                    "declined",
                    &json!({ "request": request, "subject": subject }),
                )
            }
            Self::Attachments { request, out } => {
                let blobs = context.layout.open_blobs()?;
                let saved = operator::save_attachments(&store, &blobs, CommandId(request), &out)?;
                let names: Vec<_> = saved
                    .written
                    .iter()
                    .map(|p| p.display().to_string())
                    .collect();
                context.output.print(&names.join("\n"), &json!(names))?;
                match saved.missing.as_slice() {
                    [] => Ok(()),
                    missing => Err(GatewayError::Attachments(missing.to_vec())),
                }
            }
        }
    }
}

fn summary(row: &RequestRow) -> Value {
    json!({
        "id": row.id,
        "office": row.office,
        "insurer": row.insurer,
        "received_at": row.received_at,
        "subjects": row.body.subjects.len(),
        "pending": pending(row),
    })
}

fn line(row: &RequestRow) -> String {
    let (day, hour, minute) = row.received_at.to_japan();
    format!(
        "{}  {day} {hour:02}:{minute:02}  office {}  {} people, {} undecided",
        row.id,
        row.office,
        row.body.subjects.len(),
        pending(row)
    )
}

fn pending(row: &RequestRow) -> usize {
    let open = |decision: &&SubjectDecision| **decision == SubjectDecision::Pending;
    row.decisions.iter().filter(open).count()
}

fn show(row: &RequestRow) -> String {
    let applicant = &row.body.applicant;
    let mut text = line(row);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\napplicant: {} ({}) {} {}",
        applicant.office_name, applicant.qualification, applicant.name, applicant.phone
    );
    for (place, (subject, decision)) in row.body.subjects.iter().zip(&row.decisions).enumerate() {
        let plan = match subject.plan {
            PlanNotice::Filed => "提出有",
            PlanNotice::Contract { .. } => "契約書の写し",
        };
        let decided = match decision {
            SubjectDecision::Granted => "granted",
            SubjectDecision::Declined { .. } => "declined",
            SubjectDecision::Pending => "undecided",
        };
        let _ = writeln!(
            text,
            "{}. {} {} born {} certified {} {plan}: {decided}",
            place + 1,
            subject.insured,
            subject.name,
            subject.born_on,
            subject.certified_on,
        );
    }
    text
}
