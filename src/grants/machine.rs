//! Access tokens of machines (RFC 6749 §4.4): a client that acts for itself, with no member behind it.

use super::{ACCESS_SECONDS, store};
use crate::associations::Site;
use crate::db;
use crate::id::ClientId;
use crate::token::{Purpose, Token};

/// `audience` is the resource server that it is meant for (RFC 8707).
pub async fn issue(
    site: &Site,
    client: &ClientId,
    scope: &str,
    audience: Option<&ClientId>,
) -> Result<Token, db::Error> {
    let token = Token::random();
    let (hash, end) = (token.hash(Purpose::Access), site.now.plus_seconds(ACCESS_SECONDS));
    store::insert_machine(site, &hash, client, scope, audience, end).await?;
    Ok(token)
}

pub(super) async fn revoke_all(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::revoke_all_machines(site, most).await
}

pub async fn forget_expired(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_machines(site, most).await
}
