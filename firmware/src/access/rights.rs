//! Who may do what: the one table of rights.
//!
//! Source: the three user kinds of the eligibility service (事業所, 管理者, 一般), plus the
//! technician, who sees no personal data.

use protocol::person::StaffRole;

use crate::terminal::screen::Screen;

/// One kind of work at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Check a person's card.
    CheckCard,
    /// Ask how far a certification is, and what the 被保険者証 says.
    LookUp,
    /// Apply for papers.
    Request,
    /// See what was sent and how far it got.
    Outbox,
    /// See documents and notices.
    Inbox,
    /// See and change staff.
    Staff,
    /// Change the office's profile.
    Profile,
    /// Switch the card check by PIN on or off.
    CardMode,
    /// See the terminal's own state.
    Diagnostics,
    /// Language, text size, contrast, sounds; the home screen; help.
    Everyone,
}

impl Right {
    /// Every right.
    pub const ALL: &'static [Right] = &[
        Right::CheckCard,
        Right::LookUp,
        Right::Request,
        Right::Outbox,
        Right::Inbox,
        Right::Staff,
        Right::Profile,
        Right::CardMode,
        Right::Diagnostics,
        Right::Everyone,
    ];
}

/// Whether a role has a right.
#[must_use]
pub fn may(role: StaffRole, right: Right) -> bool {
    use Right as R;
    match role {
        StaffRole::Administrator => true,
        StaffRole::General => matches!(
            right,
            R::CheckCard | R::LookUp | R::Request | R::Outbox | R::Inbox | R::Everyone
        ),
        StaffRole::Setup => matches!(
            right,
            R::Staff | R::Profile | R::CardMode | R::Diagnostics | R::Everyone
        ),
        StaffRole::Technician => matches!(right, R::Diagnostics | R::Everyone),
    }
}

/// The right that a screen needs; `None` for screens that show before anybody has unlocked.
#[must_use]
pub fn of_screen(screen: Screen) -> Option<Right> {
    use Screen as S;
    match screen {
        S::Lock
        | S::StaffChoice
        | S::Passcode
        | S::Lockout
        | S::NewPasscode
        | S::Help
        | S::HelpTopic
        | S::Trouble
        | S::Slip
        | S::SetupWelcome
        | S::SetupToken
        | S::SetupEnrolling
        | S::SetupProfile
        | S::SetupStaff
        | S::SetupDone => None,
        S::Pledge | S::Home | S::Settings | S::Look => Some(Right::Everyone),
        S::CardPrompt
        | S::NumberB
        | S::Reading
        | S::Compare
        | S::CardPin
        | S::Confirmed
        | S::PinResult
        | S::CardTorn
        | S::CardBlocked
        | S::CardExpired
        | S::CardNotGenuine
        | S::CardWrongNumber
        | S::ReaderMissing
        | S::CardUnreadable
        | S::CardLastTry => Some(Right::CheckCard),
        S::InsuredNumber
        | S::BirthDate
        | S::ApplicationDate
        | S::Purpose
        | S::Answer
        | S::AnswerStale
        | S::LookUpSaved
        | S::AnswerClockUntrusted
        | S::AnswerNone
        | S::ClientList
        | S::LookUpKind
        | S::InsurerChoice
        | S::Eligibility
        | S::EligibilityStale
        | S::EligibilityClockUntrusted => Some(Right::LookUp),
        S::Disclosure
        | S::DisclosurePerson
        | S::Attach
        | S::DisclosureReview
        | S::DisclosureSaved
        | S::NameEntry
        | S::Qualification => Some(Right::Request),
        S::Outbox | S::OutboxItem | S::OutboxHeld | S::Decision => Some(Right::Outbox),
        S::Inbox | S::Document | S::Notice => Some(Right::Inbox),
        // In set-up the self-test shows before anybody has unlocked.
        S::Diagnostics
        | S::Parts
        | S::SelfTestTouch
        | S::SelfTestColours
        | S::SelfTestPart
        | S::SelfTestResult => Some(Right::Diagnostics),
        S::StaffAdmin | S::StaffEdit => Some(Right::Staff),
        S::Profile => Some(Right::Profile),
        S::CardMode => Some(Right::CardMode),
    }
}

/// Whether a screen may show for this role.
#[must_use]
pub fn may_see(role: StaffRole, screen: Screen) -> bool {
    of_screen(screen).is_none_or(|right| may(role, right))
}

