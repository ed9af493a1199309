#![allow(clippy::unwrap_used)]

use super::*;

const GOOD: &str = r#"
serial = "T-0042"

[screen]
place = "portable"

[paths]
vault = "/var/lib/madoguchi/vault"
device_secret = "/var/lib/madoguchi/secret"
attachments = "/media/usb"

[gateway]
endpoint = "https://gateway.example:8443"
root = "/etc/madoguchi/root.pem"

[card]
trust = "test"
authorities = "/etc/madoguchi/authorities.toml"

[printer]
queue = "office"
"#;

fn wrong(text: &str) -> ConfigError {
    Config::parse(text).unwrap_err()
}

#[test]
fn a_whole_file_is_read_and_the_place_decides_the_idle_time() {
    let config = Config::parse(GOOD).unwrap();
    assert_eq!(config.idle_lock(), Duration::from_secs(30));
    assert_eq!(config.card.trust, TrustClass::Test);
    let counter = Config::parse(&GOOD.replace("portable", "counter")).unwrap();
    assert_eq!(counter.idle_lock(), Duration::from_secs(60));
}

#[test]
fn a_file_with_only_what_is_needed_is_enough_and_believes_only_cards_in_use() {
    let config =
        Config::parse("serial = \"T-1\"\n[paths]\nvault = \"v\"\ndevice_secret = \"s\"\n").unwrap();
    assert_eq!(config.card.trust, TrustClass::Production);
    assert!(config.gateway.is_none());
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let error = wrong(&GOOD.replace("attachments =", "atachments ="));
    assert_eq!(
        (error.code.clone(), error.line),
        (ProblemCode::ConfigUnknownKey, 10)
    );
    assert!(error.to_string().contains("line 10"), "{error}");
    assert!(error.to_string().contains("atachments"), "{error}");
}

#[test]
fn what_looks_like_a_secret_is_refused_and_not_repeated() {
    for key in ["token", "wifi_password", "staff_passcode", "private_key"] {
        let error = wrong(&format!("{key} = \"ABCDE-FGHJK\"\n{GOOD}"));
        assert_eq!(
            (error.code.clone(), error.line),
            (ProblemCode::ConfigSecret, 1),
            "{key}"
        );
        assert!(!error.to_string().contains("ABCDE"), "{error}");
    }
}

#[test]
fn a_missing_key_a_wrong_value_and_broken_toml_are_named() {
    let error = wrong(&GOOD.replace("vault = \"/var/lib/madoguchi/vault\"\n", ""));
    assert_eq!(
        (error.code.clone(), error.line),
        (ProblemCode::ConfigMissing, 7),
        "{error}"
    );
    let error = wrong(&GOOD.replace("\"portable\"", "\"pocket\""));
    assert_eq!(
        (error.code.clone(), error.line),
        (ProblemCode::ConfigValue, 5),
        "{error}"
    );
    assert!(!error.to_string().contains("pocket"), "{error}");
    let error = wrong(&GOOD.replace("[paths]", "[paths"));
    assert_eq!(
        (error.code.clone(), error.line),
        (ProblemCode::ConfigSyntax, 7),
        "{error}"
    );
}

#[test]
fn values_out_of_bounds_are_named_with_their_line() {
    let idle = GOOD.replace("place = \"portable\"", "idle_lock_seconds = 86400");
    assert_eq!(wrong(&idle).line, 5);
    for endpoint in [
        "http://gateway",
        "https://",
        "https://a/b",
        "https://u@h",
        "gateway:8443",
    ] {
        let error = wrong(&GOOD.replace("https://gateway.example:8443", endpoint));
        assert_eq!(
            (error.code, error.line),
            (ProblemCode::ConfigValue, 13),
            "{endpoint}"
        );
    }
    assert_eq!(wrong(&GOOD.replace("T-0042", " ")).line, 2);
}

#[test]
fn desks_are_read_from_their_own_file() {
    let text = r#"
[[desk]]
organisation = "電子請求ヘルプデスク"
topics = ["network", "no_answer"]
[desk.desk]
name = "ヘルプデスク"
phone = "0120000188"
[[desk.desk.hours]]
weekdays = [1, 2, 3, 4, 5]
from_minute = 600
to_minute = 1020
"#;
    assert_eq!(parse_desks(text).unwrap().len(), 1);
    let error = parse_desks(&text.replace("topics", "topic")).unwrap_err();
    assert_eq!((error.code, error.line), (ProblemCode::ConfigUnknownKey, 4));
    assert!(parse_desks("").unwrap().is_empty());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_line(text in "\\PC{0,200}") {
        if let Err(error) = Config::parse(&text) {
            proptest::prop_assert!(error.line >= 1);
        }
    }
}

#[test]
fn the_board_and_the_place_decide_parts_and_times_and_nothing_else() {
    use crate::power::ScreenTimes;
    let on_a_pi = format!("{GOOD}\n[board]\nkind = \"pi4\"\n");
    let portable = Config::parse(&on_a_pi).unwrap();
    assert_eq!(portable.profile(), Profile::Portable);
    assert_eq!(portable.screen_times(), Some(ScreenTimes::PORTABLE));
    let counter = Config::parse(&on_a_pi.replace("portable", "counter")).unwrap();
    assert_eq!(counter.profile(), Profile::Counter);
    assert_eq!(counter.screen_times(), Some(ScreenTimes::COUNTER));
}

#[test]
fn another_board_than_those_known_is_refused_with_its_line() {
    for board in ["kind = \"pi9\"", "pins = 3"] {
        let error = wrong(&format!("{GOOD}\n[board]\n{board}\n"));
        assert_eq!(error.line, 24, "{error}");
    }
}

#[test]
fn the_experimental_link_has_to_be_asked_for() {
    assert_eq!(Config::parse(GOOD).unwrap().card.pn532, None);
    let serial = GOOD.replace("[card]", "[card]\npn532 = { port = \"/dev/serial0\" }");
    let place = Some(Pn532Place::Port("/dev/serial0".into()));
    assert_eq!(Config::parse(&serial).unwrap().card.pn532, place);
    let spi = GOOD.replace("[card]", "[card]\npn532 = { spi = 0 }");
    let place = Some(Pn532Place::Spi(0));
    assert_eq!(Config::parse(&spi).unwrap().card.pn532, place);
    wrong(&GOOD.replace("[card]", "[card]\npn532 = { i2c = 1 }"));
}

#[test]
fn where_new_systems_go_is_named_whole_or_not_at_all() {
    assert_eq!(Config::parse(GOOD).unwrap().update, None);
    let lines = "staging = \"/a\"\nmachine = \"/b\"\nimage = \"/c\"\n";
    let whole = Config::parse(&format!("{GOOD}\n[update]\n{lines}")).unwrap();
    assert_eq!(whole.update.unwrap().image, PathBuf::from("/c"));
    let half = wrong(&format!("{GOOD}\n[update]\nstaging = \"/a\"\n"));
    assert_eq!(half.code, ProblemCode::ConfigMissing);
}
