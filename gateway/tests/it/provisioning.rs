//! Records of written cards: taken from known machines for known images only.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use gateway::error::GatewayError;
use gateway::harness::{Harness, OFFICE, Options};
use gateway::operator::{add_image, add_station, take_record};
use gateway::store::sqlite::SqliteStore;
use gateway::store::{self, AlarmKind, Store};
use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::jws::{self, Header, Kind, SIGNATURE_BYTES};
use protocol::number::OfficeNumber;
use protocol::provisioning::image::{
    Extent, FORMAT, ImageManifest, Packing, Range, StoredFile, TrustedKeys, VerifyKey, borders,
};
use protocol::provisioning::record::{self, FlashRecord, FlashResult};
use protocol::provisioning::{Board, UnitSerial, Version};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use crate::client::enrol;

const MIB: u64 = 1024 * 1024;

struct Key {
    pair: Ed25519KeyPair,
    kid: &'static str,
}

impl Key {
    fn new(kid: &'static str, seed: u8) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        Self { pair, kid }
    }

    fn public(&self) -> VerifyKey {
        VerifyKey {
            kid: self.kid.to_owned(),
            x: BASE64URL_NOPAD.encode(self.pair.public_key().as_ref()),
        }
    }

    fn sign(&self, kind: Kind, payload: &[u8]) -> String {
        let input = jws::signing_input(&Header::of(kind, self.kid).unwrap(), payload);
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(self.pair.sign(input.as_bytes()).as_ref());
        jws::with_signature(input, &signature)
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn image(fill: u8) -> ImageManifest {
    let config = Extent {
        offset: MIB,
        bytes: MIB,
    };
    let range = |extent: &Extent| Range {
        offset: extent.offset,
        bytes: extent.bytes,
        sha256: Sha256Digest([fill; 32]),
    };
    ImageManifest {
        format: FORMAT,
        version: version("0.2.0"),
        minimum_version: version("0.1.0"),
        boards: vec![Board::Pi4],
        profile: "appliance".to_owned(),
        built_at: at(0),
        file: StoredFile {
            name: "a.img".to_owned(),
            bytes: 4 * MIB,
            packing: Packing::Raw,
        },
        bytes: 4 * MIB,
        sha256: Sha256Digest([fill; 32]),
        config,
        ranges: borders(4 * MIB, config).iter().map(range).collect(),
    }
}

fn written(fill: u8) -> FlashRecord {
    FlashRecord {
        format: record::FORMAT,
        image: Sha256Digest([fill; 32]),
        version: version("0.2.0"),
        serial: UnitSerial::parse("UNIT-0001").unwrap(),
        office: OfficeNumber::parse("9970000015").unwrap(),
        board: Board::Pi4,
        config: Sha256Digest([9; 32]),
        card: "CARD-1".to_owned(),
        card_bytes: 16 * MIB,
        tool: version("0.1.0"),
        started_at: at(1),
        finished_at: at(2),
        result: FlashResult::Verified,
    }
}

struct Bench {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    images: Key,
    station: Key,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::direct(&folder.path().join("gateway.sqlite")).unwrap();
        Self {
            folder,
            store: Arc::new(store),
            images: Key::new("images", 1),
            station: Key::new("station", 2),
        }
    }

    fn add_image(&self, manifest: &ImageManifest, key: &Key) -> Result<(), GatewayError> {
        let trusted = TrustedKeys {
            minimum_version: None,
            key: vec![self.images.public()],
        };
        let bytes = serde_json::to_vec(manifest).unwrap();
        let signature = jws::detached(&key.sign(Kind::Image, &bytes));
        add_image(&*self.store, &bytes, &signature, &trusted, at(5)).map(|_| ())
    }

    fn signed(&self, record: &FlashRecord) -> String {
        self.station
            .sign(Kind::FlashRecord, &serde_json::to_vec(record).unwrap())
    }

    fn refusal(&self, signed: &str) -> String {
        take_record(&*self.store, signed, at(6))
            .unwrap_err()
            .code()
            .to_string()
    }

    fn cards(&self) -> usize {
        store::read(&*self.store, |tx| tx.cards(10)).unwrap().len()
    }
}

#[test]
fn a_record_is_taken_once_from_a_known_machine_for_a_known_image() {
    let bench = Bench::new();
    let signed = bench.signed(&written(7));
    assert_eq!(bench.refusal(&signed), "MDG-STATION-UNKNOWN");
    add_station(&*bench.store, bench.station.public(), at(3)).unwrap();
    assert_eq!(bench.refusal(&signed), "MDG-IMAGE-UNKNOWN");
    bench.add_image(&image(7), &bench.images).unwrap();
    let taken = take_record(&*bench.store, &format!("{signed}\n"), at(6)).unwrap();
    assert!(taken.new && taken.record == written(7));
    assert!(!take_record(&*bench.store, &signed, at(7)).unwrap().new);
    assert_eq!(bench.cards(), 1);
    assert_eq!(
        bench.refusal(&bench.signed(&written(8))),
        "MDG-IMAGE-UNKNOWN"
    );
    let mut newer = written(7);
    newer.version = version("0.3.0");
    assert_eq!(bench.refusal(&bench.signed(&newer)), "MDG-IMAGE-UNKNOWN");
    assert_eq!(bench.cards(), 1);
}

#[test]
fn a_record_that_was_changed_or_signed_by_another_is_refused() {
    let bench = Bench::new();
    add_station(&*bench.store, bench.station.public(), at(3)).unwrap();
    bench.add_image(&image(7), &bench.images).unwrap();
    let payload = serde_json::to_vec(&written(7)).unwrap();
    // Another machine that takes the known one's name.
    let thief = Key::new("station", 3);
    let stolen = thief.sign(Kind::FlashRecord, &payload);
    assert_eq!(bench.refusal(&stolen), "MDG-RECORD-SIGNATURE");
    // A page of receipts by the same key is no record.
    let receipts = bench.station.sign(Kind::Receipts, &payload);
    assert_eq!(bench.refusal(&receipts), "MDG-RECORD-SIGNATURE");
    for wrong in ["", "a.b.c", "{}"] {
        assert_eq!(bench.refusal(wrong), "MDG-RECORD-SIGNATURE");
    }
    let mut other = written(7);
    other.format = 2;
    assert_eq!(bench.refusal(&bench.signed(&other)), "MDG-RECORD-SIGNATURE");
    assert_eq!(bench.cards(), 0);
}

#[test]
fn an_image_that_is_not_signed_by_a_trusted_key_does_not_become_known() {
    let bench = Bench::new();
    let code = |manifest: &ImageManifest, key: &Key| {
        bench
            .add_image(manifest, key)
            .unwrap_err()
            .code()
            .to_string()
    };
    assert_eq!(
        code(&image(7), &Key::new("other", 1)),
        "MDG-IMAGE-SIGNATURE"
    );
    assert_eq!(
        code(&image(7), &Key::new("images", 4)),
        "MDG-IMAGE-SIGNATURE"
    );
    let mut odd = image(7);
    odd.ranges.pop();
    assert_eq!(code(&odd, &bench.images), "MDG-IMAGE-SIGNATURE");
    let images = store::read(&*bench.store, |tx| tx.images()).unwrap();
    assert!(images.is_empty());
}

#[test]
fn a_station_needs_a_key() {
    let bench = Bench::new();
    let mut key = bench.station.public();
    key.x.pop();
    assert!(add_station(&*bench.store, key, at(1)).is_err());
}

#[test]
fn of_several_records_each_is_taken_or_named_with_its_code() {
    let bench = Bench::new();
    add_station(&*bench.store, bench.station.public(), at(3)).unwrap();
    bench.add_image(&image(7), &bench.images).unwrap();
    let folder = bench.folder.path();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let second = FlashRecord {
        serial: UnitSerial::parse("UNIT-0002").unwrap(),
        ..written(7)
    };
    let good = [
        file("a.jws", &bench.signed(&written(7))),
        file("c.jws", &bench.signed(&second)),
    ];
    let bad = file("b.jws", &bench.signed(&written(8)));
    let import = |files: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_gateway"))
            .arg("--dir")
            .arg(folder)
            .args(["--json", "manifest", "import"])
            .args(files)
            .output()
            .unwrap()
    };
    let done = import(&[&good[0], &bad, &good[1]]);
    assert_eq!(done.status.code(), Some(3));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(told.as_array().unwrap().len(), 3);
    assert_eq!(
        (&told[0]["file"], &told[0]["new"]),
        (&good[0].clone().into(), &true.into())
    );
    assert_eq!(
        (&told[1]["file"], &told[1]["code"]),
        (&bad.clone().into(), &"MDG-IMAGE-UNKNOWN".into())
    );
    assert_eq!(told[2]["record"]["serial"], "UNIT-0002");
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(
        said.contains("MDG-IMAGE-UNKNOWN") && said.contains("b.jws"),
        "{said}"
    );
    assert_eq!(bench.cards(), 2);
    assert_eq!(import(&[&good[0]]).status.code(), Some(0));
    assert_eq!(import(&[&bad]).status.code(), Some(1));
}

