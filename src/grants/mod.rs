//! What a member has granted to an SSO client: a code, the tokens it buys, and those that follow.

mod challenge;
pub mod machine;
pub mod refresh;
mod store;
mod tokens;

use serde_json::value::RawValue;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, MemberId};
use crate::members::Profile;
use crate::token::{Purpose, Token, TokenHash};

pub use challenge::Challenge;
pub use tokens::{Found, Revoked, find, revoke};

pub const CODE_SECONDS: i64 = 60;
pub const ACCESS_SECONDS: i64 = 600;

/// A code to be issued, with what its authorization request said.
pub struct NewGrant<'a> {
    pub client_id: &'a ClientId,
    pub member: &'a Profile,
    pub redirect_uri: &'a str,
    /// The granted scopes, separated by blanks.
    pub scope: &'a str,
    /// What was asked for, where it is not what was granted.
    pub asked_scope: Option<&'a str>,
    pub nonce: Option<&'a str>,
    pub challenge: Option<&'a Challenge>,
    /// The claims of the ID token, as JSON.
    pub claims: &'a str,
    /// Claims that userinfo shows beyond those of the scopes, separated by blanks.
    pub userinfo_claims: Option<&'a str>,
    /// The resource server that the access token is meant for (RFC 8707).
    pub audience: Option<&'a ClientId>,
    pub auth_time: Timestamp,
    /// Whether a refresh token comes with it.
    pub is_offline: bool,
}

rows! {
    pub struct Grant {
        pub member_id: MemberId,
        pub scope: String,
        pub asked_scope: Option<String>,
        pub nonce: Option<String>,
        pub claims: String,
        pub auth_time: Timestamp,
        redirect_uri: String,
        challenge: Option<Challenge>,
        code_expires_at: Timestamp,
        refresh_expires_at: Option<Timestamp>,
    }

    /// Whom a code belongs to that bought nothing.
    struct Owner {
        client_id: ClientId,
        member_id: MemberId,
        consumed_at: Option<Timestamp>,
    }

    /// What an access token opens.
    pub struct Access {
        pub scope: String,
        /// Beyond those of the scope, separated by blanks.
        pub userinfo_claims: Option<String>,
        pub client_id: ClientId,
    }
}

/// Why a code or a refresh token bought nothing. Every refusal is `invalid_grant` to the client; the
/// log and the client's page say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is unknown")]
    Unknown,
    #[error("it was issued to another client")]
    AnotherClient,
    #[error("it was used before; what it bought is revoked")]
    Replayed,
    #[error("the client is switched off, or the member is out or not permitted any more")]
    Void,
    #[error("it has expired")]
    Expired,
    #[error("redirect_uri differs from the one in the authorization request")]
    RedirectUri,
    #[error("code_verifier does not match code_challenge")]
    Verifier,
    #[error("the scope is wider than the one granted")]
    Scope,
}

impl Grant {
    /// The conditions of RFC 6749 §4.1.3, and RFC 7636 §4.6.
    fn check(
        &self,
        redirect_uri: &str,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.code_expires_at <= now {
            Err(Refusal::Expired)
        } else if self.redirect_uri != redirect_uri {
            Err(Refusal::RedirectUri)
        } else if !Challenge::accepts(self.challenge.as_ref(), verifier) {
            Err(Refusal::Verifier)
        } else {
            Ok(())
        }
    }
}

/// What a code or a refresh token buys.
pub struct Purchase {
    pub member_id: MemberId,
    /// What the access token opens.
    pub scope: String,
    /// Whether that is something else than what was asked for.
    pub is_other_scope: bool,
    /// The claims of the ID token as they were when the member signed in.
    pub claims: Box<RawValue>,
    pub nonce: Option<String>,
    pub auth_time: Timestamp,
    pub access_token: Token,
    pub expires_in: i64,
    pub refresh_token: Option<Token>,
}

fn kept_claims(kept: String) -> Box<RawValue> {
    RawValue::from_string(kept).expect("claims are kept as the JSON they were made as")
}

pub async fn issue(site: &Site, grant: &NewGrant<'_>) -> Result<Token, db::Error> {
    let code = Token::random();
    let refresh_until = site.now.plus_seconds(refresh::LONGEST_SECONDS);
    let refresh_until = grant.is_offline.then_some(refresh_until);
    store::insert(site, grant, &code.hash(Purpose::Code), refresh_until).await?;
    Ok(code)
}

