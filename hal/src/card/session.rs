//! One connection's work: the order of steps that needs the fewest commands, and the checks.
//!
//! What is signed is kept for the next connection when the link breaks; what is not signed, and
//! both challenges, are always done anew, so that everything believed together was said by one
//! card in one connection.

use myna_card::ap::surface::CardFace;
use myna_card::ap::text;
use myna_card::data::{CardVerifiableCertificate, RsaPublicKey};
use zeroize::Zeroize;

use super::allow_list::Application;
use super::picture::PendingPhoto;
use super::raw_text::RawText;
use super::report::Attributes;
use super::trust::TrustStore;
use super::wire::{Stop, Wire};
use super::{CardPin, CardProblem, NotGenuine, NumberB, Peek, Step, Tries, TrustClass};

/// Files and keys of the surface application.
mod surface {
    pub(super) const FACE: u16 = 0x0002;
    pub(super) const CERTIFICATE: u16 = 0x0004;
    pub(super) const NUMBER_B: u16 = 0x0012;
}

/// Files and keys of the text application.
mod text_file {
    pub(super) const ATTRIBUTES: u16 = 0x0002;
    pub(super) const CERTIFICATE: u16 = 0x0004;
    pub(super) const SIGNED_KEY: u16 = 0x0007;
    pub(super) const PIN: u16 = 0x0011;
    pub(super) const NUMBER_B: u16 = 0x0015;
}

/// Length of a challenge in bytes.
const CHALLENGE_LEN: usize = 32;

/// What a job knows across its connections.
pub(super) struct Work<'a> {
    pub(super) trust: &'a TrustStore,
    pub(super) entropy: &'a mut dyn FnMut(&mut [u8]),
    pub(super) progress: Progress<'a>,
    /// The card face, its signature checked.
    pub(super) face: Option<SignedFace>,
    /// Its photo, once the signature over it is checked.
    pub(super) photo: Option<PendingPhoto>,
    /// The issuers' keys of both applications, certified by a trusted authority.
    issuers: [Option<Issuer>; 2],
    /// The text application's key, its signature checked.
    text_key: Option<Certified>,
    /// A VERIFY whose result is unknown.
    pub(super) unknown: Option<Unknown>,
    /// Whether the PIN was presented in this job: once and no more.
    pub(super) pin_spent: bool,
    /// Whether reads of more than 256 bytes may be tried.
    pub(super) long_reads: bool,
    /// Which connection of the job this is, counted from 1.
    pub(super) round: u32,
}

/// A VERIFY was sent and its answer lost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unknown {
    application: Application,
    before: Tries,
}

/// Tells each step once, in order, also when a later connection repeats some.
pub(super) struct Progress<'a> {
    tell: &'a mut dyn FnMut(Step),
    last: Option<Step>,
}

/// The key that signs an application's records, and the hierarchy that vouches for it.
struct Issuer {
    key: RsaPublicKey,
    class: TrustClass,
}

/// A card's key from a signed record.
struct Certified {
    key: RsaPublicKey,
    class: TrustClass,
    /// The connection in which it was read.
    round: u32,
}

/// The card-face record with its signature checked up to a trusted authority.
pub(super) struct SignedFace {
    /// As the card holds it; expiry and security code are not signed.
    pub(super) record: CardFace,
    class: TrustClass,
    /// The connection in which it was read.
    round: u32,
}

/// What one good connection of [`check_face`] adds.
pub(super) struct FaceFound {
    pub(super) attributes: Attributes,
    pub(super) trust: TrustClass,
    pub(super) evidence: [u8; 32],
}

/// What one good connection of [`check_pin`] finds.
pub(super) struct PinFound {
    pub(super) attributes: Attributes,
    pub(super) tries_before: Tries,
    pub(super) trust: TrustClass,
    pub(super) evidence: [u8; 32],
}

impl<'a> Work<'a> {
    pub(super) fn new(
        trust: &'a TrustStore,
        entropy: &'a mut dyn FnMut(&mut [u8]),
        tell: &'a mut dyn FnMut(Step),
    ) -> Self {
        Self {
            trust,
            entropy,
            progress: Progress { tell, last: None },
            face: None,
            photo: None,
            issuers: [None, None],
            text_key: None,
            unknown: None,
            pin_spent: false,
            long_reads: true,
            round: 0,
        }
    }
}

impl Work<'_> {
    fn issuer(&self, application: Application) -> Result<&Issuer, Stop> {
        self.issuers[application as usize]
            .as_ref()
            .ok_or(Stop::Malformed)
    }
}

impl Progress<'_> {
    pub(super) fn at(&mut self, step: Step) {
        if self.last.is_none_or(|last| last < step) {
            self.last = Some(step);
            (self.tell)(step);
        }
    }
}

