//! `clients`, `redirect_urls`.

use super::{AtStake, Kept, Listed, RedirectUrl};
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};
use crate::id::ClientId;
use crate::token::TokenHash;

/// A Secret Key as it is kept: to verify by, to show again, and its first characters to tell it by.
pub struct Secret<'a> {
    pub hash: &'a TokenHash,
    pub sealed: &'a str,
    pub start: &'a str,
}

pub async fn find(db: &mut Reader, id: &ClientId) -> Result<Option<Kept>, Error> {
    db.find(
        "select client_id, name, token_auth_method, secret_hash, secret_start, secret_shown_at,
             secret_shown_by, disabled_at, disabled_by, version, updated_at
         from clients
         where association_id = $1 and client_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

pub async fn redirect_urls(db: &mut Reader, id: &ClientId) -> Result<Vec<RedirectUrl>, Error> {
    let urls: Vec<(RedirectUrl,)> = db
        .find(
            "select url from redirect_urls
             where association_id = $1 and client_id = $2
             order by position",
        )
        .bind(id)
        .all()
        .await?;
    Ok(urls.into_iter().map(|(url,)| url).collect())
}

/// All of an association, by name; there are at most some dozens.
pub async fn all(db: &mut Reader) -> Result<Vec<Listed>, Error> {
    db.find(
        "select c.client_id, c.name, u.url as first_url, c.disabled_at, c.disabled_by,
             coalesce((select max(g.created_at) from grants g
                       where g.association_id = c.association_id and g.client_id = c.client_id),
                      c.last_log_in_at) as last_log_in_at
         from clients c
         left join redirect_urls u
             on u.association_id = c.association_id and u.client_id = c.client_id and u.position = 0
         where c.association_id = $1
         order by c.name, c.client_id",
    )
    .all()
    .await
}

/// False when the Client Id is taken.
pub async fn insert(
    tx: &mut Writer,
    id: &ClientId,
    name: &str,
    auth_method: Option<&str>,
    secret: Option<&Secret<'_>>,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(ClientId,)> = tx
        .change(
            "insert into clients
                 (association_id, client_id, name, token_auth_method, secret_hash, secret_sealed,
                  secret_made_at, version, created_at, updated_at, secret_start)
             values ($1, $2, $3, $4, $5, $6, $7, 1, $7, $7, $8)
             on conflict do nothing
             returning client_id",
        )
        .bind(id)
        .bind(name)
        .bind(auth_method)
        .bind(secret.map(|secret| secret.hash))
        .bind(secret.map(|secret| secret.sealed))
        .bind(now)
        .bind(secret.map(|secret| secret.start))
        .optional()
        .await?;
    Ok(inserted.is_some())
}

pub async fn set_redirect_urls(
    tx: &mut Writer,
    id: &ClientId,
    urls: &[RedirectUrl],
) -> Result<(), Error> {
    tx.change("delete from redirect_urls where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    for (position, url) in (0_i64..).zip(urls) {
        tx.change(
            "insert into redirect_urls (association_id, client_id, position, url)
             values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(position)
        .bind(url)
        .run()
        .await?;
    }
    Ok(())
}

/// False when it is not the version that the admin saw.
pub async fn change(
    tx: &mut Writer,
    id: &ClientId,
    version: i64,
    name: &str,
) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(ClientId,)> = tx
        .change(
            "update clients set name = $4, version = version + 1, updated_at = $5
             where association_id = $1 and client_id = $2 and version = $3
             returning client_id",
        )
        .bind(id)
        .bind(version)
        .bind(name)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn disable(tx: &mut Writer, id: &ClientId, by: &str) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(ClientId,)> = tx
        .change(
            "update clients
             set disabled_at = $3, disabled_by = $4, updated_at = $3, version = version + 1
             where association_id = $1 and client_id = $2 and disabled_at is null
             returning client_id",
        )
        .bind(id)
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn enable(tx: &mut Writer, id: &ClientId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(ClientId,)> = tx
        .change(
            "update clients
             set disabled_at = null, disabled_by = null, updated_at = $3, version = version + 1
             where association_id = $1 and client_id = $2 and disabled_at is not null
             returning client_id",
        )
        .bind(id)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn revoke_grants(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update grants set revoked_at = $3
         where association_id = $1 and client_id = $2 and revoked_at is null",
    )
    .bind(id)
    .bind(now)
    .run()
    .await
}

/// Its codes, tokens and unfinished sign-ins go with it. Answers the name of what was there.
pub async fn delete(tx: &mut Writer, id: &ClientId) -> Result<Option<String>, Error> {
    tx.change("delete from grants where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from sign_ins where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from redirect_urls where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    let deleted: Option<(String,)> = tx
        .change("delete from clients where association_id = $1 and client_id = $2 returning name")
        .bind(id)
        .optional()
        .await?;
    Ok(deleted.map(|(name,)| name))
}

/// False for a public client or none at all.
pub async fn set_secret(
    tx: &mut Writer,
    id: &ClientId,
    secret: &Secret<'_>,
) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(ClientId,)> = tx
        .change(
            "update clients
             set secret_hash = $3, secret_sealed = $4, secret_made_at = $5, secret_start = $6,
                 secret_shown_at = null, secret_shown_by = null, updated_at = $5,
                 version = version + 1
             where association_id = $1 and client_id = $2 and secret_hash is not null
             returning client_id",
        )
        .bind(id)
        .bind(secret.hash)
        .bind(secret.sealed)
        .bind(now)
        .bind(secret.start)
        .optional()
        .await?;
    Ok(changed.is_some())
}

/// Notes who looks, and answers the sealed secret.
pub async fn shown(tx: &mut Writer, id: &ClientId, by: &str) -> Result<Option<String>, Error> {
    let now = tx.now();
    let sealed: Option<(String,)> = tx
        .change(
            "update clients set secret_shown_at = $3, secret_shown_by = $4
             where association_id = $1 and client_id = $2 and secret_sealed is not null
             returning secret_sealed",
        )
        .bind(id)
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    Ok(sealed.map(|(sealed,)| sealed))
}

/// Who came by it within the last day, and how many of its access tokens work now.
pub async fn at_stake(db: &mut Reader, id: &ClientId) -> Result<AtStake, Error> {
    let now = db.now();
    let found: Option<AtStake> = db
        .find(
            "select count(distinct member_id) as people,
                 count(case when access_expires_at > $3 then 1 end) as tokens
             from grants
             where association_id = $1 and client_id = $2 and created_at > $4
                 and revoked_at is null",
        )
        .bind(id)
        .bind(now)
        .bind(now.plus_seconds(-24 * 3600))
        .optional()
        .await?;
    Ok(found.unwrap_or(AtStake { people: 0, tokens: 0 }))
}

pub async fn logged_in(tx: &mut Writer, id: &ClientId, at: Timestamp) -> Result<(), Error> {
    tx.change(
        "update clients set last_log_in_at = $3
         where association_id = $1 and client_id = $2
             and (last_log_in_at is null or last_log_in_at < $3)",
    )
    .bind(id)
    .bind(at)
    .run()
    .await
}
