//! Invented people of 汐見市 and the commands about them.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use protocol::calendar::{Date, Timestamp};
use protocol::command::{
    Action, Command, DisclosureRequest, EligibilityQuery, ProgressKey, ProgressQuery, StaffRecord,
};
use protocol::exchange::Sha256Digest;
use protocol::facility::{AccessMethod, FacilityProfile};
use protocol::number::{InsuredNumber, InsurerNumber, OfficeNumber, UserId};
use protocol::person::{
    Applicant, Attachment, AttachmentMedia, PlanNotice, Purpose, RequestSubject, StaffRole,
};
use protocol::text::{EmailAddress, PersonName, PhoneNumber};

pub fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub fn command(action: Action) -> Command {
    Command {
        made_at: Timestamp::parse("2026-11-20T01:00:00Z").unwrap(),
        clock_trusted: true,
        staff: UserId::parse("minato01").unwrap(),
        insurer: Some(InsurerNumber::with_check_digit("99999").unwrap()),
        action,
    }
}

pub fn scan(size: u64) -> Attachment {
    Attachment {
        sha256: Sha256Digest::of(b"scan"),
        size,
        media: AttachmentMedia::Png,
    }
}

pub fn subject(number: usize) -> RequestSubject {
    RequestSubject {
        insured: InsuredNumber::parse(&format!("{number:010}")).unwrap(),
        name: PersonName::parse("汐見 花子").unwrap(),
        born_on: day("1940-04-01"),
        certified_on: day("2026-08-28"),
        plan: PlanNotice::Filed,
    }
}

pub fn request(people: usize) -> DisclosureRequest {
    DisclosureRequest {
        applicant: Applicant {
            office: OfficeNumber::parse("9970000015").unwrap(),
            office_name: "みなとケアプラン".into(),
            name: PersonName::parse("港 太郎").unwrap(),
            phone: PhoneNumber::parse("099-000-0001").unwrap(),
            qualification: "介護支援専門員".into(),
            qualification_scan: None,
        },
        subjects: (1..=people).map(subject).collect(),
    }
}

pub fn progress_by_dates(applied_on: &str, born_on: &str) -> Action {
    Action::ProgressQuery(ProgressQuery {
        key: ProgressKey::Dates {
            applied_on: day(applied_on),
            born_on: day(born_on),
        },
        purpose: Purpose::CarePlan,
    })
}

pub fn progress_by_number(number: &str) -> Action {
    Action::ProgressQuery(ProgressQuery {
        key: ProgressKey::Insured {
            insured: InsuredNumber::parse(number).unwrap(),
        },
        purpose: Purpose::Renewal,
    })
}

pub fn eligibility(number: &str, born_on: &str) -> Action {
    Action::EligibilityQuery(EligibilityQuery {
        insured: InsuredNumber::parse(number).unwrap(),
        born_on: day(born_on),
        purpose: Purpose::Coordination,
    })
}

pub fn staff() -> StaffRecord {
    StaffRecord {
        id: UserId::parse("minato02").unwrap(),
        name: PersonName::parse("港 次郎").unwrap(),
        role: StaffRole::General,
        services: vec!["43".into(), "A2".into()],
        occupation: Some("介護支援専門員".into()),
        active: true,
    }
}

pub fn profile() -> FacilityProfile {
    FacilityProfile {
        corporation: "みなと会".into(),
        office: OfficeNumber::parse("9970000015").unwrap(),
        name: "みなとケアプラン".into(),
        short_name: "みなと".into(),
        address: "汐見市港町1-2-3".into(),
        phone: PhoneNumber::parse("099-000-0001").unwrap(),
        email: EmailAddress::parse("desk@minato.example.jp").unwrap(),
        applicant: PersonName::parse("港 太郎").unwrap(),
        access: AccessMethod::ClientCertificate,
    }
}
