//! Assertions that clients have authenticated with: each counts once (RFC 7523 §3, SEC-C7).

mod store;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db;
use crate::id::ClientId;
use crate::token::{Purpose, Token};

/// False when the client has used this `jti` before. It is kept until the assertion has expired,
/// which bounds the table.
pub async fn first_use(
    site: &Site,
    client: &ClientId,
    jti: &str,
    expires_at: Timestamp,
) -> Result<bool, db::Error> {
    let hash = Token::presented(jti).hash(Purpose::Assertion);
    store::insert(site, client, &hash, expires_at).await
}

/// Forgets up to `most` that have expired.
pub async fn forget_expired(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget(site, most).await
}
