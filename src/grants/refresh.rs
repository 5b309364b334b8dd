//! Refresh tokens (RFC 6749 §6, RFC 9700 §4.14): each is used once and names the family it is of, so
//! that one which comes again is known however old it is.
//!
//! A confidential client may present the last one again for some seconds while the one that followed
//! is unused: the answer was lost on its way. It gets the very same answer, because what follows from a
//! token is derived from it. Any other use of an old token ends the family (ARCHITECTURE.md 3.5).

use super::{ACCESS_SECONDS, Purchase, Refusal, kept_claims, store};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, MemberId};
use crate::token::{Purpose, Token, TokenHash, random_text};

pub const IDLE_SECONDS: i64 = 14 * 24 * 3600;
pub const LONGEST_SECONDS: i64 = 90 * 24 * 3600;
const RETRY_SECONDS: i64 = 10;
/// 128 bits that all tokens of a family begin with.
const HANDLE: usize = 22;

rows! {
    /// A family as its last use left it.
    pub struct Family {
        pub code_hash: TokenHash,
        pub client_id: ClientId,
        pub member_id: MemberId,
        pub scope: String,
        pub claims: String,
        pub auth_time: Timestamp,
        pub access_scope: Option<String>,
        pub access_expires_at: Option<Timestamp>,
        pub refresh_hash: TokenHash,
        pub refresh_before: Option<TokenHash>,
        pub refreshed_at: Option<Timestamp>,
        pub refresh_expires_at: Timestamp,
        pub revoked_at: Option<Timestamp>,
        /// 1 while its client and its member are in.
        pub holds: i64,
    }

    pub struct Refreshed {
        pub member_id: MemberId,
        pub scope: String,
        pub claims: String,
        pub auth_time: Timestamp,
    }
}

/// Whether a client proves itself; only such a one may retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Confidential,
    Public,
}

pub(super) fn first() -> Token {
    Token::presented(format!("{}{}", &random_text()[..HANDLE], random_text()))
}

pub(super) fn family(token: &Token) -> TokenHash {
    let handle = token.expose().get(..HANDLE).unwrap_or_default();
    Token::presented(handle).hash(Purpose::RefreshFamily)
}

/// What follows from a refresh token: the next one, and the access token that comes with it.
fn successors(site: &Site, token: &Token) -> (Token, Token) {
    let key = site.app.vault.derive("refresh successor");
    let handle = token.expose().get(..HANDLE).unwrap_or_default();
    let next = token.derived(&key, "refresh");
    (Token::presented(format!("{handle}{}", next.expose())), token.derived(&key, "access"))
}

/// Trades a refresh token for the next one. `scope` may narrow what the access token opens.
pub async fn redeem(
    site: &Site,
    client: &ClientId,
    kept: Kept,
    token: &Token,
    scope: Option<&str>,
) -> Result<Result<Purchase, Refusal>, db::Error> {
    let hash = token.hash(Purpose::Refresh);
    if let Some(scope) = scope {
        // RFC 6749 §6: "The requested scope MUST NOT include any scope not originally granted".
        let known = store::family(&mut site.read(), &family(token)).await?;
        let ours = known.filter(|known| known.client_id == *client);
        if ours.is_some_and(|ours| !is_within(scope, &ours.scope)) {
            return Ok(Err(Refusal::Scope));
        }
    }
    let (refresh_token, access_token) = successors(site, token);
    let next = store::Next {
        refresh: &refresh_token.hash(Purpose::Refresh),
        refresh_expires_at: site.now.plus_seconds(IDLE_SECONDS),
        access: &access_token.hash(Purpose::Access),
        access_expires_at: site.now.plus_seconds(ACCESS_SECONDS),
        access_scope: scope,
    };
    let Some(refreshed) = store::refresh(site, client, &hash, &next).await? else {
        return lost_or_refused(site, client, kept, token, scope).await;
    };
    Ok(Ok(Purchase {
        member_id: refreshed.member_id,
        scope: scope.map_or(refreshed.scope, str::to_owned),
        is_other_scope: false,
        claims: kept_claims(refreshed.claims),
        nonce: None,
        auth_time: refreshed.auth_time,
        access_token,
        expires_in: ACCESS_SECONDS,
        refresh_token: Some(refresh_token),
    }))
}

