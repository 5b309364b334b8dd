//! `grants`.

use super::{Access, Grant, NewGrant, Owner};
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
    expires_at: Timestamp,
) -> Result<(), Error> {
    site.once(
        "insert into grants
             (association_id, code_hash, client_id, member_id, epoch, redirect_uri, scope, nonce,
              challenge, claims, auth_time, created_at, code_expires_at, asked_scope)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
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
    .bind(expires_at)
    .bind(grant.asked_scope)
    .run()
    .await
}

/// Marks the code used and gives it its token, unless someone else was first. One statement, so
/// that two requests with the same code cannot both win, and what must hold now is asked in it.
pub async fn redeem(
    site: &Site,
    client: &ClientId,
    code: &TokenHash,
    access: &TokenHash,
    expires_at: Timestamp,
) -> Result<Option<Grant>, Error> {
    site.once(
        "update grants set consumed_at = $4, access_hash = $5, access_expires_at = $6
         where association_id = $1 and code_hash = $2 and client_id = $3
             and consumed_at is null and revoked_at is null
             and exists (select 1 from clients c
                         where c.association_id = $1 and c.client_id = $3
                             and c.disabled_at is null)
             and exists (select 1 from members m
                         where m.association_id = $1 and m.member_id = grants.member_id
                             and m.epoch = grants.epoch and m.deactivated_at is null)
         returning member_id, scope, asked_scope, nonce, claims, auth_time, redirect_uri, challenge,
             code_expires_at",
    )
    .bind(code)
    .bind(client)
    .bind(site.now)
    .bind(access)
    .bind(expires_at)
    .optional()
    .await
}

pub async fn revoke(site: &Site, code: &TokenHash) -> Result<(), Error> {
    site.once(
        "update grants set revoked_at = $3
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
            "select g.scope, m.member_id, m.epoch, m.first_name, m.last_name, m.job_title, m.phone,
                 m.street, m.city, m.region, m.postal_code, m.country, m.member_status,
                 m.admin_since, m.updated_at, o.name as company_name, l.email, l.email_verified_at
             from grants g
             join clients c on c.association_id = g.association_id and c.client_id = g.client_id
             join members m on m.association_id = g.association_id and m.member_id = g.member_id
             join logins l on l.association_id = g.association_id and l.member_id = g.member_id
             left join companies o
                 on o.association_id = m.association_id and o.company_id = m.company_id
             where g.association_id = $1 and g.access_hash = $2 and g.access_expires_at > $3
                 and g.revoked_at is null and c.disabled_at is null
                 and m.epoch = g.epoch and m.deactivated_at is null",
        )
        .bind(access)
        .bind(now)
        .optional()
        .await?;
    Ok(found.map(|found| (found.access, found.profile)))
}

pub async fn forget(
    tx: &mut Writer,
    oldest: Timestamp,
    most: i64,
) -> Result<Vec<(ClientId, Timestamp)>, Error> {
    tx.change(
        "delete from grants
         where association_id = $1 and code_hash in (
             select code_hash from grants
             where association_id = $1 and code_expires_at < $2
                 and (access_expires_at is null or access_expires_at < $2)
             limit $3)
         returning client_id, created_at",
    )
    .bind(oldest)
    .bind(most)
    .all()
    .await
}