/// Reads the counters and nothing else.
pub(super) fn peek(wire: &mut Wire<'_>, work: &mut Work<'_>) -> Result<Peek, Stop> {
    work.progress.at(Step::Counting);
    wire.select(Application::Surface)?;
    let surface = wire.tries(Application::Surface, surface::NUMBER_B)?;
    wire.select(Application::Text)?;
    let text = wire.tries(Application::Text, text_file::NUMBER_B)?;
    let pin = wire.tries(Application::Text, text_file::PIN)?;
    Ok(Peek {
        number_b: surface.min(text),
        pin,
    })
}

/// 目視: both applications opened with 照合番号B, both challenged.
pub(super) fn check_face(
    wire: &mut Wire<'_>,
    work: &mut Work<'_>,
    code: &NumberB,
) -> Result<FaceFound, Stop> {
    wire.select(Application::Surface)?;
    if work.face.is_none() {
        read_issuer(wire, work, Application::Surface)?;
        open(wire, work, Application::Surface, surface::NUMBER_B, code)?;
    }
    twice(wire, Application::Surface, |wire| surface_facts(wire, work))?;
    wire.select(Application::Text)?;
    read_issuer(wire, work, Application::Text)?;
    open(wire, work, Application::Text, text_file::NUMBER_B, code)?;
    twice(wire, Application::Text, |wire| {
        let (raw, trust) = text_facts(wire, work)?;
        let face = work.face.as_ref().ok_or(Stop::Malformed)?;
        let same = raw.agrees_with(&face.record);
        if !same {
            return Err(Stop::NotGenuine(NotGenuine::ApplicationsDisagree));
        }
        let evidence = raw.face_evidence(&face.record);
        Ok(FaceFound {
            attributes: raw.into_attributes()?,
            trust: trust.max(face.class),
            evidence,
        })
    })
}

/// 暗証番号: the text application opened with the card's PIN, and challenged.
pub(super) fn check_pin(
    wire: &mut Wire<'_>,
    work: &mut Work<'_>,
    pin: &CardPin,
    allow_last_try: bool,
) -> Result<PinFound, Stop> {
    wire.select(Application::Text)?;
    if work.unknown.take().is_some() {
        // The answer to the PIN was lost. Say how many tries are left and let a person decide.
        let tries = Some(wire.tries(Application::Text, text_file::PIN)?);
        return Err(Stop::Final(CardProblem::Torn { tries }));
    }
    // Before the PIN, which is presented only once: a reader that does not carry long reads
    // shows it here.
    read_issuer(wire, work, Application::Text)?;
    work.progress.at(Step::Counting);
    let before = wire.tries(Application::Text, text_file::PIN)?;
    match before.left {
        0 => return Err(Stop::Final(CardProblem::Blocked)),
        1 if !allow_last_try => {
            return Err(Stop::Final(CardProblem::LastTry { left: before }));
        }
        _ => {}
    }
    work.pin_spent = true;
    let wrong = |left| CardProblem::WrongPin { left };
    send_code(wire, work, (Application::Text, before), pin.digits(), wrong)?;
    twice(wire, Application::Text, |wire| {
        let (raw, trust) = text_facts(wire, work)?;
        let key = work.text_key.as_ref().ok_or(Stop::Malformed)?;
        let evidence = raw.pin_evidence(&key.key);
        Ok(PinFound {
            attributes: raw.into_attributes()?,
            tries_before: before,
            trust,
            evidence,
        })
    })
}

/// Opens an application with 照合番号B, its counter read first.
fn open(
    wire: &mut Wire<'_>,
    work: &mut Work<'_>,
    application: Application,
    key: u16,
    code: &NumberB,
) -> Result<(), Stop> {
    work.progress.at(Step::Counting);
    let before = wire.tries(application, key)?;
    if let Some(unknown) = work.unknown.take()
        && unknown.application == application
        && before < unknown.before
    {
        // The lost answer was a refusal; presenting the same digits again would waste a try.
        return Err(Stop::Final(CardProblem::WrongCode { left: before }));
    }
    if before.is_blocked() {
        return Err(Stop::Final(CardProblem::Blocked));
    }
    let wrong = |left| CardProblem::WrongCode { left };
    send_code(wire, work, (application, before), code.digits(), wrong)
}

fn send_code(
    wire: &mut Wire<'_>,
    work: &mut Work<'_>,
    before: (Application, Tries),
    digits: &[u8],
    wrong: fn(Tries) -> CardProblem,
) -> Result<(), Stop> {
    work.progress.at(Step::Presenting);
    let (application, before) = before;
    work.unknown = Some(Unknown {
        application,
        before,
    });
    let answer = wire.present(digits);
    match answer {
        Ok(Ok(())) => {
            work.unknown = None;
            Ok(())
        }
        Ok(Err(left)) => {
            work.unknown = None;
            Err(Stop::Final(wrong(left)))
        }
        Err(stop @ Stop::Final(_)) => {
            work.unknown = None;
            Err(stop)
        }
        Err(stop) => Err(stop),
    }
}