#[test]
fn a_unit_whose_card_is_not_on_record_is_named_once_others_are() {
    let folder = tempfile::tempdir().unwrap();
    let harness = Harness::start(folder.path(), Options::default()).unwrap();
    let alarms = || {
        let alarms = store::read(harness.store(), |tx| tx.alarms(10)).unwrap();
        alarms
            .into_iter()
            .map(|alarm| (alarm.device, alarm.kind))
            .collect::<Vec<_>>()
    };
    // No gateway that keeps no records asks for one.
    enrol(&harness, OFFICE, "UNIT-0009");
    assert_eq!(alarms(), []);
    let card = written(7);
    store::write(harness.store(), move |tx| {
        tx.add_card(Sha256Digest([1; 32]), &card, at(6))
    })
    .unwrap();
    enrol(&harness, OFFICE, "UNIT-0001");
    assert_eq!(alarms(), []);
    let stranger = enrol(&harness, OFFICE, "UNIT-0002").device.unwrap();
    assert_eq!(alarms(), [(stranger.clone(), AlarmKind::CardUnknown)]);

    let listed = std::process::Command::new(env!("CARGO_BIN_EXE_gateway"))
        .arg("--dir")
        .arg(folder.path())
        .args(["--json", "devices", "list"])
        .output()
        .unwrap();
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let card_of = |serial: &str| {
        let mut rows = listed.as_array().unwrap().iter();
        rows.find(|row| row["serial"] == serial).unwrap()["card"].clone()
    };
    assert_eq!(card_of("UNIT-0001")["version"], "0.2.0");
    assert_eq!(card_of("UNIT-0001")["result"], "verified");
    assert!(card_of("UNIT-0002").is_null());
}