/// Trades a code for tokens, once.
///
/// A refusal is an outcome, not a failure, and stays in the database: a wrong verifier has burnt
/// the code (the token written with it is never shown to anyone), and a replay revokes.
pub async fn redeem(
    site: &Site,
    client: &ClientId,
    code: &Token,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<Result<Purchase, Refusal>, db::Error> {
    let hash = code.hash(Purpose::Code);
    let (access_token, refresh_token) = (Token::random(), refresh::first());
    let bought = store::Bought {
        access: &access_token.hash(Purpose::Access),
        access_expires_at: site.now.plus_seconds(ACCESS_SECONDS),
        family: &refresh::family(&refresh_token),
        refresh: &refresh_token.hash(Purpose::Refresh),
        refresh_expires_at: site.now.plus_seconds(refresh::IDLE_SECONDS),
    };
    let Some(grant) = store::redeem(site, client, &hash, &bought).await? else {
        return Ok(Err(refused(site, client, &hash).await?));
    };
    if let Err(refusal) = grant.check(redirect_uri, verifier, site.now) {
        store::burn(site, &hash).await?;
        return Ok(Err(refusal));
    }
    Ok(Ok(Purchase {
        member_id: grant.member_id,
        is_other_scope: grant.asked_scope.is_some(),
        scope: grant.scope,
        claims: kept_claims(grant.claims),
        nonce: grant.nonce,
        auth_time: grant.auth_time,
        access_token,
        expires_in: ACCESS_SECONDS,
        refresh_token: grant.refresh_expires_at.map(|_| refresh_token),
    }))
}

/// Says why, and does what the reason demands.
async fn refused(site: &Site, client: &ClientId, code: &TokenHash) -> Result<Refusal, db::Error> {
    let mut tx = site.write().await?;
    let Some(owner) = store::owner(&mut tx, code).await? else { return Ok(Refusal::Unknown) };
    let actor = Actor::Member(owner.member_id.clone());
    let refusal = if owner.client_id != *client {
        // The owner's grant stays: a thief must not be able to end it.
        let (kind, thief) = (Kind::CodeOfAnotherClient, client.as_str());
        events::record(&mut tx, &site.app.vault, kind, &actor, thief, &owner.client_id).await?;
        Refusal::AnotherClient
    } else if owner.consumed_at.is_some() {
        // RFC 6749 §4.1.2: "If an authorization code is used more than once, the authorization
        // server MUST deny the request and SHOULD revoke (when possible) all tokens previously
        // issued based on that authorization code."
        store::revoke_in(&mut tx, code).await?;
        let kind = Kind::CodeReplayed;
        events::record(&mut tx, &site.app.vault, kind, &actor, client.as_str(), &()).await?;
        Refusal::Replayed
    } else {
        Refusal::Void
    };
    tx.commit().await?;
    Ok(refusal)
}

/// Whose access token this is, as far as it still opens anything.
pub async fn bearer(
    site: &Site,
    access_token: &Token,
) -> Result<Option<(Access, Profile)>, db::Error> {
    store::bearer(&mut site.read(), &access_token.hash(Purpose::Access)).await
}

/// Revokes up to `most` grants, for an emergency that ends all of them; answers how many there were.
pub async fn revoke_all(site: &Site, most: i64) -> Result<usize, db::Error> {
    let machines = machine::revoke_all(site, most).await?;
    Ok(store::revoke_all(site, most).await?.max(machines))
}

/// A grant that is gone: whose client it was of, when it was made, and whether it was a sign-in.
pub struct Forgotten {
    pub client_id: ClientId,
    pub created_at: Timestamp,
    pub consumed_at: Option<Timestamp>,
}

/// Forgets up to `most` grants whose code and tokens expired before `oldest`.
pub async fn forget_expired(
    tx: &mut Writer,
    oldest: Timestamp,
    most: i64,
) -> Result<Vec<Forgotten>, db::Error> {
    let mut gone = store::forget(tx, oldest, most).await?;
    if gone.len() < usize::try_from(most).unwrap_or(usize::MAX) {
        gone.extend(store::forget_refreshed(tx, oldest, most - gone.len() as i64).await?);
    }
    let forgotten = gone.into_iter().map(|(client_id, created_at, consumed_at)| Forgotten {
        client_id,
        created_at,
        consumed_at,
    });
    Ok(forgotten.collect())
}
