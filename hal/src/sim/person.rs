//! Who the simulated cards belong to: a TOML file of invented people.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::calendar::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::ca::file_error;
use super::{Faults, Make, SimError};
use crate::card::{CardPin, CredentialError, NumberB, Sex};

/// Most people in one file.
const MAX_PEOPLE: usize = 1000;

/// The people of a file.
#[derive(Debug, Clone)]
pub struct People {
    people: Vec<Person>,
}

/// One invented person and the card that they carry.
#[derive(Debug, Clone)]
pub struct Person {
    /// Short name for the control and for key files: small letters, digits, hyphen.
    pub id: String,
    /// 氏名, family and given name separated by U+3000.
    pub name: String,
    /// 住所.
    pub address: String,
    /// 生年月日.
    pub born_on: Date,
    /// 性別.
    pub sex: Sex,
    /// 有効期限.
    pub expires_on: Date,
    /// セキュリティコード, four digits.
    pub security_code: String,
    /// The card's PIN, four digits.
    pub pin: String,
    /// JPEG 2000.
    pub photo: Vec<u8>,
    /// PNG.
    pub name_image: Vec<u8>,
    /// PNG.
    pub address_image: Vec<u8>,
    /// PNG.
    pub code_image: Vec<u8>,
    /// Genuine, or forged in some way.
    pub make: Make,
    /// How the link behaves.
    pub faults: Faults,
}

impl People {
    /// The people that come with the product.
    #[must_use]
    pub fn built_in() -> Self {
        Self::from_toml(include_str!("../../assets/people.toml"), None)
            .expect("the built-in file is read in this module's test")
    }

    /// Reads a file; its pictures are looked for beside it, then among the built-in ones.
    ///
    /// # Errors
    /// [`SimError`] names the file or the line.
    pub fn load(path: &Path) -> Result<Self, SimError> {
        let text = fs::read_to_string(path).map_err(|source| file_error(path, source))?;
        Self::from_toml(&text, path.parent())
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`SimError::Person`] names the line.
    pub fn from_toml(text: &str, beside: Option<&Path>) -> Result<Self, SimError> {
        let at = |span: Option<std::ops::Range<usize>>| {
            let before = text.as_bytes().iter().take(span.map_or(0, |s| s.start));
            1 + before.filter(|byte| **byte == b'\n').count()
        };
        let file: File = toml::from_str(text).map_err(|error| SimError::Person {
            line: at(error.span()),
            what: error.message().to_owned(),
        })?;
        if file.person.len() > MAX_PEOPLE {
            let what = format!("more than {MAX_PEOPLE} people");
            return Err(SimError::Person { line: 1, what });
        }
        let mut people: Vec<Person> = Vec::with_capacity(file.person.len());
        for entry in file.person {
            let line = at(Some(entry.id.span()));
            let wrong = |what: &str| SimError::Person {
                line,
                what: what.to_owned(),
            };
            if people.iter().any(|person| person.id == *entry.id.get_ref()) {
                return Err(wrong("this id stands in the file twice"));
            }
            people.push(entry.check(beside).map_err(wrong)?);
        }
        Ok(Self { people })
    }

    /// The person called `id`.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// Everyone, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }
}

impl Person {
    /// The 照合番号B printed on this card.
    ///
    /// # Errors
    /// [`CredentialError`] for people whose card could not exist.
    pub fn number_b(&self) -> Result<NumberB, CredentialError> {
        let year = u16::try_from(self.expires_on.year()).unwrap_or(0);
        NumberB::new(self.born_on, year, &self.security_code)
    }

    /// The PIN that this person set.
    ///
    /// # Errors
    /// [`CredentialError`] when it is not four digits.
    pub fn card_pin(&self) -> Result<CardPin, CredentialError> {
        CardPin::new(&self.pin)
    }

