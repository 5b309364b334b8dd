//! The ring of signing keys of an association: next, current, retired.
//!
//! A key is published a day before it signs and two days after its last signature, so that platforms
//! which keep the JWKS for a while never meet a key they have not seen (SECURITY.md 4.8).

mod issued;
mod key;
mod store;
mod timeline;

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db;
use crate::events::{self, Actor, Kind};
use crate::token::base64url;
use crate::vault::{Place, Unsealable};

pub use issued::{Issued, check, issued};
pub use key::{Jwk, SigningKey, generate};
pub use timeline::{Step, due};

/// PKCS #8, DER.
pub type PrivateKey = Zeroizing<Vec<u8>>;

/// The keys of one association, ready to use.
pub struct Ring {
    pub current: SigningKey,
    /// The JWKS document, and its entity tag.
    pub jwks: Bytes,
    pub etag: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("signing key {kid}: {source}")]
    Sealed { kid: String, source: Unsealable },
    #[error("signing key {0} is not an RSA key of 2048 bits or more")]
    Rejected(String),
    #[error(
        "this association has no signing key; start the server once, or run: novi-sso keys rotate"
    )]
    None,
}

/// Why a rotation did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("somebody rotated the keys at this moment; nothing more was done")]
    JustRotated,
    #[error(
        "the next key is published since {since} only; platforms may not have fetched it yet. Wait until {until}, or run it with --emergency"
    )]
    TooEarly { since: Timestamp, until: Timestamp },
}

/// A key as the database keeps it.
pub struct Kept {
    pub kid: String,
    pub created_at: Timestamp,
    pub activated_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
}

pub async fn load(site: &Site) -> Result<Ring, Error> {
    let rows = store::published(&mut site.read()).await?;
    let current = rows
        .iter()
        .find(|row| row.activated_at.is_some() && row.retired_at.is_none())
        .ok_or(Error::None)?;
    let sealed = current.private_key.as_deref().ok_or(Error::None)?;
    let der = site
        .app
        .vault
        .open_sealed(site.id(), &place(&current.kid), sealed)
        .map_err(|source| Error::Sealed { kid: current.kid.clone(), source })?;
    let key = SigningKey::from_pkcs8(&der).map_err(|_| Error::Rejected(current.kid.clone()))?;

    #[derive(Serialize)]
    struct Jwks {
        keys: Vec<Jwk>,
    }
    let mut keys: Vec<Jwk> =
        rows.iter().filter_map(|row| serde_json::from_str(&row.public_key).ok()).collect();
    // The one that signs comes first, for clients that look no further.
    keys.sort_by_key(|jwk| jwk.kid != current.kid);
    let jwks = serde_json::to_vec(&Jwks { keys }).expect("keys are text");
    let etag = format!("\"{}\"", &base64url(crate::token::sha256(&jwks))[..16]);
    Ok(Ring { current: key, jwks: jwks.into(), etag })
}

pub async fn list(site: &Site) -> Result<Vec<Kept>, db::Error> {
    store::all(&mut site.read()).await
}

/// Does what is due: makes the first keys of an association, publishes the next one, lets it take
/// over, withdraws and erases old ones. May run at any time, on any node; each step happens once.
pub async fn tend(site: &Site) -> Result<Vec<Step>, Error> {
    let steps = due(&store::all(&mut site.read()).await?, site.now);
    let mut done = Vec::new();
    for step in steps {
        if take(site, &step, Actor::System).await? {
            done.push(step);
        }
    }
    Ok(done)
}

