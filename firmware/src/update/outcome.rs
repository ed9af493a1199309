//! What the machine says about the bundle it was given, and telling it to the gateway, once.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use protocol::command::Action;
use protocol::exchange::CommandId;
use protocol::number::UserId;
use protocol::provisioning::Version;
use protocol::release::{MAX_NOTE_BYTES, MachineUpdate, StickUpdate, UpdateReport, UpdateState};
use serde::Deserialize;

use super::store::{self, Stage};
use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Vault;
use crate::{access, inbox, outbox};

/// The version that runs, as the image says it; `None` where there is no image.
#[must_use]
pub fn running(image: &Path) -> Option<Version> {
    #[derive(Deserialize)]
    struct Image {
        version: Version,
    }
    let image: Image = toml::from_str(&bounded(image)?).ok()?;
    Some(image.version)
}

/// Takes over what the machine says (`machine`; `None` while a hand-over still waits for it, because
/// its word is then about an earlier one), and puts what the gateway does not know yet into the queue.
/// Says whether something was put there.
///
/// # Errors
/// Those of the vault. A full queue is none: it is told later.
pub fn look(
    vault: &mut Vault,
    now: &Now,
    machine: Option<&Path>,
    running: Version,
    random: [u8; 10],
) -> Result<bool, Problem> {
    let told: Option<MachineUpdate> = machine
        .and_then(bounded)
        .and_then(|text| serde_json::from_str(&text).ok());
    let (before, version) = vault.read(|c| Ok((store::row(c)?, store::status(c)?.running)))?;
    if version != Some(running) {
        vault.write(|tx| store::keep_running(tx, running))?;
    }
    let Some(row) = before else {
        return Ok(false);
    };
    let stage = judge(&row, told.as_ref(), running);
    let state = match &stage {
        Stage::Machine(state) => Some(store::json(state)?).zip(Some(state.clone())),
        Stage::Wanted | Stage::NoRoom => None,
    };
    let news = state.filter(|(text, _)| row.told.as_ref() != Some(text));
    if stage == row.stage && news.is_none() {
        return Ok(false);
    }
    vault.write(|tx| {
        store::set_stage(tx, &row.offer, &stage)?;
        let Some((text, state)) = news else {
            return Ok(false);
        };
        let terminal = UserId::parse(inbox::TERMINAL).expect("the constant is a user id");
        let action = Action::UpdateReport(UpdateReport {
            version: row.offer.version,
            sha256: row.offer.sha256,
            running,
            state,
        });
        let command = access::command_of(&terminal, action, now);
        match outbox::append(tx, now, CommandId::new(now.wall, random), &command) {
            Ok(_) => store::set_told(tx, &text).map(|()| true),
            Err(Problem::OutboxQuota(_)) => Ok(false),
            Err(problem) => Err(problem),
        }
    })
}

/// Takes over what the machine says about a stick with an update. Nothing is told to the gateway:
/// who put the stick in stands before the screen.
///
/// # Errors
/// Those of the vault.
pub fn look_at_stick(vault: &mut Vault, machine: Option<&Path>) -> Result<(), Problem> {
    let told: Option<StickUpdate> = machine
        .and_then(bounded)
        .and_then(|text| serde_json::from_str(&text).ok());
    let state = told.map(|told| told.state);
    if vault.read(store::status)?.stick == state {
        return Ok(());
    }
    vault.write(|tx| store::keep_stick(tx, state.as_ref()))
}

/// How far the offer came, by the machine's word about this very bundle. An offer of the version
/// that runs needs no fetching.
fn judge(row: &store::Row, told: Option<&MachineUpdate>, running: Version) -> Stage {
    match (&row.stage, told) {
        (Stage::Machine(known), Some(told))
            if told.sha256 == row.offer.sha256 && !known.is_final() =>
        {
            Stage::Machine(told.state.clone())
        }
        (Stage::Wanted | Stage::NoRoom, _) if row.offer.version == running => {
            Stage::Machine(UpdateState::Installed)
        }
        (stage, _) => stage.clone(),
    }
}

fn bounded(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path)
        .ok()?
        .take(MAX_NOTE_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}
