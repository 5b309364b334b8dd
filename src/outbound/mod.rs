//! Calls to the outside: they follow no redirect and connect to public addresses only (SEC-S2, SEC-S4).
//!
//! The address that was checked is the one that is connected to: the check is the resolver, so a name
//! that answers differently the next time gains nothing.

pub mod call;

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

const CONNECT: Duration = Duration::from_secs(3);
const TOTAL: Duration = Duration::from_secs(10);
/// Shorter than the other side keeps a connection, or a call is sent into one that was just closed.
const IDLE: Duration = Duration::from_secs(15);
/// Of an answer, only so much is ever read.
const LONGEST: usize = 64 * 1024;

/// Clones share their connections.
#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    /// The one for [`call`]: it keeps connections for the next call. Made when it is first needed,
    /// because every client reads the certificates of the machine, and many a process never calls.
    platforms: Arc<OnceLock<reqwest::Client>>,
    resolver: Arc<Public>,
    loopback: Loopback,
}

/// Whether calls may stay on this machine: for development, by the operator's word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Loopback {
    #[default]
    Refused,
    Allowed,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} is not on the public internet; calls go there only")]
    NotPublic(String),
    #[error("calls go out by https only")]
    NotHttps,
    #[error("it did not answer within {} s", TOTAL.as_secs())]
    Silent,
    #[error("it could not be reached: {0}")]
    Unreachable(String),
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// The beginning of the body.
    pub body: String,
}

/// Looks a host name up.
pub type Lookup = Arc<dyn Fn(String) -> Found + Send + Sync>;
pub type Found = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

impl Outbound {
    pub fn new(loopback: Loopback) -> Result<Self, reqwest::Error> {
        Self::with_lookup(loopback, Arc::new(|host| Box::pin(system(host))))
    }

    /// With another way to look names up, for tests.
    pub fn with_lookup(loopback: Loopback, lookup: Lookup) -> Result<Self, reqwest::Error> {
        let resolver = Arc::new(Public { lookup, loopback });
        let client = careful(&resolver)
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { client, platforms: Arc::default(), resolver, loopback })
    }

    fn platforms(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(client) = self.platforms.get() {
            return Ok(client);
        }
        let client = careful(&self.resolver)
            .connect_timeout(call::CONNECT)
            .timeout(call::TOTAL)
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("novi-sso/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(self.platforms.get_or_init(|| client))
    }

    /// Whether calls may stay on this machine.
    pub fn loopback(&self) -> Loopback {
        self.loopback
    }

    /// Posts a form. Any status is an answer.
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answer, Error> {
        let url = self.allowed(url)?;
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let mut response = request.send().await.map_err(|error| told(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        // What it says beyond the status is for people; a broken body takes nothing from the answer.
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = LONGEST - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == LONGEST {
                break;
            }
        }
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// An address in the URL itself is never looked up, so it is checked here.
    fn allowed(&self, url: &str) -> Result<Url, Error> {
        let url = Url::parse(url).map_err(|error| Error::Unreachable(error.to_string()))?;
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(Error::Unreachable("the URL names no host".to_owned())),
        };
        if let Some(address) = literal
            && !may_call(address, self.loopback)
        {
            return Err(Error::NotPublic(address.to_string()));
        }
        let is_local = crate::associations::issuer::is_loopback(&url);
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_local && self.loopback == Loopback::Allowed => Ok(url),
            _ => Err(Error::NotHttps),
        }
    }
}

fn careful(resolver: &Arc<Public>) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .dns_resolver(resolver.clone())
}

fn told(error: &reqwest::Error) -> Error {
    if error.is_timeout() {
        return Error::Silent;
    }
    let cause = call::cause(error);
    match cause.downcast_ref::<NotPublic>() {
        Some(refused) => Error::NotPublic(refused.0.clone()),
        None => Error::Unreachable(cause.to_string()),
    }
}

struct Public {
    lookup: Lookup,
    loopback: Loopback,
}

/// One address that is not public makes the whole name suspect.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not on the public internet")]
struct NotPublic(String);

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, loopback) = (self.lookup.clone(), self.loopback);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = lookup(host.clone()).await?;
            if found.iter().any(|address| !may_call(*address, loopback)) {
                return Err(NotPublic(host).into());
            }
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

async fn system(host: String) -> std::io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((host, 0)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

fn may_call(address: IpAddr, loopback: Loopback) -> bool {
    let address = address.to_canonical();
    (address.is_loopback() && loopback == Loopback::Allowed) || is_public(address)
}

/// What the IANA registries for special purposes leave to everybody.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b)) // carriers' own (RFC 6598)
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && (18..20).contains(&b))) // benchmarks
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Only 2000::/3 is given out; NAT64, ULA, link-local and the rest lie outside of it.
    (0x2000..0x4000).contains(&segments[0])
        && !(segments[0] == 0x2001 && segments[1] < 0x0200) // Teredo, benchmarks, ORCHID
        && !(segments[0] == 0x2001 && segments[1] == 0x0db8) // documentation
        && segments[0] != 0x2002 // 6to4 holds an IPv4 address
        && segments[0] != 0x3fff // documentation (RFC 9637)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SEC-S4.
    #[test]
    fn only_public_addresses_are_called() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!may_call(inside.parse().unwrap(), Loopback::Refused), "{inside}");
        }
        for outside in ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(may_call(outside.parse().unwrap(), Loopback::Refused), "{outside}");
        }
        assert!(may_call("127.0.0.1".parse().unwrap(), Loopback::Allowed));
        assert!(!may_call("10.0.0.1".parse().unwrap(), Loopback::Allowed));
    }

    fn answering(addresses: &[&str]) -> Outbound {
        let addresses: Vec<IpAddr> = addresses.iter().map(|it| it.parse().unwrap()).collect();
        let lookup: Lookup = Arc::new(move |_| {
            let addresses = addresses.clone();
            Box::pin(async move { Ok(addresses) })
        });
        Outbound::with_lookup(Loopback::Refused, lookup).unwrap()
    }

    /// SEC-S4: a name that leads inside, or to both sides, is not called at all.
    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused() {
        for addresses in [&["127.0.0.1"][..], &["10.0.0.7"], &["1.1.1.1", "127.0.0.1"], &["::1"]] {
            let outbound = answering(addresses);
            let refused = outbound.post_form("https://rebinding.example/log-out", &[]).await;
            assert!(matches!(refused, Err(Error::NotPublic(_))), "{addresses:?}");
        }
    }

    #[tokio::test]
    async fn an_address_in_the_url_and_plain_http_are_refused_too() {
        let outbound = answering(&["1.1.1.1"]);
        for inside in ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest"] {
            let refused = outbound.post_form(inside, &[]).await;
            assert!(matches!(refused, Err(Error::NotPublic(_))), "{inside}");
        }
        let refused = outbound.post_form("http://community.example/", &[]).await;
        assert!(matches!(refused, Err(Error::NotHttps)));
    }
}
