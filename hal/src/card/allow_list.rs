//! The commands that may reach a card. Everything else is refused before the reader.
//!
//! The list knows which application and which file the card has selected, because the same
//! bytes mean different things in different places: `00 B0 00 00 00` reads a name in one file
//! and the individual number in another.

use super::Refusal;

/// What a job may do with the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only ask for retry counters.
    Peek,
    /// Open both applications with 照合番号B.
    Face,
    /// Open the text application with the card's PIN.
    Pin,
}

/// The two applications that are ever selected, by their full names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// 券面事項確認AP: the signed card face.
    Surface,
    /// 券面入力補助AP: the four attributes as text.
    Text,
}

impl Application {
    /// Its name (AID).
    #[must_use]
    pub fn aid(self) -> &'static [u8; 10] {
        match self {
            Self::Surface => &myna_card::ap::surface::DF,
            Self::Text => &myna_card::ap::text::DF,
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Surface => Self::Text,
            Self::Text => Self::Surface,
        }
    }
}

/// The list, and where in the card it believes to be.
#[derive(Debug)]
pub struct AllowList {
    mode: Mode,
    application: Option<Application>,
    file: Option<u16>,
}

/// A command that passed, and what it changes when the card accepts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// Selects an application.
    Application(Application),
    /// Selects a file (also by reading it under its short name).
    File(u16),
    /// Changes nothing.
    Same,
}

/// SHA-256 in a DigestInfo: the only thing that a card is ever asked to sign.
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Length of the challenge's hash.
const HASH_LEN: usize = 32;

impl AllowList {
    /// A list for a card that was just powered: nothing is selected.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            application: None,
            file: None,
        }
    }

    /// The application that the card has accepted last, if that is certain.
    #[must_use]
    pub fn application(&self) -> Option<Application> {
        self.application
    }

    /// Whether `command` may be sent now.
    ///
    /// # Errors
    /// The [`Refusal`], without the command's data field.
    pub fn check(&self, command: &[u8]) -> Result<Passed, Refusal> {
        self.judge(command).map_err(|reason| {
            let mut header = [0; 4];
            for (to, from) in header.iter_mut().zip(command) {
                *to = *from;
            }
            Refusal {
                header,
                length: command.len(),
                reason,
            }
        })
    }

    /// Follows the card after its answer; `accepted` means status `9000` or `6282`.
    pub fn follow(&mut self, passed: Passed, accepted: bool) {
        match (passed, accepted) {
            (Passed::Same, _) => {}
            (Passed::Application(application), true) => {
                self.application = Some(application);
                self.file = None;
            }
            (Passed::File(file), true) => self.file = Some(file),
            // Refused or unknown: what is selected now is no longer certain.
            (Passed::Application(_), false) => self.lose(),
            (Passed::File(_), false) => self.file = None,
        }
    }

    /// Forgets what is selected, after a lost or odd answer.
    pub fn lose(&mut self) {
        self.application = None;
        self.file = None;
    }

    fn judge(&self, command: &[u8]) -> Result<Passed, &'static str> {
        let (header, body) = command.split_at_checked(4).ok_or("shorter than a header")?;
        match header {
            [0x00, 0xA4, 0x04, 0x0C] => select_application(body),
            [0x00, 0xA4, 0x02, 0x0C] => self.select_file(body),
            [0x00, 0xB0, p1, p2] => self.read(*p1, *p2, body),
            [0x00, 0x20, 0x00, 0x80] => self.verify(body),
            [0x00, 0x84, 0x00, 0x00] => match body {
                [_] => Ok(Passed::Same),
                _ => Err("GET CHALLENGE takes a length and no data"),
            },
            [0x80, 0x2A, 0x00, 0x00] => self.sign(body),
            _ => Err("not a command of this terminal"),
        }
    }

    fn select_file(&self, body: &[u8]) -> Result<Passed, &'static str> {
        let &[2, high, low] = body else {
            return Err("SELECT of a file takes its two bytes and nothing else");
        };
        let file = u16::from_be_bytes([high, low]);
        let application = self.application.ok_or("no application is selected")?;
        if self.readable(application, file) || self.key_length(application, file).is_some() {
            Ok(Passed::File(file))
        } else {
            Err("this file is never selected")
        }
    }

    fn read(&self, p1: u8, _p2: u8, body: &[u8]) -> Result<Passed, &'static str> {
        if !matches!(body, [_] | [0, _, _]) {
            return Err("READ BINARY takes a length and no data");
        }
        let application = self.application.ok_or("no application is selected")?;
        let (file, passed) = match p1 {
            0x00..=0x7F => (self.file.ok_or("no file is selected")?, Passed::Same),
            0x81..=0x9E => {
                let file = u16::from(p1 & 0x1F);
                (file, Passed::File(file))
            }
            _ => return Err("not a form of READ BINARY"),
        };
        if self.readable(application, file) {
            Ok(passed)
        } else {
            Err("this file is never read")
        }
    }

    fn verify(&self, body: &[u8]) -> Result<Passed, &'static str> {
        let application = self.application.ok_or("no application is selected")?;
        let key = self.file.ok_or("no key is selected")?;
        let length = self
            .key_length(application, key)
            .ok_or("nothing is presented to this file")?;
        match body {
            // Asks for the counter; spends nothing.
            [] => Ok(Passed::Same),
            _ if self.mode == Mode::Peek => Err("nothing is presented while counters are read"),
            [lc, data @ ..] if usize::from(*lc) == length && data.len() == length => {
                Ok(Passed::Same)
            }
            _ => Err("not the length of this key"),
        }
    }

    fn sign(&self, body: &[u8]) -> Result<Passed, &'static str> {
        if self.mode == Mode::Peek {
            return Err("nothing is signed while counters are read");
        }
        self.application.ok_or("no application is selected")?;
        let signed = DIGEST_INFO.len() + HASH_LEN;
        match body {
            [lc, data @ .., _le]
                if usize::from(*lc) == signed
                    && data.len() == signed
                    && data.starts_with(&DIGEST_INFO) =>
            {
                Ok(Passed::Same)
            }
            _ => Err("only the hash of a challenge is signed"),
        }
    }

    fn readable(&self, application: Application, file: u16) -> bool {
        match (self.mode, application) {
            (Mode::Face, Application::Surface) => matches!(file, 0x0002 | 0x0004),
            (Mode::Face | Mode::Pin, Application::Text) => {
                matches!(file, 0x0002 | 0x0004 | 0x0007)
            }
            (Mode::Peek, _) | (Mode::Pin, Application::Surface) => false,
        }
    }

    /// Digits of a key that this mode may use; 照合番号A (`0013`, `0014`) is in no mode.
    fn key_length(&self, application: Application, file: u16) -> Option<usize> {
        match (self.mode, application, file) {
            (Mode::Face | Mode::Peek, Application::Surface, 0x0012) => Some(14),
            (Mode::Face | Mode::Peek, Application::Text, 0x0015) => Some(14),
            (Mode::Pin | Mode::Peek, Application::Text, 0x0011) => Some(4),
            _ => None,
        }
    }
}

fn select_application(body: &[u8]) -> Result<Passed, &'static str> {
    let (length, name) = body.split_first().ok_or("SELECT without a name")?;
    [Application::Surface, Application::Text]
        .into_iter()
        // The whole name: the card would take a beginning of it for any application.
        .find(|application| usize::from(*length) == 10 && name == application.aid())
        .map(Passed::Application)
        .ok_or("this application is never selected")
}
