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

#[test]
fn a_mobile_network_alone_is_refused() {
    let text = TEXT.replace("[network.wired]\n", "[network.lte]\napn = \"a.example\"\n");
    assert!(
        read(&text, Some(Board::Qemu)).is_ok(),
        "Wi-Fi is named beside it"
    );
    let wifi = text.find("[network.wifi]").expect("in the text");
    let gateway = text.find("[gateway]").expect("in the text");
    let only = format!("{}{}", &text[..wifi], &text[gateway..]);
    assert_eq!(read(&only, Some(Board::Qemu)).err(), Some(Unfit::Lte));
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
    let made = files(&config()).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    for one in &made {
        let secret = one.content.contains("correct horse") || one.content.contains("ABCDE");
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
    assert_eq!(text, "[Security]\nPassphrase=correct horse\n");
}

#[test]
fn a_fixed_address_is_taken_as_it_is_written() {
    let text = TEXT.replace(
        "[network.wired]",
        "[network.wired]\naddress = \"192.0.2.10/24\"\nrouter = \"192.0.2.1\"\nname_servers = [\"192.0.2.53\"]",
    );
    let config = read(&text, Some(Board::Qemu)).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let made = files(&config).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    let network = file(&made, "10-wired.network");
    assert!(network.contains("Address=192.0.2.10/24\nGateway=192.0.2.1\nDNS=192.0.2.53"));
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
