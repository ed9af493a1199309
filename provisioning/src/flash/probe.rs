//! Does a card keep as many bytes as it tells? Forged cards lose what lies behind their real
//! size, or begin at their beginning again, where that size is nearly always a power of two:
//! their controller ignores the upper address lines.
//!
//! A sign is written at a base and at the base plus every power of two below the size, and at
//! the end; then all are read. What begins again overwrites the base.

use crate::error::Problem;
use crate::seal::sha256;
use crate::target::{Target, write_all};

use super::cause::of_difference;
use super::put::sync;
use super::{HEAD_BYTES, is_end};

/// Bytes of one sign.
const SIGN_BYTES: usize = 4096;

/// Writes signs, reads them back, and takes them away.
///
/// # Errors
/// [`Problem::CardCapacity`], or what else is wrong with the card.
pub fn probe(card: &mut dyn Target, nonce: u64) -> Result<(), Problem> {
    let places = places(card.bytes());
    for at in &places {
        put(card, *at, &sign(nonce, *at))?;
    }
    sync(card, HEAD_BYTES)?;
    let mut held = vec![0; SIGN_BYTES];
    for at in &places {
        match card.read_at(*at, &mut held) {
            Ok(()) => {}
            Err(error) if is_end(&error) => return Err(Problem::CardCapacity { at: *at }),
            Err(error) => return Err(Problem::card_read(*at, error)),
        }
        let sign = sign(nonce, *at);
        if held != sign {
            let differing = held.iter().zip(&sign).filter(|(a, b)| a != b).count();
            if differing > SIGN_BYTES / 2 {
                return Err(Problem::CardCapacity { at: *at });
            }
            // Our sign, with a few bytes wrong: it lies where it should.
            let cause = of_difference(card, *at, &held, sha256(&sign), |_| false);
            return Err(Problem::CardDiffers { at: *at, cause });
        }
    }
    for at in &places {
        put(card, *at, &[0; SIGN_BYTES])?;
    }
    sync(card, HEAD_BYTES)
}

/// Where signs stand on a card of that size.
fn places(bytes: u64) -> Vec<u64> {
    let room = bytes.saturating_sub(SIGN_BYTES as u64);
    let mut places = vec![HEAD_BYTES];
    let mut step = HEAD_BYTES;
    while HEAD_BYTES + step < room {
        places.push(HEAD_BYTES + step);
        step *= 2;
    }
    places.push(room - room % SIGN_BYTES as u64);
    places
}

fn sign(nonce: u64, at: u64) -> Vec<u8> {
    let mut seed = nonce.to_be_bytes().to_vec();
    seed.extend(at.to_be_bytes());
    sha256(&seed).as_bytes().repeat(SIGN_BYTES / 32)
}

fn put(card: &mut dyn Target, at: u64, bytes: &[u8]) -> Result<(), Problem> {
    write_all(card, at, bytes).map_err(|e| match e.kind() {
        std::io::ErrorKind::StorageFull => Problem::CardCapacity { at },
        _ => Problem::card_write(at, e),
    })
}
