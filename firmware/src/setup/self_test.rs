//! Where the self-test stands, in the vault: what a person has answered so far, whether it was
//! finished, and the report that goes to the gateway once.

use std::collections::BTreeMap;

use protocol::command::Action;
use protocol::exchange::CommandId;
use protocol::number::UserId;
use protocol::problem::ProblemCode;
use protocol::self_test::{Corner, Found, SelfTest, TestedPart};
use rusqlite::Transaction;

use super::{allowed, changed, store};
use crate::access::{self, rights};
use crate::clock::Now;
use crate::error::Problem;
use crate::{inbox, outbox};

const SELF_TEST: &str = "self_test";

/// What is remembered of a self-test, over a restart too.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfTestState {
    /// Set-up has seen it to its end once: it never comes by itself again.
    pub finished: bool,
    /// What a person answered, or what was found, part by part.
    pub answers: BTreeMap<TestedPart, Found>,
    /// Corners that did not answer to a finger.
    pub silent_corners: Vec<Corner>,
}

/// Reads where it stands.
pub(super) fn state(connection: &rusqlite::Connection) -> Result<SelfTestState, Problem> {
    Ok(store::get(connection, SELF_TEST)?.unwrap_or_default())
}

/// Keeps what was answered so far.
pub(super) fn keep(tx: &Transaction<'_>, state: &SelfTestState) -> Result<(), Problem> {
    let finished = self::state(tx)?.finished || state.finished;
    let state = SelfTestState {
        finished,
        ..state.clone()
    };
    store::keep(tx, SELF_TEST, &state)
}

/// Ends it: the result, the log's entry and the report for the gateway are one transaction, so
/// that it is told once or not finished. Before enrolment the report waits in the queue.
pub(super) fn finish(
    tx: &Transaction<'_>,
    by: Option<&UserId>,
    test: SelfTest,
    command: CommandId,
    now: &Now,
) -> Result<(), Problem> {
    match by {
        Some(by) => allowed(tx, by, rights::Right::Diagnostics, now)?,
        None if store::is_finished(tx)? => {
            return Err(Problem::Refused(ProblemCode::AccessDenied));
        }
        // In set-up nobody is there yet. By this way it is told once.
        None if state(tx)?.finished => return Ok(()),
        None => {}
    }
    let terminal = UserId::parse(inbox::TERMINAL).expect("the constant is a user id");
    let kept = SelfTestState {
        finished: true,
        answers: test
            .parts
            .iter()
            .map(|part| (part.part, part.found))
            .collect(),
        silent_corners: test.silent_corners.clone(),
    };
    let body = access::command_of(&terminal, Action::SelfTested(test), now);
    outbox::append(tx, now, command, &body)?;
    keep(tx, &kept)?;
    changed(tx, by, SELF_TEST, now)
}
