//! SSO clients: the websites that members open with their association login.

mod draft;
pub mod editor;
pub mod mistakes;
pub mod pages;
pub mod redirect_url;
mod secret;
pub mod steps;
mod store;
pub mod views;

use std::sync::Arc;

use serde::Serialize;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, MemberId};
use crate::token::{Purpose, Token, TokenHash};
use crate::vault::Unsealable;

pub use redirect_url::{Mistake, RedirectUrl};
pub use secret::{ClientSecret, NotASecret};

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAuthMethod {
    /// By post body or Basic, as the platform prefers.
    Secret,
    ClientSecretPost,
    ClientSecretBasic,
    /// A public client: no secret, PKCE instead.
    None,
}

impl TokenAuthMethod {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "client_secret_post" => Self::ClientSecretPost,
            "client_secret_basic" => Self::ClientSecretBasic,
            "none" => Self::None,
            _ => return None,
        })
    }

    fn as_text(self) -> Option<&'static str> {
        match self {
            Self::Secret => None,
            Self::ClientSecretPost => Some("client_secret_post"),
            Self::ClientSecretBasic => Some("client_secret_basic"),
            Self::None => Some("none"),
        }
    }
}

rows! {
    pub struct Kept {
        pub client_id: ClientId,
        pub name: String,
        pub token_auth_method: Option<String>,
        pub secret_hash: Option<TokenHash>,
        pub secret_start: Option<String>,
        pub secret_shown_at: Option<Timestamp>,
        pub secret_shown_by: Option<String>,
        pub disabled_at: Option<Timestamp>,
        pub disabled_by: Option<String>,
        pub version: i64,
        pub updated_at: Timestamp,
    }

    /// What the list shows.
    pub struct Listed {
        pub client_id: ClientId,
        pub name: String,
        pub first_url: Option<RedirectUrl>,
        pub disabled_at: Option<Timestamp>,
        pub disabled_by: Option<String>,
        pub last_log_in_at: Option<Timestamp>,
    }

    /// What a client would lose.
    pub struct AtStake {
        pub people: i64,
        pub tokens: i64,
    }
}

pub struct Client {
    pub client_id: ClientId,
    pub name: String,
    pub auth_method: TokenAuthMethod,
    pub redirect_urls: Vec<RedirectUrl>,
    pub disabled_at: Option<Timestamp>,
    pub disabled_by: Option<String>,
    pub version: i64,
    pub secret_shown_at: Option<Timestamp>,
    pub secret_shown_by: Option<String>,
    /// The first characters of the Secret Key; None for a public client.
    pub secret_start: Option<String>,
    pub updated_at: Timestamp,
    secret_hash: Option<TokenHash>,
}

/// What an admin decides about a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    pub name: String,
    #[serde(serialize_with = "as_texts")]
    pub redirect_urls: Vec<RedirectUrl>,
}

fn as_texts<S: serde::Serializer>(urls: &[RedirectUrl], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(urls.iter().map(RedirectUrl::as_str))
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no SSO client {0}; novi-sso client list shows them")]
    Unknown(String),
    #[error("an SSO client with the Client Id {0} exists already")]
    IdTaken(ClientId),
    #[error("somebody else has changed this client meanwhile")]
    Changed,
    #[error("this is a public client; it has no Secret Key")]
    NoSecret,
}

impl Client {
    /// By hash and in constant time; a public client has no secret that could match.
    pub fn has_secret(&self, presented: &Token) -> bool {
        let presented = presented.hash(Purpose::ClientSecret);
        self.secret_hash.as_ref().is_some_and(|kept| kept.matches(&presented))
    }

    pub fn is_public(&self) -> bool {
        self.auth_method == TokenAuthMethod::None
    }

    /// Exactly as registered, byte for byte.
    pub fn redirect_url(&self, asked: &str) -> Option<&RedirectUrl> {
        self.redirect_urls.iter().find(|url| url.as_str() == asked)
    }

    /// Where the community starts, for those who come back too late.
    pub fn start(&self) -> Option<String> {
        self.redirect_urls.first().map(RedirectUrl::start)
    }

    pub fn host(&self) -> String {
        self.redirect_urls.first().map(RedirectUrl::host).unwrap_or_default()
    }
}

/// From the cache; a change anywhere drops it.
pub async fn find(site: &Site, id: &ClientId) -> Result<Option<Arc<Client>>, db::Error> {
    let epoch = site.app.db.config_epoch();
    let key = (site.id().clone(), id.clone());
    if let Some(client) = site.app.clients.get(epoch, &key) {
        return Ok(Some(client));
    }
    Ok(load(site, id).await?.map(|client| site.app.clients.put(epoch, key, client)))
}

/// As the database has it now, for pages that change it.
pub async fn load(site: &Site, id: &ClientId) -> Result<Option<Client>, db::Error> {
    let mut db = site.read();
    let Some(kept) = store::find(&mut db, id).await? else { return Ok(None) };
    let redirect_urls = store::redirect_urls(&mut db, id).await?;
    let auth_method = kept
        .token_auth_method
        .as_deref()
        .and_then(TokenAuthMethod::parse)
        .unwrap_or(TokenAuthMethod::Secret);
    Ok(Some(Client {
        client_id: kept.client_id,
        name: kept.name,
        auth_method,
        redirect_urls,
        disabled_at: kept.disabled_at,
        disabled_by: kept.disabled_by,
        version: kept.version,
        secret_shown_at: kept.secret_shown_at,
        secret_shown_by: kept.secret_shown_by,
        secret_start: kept.secret_start,
        updated_at: kept.updated_at,
        secret_hash: kept.secret_hash,
    }))
}

