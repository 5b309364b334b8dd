//! A token that somebody presents to be looked at, or to be ended (RFC 7662, RFC 7009).

use super::{refresh, store};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, rows};
use crate::id::{ClientId, MemberId};
use crate::token::{Purpose, Token};

rows! {
    /// A live token.
    pub struct Found {
        pub client_id: ClientId,
        /// None for a machine's.
        pub member_id: Option<MemberId>,
        pub scope: String,
        /// The resource server that it is meant for.
        pub audience: Option<ClientId>,
        pub issued_at: Timestamp,
        pub expires_at: Timestamp,
        /// 1 for an access token, 0 for a refresh token.
        pub is_access: i64,
    }
}

/// How a revocation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is of no use any more, or never was.
    Done,
    /// It is another client's, and stays as it is.
    AnotherClients,
}

/// A token of either kind, as far as it still opens anything.
pub async fn find(site: &Site, token: &Token) -> Result<Option<Found>, db::Error> {
    let (access, mut db) = (token.hash(Purpose::Access), site.read());
    if let Some(found) = store::found_access(&mut db, &access).await? {
        return Ok(Some(found));
    }
    if let Some(found) = store::found_machine(&mut db, &access).await? {
        return Ok(Some(found));
    }
    store::found_refresh(&mut db, &token.hash(Purpose::Refresh)).await
}

/// An access token ends alone; a refresh token takes what was bought with it along (RFC 7009 §2.1:
/// "the authorization server SHOULD also invalidate all access tokens based on the same authorization
/// grant").
pub async fn revoke(site: &Site, client: &ClientId, token: &Token) -> Result<Revoked, db::Error> {
    let access = token.hash(Purpose::Access);
    let owner = match store::end_access(site, client, &access).await? {
        Some(owner) => Some(owner),
        None => store::end_machine(site, client, &access).await?,
    };
    let owner = match owner {
        Some(owner) => Some(owner),
        None => {
            let mut tx = site.write().await?;
            match store::family(&mut tx, &refresh::family(token)).await? {
                Some(family) if family.client_id == *client => {
                    store::revoke_in(&mut tx, &family.code_hash).await?;
                    tx.commit().await?;
                    Some(family.client_id)
                }
                Some(family) => Some(family.client_id),
                None => None,
            }
        }
    };
    Ok(match owner {
        Some(owner) if owner != *client => Revoked::AnotherClients,
        _ => Revoked::Done,
    })
}
