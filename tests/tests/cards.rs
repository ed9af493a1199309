//! A card from the gateway's token to the gateway's list, through the technician's tool: two
//! rooms that know nothing of each other but `protocol`.
#![allow(clippy::unwrap_used)]

use std::fs;

use gateway::harness::{Harness, OFFICE, Options};
use gateway::operator::{add_image, add_station, take_record};
use gateway::pki::token;
use protocol::calendar::Timestamp;
use protocol::provisioning::device::Token;
use protocol::provisioning::record::FlashResult;
use provisioning::flash::Around;
use provisioning::produce::{OpenCard, Order, produce};
use provisioning::progress::{Never, Silent, SystemTicks};
use provisioning::station::Station;
use provisioning::target::{SimCard, SimSpec};
use provisioning::testing::{Fixture, unit};
use provisioning::verify;

const CARD_BYTES: u64 = 16 * 1024 * 1024;
const SERIAL: &str = "UNIT-0001";

#[test]
fn a_card_carries_the_gateways_token_and_its_record_is_taken_for_a_known_image_only() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Harness::start(&folder.path().join("gateway"), Options::default()).unwrap();
    let fixture = Fixture::make(folder.path(), true);
    let image = fixture.image();
    let station = Station::open(&folder.path().join("station")).unwrap();

    let printed = gateway.token(OFFICE, SERIAL).unwrap();
    let mut unit = unit(SERIAL);
    unit.office = OFFICE.parse().unwrap();
    if let Some(enrolment) = &mut unit.enrolment {
        enrolment.token = Token::parse(&printed).unwrap();
    }
    let spec = SimSpec::new(folder.path().join("card.img"), CARD_BYTES);
    let mut card = OpenCard {
        target: Box::new(SimCard::open(&spec).unwrap()),
        serial: spec.serial,
        slot: None,
    };
    let ticks = SystemTicks::default();
    let around = Around {
        progress: &Silent,
        stop: &Never,
        ticks: &ticks,
    };
    let order = Order {
        image: &image,
        unit: &unit,
        resume: false,
        nonce: 1,
    };
    produce(&station, &order, &mut card, around).unwrap();

    // What the first boot will find is what the gateway printed.
    let found = verify::card(&image, &mut *card.target, &Silent, &Never).unwrap();
    let carried = found.unwrap().enrolment.unwrap().token;
    assert_eq!(token::hash(carried.as_str()), token::hash(&printed));

    let now = Timestamp::from_unix_ms(1_790_000_000_000);
    let record = station.record(&unit.serial).unwrap();
    let refused = |code: &str| {
        let error = take_record(gateway.store(), &record, now).unwrap_err();
        assert_eq!(error.code().as_str(), code);
    };
    refused("MDG-STATION-UNKNOWN");
    add_station(gateway.store(), station.key().unwrap().public(), now).unwrap();
    refused("MDG-IMAGE-UNKNOWN");
    let description = fs::read(&fixture.manifest).unwrap();
    let signature = fs::read_to_string(fixture.manifest.with_extension("json.sig")).unwrap();
    add_image(
        gateway.store(),
        &description,
        &signature,
        &fixture.keys,
        now,
    )
    .unwrap();
    let taken = take_record(gateway.store(), &record, now).unwrap();
    assert!(taken.new);
    assert_eq!(taken.record.result, FlashResult::Verified);
    assert_eq!(taken.record.serial, unit.serial);
    gateway.stop();
}
