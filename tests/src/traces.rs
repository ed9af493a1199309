//! What a day at the desk must not leave behind, and where to look for it.

use std::fs;
use std::io;
use std::path::Path;

use hal::sim::{People, Person};

use crate::secrets::{Find, Scanner, Wanted};

/// Folders of a world that belong to the other side of the counter: the simulated cards
/// themselves, and the municipality's exports.
const OTHER_SIDE: [&str; 2] = ["cards", "exports"];

/// Looks for what was typed and what is on the cards.
pub struct Traces {
    /// Individual numbers and 照合番号B: nowhere.
    numbers: Scanner,
    /// Individual numbers alone: on no screen, where the front of a card may be typed.
    individual: Scanner,
    /// As `numbers`, with card PINs and passcodes: nowhere in what people read.
    codes: Scanner,
    /// Names, addresses, insured numbers: not in logs.
    people: Scanner,
}

impl Traces {
    /// For the people of the simulated cards, the passcodes that are typed during the day,
    /// and the insured numbers that are asked about.
    ///
    /// # Errors
    /// When there is nothing to look for.
    pub fn new(passcodes: &[&str], insured: &[&str]) -> io::Result<Self> {
        let cards = People::built_in();
        let mut codes = numbers(&cards);
        for person in cards.iter() {
            codes.digits(&format!("card PIN of {}", person.id), &person.pin);
        }
        for (index, passcode) in passcodes.iter().enumerate() {
            codes.digits(&format!("passcode {index}"), passcode);
        }
        let mut people = Wanted::default();
        for person in cards.iter() {
            people.text(&format!("name of {}", person.id), &person.name);
            people.text(&format!("address of {}", person.id), &person.address);
            if let Some((family, given)) = person.name.split_once('\u{3000}') {
                people.text(
                    &format!("name of {}", person.id),
                    &format!("{family} {given}"),
                );
                people.text(&format!("given name of {}", person.id), given);
            }
            people.text(
                &format!("birth of {}", person.id),
                &person.born_on.to_string(),
            );
        }
        for (index, number) in insured.iter().enumerate() {
            people.digits(&format!("insured number {index}"), number);
        }
        let mut individual = Wanted::default();
        for person in cards.iter() {
            let what = format!("individual number of {}", person.id);
            individual.digits(&what, &person.individual_number());
        }
        Ok(Self {
            individual: individual.scanner()?,
            numbers: numbers(&cards).scanner()?,
            codes: codes.scanner()?,
            people: people.scanner()?,
        })
    }

    /// Looks through the lines of a log: no number, no code, no person.
    #[must_use]
    pub fn in_log(&self, place: &str, lines: &[String]) -> Vec<Find> {
        let text = lines.join("\n");
        let mut finds = self.codes.bytes(place, text.as_bytes());
        finds.extend(self.people.bytes(place, text.as_bytes()));
        finds
    }

    /// Looks through what stood on screens, one line each with the screen's number before it: no
    /// individual number, also not with one digit a box. A number inside the picture of a page
    /// would not be seen.
    #[must_use]
    pub fn on_screens(&self, screens: &[String]) -> Vec<Find> {
        let mut finds = Vec::new();
        for line in screens {
            let (number, words) = line.split_once(' ').unwrap_or((line, ""));
            let digits: String = words.chars().filter_map(digit).collect();
            for text in [words, &digits] {
                finds.extend(self.individual.bytes(number, text.as_bytes()));
            }
        }
        finds
    }

    /// Looks through every file of a world: databases with their write-ahead logs, blobs,
    /// configuration, pictures. People may be in the gateway's database; numbers may not.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn in_files(&self, world: &Path) -> io::Result<Vec<Find>> {
        let mut finds = Vec::new();
        for entry in fs::read_dir(world)? {
            let entry = entry?;
            let is_other = OTHER_SIDE.iter().any(|name| entry.file_name() == *name);
            match entry.file_type()? {
                _ if is_other => {}
                kind if kind.is_dir() => finds.extend(self.numbers.folder(&entry.path())?),
                kind if kind.is_file() => finds.extend(self.numbers.file(&entry.path())?),
                _ => {}
            }
        }
        Ok(finds)
    }

    /// Looks through what lies on the terminal: nothing that was typed or read is in the
    /// clear, not even a name.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn on_the_terminal(&self, folder: &Path) -> io::Result<Vec<Find>> {
        let mut finds = self.codes.folder(folder)?;
        finds.extend(self.people.folder(folder)?);
        Ok(finds)
    }

    /// Looks through the memory of a running kiosk, whose screen is locked, for individual
    /// numbers and 照合番号B.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn in_memory(&self, kiosk: u32) -> io::Result<Vec<Find>> {
        self.numbers.memory(kiosk)
    }
}

