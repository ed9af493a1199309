//! Shared by the tests of this crate: invented data, and a gateway in memory.
#![allow(clippy::unwrap_used)]

pub mod desk;
pub mod gateway;

use std::time::Duration;

use protocol::calendar::{Date, Timestamp};
use protocol::command::{Action, Command, DisclosureRequest, ProgressKey, ProgressQuery};
use protocol::exchange::{CommandId, Sha256Digest};
use protocol::number::{InsuredNumber, InsurerNumber, OfficeNumber, UserId};
use protocol::person::{
    Applicant, Attachment, AttachmentMedia, PlanNotice, Purpose, RequestSubject,
};
use protocol::text::{PersonName, PhoneNumber};

use crate::clock::{Clock, ManualTime};
use crate::entropy::{Entropy as _, SeededEntropy};

/// 2026-11-20 10:00 in Japan.
pub const MORNING: i64 = 1_795_136_400_000;

/// A day in milliseconds.
pub const DAY: i64 = 24 * 3600 * 1000;

pub fn clock() -> (ManualTime, Clock) {
    let time = ManualTime::at(Timestamp::from_unix_ms(MORNING));
    let clock = Clock::manual(&time);
    (time, clock)
}

pub fn staff() -> UserId {
    UserId::parse("shiomi01").unwrap()
}

/// An id that depends on `n` only.
pub fn id(n: u64) -> CommandId {
    let mut random = [0; 10];
    SeededEntropy::new(n).fill(&mut random);
    CommandId::new(Timestamp::from_unix_ms(MORNING + n as i64), random)
}

/// A look-up of the `person`-th insured person.
pub fn look_up(person: u64) -> Command {
    command(Action::ProgressQuery(ProgressQuery {
        key: ProgressKey::Insured {
            insured: InsuredNumber::parse(&format!("{person:010}")).unwrap(),
        },
        purpose: Purpose::CarePlan,
    }))
}

/// A request for these people, each with a scan of their contract.
pub fn request(people: &[u64], scan: &[u8]) -> Command {
    let subjects = people
        .iter()
        .map(|person| RequestSubject {
            insured: InsuredNumber::parse(&format!("{person:010}")).unwrap(),
            name: PersonName::parse("汐見　花子").unwrap(),
            born_on: Date::from_ymd(1940, 4, 1).unwrap(),
            certified_on: Date::from_ymd(2026, 8, 1).unwrap(),
            plan: PlanNotice::Contract {
                scan: attachment(scan),
            },
        })
        .collect();
    command(Action::DisclosureRequest(DisclosureRequest {
        applicant: Applicant {
            office: OfficeNumber::with_check_digit("997010000").unwrap(),
            office_name: "汐見ケアプランセンター".into(),
            name: PersonName::parse("入江　一郎").unwrap(),
            phone: PhoneNumber::parse("0120-000-000").unwrap(),
            qualification: "介護支援専門員".into(),
            qualification_scan: None,
        },
        subjects,
    }))
}

pub fn attachment(bytes: &[u8]) -> Attachment {
    Attachment {
        sha256: Sha256Digest::of(bytes),
        size: bytes.len() as u64,
        media: AttachmentMedia::Pdf,
    }
}

pub fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn command(action: Action) -> Command {
    Command {
        made_at: Timestamp::from_unix_ms(MORNING),
        clock_trusted: true,
        staff: staff(),
        insurer: Some(InsurerNumber::with_check_digit("99201").unwrap()),
        action,
    }
}
