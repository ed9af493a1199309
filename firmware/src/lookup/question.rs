//! Asking, and following what became of it.

use protocol::command::Command;
use protocol::exchange::CommandId;
use protocol::number::{InsurerNumber, UserId};
use protocol::person::Purpose;
use protocol::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use super::{Asked, Followed, Key, Question, Subject, clients, keep};
use crate::audit::{self, AuditEvent, LookUpKind};
use crate::clock::Now;
use crate::error::Problem;
use crate::expiry::{Deadline, reading};
use crate::outbox;

/// Saves a question: command, audit entry, and what it takes to recognise the answer. While
/// the very same question of the same person waits to be sent, it is not asked twice.
///
/// # Errors
/// [`Problem::Refused`] with [`ProblemCode::CommandScope`] for an insurer outside `scope`,
/// those of the queue, and those of the vault.
pub fn ask(
    tx: &Transaction<'_>,
    now: &Now,
    id: CommandId,
    staff: &UserId,
    scope: &[InsurerNumber],
    question: &Question,
    replaces: Option<CommandId>,
) -> Result<Asked, Problem> {
    let subject = &question.subject;
    if !scope.contains(&subject.insurer) {
        return Err(Problem::Refused(ProblemCode::CommandScope));
    }
    let key = subject.key.text();
    if replaces.is_none()
        && let Some(command) = on_its_way(tx, subject, &key, staff, question.purpose)?
    {
        return Ok(Asked {
            command,
            slip_number: crate::slip::number(tx, command)?,
        });
    }
    let command = Command {
        made_at: now.wall,
        clock_trusted: now.is_trusted(),
        staff: staff.clone(),
        insurer: Some(subject.insurer.clone()),
        action: subject.key.action(question.purpose),
    };
    match replaces {
        Some(old) => outbox::edit_and_resend(tx, now, staff, old, id, &command)?,
        None => outbox::append(tx, now, id, &command)?,
    };
    let event = AuditEvent::LookUpAsked {
        kind: if subject.key.is_eligibility() {
            LookUpKind::Eligibility
        } else {
            LookUpKind::Progress
        },
        purpose: question.purpose,
        command: id,
    };
    audit::append(tx, now, Some(staff), &event)?;
    let end = Deadline::new(now.wall + outbox::HISTORY, now.wall, now, reading(tx, now)?);
    tx.prepare_cached(
        "INSERT OR IGNORE INTO question(command, insurer, key, purpose, staff, who,
           delete_wall_ms, delete_lived_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        id.0.as_bytes(),
        subject.insurer.as_str(),
        key,
        purpose_text(question.purpose),
        staff.as_str(),
        question.who,
        end.wall_ms,
        end.lived_ms,
    ])?;
    if let (Some(insured), Some(name), Some(born_on)) =
        (subject.key.insured(), &question.who, question.born_on)
    {
        clients::remember(tx, now, &subject.insurer, insured, name, born_on)?;
    }
    Ok(Asked {
        command: id,
        slip_number: crate::slip::assign(tx, now, id)?,
    })
}

/// How far a question of this terminal is; `None` when it is not known any more.
pub(super) fn follow(
    connection: &Connection,
    now: &Now,
    command: CommandId,
) -> Result<Option<Followed>, Problem> {
    let asked: Option<(String, String, String, Option<String>)> = connection
        .prepare_cached("SELECT insurer, key, purpose, who FROM question WHERE command = ?1")?
        .query_row(params![command.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((insurer, key, purpose, who)) = asked else {
        return Ok(None);
    };
    let (Ok(number), Some(subject_key), Some(purpose), Some(item)) = (
        InsurerNumber::parse(&insurer),
        Key::from_text(&key),
        purpose_from_text(&purpose),
        outbox::item(connection, command)?,
    ) else {
        return Ok(None);
    };
    Ok(Some(Followed {
        state: item.state,
        subject: Subject {
            insurer: number,
            key: subject_key,
        },
        purpose,
        who,
        answer: keep::find_key(connection, now, &insurer, &key)?.map(Box::new),
    }))
}

/// The name of the person a question is about, for the list of what was sent.
///
/// # Errors
/// Those of the vault.
pub fn person_of(connection: &Connection, command: CommandId) -> Result<Option<String>, Problem> {
    Ok(connection
        .prepare_cached("SELECT who FROM question WHERE command = ?1")?
        .query_row(params![command.0.as_bytes()], |row| row.get(0))
        .optional()?
        .flatten())
}

fn on_its_way(
    connection: &Connection,
    subject: &Subject,
    key: &str,
    staff: &UserId,
    purpose: Purpose,
) -> Result<Option<CommandId>, Problem> {
    let asked: Vec<[u8; 16]> = connection
        .prepare_cached(
            "SELECT command FROM question WHERE insurer = ?1 AND key = ?2 AND staff = ?3
               AND purpose = ?4 ORDER BY command DESC LIMIT 1",
        )?
        .query_map(
            params![
                subject.insurer.as_str(),
                key,
                staff.as_str(),
                purpose_text(purpose)
            ],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    for bytes in asked {
        let command = CommandId(Uuid::from_bytes(bytes));
        if outbox::item(connection, command)?.is_some_and(|item| item.state.is_pending()) {
            return Ok(Some(command));
        }
    }
    Ok(None)
}

fn purpose_text(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::CarePlan => "care_plan",
        Purpose::Renewal => "renewal",
        Purpose::ClientAsked => "client_asked",
        Purpose::Coordination => "coordination",
    }
}

fn purpose_from_text(text: &str) -> Option<Purpose> {
    [
        Purpose::CarePlan,
        Purpose::Renewal,
        Purpose::ClientAsked,
        Purpose::Coordination,
    ]
    .into_iter()
    .find(|purpose| purpose_text(*purpose) == text)
}
