//! SSO clients: the websites that members open with their association login.

pub mod assertions;
pub mod conflict;
mod desk;
mod draft;
pub mod editor;
pub mod form;
pub mod health;
pub mod keys;
pub mod mistakes;
mod modal;
pub mod notices;
pub mod pages;
pub mod permitted;
pub mod preview;
pub mod redirect_url;
mod secret;
pub mod secrets;
mod settings;
pub mod steps;
mod store;
pub mod views;

use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, MemberId};
use crate::token::{Purpose, Token};

pub use keys::{Keys, NotKeys};
pub use redirect_url::{Mistake, RedirectUrl};
pub use secret::{ClientSecret, NotASecret};
pub use secrets::{Secret, ShowError};
pub use settings::{Consent, Settings, resource_url};

/// Per association (SECURITY.md 4.5).
pub const MOST: i64 = 50;

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAuthMethod {
    /// By post body or Basic, as the platform prefers.
    Secret,
    ClientSecretPost,
    ClientSecretBasic,
    /// By assertions that it signs with a key of its own (RFC 7523).
    PrivateKeyJwt,
    /// A public client: no secret, PKCE instead.
    None,
}

impl TokenAuthMethod {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "client_secret_post" => Self::ClientSecretPost,
            "client_secret_basic" => Self::ClientSecretBasic,
            "private_key_jwt" => Self::PrivateKeyJwt,
            "none" => Self::None,
            _ => return None,
        })
    }

    pub fn as_text(self) -> Option<&'static str> {
        match self {
            Self::Secret => None,
            Self::ClientSecretPost => Some("client_secret_post"),
            Self::ClientSecretBasic => Some("client_secret_basic"),
            Self::PrivateKeyJwt => Some("private_key_jwt"),
            Self::None => Some("none"),
        }
    }

    pub fn has_secret(self) -> bool {
        !matches!(self, Self::None | Self::PrivateKeyJwt)
    }
}

rows! {
    pub struct Kept {
        pub client_id: ClientId,
        pub name: String,
        pub token_auth_method: Option<String>,
        pub consent_asked_since: Option<Timestamp>,
        pub pkce_required_since: Option<Timestamp>,
        pub lean_id_token_since: Option<Timestamp>,
        pub legacy_sso_since: Option<Timestamp>,
        pub machine_since: Option<Timestamp>,
        pub resource_url: Option<String>,
        pub jwks: Option<String>,
        pub backchannel_logout_url: Option<RedirectUrl>,
        pub auth_method_used: Option<String>,
        pub auth_method_used_at: Option<Timestamp>,
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

    /// Requests for codes, and those of them with a PKCE challenge.
    pub struct Asked {
        pub requests: i64,
        pub challenges: i64,
    }

    /// What a client would lose.
    pub struct AtStake {
        pub people: i64,
        pub tokens: i64,
    }
}

/// Its settings, and what is known of it besides.
pub struct Client {
    pub client_id: ClientId,
    pub settings: Settings,
    /// The live Secret Keys, the oldest first: at most two.
    pub secrets: Vec<Secret>,
    /// How it authenticated last, and when.
    pub method_used: Option<(TokenAuthMethod, Timestamp)>,
    pub disabled_at: Option<Timestamp>,
    pub disabled_by: Option<String>,
    pub version: i64,
    pub updated_at: Timestamp,
    noted: secrets::Noted,
}

impl Deref for Client {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
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
    #[error("this client signs assertions; it has no Secret Key")]
    SignsInstead,
    #[error("this client has no such Secret Key")]
    UnknownSecret,
    #[error("this client has two live Secret Keys already; remove one first")]
    TwoSecrets,
    #[error("a client keeps one Secret Key at least")]
    LastSecret,
    #[error("the resource URL is another client's already")]
    ResourceTaken,
    #[error(
        "this association has {MOST} SSO clients already; delete one that is no longer used first"
    )]
    TooMany,
}

impl Client {
    /// The live Secret Key that this is. By hash and in constant time; every one is compared, so
    /// that time does not tell which one matched.
    pub fn secret(&self, presented: &Token, now: Timestamp) -> Option<&Secret> {
        let presented = presented.hash(Purpose::ClientSecret);
        let live = self.secrets.iter().filter(|secret| secret.is_live(now));
        live.filter(|secret| secret.is(&presented)).last()
    }

    /// Whether this was a Secret Key until it expired: what its platform should be told apart.
    pub fn had_secret(&self, presented: &Token, now: Timestamp) -> bool {
        let presented = presented.hash(Purpose::ClientSecret);
        self.secrets.iter().any(|secret| !secret.is_live(now) && secret.is(&presented))
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
    let secrets = secrets::all(&mut db, id).await?;
    let used = kept.auth_method_used.as_deref().and_then(TokenAuthMethod::parse);
    Ok(Some(Client {
        client_id: kept.client_id.clone(),
        secrets,
        method_used: used.zip(kept.auth_method_used_at),
        disabled_at: kept.disabled_at,
        disabled_by: kept.disabled_by.clone(),
        version: kept.version,
        updated_at: kept.updated_at,
        noted: secrets::Noted::default(),
        settings: Settings::load(&mut db, kept).await?,
    }))
}

/// Whose resource URL this is: the client that access tokens may be meant for (RFC 8707 §2).
pub async fn resource_server(site: &Site, url: &str) -> Result<Option<ClientId>, db::Error> {
    store::resource_server(&mut site.read(), url).await
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

/// Whether every request of the last day carried a PKCE challenge, so that it could be required.
pub async fn proves_with_pkce(site: &Site, id: &ClientId) -> Result<bool, db::Error> {
    let since = site.now.plus_seconds(-24 * 3600);
    let asked = store::challenges(&mut site.read(), id, since).await?;
    Ok(asked.requests > 0 && asked.requests == asked.challenges)
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
    Fresh,
    /// A platform has them already (DEC21).
    TakenOver(ClientId, ClientSecret),
}

/// Registers a client. There is a secret where it authenticates with one.
pub async fn add(
    site: &Site,
    settings: &Settings,
    identity: Identity,
    actor: &Actor,
) -> Result<Result<(ClientId, Option<ClientSecret>), Refusal>, db::Error> {
    let (id, secret) = match identity {
        Identity::Fresh => {
            let secret = settings.auth_method.has_secret().then(ClientSecret::random);
            (ClientId::random(), secret)
        }
        Identity::TakenOver(id, secret) => (id, Some(secret)),
    };
    let mut tx = site.write().await?;
    if store::all(&mut tx).await?.len() as i64 >= MOST {
        return Ok(Err(Refusal::TooMany));
    }
    if !store::insert(&mut tx, &id, &settings.name).await? {
        return Ok(Err(Refusal::IdTaken(id)));
    }
    if !settings.save(&mut tx, &id).await? {
        return Ok(Err(Refusal::ResourceTaken));
    }
    if let Some(secret) = &secret {
        secrets::keep(site, &mut tx, &id, &secret::first_id(&id), "", secret).await?;
    }
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
    if !settings.save(&mut tx, id).await? {
        return Ok(Err(Refusal::ResourceTaken));
    }
    if settings.auth_method.has_secret() && !before.auth_method.has_secret() {
        let kept = secrets::all(&mut tx, id).await?;
        if kept.is_empty() {
            let secret = ClientSecret::random();
            secrets::keep(site, &mut tx, id, &secret::first_id(id), "", &secret).await?;
        }
    }
    if before.is_machine && !settings.is_machine {
        store::revoke_machine_tokens(&mut tx, id).await?;
    }
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
