//! The Secret Keys of an SSO client: two may be live at once, so that its platform changes over
//! without an outage.

pub mod pages;
mod store;
pub mod views;

use std::sync::atomic::{AtomicI64, Ordering};

use super::store as clients;
use super::{Client, ClientSecret, Refusal, TokenAuthMethod};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, SecretId};
use crate::token::TokenHash;
use crate::vault::Unsealable;

pub const MOST: usize = 2;
/// SECURITY.md 4.7: two overlap for 30 days at most.
pub const LONGEST_OVERLAP_DAYS: i64 = 30;
/// The last use is written down this often, not with every request.
const NOTED_EVERY: i64 = 60;

rows! {
    pub struct Row {
        pub secret_id: SecretId,
        pub name: String,
        pub secret_hash: TokenHash,
        pub secret_start: String,
        pub made_at: Timestamp,
        pub expires_at: Option<Timestamp>,
        pub last_used_at: Option<Timestamp>,
        pub shown_at: Option<Timestamp>,
        pub shown_by: Option<String>,
    }
}

/// What is known of a Secret Key without knowing it.
pub struct Secret {
    pub id: SecretId,
    /// What an admin calls it; empty for the one that the client was made with.
    pub name: String,
    /// The first characters, to tell it by.
    pub start: String,
    pub made_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub shown_at: Option<Timestamp>,
    pub shown_by: Option<String>,
    hash: TokenHash,
    noted: Noted,
}

impl Secret {
    pub(super) fn of(row: Row) -> Self {
        Self {
            id: row.secret_id,
            name: row.name,
            start: row.secret_start,
            made_at: row.made_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            shown_at: row.shown_at,
            shown_by: row.shown_by,
            hash: row.secret_hash,
            noted: Noted::default(),
        }
    }

    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    pub(super) fn is(&self, presented: &TokenHash) -> bool {
        self.hash.matches(presented)
    }
}

/// When this process wrote a use down last, in unix seconds.
#[derive(Default)]
pub(super) struct Noted(AtomicI64);

