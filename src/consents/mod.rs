//! What members allow clients to see, and how they take it back.
//!
//! A client that asks is remembered with all that was ever allowed to it. A trusted client asks nobody;
//! a member sees it here while it can look at their details without them.

pub mod pages;
mod store;
pub mod views;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, MemberId};
use crate::vault::Vault;

/// A detail of a member, in the words of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareOf {
    Name,
    Email,
    Phone,
    Address,
    /// Company and job title.
    Work,
    MemberStatus,
    /// Picture, website, birth date, gender, language.
    About,
    Groups,
}

impl ShareOf {
    /// In the order of pages.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Email,
        Self::Work,
        Self::Phone,
        Self::Address,
        Self::MemberStatus,
        Self::About,
        Self::Groups,
    ];

    /// The scope, and the claims, that tell it.
    fn told_by(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Name => (
                "profile",
                &[
                    "name",
                    "given_name",
                    "family_name",
                    "middle_name",
                    "nickname",
                    "preferred_username",
                ],
            ),
            Self::Email => ("email", &["email", "email_verified"]),
            Self::Work => ("profile", &["company_name", "job_title"]),
            Self::Phone => ("phone", &["phone_number", "phone_number_verified"]),
            Self::Address => ("address", &["address"]),
            Self::MemberStatus => ("profile", &["member_status"]),
            Self::About => (
                "profile",
                &["profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale"],
            ),
            Self::Groups => ("groups", &["groups"]),
        }
    }
}

/// What a client sees with these scopes and claims, each separated by blanks.
pub fn shared(scope: &str, claims: &str) -> Vec<ShareOf> {
    let (scopes, claims) = (words(scope), words(claims));
    let is_told = |share: &ShareOf| {
        let (scope, names) = share.told_by();
        scopes.contains(scope) || names.iter().any(|name| claims.contains(name))
    };
    ShareOf::ALL.into_iter().filter(is_told).collect()
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split_ascii_whitespace().collect()
}

fn union(one: &str, other: &str) -> String {
    let all: Vec<_> = words(one).union(&words(other)).copied().collect();
    all.join(" ")
}

rows! {
    struct Kept {
        scope: String,
        claims: String,
    }

    /// What a client may see, and since when.
    struct Held {
        client_id: ClientId,
        name: String,
        scope: String,
        claims: String,
        since: Timestamp,
        last_used_at: Option<Timestamp>,
    }
}

/// A client that may see a member's details, as that member reads of it.
pub struct App {
    pub client_id: ClientId,
    pub name: String,
    pub scope: String,
    pub claims: String,
    pub since: Timestamp,
    /// As far as a code or a token of it is still known.
    pub last_used_at: Option<Timestamp>,
    pub allowed_by: AllowedBy,
    /// It may look again while the member is away.
    pub stays: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedBy {
    Member,
    /// The association trusts the client.
    Association,
}

#[derive(Serialize)]
struct Told<'a> {
    client_id: &'a ClientId,
    scope: &'a str,
    claims: &'a str,
}

/// Whether the member allowed every scope and every claim that are asked for now.
pub async fn covers(
    db: &mut Reader,
    member: &MemberId,
    client: &ClientId,
    scope: &str,
    claims: &str,
) -> Result<bool, db::Error> {
    let kept = store::find(db, member, client).await?;
    Ok(kept.is_some_and(|kept| {
        words(scope).is_subset(&words(&kept.scope)) && words(claims).is_subset(&words(&kept.claims))
    }))
}

/// Remembers that the member allowed this, with what was allowed before.
pub async fn allow(
    tx: &mut Writer,
    vault: &Vault,
    member: &MemberId,
    client: &ClientId,
    scope: &str,
    claims: &str,
    actor: &Actor,
) -> Result<(), db::Error> {
    let before = store::find(tx, member, client).await?;
    let before = before.unwrap_or(Kept { scope: String::new(), claims: String::new() });
    let (all_scope, all_claims) = (union(&before.scope, scope), union(&before.claims, claims));
    store::save(tx, member, client, &all_scope, &all_claims).await?;
    let told = Told { client_id: client, scope, claims };
    events::record(tx, vault, Kind::ConsentGiven, actor, member.as_str(), &told).await
}

/// Takes back what the client was allowed, and ends every code and token that it holds of the
/// member. False where there was nothing to end.
pub async fn withdraw(
    site: &Site,
    member: &MemberId,
    client: &ClientId,
    actor: &Actor,
) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    let kept = store::delete(&mut tx, member, client).await?;
    let has_ended = store::revoke_grants(&mut tx, member, client).await?;
    if kept.is_none() && !has_ended {
        return Ok(false);
    }
    let kept = kept.unwrap_or(Kept { scope: String::new(), claims: String::new() });
    let told = Told { client_id: client, scope: &kept.scope, claims: &kept.claims };
    let (vault, kind) = (&site.app.vault, Kind::ConsentWithdrawn);
    events::record(&mut tx, vault, kind, actor, member.as_str(), &told).await?;
    tx.commit().await?;
    Ok(true)
}

/// By name: the clients that the member allowed, and those that hold a live refresh token.
pub async fn apps(db: &mut Reader, member: &MemberId) -> Result<Vec<App>, db::Error> {
    let mut apps = BTreeMap::new();
    for held in store::allowed(db, member).await? {
        apps.insert(held.client_id.clone(), App::of(held, AllowedBy::Member));
    }
    for held in store::refreshable(db, member).await? {
        match apps.get_mut(&held.client_id) {
            Some(app) => app.add(held),
            None => {
                let mut app = App::of(held, AllowedBy::Association);
                app.stays = true;
                apps.insert(app.client_id.clone(), app);
            }
        }
    }
    let mut apps: Vec<_> = apps.into_values().collect();
    apps.sort_by_cached_key(|app| app.name.to_lowercase());
    Ok(apps)
}

impl App {
    fn of(held: Held, allowed_by: AllowedBy) -> Self {
        let stays = words(&held.scope).contains("offline_access");
        let Held { client_id, name, scope, claims, since, last_used_at } = held;
        Self { client_id, name, scope, claims, since, last_used_at, allowed_by, stays }
    }

    /// One more grant of the same client.
    fn add(&mut self, held: Held) {
        self.scope = union(&self.scope, &held.scope);
        self.claims = union(&self.claims, &held.claims);
        self.since = self.since.min(held.since);
        self.last_used_at = self.last_used_at.max(held.last_used_at);
        self.stays = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_told_in_the_words_of_people() {
        use ShareOf as S;

        assert_eq!(shared("openid offline_access", ""), []);
        assert_eq!(shared("openid email", ""), [S::Email]);
        assert_eq!(shared("openid profile", ""), [S::Name, S::Work, S::MemberStatus, S::About]);
        assert_eq!(shared("openid", "given_name phone_number updated_at"), [S::Name, S::Phone]);
        assert_eq!(shared("profile email phone address groups", ""), ShareOf::ALL);
    }

    #[test]
    fn what_is_allowed_adds_up() {
        assert_eq!(union("", "profile openid"), "openid profile");
        assert_eq!(union("openid profile", "email openid"), "email openid profile");
        assert_eq!(union("openid", ""), "openid");
    }
}
