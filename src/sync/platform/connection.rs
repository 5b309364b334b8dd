//! What a platform is called with: where, by which profile, with which credentials.

use url::Url;

use super::Platform;
use super::profile::{NotAProfile, Profile};
use super::secret::Secret;
use crate::associations::issuer::is_loopback;
use crate::outbound::Loopback;

/// Deliberately not `Debug`: it holds opened credentials.
#[derive(Clone)]
pub struct Connection {
    pub platform: Platform,
    pub base_url: String,
    pub profile: Profile,
    pub credentials: Credentials,
}

#[derive(Clone)]
pub enum Credentials {
    /// Mobilize and Forj Community.
    KeyAndSecret { api_key: Secret, api_secret: Secret },
    /// Higher Logic.
    KeyAndTenant { api_key: Secret, tenant_code: Secret },
}

/// Why a connection cannot be used at all, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    #[error("{0}")]
    BaseUrl(String),
    #[error(transparent)]
    Profile(#[from] NotAProfile),
    #[error("{0} is connected with another kind of credentials")]
    Credentials(&'static str),
    #[error("{0}")]
    BadKey(&'static str),
    #[error("the credentials cannot be sent: {0}")]
    Unsendable(#[from] crate::outbound::call::NotAHeader),
}

/// The base URL as it is kept: in one spelling, without a slash at its end, and on a host of the
/// platform. A stand-in on this machine passes where the operator allows calls to it.
pub fn base_url(text: &str, profile: &Profile, loopback: Loopback) -> Result<String, Mistake> {
    let mistake = |words: &str| Mistake::BaseUrl(words.to_owned());
    let url = Url::parse(text.trim()).map_err(|_| mistake("this is not a URL"))?;
    let here = is_loopback(&url) && loopback == Loopback::Allowed;
    if url.scheme() != "https" && !(here && url.scheme() == "http") {
        return Err(mistake("the address should begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(mistake("the address holds a user name or a password; leave them out"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(mistake("the address should end before ? and #"));
    }
    let host = url.host_str().unwrap_or_default();
    if !here && !profile.calls().may_call(host) {
        return Err(Mistake::BaseUrl(format!(
            "{host} is not a host of this platform; allowed: {}",
            profile.calls().hosts.join(", ")
        )));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SECURITY.md 3.5.
    #[test]
    fn credentials_go_to_hosts_of_the_platform_by_https_only() {
        let profile = Profile::of(Platform::Mobilize, None).unwrap();
        let refused = |text: &str| base_url(text, &profile, Loopback::Refused);

        assert_eq!(
            refused(" https://API.mobilize.io:443/v1/ ").unwrap(),
            "https://api.mobilize.io/v1"
        );
        for (text, words) in [
            ("api.mobilize.io", "not a URL"),
            ("http://api.mobilize.io/v1", "https://"),
            ("https://api.mobilize.io.evil.example/v1", "not a host"),
            ("https://api.mobilize.io@evil.example/v1", "user name"),
            ("https://key:secret@api.mobilize.io/v1", "user name"),
            ("https://api.mobilize.io/v1?key=1", "?"),
            ("https://127.0.0.1/v1", "not a host"),
            ("http://localhost:3000/v1", "https://"),
        ] {
            let mistake = refused(text).unwrap_err().to_string();
            assert!(mistake.contains(words), "{text}: {mistake}");
        }
        let here = base_url("http://localhost:3000/v1", &profile, Loopback::Allowed);
        assert_eq!(here.unwrap(), "http://localhost:3000/v1");
        assert!(base_url("http://api.mobilize.io/v1", &profile, Loopback::Allowed).is_err());
        assert!(base_url("https://10.0.0.1/v1", &profile, Loopback::Allowed).is_err());
    }
}
