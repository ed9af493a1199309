//! The mobile network, as NetworkManager reads it.

use std::fmt::Write as _;

use protocol::provisioning::device::Lte;

use super::keyfile::escaped;

/// Where the connection lies. The units of NetworkManager, ModemManager and polkit start only
/// where this file is (`images/rootfs/etc/systemd/system/*.d`).
pub const CONNECTION: &str = "/run/NetworkManager/system-connections/lte.nmconnection";

/// Higher than that of Wi-Fi: the mobile network is used where nothing else is.
const METRIC: u16 = 700;

/// The connection: kept up, and tried again without end, because nobody is there to press
/// anything. Source: nm-settings-keyfile(5).
pub fn connection(lte: &Lte) -> String {
    let mut text = format!(
        "[connection]
id=lte
uuid=5b1f1c52-27d4-4f0c-8f0b-3a5d1c8e7a11
type=gsm
autoconnect-retries=0

[gsm]
apn={}
",
        escaped(&lte.apn)
    );
    if let Some(username) = &lte.username {
        let _ = writeln!(text, "username={}", escaped(username));
    }
    if let Some(password) = &lte.password {
        let _ = writeln!(text, "password={}", escaped(password.as_str()));
    }
    for family in ["ipv4", "ipv6"] {
        let _ = write!(text, "\n[{family}]\nmethod=auto\nroute-metric={METRIC}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::provisioning::device::AccessPointPassword;

    use super::super::keyfile::tests::read;
    use super::*;

    fn lte(username: &str, password: &str) -> Lte {
        Lte {
            apn: "a.example".to_owned(),
            username: Some(username.to_owned()),
            password: Some(AccessPointPassword::parse(password).expect("a password")),
        }
    }

    #[test]
    fn an_access_point_without_a_password_has_a_connection_without_one() {
        let text = connection(&Lte {
            apn: "a.example".to_owned(),
            username: None,
            password: None,
        });
        assert_eq!(read(&text, "apn").as_deref(), Some("a.example"));
        assert_eq!(read(&text, "username"), None);
        assert_eq!(read(&text, "password"), None);
    }

    #[test]
    fn odd_characters_are_read_back_as_they_were_written() {
        for odd in [" ends ", "\\n", "a;b", "#", "[gsm]", "=", "\\", "\"x\""] {
            let text = connection(&lte("user@example", odd));
            assert_eq!(read(&text, "password").as_deref(), Some(odd), "{odd:?}");
        }
    }

    proptest! {
        #[test]
        fn no_value_brings_a_line_of_its_own(username in any::<String>(), password in "[ -~]{1,64}") {
            let usual = connection(&lte("user", "word"));
            let text = connection(&lte(&username, &password));
            let keys = |text: &str| -> Vec<String> {
                text.lines().map(|line| line.split('=').next().unwrap_or_default().to_owned()).collect()
            };
            prop_assert_eq!(keys(&usual), keys(&text));
            prop_assert_eq!(read(&text, "password"), Some(password));
        }
    }
}
