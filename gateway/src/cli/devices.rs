//! `gateway devices`

use clap::Subcommand;
use protocol::exchange::DeviceId;
use serde_json::json;

use super::{Context, releases, self_test};
use crate::error::GatewayError;
use crate::operator;
use crate::store::{self, Device, DeviceState, Document, KeptSelfTest, Target};

/// Most alarms and documents that are listed.
const MAX_LISTED: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub enum Devices {
    /// All terminals.
    List,
    /// Refuse a terminal from its next request on.
    Revoke {
        /// Its id.
        device: DeviceId,
    },
    /// Answer a revoked terminal again.
    Reinstate {
        /// Its id.
        device: DeviceId,
    },
    /// A terminal was lost: its next contact wipes it, everything else is refused.
    Lost {
        /// Its id.
        device: DeviceId,
    },
    /// What a terminal found when it tested itself, part by part.
    Selftest {
        /// Serial of the unit; the terminal enrolled last counts where several had it.
        serial: String,
    },
    /// What needs looking at: audit logs that went back or forked, signs of a restore.
    Alarms,
    /// Documents with the times they were received and opened.
    Documents,
}

impl Devices {
    pub fn run(self, context: &Context) -> Result<(), GatewayError> {
        let store = context.layout.open_store()?;
        let set = |device: DeviceId, state: DeviceState| {
            operator::set_state(&store, &device, state)?;
            let word = state.as_str();
            context.output.print(
                &format!("{device} is {word} from its next request on"),
                &json!({ "device": device, "state": word }),
            )
        };
        match self {
            Self::Revoke { device } => set(device, DeviceState::Revoked),
            Self::Reinstate { device } => set(device, DeviceState::Active),
            Self::Lost { device } => set(device, DeviceState::Lost),
            Self::List => {
                let (devices, targets) = store::read(&store, |tx| {
                    let devices = tx.devices(None)?;
                    let devices = devices
                        .into_iter()
                        .map(|device| {
                            let test = tx.self_test(device.key)?;
                            Ok((device, test))
                        })
                        .collect::<Result<Vec<_>, GatewayError>>()?;
                    Ok((devices, tx.targets(None)?))
                })?;
                let newest = |device: &Device| {
                    let of = targets.iter().filter(|target| target.key == device.key);
                    of.max_by_key(|target| target.offered_at)
                };
                let lines: Vec<_> = devices
                    .iter()
                    .map(|(device, test)| line(device, test.as_ref(), newest(device)))
                    .collect();
                let values: Vec<_> = devices
                    .iter()
                    .map(|(device, test)| value(device, test.as_ref(), newest(device)))
                    .collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
            Self::Selftest { serial } => {
                let wanted = serial.clone();
                let found = store::read(&store, move |tx| {
                    let newest = tx
                        .devices(None)?
                        .into_iter()
                        .filter(|device| device.serial == wanted)
                        .max_by_key(|device| device.enrolled_at);
                    newest
                        .map(|device| Ok((device.id, tx.self_test(device.key)?)))
                        .transpose()
                })?;
                match found {
                    None => Err(GatewayError::Input(format!(
                        "no terminal with the serial {serial} is enrolled"
                    ))),
                    Some((id, None)) => Err(GatewayError::Input(format!(
                        "{id} has not reported a self-test yet"
                    ))),
                    Some((id, Some(kept))) => context.output.print(
                        &self_test::text(&id, &serial, &kept),
                        &self_test::value(&id, &serial, &kept),
                    ),
                }
            }
            Self::Alarms => {
                let alarms = store::read(&store, |tx| tx.alarms(MAX_LISTED))?;
                let lines: Vec<_> = alarms
                    .iter()
                    .map(|a| format!("{}  {}  {}", a.at, a.device, a.kind.as_str()))
                    .collect();
                let values: Vec<_> = alarms
                    .iter()
                    .map(|a| json!({ "at": a.at, "device": a.device, "kind": a.kind.as_str() }))
                    .collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
            Self::Documents => {
                let documents = store::read(&store, |tx| tx.documents(MAX_LISTED))?;
                let lines: Vec<_> = documents.iter().map(document_line).collect();
                let values: Vec<_> = documents.iter().map(document_value).collect();
                context.output.print(&lines.join("\n"), &json!(values))
            }
        }
    }
}

fn line(device: &Device, test: Option<&KeptSelfTest>, update: Option<&Target>) -> String {
    let verdict = test.map_or("none yet", |kept| kept.test.verdict().word());
    let seen = device
        .last_seen
        .map_or_else(|| "never".to_owned(), |at| at.to_string());
    let update = update.map_or_else(String::new, |target| {
        let running = target
            .running
            .map_or_else(String::new, |running| format!("{running}, "));
        format!(
            "  system {running}{} {}",
            target.version,
            releases::state(target)
        )
    });
    format!(
        "{}  {}  office {}  serial {}  certificate until {}  seen {seen}  held {}  waiting {}  \
          self-test {verdict}{update}",
        device.id,
        device.state.as_str(),
        device.office,
        device.serial,
        device.certificate_until,
        device.seq,
        device.waiting,
    )
}

fn value(
    device: &Device,
    test: Option<&KeptSelfTest>,
    update: Option<&Target>,
) -> serde_json::Value {
    json!({
        "device": device.id,
        "state": device.state.as_str(),
        "office": device.office,
        "serial": device.serial,
        "enrolled_at": device.enrolled_at,
        "certificate_until": device.certificate_until,
        "last_seen": device.last_seen,
        "held": device.seq,
        "backed_up": device.backed_up,
        "waiting": device.waiting,
        "audit": device.audit,
        "update": update.map(releases::target_value),
        "self_test": test.map(|kept| json!({
            "verdict": kept.test.verdict().word(),
            "made_at": kept.made_at,
        })),
    })
}

fn document_line(document: &Document) -> String {
    let time = |at: Option<protocol::calendar::Timestamp>| {
        at.map_or_else(|| "-".to_owned(), |at| at.to_string())
    };
    format!(
        "{}  until {}  received {}  opened {}  destroyed there {}  here {}",
        document.offer.document,
        document.offer.deadline,
        time(document.received_at),
        time(document.opened_at),
        time(document.destroyed_at),
        time(document.gone_at),
    )
}

fn document_value(document: &Document) -> serde_json::Value {
    json!({
        "document": document.offer.document,
        "request": document.offer.request,
        "subject": document.subject,
        "office": document.office,
        "delivered_at": document.offer.delivered_at,
        "deadline": document.offer.deadline,
        "received_at": document.received_at,
        "opened_at": document.opened_at,
        "destroyed_at": document.destroyed_at,
        "gone_at": document.gone_at,
    })
}
