//! The real program from outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use protocol::provisioning::device::DeviceConfig;
use provisioning::testing::{Fixture, IMAGE_BYTES, ROOT};
use provisioning::unit::Order;
use serde_json::Value;

use crate::faults::old_card;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_provision");
pub const CARD: u64 = 16 * 1024 * 1024;
pub const PASSPHRASE: &str = "correct horse battery";

/// Writes a unit's file and its root, and gives the unit.
pub fn unit_file(folder: &Path, serial: &str) -> DeviceConfig {
    let text = format!(
        "serial = \"{serial}\"\noffice = \"9970000015\"\nsite = \"1階受付\"\nboard = \"qemu\"\n\n\
         [screen]\nplace = \"counter\"\npanel = \"ten\"\n\n\
         [network.wifi]\nssid = \"desk\"\npassphrase = \"{PASSPHRASE}\"\n\n\
         [gateway]\nendpoint = \"https://gateway.example:8443\"\nroot_files = [\"root.pem\"]\n\n\
         [card]\ntrust = \"test\"\n"
    );
    fs::write(folder.join("unit.toml"), text).unwrap();
    fs::write(folder.join("root.pem"), ROOT).unwrap();
    Order::read(&folder.join("unit.toml"))
        .unwrap()
        .complete()
        .unwrap()
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .current_dir(folder)
        .args(["--state", "state", "--lang", "en"])
        .args(arguments)
        .output()
        .unwrap()
}

