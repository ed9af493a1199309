//! The files of a simulated card, laid out and signed like those of a real one.
//!
//! The layouts are those that `myna-card` documents from measured cards.

use std::collections::BTreeMap;

use myna_card::data::sha256_digest_info;
use protocol::calendar::Date;
use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};

use super::ca::{public_key, sign, sign_info};
use super::{Make, Person, SimCa, SimError};
use crate::card::Sex;

/// What fills a file up behind its content.
const FILLER: [u8; 16] = [0xFF; 16];

/// One file.
pub(super) struct File {
    pub(super) content: Vec<u8>,
    /// Keys of which one must be open; none for a file that anyone may read.
    pub(super) opened_by: &'static [u16],
}

/// One application's files and its signing key.
pub(super) struct Contents {
    pub(super) files: BTreeMap<u16, File>,
    pub(super) key: RsaPrivateKey,
}

/// Builds both applications of a person's card: surface, then text.
pub(super) fn build(person: &Person, ca: &SimCa) -> Result<[Contents; 2], SimError> {
    let [surface_key, text_key] = ca.card_keys(&person.id)?;
    let rogue = match person.make {
        Make::RogueIssuer | Make::Clone => Some(ca.rogue_key()?),
        _ => None,
    };
    let rogue_issuer = rogue.as_ref().filter(|_| person.make == Make::RogueIssuer);
    let issuer = |application: usize| rogue_issuer.unwrap_or(ca.issuer(application));
    let certificate =
        |application: usize| ca.certificate(application, issuer(application), rogue_issuer);

    let surface = BTreeMap::from([
        file(
            0x0001,
            birth_record(person, &surface_key, issuer(0)),
            &[0x0011],
        ),
        file(
            0x0002,
            face(person, &surface_key, issuer(0)),
            &[0x0012, 0x0013],
        ),
        file(0x0004, certificate(0), &[]),
        file(
            0x0005,
            tlv(0xFF40, &tlv(0xDF41, &person.code_image)),
            &[0x0013],
        ),
    ]);
    let number = tlv(0xFF10, person.individual_number().as_bytes());
    let text = BTreeMap::from([
        file(0x0001, number, &[0x0011, 0x0014]),
        file(0x0002, attributes(person), &[0x0011, 0x0015]),
        file(
            0x0003,
            tlv(0xFF30, &tlv(0xDF31, &[0; 32])),
            &[0x0011, 0x0014, 0x0015],
        ),
        file(0x0004, certificate(1), &[]),
        file(
            0x0007,
            signed_key(&text_key, issuer(1)),
            &[0x0011, 0x0014, 0x0015],
        ),
    ]);
    // A clone has the files and not the keys: it signs with one that it made itself.
    let clone = rogue.filter(|_| person.make == Make::Clone);
    Ok([
        Contents {
            files: surface,
            key: clone.clone().unwrap_or(surface_key),
        },
        Contents {
            files: text,
            key: clone.unwrap_or(text_key),
        },
    ])
}

/// One BER object; from 128 bytes on with a length of two bytes, as the card writes it.
pub(super) fn tlv(tag: u32, value: &[u8]) -> Vec<u8> {
    let tag = tag.to_be_bytes();
    let mut out: Vec<u8> = tag.iter().copied().skip_while(|byte| *byte == 0).collect();
    match u8::try_from(value.len()) {
        Ok(length @ 0..=0x7F) => out.push(length),
        _ => {
            let length = u16::try_from(value.len()).expect("a card file is under 64 KiB");
            out.push(0x82);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(value);
    out
}

fn file(id: u16, mut content: Vec<u8>, opened_by: &'static [u16]) -> (u16, File) {
    content.extend_from_slice(&FILLER);
    (id, File { content, opened_by })
}

fn birth_record(person: &Person, key: &RsaPrivateKey, issuer: &RsaPrivateKey) -> Vec<u8> {
    let mut body = tlv(0xDF11, day(person.born_on).as_bytes());
    body.extend(tlv(0xDF12, &public_key(key)));
    let signature = sign(issuer, &body);
    body.extend(tlv(0xDF13, &signature));
    tlv(0xFF10, &body)
}

/// EF 0002 of the surface application. The signature covers three groups of fields, each hashed
/// by itself; expiry and security code come after it and are not covered.
fn face(person: &Person, key: &RsaPrivateKey, issuer: &RsaPrivateKey) -> Vec<u8> {
    let photo = match person.make {
        Make::BadPhoto => b"not a picture".to_vec(),
        _ => person.photo.clone(),
    };
    let mut fields = vec![
        tlv(0xDF22, day(person.born_on).as_bytes()),
        tlv(0xDF23, sex(person.sex)),
        tlv(0xDF24, &public_key(key)),
        tlv(0xDF25, &person.name_image),
        tlv(0xDF26, &person.address_image),
        tlv(0xDF27, &photo),
    ];
    let groups = [&fields[0..3], &fields[3..5], &fields[5..6]];
    let digests: Vec<u8> = groups
        .iter()
        .flat_map(|group| Sha256::digest(group.concat()))
        .collect();
    let signature = sign_info(issuer, &sha256_digest_info(&digests));
    let mut expiry = day(person.expires_on);
    if person.make == Make::ForgedExpiry {
        let year = person.expires_on.year() + 10;
        expiry.replace_range(..4, &format!("{year:04}"));
    }
    if person.make == Make::Tampered {
        // The middle of the picture: it still decodes, to another face.
        let at = fields[5].len() / 2;
        fields[5][at] ^= 0x10;
    }
    fields.extend([
        tlv(0xDF28, &signature),
        tlv(0xDF29, expiry.as_bytes()),
        tlv(0xDF2A, &person.code_image),
    ]);
    with_offsets(&fields)
}

/// EF 0002 of the text application.
fn attributes(person: &Person) -> Vec<u8> {
    let born_on = match person.make {
        Make::ApplicationsDisagree => format!("{:04}0401", person.born_on.year() - 1),
        _ => day(person.born_on),
    };
    with_offsets(&[
        tlv(0xDF22, person.name.as_bytes()),
        tlv(0xDF23, person.address.as_bytes()),
        tlv(0xDF24, born_on.as_bytes()),
        tlv(0xDF25, sex(person.sex)),
    ])
}

fn signed_key(key: &RsaPrivateKey, issuer: &RsaPrivateKey) -> Vec<u8> {
    let mut body = tlv(0xDF51, &public_key(key));
    let signature = sign(issuer, &body);
    body.extend(tlv(0xDF52, &signature));
    tlv(0xFF50, &body)
}

/// `FF20 { DF21 offsets, fields… }`, the offsets counted from the start of the file.
fn with_offsets(fields: &[Vec<u8>]) -> Vec<u8> {
    let table = 3 + 2 * fields.len();
    let body = table + fields.iter().map(Vec::len).sum::<usize>();
    let header = if body < 0x80 { 3 } else { 5 };
    let mut at = header + table;
    let mut offsets = Vec::with_capacity(2 * fields.len());
    for field in fields {
        let offset = u16::try_from(at).expect("a card file is under 64 KiB");
        offsets.extend_from_slice(&offset.to_be_bytes());
        at += field.len();
    }
    tlv(0xFF20, &[tlv(0xDF21, &offsets), fields.concat()].concat())
}

fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn sex(sex: Sex) -> &'static [u8] {
    match sex {
        Sex::Male => b"1",
        Sex::Female => b"2",
        Sex::Unknown => b"0",
        Sex::NotApplicable => b"9",
    }
}
