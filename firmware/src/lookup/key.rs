//! What is asked about a person, and by what the person is found.

use protocol::calendar::Date;
use protocol::command::{Action, EligibilityQuery, ProgressKey, ProgressQuery};
use protocol::number::InsuredNumber;
use protocol::person::Purpose;

/// The question's kind with its exact key. Answers are kept by it.
#[derive(Clone, PartialEq, Eq)]
pub enum Key {
    /// 認定の進捗: by 被保険者番号, or by 申請日 with 生年月日.
    Progress(ProgressKey),
    /// 資格: number and birth date must both fit, so that a mistyped number shows nobody else.
    Eligibility {
        /// 被保険者番号.
        insured: InsuredNumber,
        /// 生年月日.
        born_on: Date,
    },
}

impl From<ProgressKey> for Key {
    fn from(key: ProgressKey) -> Self {
        Self::Progress(key)
    }
}

impl From<&ProgressQuery> for Key {
    fn from(query: &ProgressQuery) -> Self {
        Self::Progress(query.key.clone())
    }
}

impl From<&EligibilityQuery> for Key {
    fn from(query: &EligibilityQuery) -> Self {
        Self::Eligibility {
            insured: query.insured.clone(),
            born_on: query.born_on,
        }
    }
}

impl Key {
    /// 被保険者番号, when it is asked by one.
    #[must_use]
    pub fn insured(&self) -> Option<&InsuredNumber> {
        match self {
            Self::Progress(ProgressKey::Insured { insured })
            | Self::Eligibility { insured, .. } => Some(insured),
            Self::Progress(ProgressKey::Dates { .. }) => None,
        }
    }

    /// Whether 資格 is asked.
    #[must_use]
    pub fn is_eligibility(&self) -> bool {
        matches!(self, Self::Eligibility { .. })
    }

    /// The question as it is sent.
    #[must_use]
    pub fn action(&self, purpose: Purpose) -> Action {
        match self.clone() {
            Self::Progress(key) => Action::ProgressQuery(ProgressQuery { key, purpose }),
            Self::Eligibility { insured, born_on } => Action::EligibilityQuery(EligibilityQuery {
                insured,
                born_on,
                purpose,
            }),
        }
    }

    /// Its text in the tables: `n:` and the number, `d:` and the two dates, `e:` and the number
    /// with the birth date.
    #[must_use]
    pub(super) fn text(&self) -> String {
        match self {
            Self::Progress(ProgressKey::Insured { insured }) => format!("n:{}", insured.as_str()),
            Self::Progress(ProgressKey::Dates {
                applied_on,
                born_on,
            }) => format!("d:{}:{}", applied_on.compact(), born_on.compact()),
            Self::Eligibility { insured, born_on } => {
                format!("e:{}:{}", insured.as_str(), born_on.compact())
            }
        }
    }

    /// The key from its text; `None` for a text that a later program wrote.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let compact = |text: &str| protocol::calendar::parse_japanese(text).ok();
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "n" => Some(Self::Progress(ProgressKey::Insured {
                insured: InsuredNumber::parse(rest).ok()?,
            })),
            "d" => {
                let (applied_on, born_on) = rest.split_once(':')?;
                Some(Self::Progress(ProgressKey::Dates {
                    applied_on: compact(applied_on)?,
                    born_on: compact(born_on)?,
                }))
            }
            "e" => {
                let (insured, born_on) = rest.split_once(':')?;
                Some(Self::Eligibility {
                    insured: InsuredNumber::parse(insured).ok()?,
                    born_on: compact(born_on)?,
                })
            }
            _ => None,
        }
    }
}

/// About whom stays out of the log.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Progress(_) => "Progress(**********)",
            Self::Eligibility { .. } => "Eligibility(**********)",
        })
    }
}
