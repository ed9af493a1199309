//! The one table of screens. Every picture, error and enquiry slip carries a number from here.

macro_rules! screens {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// A screen of the terminal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Screen { $($(#[$doc])* $name,)* }

        impl Screen {
            /// Every screen, in the order of the numbers.
            pub const ALL: &'static [Screen] = &[$(Screen::$name,)*];

            /// The number at the bottom left of the screen.
            #[must_use]
            pub const fn number(self) -> &'static str {
                match self { $(Screen::$name => $number,)* }
            }
        }
    };
}

screens! {
    /// Locked: the shutter.
    Lock = "A-1",
    /// Who are you?
    StaffChoice = "A-2",
    /// The staff passcode.
    Passcode = "A-3",
    /// This person is paused.
    Lockout = "A-4",
    /// First login: choose a passcode, twice.
    NewPasscode = "A-5",
    /// The yearly pledge.
    Pledge = "A-6",
    /// What would you like to do?
    Home = "B-1",
    /// Settings.
    Settings = "B-2",
    /// Please place the card.
    CardPrompt = "C-1",
    /// 照合番号B: birth, expiry year, security code.
    NumberB = "C-2",
    /// Reading.
    Reading = "C-3",
    /// Is this the person?
    Compare = "C-4",
    /// The card's PIN (PIN mode only).
    CardPin = "C-5",
    /// The person is confirmed: what next?
    Confirmed = "C-6",
    /// Read by PIN: attributes without a signature.
    PinResult = "C-7",
    /// Torn, blocked, expired, not genuine, wrong number, no reader, foreign card …
    CardTorn = "C-11",
    /// The card's number is blocked.
    CardBlocked = "C-12",
    /// The card is past its date.
    CardExpired = "C-13",
    /// Not confirmed as genuine.
    CardNotGenuine = "C-14",
    /// The number did not match.
    CardWrongNumber = "C-15",
    /// No reader, or its service is down.
    ReaderMissing = "C-16",
    /// Not a card that can be read here.
    CardUnreadable = "C-17",
    /// One try is left: the administrator decides.
    CardLastTry = "C-18",
    /// 被保険者番号.
    InsuredNumber = "D-1",
    /// 生年月日.
    BirthDate = "D-2",
    /// 申請日.
    ApplicationDate = "D-3",
    /// Why is it asked?
    Purpose = "D-4",
    /// The answer.
    Answer = "D-5",
    /// The answer, past its validity.
    AnswerStale = "D-6",
    /// Saved, not sent yet.
    LookUpSaved = "D-7",
    /// The answer under an untrusted clock.
    AnswerClockUntrusted = "D-8",
    /// Not found, too old, or two hits: three texts with the desk.
    AnswerNone = "D-9",
    /// A person from the office's own list (台帳).
    ClientList = "D-10",
    /// By number or by dates?
    LookUpKind = "D-11",
    /// What the 被保険者証 says (資格).
    Eligibility = "D-12",
    /// The same, past its validity.
    EligibilityStale = "D-13",
    /// The same under an untrusted clock.
    EligibilityClockUntrusted = "D-14",
    /// Which municipality? Only where the office may ask several.
    InsurerChoice = "D-15",
    /// Whose papers? Ten places.
    Disclosure = "E-1",
    /// One person of the request.
    DisclosurePerson = "E-2",
    /// Choose a scan from the stick or folder.
    Attach = "E-3",
    /// Check and send.
    DisclosureReview = "E-4",
    /// The request is saved.
    DisclosureSaved = "E-5",
    /// A name by the kana keyboard.
    NameEntry = "E-6",
    /// 保有資格 of who applies.
    Qualification = "E-7",
    /// How far did everything get?
    Outbox = "F-1",
    /// One item.
    OutboxItem = "F-2",
    /// One item on hold, with its reason.
    OutboxHeld = "F-3",
    /// What was decided about each person of a request.
    Decision = "F-4",
    /// Documents and notices.
    Inbox = "G-1",
    /// A document's pages.
    Document = "G-2",
    /// A notice.
    Notice = "G-3",
    /// Help by problem.
    Help = "H-1",
    /// One help topic.
    HelpTopic = "H-2",
    /// This terminal: device id, certificate, network, reader.
    Diagnostics = "J-1",
    /// Staff, for administrators.
    StaffAdmin = "J-2",
    /// One staff member: add or change.
    StaffEdit = "J-3",
    /// Language, text size, contrast, sounds.
    Look = "J-4",
    /// The office's profile.
    Profile = "J-5",
    /// Card check by PIN on or off.
    CardMode = "J-6",
    /// The parts of this terminal, and the self-test once more.
    Parts = "J-7",
    /// Something happened: facts, desk, enquiry slip.
    Trouble = "K-1",
    /// The enquiry slip, large.
    Slip = "K-2",
    /// Set-up: welcome and language.
    SetupWelcome = "S-1",
    /// Set-up: the one-time token.
    SetupToken = "S-2",
    /// Set-up: enrolling.
    SetupEnrolling = "S-3",
    /// Set-up: one field of the profile.
    SetupProfile = "S-4",
    /// Set-up: a member of staff.
    SetupStaff = "S-5",
    /// Set-up: done.
    SetupDone = "S-6",
    /// Self-test: touch in the four corners.
    SelfTestTouch = "S-7",
    /// Self-test: the screen's colours.
    SelfTestColours = "S-8",
    /// Self-test: one part at a time: colours seen, lamp, buzzer, reader, and the wait.
    SelfTestPart = "S-9",
    /// Self-test: what was found, part by part.
    SelfTestResult = "S-10",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_screen_has_a_number_of_its_own() {
        let numbers: HashSet<_> = Screen::ALL.iter().map(|screen| screen.number()).collect();
        assert_eq!(numbers.len(), Screen::ALL.len());
    }
}
