//! Compact JWS (RFC 7515) for what is signed: framing only. Signing and verifying are
//! done by the caller with Ed25519 over [`Parts::signing_input`].
//!
//! The header is not a choice: `EdDSA` and the type that the reader expects, or the text is
//! refused, so that no sender can talk a verifier into another algorithm, and nothing that was
//! signed for one purpose serves another.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

/// Largest signed page in bytes: a page of 500 receipts is below 250 kB.
pub const MAX_JWS_BYTES: usize = 1024 * 1024;

/// Largest header in bytes once decoded.
pub const MAX_HEADER_BYTES: usize = 256;

/// Longest key id in characters.
pub const MAX_KID_CHARS: usize = 64;

/// Bytes of an Ed25519 signature (RFC 8032).
pub const SIGNATURE_BYTES: usize = 64;

const ALGORITHM: &str = "EdDSA";

/// What was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A page of receipts.
    Receipts,
    /// `image.json` of a disk image; its payload is left out (RFC 7515, appendix F).
    Image,
    /// The record of a card that was written.
    FlashRecord,
    /// A station asks for a unit's one-time token.
    TokenRequest,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Receipts => "madoguchi-receipt+jws",
            Self::Image => "madoguchi-image+jws",
            Self::FlashRecord => "madoguchi-flash-record+jws",
            Self::TokenRequest => "madoguchi-token-request+jws",
        }
    }

    /// Largest compact text in bytes.
    const fn max_bytes(self) -> usize {
        match self {
            Self::Receipts => MAX_JWS_BYTES,
            Self::Image => 2 * crate::provisioning::image::MAX_MANIFEST_BYTES,
            Self::FlashRecord => 2 * crate::provisioning::record::MAX_RECORD_BYTES,
            Self::TokenRequest => 2 * crate::provisioning::token::MAX_REQUEST_BYTES,
        }
    }
}

/// The header of something signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    alg: String,
    kid: String,
    typ: String,
}

impl Header {
    /// A header of a page of receipts for the key of that id.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn new(kid: &str) -> Result<Self, JwsError> {
        Self::of(Kind::Receipts, kid)
    }

    /// A header for the key of that id.
    ///
    /// # Errors
    /// [`JwsError::Header`] when the id is empty, too long or has other characters than
    /// visible ASCII.
    pub fn of(kind: Kind, kid: &str) -> Result<Self, JwsError> {
        let header = Self {
            alg: ALGORITHM.to_owned(),
            kid: kid.to_owned(),
            typ: kind.as_str().to_owned(),
        };
        header.check(kind)?;
        Ok(header)
    }

    /// Id of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    fn check(&self, kind: Kind) -> Result<(), JwsError> {
        if self.alg != ALGORITHM || self.typ != kind.as_str() {
            return Err(JwsError::Algorithm);
        }
        let kid_ok = (1..=MAX_KID_CHARS).contains(&self.kid.len())
            && self
                .kid
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        if kid_ok {
            Ok(())
        } else {
            Err(JwsError::Header)
        }
    }
}

/// Why a text is not a signed receipt page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than its kind may be.
    #[error("the signed text is too long")]
    TooLong,
    /// Not three base64url parts.
    #[error("not a compact JWS")]
    Framing,
    /// The header is not the JSON object it has to be, or names more than it may.
    #[error("the header is not ours")]
    Header,
    /// Another algorithm or type.
    #[error("another algorithm or type")]
    Algorithm,
    /// The signature does not have [`SIGNATURE_BYTES`] bytes.
    #[error("the signature has the wrong size")]
    Signature,
}

/// A compact JWS taken apart; nothing in it is trusted before the signature is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The header.
    pub header: Header,
    /// What was signed, decoded.
    pub payload: Vec<u8>,
    /// The bytes the signature is over.
    pub signing_input: &'a [u8],
    /// The signature.
    pub signature: [u8; SIGNATURE_BYTES],
}

