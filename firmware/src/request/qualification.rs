//! 保有資格 of who applies: said once by each member of staff, sent with every request of theirs.
//!
//! Source: 情報提供申出書, applicant's part. Nobody's qualification is assumed.

use protocol::number::UserId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::error::Problem;

/// What somebody who applies is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualification {
    /// 介護支援専門員.
    CareManager,
    /// 主任介護支援専門員.
    SeniorCareManager,
    /// 看護師 or 保健師.
    Nurse,
    /// 社会福祉士.
    SocialWorker,
    /// 介護福祉士.
    CareWorker,
    /// None of them.
    None,
}

impl Qualification {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::CareManager,
        Self::SeniorCareManager,
        Self::Nurse,
        Self::SocialWorker,
        Self::CareWorker,
        Self::None,
    ];

    /// As the form words it.
    #[must_use]
    pub fn on_the_form(self) -> &'static str {
        match self {
            Self::CareManager => "介護支援専門員",
            Self::SeniorCareManager => "主任介護支援専門員",
            Self::Nurse => "看護師・保健師",
            Self::SocialWorker => "社会福祉士",
            Self::CareWorker => "介護福祉士",
            Self::None => "なし",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.on_the_form() == text)
    }
}

/// What a member of staff has said.
pub(super) fn of(
    connection: &Connection,
    staff: &UserId,
) -> Result<Option<Qualification>, Problem> {
    let said: Option<String> = connection
        .prepare_cached("SELECT held FROM request_qualification WHERE staff = ?1")?
        .query_row(params![staff.as_str()], |row| row.get(0))
        .optional()?;
    Ok(said.and_then(|said| Qualification::parse(&said)))
}

/// Keeps what a member of staff says.
pub(super) fn say(
    tx: &Transaction<'_>,
    staff: &UserId,
    held: Qualification,
) -> Result<(), Problem> {
    tx.prepare_cached(
        "INSERT INTO request_qualification(staff, held) VALUES(?1, ?2)
         ON CONFLICT(staff) DO UPDATE SET held = excluded.held",
    )?
    .execute(params![staff.as_str(), held.on_the_form()])?;
    Ok(())
}
