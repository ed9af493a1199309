//! What every flow of the terminal shares: the time, who is at the desk, the office, the queue's
//! counts, the person in hand, and the way to ask for effects.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hal::board::{BoardFault, Part};
use hal::card::ReaderEvent;
use protocol::calendar::{Date, Timestamp};
use protocol::facility::{Facility, FacilityProfile, Insurer};
use protocol::number::{InsuredNumber, InsurerNumber, UserId};
use protocol::person::StaffRole;
use zeroize::Zeroize as _;

use super::check::VaultCheck;
use super::effect::{Effect, TerminalConfig, Ticket};
use super::view::{Look, Network, PasscodeReason};
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::inbox::Window;
use crate::outbox::Counts;
use crate::power::BatteryWatch;
use crate::store::StoreJob;
use crate::sync::CertificateLife;

/// Shared by all flows; they hold nothing of it themselves.
pub struct Desk {
    /// Facts of this terminal.
    pub config: TerminalConfig,
    /// The instant of the input being handled.
    pub now: Now,
    /// Who is at the desk.
    pub session: Option<Session>,
    /// The office as it describes itself.
    pub profile: Option<FacilityProfile>,
    /// The office as the gateway knows it.
    pub facility: Option<Facility>,
    /// This terminal's id.
    pub device: Option<String>,
    /// Language and looks.
    pub look: Look,
    /// The line.
    pub network: Network,
    /// The queue.
    pub counts: Counts,
    /// Documents not opened.
    pub unopened: u64,
    /// PIN mode is on.
    pub pin_mode: bool,
    /// A draft request can be resumed.
    pub draft: bool,
    /// The person whose card was confirmed; dropped at lock and when the work is done.
    pub in_hand: Option<PersonInHand>,
    /// Whether a card lies on the reader, as far as is known.
    pub card_present: bool,
    /// Battery of the portable unit.
    pub battery: BatteryWatch,
    /// Parts of the board that this unit has, as far as the board has told of them.
    pub fitted: BTreeSet<Part>,
    /// Parts of the board that do not work, and why.
    pub faulty: BTreeMap<Part, BoardFault>,
    /// What the case's switch says, once it said something.
    pub case_open: Option<bool>,
    /// The last thing the reader told.
    pub reader: Option<ReaderEvent>,
    /// A second person's word, given a moment ago; the flow that asked for it takes it.
    pub approval: Option<Approval>,
    /// The office's own list has somebody in it.
    pub has_clients: bool,
    /// The queue is nearly full.
    pub nearly_full: bool,
    /// The gateway was not told about a leaver yet.
    pub untold: bool,
    /// The operator's maintenance that goes on, or the next one (U13).
    pub maintenance: Option<Window>,
    /// The last good exchange.
    pub last_exchange: Option<Timestamp>,
    /// Life of the present certificate.
    pub certificate: Option<CertificateLife>,
    /// What is known of the whole vault.
    pub vault_check: VaultCheck,
    entropy: Box<dyn Entropy>,
    effects: VecDeque<Effect>,
    next_ticket: u64,
}

/// A person at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Id.
    pub staff: UserId,
    /// Name.
    pub name: String,
    /// Rights.
    pub role: StaffRole,
}

/// The person whose card was confirmed, or who was chosen from the office's list.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonInHand {
    /// Name.
    pub name: String,
    /// Address, if read from the card.
    pub address: Option<String>,
    /// 生年月日.
    pub born_on: Date,
    /// 被保険者番号, if the list knows it or it was typed.
    pub insured: Option<InsuredNumber>,
    /// Which municipality gave that number, if the list knows it or somebody said so.
    pub insurer: Option<InsurerNumber>,
}

impl std::fmt::Debug for PersonInHand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonInHand(**********)")
    }
}

/// Personal data leaves the memory with the person.
impl Drop for PersonInHand {
    fn drop(&mut self) {
        self.name.zeroize();
        self.address.zeroize();
    }
}

/// A second person has confirmed something with their own passcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: UserId,
    /// What for.
    pub reason: PasscodeReason,
}

impl Desk {
    /// A desk before anybody has touched it.
    #[must_use]
    pub fn new(config: TerminalConfig, now: Now, entropy: Box<dyn Entropy>) -> Self {
        Self {
            look: Look {
                language: config.language,
                ..Look::default()
            },
            config,
            now,
            session: None,
            profile: None,
            facility: None,
            device: None,
            network: Network::NotSetUp,
            counts: Counts::default(),
            unopened: 0,
            pin_mode: false,
            draft: false,
            in_hand: None,
            card_present: false,
            battery: BatteryWatch::default(),
            fitted: BTreeSet::new(),
            faulty: BTreeMap::new(),
            case_open: None,
            reader: None,
            approval: None,
            has_clients: false,
            nearly_full: false,
            untold: false,
            maintenance: None,
            last_exchange: None,
            certificate: None,
            vault_check: VaultCheck::default(),
            entropy,
            effects: VecDeque::new(),
            next_ticket: 0,
        }
    }

    /// A ticket for an effect that has an answer.
    pub fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket)
    }

    /// Asks for an effect.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    /// Asks for a store job; the reply comes with the returned ticket.
    pub fn store(&mut self, job: impl Into<StoreJob>) -> Ticket {
        let ticket = self.ticket();
        self.effect(Effect::Store(ticket, job.into()));
        ticket
    }

    /// The approval for `reason`, if a second person has just given it; any other is dropped.
    pub fn take_approval(&mut self, reason: PasscodeReason) -> Option<Approval> {
        self.approval
            .take()
            .filter(|approval| approval.reason == reason)
    }

    /// Takes what was asked for so far.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        self.effects.drain(..).collect()
    }

    /// Fills `bytes` with randomness.
    pub fn random(&mut self, bytes: &mut [u8]) {
        self.entropy.fill(bytes);
    }

    /// A fresh command id for a touch at this instant.
    pub fn command_id(&mut self) -> protocol::exchange::CommandId {
        let mut random = [0; 10];
        self.random(&mut random);
        protocol::exchange::CommandId::new(self.now.wall, random)
    }

    /// Whom the office may ask, in the gateway's order.
    #[must_use]
    pub fn insurers(&self) -> &[Insurer] {
        self.facility
            .as_ref()
            .map_or(&[], |facility| &facility.insurers)
    }

    /// Their numbers.
    #[must_use]
    pub fn scope(&self) -> Vec<InsurerNumber> {
        self.insurers()
            .iter()
            .map(|one| one.number.clone())
            .collect()
    }

    /// The insurer with this number, if the office may ask it.
    #[must_use]
    pub fn insurer(&self, number: &InsurerNumber) -> Option<&Insurer> {
        self.insurers().iter().find(|one| one.number == *number)
    }

    /// Today in Japan.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.wall.to_japan().0
    }
}