/// The digit that a person reads there, in half or full width.
fn digit(letter: char) -> Option<char> {
    match letter {
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10),
        _ => letter.is_ascii_digit().then_some(letter),
    }
}

fn numbers(cards: &People) -> Wanted {
    let mut wanted = Wanted::default();
    for person in cards.iter() {
        let number = person.individual_number();
        wanted.digits(&format!("individual number of {}", person.id), &number);
        wanted.digits(&format!("照合番号B of {}", person.id), &number_b(person));
    }
    wanted
}

/// Birth date with the year of its era, year of expiry, security code: as printed on the
/// front of the card.
fn number_b(person: &Person) -> String {
    let born = person.born_on;
    format!(
        "{:02}{:02}{:02}{:04}{}",
        born.era_two_digit_year().unwrap_or(0),
        born.month(),
        born.day(),
        person.expires_on.year(),
        person.security_code
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_log_with_a_number_a_code_or_a_person_is_caught() {
        let traces = Traces::new(&["2580"], &["0009900011"]).unwrap();
        let hanako = People::built_in().get("hanako").unwrap().clone();
        let lines = [
            format!("read {}", hanako.individual_number()),
            format!("code {}", number_b(&hanako)),
            "passcode 2580 was wrong".to_owned(),
            format!("visitor {}", hanako.name.replace('\u{3000}', " ")),
            "asked for 0009900011".to_owned(),
        ];
        for line in lines {
            assert!(
                !traces.in_log("log", std::slice::from_ref(&line)).is_empty(),
                "{line}"
            );
        }
        let harmless = "command 01939f6e-2580-7000-8000-000000000000 saved in 12580 us".to_owned();
        assert_eq!(traces.in_log("log", &[harmless]), []);
    }

    #[test]
    fn a_screen_with_an_individual_number_is_caught_however_it_is_written() {
        let traces = Traces::new(&["2580"], &["0009900011"]).unwrap();
        let hanako = People::built_in().get("hanako").unwrap().clone();
        let number = hanako.individual_number();
        let wide: String = number
            .chars()
            .filter_map(|digit| char::from_u32(0xFEE0 + u32::from(digit)))
            .collect();
        let boxes: Vec<_> = number.split("").filter(|digit| !digit.is_empty()).collect();
        let groups = [&number[..4], &number[4..8], &number[8..]];
        for words in [
            number.clone(),
            wide,
            boxes.join(" | "),
            groups.join("-"),
            groups.join("・"),
        ] {
            let screen = format!("C-6 {} | {words} | おわる", hanako.name);
            assert!(!traces.on_screens(&[screen]).is_empty());
        }
        let typed = format!("C-2 {} | 1 | 2 | 3 | 0009900011", number_b(&hanako));
        assert_eq!(traces.on_screens(&[typed]), []);
    }

    #[test]
    fn the_other_side_of_the_counter_is_not_searched() {
        let folder = tempfile::tempdir().unwrap();
        let hanako = People::built_in().get("hanako").unwrap().clone();
        let put = |name: &str| {
            fs::create_dir_all(folder.path().join(name)).unwrap();
            fs::write(
                folder.path().join(name).join("file"),
                hanako.individual_number(),
            )
            .unwrap();
        };
        let traces = Traces::new(&["2580"], &["0009900011"]).unwrap();
        put("cards");
        assert_eq!(traces.in_files(folder.path()).unwrap(), []);
        put("gateway");
        assert_eq!(traces.in_files(folder.path()).unwrap().len(), 1);
    }
}
