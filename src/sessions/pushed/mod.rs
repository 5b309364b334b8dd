//! Authorization requests that a client pushed before it sent a browser (RFC 9126).

mod store;

use crate::associations::Site;
use crate::db;
use crate::id::ClientId;
use crate::token::{Purpose, Token};

/// RFC 9126 §2.2: "expires_in […] typically a short-lived" one; long enough for a slow redirect.
pub const SECONDS: i64 = 90;

/// Keeps a request; answers the secret part of its `request_uri`.
pub async fn keep(site: &Site, client: &ClientId, request: &str) -> Result<Token, db::Error> {
    let reference = Token::random();
    let expires_at = site.now.plus_seconds(SECONDS);
    let hash = reference.hash(Purpose::PushedRequest);
    store::insert(site, &hash, client, request, expires_at).await?;
    if let Some(most) = site.app.settings.limits.pending_requests {
        store::drop_oldest(site, client, i64::from(most)).await?;
    }
    Ok(reference)
}

/// The request, once: §4, "the authorization server SHOULD treat request_uri values as one-time use".
pub async fn take(
    site: &Site,
    client: &ClientId,
    reference: &Token,
) -> Result<Option<String>, db::Error> {
    store::take(site, &reference.hash(Purpose::PushedRequest), client).await
}

pub(super) async fn forget_expired(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget(site, most).await
}