/// Lets the next key take over now and makes the one after it. With `emergency`, also when platforms
/// may not have seen it yet, and the old key is withdrawn at once.
pub async fn rotate(
    site: &Site,
    emergency: bool,
    actor: Actor,
) -> Result<Result<String, Refusal>, Error> {
    let before = store::all(&mut site.read()).await?;
    let current = before.iter().find(|key| key.is_current()).map(|key| key.kid.clone());
    let Some(current) = current else {
        tend(site).await?;
        return Ok(Ok(load(site).await?.current.jwk.kid));
    };
    let next = match before.iter().find(|key| key.activated_at.is_none()) {
        Some(next) => {
            let until = next.created_at.plus_seconds(timeline::PUBLISHED_BEFORE);
            if until > site.now && !emergency {
                let since = next.created_at;
                return Ok(Err(Refusal::TooEarly { since, until }));
            }
            next.kid.clone()
        }
        None if emergency => {
            let der = site.app.key_source.make().await;
            match insert(site, &der, false, actor.clone()).await? {
                Some(kid) => kid,
                None => return Ok(Err(Refusal::JustRotated)),
            }
        }
        None => {
            take(site, &Step::Publish, actor).await?;
            let until = site.now.plus_seconds(timeline::PUBLISHED_BEFORE);
            return Ok(Err(Refusal::TooEarly { since: site.now, until }));
        }
    };
    let activate = Step::Activate { next: next.clone(), current: Some(current.clone()) };
    if !take(site, &activate, actor.clone()).await? {
        return Ok(Err(Refusal::JustRotated));
    }
    if emergency {
        give_up(site, &current).await?;
    }
    take(site, &Step::Publish, actor).await?;
    Ok(Ok(next))
}

/// False when another process was first.
async fn take(site: &Site, step: &Step, actor: Actor) -> Result<bool, Error> {
    match step {
        Step::First => {
            let der = site.app.key_source.make().await;
            Ok(insert(site, &der, true, actor).await?.is_some())
        }
        Step::Publish => {
            let der = site.app.key_source.make().await;
            Ok(insert(site, &der, false, actor).await?.is_some())
        }
        Step::Activate { next, current } => {
            let mut tx = site.write().await?;
            if let Some(current) = current
                && !store::retire(&mut tx, current).await?
            {
                return Ok(false);
            }
            if !store::activate(&mut tx, next).await? {
                return Ok(false);
            }
            events::record(&mut tx, &site.app.vault, Kind::SigningKeyActivated, &actor, next, &())
                .await?;
            tx.config_changed().await?;
            tx.commit().await?;
            Ok(true)
        }
        Step::Withdraw(kid) => {
            let mut tx = site.write().await?;
            let withdrawn = store::withdraw(&mut tx, kid).await?;
            tx.config_changed().await?;
            tx.commit().await?;
            Ok(withdrawn)
        }
    }
}

/// A key that somebody else may have: out of the JWKS at once, and good for nothing any more.
async fn give_up(site: &Site, kid: &str) -> Result<(), Error> {
    let mut tx = site.write().await?;
    store::withdraw(&mut tx, kid).await?;
    store::compromise(&mut tx, kid).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(())
}

/// Inserts a key as current or as next, unless there is one.
async fn insert(
    site: &Site,
    der: &[u8],
    active: bool,
    actor: Actor,
) -> Result<Option<String>, Error> {
    let key = SigningKey::from_pkcs8(der).map_err(|_| Error::Rejected("new".to_owned()))?;
    let kid = key.jwk.kid.clone();
    let sealed = site.app.vault.seal(site.id(), &place(&kid), der);
    let public = serde_json::to_string(&key.jwk).expect("a key is text");
    let mut tx = site.write().await?;
    let activated_at = active.then_some(site.now);
    if !store::insert(&mut tx, &kid, &sealed, &public, activated_at).await? {
        return Ok(None);
    }
    events::record(&mut tx, &site.app.vault, Kind::SigningKeyMade, &actor, &kid, &()).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(Some(kid))
}

/// Where private keys come from.
pub enum KeySource {
    Fresh,
    /// The same few again and again, for tests: making one takes long.
    Given(Vec<PrivateKey>, AtomicUsize),
}

impl KeySource {
    pub fn given(keys: Vec<PrivateKey>) -> Self {
        Self::Given(keys, AtomicUsize::new(0))
    }

    /// A private key; a fresh one is made off the runtime's workers.
    async fn make(&self) -> PrivateKey {
        match self {
            Self::Fresh => {
                let made = tokio::task::spawn_blocking(generate).await;
                made.expect("making a key does not panic")
            }
            Self::Given(keys, next) => {
                keys[next.fetch_add(1, Ordering::Relaxed) % keys.len()].clone()
            }
        }
    }
}

fn place(kid: &str) -> Place<'_> {
    Place { table: "signing_keys", column: "private_key", row: kid }
}

impl Kept {
    fn is_current(&self) -> bool {
        self.activated_at.is_some() && self.retired_at.is_none()
    }
}