/// All of an association, by name.
pub async fn list(db: &mut Reader) -> Result<Vec<Listed>, db::Error> {
    store::all(db).await
}

/// The name of who changed a client last, as the log has it. Looking at its Secret Key is no change.
pub async fn last_changed_by(site: &Site, id: &ClientId) -> Result<Option<String>, db::Error> {
    let mut db = site.read();
    let changes =
        [Kind::ClientChanged, Kind::ClientDisabled, Kind::ClientEnabled, Kind::SecretKeyReplaced];
    let actor = events::last_actor(&mut db, id.as_str(), changes).await?;
    match actor.and_then(|actor| actor.parse::<MemberId>().ok()) {
        Some(member) => crate::members::name(&mut db, &member).await,
        None => Ok(None),
    }
}

/// What would end with a client.
pub async fn at_stake(site: &Site, id: &ClientId) -> Result<AtStake, db::Error> {
    store::at_stake(&mut site.read(), id).await
}

/// Keeps the time of a log-in whose grant is about to be forgotten.
pub async fn logged_in(tx: &mut Writer, id: &ClientId, at: Timestamp) -> Result<(), db::Error> {
    store::logged_in(tx, id, at).await
}

/// How a client comes to its Client Id and Secret Key.
pub enum Identity {
    Fresh(TokenAuthMethod),
    /// A platform has them already (DEC21).
    TakenOver(ClientId, ClientSecret),
}

/// Registers a client. The secret is None for a public one.
pub async fn add(
    site: &Site,
    settings: &Settings,
    identity: Identity,
    actor: &Actor,
) -> Result<Result<(ClientId, Option<ClientSecret>), Refusal>, db::Error> {
    let (id, method, secret) = match identity {
        Identity::Fresh(TokenAuthMethod::None) => (ClientId::random(), TokenAuthMethod::None, None),
        Identity::Fresh(method) => (ClientId::random(), method, Some(ClientSecret::random())),
        Identity::TakenOver(id, secret) => (id, TokenAuthMethod::Secret, Some(secret)),
    };
    let kept = secret.as_ref().map(|secret| {
        (secret.hash(), secret.seal(&site.app.vault, site.id(), &id), secret.start())
    });
    let kept = kept.as_ref().map(|(hash, sealed, start)| store::Secret { hash, sealed, start });
    let mut tx = site.write().await?;
    let (name, method) = (&settings.name, method.as_text());
    if !store::insert(&mut tx, &id, name, method, kept.as_ref()).await? {
        return Ok(Err(Refusal::IdTaken(id)));
    }
    store::set_redirect_urls(&mut tx, &id, &settings.redirect_urls).await?;
    let kind = Kind::ClientAdded;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), settings).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(Ok((id, secret)))
}

/// Changes what the admin saw as `version`. A URL that is gone takes the codes on their way to it.
pub async fn change(
    site: &Site,
    id: &ClientId,
    version: i64,
    before: &Settings,
    settings: &Settings,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    if !store::change(&mut tx, id, version, &settings.name).await? {
        return Ok(Err(Refusal::Changed));
    }
    store::set_redirect_urls(&mut tx, id, &settings.redirect_urls).await?;
    let kind = Kind::ClientChanged;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &(before, settings)).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Off: no sign-in, and no code or token of it works. They stay void when it is on again.
pub async fn disable(
    site: &Site,
    id: &ClientId,
    by: &str,
    actor: &Actor,
) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::disable(&mut tx, id, by).await? {
        return Ok(false);
    }
    store::revoke_grants(&mut tx, id).await?;
    let kind = Kind::ClientDisabled;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &()).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn enable(site: &Site, id: &ClientId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::enable(&mut tx, id).await? {
        return Ok(false);
    }
    let kind = Kind::ClientEnabled;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &()).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn delete(site: &Site, id: &ClientId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    let Some(name) = store::delete(&mut tx, id).await? else { return Ok(false) };
    let kind = Kind::ClientDeleted;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &name).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(true)
}

/// A new Secret Key; the old one stops working at once.
pub async fn replace_secret(
    site: &Site,
    id: &ClientId,
    actor: &Actor,
) -> Result<Result<ClientSecret, Refusal>, db::Error> {
    let secret = ClientSecret::random();
    let (hash, sealed) = (secret.hash(), secret.seal(&site.app.vault, site.id(), id));
    let kept = store::Secret { hash: &hash, sealed: &sealed, start: secret.start() };
    let mut tx = site.write().await?;
    if !store::set_secret(&mut tx, id, &kept).await? {
        let known = store::find(&mut tx, id).await?.is_some();
        let refusal = if known { Refusal::NoSecret } else { Refusal::Unknown(id.to_string()) };
        return Ok(Err(refusal));
    }
    let kind = Kind::SecretKeyReplaced;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &()).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(Ok(secret))
}

#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("the Secret Key of {0}: {1}")]
    Sealed(ClientId, Unsealable),
}

/// The Secret Key once more. Each showing is recorded (DEC7); `by` is the name beside it.
pub async fn show_secret(
    site: &Site,
    id: &ClientId,
    by: &str,
    actor: &Actor,
) -> Result<Option<ClientSecret>, ShowError> {
    let mut tx = site.write().await?;
    let Some(sealed) = store::shown(&mut tx, id, by).await? else { return Ok(None) };
    let kind = Kind::SecretKeyShown;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &()).await?;
    tx.commit().await?;
    ClientSecret::unseal(&site.app.vault, site.id(), id, &sealed)
        .map(Some)
        .map_err(|sealed| ShowError::Sealed(id.clone(), sealed))
}