/// The bytes to sign: header and payload, each in base64url, joined by a dot.
#[must_use]
pub fn signing_input(header: &Header, payload: &[u8]) -> String {
    // Written by hand so that the same header always has the same bytes; `Header::check`
    // has refused what JSON would have to escape.
    let header = format!(
        r#"{{"alg":"{}","kid":"{}","typ":"{}"}}"#,
        header.alg, header.kid, header.typ
    );
    let mut text = BASE64URL_NOPAD.encode(header.as_bytes());
    text.reserve(payload.len() * 4 / 3 + SIGNATURE_BYTES * 2);
    text.push('.');
    BASE64URL_NOPAD.encode_append(payload, &mut text);
    text
}

/// Appends the signature over `signing_input`.
#[must_use]
pub fn with_signature(mut signing_input: String, signature: &[u8; SIGNATURE_BYTES]) -> String {
    signing_input.push('.');
    BASE64URL_NOPAD.encode_append(signature, &mut signing_input);
    signing_input
}

/// Takes a signed page of receipts apart.
///
/// # Errors
/// See [`JwsError`].
pub fn split(text: &str) -> Result<Parts<'_>, JwsError> {
    split_as(Kind::Receipts, text)
}

/// A signature without what it is over: the middle part left out (RFC 7515, appendix F).
#[must_use]
pub fn detached(signed: &str) -> String {
    match (signed.split_once('.'), signed.rsplit_once('.')) {
        (Some((header, _)), Some((_, signature))) => format!("{header}..{signature}"),
        _ => String::new(),
    }
}

/// Puts what was signed back into a signature without it.
///
/// # Errors
/// [`JwsError::Framing`] when the middle part is not empty.
pub fn attached(detached: &str, payload: &[u8]) -> Result<String, JwsError> {
    let (header, signature) = detached.trim().split_once("..").ok_or(JwsError::Framing)?;
    Ok(format!(
        "{header}.{}.{signature}",
        BASE64URL_NOPAD.encode(payload)
    ))
}

/// Takes a compact JWS of one kind apart.
///
/// # Errors
/// See [`JwsError`]; one of another kind is [`JwsError::Algorithm`].
pub fn split_as(kind: Kind, text: &str) -> Result<Parts<'_>, JwsError> {
    if text.len() > kind.max_bytes() {
        return Err(JwsError::TooLong);
    }
    let (signing_input, signature) = text.rsplit_once('.').ok_or(JwsError::Framing)?;
    let (header, payload) = signing_input.split_once('.').ok_or(JwsError::Framing)?;
    if header.len() > MAX_HEADER_BYTES * 4 / 3 + 1 {
        return Err(JwsError::Header);
    }
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| JwsError::Header)?;
    header.check(kind)?;
    Ok(Parts {
        header,
        payload: decoded(payload)?,
        signing_input: signing_input.as_bytes(),
        signature: decoded(signature)?
            .try_into()
            .map_err(|_| JwsError::Signature)?,
    })
}

