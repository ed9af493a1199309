//! The real program, from an empty folder to an answered request.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use gateway::blob::BlobRef;
use gateway::clock::{Clock, SystemClock};
use gateway::engine::Settings;
use gateway::entropy::SystemEntropy;
use gateway::harness::{Bench, INSURER, OFFICE};
use gateway::store;
use protocol::command::Action;
use protocol::exchange::{ReceiptKey, Sha256Digest, TrustBundle};
use protocol::number::OfficeNumber;
use protocol::person::{Attachment, AttachmentMedia};
use protocol::self_test::{Corner, Found, PartFound, SelfTest, TestedPart};
use serde_json::Value;

use crate::client::{Server, ask, enrol_with, poll, post};
use crate::work::{command, disclosure, envelope, id, now, progress, request};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gateway");

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .arg("--dir")
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap()
}

pub fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["--json"], arguments].concat());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Fails when anybody but the owner can do anything with a file or folder, or one below it.
fn closed_to_others(path: &Path) {
    let found = std::fs::metadata(path).unwrap();
    let mode = found.permissions().mode() & 0o777;
    let expected = if found.is_dir() { 0o700 } else { 0o600 };
    assert_eq!(mode, expected, "{}: {mode:o}", path.display());
    if found.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            closed_to_others(&entry.unwrap().path());
        }
    }
}

struct Serving {
    child: Child,
    address: SocketAddr,
    root: String,
    keys: Vec<ReceiptKey>,
    log: Option<JoinHandle<String>>,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(PROGRAM)
            .arg("--dir")
            .arg(folder)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap();
        Self {
            child,
            address: address.parse().unwrap(),
            root: std::fs::read_to_string(folder.join("pki/server-ca.pem")).unwrap(),
            keys: Vec::new(),
            log: Some(log),
        }
    }

    /// Asks it to stop, and gives what it logged.
    fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        Command::new("kill").arg(&id).status().unwrap();
        assert!(self.child.wait().unwrap().success());
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already when it was stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server for Serving {
    fn at(&self) -> SocketAddr {
        self.address
    }

    fn trusted_roots(&self) -> Vec<String> {
        vec![self.root.clone()]
    }

    fn receipt_keys(&self) -> Vec<ReceiptKey> {
        self.keys.clone()
    }

    fn time(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }
}

