//! The shapes on the wire: a change here is a change of the contract.
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    command, eligibility, profile, progress_by_dates, progress_by_number, request, scan, staff,
};
use protocol::answer::{DocumentOffer, FeedEntry, FeedItem};
use protocol::calendar::Timestamp;
use protocol::command::{Action, Command, DeviceEvent, DeviceReport, DocumentMark, PledgeSigned};
use protocol::exchange::{
    CommandId, DocumentId, EnrolRequest, Envelope, ExchangeRequest, Outcome, Sha256Digest,
};
use protocol::person::PlanNotice;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::{UpdateReport, UpdateState};
use protocol::self_test::{Corner, Found, PartFound, SelfTest, TestedPart};
use serde_json::json;

fn mark() -> DocumentMark {
    DocumentMark {
        document: DocumentId(uuid::Uuid::from_u128(7)),
        sha256: Sha256Digest::of(b"document"),
    }
}

fn self_test() -> SelfTest {
    SelfTest {
        program: "0.1.0".to_owned(),
        parts: vec![PartFound {
            part: TestedPart::Touch,
            found: Found::CornersSilent,
        }],
        silent_corners: vec![Corner::TopLeft],
    }
}

fn every_command() -> Vec<Command> {
    let mut papers = request(2);
    papers.subjects[0].plan = PlanNotice::Contract { scan: scan(44_170) };
    papers.applicant.qualification_scan = Some(scan(1));
    [
        progress_by_number("H000087084"),
        progress_by_dates("2026-11-01", "1940-04-01"),
        eligibility("0000087084", "1940-04-01"),
        Action::DisclosureRequest(papers),
        Action::DocumentReceived(mark()),
        Action::DocumentOpened(mark()),
        Action::DocumentDestroyed(mark()),
        Action::StaffChanged(staff()),
        Action::ProfileChanged(profile()),
        Action::PledgeSigned(PledgeSigned { edition: 1 }),
        Action::DeviceReport(DeviceReport {
            event: DeviceEvent::CaseOpened,
        }),
        Action::UpdateReport(UpdateReport {
            version: Version::parse("0.3.0").unwrap(),
            sha256: Sha256Digest::of(b"bundle"),
            running: Version::parse("0.2.0").unwrap(),
            state: UpdateState::CameBack,
        }),
        Action::SelfTested(self_test()),
    ]
    .into_iter()
    .map(command)
    .collect()
}

#[test]
fn every_command_survives_the_wire() {
    for command in every_command() {
        let text = serde_json::to_string(&command).unwrap();
        let again: Command = serde_json::from_str(&text).unwrap();
        assert_eq!(again, command);
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
    }
}

#[test]
fn a_progress_query_has_this_shape() {
    assert_eq!(
        serde_json::to_value(command(progress_by_dates("2026-11-01", "1940-04-01"))).unwrap(),
        json!({
            "made_at": "2026-11-20T01:00:00.000Z",
            "clock_trusted": true,
            "staff": "minato01",
            "insurer": "999995",
            "action": {
                "kind": "progress_query",
                "key": {"by": "dates", "applied_on": "2026-11-01", "born_on": "1940-04-01"},
                "purpose": "care_plan",
            },
        })
    );
}

#[test]
fn a_self_test_has_this_shape() {
    let value = serde_json::to_value(command(Action::SelfTested(self_test()))).unwrap();
    assert_eq!(
        value["action"],
        json!({
            "kind": "self_tested",
            "program": "0.1.0",
            "parts": [{"part": "touch", "found": "corners_silent"}],
            "silent_corners": ["top_left"],
        })
    );
}

#[test]
fn commands_with_wrong_values_or_unknown_fields_are_refused() {
    let good = serde_json::to_value(command(progress_by_number("0000087084"))).unwrap();
    assert!(serde_json::from_value::<Command>(good.clone()).is_ok());
    for (pointer, wrong) in [
        ("/action/key/insured", json!("87084")),
        ("/action/key/by", json!("name")),
        ("/action/kind", json!("list_everybody")),
        ("/action/purpose", json!(null)),
        ("/insurer", json!("99999")),
        ("/staff", json!("a")),
        ("/made_at", json!("yesterday")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = wrong;
        assert!(serde_json::from_value::<Command>(bad).is_err(), "{pointer}");
    }
    for pointer in ["", "/action"] {
        let mut bad = good.clone();
        let object = bad.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        object.insert("surprise".into(), json!(1));
        assert!(serde_json::from_value::<Command>(bad).is_err(), "{pointer}");
    }
}

#[test]
fn an_individual_number_in_a_name_is_refused_on_the_wire() {
    let mut bad = serde_json::to_value(command(Action::DisclosureRequest(request(1)))).unwrap();
    *bad.pointer_mut("/action/subjects/0/name").unwrap() = json!("汐見 123456789018");
    assert!(serde_json::from_value::<Command>(bad).is_err());
}

#[test]
fn the_body_of_an_envelope_travels_as_the_exact_text_that_was_hashed() {
    let text = r#"{"cursor":0,"wire":1,"waiting":2,"commands":[{"id":"019aa000-0000-7000-8000-000000000000","body":{ "a" : 1.0 }}]}"#;
    let request: ExchangeRequest = serde_json::from_str(text).unwrap();
    assert_eq!(request.commands[0].body.get(), r#"{ "a" : 1.0 }"#);
    assert!(
        serde_json::to_string(&request)
            .unwrap()
            .contains(r#"{ "a" : 1.0 }"#)
    );
}

#[test]
fn a_command_id_sorts_by_the_time_of_the_touch() {
    let at = |ms| CommandId::new(Timestamp::from_unix_ms(ms), [0xff; 10]);
    assert!(at(1_795_000_000_000) < at(1_795_000_000_001));
    assert_eq!(at(1_795_000_000_000).0.get_version_num(), 7);
}

#[test]
fn a_refusal_of_a_newer_gateway_is_understood() {
    let outcome: Outcome =
        serde_json::from_value(json!({"result": "refused", "code": "MDG-NEW-REASON"})).unwrap();
    assert_eq!(
        outcome,
        Outcome::Refused {
            code: ProblemCode::Other("MDG-NEW-REASON".into())
        }
    );
}

#[test]
fn debug_output_tells_nothing_about_a_person_and_no_secret() {
    let mut shown = String::new();
    for command in every_command() {
        shown += &format!("{command:?}\n");
        let body = serde_json::value::to_raw_value(&command).unwrap();
        let id = CommandId::new(command.made_at, [1; 10]);
        shown += &format!("{:?}\n", Envelope { id, body });
    }
    let offer = DocumentOffer {
        document: mark().document,
        request: None,
        display_name: "0000087084_汐見 花子_令和8年8月28日.pdf".into(),
        size: 44_170,
        sha256: mark().sha256,
        request_received_on: None,
        delivered_at: Timestamp::from_unix_ms(0),
        deadline: Timestamp::from_unix_ms(1),
    };
    shown += &format!(
        "{:?}\n",
        FeedEntry {
            seq: 1,
            item: FeedItem::DocumentOffered(offer)
        }
    );
    let enrol = EnrolRequest {
        token: "7K3M-SECRET".into(),
        serial: "1000000012345678".into(),
        csr: String::new(),
    };
    shown += &format!("{enrol:?}\n");
    for hidden in [
        "汐見 花子",
        "港",
        "87084",
        "0000000001",
        "1940",
        "2026-08-28",
        "0990000001",
        "SECRET",
    ] {
        assert!(
            !shown
                .replace("港町", "")
                .replace("みなと", "")
                .contains(hidden),
            "{hidden}\n{shown}"
        );
    }
}
