//! Several cards at once.

use std::fs;
use std::path::Path;

use provisioning::testing::{Fixture, IMAGE_BYTES, ROOT};
use serde_json::Value;

use crate::faults::{old_card, starts};
use crate::program::{CARD, IMAGE, PASSPHRASE, json, run, unit_file};

const BATCH: [&str; 7] = [
    "batch",
    "--config",
    "unit.toml",
    "--units",
    "units.csv",
    "--report",
    "report.csv",
];

/// A folder with an image, what is the same for all units, and old cards of those names.
fn prepare(at: &Path, cards: &[&str]) {
    Fixture::make(at, false);
    unit_file(at, "BASE");
    for card in cards {
        fs::write(at.join(card), old_card(CARD)).unwrap();
    }
}

fn untouched(at: &Path, card: &str) -> bool {
    fs::read(at.join(card)).unwrap() == old_card(CARD)
}

fn results(values: &Value) -> Vec<String> {
    let values = values.as_array().unwrap().iter();
    values
        .map(|row| format!("{} {}", row["serial"], row["result"]).replace('"', ""))
        .collect()
}

#[test]
fn a_batch_is_gone_on_with_finished_rows_are_left_out_and_new_ones_begun() {
    let folder = crate::folder();
    let at = folder.path();
    prepare(at, &["a.img", "b.img", "c.img"]);
    let token = r#"n=$(cat asked 2>/dev/null | wc -l); echo "$4" >> asked; echo "ABCDE-FGHJK-LMNPQ-RSTU$((n + 2))""#;
    fs::write(at.join("make-token"), token).unwrap();
    let tokens = [
        "--parallel",
        "1",
        "--token-command",
        "sh make-token --office {office} --serial {serial}",
    ];
    let units = |fault: &str, more: &str| {
        let text = format!(
            "serial,card\nUNIT-1,\"simulate:a.img,serial=A\"\n\
             UNIT-2,\"simulate:b.img,serial=B{fault}\"\n{more}"
        );
        fs::write(at.join("units.csv"), text).unwrap();
    };
    units(",fault=unplug@9M", "");
    let (code, values, _) = json(at, &[&BATCH[..], &IMAGE, &tokens].concat());
    assert_eq!(code, Some(3));
    assert_eq!(results(&values), ["UNIT-1 verified", "UNIT-2 failed"]);

    let first = fs::read(at.join("a.img")).unwrap();
    units("", "UNIT-3,\"simulate:c.img,serial=C\"\n");
    let resume = [&BATCH[..], &IMAGE, &tokens, &["--resume"]].concat();
    let (code, values, said) = json(at, &resume);
    assert_eq!(code, Some(0), "{said:?}");
    let all = ["UNIT-1 already", "UNIT-2 verified", "UNIT-3 verified"];
    assert_eq!(results(&values), all);
    let written = values[1]["written"].as_u64().unwrap();
    assert!(written < IMAGE_BYTES as u64, "not gone on with: {written}");
    assert!(fs::read(at.join("a.img")).unwrap() == first);
    let asked = fs::read_to_string(at.join("asked")).unwrap();
    assert_eq!(asked, "UNIT-1\nUNIT-2\nUNIT-2\nUNIT-3\n");
    let report = fs::read_to_string(at.join("report.csv")).unwrap();
    assert!(report.contains("UNIT-1,A,already,,0.2.0,"), "{report}");

    // Another configuration is another card; and a card that was exchanged is not the one.
    fs::write(at.join("b.img"), old_card(CARD)).unwrap();
    let unit = fs::read_to_string(at.join("unit.toml")).unwrap();
    let (code, values, _) = json(at, &resume);
    assert_eq!(code, Some(0));
    let exchanged = ["UNIT-1 already", "UNIT-2 verified", "UNIT-3 already"];
    assert_eq!(results(&values), exchanged);
    fs::write(at.join("unit.toml"), unit.replace("1階", "2階")).unwrap();
    let (code, values, _) = json(at, &resume);
    assert_eq!(code, Some(0));
    let changed = ["UNIT-1 verified", "UNIT-2 verified", "UNIT-3 verified"];
    assert_eq!(results(&values), changed);
    let text = run(at, &resume);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert_eq!(text.matches("was written before").count(), 3, "{text}");
}

#[test]
fn an_older_card_of_a_unit_is_written_again_although_it_carries_the_same_configuration() {
    let folder = crate::folder();
    let at = folder.path();
    prepare(at, &["a.img", "b.img"]);
    let units = |card: &str| {
        let row = format!("serial,card\nUNIT-1,\"simulate:{card}.img,serial={card}\"\n");
        fs::write(at.join("units.csv"), row).unwrap();
        let (code, values, said) = json(at, &[&BATCH[..], &IMAGE, &["--resume"]].concat());
        assert_eq!(code, Some(0), "{said:?}");
        results(&values).concat()
    };
    assert_eq!(units("a"), "UNIT-1 verified");
    assert_eq!(units("a"), "UNIT-1 already");
    assert_eq!(units("b"), "UNIT-1 verified");
    assert_eq!(units("a"), "UNIT-1 verified");
    assert_eq!(units("a"), "UNIT-1 already");
}

