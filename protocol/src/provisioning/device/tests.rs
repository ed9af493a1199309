#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

const ROOT: &str = "-----BEGIN CERTIFICATE-----\nTUFET0dVQ0hJ\n-----END CERTIFICATE-----\n";

fn unit() -> DeviceConfig {
    DeviceConfig {
        format: FORMAT,
        serial: UnitSerial::parse("UNIT-0001").unwrap(),
        office: OfficeNumber::parse("9970000015").unwrap(),
        site: "1階受付".to_owned(),
        locale: Locale::Ja,
        board: Board::Pi4,
        offline_lock_days: None,
        screen: Screen {
            place: Place::Counter,
            panel: Panel::Ten,
            rotation: Rotation::None,
        },
        network: Network {
            wifi: Some(Wifi {
                ssid: "desk".to_owned(),
                passphrase: Passphrase::parse("correct horse").unwrap(),
                country: "JP".to_owned(),
            }),
            ..Network::default()
        },
        gateway: Gateway {
            endpoint: "https://gateway.example:8443".to_owned(),
            roots: vec![ROOT.to_owned()],
        },
        card: Card { trust: Trust::Test },
        desks: Vec::new(),
        enrolment: Some(Enrolment {
            token: Token::parse("abcde-fghjk-lmnpq-rstuv").unwrap(),
            expires_at: None,
        }),
    }
}

fn refused(change: impl FnOnce(&mut DeviceConfig)) -> DeviceConfigError {
    let mut unit = unit();
    change(&mut unit);
    unit.check().unwrap_err()
}

#[test]
fn a_whole_configuration_is_taken_and_comes_back() {
    let unit = unit();
    unit.check().unwrap();
    let text = serde_json::to_string(&unit).unwrap();
    assert_eq!(serde_json::from_str::<DeviceConfig>(&text).unwrap(), unit);
}

#[test]
fn each_value_that_cannot_be_is_refused_by_its_key() {
    assert_eq!(refused(|u| u.format = 2).key(), "format");
    let wrong = OfficeNumber::parse("9970000016").unwrap();
    assert_eq!(refused(|u| u.office = wrong).key(), "office");
    assert_eq!(refused(|u| u.site = " ".to_owned()).key(), "site");
    assert_eq!(refused(|u| u.site = "あ".repeat(41)).key(), "site");
    assert_eq!(refused(|u| u.screen.place = Place::Portable).key(), "panel");
    assert_eq!(refused(|u| u.network.wifi = None).key(), "[network");
    for endpoint in [
        "http://a",
        "https://",
        "https://a/b",
        "https://u@h",
        "https://a b",
    ] {
        assert_eq!(
            refused(|u| u.gateway.endpoint = endpoint.to_owned()).key(),
            "endpoint"
        );
    }
    assert_eq!(refused(|u| u.gateway.roots.clear()).key(), "roots");
}

#[test]
fn an_access_point_is_named_as_carriers_name_it() {
    let lte = |apn: &str, username: Option<&str>, password: Option<&str>| Lte {
        apn: apn.to_owned(),
        username: username.map(str::to_owned),
        password: password.map(|text| AccessPointPassword::parse(text).unwrap()),
    };
    for right in [
        lte("a.example", None, None),
        lte("a.example", Some("user@example"), None),
        lte("a.example", Some("user@example"), Some("pass word")),
    ] {
        let mut unit = unit();
        unit.network.lte = Some(right);
        unit.check().unwrap();
    }
    for wrong in [
        lte("", None, None),
        lte("a b", None, None),
        lte("a.example", Some(""), None),
        lte("a.example", Some("user\npin=0000"), None),
        lte("a.example", None, Some("word")),
    ] {
        assert_eq!(refused(|u| u.network.lte = Some(wrong)).key(), "[network");
    }
    for wrong in ["", "a\nb", "窓", &"x".repeat(65)] {
        assert!(AccessPointPassword::parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_private_key_beside_the_root_is_refused() {
    let both = format!("{ROOT}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let swapped = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned();
    for roots in [vec![both], vec![swapped], vec![ROOT.repeat(2)]] {
        assert_eq!(
            refused(|u| u.gateway.roots = roots),
            DeviceConfigError::Roots
        );
    }
}

#[test]
fn a_fixed_address_needs_its_prefix() {
    let wired = |address: &str| Network {
        wired: Some(Wired {
            address: Some(address.to_owned()),
            ..Wired::default()
        }),
        ..Network::default()
    };
    assert!(wired("192.0.2.10/24").check().is_ok());
    assert!(wired("2001:db8::2/64").check().is_ok());
    for wrong in [
        "192.0.2.10",
        "192.0.2.10/33",
        "192.0.2.10/0",
        "desk/24",
        "2001:db8::2/129",
    ] {
        assert!(wired(wrong).check().is_err(), "{wrong}");
    }
}

#[test]
fn secrets_do_not_reach_a_debug_print() {
    let text = format!("{:?}", unit());
    for secret in ["correct horse", "ABCDE", "abcde"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn a_key_nobody_knows_is_refused() {
    let mut value = serde_json::to_value(unit()).unwrap();
    value["private_key"] = serde_json::json!("AAAA");
    assert!(serde_json::from_value::<DeviceConfig>(value).is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_token_or_refused(text in ".{0,40}") {
        if let Ok(token) = Token::parse(&text) {
            prop_assert_eq!(Token::parse(token.as_str()).unwrap(), token);
        }
    }

    #[test]
    fn any_text_is_a_serial_or_refused(text in ".{0,80}") {
        if let Ok(serial) = UnitSerial::parse(&text) {
            prop_assert!(serial.as_str().is_ascii());
        }
    }
}
