//! The other side: what an admin does on each platform, in the order of that platform's own document,
//! and how far that has come (R84 to R87).

pub mod pages;
pub mod views;

use url::Url;

use super::integration::{self, Integration};
use super::link;
use super::platform::Platform;
use crate::associations::Site;
use crate::clients::{self, RedirectUrl};
use crate::db;

/// How far an association has come with a platform, as we know it.
pub struct Progress {
    pub api: Api,
    /// SSO clients that lead back to this platform.
    pub clients: Vec<SsoClient>,
    /// Groups that are linked to it.
    pub linked: usize,
    /// The Rep of Higher Logic gave the go-ahead.
    pub may_link: bool,
    /// Of the properties that the Rep activates.
    pub has_properties: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    Missing,
    Untested,
    /// The platform has refused it since.
    Refused,
    Works,
}

#[derive(Debug, Clone)]
pub struct SsoClient {
    pub client_id: String,
    pub name: String,
    /// The redirect URL that is the platform's.
    pub redirect_url: String,
}

impl SsoClient {
    pub fn address(&self) -> String {
        Url::parse(&self.redirect_url)
            .map(|url| url[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
            .unwrap_or_default()
    }
}

/// What follows the address of a community in its redirect URL.
pub fn callback_path(platform: Platform) -> &'static str {
    match platform {
        Platform::Mobilize | Platform::Forj => "/users/auth/openidconnect/callback",
        Platform::HigherLogic => "/HigherLogic/Security/OAuth/Authentication.aspx",
    }
}

/// The redirect URL of a community, from its address as it was typed or copied: `community.example.org`,
/// or any page there. None when that is no address.
pub fn callback(platform: Platform, address: &str, is_development: bool) -> Option<String> {
    let address = address.trim();
    let full = match address.contains("://") {
        true => address.to_owned(),
        false => format!("https://{address}"),
    };
    let url = Url::parse(&full).ok()?;
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let is_name = host.contains('.') || is_development;
    let callback = format!("{}://{host}{}", url.scheme(), callback_path(platform));
    let registered = RedirectUrl::register(&callback, is_development).ok()?;
    is_name.then(|| registered.as_str().to_owned())
}

pub async fn progress(site: &Site, platform: Platform) -> Result<Progress, db::Error> {
    let mut db = site.read();
    let found = integration::find(&mut db, platform).await?;
    let found = found.filter(|found| found.is_connected != 0);
    let links = link::list(&mut db, platform).await?;
    let mut all = Vec::new();
    for listed in clients::list(&mut db).await? {
        let Some(client) = clients::load(site, &listed.client_id).await? else { continue };
        let path = callback_path(platform);
        let Some(url) = client.redirect_urls.iter().find(|url| url.as_str().ends_with(path)) else {
            continue;
        };
        all.push(SsoClient {
            client_id: client.client_id.to_string(),
            name: client.name.clone(),
            redirect_url: url.as_str().to_owned(),
        });
    }
    Ok(Progress {
        api: match &found {
            None => Api::Missing,
            Some(found) if found.stopped_at.is_some() => Api::Refused,
            Some(found) if found.proved_at.is_none() => Api::Untested,
            Some(_) => Api::Works,
        },
        clients: all,
        linked: links.iter().filter(|link| link.is_linked()).count(),
        may_link: found.as_ref().is_some_and(Integration::may_link),
        has_properties: found.is_some_and(|found| {
            let all = [found.bio_since, found.image_since, found.social_since];
            all.iter().all(Option::is_some)
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_url_is_made_of_an_address_as_it_is_copied() {
        let url = "https://harbor.mobilize.io/users/auth/openidconnect/callback";
        for typed in [
            "harbor.mobilize.io",
            " https://harbor.mobilize.io/ ",
            "HARBOR.mobilize.io/groups/4711?x=1#top",
            "https://harbor.mobilize.io/users/auth/openidconnect/callback",
        ] {
            assert_eq!(callback(Platform::Mobilize, typed, false).as_deref(), Some(url), "{typed}");
        }
        let higher_logic = callback(Platform::HigherLogic, "community.acme.example", false);
        let expected =
            "https://community.acme.example/HigherLogic/Security/OAuth/Authentication.aspx";
        assert_eq!(higher_logic.as_deref(), Some(expected));
        for wrong in ["", "harbor", "http://harbor.mobilize.io", "my_community.mobilize.io", "a b"]
        {
            assert_eq!(callback(Platform::Forj, wrong, false), None, "{wrong}");
        }
    }
}
