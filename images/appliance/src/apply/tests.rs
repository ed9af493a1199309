use super::*;

const TEXT: &str = r#"format = 1
serial = "UNIT-0001"
office = "9970000015"
site = "1階受付"
board = "qemu"
locale = "ja"

[screen]
place = "counter"
panel = "ten"

[network.wired]

[network.wifi]
ssid = "受付 desk"
passphrase = "correct horse"

[gateway]
endpoint = "https://gateway.example:8443"
roots = ["""
-----BEGIN CERTIFICATE-----
TUFET0dVQ0hJ
-----END CERTIFICATE-----
"""]

[card]
trust = "test"

[enrolment]
token = "ABCDE-FGHJK-LMNPQ-RSTUV"
"#;

fn config() -> DeviceConfig {
    read(TEXT, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"))
}

fn file(made: &[Made], ending: &str) -> String {
    made.iter()
        .find(|made| made.path.to_string_lossy().ends_with(ending))
        .map(|made| made.content.clone())
        .unwrap_or_else(|| panic!("no {ending}"))
}

#[test]
fn a_card_for_another_board_is_refused_whole() {
    assert_eq!(read(TEXT, Some(Board::Pi4)).err(), Some(Unfit::Board));
    assert_eq!(read(TEXT, None).err(), Some(Unfit::Board));
}

#[test]
fn an_unknown_key_or_a_cut_file_is_refused() {
    let more = TEXT.replace("[screen]", "[screen]\nglow = 1");
    assert_eq!(read(&more, Some(Board::Qemu)).err(), Some(Unfit::Value));
    for cut in 0..TEXT.rfind("[card]").expect("in the text") {
        if TEXT.is_char_boundary(cut) {
            assert!(read(&TEXT[..cut], Some(Board::Qemu)).is_err(), "{cut}");
        }
    }
}

/// The same unit with nothing but a mobile network.
fn mobile_only() -> DeviceConfig {
    let wired = TEXT.find("[network.wired]").expect("in the text");
    let gateway = TEXT.find("[gateway]").expect("in the text");
    let text = format!(
        "{}[network.lte]\napn = \"a.example\"\nusername = \"desk@example\"\npassword = \"correct \\\\ horse\"\n\n{}",
        &TEXT[..wired],
        &TEXT[gateway..]
    );
    read(&text, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"))
}

#[test]
fn a_mobile_network_alone_is_enough() {
    let made = files(&mobile_only()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let text = file(
        &made,
        "/run/NetworkManager/system-connections/lte.nmconnection",
    );
    assert!(text.contains("\ntype=gsm\n"));
    assert!(text.contains("\napn=a.example\nusername=desk@example\n"));
    assert!(text.contains("\npassword=correct\\s\\\\\\shorse\n"));
}

#[test]
fn what_starts_the_mobile_network_is_there_only_where_it_is_named() {
    let made = files(&config()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let named = made
        .iter()
        .any(|made| made.path.starts_with("/run/NetworkManager"));
    assert!(!named);
}

#[test]
fn a_password_with_a_line_of_its_own_is_refused() {
    for odd in ["a\\npin=0000", "", "\u{7a93}"] {
        let text = TEXT.replace(
            "[network.wifi]",
            &format!("[network.lte]\napn = \"a\"\nusername = \"u\"\npassword = \"{odd}\"\n\n[network.wifi]"),
        );
        assert_eq!(
            read(&text, Some(Board::Qemu)).err(),
            Some(Unfit::Value),
            "{odd:?}"
        );
    }
}

#[test]
fn a_cable_comes_before_wifi_and_wifi_before_the_mobile_network() {
    let metric = |text: &str| -> u16 {
        let lines = text.lines().filter_map(|line| {
            let (key, value) = line.split_once('=')?;
            key.to_ascii_lowercase()
                .ends_with("metric")
                .then_some(value)
        });
        let all: Vec<u16> = lines
            .map(|value| value.parse().expect("a number"))
            .collect();
        assert!(
            !all.is_empty() && all.iter().all(|one| *one == all[0]),
            "{text}"
        );
        all[0]
    };
    let fixed = TEXT.replace(
        "[network.wired]",
        "[network.wired]\naddress = \"192.0.2.10/24\"\nrouter = \"192.0.2.1\"",
    );
    let servers = TEXT.replace(
        "[network.wired]",
        "[network.wired]\nname_servers = [\"192.0.2.53\"]",
    );
    let cables = [fixed, servers].map(|text| {
        let config = read(&text, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"));
        let made = files(&config).unwrap_or_else(|unfit| panic!("{unfit:?}"));
        metric(&file(&made, "10-wired.network"))
    });
    let usual = include_str!("../../../rootfs/etc/systemd/network/20-wired.network");
    let wifi = metric(WIRELESS);
    let made = files(&mobile_only()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let lte = metric(&file(&made, "lte.nmconnection"));
    for cable in [cables[0], cables[1], metric(usual)] {
        assert!(cable < wifi && wifi < lte, "{cable} {wifi} {lte}");
    }
}

#[test]
fn the_name_servers_of_a_carrier_are_let_through() {
    let made = files(&mobile_only()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let rules = file(&made, "firewall.nft");
    assert!(
        rules.contains("meta skuid systemd-resolve meta l4proto { tcp, udp } th dport 53 accept")
    );
}

#[test]
fn beside_wifi_and_a_mobile_network_the_servers_of_the_cable_are_not_the_only_ones() {
    let text = TEXT.replace(
        "[network.wired]",
        "[network.wired]\nname_servers = [\"192.0.2.53\"]\n\n[network.lte]\napn = \"a.example\"",
    );
    let wifi = text.find("[network.wifi]").expect("in the text");
    let gateway = text.find("[gateway]").expect("in the text");
    let lte = format!("{}{}", &text[..wifi], &text[gateway..]);
    let wifi = text.replace("[network.lte]\napn = \"a.example\"\n", "");
    for text in [lte, wifi] {
        let config = read(&text, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"));
        let made = files(&config).unwrap_or_else(|unfit| panic!("{unfit:?}"));
        let rules = file(&made, "firewall.nft");
        assert!(rules.contains("systemd-resolve meta l4proto"), "{rules}");
        assert!(!rules.contains("192.0.2.53"), "{rules}");
        // The resolver still asks them on the cable.
        assert!(file(&made, "10-wired.network").contains("DNS=192.0.2.53\n"));
    }
}

#[test]
fn the_units_of_the_mobile_network_start_only_with_its_connection() {
    let condition = format!("ConditionPathExists={}\n", super::mobile::CONNECTION);
    for unit in [
        include_str!("../../../rootfs/etc/systemd/system/NetworkManager.service.d/madoguchi.conf"),
        include_str!("../../../rootfs/etc/systemd/system/ModemManager.service.d/madoguchi.conf"),
        include_str!("../../../rootfs/etc/systemd/system/polkit.service.d/madoguchi.conf"),
    ] {
        assert!(unit.contains(&condition), "{unit}");
    }
}

#[test]
fn the_token_is_overwritten_where_it_lay() {
    let rest = without_token(TEXT).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    assert!(rest.len() >= TEXT.len());
    assert!(!rest.contains("ABCDE"));
    let again = read(&rest, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    assert_eq!(again, config().without_enrolment());
}

#[test]
fn secrets_lie_only_where_their_reader_reads_them() {
    let made = [config(), mobile_only()]
        .map(|config| files(&config).unwrap_or_else(|unfit| panic!("{unfit:?}")));
    for one in made.iter().flatten() {
        let secret = ["correct", "ABCDE"]
            .iter()
            .any(|secret| one.content.contains(secret));
        assert!(
            !secret || one.reader != Reader::All,
            "{}",
            one.path.display()
        );
    }
}

#[test]
fn the_kiosks_configuration_says_what_the_card_says() {
    let made = files(&config()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let text = file(&made, "kiosk.toml");
    let kiosk: toml::Table = text.parse().expect("it is TOML");
    assert_eq!(kiosk["serial"].as_str(), Some("UNIT-0001"));
    assert_eq!(kiosk["screen"]["panel"].as_str(), Some("ten"));
    assert_eq!(kiosk["card"]["trust"].as_str(), Some("test"));
    assert_eq!(kiosk["board"]["kind"].as_str(), Some("qemu"));
    assert_eq!(
        kiosk["update"]["staging"].as_str(),
        Some("/var/lib/madoguchi/update")
    );
    assert_eq!(
        kiosk["gateway"]["endpoint"].as_str(),
        Some("https://gateway.example:8443")
    );
}

#[test]
fn a_wifi_of_any_name_has_a_file_of_its_own() {
    let made = files(&config()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let text = file(&made, "=e58f97e4bb98206465736b.psk");
    assert_eq!(text, "[Security]\nPassphrase=correct\\shorse\n");
}

#[test]
fn a_fixed_address_is_taken_as_it_is_written() {
    let text = TEXT.replace(
        "[network.wired]",
        "[network.wired]\naddress = \"192.0.2.10/24\"\nrouter = \"192.0.2.1\"\nname_servers = [\"192.0.2.53\"]",
    );
    let wifi = text.find("[network.wifi]").expect("in the text");
    let gateway = text.find("[gateway]").expect("in the text");
    let text = format!("{}{}", &text[..wifi], &text[gateway..]);
    let config = read(&text, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let made = files(&config).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let network = file(&made, "10-wired.network");
    assert!(network.contains("Address=192.0.2.10/24\nDNS=192.0.2.53\n"));
    assert!(network.contains("[Route]\nGateway=192.0.2.1\n"));
    assert!(file(&made, "firewall.nft").contains("ip daddr 192.0.2.53"));
}

#[test]
fn boards_are_known_by_their_device_tree() {
    assert_eq!(board("linux,dummy-virt\0"), Some(Board::Qemu));
    assert_eq!(
        board("raspberrypi,4-model-b\0brcm,bcm2711\0"),
        Some(Board::Pi4)
    );
    assert_eq!(board("somebody,else\0"), None);
}

#[test]
fn a_finger_on_a_turned_panel_is_where_the_picture_is() {
    let corner = |rotation, x: f64, y: f64| -> (f64, f64) {
        let rule = touch(rotation).expect("a turned panel");
        let matrix = rule.split('"').nth(3).expect("two values").to_owned();
        let m: Vec<f64> = matrix
            .split(' ')
            .map(|number| number.parse().expect("a number"))
            .collect();
        (m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5])
    };
    // The picture's top left corner, on a panel whose picture is turned clockwise.
    assert_eq!(corner(Rotation::Right, 1.0, 0.0), (0.0, 0.0));
    assert_eq!(corner(Rotation::UpsideDown, 1.0, 1.0), (0.0, 0.0));
    assert_eq!(corner(Rotation::Left, 0.0, 1.0), (0.0, 0.0));
    // Its top right corner.
    assert_eq!(corner(Rotation::Right, 1.0, 1.0), (1.0, 0.0));
    assert_eq!(corner(Rotation::UpsideDown, 0.0, 1.0), (1.0, 0.0));
    assert_eq!(corner(Rotation::Left, 0.0, 0.0), (1.0, 0.0));
    assert_eq!(touch(Rotation::None), None);
}

#[test]
fn language_offline_limit_and_help_desks_of_the_card_reach_the_kiosk() {
    let plain = files(&config()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let kiosk = file(&plain, "/kiosk.toml");
    assert!(kiosk.contains("language = \"ja\"\n"));
    assert!(!kiosk.contains("offline_lock_days") && !kiosk.contains("desks ="));

    let text = TEXT.replace("locale = \"ja\"", "locale = \"en\"\noffline_lock_days = 14")
        + "\n[[desk]]\norganisation = \"端末の保守窓口\"\ntopics = [\"reader\"]\n\n\
           [desk.desk]\nname = \"サポート\"\nphone = \"0990000199\"\nhours = []\n";
    let config = read(&text, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let made = files(&config).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let kiosk = file(&made, "/kiosk.toml");
    assert!(kiosk.contains("language = \"en\"\n"));
    assert!(kiosk.starts_with("serial = \"UNIT-0001\"\noffline_lock_days = 14\n"));
    assert!(kiosk.contains("desks = \"/run/madoguchi/desks.toml\"\n"));
    assert!(file(&made, "/desks.toml").contains("phone = \"0990000199\""));
    // What was blotted out is the token alone.
    let kept = without_token(&text).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    assert!(kept.contains("offline_lock_days = 14") && kept.contains("端末の保守窓口"));
}

#[test]
fn a_passphrase_with_a_backslash_is_read_back_as_it_was_given() {
    let text = TEXT.replace("correct horse", " a\\\\sb and more ");
    let config = read(&text, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let made = files(&config).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let iwd = file(&made, ".psk");
    let read = super::keyfile::tests::read(&iwd, "Passphrase");
    assert_eq!(read.as_deref(), Some(" a\\sb and more "));
}
