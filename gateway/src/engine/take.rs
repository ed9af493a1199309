//! Taking one command: the same id and body always earn the same receipt.

use std::time::Duration;

use protocol::answer::{Answer, FeedEntry, FeedItem};
use protocol::calendar::Timestamp;
use protocol::command::{Action, Command};
use protocol::exchange::{CommandId, Outcome, Receipt};
use protocol::facility::Insurer;
use protocol::number::InsurerNumber;
use protocol::problem::ProblemCode;

use super::prepare::PreparedCommand;
use super::{Settings, effects};
use crate::error::GatewayError;
use crate::sources::EligibilitySource;
use crate::store::{Device, Tx};

/// One terminal's commands within one transaction.
pub(super) struct Desk<'a> {
    pub(super) tx: &'a mut dyn Tx,
    pub(super) device: &'a mut Device,
    /// Feed entries made in this exchange.
    pub(super) told: &'a mut Vec<FeedEntry>,
    pub(super) memo: &'a mut Memo,
    pub(super) eligibility: &'a dyn EligibilitySource,
    pub(super) settings: Settings,
    pub(super) now: Timestamp,
}

/// What the commands of one exchange ask the store again and again. No command changes it.
#[derive(Default)]
pub(super) struct Memo {
    insurers: Vec<(InsurerNumber, Option<Insurer>)>,
    read_at: Vec<(InsurerNumber, &'static str, Timestamp)>,
}

/// What became of a command. Whoever says `Refused` or `NotYet` has changed nothing.
pub(super) enum Effect {
    /// Done.
    Done,
    /// Refused for good.
    Refused(ProblemCode),
    /// Not taken this time: an attachment it names is not here yet. It earns no receipt, so
    /// the terminal keeps it, uploads, and sends it again.
    NotYet,
}

impl Desk<'_> {
    /// Takes a command and says what it earned; `None` if it was not taken this time.
    pub(super) fn take(
        &mut self,
        command: &PreparedCommand,
    ) -> Result<Option<Receipt>, GatewayError> {
        if let Some(first) = self.tx.receipt(self.device.key, &command.id)? {
            return Ok(Some(if first.body == command.hash {
                first
            } else {
                conflict(first)
            }));
        }
        let outcome = match &command.command {
            Err(code) => Outcome::Refused { code: code.clone() },
            Ok(parsed) => match self.act(command.id, parsed)? {
                Effect::Done => Outcome::Accepted,
                Effect::Refused(code) => Outcome::Refused { code },
                Effect::NotYet => return Ok(None),
            },
        };
        let receipt = Receipt {
            id: command.id,
            body: command.hash,
            seq: self.device.next_command()?,
            received_at: self.now,
            outcome,
        };
        // What was refused is not kept: it may hold what nobody may keep.
        let body = match receipt.outcome {
            Outcome::Accepted => command.body.get(),
            Outcome::Refused { .. } => "",
        };
        self.tx.add_command(self.device.key, &receipt, body)?;
        Ok(Some(receipt))
    }

    /// Tells this terminal something.
    pub(super) fn tell(
        &mut self,
        item: FeedItem,
        delete_after: Option<Timestamp>,
    ) -> Result<(), GatewayError> {
        let entry = FeedEntry {
            seq: self.device.next_in_feed()?,
            item,
        };
        self.tx
            .push_feed(self.device.key, &entry, self.now, delete_after)?;
        self.told.push(entry);
        Ok(())
    }

    /// Answers a command of this terminal.
    pub(super) fn answer(
        &mut self,
        command: CommandId,
        answer: Answer,
        delete_after: Timestamp,
    ) -> Result<(), GatewayError> {
        self.tell(FeedItem::Answer { command, answer }, Some(delete_after))
    }

    /// The insurer, if this office may ask it.
    pub(super) fn insurer(
        &mut self,
        number: &InsurerNumber,
    ) -> Result<Option<Insurer>, GatewayError> {
        if let Some((_, known)) = self.memo.insurers.iter().find(|(n, _)| n == number) {
            return Ok(known.clone());
        }
        let found = self.tx.insurer_in_scope(&self.device.office, number)?;
        self.memo.insurers.push((number.clone(), found.clone()));
        Ok(found)
    }

    /// When a source of an insurer was last read; now, if it never was.
    pub(super) fn read_at(
        &mut self,
        insurer: &InsurerNumber,
        source: &'static str,
    ) -> Result<Timestamp, GatewayError> {
        let same = |(n, s, _): &&(InsurerNumber, &str, Timestamp)| n == insurer && *s == source;
        if let Some((_, _, at)) = self.memo.read_at.iter().find(same) {
            return Ok(*at);
        }
        let at = self.tx.imported_at(insurer, source)?.unwrap_or(self.now);
        self.memo.read_at.push((insurer.clone(), source, at));
        Ok(at)
    }

    /// Until when an answer from a source read at `read_at` may be relied on.
    pub(super) fn valid_until(&self, read_at: Timestamp) -> Timestamp {
        let valid: Duration = self.settings.answer_valid;
        read_at + valid
    }

    fn act(&mut self, id: CommandId, command: &Command) -> Result<Effect, GatewayError> {
        match &command.action {
            Action::ProgressQuery(query) => effects::progress(self, id, command, query),
            Action::EligibilityQuery(query) => effects::eligibility(self, id, command, query),
            Action::DisclosureRequest(request) => effects::disclosure(self, id, command, request),
            Action::DocumentReceived(mark) => {
                effects::document(self, mark, crate::store::DocumentTime::Received)
            }
            Action::DocumentOpened(mark) => {
                effects::document(self, mark, crate::store::DocumentTime::Opened)
            }
            Action::DocumentDestroyed(mark) => {
                effects::document(self, mark, crate::store::DocumentTime::Destroyed)
            }
            Action::StaffChanged(staff) => effects::staff(self, command, staff),
            Action::ProfileChanged(profile) => effects::profile(self, command, profile),
            Action::PledgeSigned(pledge) => effects::pledge(self, command, pledge),
            Action::DeviceReport(report) => effects::device(self, report),
            Action::UpdateReport(report) => effects::update(self, report),
            Action::SelfTested(test) => effects::self_test(self, command, test),
        }
    }
}

/// The same id with another body: the first one stands, and its hash shows which it was.
fn conflict(first: Receipt) -> Receipt {
    Receipt {
        seq: 0,
        outcome: Outcome::Refused {
            code: ProblemCode::CommandIdConflict,
        },
        ..first
    }
}
