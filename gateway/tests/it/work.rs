//! Commands and requests that tests send.

use gateway::harness::{INSURER, OFFICE};
use protocol::calendar::{Date, Timestamp};
use protocol::command::{
    Action, Command, DisclosureRequest, EligibilityQuery, PledgeSigned, ProgressKey, ProgressQuery,
};
use protocol::exchange::{CommandId, Envelope, ExchangeRequest, WIRE_VERSION};
use protocol::number::{InsuredNumber, InsurerNumber, OfficeNumber, UserId};
use protocol::person::{Applicant, Attachment, PlanNotice, Purpose, RequestSubject};
use protocol::text::{PersonName, PhoneNumber};
use serde_json::value::RawValue;

pub fn now() -> Timestamp {
    Timestamp::from_japan(date(2026, 11, 20), 10, 0).unwrap()
}

pub fn date(year: i32, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).unwrap()
}

pub fn id(n: u64) -> CommandId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    CommandId::new(now(), random)
}

pub fn command(action: Action) -> Command {
    Command {
        made_at: now(),
        clock_trusted: true,
        staff: UserId::parse("hamada01").unwrap(),
        insurer: Some(InsurerNumber::parse(INSURER).unwrap()),
        action,
    }
}

pub fn progress(insured: &str) -> Command {
    command(Action::ProgressQuery(ProgressQuery {
        key: ProgressKey::Insured {
            insured: InsuredNumber::parse(insured).unwrap(),
        },
        purpose: Purpose::CarePlan,
    }))
}

pub fn progress_by_dates(applied_on: Date, born_on: Date) -> Command {
    command(Action::ProgressQuery(ProgressQuery {
        key: ProgressKey::Dates {
            applied_on,
            born_on,
        },
        purpose: Purpose::Renewal,
    }))
}

pub fn eligibility(insured: &str, born_on: Date) -> Command {
    command(Action::EligibilityQuery(EligibilityQuery {
        insured: InsuredNumber::parse(insured).unwrap(),
        born_on,
        purpose: Purpose::CarePlan,
    }))
}

pub fn pledge(edition: u16) -> Command {
    let mut command = command(Action::PledgeSigned(PledgeSigned { edition }));
    command.insurer = None;
    command
}

pub fn disclosure(people: usize, contract: Option<Attachment>) -> Command {
    let subject = |n: usize| RequestSubject {
        insured: InsuredNumber::parse(&format!("{:010}", 87_084 + n)).unwrap(),
        name: PersonName::parse("汐見 花子").unwrap(),
        born_on: date(1938, 8, 28),
        certified_on: date(2025, 8, 28),
        plan: match (&contract, n) {
            (Some(scan), 0) => PlanNotice::Contract { scan: scan.clone() },
            _ => PlanNotice::Filed,
        },
    };
    command(Action::DisclosureRequest(DisclosureRequest {
        applicant: Applicant {
            office: OfficeNumber::parse(OFFICE).unwrap(),
            office_name: "ケアプラン汐見".to_owned(),
            name: PersonName::parse("浜田 一郎").unwrap(),
            phone: PhoneNumber::parse("0990005678").unwrap(),
            qualification: "介護支援専門員".to_owned(),
            qualification_scan: None,
        },
        subjects: (0..people).map(subject).collect(),
    }))
}

pub fn envelope(n: u64, command: &Command) -> Envelope {
    Envelope {
        id: id(n),
        body: serde_json::value::to_raw_value(command).unwrap(),
    }
}

pub fn raw(n: u64, body: &str) -> Envelope {
    Envelope {
        id: id(n),
        body: RawValue::from_string(body.to_owned()).unwrap(),
    }
}

pub fn request(cursor: u64, commands: Vec<Envelope>) -> ExchangeRequest {
    ExchangeRequest {
        wire: WIRE_VERSION,
        cursor,
        commands,
        audit: None,
        waiting: 0,
        receipted_up_to: 0,
    }
}