fn decoded(part: &str) -> Result<Vec<u8>, JwsError> {
    BASE64URL_NOPAD
        .decode(part.as_bytes())
        .map_err(|_| JwsError::Framing)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn with_header(header: &str) -> String {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        format!(
            "{}.{}.{}",
            encode(header.as_bytes()),
            encode(b"{}"),
            encode(&[7; 64])
        )
    }

    #[test]
    fn a_page_comes_apart_as_it_was_put_together() {
        let header = Header::new("receipt-2026-11").unwrap();
        let input = signing_input(&header, b"{\"time\":1}");
        let text = with_signature(input.clone(), &[9; 64]);
        let parts = split(&text).unwrap();
        assert_eq!(parts.header, header);
        assert_eq!(parts.payload, b"{\"time\":1}");
        assert_eq!(parts.signing_input, input.as_bytes());
        assert_eq!(parts.signature, [9; 64]);
    }

    #[test]
    fn another_algorithm_or_type_is_refused() {
        let right = r#"{"alg":"EdDSA","kid":"k","typ":"madoguchi-receipt+jws"}"#;
        assert!(split(&with_header(right)).is_ok());
        for (header, error) in [
            (
                r#"{"alg":"none","kid":"k","typ":"madoguchi-receipt+jws"}"#,
                JwsError::Algorithm,
            ),
            (
                r#"{"alg":"HS256","kid":"k","typ":"madoguchi-receipt+jws"}"#,
                JwsError::Algorithm,
            ),
            (
                r#"{"alg":"eddsa","kid":"k","typ":"madoguchi-receipt+jws"}"#,
                JwsError::Algorithm,
            ),
            (
                r#"{"alg":"EdDSA","kid":"k","typ":"JWT"}"#,
                JwsError::Algorithm,
            ),
            (
                r#"{"alg":"EdDSA","kid":"","typ":"madoguchi-receipt+jws"}"#,
                JwsError::Header,
            ),
            (
                r#"{"alg":"EdDSA","typ":"madoguchi-receipt+jws"}"#,
                JwsError::Header,
            ),
            (
                r#"{"alg":"EdDSA","kid":"k","typ":"madoguchi-receipt+jws","crit":["b64"]}"#,
                JwsError::Header,
            ),
            (
                r#"{"alg":"none","alg":"EdDSA","kid":"k","typ":"madoguchi-receipt+jws"}"#,
                JwsError::Header,
            ),
            ("[]", JwsError::Header),
            ("", JwsError::Header),
        ] {
            assert_eq!(split(&with_header(header)).unwrap_err(), error, "{header}");
        }
    }

    #[test]
    fn what_was_signed_for_one_purpose_serves_no_other() {
        const KINDS: [Kind; 4] = [
            Kind::Receipts,
            Kind::Image,
            Kind::FlashRecord,
            Kind::TokenRequest,
        ];
        for kind in KINDS {
            let header = Header::of(kind, "k").unwrap();
            let text = with_signature(signing_input(&header, b"{}"), &[1; 64]);
            for other in KINDS {
                assert_eq!(split_as(other, &text).is_ok(), other == kind);
            }
        }
    }

    #[test]
    fn a_signature_without_its_payload_takes_only_that_payload_back() {
        let header = Header::of(Kind::Image, "k").unwrap();
        let whole = with_signature(signing_input(&header, b"{\"bytes\":1}"), &[1; 64]);
        let alone = detached(&whole);
        assert!(alone.contains(".."));
        assert_eq!(
            attached(&format!("{alone}\n"), b"{\"bytes\":1}").unwrap(),
            whole
        );
        assert_ne!(attached(&alone, b"{\"bytes\":2}").unwrap(), whole);
        assert_eq!(attached(&whole, b"{}"), Err(JwsError::Framing));
    }

    #[test]
    fn broken_framing_is_refused() {
        let whole = with_signature(signing_input(&Header::new("k").unwrap(), b"{}"), &[1; 64]);
        assert!(split(&whole).is_ok());
        for wrong in [
            "",
            ".",
            "..",
            "a.b",
            &whole[..whole.len() - 1],
            &format!("{whole}A"),
        ] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
        assert_eq!(split(&format!("{whole}=")), Err(JwsError::Framing));
        assert_eq!(split(&format!("{whole}.AAAA")), Err(JwsError::Framing));
        assert_eq!(
            split(&"a".repeat(MAX_JWS_BYTES + 1)),
            Err(JwsError::TooLong)
        );
    }

    #[test]
    fn key_ids_that_json_would_have_to_escape_are_refused() {
        for kid in ["", "a\"b", "a\\b", "a b", "鍵", &"k".repeat(65)] {
            assert_eq!(Header::new(kid), Err(JwsError::Header), "{kid}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9_.=-]{0,80}") {
            let _ = split(&text);
        }

        #[test]
        fn any_payload_comes_back(payload in prop::collection::vec(any::<u8>(), 0..200)) {
            let input = signing_input(&Header::new("k").unwrap(), &payload);
            let text = with_signature(input, &[3; 64]);
            prop_assert_eq!(split(&text).unwrap().payload, payload);
        }
    }
}
