//! `grants`, `machine_tokens`.

use super::refresh::{Family, Refreshed};
use super::{Access, CODE_SECONDS, Found, Grant, NewGrant, Owner};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer, joined};
use crate::id::ClientId;
use crate::members::Profile;
use crate::token::TokenHash;

pub async fn insert(
    site: &Site,
    grant: &NewGrant<'_>,
    code: &TokenHash,
    refresh_until: Option<Timestamp>,
) -> Result<(), Error> {
    site.once(
        "insert into grants
             (association_id, code_hash, client_id, member_id, epoch, redirect_uri, scope, nonce,
              challenge, claims, auth_time, created_at, code_expires_at, asked_scope,
              userinfo_claims, audience, refresh_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(code)
    .bind(grant.client_id)
    .bind(&grant.member.member_id)
    .bind(grant.member.epoch)
    .bind(grant.redirect_uri)
    .bind(grant.scope)
    .bind(grant.nonce)
    .bind(grant.challenge)
    .bind(grant.claims)
    .bind(grant.auth_time)
    .bind(site.now)
    .bind(site.now.plus_seconds(CODE_SECONDS))
    .bind(grant.asked_scope)
    .bind(grant.userinfo_claims)
    .bind(grant.audience)
    .bind(refresh_until)
    .run()
    .await
}

/// The tokens that a code buys.
pub struct Bought<'a> {
    pub access: &'a TokenHash,
    pub access_expires_at: Timestamp,
    pub family: &'a TokenHash,
    pub refresh: &'a TokenHash,
    pub refresh_expires_at: Timestamp,
}

/// Marks the code used and gives it its tokens, unless someone else was first. One statement, so
/// that two requests with the same code cannot both win, and what must hold now is asked in it.
pub async fn redeem(
    site: &Site,
    client: &ClientId,
    code: &TokenHash,
    bought: &Bought<'_>,
) -> Result<Option<Grant>, Error> {
    site.once(
        "update grants
         set consumed_at = $4, access_hash = $5, access_expires_at = $6,
             refresh_family = case when refresh_until is null then null else $7 end,
             refresh_hash = case when refresh_until is null then null else $8 end,
             refresh_expires_at = case when refresh_until < $9 then refresh_until
                                       when refresh_until is not null then $9 end
         where association_id = $1 and code_hash = $2 and client_id = $3
             and consumed_at is null and revoked_at is null
             and exists (select 1 from holders h
                         where h.association_id = $1 and h.client_id = $3
                             and h.member_id = grants.member_id and h.epoch = grants.epoch)
         returning member_id, scope, asked_scope, nonce, claims, auth_time, redirect_uri, challenge,
             code_expires_at, refresh_expires_at",
    )
    .bind(code)
    .bind(client)
    .bind(site.now)
    .bind(bought.access)
    .bind(bought.access_expires_at)
    .bind(bought.family)
    .bind(bought.refresh)
    .bind(bought.refresh_expires_at)
    .optional()
    .await
}

/// What follows from a refresh token.
pub struct Next<'a> {
    pub refresh: &'a TokenHash,
    pub refresh_expires_at: Timestamp,
    pub access: &'a TokenHash,
    pub access_expires_at: Timestamp,
    /// Where the access token opens less than what was granted.
    pub access_scope: Option<&'a str>,
}

/// Puts the next refresh token in the place of the live one. One statement, as for a code.
pub async fn refresh(
    site: &Site,
    client: &ClientId,
    live: &TokenHash,
    next: &Next<'_>,
) -> Result<Option<Refreshed>, Error> {
    site.once(
        "update grants
         set refresh_before = refresh_hash, refresh_hash = $5, refreshed_at = $4,
             refresh_expires_at = case when refresh_until < $6 then refresh_until else $6 end,
             access_hash = $7, access_expires_at = $8, access_scope = $9
         where association_id = $1 and refresh_hash = $2 and client_id = $3
             and refresh_expires_at > $4 and revoked_at is null
             and exists (select 1 from holders h
                         where h.association_id = $1 and h.client_id = $3
                             and h.member_id = grants.member_id and h.epoch = grants.epoch)
         returning member_id, scope, claims, auth_time",
    )
    .bind(live)
    .bind(client)
    .bind(site.now)
    .bind(next.refresh)
    .bind(next.refresh_expires_at)
    .bind(next.access)
    .bind(next.access_expires_at)
    .bind(next.access_scope)
    .optional()
    .await
}