pub fn json(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value, Vec<Value>) {
    let output = run(folder, &[&["--json"], arguments].concat());
    let lines = |bytes: &[u8]| -> Vec<Value> {
        String::from_utf8_lossy(bytes)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let result = lines(&output.stdout).pop().unwrap_or(Value::Null);
    (output.status.code(), result, lines(&output.stderr))
}

pub const IMAGE: [&str; 4] = ["--image", "image.json", "--keys", "keys.toml"];

#[test]
fn a_card_is_written_verified_recorded_and_logged() {
    let folder = crate::folder();
    let at = folder.path();
    let fixture = Fixture::make(at, true);
    let mut unit = unit_file(at, "UNIT-0001");
    fs::write(at.join("card.img"), old_card(CARD)).unwrap();
    let printed = r#"{"token":"abcde-fghjk-lmnpq-rstuv","expires_at":"2099-01-01T00:00:00.000Z","office":"9970000015"}"#;
    fs::write(at.join("token.json"), printed).unwrap();
    let flash = ["flash", "--config", "unit.toml", "--simulate", "card.img"];
    let token = ["--token-file", "token.json"];
    let (code, result, progress) = json(at, &[&flash[..], &IMAGE, &token].concat());
    assert_eq!(code, Some(0), "{progress:?}");
    assert_eq!(result["result"], "verified");
    for phase in ["check-image", "probe", "write", "read-back", "finish"] {
        assert!(
            progress.iter().any(|line| line["phase"] == phase),
            "{phase}"
        );
    }
    let source = provisioning::unit::TokenSource::File(at.join("token.json"));
    let station = provisioning::station::Station::open(&at.join("other-state")).unwrap();
    source.fetch(&mut unit, &station).unwrap();
    assert!(fs::read(at.join("card.img")).unwrap()[..IMAGE_BYTES] == fixture.expected(&unit));

    let verify = ["verify", "--simulate", "card.img"];
    let (code, result, _) = json(at, &[&verify[..], &IMAGE].concat());
    assert_eq!(
        (code, &result["serial"]),
        (Some(0), &Value::from("UNIT-0001"))
    );
    let (code, result, _) = json(at, &[&["verify"][..], &IMAGE].concat());
    assert_eq!((code, &result["version"]), (Some(0), &Value::from("0.2.0")));
    assert!(
        run(
            at,
            &["manifest", "--serial", "UNIT-0001", "--out", "record.jws"]
        )
        .status
        .success()
    );
    assert!(
        fs::read_to_string(at.join("record.jws"))
            .unwrap()
            .matches('.')
            .count()
            == 2
    );
    let (code, result, _) = json(at, &["log", "verify"]);
    assert_eq!((code, &result["entries"]), (Some(0), &Value::from(3)));

    let log = at.join("state/log.jsonl");
    let edited = fs::read_to_string(&log)
        .unwrap()
        .replacen("UNIT-0001", "UNIT-0009", 1);
    fs::write(&log, edited).unwrap();
    let (code, _, problems) = json(at, &["log", "verify"]);
    assert_eq!(
        (code, &problems[0]["code"]),
        (Some(1), &Value::from("MDG-PROVISION-LOG-BROKEN"))
    );
}

#[test]
fn each_wrong_order_is_refused_with_its_code_and_no_card_is_touched() {
    let folder = crate::folder();
    let at = folder.path();
    Fixture::make(at, false);
    unit_file(at, "UNIT-0001");
    let right = fs::read_to_string(at.join("unit.toml")).unwrap();
    let old = old_card(CARD);
    fs::write(at.join("card.img"), &old).unwrap();
    fs::write(at.join("no-token"), "hello\n").unwrap();
    let flash = ["flash", "--config", "unit.toml", "--simulate", "card.img"];
    let refused = |text: &str, more: &[&str], code: &str| {
        fs::write(at.join("unit.toml"), text).unwrap();
        let (exit, _, said) = json(at, &[&flash[..], &IMAGE, more].concat());
        let problem = said.last().unwrap();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(exit, Some(1));
        assert!(problem["do"].as_str().unwrap().len() > 5);
        assert!(fs::read(at.join("card.img")).unwrap() == old);
    };
    let with = |from: &str, to: &str| right.replace(from, to);
    refused(
        &with("\"qemu\"", "\"pi3\""),
        &[],
        "MDG-PROVISION-IMAGE-BOARD",
    );
    refused(
        &with("site", "seat"),
        &[],
        "MDG-PROVISION-CONFIG-UNKNOWN-KEY",
    );
    refused(
        &with("https://", "http://"),
        &[],
        "MDG-PROVISION-CONFIG-VALUE",
    );
    refused(
        &with("9970000015", "9970000016"),
        &[],
        "MDG-PROVISION-CONFIG-VALUE",
    );
    refused(
        &with("serial = \"UNIT-0001\"\n", ""),
        &[],
        "MDG-PROVISION-CONFIG-MISSING",
    );
    refused("= [", &[], "MDG-PROVISION-CONFIG-SYNTAX");
    refused(&right, &["--token-file", "no-token"], "MDG-PROVISION-TOKEN");
    refused(&right, &["--token-command", "false"], "MDG-PROVISION-TOKEN");
    refused(&right, &["--resume"], "MDG-PROVISION-RESUME-UNKNOWN");
    fs::write(
        at.join("root.pem"),
        format!("{ROOT}-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"),
    )
    .unwrap();
    refused(&right, &[], "MDG-PROVISION-CONFIG-VALUE");
}

#[test]
fn a_program_that_makes_tokens_is_told_office_and_serial() {
    let folder = crate::folder();
    let at = folder.path();
    Fixture::make(at, false);
    unit_file(at, "UNIT-0001");
    fs::write(at.join("card.img"), old_card(CARD)).unwrap();
    let script = "#!/bin/sh\necho \"$@\" > asked\necho ABCDE-FGHJK-LMNPQ-RSTUV\n";
    fs::write(at.join("make-token"), script).unwrap();
    let flash = ["flash", "--config", "unit.toml", "--simulate", "card.img"];
    let token = [
        "--token-command",
        "sh make-token --office {office} --serial {serial}",
    ];
    let (code, _, said) = json(at, &[&flash[..], &IMAGE, &token].concat());
    assert_eq!(code, Some(0), "{said:?}");
    let asked = fs::read_to_string(at.join("asked")).unwrap();
    assert_eq!(asked.trim(), "--office 9970000015 --serial UNIT-0001");
    let (_, result, _) = json(
        at,
        &[&["verify", "--simulate", "card.img"][..], &IMAGE].concat(),
    );
    assert_eq!(result["enrolment"], true);
}

#[test]
fn a_card_that_differs_when_it_is_looked_at_is_not_said_to_start_never() {
    let folder = crate::folder();
    let at = folder.path();
    Fixture::make(at, false);
    unit_file(at, "UNIT-0001");
    fs::write(at.join("card.img"), old_card(CARD)).unwrap();
    let flash = ["flash", "--config", "unit.toml", "--simulate", "card.img"];
    assert!(run(at, &[&flash[..], &IMAGE].concat()).status.success());
    let mut held = fs::read(at.join("card.img")).unwrap();
    held[2 << 20] ^= 1;
    fs::write(at.join("card.img"), &held).unwrap();
    let looked = |card: &str, code: &str| {
        let verify = ["verify", "--simulate", card];
        let output = run(at, &[&verify[..], &IMAGE].concat());
        assert_eq!(output.status.code(), Some(4));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(code), "{said}");
        assert!(said.contains("It may start"), "{said}");
        assert!(!said.contains("does not start"), "{said}");
        assert!(!said.contains("--resume"), "{said}");
    };
    looked("card.img", "MDG-PROVISION-VERIFY-DIFFERS");
    looked("card.img,fault=bad-read@3M", "MDG-PROVISION-VERIFY-READ");
    assert!(fs::read(at.join("card.img")).unwrap() == held);
}

#[test]
fn progress_in_lines_counts_nothing_where_there_is_nothing_to_count() {
    let folder = crate::folder();
    let at = folder.path();
    Fixture::make(at, false);
    unit_file(at, "UNIT-0001");
    fs::write(at.join("card.img"), old_card(CARD)).unwrap();
    let flash = ["flash", "--config", "unit.toml", "--simulate", "card.img"];
    let output = run(at, &[&flash[..], &IMAGE].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("UNIT-0001: probing card\n"), "{said}");
    assert!(!said.contains("0/0"), "{said}");
}