/// Runs `step`; when its outcome is doubtful, selects the application anew and runs it once more
/// in the plainest form before the card is blamed.
fn twice<T>(
    wire: &mut Wire<'_>,
    application: Application,
    mut step: impl FnMut(&mut Wire<'_>) -> Result<T, Stop>,
) -> Result<T, Stop> {
    match step(wire) {
        Err(stop) if stop.is_doubtful() => {
            wire.read_plainly();
            wire.select(application)?;
            step(wire)
        }
        done => done,
    }
}

/// Authentic and present, for the surface application.
fn surface_facts(wire: &mut Wire<'_>, work: &mut Work<'_>) -> Result<(), Stop> {
    if work.face.is_none() {
        work.progress.at(Step::ReadingFace);
        let raw = wire.read(surface::FACE)?;
        let record = CardFace::parse(&raw).map_err(|_| Stop::Malformed)?;
        let issuer = work.issuer(Application::Surface)?;
        let face = SignedFace {
            record,
            class: issuer.class,
            round: work.round,
        };
        face.record
            .verify(&issuer.key)
            .map_err(|_| Stop::NotGenuine(NotGenuine::Tampered))?;
        work.photo = Some(PendingPhoto::start(&face.record.photo.data));
        work.face = Some(face);
    }
    work.progress.at(Step::Checking);
    let face = work.face.as_ref().ok_or(Stop::Malformed)?;
    let same = same_connection(face.round, work.round);
    challenge(wire, work.entropy, &face.record.public_key).map_err(same)
}

/// The four attributes, and presence, for the text application.
fn text_facts(wire: &mut Wire<'_>, work: &mut Work<'_>) -> Result<(RawText, TrustClass), Stop> {
    work.progress.at(Step::ReadingText);
    if work.text_key.is_none() {
        let raw = wire.read(text_file::SIGNED_KEY)?;
        let signed = text::SignedPublicKey::parse(&raw).map_err(|_| Stop::Malformed)?;
        let issuer = work.issuer(Application::Text)?;
        signed
            .verify(&issuer.key)
            .map_err(|_| Stop::NotGenuine(NotGenuine::Tampered))?;
        work.text_key = Some(Certified {
            key: signed.public_key,
            class: issuer.class,
            round: work.round,
        });
    }
    let raw = wire.read(text_file::ATTRIBUTES)?;
    let attributes = RawText::parse(&raw)?;
    let certified = work.text_key.as_ref().ok_or(Stop::Malformed)?;
    let same = same_connection(certified.round, work.round);
    challenge(wire, work.entropy, &certified.key).map_err(same)?;
    Ok((attributes, certified.class))
}

/// Reads an application's certificate, which needs no code, and checks it up to a trusted
/// authority: a card of a rogue issuer costs nobody a try.
fn read_issuer(
    wire: &mut Wire<'_>,
    work: &mut Work<'_>,
    application: Application,
) -> Result<(), Stop> {
    let file = match application {
        Application::Surface => surface::CERTIFICATE,
        Application::Text => text_file::CERTIFICATE,
    };
    if work.issuers[application as usize].is_none() {
        let trust = work.trust;
        let issuer = twice(wire, application, |wire| certified(wire, trust, file))?;
        work.issuers[application as usize] = Some(issuer);
    }
    Ok(())
}

fn certified(wire: &mut Wire<'_>, trust: &TrustStore, file: u16) -> Result<Issuer, Stop> {
    let raw = wire.read(file)?;
    let certificate = CardVerifiableCertificate::parse(&raw).map_err(|_| Stop::Malformed)?;
    let rogue = Stop::NotGenuine(NotGenuine::RogueIssuer);
    // Without this look-up anyone could issue cards: the certificate itself names its authority.
    let (authority, class) = trust.find(&certificate.issuer_key_id).ok_or(rogue)?;
    certificate.verify_with(authority).map_err(|_| rogue)?;
    Ok(Issuer {
        key: certificate.public_key,
        class,
    })
}

/// A card that cannot answer for a record of an earlier connection need not be a clone: another
/// card may lie there now. Nobody is accused, and the person is asked to begin again.
fn same_connection(read_in: u32, now: u32) -> impl Fn(Stop) -> Stop {
    move |stop| match stop {
        Stop::NotGenuine(NotGenuine::Clone) if read_in != now => {
            Stop::Final(CardProblem::Torn { tries: None })
        }
        other => other,
    }
}

/// Has the card sign fresh bytes; without this, a copy of the files would pass.
fn challenge(
    wire: &mut Wire<'_>,
    entropy: &mut dyn FnMut(&mut [u8]),
    key: &RsaPublicKey,
) -> Result<(), Stop> {
    let clone = Stop::NotGenuine(NotGenuine::Clone);
    let mut fresh = [0; CHALLENGE_LEN];
    entropy(&mut fresh);
    let signature = wire.sign(&fresh)?.ok_or(clone)?;
    key.verify_pkcs1_sha256(&fresh, &signature)
        .map_err(|_| clone)
}

impl Drop for SignedFace {
    fn drop(&mut self) {
        let record = &mut self.record;
        record.name_image.data.zeroize();
        record.address_image.data.zeroize();
        record.photo.data.zeroize();
        record.security_code_image.data.zeroize();
        for segment in &mut record.signed_segments {
            segment.zeroize();
        }
    }
}
