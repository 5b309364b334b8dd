//! Whose request this is: the address that limits count by, also when a proxy stands in between.

use std::{net::IpAddr, str::FromStr, sync::Arc};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// More than any honest chain of proxies writes.
const LONGEST_CHAIN: usize = 1024;

/// The proxies whose `X-Forwarded-For` is believed; by default nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is neither an address nor a network: name the trusted proxies as in 10.0.0.7, 10.1.0.0/16, separated by commas"
)]
pub struct BadProxy(String);

impl TrustedProxies {
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl FromStr for TrustedProxies {
    type Err = BadProxy;

    fn from_str(list: &str) -> Result<TrustedProxies, BadProxy> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(network).collect::<Result<_, _>>().map(TrustedProxies)
    }
}

fn network(entry: &str) -> Result<IpNet, BadProxy> {
    let bad = || BadProxy(entry.to_owned());
    if let Ok(address) = entry.parse::<IpAddr>() {
        return Ok(address.to_canonical().into());
    }
    let network = entry.parse::<IpNet>().map_err(|_| bad())?;
    // Addresses are compared in their IPv4 form, so this network would never match.
    if network.addr().to_canonical() != network.addr() { Err(bad()) } else { Ok(network) }
}

/// The address a request is counted under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The right-most address of `X-Forwarded-For` that is not a trusted proxy's; `peer` itself if
    /// it is not trusted, or if the header says nothing usable. There is always an answer, so no
    /// limit is ever skipped.
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> ClientAddress {
        let named = if trusted.contains(peer) { nearest_stranger(headers, trusted) } else { None };
        ClientAddress(named.unwrap_or(peer).to_canonical())
    }

    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// What limits count by, as text: `203.0.113.9/32`, `2001:db8:1:2::/64`.
    pub fn key(self) -> String {
        subscriber(self.0).to_string()
    }
}

/// What one subscriber is given: a single IPv4 address, or a /64 of IPv6.
pub fn subscriber(address: IpAddr) -> IpNet {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, bits).expect("32 and 64 fit their addresses").trunc()
}

/// Everything left of the first stranger was written by whoever is out there, so it is not even
/// read.
fn nearest_stranger(headers: &HeaderMap, trusted: &TrustedProxies) -> Option<IpAddr> {
    let lines = headers.get_all(FORWARDED_FOR);
    if lines.iter().map(|line| line.len()).sum::<usize>() > LONGEST_CHAIN {
        return None;
    }
    for line in lines.iter().rev() {
        for entry in line.to_str().ok()?.rsplit(',') {
            let address = entry.trim().parse::<IpAddr>().ok()?;
            if !trusted.contains(address) {
                return Some(address);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn client(peer: &str, lines: &[&[u8]], trusted: &str) -> IpAddr {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
        }
        ClientAddress::of(ip(peer), &headers, &trusted.parse().unwrap()).ip()
    }

    #[test]
    fn the_client_is_the_right_most_address_that_is_no_trusted_proxy() {
        let proxies = "10.0.0.0/8, 192.0.2.7, fd00::/8";
        let table: &[(&str, &[&[u8]], &str)] = &[
            ("10.0.0.1", &[b"203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &[b" 203.0.113.9 "], "203.0.113.9"),
            ("10.0.0.1", &[b"198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &[b"203.0.113.9, 192.0.2.7, 10.3.0.1"], "203.0.113.9"),
            ("10.0.0.1", &[b"198.51.100.1", b"203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &[b"203.0.113.9", b"10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &[b"2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", &[b"::ffff:203.0.113.9"], "203.0.113.9"),
            ("::ffff:10.0.0.1", &[b"203.0.113.9"], "203.0.113.9"),
            ("fd00::1", &[b"203.0.113.9, ::ffff:10.0.0.2"], "203.0.113.9"),
            // What a stranger wrote does not matter when the proxy added whom it saw.
            ("10.0.0.1", &[b"nonsense, 203.0.113.9"], "203.0.113.9"),
        ];

        for (peer, lines, expected) in table {
            assert_eq!(client(peer, lines, proxies), ip(expected), "{peer} {lines:?}");
        }
    }

    #[test]
    fn without_a_usable_header_the_client_is_the_peer() {
        let long = "203.0.113.9, ".repeat(800);
        let table: &[&[&[u8]]] = &[
            &[],
            &[b""],
            &[b","],
            &[b"203.0.113.9,"],
            &[b"203.0.113.9, unknown"],
            &[b"203.0.113.9, 10.0.0.2, "],
            &[b"203.0.113.9", b""],
            &[b"203.0.113"],
            &[b"203.0.113.009"],
            &[b"203.0.113.9:4711"],
            &[b"[2001:db8::1]"],
            &[b"fe80::1%eth0"],
            &[b"fe80::1%1"],
            &[b"203.0.113.9\xff"],
            &[b"for=203.0.113.9"],
            &[b"10.0.0.2, 10.0.0.3"],
            &[long.as_bytes()],
            &[b"203.0.113.9", &[b'a'; 10_000]],
        ];

        for lines in table {
            assert_eq!(client("10.0.0.1", lines, "10.0.0.0/8"), ip("10.0.0.1"), "{lines:?}");
        }
    }

    #[test]
    fn a_peer_that_is_not_trusted_speaks_for_itself_alone() {
        assert_eq!(client("198.51.100.1", &[b"203.0.113.9"], "10.0.0.0/8"), ip("198.51.100.1"));
        assert_eq!(client("10.0.0.1", &[b"203.0.113.9"], ""), ip("10.0.0.1"));
        assert_eq!(client("::ffff:198.51.100.1", &[b"203.0.113.9"], ""), ip("198.51.100.1"));
    }

    #[test]
    fn limits_count_ipv4_by_address_and_ipv6_by_its_64_bits() {
        let key = |text| ClientAddress(ip(text)).key();

        assert_eq!(key("203.0.113.9"), "203.0.113.9/32");
        assert_eq!(key("::ffff:203.0.113.9"), "203.0.113.9/32");
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(key("2001:db8:1:2::9"), key("2001:db8:1:2:ffff::"));
    }

    #[test]
    fn a_list_of_proxies_names_its_bad_entry() {
        let bad = |list: &str| list.parse::<TrustedProxies>().unwrap_err().0;

        assert_eq!(bad("10.0.0.1, proxy.example"), "proxy.example");
        assert_eq!(bad("10.0.0.0/33"), "10.0.0.0/33");
        assert_eq!(bad("::ffff:10.0.0.0/104"), "::ffff:10.0.0.0/104");
        assert_eq!(bad("fe80::1%eth0"), "fe80::1%eth0");
    }

    #[test]
    fn a_list_of_proxies_may_be_empty_or_end_in_a_comma() {
        let list = |list: &str| list.parse::<TrustedProxies>().unwrap();

        assert_eq!(list(""), TrustedProxies::default());
        assert!(!list("").contains(ip("127.0.0.1")));
        assert!(list("127.0.0.1,").contains(ip("::ffff:127.0.0.1")));
        assert!(list("10.0.0.7/8").contains(ip("10.200.0.1")));
    }
}