    /// A made-up individual number with a correct check digit, so that a test can look for it
    /// where it must not be. Derived, so that it stands in no file and in no program.
    #[must_use]
    pub fn individual_number(&self) -> String {
        let hash = Sha256::digest(format!("simulated individual number {}", self.id));
        let mut digits: Vec<u8> = hash.iter().take(11).map(|byte| byte % 10).collect();
        // 番号利用法施行令第8条・総務省令: weights 2..7, 2..6 from the right; 11 − (sum mod 11),
        // and 0 where that leaves two digits.
        let sum: u32 = digits
            .iter()
            .rev()
            .zip([2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6])
            .map(|(digit, weight)| u32::from(*digit) * weight)
            .sum();
        let check = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        digits.push(u8::try_from(check).unwrap_or(0));
        digits.iter().map(|d| char::from(b'0' + d)).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    person: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: toml::Spanned<String>,
    name: String,
    address: String,
    born_on: String,
    sex: SexWord,
    expires_on: String,
    security_code: String,
    pin: String,
    photo: Option<PathBuf>,
    name_image: Option<PathBuf>,
    address_image: Option<PathBuf>,
    code_image: Option<PathBuf>,
    #[serde(default)]
    make: Make,
    #[serde(default)]
    faults: Faults,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SexWord {
    Male,
    Female,
    Unknown,
}

impl Entry {
    fn check(self, beside: Option<&Path>) -> Result<Person, &'static str> {
        let id = self.id.into_inner();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > 40 || !id.chars().all(plain) {
            return Err("an id is small letters, digits and hyphens");
        }
        let digits = |s: &str| s.len() == 4 && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(&self.security_code) {
            return Err("security_code has four digits");
        }
        if !digits(&self.pin) {
            return Err("pin has four digits");
        }
        if self.name.is_empty() || self.name.len() > 400 || self.address.len() > 1000 {
            return Err("name or address is empty or too long for a card");
        }
        let photo = picture(beside, self.photo.as_deref(), "face-1.jp2")?;
        Ok(Person {
            born_on: Date::parse(&self.born_on).map_err(|_| "born_on is not a day")?,
            expires_on: Date::parse(&self.expires_on).map_err(|_| "expires_on is not a day")?,
            sex: match self.sex {
                SexWord::Male => Sex::Male,
                SexWord::Female => Sex::Female,
                SexWord::Unknown => Sex::Unknown,
            },
            photo,
            name_image: picture(beside, self.name_image.as_deref(), "name-1.png")?,
            address_image: picture(beside, self.address_image.as_deref(), "address-1.png")?,
            code_image: picture(beside, self.code_image.as_deref(), "code-2285.png")?,
            name: self.name,
            address: self.address,
            security_code: self.security_code,
            pin: self.pin,
            make: self.make,
            faults: self.faults,
            id,
        })
    }
}

/// A photo made as long as `bytes`, for figures of a larger face: a box that decoders pass over
/// (`free`, ISO/IEC 15444-1 annex I.2.2) is put behind the picture. One that is as long already,
/// or too close to it for a box, stays as it is.
#[must_use]
pub fn padded_photo(photo: &[u8], bytes: usize) -> Vec<u8> {
    const HEAD: usize = 8;
    let mut padded = photo.to_vec();
    let Some(room) = bytes.checked_sub(photo.len()).filter(|room| *room >= HEAD) else {
        return padded;
    };
    let Ok(length) = u32::try_from(room) else {
        return padded;
    };
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(b"free");
    padded.resize(bytes, 0);
    padded
}

fn picture(
    beside: Option<&Path>,
    name: Option<&Path>,
    otherwise: &str,
) -> Result<Vec<u8>, &'static str> {
    let name = name.unwrap_or(Path::new(otherwise));
    if let Some(dir) = beside
        && let Ok(data) = fs::read(dir.join(name))
    {
        return Ok(data);
    }
    BUILT_IN
        .iter()
        .find(|(known, _)| Path::new(known) == name)
        .map(|(_, data)| data.to_vec())
        .ok_or("a picture is neither beside the file nor built in")
}

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../assets/", $name)))),*]
    };
}

/// Pictures drawn by `assets/make.sh`.
const BUILT_IN: &[(&str, &[u8])] = assets![
    "face-1.jp2",
    "face-2.jp2",
    "face-3.jp2",
    "face-4.jp2",
    "name-1.png",
    "name-2.png",
    "name-3.png",
    "name-4.png",
    "address-1.png",
    "address-2.png",
    "address-3.png",
    "address-4.png",
    "code-2285.png",
    "code-0417.png",
    "code-9036.png",
    "code-5512.png",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_built_in_people_can_all_carry_a_card() {
        let people = People::built_in();
        assert_eq!(people.iter().count(), 4);
        for person in people.iter() {
            person.number_b().unwrap();
            person.card_pin().unwrap();
            assert_eq!(person.individual_number().len(), 12);
        }
        let hanako = people.get("hanako").unwrap();
        let ichiro = people.get("ichiro").unwrap();
        assert_ne!(hanako.individual_number(), ichiro.individual_number());
    }

    #[test]
    fn a_mistake_in_a_person_file_is_named_with_its_line() {
        let good = include_str!("../../assets/people.toml");
        let cases = [
            (good.replace("\"2285\"", "\"228\""), "security_code"),
            (good.replace("1938-08-28", "1938-02-30"), "born_on"),
            (good.replace("\"ichiro\"", "\"hanako\""), "twice"),
            (good.replace("face-2.jp2", "face-9.jp2"), "picture"),
            (good.replacen("pin =", "pim =", 1), "unknown field"),
        ];
        for (text, word) in cases {
            let error = People::from_toml(&text, None).unwrap_err();
            let SimError::Person { line, what } = error else {
                unreachable!("{error}")
            };
            assert!(what.contains(word), "{what}");
            assert!(line > 1, "{line}: {what}");
        }
    }
}