/// The roles that a role may give, change or stop.
#[must_use]
pub fn manages(role: StaffRole) -> &'static [StaffRole] {
    match role {
        StaffRole::Setup => &[
            StaffRole::Administrator,
            StaffRole::General,
            StaffRole::Technician,
            StaffRole::Setup,
        ],
        StaffRole::Administrator => &[StaffRole::General],
        StaffRole::General | StaffRole::Technician => &[],
    }
}

/// Whether a change made by `by` on a member of staff with role `role` needs a second person:
/// after set-up, 設定者 change rights only together with somebody else.
#[must_use]
pub fn needs_second_person(by: StaffRole, role: StaffRole) -> bool {
    by == StaffRole::Setup && role != StaffRole::General
}

/// Whether `by` may let a member with role `of`, who has no passcode on this terminal yet, choose
/// their first one. Who stands by could choose it themselves, and 設定者 can give rights that
/// 管理者 cannot.
#[must_use]
pub fn may_give_first_passcode(by: StaffRole, of: StaffRole) -> bool {
    may(by, Right::Staff) && (by == StaffRole::Setup || of != StaffRole::Setup)
}

/// Whether `by` may let a member with role `of` choose a new passcode in place of a forgotten
/// one: whose passcode one can replace, one can be. So it needs at least those rights.
#[must_use]
pub fn may_replace_passcode(by: StaffRole, of: StaffRole) -> bool {
    may(by, Right::Staff) && (by == of || manages(by).contains(&of))
}

/// Whether this role signs the yearly pledge: those who look people up.
#[must_use]
pub fn signs_pledge(role: StaffRole) -> bool {
    may(role, Right::LookUp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [StaffRole; 4] = [
        StaffRole::Setup,
        StaffRole::Administrator,
        StaffRole::General,
        StaffRole::Technician,
    ];

    /// The table once more, written as the guide says it: S set-up, A administrator,
    /// G general, T technician.
    fn expected(right: Right) -> &'static str {
        match right {
            Right::CheckCard | Right::LookUp | Right::Request | Right::Outbox | Right::Inbox => {
                "AG"
            }
            Right::Staff | Right::Profile | Right::CardMode => "SA",
            Right::Diagnostics => "SAT",
            Right::Everyone => "SAGT",
        }
    }

    #[test]
    fn each_role_has_exactly_the_rights_of_the_guide() {
        for right in Right::ALL {
            let have: String = ROLES
                .iter()
                .zip(['S', 'A', 'G', 'T'])
                .filter(|(role, _)| may(**role, *right))
                .map(|(_, letter)| letter)
                .collect();
            assert_eq!(have, expected(*right), "{right:?}");
        }
    }

    #[test]
    fn no_screen_about_visitors_shows_for_setup_and_technician() {
        for screen in Screen::ALL {
            let letter = screen.number().as_bytes()[0];
            let about_visitors = matches!(letter, b'C' | b'D' | b'E' | b'F' | b'G');
            for role in [StaffRole::Setup, StaffRole::Technician] {
                if about_visitors {
                    assert!(!may_see(role, *screen), "{role:?} {}", screen.number());
                }
            }
            for role in [StaffRole::Administrator, StaffRole::General] {
                if about_visitors {
                    assert!(may_see(role, *screen), "{role:?} {}", screen.number());
                }
            }
        }
    }

    #[test]
    fn nobody_gives_a_role_above_what_they_manage() {
        assert_eq!(manages(StaffRole::Administrator), [StaffRole::General]);
        assert!(manages(StaffRole::General).is_empty());
        assert!(manages(StaffRole::Technician).is_empty());
        assert_eq!(manages(StaffRole::Setup).len(), ROLES.len());
    }

    #[test]
    fn nobody_lets_themselves_into_a_role_that_can_give_more_rights() {
        use StaffRole as S;
        assert!(!may_give_first_passcode(S::Administrator, S::Setup));
        for of in [S::Administrator, S::General, S::Technician] {
            assert!(may_give_first_passcode(S::Administrator, of));
        }
        for of in ROLES {
            assert!(may_give_first_passcode(S::Setup, of));
            assert!(!may_give_first_passcode(S::General, of));
            assert!(!may_give_first_passcode(S::Technician, of));
        }
    }

    #[test]
    fn set_up_changes_rights_only_with_a_second_person() {
        for role in ROLES {
            assert_eq!(
                needs_second_person(StaffRole::Setup, role),
                role != StaffRole::General
            );
            assert!(!needs_second_person(StaffRole::Administrator, role));
        }
    }
}
