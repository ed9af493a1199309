//! What may pass the network: nothing in, and out only what the configuration names.

use std::fmt::Write as _;
use std::net::IpAddr;

/// The gateway's host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// The port of `https`.
const HTTPS: u16 = 443;

impl Endpoint {
    /// Reads `https://host`, `https://host:port` or `https://[address]:port`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://")?;
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                (host, port.strip_prefix(':'))
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok()?,
            None => HTTPS,
        };
        let named = !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
        named.then(|| Self {
            host: host.to_owned(),
            port,
        })
    }

    /// The address, when the host is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

/// The rules at the start. A gateway that is a name has no address yet; [`addresses`] brings
/// it. `name_servers` are those of the configuration; without any, those that the network
/// announces are asked, and only by the resolver.
#[must_use]
pub fn rules(gateway: &Endpoint, name_servers: &[IpAddr]) -> String {
    let known: Vec<IpAddr> = gateway.address().into_iter().collect();
    let port = gateway.port;
    let names = if gateway.address().is_some() {
        String::new()
    } else {
        name_rules(name_servers)
    };
    format!(
        "flush ruleset
table inet madoguchi {{
  set gateway4 {{ type ipv4_addr; {four}}}
  set gateway6 {{ type ipv6_addr; {six}}}
  chain input {{
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    udp sport 67 udp dport 68 accept
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }} accept
  }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
  }}
  chain output {{
    type filter hook output priority filter; policy drop;
    oif lo accept
    ct state established,related accept
    udp sport 68 udp dport 67 accept
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit }} accept
{names}    ip daddr @gateway4 tcp dport {port} accept
    ip6 daddr @gateway6 tcp dport {port} accept
    ip daddr @gateway4 udp dport 123 accept
    ip6 daddr @gateway6 udp dport 123 accept
    counter reject with icmpx admin-prohibited
  }}
}}
",
        four = elements(&known, IpAddr::is_ipv4),
        six = elements(&known, IpAddr::is_ipv6),
    )
}

/// Brings the addresses that the gateway's name has now.
#[must_use]
pub fn addresses(known: &[IpAddr]) -> String {
    let mut script = String::new();
    for (set, wanted) in [
        ("gateway4", IpAddr::is_ipv4 as fn(&IpAddr) -> bool),
        ("gateway6", IpAddr::is_ipv6),
    ] {
        let list = list(known, wanted);
        // A name that has no address for a moment keeps the last ones.
        if !list.is_empty() {
            let _ = writeln!(script, "flush set inet madoguchi {set}");
            let _ = writeln!(script, "add element inet madoguchi {set} {{ {list} }}");
        }
    }
    script
}

fn name_rules(servers: &[IpAddr]) -> String {
    let resolver = "meta skuid systemd-resolve";
    if servers.is_empty() {
        return format!("    {resolver} meta l4proto {{ tcp, udp }} th dport 53 accept\n");
    }
    servers
        .iter()
        .map(|server| {
            let family = if server.is_ipv4() { "ip" } else { "ip6" };
            format!(
                "    {resolver} {family} daddr {server} meta l4proto {{ tcp, udp }} th dport 53 accept\n"
            )
        })
        .collect()
}

fn elements(known: &[IpAddr], wanted: fn(&IpAddr) -> bool) -> String {
    let list = list(known, wanted);
    if list.is_empty() {
        list
    } else {
        format!("elements = {{ {list} }} ")
    }
}

fn list(known: &[IpAddr], wanted: fn(&IpAddr) -> bool) -> String {
    let addresses: Vec<_> = known
        .iter()
        .filter(|address| wanted(address))
        .map(ToString::to_string)
        .collect();
    addresses.join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        Endpoint::parse(text).expect("an endpoint")
    }

    #[test]
    fn endpoints_are_read_as_they_are_written() {
        let read = |text| Endpoint::parse(text).map(|end| (end.host, end.port));
        assert_eq!(read("https://gw.example"), Some(("gw.example".into(), 443)));
        assert_eq!(
            read("https://10.0.2.2:8443"),
            Some(("10.0.2.2".into(), 8443))
        );
        assert_eq!(
            read("https://[2001:db8::1]:9"),
            Some(("2001:db8::1".into(), 9))
        );
        for wrong in [
            "http://gw",
            "https://",
            "https://gw:99999",
            "https://a b",
            "https://a\"b",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn everything_is_dropped_that_nothing_names() {
        let rules = rules(&endpoint("https://192.0.2.7:8443"), &[]);
        assert_eq!(rules.matches("policy drop;").count(), 3);
        assert!(rules.contains("elements = { 192.0.2.7 }"));
        assert!(rules.contains("tcp dport 8443 accept"));
        assert!(
            !rules.contains("dport 53"),
            "an address needs no name server"
        );
    }

    #[test]
    fn names_are_asked_only_of_the_servers_that_are_configured() {
        let servers = ["192.0.2.53".parse().expect("an address")];
        let rules = rules(&endpoint("https://gw.example"), &servers);
        assert!(rules.contains("ip daddr 192.0.2.53 meta l4proto"));
        assert_eq!(rules.matches("dport 53").count(), 1);
    }

    #[test]
    fn a_name_that_has_no_address_for_a_moment_keeps_the_last_ones() {
        assert_eq!(addresses(&[]), "");
        let script = addresses(&["192.0.2.8".parse().expect("an address")]);
        assert!(script.contains("add element inet madoguchi gateway4 { 192.0.2.8 }"));
        assert!(!script.contains("gateway6"));
    }

    proptest! {
        #[test]
        fn no_endpoint_brings_a_rule_of_its_own(text in "https://\\PC{0,40}") {
            if let Some(end) = Endpoint::parse(&text) {
                let usual = rules(&endpoint("https://gw.example:1"), &[]).lines().count();
                let literal = rules(&endpoint("https://192.0.2.1:1"), &[]).lines().count();
                let lines = rules(&end, &[]).lines().count();
                prop_assert!(lines == usual || lines == literal);
            }
        }
    }
}