#[test]
fn a_day_by_the_command_line_and_nothing_personal_in_the_log() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("gateway");
    let folder = folder.as_path();
    assert!(
        run(scratch.path(), &["init", folder.to_str().unwrap()])
            .status
            .success()
    );
    let again = run(scratch.path(), &["init", folder.to_str().unwrap()]);
    assert!(!again.status.success(), "init overwrote a folder");

    let demo = scratch.path().join("demo");
    let out = demo.to_str().unwrap();
    run(folder, &["demo-data", "--people", "300", "--out", out]);
    let file = |name: &str| demo.join(name).to_str().unwrap().to_owned();
    json(folder, &["facility", "load", &file("municipality.toml")]);
    for (name, encoding) in [
        ("progress-utf8.csv", "utf-8"),
        ("progress-ms932.csv", "ms932"),
    ] {
        let args = [
            "import",
            "--insurer",
            INSURER,
            "--encoding",
            encoding,
            &file(name),
        ];
        assert_eq!(json(folder, &args)["bad"], 0);
    }
    let eligibility = file("eligibility-ms932.csv");
    json(
        folder,
        &[
            "import",
            "--insurer",
            INSURER,
            "--kind",
            "eligibility",
            &eligibility,
        ],
    );

    let mut serving = Serving::start(folder);
    // The command line works on the file that is being served.
    let made = json(
        folder,
        &["token", "new", "--office", OFFICE, "--serial", "UNIT-1"],
    );
    let token = made["token"].as_str().unwrap();
    let identity = enrol_with(&serving, token, "UNIT-1");
    let renewed = {
        let (_, csr) = crate::client::key_request();
        let order = protocol::exchange::RenewRequest { csr };
        post(&serving, Some(&identity), "/v1/renew", &order).json::<protocol::exchange::Enrolment>()
    };
    let trust: TrustBundle = renewed.trust;
    serving.keys = trust.receipt_keys;
    let asked = vec![
        envelope(1, &disclosure(1, None)),
        envelope(2, &progress("0000087084")),
    ];
    let answer = post(
        &serving,
        Some(&identity),
        "/v1/exchange",
        &request(0, asked),
    );
    let (page, response) = answer.exchange(&serving);
    assert_eq!(page.receipts.len(), 2);
    assert_eq!(response.feed.len(), 1);

    let listed = json(folder, &["requests", "list"]);
    assert_eq!(listed[0]["pending"], 1);
    let request_id = id(1).to_string();
    assert_eq!(listed[0]["id"], request_id.as_str());
    let shown = run(folder, &["requests", "show", &request_id]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("汐見 花子"));
    let papers = scratch.path().join("papers.pdf");
    std::fs::write(&papers, b"%PDF-1.7 papers").unwrap();
    let papers = papers.to_str().unwrap();
    let deliver = [
        "deliver",
        "--request",
        &request_id,
        "--subject",
        "1",
        "--days",
        "3",
        papers,
    ];
    let document = json(folder, &deliver)["document"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/documents/{document}");
    let fetched = ask(&serving, Some(&identity), "GET", &path, &[], b"").unwrap();
    assert_eq!(fetched.body, b"%PDF-1.7 papers");
    assert!(!run(folder, &deliver).status.success(), "delivered twice");

    let notice = [
        "notice",
        "add",
        "--title",
        "年末年始",
        "--body",
        "12月29日から休みます",
    ];
    assert_eq!(json(folder, &notice)["terminals"], 1);
    let backup = scratch.path().join("backup.sqlite");
    json(folder, &["backup", backup.to_str().unwrap()]);
    let beside = scratch.path().join("backup.sqlite.blobs");
    for path in [folder.to_owned(), backup, beside] {
        closed_to_others(&path);
    }
    assert!(folder.join("gateway.sqlite-wal").exists());
    let device = identity.device.clone().unwrap().to_string();
    assert_eq!(
        json(folder, &["devices", "list"])[0]["device"],
        device.as_str()
    );
    let listed = json(folder, &["devices", "list"]);
    assert!(listed[0]["self_test"].is_null());
    let serial = listed[0]["serial"].as_str().unwrap().to_owned();
    let none = run(folder, &["devices", "selftest", &serial]);
    assert!(!none.status.success(), "nothing was reported yet");
    let unknown = run(folder, &["devices", "selftest", "NOBODY-1"]);
    assert!(!unknown.status.success());
    let mut tested = command(Action::SelfTested(SelfTest {
        program: "0.1.0".to_owned(),
        parts: vec![PartFound {
            part: TestedPart::Touch,
            found: Found::CornersSilent,
        }],
        silent_corners: vec![Corner::TopLeft],
    }));
    tested.insurer = None;
    let report = request(0, vec![envelope(77, &tested)]);
    assert_eq!(
        post(&serving, Some(&identity), "/v1/exchange", &report).status,
        200
    );
    let kept = json(folder, &["devices", "selftest", &serial]);
    assert_eq!(
        (&kept["verdict"], &kept["program"]),
        (&"bad".into(), &"0.1.0".into())
    );
    assert_eq!(kept["parts"][0]["found"], "corners_silent");
    let text = run(folder, &["devices", "selftest", &serial]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("touch      bad    corners_silent"), "{text}");
    assert!(text.contains("silent     top_left"), "{text}");
    assert_eq!(
        json(folder, &["devices", "list"])[0]["self_test"]["verdict"],
        "bad"
    );
    json(folder, &["devices", "revoke", &device]);
    assert_eq!(poll(&serving, Some(&identity)).unwrap().status, 403);
    json(folder, &["devices", "alarms"]);
    json(folder, &["devices", "documents"]);
    json(folder, &["facility", "show", OFFICE]);
    json(folder, &["insurer", "list"]);
    json(folder, &["staff", "list", "--office", OFFICE]);

    let log = serving.stop();
    assert!(log.contains("a terminal was enrolled"), "{log}");
    let secrets = [
        "0000087084",
        "087084",
        "汐見 花子",
        "1938",
        token,
        "浜田",
        "年末年始",
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
    assert!(now() < SystemClock.now());
}

#[test]
fn what_is_wrong_is_said_with_a_code_and_nothing_is_touched() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let said = |arguments: &[&str]| {
        let output = run(folder, arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["devices", "list"]).contains("gateway init"));
    assert!(said(&["serve"]).contains("MDG-CONFIG-MISSING"));
    run(folder, &["init"]);
    let config = folder.join("gateway.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}colour = \"blue\"\n")).unwrap();
    let error = said(&["serve"]);
    assert!(
        error.contains("MDG-CONFIG-UNKNOWN-KEY") && error.contains("line"),
        "{error}"
    );
    let unknown = ["token", "new", "--office", OFFICE, "--serial", "A"];
    assert!(said(&unknown).contains("not known"));
    said(&["import", "--insurer", "990010", "/nowhere.csv"]);
    said(&["import", "--insurer", "99", "/nowhere.csv"]);
    said(&["requests", "show", "not-an-id"]);
}

