//! What the operator says of one unit by the program: its token, its account upstream.

use gateway::engine::Settings;
use gateway::harness::{Bench, OFFICE};
use serde_json::Value;

use crate::program::{json, run};
use crate::work::now;

#[test]
fn a_token_names_its_unit_and_is_cancelled_before_it_is_used() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("gateway");
    Bench::open(&folder, Settings::default(), now()).unwrap();
    let folder = folder.as_path();
    let made = json(
        folder,
        &["token", "new", "--office", OFFICE, "--serial", " UNIT-1 "],
    );
    assert_eq!(made["serial"], "UNIT-1");
    let cancel = ["token", "cancel", "--serial", "UNIT-1"];
    let gone = json(folder, &cancel);
    assert_eq!(gone.as_array().unwrap().len(), 1);
    assert_eq!(gone[0]["serial"], "UNIT-1");
    assert_eq!(gone[0]["station"], Value::Null);
    assert_eq!(json(folder, &cancel), serde_json::json!([]));
    let said = String::from_utf8(run(folder, &cancel).stdout).unwrap();
    assert!(said.contains("no token for UNIT-1"), "{said}");
    // It is not a secret that the list could give away.
    assert!(!gone.to_string().contains(made["token"].as_str().unwrap()));
}

#[test]
fn an_account_of_a_terminal_is_set_listed_and_taken_back_by_the_program() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("gateway");
    let bench = Bench::open(&folder, Settings::default(), now()).unwrap();
    let device = bench
        .add_device(OFFICE, [1; 12], now())
        .unwrap()
        .to_string();
    drop(bench);
    let folder = folder.as_path();
    let set = |user: &str, place: &str| {
        let order = [
            "devices",
            "account",
            "set",
            &device,
            "--user",
            user,
            "--kept-at",
            place,
        ];
        run(folder, &order).status.success()
    };
    assert!(!set("KJ12", "safe"), "no claim user");
    assert!(!set("reader 1", "safe"), "no user id");
    assert!(!set("reader01", ""), "nowhere");
    assert_eq!(
        json(folder, &["devices", "account", "list"]),
        serde_json::json!([])
    );
    assert!(set("reader01", "safe, second shelf"));
    let listed = json(folder, &["devices", "account", "list"]);
    assert_eq!(listed[0]["user"], "reader01");
    assert_eq!(listed[0]["kept_at"], "safe, second shelf");
    assert_eq!(
        json(folder, &["devices", "list"])[0]["account"]["user"],
        "reader01"
    );
    let text = String::from_utf8(run(folder, &["devices", "list"]).stdout).unwrap();
    assert!(text.contains("card no record  account reader01"), "{text}");
    assert_eq!(
        json(folder, &["devices", "account", "clear", &device])["cleared"],
        true
    );
    assert!(json(folder, &["devices", "list"])[0]["account"].is_null());
}