#[test]
fn one_token_for_two_rows_is_refused_before_the_first_byte() {
    let folder = crate::folder();
    let at = folder.path();
    prepare(at, &["a.img", "b.img"]);
    let plain = fs::read_to_string(at.join("unit.toml")).unwrap();
    let rows = "UNIT-1,simulate:a.img,{}\nUNIT-2,simulate:b.img,{}\n";
    let token = "ABCDE-FGHJK-LMNPQ-RSTUV";
    let both = format!("serial,card,token\n{}", rows.replace("{}", token));
    let none = format!("serial,card,token\n{}", rows.replace("{}", ""));
    let base = format!("{plain}\n[enrolment]\ntoken = \"{token}\"\n");
    for (units, config) in [(both, &plain), (none, &base)] {
        fs::write(at.join("units.csv"), units).unwrap();
        fs::write(at.join("unit.toml"), config).unwrap();
        let (code, _, problems) = json(at, &[&BATCH[..], &IMAGE].concat());
        assert_eq!(code, Some(1));
        assert_eq!(problems[0]["code"], "MDG-PROVISION-BATCH-DUPLICATE");
        let error = problems[0]["error"].as_str().unwrap();
        assert!(
            error.contains("line 3") && !error.contains(token),
            "{error}"
        );
        assert!(untouched(at, "a.img") && untouched(at, "b.img"));
    }
}

