//! 情報提供申出 and the documents that answer it.

use protocol::answer::SubjectDecision;
use protocol::command::{Command, DisclosureRequest, DocumentMark};
use protocol::exchange::CommandId;
use protocol::problem::ProblemCode;

use super::super::take::{Desk, Effect};
use super::scope;
use crate::error::GatewayError;
use crate::store::{DocumentTime, RequestRow};

/// Keeps a request for the operator, once every attachment it names is here.
pub(in crate::engine) fn disclosure(
    desk: &mut Desk<'_>,
    id: CommandId,
    command: &Command,
    request: &DisclosureRequest,
) -> Result<Effect, GatewayError> {
    let insurer = match scope(desk, command)? {
        Ok(insurer) => insurer,
        Err(code) => return Ok(Effect::Refused(code)),
    };
    if request.applicant.office != desk.device.office {
        return Ok(Effect::Refused(ProblemCode::CommandOffice));
    }
    for named in command.attachments() {
        let held = desk.tx.attachment(&desk.device.office, &named.sha256)?;
        let Some(held) = held else {
            return Ok(Effect::NotYet);
        };
        match held.media {
            None => return Ok(Effect::NotYet),
            Some(media) if media != named.media || held.size != named.size => {
                return Ok(Effect::Refused(ProblemCode::AttachmentType));
            }
            Some(_) => {}
        }
    }
    for named in command.attachments() {
        let (office, now) = (&desk.device.office, desk.now);
        desk.tx.touch_attachment(office, &named.sha256, now)?;
    }
    desk.tx.add_request(&RequestRow {
        id,
        device: desk.device.key,
        office: desk.device.office.clone(),
        insurer: insurer.number,
        received_at: desk.now,
        decisions: vec![SubjectDecision::Pending; request.subjects.len()],
        body: request.clone(),
    })?;
    Ok(Effect::Done)
}

/// Records when a document arrived, was opened, or was destroyed on a terminal.
pub(in crate::engine) fn document(
    desk: &mut Desk<'_>,
    mark: &DocumentMark,
    which: DocumentTime,
) -> Result<Effect, GatewayError> {
    let held = desk.tx.document(&mark.document)?;
    let Some(held) = held.filter(|held| held.office == desk.device.office) else {
        return Ok(Effect::Refused(ProblemCode::DocumentUnknown));
    };
    if held.offer.sha256 != mark.sha256 {
        return Ok(Effect::Refused(ProblemCode::DocumentDamaged));
    }
    desk.tx.mark_document(&mark.document, which, desk.now)?;
    Ok(Effect::Done)
}
