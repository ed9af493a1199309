//! The text application's attributes on their way to a report: compared, hashed, wiped.

use myna_card::ap::surface::CardFace;
use myna_card::ap::text;
use myna_card::data::RsaPublicKey;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use super::report::Attributes;
use super::wire::Stop;
use super::{Sex, calendar};

/// The attributes as the card library gives them, wiped when dropped.
pub(super) struct RawText(text::Attributes);

impl RawText {
    pub(super) fn parse(file: &[u8]) -> Result<Self, Stop> {
        text::Attributes::parse(file)
            .map(Self)
            .map_err(|_| Stop::Malformed)
    }

    /// Birth date and sex: what both applications carry.
    pub(super) fn agrees_with(&self, face: &CardFace) -> bool {
        self.0.birth_date == face.birth_date && self.0.sex == face.sex
    }

    pub(super) fn into_attributes(mut self) -> Result<Attributes, Stop> {
        let born_on = calendar::from_card(self.0.birth_date).ok_or(Stop::Malformed)?;
        let sex = match self.0.sex {
            myna_card::Sex::Male => Sex::Male,
            myna_card::Sex::Female => Sex::Female,
            myna_card::Sex::Unknown => Sex::Unknown,
            myna_card::Sex::NotApplicable => Sex::NotApplicable,
            myna_card::Sex::Other(_) => return Err(Stop::Malformed),
        };
        Ok(Attributes {
            name: std::mem::take(&mut self.0.name),
            address: std::mem::take(&mut self.0.address),
            born_on,
            sex,
        })
    }

    /// Hash of everything a 目視 verification rests on.
    pub(super) fn face_evidence(&self, face: &CardFace) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"madoguchi card evidence: face 1");
        for segment in &face.signed_segments {
            hash.update(Sha256::digest(segment));
        }
        hash.update(face.expiry.to_string());
        self.update(&mut hash);
        hash.finalize().into()
    }

    /// Hash of everything a PIN verification rests on.
    pub(super) fn pin_evidence(&self, key: &RsaPublicKey) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"madoguchi card evidence: pin 1");
        hash.update(Sha256::digest(&key.modulus));
        self.update(&mut hash);
        hash.finalize().into()
    }

    fn update(&self, hash: &mut Sha256) {
        hash.update(Sha256::digest(&self.0.name));
        hash.update(Sha256::digest(&self.0.address));
        hash.update(self.0.birth_date.to_string());
        hash.update(format!("{:?}", self.0.sex));
    }
}

impl Drop for RawText {
    fn drop(&mut self) {
        self.0.name.zeroize();
        self.0.address.zeroize();
    }
}
