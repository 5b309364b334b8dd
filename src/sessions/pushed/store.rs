//! `pushed_requests`.

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::Error;
use crate::id::ClientId;
use crate::token::TokenHash;

pub async fn insert(
    site: &Site,
    reference: &TokenHash,
    client: &ClientId,
    request: &str,
    expires_at: Timestamp,
) -> Result<(), Error> {
    site.once(
        "insert into pushed_requests
             (association_id, request_hash, client_id, request, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(reference)
    .bind(client)
    .bind(request)
    .bind(site.now)
    .bind(expires_at)
    .run()
    .await
}

/// Keeps the newest `most` of a client.
pub async fn drop_oldest(site: &Site, client: &ClientId, most: i64) -> Result<(), Error> {
    site.once(
        "delete from pushed_requests
         where association_id = $1 and request_hash in (
             select request_hash from pushed_requests
             where association_id = $1 and client_id = $2
             order by created_at desc, request_hash
             limit 100 offset $3)",
    )
    .bind(client)
    .bind(most)
    .run()
    .await
}

/// One statement, so that of two browsers with the same reference one gets the request.
pub async fn take(
    site: &Site,
    reference: &TokenHash,
    client: &ClientId,
) -> Result<Option<String>, Error> {
    let taken: Option<(String,)> = site
        .once(
            "update pushed_requests set used_at = $4
             where association_id = $1 and request_hash = $2 and client_id = $3
                 and used_at is null and expires_at > $4
             returning request",
        )
        .bind(reference)
        .bind(client)
        .bind(site.now)
        .optional()
        .await?;
    Ok(taken.map(|(request,)| request))
}

pub async fn forget(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(ClientId,)> = site
        .once(
            "delete from pushed_requests
             where association_id = $1 and request_hash in (
                 select request_hash from pushed_requests
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
