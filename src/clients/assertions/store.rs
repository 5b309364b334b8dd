//! `client_assertions`.

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::Error;
use crate::id::ClientId;
use crate::token::TokenHash;

/// One statement, so that of two requests with the same assertion one is the first.
pub async fn insert(
    site: &Site,
    client: &ClientId,
    jti: &TokenHash,
    expires_at: Timestamp,
) -> Result<bool, Error> {
    let first: Option<(ClientId,)> = site
        .once(
            "insert into client_assertions (association_id, client_id, jti_hash, expires_at)
             values ($1, $2, $3, $4)
             on conflict do nothing
             returning client_id",
        )
        .bind(client)
        .bind(jti)
        .bind(expires_at)
        .optional()
        .await?;
    Ok(first.is_some())
}

pub async fn forget(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(ClientId,)> = site
        .once(
            "delete from client_assertions
             where association_id = $1 and (client_id, jti_hash) in (
                 select client_id, jti_hash from client_assertions
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
