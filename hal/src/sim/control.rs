//! Putting cards in and taking them out from another program: one line in, one line back, over a
//! Unix socket.
//!
//! | Line | Does |
//! |---|---|
//! | `in NAME [MAKE]` | puts that person's card on the reader, forged as MAKE if given |
//! | `out` | takes the card away |
//! | `list` | the names, the one on the reader with a star |
//! | `fault KEY=VALUE…` | how the link behaves from the next card on, in the words of the person file; `fault none` |
//! | `touched` | what was reached for on this card and must never be |
//! | `tries` | counters of the card on the reader |
//!
//! Answers begin with `ok` or `no`.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::vpcd::Inserted;
use super::{Faults, Make, People, SimCa, SimCard, SimError};

/// Longest line in bytes.
const MAX_LINE: u64 = 4096;

/// How long a silent client may keep the others waiting.
const CLIENT_PATIENCE: Duration = Duration::from_secs(5);

/// The cards of all people, and the virtual reader that one of them may lie on.
pub struct Control {
    ca: SimCa,
    people: People,
    port: u16,
    faults: Option<Faults>,
    inserted: Option<(String, Inserted)>,
    /// Counters outlive a removal, as on real cards.
    tries: HashMap<String, [u8; 3]>,
}

impl Control {
    /// A control with an empty reader behind `port`.
    #[must_use]
    pub fn new(ca: SimCa, people: People, port: u16) -> Self {
        Self {
            ca,
            people,
            port,
            faults: None,
            inserted: None,
            tries: HashMap::new(),
        }
    }

    /// Serves `socket`, one client after the other, until the process ends.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub fn serve(mut self, socket: &Path) -> Result<(), SimError> {
        let failed = |source| SimError::File {
            path: socket.display().to_string(),
            source,
        };
        if socket.exists() {
            fs::remove_file(socket).map_err(failed)?;
        }
        let listener = UnixListener::bind(socket).map_err(failed)?;
        for client in listener.incoming() {
            let served = client.and_then(|client| self.talk(client));
            if let Err(error) = served {
                tracing::debug!(%error, "control client");
            }
        }
        Ok(())
    }

    fn talk(&mut self, client: UnixStream) -> io::Result<()> {
        client.set_read_timeout(Some(CLIENT_PATIENCE))?;
        let mut reader = BufReader::new(client.try_clone()?);
        let mut writer = client;
        loop {
            let mut line = String::new();
            if io::Read::take(&mut reader, MAX_LINE).read_line(&mut line)? == 0 {
                return Ok(());
            }
            let answer = match self.obey(line.trim()) {
                Ok(answer) => format!("ok {answer}"),
                Err(error) => format!("no {error}"),
            };
            writeln!(writer, "{}", answer.trim_end())?;
        }
    }

    /// Does what one line says.
    ///
    /// # Errors
    /// [`SimError`] says in one line why not.
    pub fn obey(&mut self, line: &str) -> Result<String, SimError> {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("in") => self.insert(words.next(), words.next()),
            Some("out") => self.remove(),
            Some("list") => Ok(self.list()),
            Some("fault") => self.fault(&words.collect::<Vec<_>>()),
            Some("touched") => {
                let card = self.card()?;
                let touched = card.with_card(|card| card.touched_forbidden().to_vec());
                let words: Vec<String> = touched.into_iter().map(|touch| touch.what).collect();
                Ok(words.join(", "))
            }
            Some("tries") => {
                let [surface, text, pin] = self.card()?.with_card(|card| card.tries());
                Ok(format!("number-b {surface} {text} pin {pin}"))
            }
            _ => Err(refuse("known: in, out, list, fault, touched, tries")),
        }
    }

    fn insert(&mut self, name: Option<&str>, make: Option<&str>) -> Result<String, SimError> {
        let name = name.ok_or_else(|| refuse("in NAME [MAKE]"))?;
        let mut person = self
            .people
            .get(name)
            .ok_or_else(|| refuse("nobody of that name; see list"))?
            .clone();
        if let Some(make) = make {
            person.make = word::<Make>(make).ok_or_else(|| refuse("no such make"))?;
        }
        if let Some(faults) = &self.faults {
            person.faults = faults.clone();
        }
        if self.inserted.is_some() {
            self.remove()?;
        }
        let mut card = SimCard::new(&person, &self.ca)?;
        if let Some(tries) = self.tries.get(name) {
            card.set_tries(*tries);
        }
        let inserted = Inserted::new(card, self.port)
            .map_err(|_| refuse("no virtual reader: is pcscd with vsmartcard-vpcd running?"))?;
        self.inserted = Some((name.to_owned(), inserted));
        Ok(name.to_owned())
    }

    fn remove(&mut self) -> Result<String, SimError> {
        let (name, inserted) = self
            .inserted
            .take()
            .ok_or_else(|| refuse("no card is on the reader"))?;
        let tries = inserted.with_card(|card| card.tries());
        self.tries.insert(name.clone(), tries);
        inserted.remove();
        Ok(name)
    }

    fn list(&self) -> String {
        let on = self.inserted.as_ref().map(|(name, _)| name.as_str());
        let names = self.people.iter().map(|person| {
            let star = if on == Some(person.id.as_str()) {
                "*"
            } else {
                ""
            };
            format!("{}{star}", person.id)
        });
        names.collect::<Vec<_>>().join(" ")
    }

    fn fault(&mut self, settings: &[&str]) -> Result<String, SimError> {
        let faults = match settings {
            ["none"] => None,
            settings => Some(
                toml::from_str::<Faults>(&settings.join("\n"))
                    .map_err(|error| refuse(error.message()))?,
            ),
        };
        if let (Some((_, card)), Some(faults)) = (&self.inserted, &faults) {
            card.with_card(|card| card.set_faults(faults.clone()));
        }
        self.faults = faults;
        Ok(String::new())
    }

    fn card(&self) -> Result<&Inserted, SimError> {
        self.inserted
            .as_ref()
            .map(|(_, card)| card)
            .ok_or_else(|| refuse("no card is on the reader"))
    }
}

/// Sends one line to a control socket and gives back its answer.
///
/// # Errors
/// When nobody serves the socket.
pub fn tell(socket: &Path, line: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    writeln!(stream, "{line}")?;
    let mut answer = String::new();
    io::Read::take(BufReader::new(stream), MAX_LINE).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

fn refuse(why: &str) -> SimError {
    SimError::Control(why.lines().collect::<Vec<_>>().join(" "))
}

/// A word of the person file, such as `rogue-issuer`.
fn word<T: for<'a> Deserialize<'a>>(word: &str) -> Option<T> {
    #[derive(Deserialize)]
    struct One<T> {
        word: T,
    }
    let quoted = format!("word = {:?}", word);
    toml::from_str::<One<T>>(&quoted).ok().map(|one| one.word)
}
