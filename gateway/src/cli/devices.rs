//! `gateway devices`

use clap::Subcommand;
use protocol::exchange::DeviceId;
use protocol::provisioning::FlashRecord;
use protocol::provisioning::record::FlashResult;
use serde_json::json;

use super::{Context, releases, self_test};
use crate::error::GatewayError;
use crate::operator;
use crate::store::{
    self, Account, Device, DeviceState, Document, KeptAt, KeptSelfTest, Store, Target, Tx,
    UpstreamUser,
};

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
    /// The account that each terminal has at the service upstream.
    #[command(subcommand)]
    Account(AccountCommand),
    /// What needs looking at: audit logs that went back or forked, signs of a restore.
    Alarms,
    /// Documents with the times they were received and opened.
    Documents,
}

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Give a terminal its account, in place of the one it had.
    Set {
        /// Id of the terminal.
        device: DeviceId,
        /// User id there: 電子請求ユーザID (KJ…), or the portal's for one reading terminal.
        #[arg(long)]
        user: String,
        /// Where its password is kept, in your own words. Never the password itself.
        #[arg(long)]
        kept_at: String,
    },
    /// Take a terminal's account from it.
    Clear {
        /// Id of the terminal.
        device: DeviceId,
    },
    /// The terminals that have one.
    List,
}

impl AccountCommand {
    fn run(self, context: &Context, store: &dyn Store) -> Result<(), GatewayError> {
        match self {
            Self::Set {
                device,
                user,
                kept_at,
            } => {
                let user = UpstreamUser::parse(&user)?;
                let kept_at = KeptAt::parse(&kept_at)?;
                let name = user.as_str().to_owned();
                operator::set_account(store, &device, user, kept_at, context.now())?;
                context.output.print(
                    &format!("{device} asks as {name}"),
                    &json!({ "device": device, "user": name }),
                )
            }
            Self::Clear { device } => {
                let had = operator::clear_account(store, &device)?;
                let said = if had {
                    "has no account any more"
                } else {
                    "had no account"
                };
                context.output.print(
                    &format!("{device} {said}"),
                    &json!({ "device": device, "cleared": had }),
                )
            }
            Self::List => {
                let rows = store::read(store, |tx| rows(tx))?;
                let with = rows
                    .iter()
                    .filter_map(|row| Some((&row.device, row.account.as_ref()?)));
                let (lines, values): (Vec<_>, Vec<_>) = with
                    .map(|(device, account)| {
                        let mut value = account_value(account);
                        value["device"] = json!(device.id);
                        value["office"] = json!(device.office);
                        let (user, kept_at) = (account.user.as_str(), account.kept_at.as_str());
                        let line = format!(
                            "{}  office {}  user {user}  password kept: {kept_at}",
                            device.id, device.office
                        );
                        (line, value)
                    })
                    .unzip();
                context.output.print(&lines.join("\n"), &json!(values))
            }
        }
    }
}

fn account_value(account: &Account) -> serde_json::Value {
    json!({
        "user": account.user.as_str(),
        "kept_at": account.kept_at.as_str(),
        "set_at": account.set_at,
    })
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
                let rows = store::read(&store, |tx| rows(tx))?;
                let lines: Vec<_> = rows.iter().map(line).collect();
                let values: Vec<_> = rows.iter().map(value).collect();
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
            Self::Account(command) => command.run(context, &store),
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

/// A terminal, with what else is known of it.
struct Row {
    device: Device,
    test: Option<KeptSelfTest>,
    /// The system that was offered to it last.
    update: Option<Target>,
    /// The latest record of its card.
    card: Option<FlashRecord>,
    /// Its account at the service upstream.
    account: Option<Account>,
}

fn rows(tx: &mut dyn Tx) -> Result<Vec<Row>, GatewayError> {
    let targets = tx.targets(None)?;
    let devices = tx.devices(None)?;
    devices
        .into_iter()
        .map(|device| {
            let offered = targets.iter().filter(|target| target.key == device.key);
            Ok(Row {
                test: tx.self_test(device.key)?,
                update: offered.max_by_key(|target| target.offered_at).cloned(),
                card: tx.card_of(&device.serial)?,
                account: tx.account(device.key)?,
                device,
            })
        })
        .collect()
}

fn card_word(card: &FlashRecord) -> &'static str {
    match card.result {
        FlashResult::Verified => "verified",
        FlashResult::Failed { .. } => "failed",
    }
}

fn line(row: &Row) -> String {
    let Row { device, update, .. } = row;
    let test = row.test.as_ref();
    let verdict = test.map_or("none yet", |kept| kept.test.verdict().word());
    let card = row.card.as_ref().map_or_else(
        || "no record".to_owned(),
        |card| format!("{} {}", card.version, card_word(card)),
    );
    let account = row
        .account
        .as_ref()
        .map_or("none", |account| account.user.as_str());
    let seen = device
        .last_seen
        .map_or_else(|| "never".to_owned(), |at| at.to_string());
    let update = update.as_ref().map_or_else(String::new, |target| {
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
          self-test {verdict}  card {card}  account {account}{update}",
        device.id,
        device.state.as_str(),
        device.office,
        device.serial,
        device.certificate_until,
        device.seq,
        device.waiting,
    )
}

fn value(row: &Row) -> serde_json::Value {
    let device = &row.device;
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
        "update": row.update.as_ref().map(releases::target_value),
        "card": row.card.as_ref().map(|card| json!({
            "version": card.version,
            "finished_at": card.finished_at,
            "result": card_word(card),
        })),
        "account": row.account.as_ref().map(account_value),
        "self_test": row.test.as_ref().map(|kept| json!({
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
