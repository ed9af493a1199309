//! From the configuration file to the parts of a running terminal.

use std::fs;
use std::path::Path;

use firmware::access::passcode::{self, Cost, Hasher};
use firmware::audit::{self, AuditEvent};
use firmware::clock::{self, Clock};
use firmware::entropy::SystemEntropy;
use firmware::error::Problem;
use firmware::runtime::line::{Bootstrap, LineParts};
use firmware::runtime::updates::UpdateParts;
use firmware::runtime::{Parts, pages};
use firmware::setup;
use firmware::setup::config::{Config, Panel, Place, parse_desks};
use firmware::terminal::effect::TerminalConfig;
use firmware::terminal::touch::Language;
use firmware::terminal::view::Slip;
use firmware::vault::{DeviceSecret as _, FileSecret, Vault};
use hal::board;
use hal::card::TrustClass;
use protocol::problem::ProblemCode;
use ui::layout::Layout;
use ui::words::Words;

use crate::reader;

/// Reads and checks the configuration file.
pub fn read_config(path: &Path) -> Result<Config, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Config::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The screen this unit has.
pub fn layout(config: &Config) -> Layout {
    match (config.screen.place, config.screen.panel) {
        (Place::Portable, _) => Layout::Portable,
        (Place::Counter, Panel::Seven) => Layout::Seven,
        (Place::Counter, Panel::Ten) => Layout::Ten,
    }
}

/// Opens the vault with the device's secret; both are made at the first start, and never one
/// for the other.
pub fn open_vault(config: &Config) -> Result<Vault, Problem> {
    let mut entropy = SystemEntropy::default();
    if config.paths.vault.exists() && !config.paths.device_secret.exists() {
        return Err(Problem::VaultKeyMissing);
    }
    let secret = FileSecret::at(&config.paths.device_secret, &mut entropy)?;
    let mut vault = Vault::unlock(&config.paths.vault, &secret, &mut entropy)?;
    if vault.wipe_finished() {
        say_wiped(&mut vault)?;
    }
    Ok(vault)
}

/// Everything a terminal is put together from.
pub fn parts(config: &Config) -> Result<Parts, String> {
    let vault = open_vault(config).map_err(|problem| explain(&problem))?;
    let floor = vault
        .read(clock::floor)
        .map_err(|problem| explain(&problem))?;
    let cards = reader::desk(config)?;
    let board = board::open(&config.board, config.profile())
        .map_err(|error| format!("[board]: {error}"))?;
    Ok(Parts {
        config: terminal(config)?,
        vault,
        clock: Clock::system(floor),
        hasher: hasher(config)?,
        cards,
        board,
        line: LineParts {
            bootstrap: bootstrap(config)?,
        },
        updates: updates(config),
        attachments: config.paths.attachments.clone(),
        sandbox: pages::Sandbox::default(),
        printer: config.printer.as_ref().map(|printer| printer.queue.clone()),
        slip_text: Box::new(slip_text),
    })
}

/// Where new systems go; an image that does not say its version takes none.
fn updates(config: &Config) -> Option<UpdateParts> {
    let update = config.update.as_ref()?;
    Some(UpdateParts {
        staging: update.staging.clone(),
        machine: update.machine.clone(),
        stick: update.stick.clone(),
        running: firmware::update::running(&update.image)?,
    })
}

/// What was here was destroyed, in the last run or, had that been cut, just now: the terminal
/// starts as a new one, and says why in the log, in the first entry of its audit log, and on
/// its screen until it belongs to an office again.
fn say_wiped(vault: &mut Vault) -> Result<(), Problem> {
    tracing::warn!(
        code = ProblemCode::VaultWiped.as_str(),
        "this unit was reported lost and its data is destroyed; it starts as a new one"
    );
    let now = Clock::system(vault.read(clock::floor)?).now();
    vault.write(|tx| {
        audit::append(tx, &now, None, &AuditEvent::WipeFinished)?;
        setup::keep_wiped(tx)
    })
}

/// A problem as the technician reads it: code and sentence.
pub fn explain(problem: &Problem) -> String {
    format!("{}: {problem}", problem.code().as_str())
}

fn terminal(config: &Config) -> Result<TerminalConfig, String> {
    let layout = layout(config);
    let desks = match &config.paths.desks {
        None => Vec::new(),
        Some(path) => {
            let text =
                fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            parse_desks(&text).map_err(|error| format!("{}: {error}", path.display()))?
        }
    };
    Ok(TerminalConfig {
        rows_per_page: layout.rows_per_page(),
        outbox_rows: layout.outbox_rows(),
        staff_per_page: layout.staff_per_page(),
        topics_per_page: layout.topics_per_page(),
        document_width: layout.document_width(),
        idle_lock: config.idle_lock(),
        screen_times: config.screen_times(),
        offline_limit: config.offline_limit(),
        test_trust: config.card.trust == TrustClass::Test,
        simulated_board: config.board.kind == board::BoardKind::Simulated,
        serial: config.serial.clone(),
        printer: config.printer.is_some(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        desks,
        language: config.screen.language,
    })
}

/// The cost of a passcode is found on the device itself, at each start.
fn hasher(config: &Config) -> Result<Hasher, String> {
    let mut entropy = SystemEntropy::default();
    let secret = FileSecret::at(&config.paths.device_secret, &mut entropy)
        .and_then(|file| file.secret())
        .map_err(|problem| explain(&problem))?;
    let mut hasher = Hasher::new(&*secret, Cost::FLOOR);
    let cost = passcode::calibrate(|cost| passcode::measure(&hasher, cost));
    hasher.set_cost(cost);
    Ok(hasher)
}

fn bootstrap(config: &Config) -> Result<Option<Bootstrap>, String> {
    let Some(gateway) = &config.gateway else {
        return Ok(None);
    };
    let path = &gateway.root;
    let root = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Some(Bootstrap {
        endpoint: gateway.endpoint.clone(),
        root,
    }))
}

/// 問い合わせ票 on paper, Japanese first.
fn slip_text(slip: &Slip) -> String {
    let words = Words::new(Language::Ja);
    format!("{}\n\n{}\n", words.say("slip-title"), slip.qr_text())
}
