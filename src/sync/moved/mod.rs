//! Moving an association to another address: what every platform has to be told (R14).

pub mod pages;
pub mod views;

use super::connect::callback_path;
use super::platform::Platform;
use crate::clients::Client;

/// What kind of website an SSO client is, by its redirect URLs: it says where the address is kept there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Mobilize, or Forj Community.
    Mobilize,
    HigherLogic,
    Other,
}

pub fn vendor(client: &Client) -> Vendor {
    let leads_to = |platform| {
        let path = callback_path(platform);
        client.redirect_urls.iter().any(|url| url.as_str().ends_with(path))
    };
    if leads_to(Platform::Mobilize) {
        Vendor::Mobilize
    } else if leads_to(Platform::HigherLogic) {
        Vendor::HigherLogic
    } else {
        Vendor::Other
    }
}

/// URLs of a client that lead to the old address of the association itself.
pub fn own_urls(client: &Client, old: &str) -> Vec<String> {
    let is_old = |url: &&str| {
        url.strip_prefix(old).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let redirect = client.redirect_urls.iter().chain(&client.post_logout_urls);
    let all = redirect.chain(&client.backchannel_logout_url).map(|url| url.as_str());
    all.filter(is_old).map(str::to_owned).collect()
}