#[test]
fn a_run_by_sudo_says_where_its_log_and_key_lie() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = crate::folder();
    let at = folder.path();
    let warned = |more: &[&str]| {
        let output = Command::new(PROGRAM)
            .current_dir(at)
            .env("SUDO_USER", "technician")
            .env("HOME", at)
            .env_remove("XDG_STATE_HOME")
            .args(["--lang", "en", "--json"])
            .args(more)
            .args(["log", "verify"])
            .output()
            .unwrap();
        assert!(output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        said.contains("\"warning\"") && said.contains("madoguchi-provision")
    };
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    assert_eq!(
        warned(&[]),
        root,
        "whoever is not root keeps a folder of their own"
    );
    assert!(!warned(&["--state", "state"]));
}

#[test]
fn labels_and_sheets_are_written_and_the_sheet_names_no_person() {
    let folder = crate::folder();
    let at = folder.path();
    unit_file(at, "UNIT-0001");
    let label = [
        "label",
        "--serial",
        "UNIT-0001",
        "--device",
        "MDG-23456789ABCD",
        "--png",
        "l.png",
        "--zpl",
        "l.zpl",
    ];
    let output = run(at, &label);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::write(at.join("token"), "ABCDE-FGHJK-LMNPQ-RSTUV\n").unwrap();
    let sheet = [
        "sheet",
        "--config",
        "unit.toml",
        "--office-name",
        "汐見市南居宅介護支援事業所",
        "--token-file",
        "token",
        "--desk",
        "情報システム課",
        "--phone",
        "099-000-1234",
        "--png",
        "s.png",
    ];
    let output = run(at, &sheet);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(fs::read(at.join("s.png")).unwrap().starts_with(b"\x89PNG"));
    assert!(
        !fs::read_to_string(at.join("state/log.jsonl"))
            .unwrap()
            .contains("ABCDE")
    );
}

#[test]
fn an_image_is_described_signed_and_verified_by_the_commands_its_recipe_calls() {
    let folder = crate::folder();
    let at = folder.path();
    let fixture = Fixture::make(at, true);
    let made = run(at, &["--json", "image", "new-key", "second.key"]);
    let public: Value = serde_json::from_slice(&made.stdout).unwrap();
    let keys = format!("[[key]]\nkid = {}\nx = {}\n", public["kid"], public["x"]);
    fs::write(at.join("second.toml"), keys).unwrap();
    let name = fixture.file.file_name().unwrap().to_str().unwrap();
    let describe = [
        "image",
        "describe",
        name,
        "--version",
        "1.0.0",
        "--board",
        "pi4",
        "--out",
        "second.json",
    ];
    assert!(run(at, &describe).status.success());
    assert!(
        run(at, &["image", "sign", "second.json", "--key", "second.key"])
            .status
            .success()
    );
    let verify = ["image", "verify", "--image", "second.json", "--keys"];
    assert!(
        run(at, &[&verify[..], &["second.toml"]].concat())
            .status
            .success()
    );
    let foreign = run(at, &[&verify[..], &["keys.toml"]].concat());
    assert_eq!(foreign.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("MDG-PROVISION-IMAGE-KEY"));
}

#[test]
fn the_files_in_the_operations_manual_are_taken_as_they_stand_there() {
    let manual = include_str!("../../../docs/operations.md");
    let block = |kind: &str| {
        let start = manual.split_once(&format!("```{kind}\n")).unwrap().1;
        start.split_once("```").unwrap().0.to_owned()
    };
    let folder = crate::folder();
    let at = folder.path();
    fs::write(at.join("office.toml"), block("toml")).unwrap();
    fs::write(at.join("server-ca.pem"), ROOT).unwrap();
    let order = Order::read(&at.join("office.toml")).unwrap();
    let rows = provisioning::unit::csv::parse(&block("csv"), &order).unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        row.order.complete().unwrap();
    }
}

#[test]
fn every_command_in_the_operations_manual_exists_with_its_options() {
    let manual = include_str!("../../../docs/operations.md").replace("\\\n", " ");
    let mut seen = 0;
    for line in manual.lines().filter(|line| line.starts_with("provision ")) {
        // What stands in quotes is another program's.
        let line: String = line
            .split('#')
            .next()
            .unwrap()
            .split('\'')
            .step_by(2)
            .collect();
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let depth = if matches!(words[0], "image" | "log") {
            2
        } else {
            1
        };
        let folder = crate::folder();
        let output = run(folder.path(), &[&words[..depth], &["--help"]].concat());
        assert!(output.status.success(), "{line}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        for option in words.iter().filter(|word| word.starts_with("--")) {
            let known = said
                .split_whitespace()
                .any(|word| word.trim_end_matches(',') == *option);
            assert!(known, "{option} of {line}");
        }
        seen += 1;
    }
    assert!(seen >= 10, "{seen}");
}