fn is_within(asked: &str, granted: &str) -> bool {
    asked.split_ascii_whitespace().all(|word| granted.split_ascii_whitespace().any(|it| it == word))
}

/// A token that is not the live one of its family: answered again, or the end of the family.
async fn lost_or_refused(
    site: &Site,
    client: &ClientId,
    kept: Kept,
    token: &Token,
    asked: Option<&str>,
) -> Result<Result<Purchase, Refusal>, db::Error> {
    let hash = token.hash(Purpose::Refresh);
    let mut tx = site.write().await?;
    let Some(found) = store::family(&mut tx, &family(token)).await? else {
        return Ok(Err(Refusal::Unknown));
    };
    let actor = Actor::Member(found.member_id.clone());
    if found.client_id != *client {
        // The owner's family stays: a thief must not be able to end it.
        let (kind, thief) = (Kind::RefreshOfAnotherClient, client.as_str());
        events::record(&mut tx, &site.app.vault, kind, &actor, thief, &found.client_id).await?;
        tx.commit().await?;
        return Ok(Err(Refusal::AnotherClient));
    }
    if found.revoked_at.is_some() || found.holds == 0 {
        return Ok(Err(Refusal::Void));
    }
    if found.refresh_expires_at <= site.now {
        return Ok(Err(Refusal::Expired));
    }
    let (refresh_token, access_token) = successors(site, token);
    let is_last = found.refresh_before.as_ref().is_some_and(|before| before.matches(&hash))
        && found.refresh_hash.matches(&refresh_token.hash(Purpose::Refresh));
    let is_fresh = found
        .refreshed_at
        .is_some_and(|at| site.now.seconds_since(at) < RETRY_SECONDS && at <= site.now);
    if kept == Kept::Confidential && is_last && is_fresh {
        let end = found.access_expires_at.unwrap_or(site.now);
        let opens = found.access_scope.as_deref().unwrap_or(&found.scope);
        return Ok(Ok(Purchase {
            member_id: found.member_id,
            scope: opens.to_owned(),
            is_other_scope: asked.unwrap_or(&found.scope) != opens,
            claims: kept_claims(found.claims),
            nonce: None,
            auth_time: found.auth_time,
            access_token,
            expires_in: end.seconds_since(site.now).max(0),
            refresh_token: Some(refresh_token),
        }));
    }
    // RFC 9700 §4.14.2: "the authorization server cannot determine which party submitted the invalid
    // refresh token, but it will revoke the active refresh token".
    store::revoke_in(&mut tx, &found.code_hash).await?;
    let kind = Kind::RefreshReplayed;
    events::record(&mut tx, &site.app.vault, kind, &actor, client.as_str(), &()).await?;
    tx.commit().await?;
    Ok(Err(Refusal::Replayed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_a_family_begin_alike_and_differ_otherwise() {
        let (one, other) = (first(), first());
        assert_eq!(one.expose().len(), HANDLE + 43);
        assert!(!family(&one).matches(&family(&other)));
        let cousin = Token::presented(format!("{}{}", &one.expose()[..HANDLE], random_text()));
        assert!(family(&one).matches(&family(&cousin)));
        assert!(!one.hash(Purpose::Refresh).matches(&cousin.hash(Purpose::Refresh)));
        // What is too short names no family that there could be.
        assert!(!family(&Token::presented("short")).matches(&family(&one)));
    }

    #[test]
    fn a_narrower_scope_is_within_and_a_wider_one_is_not() {
        assert!(is_within("openid", "openid profile"));
        assert!(is_within("profile openid", "openid profile"));
        assert!(!is_within("openid email", "openid profile"));
    }
}
