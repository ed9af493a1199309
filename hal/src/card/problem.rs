//! Why a card was not verified. Each problem has one stable code on screen, log and record.

use protocol::problem::ProblemCode;

use super::Tries;

/// The end of a job that did not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardProblem {
    /// The link broke more often than the session allows. Usual cause: the card moved on the
    /// reader. Nothing was decided; hold the card still and start again.
    #[error("the card was taken or moved while it was being read")]
    Torn {
        /// The counter as read again after a VERIFY whose result was lost.
        tries: Option<Tries>,
    },
    /// The card refused the 照合番号B. One try is spent.
    #[error("the card did not accept the code; {} tries left", left.left)]
    WrongCode {
        /// What remains.
        left: Tries,
    },
    /// The card refused the PIN. One try is spent; none left means that it is blocked now.
    #[error("the card did not accept the PIN; {} tries left", left.left)]
    WrongPin {
        /// What remains.
        left: Tries,
    },
    /// No tries left: only a municipal office can help. Nothing was presented.
    #[error("the code is blocked")]
    Blocked,
    /// One try is left and nobody has confirmed that it may be spent. Nothing was presented.
    #[error("only the last try is left")]
    LastTry {
        /// What remains: one.
        left: Tries,
    },
    /// A check that a genuine card passes has failed, twice over.
    #[error("not a genuine card: {0}")]
    NotGenuine(NotGenuine),
    /// Not a My Number Card.
    #[error("another kind of card")]
    Foreign,
    /// The card's answers make no sense, also when asked again.
    #[error("the card's answers make no sense")]
    Garbage,
    /// No card lies on the reader.
    #[error("no card on the reader")]
    NoCard,
    /// No reader, or not the configured one.
    #[error("no reader")]
    NoReader,
    /// The PC/SC service does not answer.
    #[error("the reader's service does not answer")]
    ServiceDown,
    /// Another program holds the card.
    #[error("another program is using the card")]
    Busy,
    /// The session's limit of time, commands or bytes was reached.
    #[error("the card took too long")]
    TooSlow,
    /// This program tried a command that is not allowed. It did not reach the reader.
    #[error("a command was refused by the allow-list")]
    Forbidden,
    /// Someone cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// Which check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotGenuine {
    /// The issuer's certificate names an authority that this device does not trust, or is not
    /// signed by the one it names.
    #[error("the issuer is not certified by a trusted authority")]
    RogueIssuer,
    /// A record is not signed by the card's issuer.
    #[error("a record was altered")]
    Tampered,
    /// The card cannot sign with the key that its record carries: a copy of the files.
    #[error("the card does not hold the key of its record")]
    Clone,
    /// The two applications belong to different people.
    #[error("the two applications of the card disagree")]
    ApplicationsDisagree,
}

impl CardProblem {
    /// The code for screen, log and record.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Torn { tries: None } => ProblemCode::CardTorn,
            Self::Torn { tries: Some(_) } => ProblemCode::CardUncertain,
            Self::WrongCode { .. } => ProblemCode::CardWrongCode,
            Self::WrongPin { .. } => ProblemCode::CardWrongPin,
            Self::Blocked => ProblemCode::CardBlocked,
            Self::LastTry { .. } => ProblemCode::CardLastTry,
            Self::NotGenuine(NotGenuine::Clone) => ProblemCode::CardClone,
            Self::NotGenuine(NotGenuine::ApplicationsDisagree) => ProblemCode::CardMismatch,
            Self::NotGenuine(NotGenuine::RogueIssuer | NotGenuine::Tampered) => {
                ProblemCode::CardNotGenuine
            }
            Self::Foreign => ProblemCode::CardForeign,
            Self::Garbage => ProblemCode::CardGarbage,
            Self::NoCard => ProblemCode::CardNone,
            Self::NoReader => ProblemCode::ReaderNone,
            Self::ServiceDown => ProblemCode::ReaderService,
            Self::Busy => ProblemCode::CardBusy,
            Self::TooSlow => ProblemCode::CardTooSlow,
            Self::Forbidden => ProblemCode::CardForbidden,
            Self::Cancelled => ProblemCode::CardCancelled,
        }
    }
}
