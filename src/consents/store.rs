//! `consents`, and the grants that end with one.

use super::{Held, Kept};
use crate::db::{Error, Reader, Writer};
use crate::id::{ClientId, MemberId};

pub async fn find(
    db: &mut Reader,
    member: &MemberId,
    client: &ClientId,
) -> Result<Option<Kept>, Error> {
    db.find(
        "select scope, claims from consents
         where association_id = $1 and member_id = $2 and client_id = $3",
    )
    .bind(member)
    .bind(client)
    .optional()
    .await
}

pub async fn save(
    tx: &mut Writer,
    member: &MemberId,
    client: &ClientId,
    scope: &str,
    claims: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into consents
             (association_id, member_id, client_id, scope, claims, granted_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict (association_id, member_id, client_id)
         do update set scope = $4, claims = $5, updated_at = $6",
    )
    .bind(member)
    .bind(client)
    .bind(scope)
    .bind(claims)
    .bind(now)
    .run()
    .await
}

pub async fn delete(
    tx: &mut Writer,
    member: &MemberId,
    client: &ClientId,
) -> Result<Option<Kept>, Error> {
    tx.change(
        "delete from consents
         where association_id = $1 and member_id = $2 and client_id = $3
         returning scope, claims",
    )
    .bind(member)
    .bind(client)
    .optional()
    .await
}

/// Whether there was a code or a token that still opened something.
pub async fn revoke_grants(
    tx: &mut Writer,
    member: &MemberId,
    client: &ClientId,
) -> Result<bool, Error> {
    let now = tx.now();
    let revoked: Vec<(ClientId,)> = tx
        .change(
            "update grants set revoked_at = $4
             where association_id = $1 and member_id = $2 and client_id = $3
                 and revoked_at is null
                 and (access_expires_at > $4 or refresh_expires_at > $4
                      or (consumed_at is null and code_expires_at > $4))
             returning client_id",
        )
        .bind(member)
        .bind(client)
        .bind(now)
        .all()
        .await?;
    Ok(!revoked.is_empty())
}

pub async fn allowed(db: &mut Reader, member: &MemberId) -> Result<Vec<Held>, Error> {
    db.find(
        "select s.client_id, c.name, s.scope, s.claims, s.granted_at as since,
             (select max(coalesce(g.refreshed_at, g.created_at)) from grants g
              where g.association_id = s.association_id and g.member_id = s.member_id
                  and g.client_id = s.client_id) as last_used_at
         from consents s
         join clients c on c.association_id = s.association_id and c.client_id = s.client_id
         where s.association_id = $1 and s.member_id = $2",
    )
    .bind(member)
    .all()
    .await
}

pub async fn refreshable(db: &mut Reader, member: &MemberId) -> Result<Vec<Held>, Error> {
    let now = db.now();
    db.find(
        "select g.client_id, c.name, g.scope, coalesce(g.userinfo_claims, '') as claims,
             g.created_at as since, coalesce(g.refreshed_at, g.created_at) as last_used_at
         from grants g
         join clients c on c.association_id = g.association_id and c.client_id = g.client_id
         join members m on m.association_id = g.association_id and m.member_id = g.member_id
         where g.association_id = $1 and g.member_id = $2 and g.refresh_hash is not null
             and g.refresh_expires_at > $3 and g.revoked_at is null and m.epoch = g.epoch",
    )
    .bind(member)
    .bind(now)
    .all()
    .await
}