pub async fn family(db: &mut Reader, family: &TokenHash) -> Result<Option<Family>, Error> {
    db.find(
        "select g.code_hash, g.client_id, g.member_id, g.scope, g.claims, g.auth_time,
             g.access_scope, g.access_expires_at, g.refresh_hash, g.refresh_before, g.refreshed_at,
             g.refresh_expires_at, g.revoked_at,
             (select count(*) from holders h
              where h.association_id = $1 and h.client_id = g.client_id
                  and h.member_id = g.member_id and h.epoch = g.epoch) as holds
         from grants g
         where g.association_id = $1 and g.refresh_family = $2",
    )
    .bind(family)
    .optional()
    .await
}

/// Ends a code that was presented wrongly, with the tokens written for it that nobody has seen.
pub async fn burn(site: &Site, code: &TokenHash) -> Result<(), Error> {
    site.once(
        "update grants
         set revoked_at = $3, access_hash = null, access_expires_at = null, refresh_family = null,
             refresh_hash = null, refresh_expires_at = null
         where association_id = $1 and code_hash = $2 and revoked_at is null",
    )
    .bind(code)
    .bind(site.now)
    .run()
    .await
}

pub async fn owner(db: &mut Reader, code: &TokenHash) -> Result<Option<Owner>, Error> {
    db.find(
        "select client_id, member_id, consumed_at from grants
         where association_id = $1 and code_hash = $2",
    )
    .bind(code)
    .optional()
    .await
}

pub async fn revoke_in(tx: &mut Writer, code: &TokenHash) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update grants set revoked_at = $3
         where association_id = $1 and code_hash = $2 and revoked_at is null",
    )
    .bind(code)
    .bind(now)
    .run()
    .await
}

joined! {
    struct Bearer {
        access: Access,
        profile: Profile,
    }
}

pub async fn bearer(
    db: &mut Reader,
    access: &TokenHash,
) -> Result<Option<(Access, Profile)>, Error> {
    let now = db.now();
    let found: Option<Bearer> = db
        .find(
            "select coalesce(g.access_scope, g.scope) as scope, g.userinfo_claims, g.client_id,
                 m.member_id, m.epoch, m.first_name, m.last_name, m.job_title, m.phone, m.street,
                 m.city, m.region, m.postal_code, m.country, m.member_status, m.admin_since,
                 m.updated_at, m.details, o.name as company_name, l.email, l.email_verified_at
             from grants g
             join holders h
                 on h.association_id = g.association_id and h.client_id = g.client_id
                 and h.member_id = g.member_id and h.epoch = g.epoch
             join members m on m.association_id = g.association_id and m.member_id = g.member_id
             join logins l on l.association_id = g.association_id and l.member_id = g.member_id
             left join companies o
                 on o.association_id = m.association_id and o.company_id = m.company_id
             where g.association_id = $1 and g.access_hash = $2 and g.access_expires_at > $3
                 and g.revoked_at is null",
        )
        .bind(access)
        .bind(now)
        .optional()
        .await?;
    Ok(found.map(|found| (found.access, found.profile)))
}

pub async fn found_access(db: &mut Reader, access: &TokenHash) -> Result<Option<Found>, Error> {
    let now = db.now();
    db.find(
        "select g.client_id, g.member_id, coalesce(g.access_scope, g.scope) as scope, g.audience,
             coalesce(g.refreshed_at, g.consumed_at) as issued_at,
             g.access_expires_at as expires_at, cast(1 as bigint) as is_access
         from grants g
         join holders h
             on h.association_id = g.association_id and h.client_id = g.client_id
             and h.member_id = g.member_id and h.epoch = g.epoch
         where g.association_id = $1 and g.access_hash = $2 and g.access_expires_at > $3
             and g.revoked_at is null",
    )
    .bind(access)
    .bind(now)
    .optional()
    .await
}

pub async fn found_refresh(db: &mut Reader, refresh: &TokenHash) -> Result<Option<Found>, Error> {
    let now = db.now();
    db.find(
        "select g.client_id, g.member_id, g.scope, g.audience,
             coalesce(g.refreshed_at, g.consumed_at) as issued_at,
             g.refresh_expires_at as expires_at, cast(0 as bigint) as is_access
         from grants g
         join holders h
             on h.association_id = g.association_id and h.client_id = g.client_id
             and h.member_id = g.member_id and h.epoch = g.epoch
         where g.association_id = $1 and g.refresh_hash = $2 and g.refresh_expires_at > $3
             and g.revoked_at is null",
    )
    .bind(refresh)
    .bind(now)
    .optional()
    .await
}

