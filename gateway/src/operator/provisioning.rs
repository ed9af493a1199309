//! Images, the machines that write cards, and the records of what they wrote.

use data_encoding::BASE64URL_NOPAD;
use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::jws::{self, JwsError, Kind};
use protocol::problem::ProblemCode;
use protocol::provisioning::ImageManifest;
use protocol::provisioning::image::{TrustedKeys, VerifyKey};
use protocol::provisioning::record::{FORMAT, FlashRecord};
use ring::signature::{ED25519, UnparsedPublicKey};

use crate::error::GatewayError;
use crate::store::{self, KnownImage, Store};

/// A record of a card that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRecord {
    /// What it says.
    pub record: FlashRecord,
    /// `false` when it had been taken before.
    pub new: bool,
}

/// Makes an image known, from its description and the signature beside it.
///
/// # Errors
/// A description that is not one, or is not signed by a trusted key.
pub fn add_image(
    store: &dyn Store,
    description: &[u8],
    signature: &str,
    keys: &TrustedKeys,
    now: Timestamp,
) -> Result<KnownImage, GatewayError> {
    let refuse = |title| GatewayError::refuse(ProblemCode::ImageSignature, title);
    let unsigned = |_: JwsError| refuse("the signature of the image cannot be read");
    let whole = jws::attached(signature, description).map_err(unsigned)?;
    let parts = jws::split_as(Kind::Image, &whole).map_err(unsigned)?;
    let key = keys
        .find(parts.header.kid())
        .ok_or_else(|| refuse("the image is signed by a key that is not trusted"))?;
    if !is_signed(key, &parts) {
        return Err(refuse("the signature is not of this image"));
    }
    let manifest: ImageManifest = serde_json::from_slice(description)
        .map_err(|_| refuse("the description of the image cannot be read"))?;
    manifest
        .check()
        .map_err(|_| refuse("the description of the image contradicts itself"))?;
    let image = KnownImage {
        sha256: manifest.sha256,
        version: manifest.version,
        added_at: now,
    };
    let added = image.clone();
    store::write(store, move |tx| tx.put_image(&added))?;
    Ok(image)
}

/// Makes a machine known that writes cards.
///
/// # Errors
/// A key that is no Ed25519 key.
pub fn add_station(store: &dyn Store, key: VerifyKey, now: Timestamp) -> Result<(), GatewayError> {
    let shaped = BASE64URL_NOPAD
        .decode(key.x.as_bytes())
        .is_ok_and(|public| public.len() == 32)
        && jws::Header::of(Kind::FlashRecord, &key.kid).is_ok();
    if !shaped {
        return Err(GatewayError::Input(
            "a key is printed by `provision station`: kid and x".to_owned(),
        ));
    }
    store::write(store, move |tx| tx.put_station(&key, now))
}

/// Takes the record of a card: only from a known machine, and only for a known image.
///
/// # Errors
/// A record that cannot be read, of an unknown machine or image. The same record again is
/// none.
pub fn take_record(
    store: &dyn Store,
    signed: &str,
    now: Timestamp,
) -> Result<TakenRecord, GatewayError> {
    let signed = signed.trim();
    let wrong = |title| GatewayError::refuse(ProblemCode::RecordSignature, title);
    let parts = jws::split_as(Kind::FlashRecord, signed)
        .map_err(|_| wrong("this is no record of a card"))?;
    let (stations, images) = store::read(store, |tx| Ok((tx.stations()?, tx.images()?)))?;
    let key = stations
        .iter()
        .find(|station| station.key.kid == parts.header.kid() && station.revoked_at.is_none())
        .map(|station| &station.key)
        .ok_or_else(|| {
            GatewayError::refuse(
                ProblemCode::StationUnknown,
                "the record is signed by a machine that is not known",
            )
        })?;
    if !is_signed(key, &parts) {
        return Err(wrong("the record's signature is wrong"));
    }
    let record: FlashRecord =
        serde_json::from_slice(&parts.payload).map_err(|_| wrong("the record cannot be read"))?;
    if record.format != FORMAT {
        return Err(wrong("the record is of another version"));
    }
    let known = images
        .iter()
        .any(|image| image.sha256 == record.image && image.version == record.version);
    if !known {
        return Err(GatewayError::refuse(
            ProblemCode::ImageUnknown,
            "the record names an image that is not known",
        ));
    }
    let digest = Sha256Digest::of(signed.as_bytes());
    let kept = record.clone();
    let new = store::write(store, move |tx| tx.add_card(digest, &kept, now))?;
    Ok(TakenRecord { record, new })
}

/// Whether a key signed those parts.
pub(crate) fn is_signed(key: &VerifyKey, parts: &jws::Parts<'_>) -> bool {
    BASE64URL_NOPAD
        .decode(key.x.as_bytes())
        .is_ok_and(|public| {
            UnparsedPublicKey::new(&ED25519, public)
                .verify(parts.signing_input, &parts.signature)
                .is_ok()
        })
}
