//! 資格確認, from a simulated source: number and birth date must both fit.

use protocol::answer::{Answer, EligibilityAnswer, Provenance};
use protocol::calendar::Timestamp;
use protocol::command::{Command, EligibilityQuery};
use protocol::exchange::CommandId;

use super::super::take::{Desk, Effect};
use super::scope;
use crate::error::GatewayError;
use crate::sources::{Asker, ELIGIBILITY};

/// Answers an eligibility query.
pub(in crate::engine) fn eligibility(
    desk: &mut Desk<'_>,
    id: CommandId,
    command: &Command,
    query: &EligibilityQuery,
) -> Result<Effect, GatewayError> {
    let insurer = match scope(desk, command)? {
        Ok(insurer) => insurer,
        Err(code) => return Ok(Effect::Refused(code)),
    };
    let account = desk.tx.account(desk.device.key)?;
    let asker = Asker {
        device: &desk.device.id,
        account: account.as_ref(),
    };
    let person = desk
        .eligibility
        .ask(&mut *desk.tx, asker, &insurer, query)?;
    let read_at = desk.read_at(&insurer.number, ELIGIBILITY)?;
    let months = i32::from(insurer.retention_months);
    let last = desk.now.japan_date().add_months(months);
    let delete_after = Timestamp::from_japan(last.add_days(1), 0, 0).unwrap_or(desk.now);
    let answer = Answer::Eligibility(EligibilityAnswer {
        provenance: Provenance {
            source: format!("{} 資格情報（模擬）", insurer.city),
            updated_at: None,
            retrieved_at: read_at,
            valid_until: desk.valid_until(read_at),
            delete_after,
        },
        record: person.map(|person| person.record),
    });
    desk.answer(id, answer, delete_after)?;
    Ok(Effect::Done)
}
