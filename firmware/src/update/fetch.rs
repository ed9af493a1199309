//! One step of fetching: a piece, or the end of it.

use protocol::problem::ProblemCode;
use protocol::release::{ReleaseOffer, UpdateState};

use super::store::{self, Stage};
use super::{Staging, pending};
use crate::error::Problem;
use crate::sync::{HttpRequest, Method, NetError, Transport, ranged};
use crate::vault::Vault;

/// Bytes asked for at once; each piece is kept before the next is asked for.
pub const PIECE: u64 = 256 * 1024;

/// Room in an answer for what is not the piece.
const SLACK: u64 = 1024;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing is to be fetched.
    Idle,
    /// A piece came; there are more.
    Piece,
    /// There is no room for the bundle.
    NoRoom,
    /// The bundle is whole and was handed over.
    HandedOver,
    /// What came does not have the bundle's hash; it begins anew, unless that happened
    /// [`super::MAX_DAMAGED`] times.
    Damaged,
    /// The operator took it back.
    Withdrawn,
}

/// Does one step. A cut leaves what was kept, and the next step goes on from there.
///
/// # Errors
/// [`Problem::Net`], those of the vault and of the folder. Nothing that was kept is lost.
pub fn step(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    staging: &Staging,
) -> Result<Step, Problem> {
    let Some(offer) = vault.read(pending)? else {
        staging.clean(None)?;
        return Ok(Step::Idle);
    };
    let offer = &offer;
    let have = staging.have(offer)?;
    if have == 0 {
        staging.clean(Some(offer))?;
    }
    if have < offer.size {
        if !staging.has_room(offer)? {
            vault.write(|tx| store::set_stage(tx, offer, &Stage::NoRoom))?;
            return Ok(Step::NoRoom);
        }
        return match piece(transport, staging, offer, have) {
            Err(Problem::Net(NetError::Refused(
                ProblemCode::ReleaseWithdrawn | ProblemCode::ReleaseUnknown,
            ))) => {
                vault.write(|tx| store::withdraw(tx, offer.sha256))?;
                staging.clean(None)?;
                Ok(Step::Withdrawn)
            }
            Err(problem) => Err(problem),
            Ok(()) => {
                vault.write(|tx| store::set_stage(tx, offer, &Stage::Wanted))?;
                Ok(Step::Piece)
            }
        };
    }
    if !staging.is_whole(offer)? {
        vault.write(|tx| store::count_damaged(tx, offer))?;
        return Ok(Step::Damaged);
    }
    // First the folder, then the row: a cut between the two hands the same bundle over again.
    staging.hand_over(offer)?;
    vault.write(|tx| store::set_stage(tx, offer, &Stage::Machine(UpdateState::Fetched)))?;
    Ok(Step::HandedOver)
}

fn piece(
    transport: &mut dyn Transport,
    staging: &Staging,
    offer: &ReleaseOffer,
    have: u64,
) -> Result<(), Problem> {
    let last = (have + PIECE).min(offer.size) - 1;
    let answer = transport.send(&HttpRequest {
        method: Method::Get,
        path: &format!("/v1/releases/{}", offer.sha256),
        media: "",
        headers: &[
            ("range", format!("bytes={have}-{last}")),
            ("if-range", format!("\"{}\"", offer.sha256)),
        ],
        body: &[],
        answer_limit: last - have + 1 + SLACK,
    })?;
    let bytes = ranged(&answer, have, last, offer.size)?;
    staging.append(offer, have, bytes)
}
