//! Enrolment and renewal.
//!
//! A token makes one terminal, once. The very same request sent again (its answer was
//! lost) gets the very same certificate: the token remembers the key it was used for. Any
//! other second use is refused with its own code.

use std::sync::Arc;

use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, EnrolRequest, Enrolment, RenewRequest, TrustBundle};
use protocol::facility::Facility;
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;

use super::authority::Authority;
use super::issue::KeyRequest;
use super::token;
use crate::engine::{admit, welcome};
use crate::entropy::Entropy;
use crate::error::GatewayError;
use crate::operator::{enrolled, retire};
use crate::store::{AlarmKind, Device, DeviceState, Station, TokenIssue, Tx};

/// Longest hardware serial, in bytes.
pub const MAX_SERIAL_BYTES: usize = 64;

/// Issues identities.
pub struct Registrar {
    authority: Authority,
    trust: TrustBundle,
    certificate_days: u16,
    entropy: Arc<dyn Entropy>,
}

impl Registrar {
    /// A registrar that hands out `trust` with every certificate.
    #[must_use]
    pub fn new(
        authority: Authority,
        trust: TrustBundle,
        certificate_days: u16,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            authority,
            trust,
            certificate_days,
            entropy,
        }
    }

    /// What terminals trust.
    #[must_use]
    pub fn trust(&self) -> &TrustBundle {
        &self.trust
    }

    /// Makes a terminal from a token and a certificate request, and begins its feed with what
    /// its office knows already.
    ///
    /// # Errors
    /// The refusals of enrolment (`MDG-ENROL-…`), or the database's.
    pub fn enrol(
        &self,
        tx: &mut dyn Tx,
        request: &EnrolRequest,
        now: Timestamp,
    ) -> Result<Enrolment, GatewayError> {
        let refuse = |code, title| Err(GatewayError::refuse(code, title));
        let Some(hash) = token::hash(&request.token) else {
            return refuse(ProblemCode::EnrolTokenUnknown, "not a token");
        };
        let Some(token) = tx.token(&hash)? else {
            return refuse(ProblemCode::EnrolTokenUnknown, "unknown token");
        };
        if token.issue.serial != request.serial.trim() {
            return refuse(ProblemCode::EnrolSerial, "the token is for another unit");
        }
        let key = KeyRequest::read(&request.csr)?;
        if let Some((device, public_key, chain)) = token.used {
            if public_key != key.key_hash() {
                return refuse(ProblemCode::EnrolTokenUsed, "the token was used");
            }
            let device = admit(tx, &device)?;
            return self.enrolled(tx, &device.office, device.id, chain, now);
        }
        if now > token.issue.expires_at || token.cancelled_at.is_some() {
            return refuse(ProblemCode::EnrolTokenExpired, "the token has ended");
        }
        let station = maker(tx, &token.issue)?;
        if token.issue.replaces {
            replace(tx, &token.issue, station.as_ref())?;
        }
        let mut device = Device {
            key: 0,
            id: self.new_identity(),
            office: token.issue.office.clone(),
            serial: token.issue.serial.clone(),
            state: DeviceState::Active,
            enrolled_at: now,
            certificate_until: now,
            last_seen: None,
            seq: 0,
            backed_up: 0,
            feed_seq: 0,
            cursor: 0,
            waiting: 0,
            audit: None,
        };
        device.key = tx.add_device(&device)?;
        welcome(tx, &mut device, now)?;
        look_for_card(tx, &device, now)?;
        let chain = self.issue(tx, &device, &key, now)?;
        tx.use_token(&hash, &device.id, &key.key_hash(), &chain, now)?;
        self.enrolled(tx, &device.office, device.id, chain, now)
    }

    /// Issues a fresh certificate for a fresh key, while the terminal's record is active.
    ///
    /// # Errors
    /// A revoked or unknown terminal, a request that cannot be read, or the database's.
    pub fn renew(
        &self,
        tx: &mut dyn Tx,
        device: &DeviceId,
        request: &RenewRequest,
        now: Timestamp,
    ) -> Result<Enrolment, GatewayError> {
        let device = admit(tx, device)?;
        let key = KeyRequest::read(&request.csr)?;
        let chain = self.issue(tx, &device, &key, now)?;
        self.answer(tx, &device.office, device.id, chain, now)
    }

    fn issue(
        &self,
        tx: &mut dyn Tx,
        device: &Device,
        key: &KeyRequest,
        now: Timestamp,
    ) -> Result<String, GatewayError> {
        let issued = key.issue(
            &self.authority,
            &device.id,
            now,
            self.certificate_days,
            &*self.entropy,
        )?;
        tx.add_certificate(device.key, &issued.serial_number, now, issued.until)?;
        Ok(issued.chain)
    }

    /// With what another terminal of the office said of it: nobody types that again.
    fn enrolled(
        &self,
        tx: &mut dyn Tx,
        office: &OfficeNumber,
        device: DeviceId,
        certificate: String,
        now: Timestamp,
    ) -> Result<Enrolment, GatewayError> {
        let profile = tx.profile(office)?.map(|kept| kept.profile);
        let answer = self.answer(tx, office, device, certificate, now)?;
        Ok(Enrolment { profile, ..answer })
    }

    fn answer(
        &self,
        tx: &mut dyn Tx,
        office: &OfficeNumber,
        device: DeviceId,
        certificate: String,
        now: Timestamp,
    ) -> Result<Enrolment, GatewayError> {
        let facility: Facility = tx
            .facility(office)?
            .ok_or_else(|| GatewayError::damaged("terminal of an unknown office"))?;
        Ok(Enrolment {
            device,
            certificate,
            trust: self.trust.clone(),
            facility,
            profile: None,
            time: now,
        })
    }

    fn new_identity(&self) -> DeviceId {
        let mut random = [0; 12];
        self.entropy.fill(&mut random);
        DeviceId::from_random(random)
    }
}

/// Raises an alarm when records of cards are kept here and there is none of this unit's. It is
/// enrolled all the same: the record may be on its way.
fn look_for_card(tx: &mut dyn Tx, device: &Device, now: Timestamp) -> Result<(), GatewayError> {
    if tx.card_of(&device.serial)?.is_none() && !tx.cards(1)?.is_empty() {
        tracing::warn!(device = %device.id, "no record of the terminal's card is here");
        tx.raise(device.key, AlarmKind::CardUnknown, now)?;
    }
    Ok(())
}

/// The station that made a token, if one did. What a stopped station made serves nobody, even
/// where it was not cancelled with it.
fn maker(tx: &mut dyn Tx, issue: &TokenIssue) -> Result<Option<Station>, GatewayError> {
    let Some(kid) = &issue.station else {
        return Ok(None);
    };
    let station = tx.stations()?.into_iter().find(|s| s.key.kid == *kid);
    match station {
        Some(station) if station.revoked_at.is_none() => Ok(Some(station)),
        _ => Err(GatewayError::refuse(
            ProblemCode::EnrolTokenExpired,
            "the station that made the token was stopped",
        )),
    }
}

/// The unit that was enrolled under the serial is refused from its next request on. A station
/// stops none of an office that it may not speak for, also not one that was enrolled after the
/// token was made.
fn replace(
    tx: &mut dyn Tx,
    issue: &TokenIssue,
    station: Option<&Station>,
) -> Result<(), GatewayError> {
    for device in enrolled(tx, &issue.serial)? {
        if device.office == issue.office || station.is_none_or(|s| s.may(&device.office)) {
            retire(tx, device.key, DeviceState::Revoked)?;
            tracing::info!(device = %device.id, "a terminal was replaced");
        }
    }
    Ok(())
}
