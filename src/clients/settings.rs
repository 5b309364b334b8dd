//! What an admin decides about an SSO client.

use serde::Serialize;
use url::Url;

use super::redirect_url::LONGEST;
use super::{Kept, Keys, RedirectUrl, TokenAuthMethod, permitted, store};
use crate::associations::issuer::is_loopback;
use crate::db::{self, Reader, Writer};
use crate::id::{ClientId, GroupId};

/// The same for all of its members, and the way back to them is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    pub name: String,
    pub redirect_urls: Vec<RedirectUrl>,
    /// Where the browser may go after a log-out that the client began.
    pub post_logout_urls: Vec<RedirectUrl>,
    /// Where the client is told that a session ended (OpenID Connect Back-Channel Logout 1.0).
    pub backchannel_logout_url: Option<RedirectUrl>,
    /// Who may log in; empty is everybody with a login.
    pub permitted_groups: Vec<GroupId>,
    pub consent: Consent,
    /// [`TokenAuthMethod::Secret`] takes either way; the others are pinned.
    pub auth_method: TokenAuthMethod,
    /// The public keys of [`TokenAuthMethod::PrivateKeyJwt`].
    pub keys: Option<Keys>,
    /// A confidential client must prove each code with PKCE too; a public one always must.
    pub requires_pkce: bool,
    /// The ID token holds no claims of the scopes, only what the client asks for by name.
    pub has_lean_id_token: bool,
    /// Answers `/sso/auth` with an HS256 token, as Novi did: for moving over, and no longer.
    pub has_legacy_sso: bool,
    /// May fetch access tokens for itself (RFC 6749 §4.4).
    pub is_machine: bool,
    /// What access tokens for this client name as their `resource` (RFC 8707): it may introspect those.
    pub resource_url: Option<String>,
}

/// Whether members are asked before the client learns about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The association vouches for it: what an admin registers is its own community.
    Trusted,
    Asked,
}

impl Settings {
    /// As an admin's form has them before anything is changed.
    pub fn new(name: impl Into<String>, redirect_urls: Vec<RedirectUrl>) -> Self {
        Self {
            name: name.into(),
            redirect_urls,
            post_logout_urls: Vec::new(),
            backchannel_logout_url: None,
            permitted_groups: Vec::new(),
            consent: Consent::Trusted,
            auth_method: TokenAuthMethod::Secret,
            keys: None,
            requires_pkce: false,
            has_lean_id_token: false,
            has_legacy_sso: false,
            is_machine: false,
            resource_url: None,
        }
    }

    /// The keys as they were given.
    pub fn jwks(&self) -> Option<&str> {
        self.keys.as_ref().map(Keys::as_str)
    }

    pub fn is_trusted(&self) -> bool {
        self.consent == Consent::Trusted
    }

    pub fn is_public(&self) -> bool {
        self.auth_method == TokenAuthMethod::None
    }

    /// Exactly as registered, byte for byte.
    pub fn redirect_url(&self, asked: &str) -> Option<&RedirectUrl> {
        self.redirect_urls.iter().find(|url| url.as_str() == asked)
    }

    /// Where the browser may go after a log-out, exactly as registered.
    pub fn post_logout_url(&self, asked: &str) -> Option<&RedirectUrl> {
        self.post_logout_urls.iter().find(|url| url.as_str() == asked)
    }

    pub(super) async fn load(db: &mut Reader, kept: Kept) -> Result<Self, db::Error> {
        let id = &kept.client_id;
        let method = kept.token_auth_method.as_deref().and_then(TokenAuthMethod::parse);
        let asks = kept.consent_asked_since.is_some();
        Ok(Self {
            redirect_urls: store::redirect_urls(db, id).await?,
            post_logout_urls: store::post_logout_urls(db, id).await?,
            permitted_groups: permitted::groups(db, id).await?,
            backchannel_logout_url: kept.backchannel_logout_url,
            consent: if asks { Consent::Asked } else { Consent::Trusted },
            auth_method: method.unwrap_or(TokenAuthMethod::Secret),
            // They were parsed before they were kept.
            keys: kept.jwks.as_deref().and_then(|jwks| Keys::parse(jwks).ok()),
            requires_pkce: kept.pkce_required_since.is_some(),
            has_lean_id_token: kept.lean_id_token_since.is_some(),
            has_legacy_sso: kept.legacy_sso_since.is_some(),
            is_machine: kept.machine_since.is_some(),
            resource_url: kept.resource_url,
            name: kept.name,
        })
    }

    /// Everything but the name, which its row has. False when the resource URL is another client's.
    pub(super) async fn save(&self, tx: &mut Writer, id: &ClientId) -> Result<bool, db::Error> {
        if let Some(url) = &self.resource_url
            && store::resource_server(tx, url).await?.is_some_and(|owner| owner != *id)
        {
            return Ok(false);
        }
        store::save(tx, id, self).await?;
        store::set_redirect_urls(tx, id, &self.redirect_urls).await?;
        store::set_post_logout_urls(tx, id, &self.post_logout_urls).await?;
        permitted::set(tx, id, &self.permitted_groups).await?;
        Ok(true)
    }
}

/// RFC 8707 §2: "an absolute URI", that "MUST NOT include a fragment component". It is compared as it
/// is written. On a development site http is fine on loopback.
pub fn resource_url(typed: &str, development: bool) -> Option<String> {
    let text = typed.trim();
    let is_plain = text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte));
    let url = Url::parse(text).ok().filter(|url| is_plain && url.has_host())?;
    let is_safe = url.scheme() == "https" || development && is_loopback(&url);
    let is_bare = url.username().is_empty() && url.password().is_none();
    let is_written_out = text.contains("://") && !text.ends_with("://");
    (is_safe && is_bare && is_written_out).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::resource_url;

    #[test]
    fn a_resource_is_a_whole_https_address_without_a_fragment() {
        for good in
            ["https://api.example", "https://api.example/", "https://api.example:8443/v1?x=1"]
        {
            assert_eq!(resource_url(&format!(" {good} "), false).as_deref(), Some(good));
        }
        for wrong in [
            "",
            "api.example",
            "/api",
            "http://api.example/",
            "urn:example:api",
            "https://api.example/#top",
            "https://api.example/#",
            "https://ruth@api.example/",
            "https://api.example/a b",
            "https:api.example",
            "https://",
            &format!("https://api.example/{}", "x".repeat(2000)),
        ] {
            assert_eq!(resource_url(wrong, false), None, "{wrong:.60}");
        }
        assert!(resource_url("http://127.0.0.1:9/", true).is_some());
        assert!(resource_url("http://api.example/", true).is_none());
    }
}
