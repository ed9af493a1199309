//! What the screen shows: data only. Words come from the translation files, by the page's adapter.
//!
//! Dates are [`Date`], instants are [`Timestamp`]; the adapter writes them in the language of
//! the screen. Secrets appear as counts of digits, never as digits.

// One file a letter of the screens' numbers; readers see one list of words.
mod boxes;
mod card;
mod desk;
mod lookup;
mod request;
mod self_test;
mod service;

pub use boxes::*;
pub use card::*;
pub use desk::*;
pub use lookup::*;
pub use request::*;
pub use self_test::*;
pub use service::*;

use protocol::calendar::{Date, Timestamp};
use protocol::problem::ProblemCode;

use super::screen::Screen;
use super::touch::{Language, TextSize};
use crate::sync::CertificateState;

/// Everything a screen needs. Printed, it tells only which screen it is: it may show a person.
#[derive(Clone, PartialEq)]
pub struct View {
    /// Number at the bottom left.
    pub screen: Screen,
    /// The strip above.
    pub strip: Strip,
    /// How it is drawn.
    pub look: Look,
    /// The member of staff at the desk, if unlocked.
    pub staff: Option<String>,
    /// The page.
    pub page: Page,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "View({})", self.screen.number())
    }
}

/// Language, text size and contrast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Look {
    /// Language.
    pub language: Language,
    /// Text size.
    pub text_size: TextSize,
    /// Black ground, white lines.
    pub high_contrast: bool,
    /// Sounds other than errors.
    pub sounds: bool,
}

/// The status strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// Office name; empty before set-up.
    pub office: String,
    /// Short name, at most eight characters.
    pub office_short: String,
    /// Test cards are trusted: 「試験用」.
    pub test_trust: bool,
    /// Network.
    pub network: Network,
    /// Until then nothing is received, as the operator said beforehand: no alarm (U13).
    pub maintenance: Option<Timestamp>,
    /// The certificate ends soon, and renewal has not come about.
    pub certificate: Option<CertificateState>,
    /// Commands not receipted yet. Equals the rows in the table.
    pub waiting: u64,
    /// Date and time to show; `None` when the clock is not trusted.
    pub clock: Option<(Date, u8, u8)>,
    /// Battery of the portable unit.
    pub battery: Option<Battery>,
}

/// The battery as staff see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Battery {
    /// Charge.
    pub percent: u8,
    /// It is being charged.
    pub charging: bool,
    /// It should be charged soon.
    pub low: bool,
}

/// State of the line as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// つながっています
    Online,
    /// つながっていません・最終 9:42
    Offline {
        /// Last good exchange, if ever.
        last: Option<Timestamp>,
    },
    /// Connected, but sending is paused for a reason that needs a person.
    Paused {
        /// Why.
        code: ProblemCode,
    },
    /// Not enrolled yet.
    NotSetUp,
}

/// The pages. One variant a kind of screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    ///
    Lock,
    ///
    StaffChoice(Paged<StaffTile>),
    ///
    Passcode(PasscodePage),
    ///
    Lockout(LockoutPage),
    ///
    NewPasscode(NewPasscodePage),
    ///
    Pledge,
    /// B-1.
    Home(HomePage),
    /// B-2.
    Settings(SettingsPage),
    /// C-1.
    CardPrompt(CardPromptPage),
    /// C-2.
    NumberB(NumberBPage),
    /// C-3.
    Reading(ReadingPage),
    /// C-4.
    Compare(ComparePage),
    /// C-5.
    CardPin(CardPinPage),
    /// C-6.
    Confirmed(ConfirmedPage),
    /// C-7.
    PinResult(ComparePage),
    /// C-11 … C-18.
    CardTrouble(CardTroublePage),
    /// D-1.
    InsuredNumber(InsuredNumberPage),
    /// D-2 and D-3.
    Date(DatePage),
    /// D-4.
    Purpose(PurposePage),
    /// D-5, D-6, D-8.
    Answer(AnswerPage),
    /// D-12, D-13, D-14.
    Eligibility(EligibilityPage),
    /// D-7 and E-5.
    Saved(SavedPage),
    /// D-9.
    AnswerNone(AnswerNonePage),
    /// D-10.
    ClientList(ClientListPage),
    /// D-11.
    LookUpKind(LookUpKindPage),
    /// D-15.
    InsurerChoice(InsurerChoicePage),
    /// E-1.
    Disclosure(DisclosurePage),
    /// E-2.
    DisclosurePerson(DisclosurePersonPage),
    /// E-3.
    Attach(AttachPage),
    /// E-4.
    DisclosureReview(DisclosureReviewPage),
    /// E-7.
    Qualification(QualificationPage),
    /// E-6, S-2, S-4 and wherever text is typed.
    TextEntry(TextEntryPage),
    /// F-1.
    Outbox(OutboxPage),
    /// F-2 and F-3.
    OutboxItem(OutboxItemPage),
    /// F-4.
    Decision(DecisionPage),
    /// G-1.
    Inbox(InboxPage),
    /// G-2.
    Document(DocumentPage),
    /// G-3.
    Notice(NoticePage),
    /// H-1.
    Help(HelpPage),
    /// H-2.
    HelpTopic(HelpTopicPage),
    /// J-1.
    Diagnostics(DiagnosticsPage),
    /// J-2.
    StaffAdmin(StaffAdminPage),
    /// J-3 and S-5.
    StaffEdit(StaffEditPage),
    /// J-4.
    Look,
    /// J-5.
    Profile(Box<ProfilePage>),
    /// J-6.
    CardMode {
        /// PIN mode is on.
        pin_mode: bool,
    },
    /// K-1.
    Trouble(TroublePage),
    /// K-2.
    Slip(Slip),
    /// S-1.
    SetupWelcome,
    /// S-3.
    SetupEnrolling(EnrollingPage),
    /// S-6.
    SetupDone,
    /// S-7.
    SelfTestTouch(SelfTestTouchPage),
    /// S-8.
    SelfTestColour(TestColour),
    /// S-9.
    SelfTestPart(SelfTestPartPage),
    /// S-10 and J-7.
    SelfTestResult(SelfTestResultPage),
}

/// One page of a longer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// Rows of this page.
    pub rows: Vec<T>,
    /// From 0.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
    /// Rows in all.
    pub total: usize,
}