#[test]
fn an_attachment_that_is_gone_is_named_and_the_others_are_written() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("gateway");
    let bench = Bench::open(&folder, Settings::default(), now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    let office = OfficeNumber::parse(OFFICE).unwrap();
    let entropy = SystemEntropy::default();
    let scan = |text: &[u8]| Attachment {
        sha256: Sha256Digest::of(text),
        size: text.len() as u64,
        media: AttachmentMedia::Pdf,
    };
    let (contract, licence) = (
        b"%PDF-1.7 contract".as_slice(),
        b"%PDF-1.7 licence".as_slice(),
    );
    for content in [contract, licence] {
        let blob = BlobRef::new(&entropy);
        bench.blobs.append(&blob, 0, content, &entropy).unwrap();
        let held = store::Attachment {
            office: office.clone(),
            sha256: Sha256Digest::of(content),
            size: content.len() as u64,
            held: content.len() as u64,
            media: Some(AttachmentMedia::Pdf),
            blob,
            touched_at: now(),
        };
        store::write(bench.store(), move |tx| tx.put_attachment(&held)).unwrap();
    }
    let mut asked = disclosure(1, Some(scan(contract)));
    if let Action::DisclosureRequest(request) = &mut asked.action {
        request.applicant.qualification_scan = Some(scan(licence));
    }
    let body = serde_json::to_vec(&request(0, vec![envelope(1, &asked)])).unwrap();
    bench.engine.exchange(&device, &body, now()).unwrap();
    let request_id = id(1).to_string();
    let out = scratch.path().join("out");
    let save = [
        "requests",
        "attachments",
        &request_id,
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(json(&folder, &save).as_array().unwrap().len(), 2);
    closed_to_others(&out);

    let gone = Sha256Digest::of(licence);
    store::write(bench.store(), move |tx| tx.drop_attachment(&office, &gone)).unwrap();
    let output = run(&folder, &save);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("MDG-ATTACHMENT-MISSING") && said.contains(&gone.to_string()),
        "{said}"
    );
    let written = String::from_utf8(output.stdout).unwrap();
    assert!(written.contains(&Sha256Digest::of(contract).to_string()));
}

#[test]
fn a_release_is_added_offered_listed_and_taken_back_by_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("gateway");
    let init = ["init", at.to_str().unwrap(), "--name", "localhost"];
    assert!(run(folder.path(), &init).status.success());
    let bundle = folder.path().join("update.raucb");
    std::fs::write(&bundle, b"hsqs and the rest").unwrap();
    let file = bundle.to_str().unwrap();
    let add = ["releases", "add", file, "--version", "0.3.0"];
    let added = json(&at, &[&add[..], &["--minimum", "0.2.0"]].concat());
    assert_eq!(added["minimum"], "0.2.0");
    let offered = json(
        &at,
        &["releases", "offer", "0.3.0", "--to", "all", "--stage", "25"],
    );
    assert_eq!(offered["chosen"], 0);
    for wrong in ["everybody", "office:12", "serial:", "office"] {
        let said = run(&at, &["releases", "offer", "0.3.0", "--to", wrong]);
        assert_eq!(said.status.code(), Some(2), "{wrong}");
    }
    for percent in ["0", "101"] {
        let said = run(
            &at,
            &[
                "releases", "offer", "0.3.0", "--to", "all", "--stage", percent,
            ],
        );
        assert_eq!(said.status.code(), Some(2), "{percent}");
    }
    let unknown = run(&at, &["releases", "offer", "0.9.0", "--to", "all"]);
    assert_eq!(unknown.status.code(), Some(1));
    let list = json(&at, &["releases", "list"]);
    assert_eq!(list[0]["version"], "0.3.0");
    assert!(list[0]["withdrawn_at"].is_null());
    closed_to_others(&at.join("releases"));
    json(&at, &["releases", "withdraw", "0.3.0"]);
    assert!(json(&at, &["releases", "list"])[0]["withdrawn_at"].is_string());
    assert_eq!(std::fs::read_dir(at.join("releases")).unwrap().count(), 0);
}

#[test]
fn a_station_is_given_rights_and_stopped_by_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("gateway");
    let init = ["init", at.to_str().unwrap(), "--name", "localhost"];
    assert!(run(folder.path(), &init).status.success());
    let x = "A".repeat(43);
    json(&at, &["stations", "add", "--kid", "station-1", "--x", &x]);
    let listed = |at: &Path| json(at, &["stations", "list"])[0].clone();
    assert_eq!(listed(&at)["tokens_for"], serde_json::json!([]));
    assert_eq!(
        run(&at, &["stations", "allow", "station-1"]).status.code(),
        Some(2)
    );
    json(&at, &["stations", "allow", "station-1", "--all-offices"]);
    assert_eq!(
        listed(&at)["tokens_for"],
        serde_json::json!(["all offices"])
    );
    json(&at, &["stations", "revoke", "station-1"]);
    assert!(listed(&at)["revoked_at"].is_string());
    json(&at, &["stations", "reinstate", "station-1"]);
    json(&at, &["stations", "deny", "station-1"]);
    let after = listed(&at);
    assert!(after["revoked_at"].is_null());
    assert_eq!(after["tokens_for"], serde_json::json!([]));
    assert_eq!(
        run(&at, &["stations", "deny", "nobody"]).status.code(),
        Some(1)
    );
    assert_eq!(json(&at, &["stations", "tokens"]), serde_json::json!([]));
}