#[test]
fn all_rows_that_cannot_be_written_are_named_before_the_first_byte() {
    let folder = crate::folder();
    let at = folder.path();
    prepare(at, &["a.img"]);
    fs::write(at.join("small.img"), vec![0; IMAGE_BYTES]).unwrap();
    let units = "serial,card,board\nUNIT-1,simulate:a.img,\nUNIT-2,simulate:small.img,\n\
        UNIT-3,NO-SUCH-DISK,\nUNIT-4,simulate:a.img,pi3\n"
        .replace("UNIT-4,simulate:a.img", "UNIT-4,simulate:./a.img");
    fs::write(at.join("units.csv"), units).unwrap();
    let machine = ["--machine-root", "machine"];
    for (file, text) in [("mountinfo", ""), ("../swaps", "Filename\n")] {
        fs::create_dir_all(at.join("machine/proc/self")).unwrap();
        fs::write(at.join("machine/proc/self").join(file), text).unwrap();
    }
    fs::create_dir_all(at.join("machine/sys/block")).unwrap();
    let output = run(at, &[&machine[..], &BATCH, &IMAGE].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for named in [
        "MDG-PROVISION-BATCH-ROWS",
        "line 3 (simulate:small.img): ",
        "MDG-PROVISION-CARD-SMALL",
        "line 4 (NO-SUCH-DISK): ",
        "MDG-PROVISION-DISK-UNKNOWN",
        "line 5 (simulate:./a.img): ",
        "MDG-PROVISION-IMAGE-BOARD",
        "`confirm`",
    ] {
        assert!(said.contains(named), "{named}: {said}");
    }
    assert!(!said.contains("--yes-serial"), "{said}");
    assert!(untouched(at, "a.img") && !at.join("report.csv").exists());
}

#[test]
fn a_report_that_cannot_be_written_is_said_before_the_first_byte_and_results_are_told_anyway() {
    let folder = crate::folder();
    let at = folder.path();
    prepare(at, &["a.img"]);
    let units = |fault: &str| {
        let text = format!("serial,card\nUNIT-1,\"simulate:a.img{fault}\"\n");
        fs::write(at.join("units.csv"), text).unwrap();
    };
    units("");
    let mut batch = BATCH;
    batch[6] = "missing/report.csv";
    let (code, _, problems) = json(at, &[&batch[..], &IMAGE].concat());
    assert_eq!(code, Some(1));
    assert_eq!(problems[0]["code"], "MDG-PROVISION-FILE");
    assert!(untouched(at, "a.img"));

    // Its folder goes away while a token is made.
    fs::create_dir(at.join("missing")).unwrap();
    let token = "rmdir missing; echo ABCDE-FGHJK-LMNPQ-RSTUV";
    fs::write(at.join("make-token"), token).unwrap();
    let tokens = ["--token-command", "sh make-token"];
    let (code, values, problems) = json(at, &[&batch[..], &IMAGE, &tokens].concat());
    assert_eq!(code, Some(4), "a card was touched");
    assert_eq!(results(&values), ["UNIT-1 verified"]);
    assert_eq!(problems.last().unwrap()["code"], "MDG-PROVISION-FILE");
    assert!(starts(&fs::read(at.join("a.img")).unwrap()));
}

#[test]
fn a_root_that_is_none_is_named_by_its_file_and_line_in_a_batch_too() {
    let folder = crate::folder();
    let at = folder.path();
    prepare(at, &["a.img"]);
    fs::write(at.join("units.csv"), "serial,card\nUNIT-1,simulate:a.img\n").unwrap();
    fs::write(at.join("root.pem"), ROOT.replace("BEGIN", "BEGAN")).unwrap();
    let (code, _, problems) = json(at, &[&BATCH[..], &IMAGE].concat());
    assert_eq!(code, Some(1));
    assert_eq!(problems[0]["code"], "MDG-PROVISION-CONFIG-VALUE");
    let error = problems[0]["error"].as_str().unwrap();
    let text = fs::read_to_string(at.join("unit.toml")).unwrap();
    let line = text.lines().position(|line| line.starts_with("root_files"));
    let begins = format!("line {}: root_files: root.pem", line.unwrap() + 1);
    assert!(error.starts_with(&begins), "{error}");
}

#[test]
fn a_batch_goes_on_when_one_card_fails_and_its_report_holds_no_secret() {
    let folder = crate::folder();
    let at = folder.path();
    Fixture::make(at, false);
    unit_file(at, "BASE");
    for card in ["a.img", "b.img", "c.img"] {
        fs::write(at.join(card), old_card(CARD)).unwrap();
    }
    let units = "serial,card,wifi_passphrase,token\n\
        UNIT-1,\"simulate:a.img,serial=CARD-A\",,ABCDE-FGHJK-LMNPQ-RSTUV\n\
        UNIT-2,\"simulate:b.img,serial=CARD-B,fault=flip@3000000\",,22222-33333-44444-55555\n\
        UNIT-3,\"simulate:c.img,serial=CARD-C\",another secret word,\n";
    fs::write(at.join("units.csv"), units).unwrap();
    let batch = [
        "batch",
        "--config",
        "unit.toml",
        "--units",
        "units.csv",
        "--report",
        "report.csv",
    ];
    let output = run(at, &[&batch[..], &IMAGE].concat());
    assert_eq!(output.status.code(), Some(3));
    let report = fs::read_to_string(at.join("report.csv")).unwrap();
    let rows: Vec<&str> = report.lines().collect();
    assert!(
        rows[1].starts_with("UNIT-1,CARD-A,verified,,0.2.0,"),
        "{report}"
    );
    assert!(
        rows[2].starts_with("UNIT-2,CARD-B,failed,MDG-PROVISION-CARD-DIFFERS,"),
        "{report}"
    );
    assert!(rows[3].starts_with("UNIT-3,CARD-C,verified,"), "{report}");
    let said = [output.stdout, output.stderr, report.into_bytes()].concat();
    let said = String::from_utf8_lossy(&said);
    for secret in [
        PASSPHRASE,
        "another secret word",
        "ABCDE-FGHJK",
        "22222-33333",
    ] {
        assert!(!said.contains(secret), "{secret}");
    }
    assert!(said.contains("Follow the likely cause"), "{said}");
    assert!(said.contains("1 of 3 cards failed"), "{said}");
}

#[test]
fn a_batch_with_the_same_serial_twice_touches_no_card() {
    let folder = crate::folder();
    let at = folder.path();
    Fixture::make(at, false);
    unit_file(at, "BASE");
    let old = old_card(CARD);
    fs::write(at.join("a.img"), &old).unwrap();
    let units = "serial,card\nUNIT-1,simulate:a.img\nUNIT-1,simulate:b.img\n";
    fs::write(at.join("units.csv"), units).unwrap();
    let batch = [
        "batch",
        "--config",
        "unit.toml",
        "--units",
        "units.csv",
        "--report",
        "r.csv",
    ];
    let (code, _, problems) = json(at, &[&batch[..], &IMAGE].concat());
    assert_eq!(code, Some(1));
    assert_eq!(problems[0]["code"], "MDG-PROVISION-BATCH-DUPLICATE");
    assert!(problems[0]["error"].as_str().unwrap().contains("line 3"));
    assert!(fs::read(at.join("a.img")).unwrap() == old && !at.join("r.csv").exists());
}

#[test]
fn a_wrong_value_in_a_batch_is_named_by_its_row() {
    let folder = crate::folder();
    let at = folder.path();
    Fixture::make(at, false);
    unit_file(at, "BASE");
    let units = "serial,card,office\nUNIT-1,simulate:a.img,\nUNIT-2,simulate:b.img,9970000016\n";
    fs::write(at.join("units.csv"), units).unwrap();
    fs::write(at.join("a.img"), old_card(CARD)).unwrap();
    let batch = [
        "batch",
        "--config",
        "unit.toml",
        "--units",
        "units.csv",
        "--report",
        "r.csv",
    ];
    let (code, _, problems) = json(at, &[&batch[..], &IMAGE].concat());
    assert_eq!(code, Some(1));
    assert_eq!(problems[0]["code"], "MDG-PROVISION-CONFIG-VALUE");
    assert!(
        problems[0]["error"]
            .as_str()
            .unwrap()
            .starts_with("line 3: office")
    );
}
