//! What each command does. One file a subject; each checks first and changes afterwards.

mod disclosure;
mod eligibility;
mod office;
mod progress;

pub(super) use disclosure::{disclosure, document};
pub(super) use eligibility::eligibility;
pub(super) use office::{device, pledge, profile, self_test, staff, update};
pub(super) use progress::progress;

use protocol::command::Command;
use protocol::facility::Insurer;
use protocol::problem::ProblemCode;

use super::take::Desk;
use crate::error::GatewayError;

/// The insurer a command asks, if this office may ask it.
fn scope(
    desk: &mut Desk<'_>,
    command: &Command,
) -> Result<Result<Insurer, ProblemCode>, GatewayError> {
    let Some(number) = &command.insurer else {
        return Ok(Err(ProblemCode::CommandInsurer));
    };
    Ok(desk.insurer(number)?.ok_or(ProblemCode::CommandScope))
}