pub async fn found_machine(db: &mut Reader, access: &TokenHash) -> Result<Option<Found>, Error> {
    let now = db.now();
    db.find(
        "select t.client_id, cast(null as text) as member_id, t.scope, t.audience,
             t.created_at as issued_at, t.expires_at, cast(1 as bigint) as is_access
         from machine_tokens t
         join clients c on c.association_id = t.association_id and c.client_id = t.client_id
         where t.association_id = $1 and t.access_hash = $2 and t.expires_at > $3
             and t.revoked_at is null and c.disabled_at is null and c.machine_since is not null",
    )
    .bind(access)
    .bind(now)
    .optional()
    .await
}

/// Ends the client's own access token; answers whose it is, ours or not.
pub async fn end_access(
    site: &Site,
    client: &ClientId,
    access: &TokenHash,
) -> Result<Option<ClientId>, Error> {
    site.once(
        "update grants set access_expires_at = $4
         where association_id = $1 and access_hash = $2 and client_id = $3
             and access_expires_at > $4",
    )
    .bind(access)
    .bind(client)
    .bind(site.now)
    .run()
    .await?;
    let owner: Option<(ClientId,)> = site
        .read()
        .find("select client_id from grants where association_id = $1 and access_hash = $2")
        .bind(access)
        .optional()
        .await?;
    Ok(owner.map(|(owner,)| owner))
}

pub async fn end_machine(
    site: &Site,
    client: &ClientId,
    access: &TokenHash,
) -> Result<Option<ClientId>, Error> {
    site.once(
        "update machine_tokens set revoked_at = $4
         where association_id = $1 and access_hash = $2 and client_id = $3
             and revoked_at is null",
    )
    .bind(access)
    .bind(client)
    .bind(site.now)
    .run()
    .await?;
    let owner: Option<(ClientId,)> = site
        .read()
        .find("select client_id from machine_tokens where association_id = $1 and access_hash = $2")
        .bind(access)
        .optional()
        .await?;
    Ok(owner.map(|(owner,)| owner))
}

pub async fn insert_machine(
    site: &Site,
    access: &TokenHash,
    client: &ClientId,
    scope: &str,
    audience: Option<&ClientId>,
    expires_at: Timestamp,
) -> Result<(), Error> {
    site.once(
        "insert into machine_tokens
             (association_id, access_hash, client_id, scope, audience, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(access)
    .bind(client)
    .bind(scope)
    .bind(audience)
    .bind(site.now)
    .bind(expires_at)
    .run()
    .await
}

pub async fn revoke_all(site: &Site, most: i64) -> Result<usize, Error> {
    let ended: Vec<(ClientId,)> = site
        .once(
            "update grants set revoked_at = $2
             where association_id = $1 and code_hash in (
                 select code_hash from grants
                 where association_id = $1 and revoked_at is null
                 limit $3)
             returning client_id",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(ended.len())
}

pub async fn revoke_all_machines(site: &Site, most: i64) -> Result<usize, Error> {
    let ended: Vec<(ClientId,)> = site
        .once(
            "update machine_tokens set revoked_at = $2
             where association_id = $1 and access_hash in (
                 select access_hash from machine_tokens
                 where association_id = $1 and revoked_at is null
                 limit $3)
             returning client_id",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(ended.len())
}

type Gone = (ClientId, Timestamp, Option<Timestamp>);

pub async fn forget(tx: &mut Writer, oldest: Timestamp, most: i64) -> Result<Vec<Gone>, Error> {
    tx.change(
        "delete from grants
         where association_id = $1 and code_hash in (
             select code_hash from grants
             where association_id = $1 and code_expires_at < $2 and refresh_expires_at is null
                 and (access_expires_at is null or access_expires_at < $2)
             limit $3)
         returning client_id, created_at,
             case when access_hash is not null then consumed_at end as consumed_at",
    )
    .bind(oldest)
    .bind(most)
    .all()
    .await
}

pub async fn forget_refreshed(
    tx: &mut Writer,
    oldest: Timestamp,
    most: i64,
) -> Result<Vec<Gone>, Error> {
    tx.change(
        "delete from grants
         where association_id = $1 and code_hash in (
             select code_hash from grants
             where association_id = $1 and refresh_expires_at < $2
             limit $3)
         returning client_id, created_at,
             case when access_hash is not null then consumed_at end as consumed_at",
    )
    .bind(oldest)
    .bind(most)
    .all()
    .await
}

pub async fn forget_machines(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(ClientId,)> = site
        .once(
            "delete from machine_tokens
             where association_id = $1 and access_hash in (
                 select access_hash from machine_tokens
                 where association_id = $1 and expires_at <= $2
                 limit $3)
             returning client_id",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}