impl Noted {
    /// True once in a while: then it is time to write.
    fn is_due(&self, now: Timestamp) -> bool {
        let (now, last) = (now.unix_seconds(), self.0.load(Ordering::Relaxed));
        (now - last).abs() >= NOTED_EVERY
            && self.0.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Writes down how a client authenticated, and with which key: once a minute, not with each request.
pub async fn note_use(
    site: &Site,
    client: &Client,
    method: TokenAuthMethod,
    secret: Option<&Secret>,
) -> Result<(), db::Error> {
    if let Some(secret) = secret.filter(|secret| secret.noted.is_due(site.now)) {
        store::used(site, &client.client_id, &secret.id).await?;
    }
    let is_new = client.method_used.is_none_or(|(known, _)| known != method);
    if is_new && client.noted.is_due(site.now) {
        clients::method_used(site, &client.client_id, method.as_text()).await?;
    }
    Ok(())
}

pub(super) async fn keep(
    site: &Site,
    tx: &mut Writer,
    client: &ClientId,
    id: &SecretId,
    name: &str,
    secret: &ClientSecret,
) -> Result<(), db::Error> {
    let sealed = secret.seal(&site.app.vault, site.id(), id);
    let kept = store::NewSecret { id, name, sealed: &sealed, secret };
    store::insert(tx, client, &kept).await
}

/// What becomes of the Secret Key that a client has, once it has a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    StopsAtOnce,
    /// Works for so many days more, [`LONGEST_OVERLAP_DAYS`] at most.
    StopsIn {
        days: i64,
    },
}

/// A new Secret Key beside the one that is there. Refused where two are live already.
pub async fn replace(
    site: &Site,
    client: &ClientId,
    name: &str,
    old: Old,
    actor: &Actor,
) -> Result<Result<ClientSecret, Refusal>, db::Error> {
    let secret = ClientSecret::random();
    let mut tx = site.write().await?;
    let kept = store::all(&mut tx, client).await?;
    let kept: Vec<Secret> = kept.into_iter().map(Secret::of).collect();
    if kept.is_empty() {
        return Ok(Err(match clients::find(&mut tx, client).await? {
            None => Refusal::Unknown(client.to_string()),
            Some(kept) if kept.jwks.is_some() => Refusal::SignsInstead,
            Some(_) => Refusal::NoSecret,
        }));
    }
    let live = kept.iter().filter(|secret| secret.is_live(site.now));
    match old {
        Old::StopsIn { .. } if { live }.count() >= MOST => return Ok(Err(Refusal::TwoSecrets)),
        Old::StopsIn { days } => {
            let seconds = days.clamp(1, LONGEST_OVERLAP_DAYS) * 24 * 3600;
            store::expire(&mut tx, client, site.now.plus_seconds(seconds)).await?;
            store::forget(&mut tx, client).await?;
        }
        Old::StopsAtOnce => store::delete_all(&mut tx, client).await?,
    }
    keep(site, &mut tx, client, &SecretId::random(), name, &secret).await?;
    clients::touch(&mut tx, client).await?;
    let kind = Kind::SecretKeyReplaced;
    events::record(&mut tx, &site.app.vault, kind, actor, client.as_str(), &name).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(Ok(secret))
}

/// Ends one of two Secret Keys now.
pub async fn remove(
    site: &Site,
    client: &ClientId,
    id: &SecretId,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let kept = store::all(&mut tx, client).await?;
    if kept.iter().all(|row| row.secret_id != *id) {
        return Ok(Err(Refusal::UnknownSecret));
    }
    let others = kept.into_iter().map(Secret::of).filter(|secret| secret.id != *id);
    // One that expires soon would leave the client without any.
    if !{ others }.any(|secret| secret.is_live(site.now)) {
        return Ok(Err(Refusal::LastSecret));
    }
    store::delete(&mut tx, client, id).await?;
    store::keep_last(&mut tx, client).await?;
    clients::touch(&mut tx, client).await?;
    let kind = Kind::SecretKeyRemoved;
    events::record(&mut tx, &site.app.vault, kind, actor, client.as_str(), &id.as_str()).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("the Secret Key of {0}: {1}")]
    Sealed(ClientId, Unsealable),
}

/// A Secret Key once more. Each showing is recorded (DEC7); `by` is the name beside it.
pub async fn show(
    site: &Site,
    client: &ClientId,
    id: &SecretId,
    by: &str,
    actor: &Actor,
) -> Result<Option<ClientSecret>, ShowError> {
    let mut tx = site.write().await?;
    let Some(sealed) = store::shown(&mut tx, client, id, by).await? else { return Ok(None) };
    let kind = Kind::SecretKeyShown;
    events::record(&mut tx, &site.app.vault, kind, actor, client.as_str(), &id.as_str()).await?;
    tx.commit().await?;
    opened(site, client, id, &sealed).map(Some)
}

/// The newest live Secret Key, for whoever asks without naming one.
pub fn newest(client: &Client, now: Timestamp) -> Option<&Secret> {
    client.secrets.iter().rev().find(|secret| secret.is_live(now))
}

/// The plain key that a client's platform has had longest, to sign for it (`oidc::legacy_jwt`).
pub async fn for_signing(site: &Site, client: &Client) -> Result<Option<ClientSecret>, ShowError> {
    let mut live = client.secrets.iter().filter(|secret| secret.is_live(site.now));
    let Some(secret) = live.next() else { return Ok(None) };
    let sealed = store::sealed(&mut site.read(), &client.client_id, &secret.id).await?;
    sealed.map(|sealed| opened(site, &client.client_id, &secret.id, &sealed)).transpose()
}

fn opened(
    site: &Site,
    client: &ClientId,
    id: &SecretId,
    sealed: &str,
) -> Result<ClientSecret, ShowError> {
    ClientSecret::unseal(&site.app.vault, site.id(), id, sealed)
        .map_err(|sealed| ShowError::Sealed(client.clone(), sealed))
}

pub(super) async fn all(db: &mut Reader, client: &ClientId) -> Result<Vec<Secret>, db::Error> {
    Ok(store::all(db, client).await?.into_iter().map(Secret::of).collect())
}
