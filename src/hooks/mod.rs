//! Automation tools, and what they may write: each has an address of its own and a secret, and may set
//! a few fields of members, chosen by an admin. What it sends is signed, taken once, and never more at a
//! time than a person could mean; a mass of changes waits for an admin.

mod desk;
mod doors;
pub mod endpoint;
mod field;
mod how;
mod message;
pub mod pages;
mod person;
pub mod quarantine;
mod signature;
mod store;
mod take;
pub mod views;

use serde_json::json;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::events::{self, Actor, Kind};
use crate::id::HookId;
use crate::token::Token;
use crate::vault::{Place, Unsealable};

pub use doors::Doors;
pub use field::{Field, Wrong};
pub use message::{Message, NotAMessage, Values, Who};
pub use person::Person;
pub use signature::Signed;
pub use take::{Delivery, Refused, Taken, is_known, refused, take};

pub const LONGEST_NAME: usize = 100;
/// How long the secret before a new one still works.
pub const OVERLAP_DAYS: i64 = 7;
/// What was taken is shown for so long; it cannot come again after minutes.
const KEPT_DAYS: i64 = 30;
const DAY: i64 = 24 * 3600;

rows! {
    /// An automation tool.
    #[derive(Debug, Clone)]
    pub struct Hook {
        pub hook_id: HookId,
        pub name: String,
        secret: String,
        /// How many secrets it has had.
        pub secrets: i64,
        old_secret: Option<String>,
        pub old_until: Option<Timestamp>,
        pub old_used_at: Option<Timestamp>,
        fields: String,
        pub made_at: Timestamp,
        pub made_by: String,
        pub last_used_at: Option<Timestamp>,
        calls_day: i64,
        calls: i64,
        /// Fields that were sent and are none of its business.
        pub ignored: i64,
        /// Deliveries that wait for an admin.
        pub waiting: i64,
        counted_from: Timestamp,
        pub quarantined_at: Option<Timestamp>,
        pub closed_at: Option<Timestamp>,
    }
}

rows! {
    /// A delivery that was taken, as the page of its tool lists it.
    #[derive(Debug, Clone)]
    pub struct Past {
        pub at: Timestamp,
        pub first_name: String,
        pub last_name: String,
        pub fields: String,
        pub outcome: String,
    }
}

/// How a hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Unused,
    Open,
    /// What it sends waits for an admin.
    Quarantined,
    Closed,
}

/// Which of its two secrets a tool knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Present,
    Old,
}

impl Hook {
    pub fn fields(&self) -> Vec<Field> {
        Field::listed(&self.fields)
    }

    pub fn state(&self) -> State {
        match (self.closed_at, self.quarantined_at, self.last_used_at) {
            (Some(_), _, _) => State::Closed,
            (None, Some(_), _) => State::Quarantined,
            (None, None, Some(_)) => State::Open,
            (None, None, None) => State::Unused,
        }
    }

    pub fn calls_today(&self, now: Timestamp) -> i64 {
        if self.calls_day == day(now) { self.calls } else { 0 }
    }

    /// Until when the secret before this one works.
    pub fn overlaps_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.old_until.filter(|until| self.old_secret.is_some() && *until > now)
    }

    /// Whether this hook's tool signed a delivery, and with which secret.
    pub fn signed(
        &self,
        site: &Site,
        signed: &Signed,
        body: &[u8],
    ) -> Result<Option<Known>, Unsealable> {
        if signed.is_of(&opened(site, &self.hook_id, &self.secret)?, body) {
            return Ok(Some(Known::Present));
        }
        match (&self.old_secret, self.overlaps_until(site.now)) {
            (Some(old), Some(_)) if signed.is_of(&opened(site, &self.hook_id, old)?, body) => {
                Ok(Some(Known::Old))
            }
            _ => Ok(None),
        }
    }
}

fn day(at: Timestamp) -> i64 {
    at.unix_seconds().div_euclid(DAY)
}

fn place(hook: &HookId) -> Place<'_> {
    Place { table: "hooks", column: "secret", row: hook.as_str() }
}

fn sealed(site: &Site, hook: &HookId, secret: &Token) -> String {
    site.app.vault.seal(site.id(), &place(hook), secret.expose().as_bytes())
}

fn opened(site: &Site, hook: &HookId, sealed: &str) -> Result<Token, Unsealable> {
    let bytes = site.app.vault.open_sealed(site.id(), &place(hook), sealed)?;
    Ok(Token::presented(std::str::from_utf8(&bytes).map_err(|_| Unsealable)?))
}

/// Those that are closed come last, and otherwise the newest first.
pub async fn list(db: &mut Reader) -> Result<Vec<Hook>, db::Error> {
    store::list(db).await
}

pub async fn find(db: &mut Reader, hook: &HookId) -> Result<Option<Hook>, db::Error> {
    store::find(db, hook).await
}

/// The newest first.
pub async fn latest(db: &mut Reader, hook: &HookId, most: i64) -> Result<Vec<Past>, db::Error> {
    store::latest(db, hook, most).await
}

/// Adds a hook under an id that its form was made with; its secret is told this once. None where it
/// was added already, by the same form.
pub async fn add(
    site: &Site,
    hook: &HookId,
    name: &str,
    fields: &[Field],
    (by, actor): (&str, &Actor),
) -> Result<Option<Token>, db::Error> {
    let secret = Token::random();
    let sealed = sealed(site, hook, &secret);
    let mut tx = site.write().await?;
    if !store::insert(&mut tx, hook, name, &Field::list(fields), &sealed, by).await? {
        return Ok(None);
    }
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let details = json!({ "fields": names });
    events::record(&mut tx, &site.app.vault, Kind::HookAdded, actor, hook.as_str(), &details)
        .await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// A new secret, told this once; the present one works for a week more (SEC-Y15). None where the hook is
/// closed, or has had more than `known` secrets by now.
pub async fn replace_secret(
    site: &Site,
    hook: &HookId,
    known: i64,
    actor: &Actor,
) -> Result<Option<Token>, db::Error> {
    let secret = Token::random();
    let sealed = sealed(site, hook, &secret);
    let until = site.now.plus_seconds(OVERLAP_DAYS * DAY);
    let mut tx = site.write().await?;
    if !store::replace_secret(&mut tx, hook, &sealed, known, until).await? {
        return Ok(None);
    }
    let kind = Kind::HookSecretReplaced;
    events::record(&mut tx, &site.app.vault, kind, actor, hook.as_str(), &()).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Shuts it for good, on every node with the next delivery. What waits is thrown away.
pub async fn close(site: &Site, hook: &HookId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::close(&mut tx, hook).await? {
        return Ok(false);
    }
    let kind = Kind::HookClosed;
    events::record(&mut tx, &site.app.vault, kind, actor, hook.as_str(), &()).await?;
    tx.commit().await?;
    quarantine::throw_away(site, hook, site.now).await?;
    Ok(true)
}

/// Forgets old deliveries and secrets whose time is over; answers how many deliveries.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_old_secrets(site).await?;
    store::forget_deliveries(site, site.now.plus_seconds(-KEPT_DAYS * DAY), most).await
}
