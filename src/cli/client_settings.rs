//! The settings of an SSO client as flags, for `client add` and `client change`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, ValueEnum};

use crate::associations::Site;
use crate::clients::redirect_url::{MOST, split};
use crate::clients::{
    Consent, Keys, RedirectUrl, Settings, TokenAuthMethod, permitted, resource_url,
};
use crate::groups;
use crate::id::GroupId;

/// A flag that is not given changes nothing; a list that is given replaces the one before.
#[derive(Args)]
pub struct Flags {
    /// A valid redirect URL; may stand more than once
    #[arg(long = "redirect-url", value_name = "URL")]
    redirect_urls: Vec<String>,
    /// Where members may go after a log-out; may stand more than once
    #[arg(long = "post-logout-redirect-url", value_name = "URL")]
    post_logout_urls: Vec<String>,
    /// Where the client is told that somebody logged out; empty for nowhere
    #[arg(long, value_name = "URL")]
    backchannel_logout_url: Option<String>,
    /// How it proves itself at the token endpoint [default: with its Secret Key, either way]
    #[arg(long, value_name = "METHOD")]
    token_auth_method: Option<Method>,
    /// The file with the public keys (JWKS) of private_key_jwt
    #[arg(long, value_name = "FILE")]
    jwks_file: Option<PathBuf>,
    /// What it may fetch tokens with; may stand more than once [default: authorization_code]
    #[arg(long = "grant", value_name = "GRANT")]
    grants: Vec<Grant>,
    /// A group whose members may log in, by name or UniqueID; may stand more than once
    #[arg(long = "permitted-group", value_name = "NAME|ID")]
    permitted_groups: Vec<String>,
    #[command(flatten)]
    switches: Switches,
    /// The resource URL by which access tokens are meant for this client; empty for none
    #[arg(long, value_name = "URL")]
    resource_server: Option<String>,
}

/// Each is on when it is given alone, and off with `=false`.
#[derive(Args)]
struct Switches {
    /// Ask each member before details are shared
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    consent: Option<bool>,
    /// Refuse codes without PKCE
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    require_pkce: Option<bool>,
    /// Answer /sso/auth too, signed with the Secret Key: for moving over, and no longer
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    legacy_sso: Option<bool>,
    /// Keep members' details out of the ID token
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    lean_id_token: Option<bool>,
}

/// As OpenID Connect Core §9 calls them.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Method {
    /// With its Secret Key, by post body or Basic
    Either,
    ClientSecretPost,
    ClientSecretBasic,
    PrivateKeyJwt,
    None,
}

/// As RFC 6749 calls them.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Grant {
    AuthorizationCode,
    ClientCredentials,
}

impl From<Method> for TokenAuthMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Either => Self::Secret,
            Method::ClientSecretPost => Self::ClientSecretPost,
            Method::ClientSecretBasic => Self::ClientSecretBasic,
            Method::PrivateKeyJwt => Self::PrivateKeyJwt,
            Method::None => Self::None,
        }
    }
}

impl Flags {
    /// Puts what was said into the settings, and looks whether they still make sense.
    pub async fn apply(&self, site: &Site, settings: &mut Settings) -> Result<()> {
        let development = site.association.issuer.is_loopback();
        if !self.redirect_urls.is_empty() {
            settings.redirect_urls = urls(&self.redirect_urls, "redirect URL", development)?;
        }
        if !self.post_logout_urls.is_empty() {
            settings.post_logout_urls = urls(&self.post_logout_urls, "log-out URL", development)?;
        }
        if let Some(typed) = &self.backchannel_logout_url {
            let typed = std::slice::from_ref(typed);
            let mut one = urls(typed, "back-channel log-out URL", development)?;
            if one.len() > 1 {
                bail!("there can be one back-channel log-out URL only");
            }
            settings.backchannel_logout_url = one.pop();
        }
        if let Some(method) = self.token_auth_method {
            settings.auth_method = method.into();
        }
        self.apply_keys(settings)?;
        if !self.grants.is_empty() {
            settings.is_machine = self.grants.contains(&Grant::ClientCredentials);
        }
        if !self.permitted_groups.is_empty() {
            settings.permitted_groups = self.groups(site).await?;
        }
        let switches = &self.switches;
        match switches.consent {
            Some(true) => settings.consent = Consent::Asked,
            Some(false) => settings.consent = Consent::Trusted,
            None => {}
        }
        settings.requires_pkce = switches.require_pkce.unwrap_or(settings.requires_pkce);
        settings.has_legacy_sso = switches.legacy_sso.unwrap_or(settings.has_legacy_sso);
        settings.has_lean_id_token = switches.lean_id_token.unwrap_or(settings.has_lean_id_token);
        match self.resource_server.as_deref().map(str::trim) {
            Some("") => settings.resource_url = None,
            Some(typed) => {
                let url = resource_url(typed, development);
                let url = url.ok_or_else(|| {
                    anyhow!("resource URL {typed}: it is a whole https address without a #")
                })?;
                settings.resource_url = Some(url);
            }
            None => {}
        }
        check(settings)
    }

    fn apply_keys(&self, settings: &mut Settings) -> Result<()> {
        if let Some(file) = &self.jwks_file {
            if settings.auth_method != TokenAuthMethod::PrivateKeyJwt {
                bail!("--jwks-file goes with --token-auth-method private_key_jwt");
            }
            let text = fs::read_to_string(file);
            let text = text.with_context(|| format!("cannot read {}", file.display()))?;
            let keys = Keys::parse(&text).map_err(|not| anyhow!("{}: {not}", file.display()))?;
            settings.keys = Some(keys);
        }
        match settings.auth_method {
            TokenAuthMethod::PrivateKeyJwt if settings.keys.is_none() => {
                bail!("private_key_jwt needs the client's public keys; say --jwks-file FILE");
            }
            TokenAuthMethod::PrivateKeyJwt => {}
            _ => settings.keys = None,
        }
        Ok(())
    }

    async fn groups(&self, site: &Site) -> Result<Vec<GroupId>> {
        let mut found = Vec::new();
        for named in &self.permitted_groups {
            let group = groups::find(&mut site.read(), named).await??;
            if !found.contains(&group) {
                found.push(group);
            }
        }
        if found.len() > permitted::MOST {
            bail!("{} groups are too many; {} are allowed", found.len(), permitted::MOST);
        }
        Ok(found)
    }
}

/// What the admin's page would not save either.
fn check(settings: &Settings) -> Result<()> {
    if settings.redirect_urls.is_empty() && !settings.is_machine {
        bail!("there is no redirect URL; say --redirect-url URL, or --grant client_credentials");
    }
    if settings.has_legacy_sso && !settings.auth_method.has_secret() {
        bail!("/sso/auth is signed with the Secret Key, and this client has none");
    }
    if settings.is_machine && settings.auth_method == TokenAuthMethod::None {
        bail!("a public client cannot fetch tokens for itself");
    }
    Ok(())
}

/// The list as the admin's page would take it: pasted lists split, each URL once.
fn urls(typed: &[String], what: &str, development: bool) -> Result<Vec<RedirectUrl>> {
    let mut urls = Vec::new();
    for typed in typed.iter().flat_map(|typed| split(typed)) {
        let url = RedirectUrl::register(&typed, development)
            .map_err(|mistake| anyhow!("{what} {typed}: {mistake}"))?;
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    match urls.len() {
        ..=MOST => Ok(urls),
        many => bail!("{many} {what}s are too many; {MOST} are allowed"),
    }
}
