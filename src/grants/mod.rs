//! What a member has granted to an SSO client: a code, then the access token it buys.

mod challenge;
mod store;

use serde_json::value::RawValue;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, MemberId};
use crate::members::Profile;
use crate::token::{Purpose, Token, TokenHash};

pub use challenge::Challenge;

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
    pub auth_time: Timestamp,
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
    }
}

/// Why a code bought nothing. Every refusal is `invalid_grant` to the client; the log says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the code is unknown")]
    Unknown,
    #[error("the code was issued to another client")]
    AnotherClient,
    #[error("the code was redeemed before; what it bought is revoked")]
    Replayed,
    #[error("the client is switched off, or the member is out")]
    Void,
    #[error("the code has expired")]
    Expired,
    #[error("redirect_uri differs from the one in the authorization request")]
    RedirectUri,
    #[error("code_verifier does not match code_challenge")]
    Verifier,
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

    /// The claims of the ID token as they were when the member signed in.
    pub fn claims(&self) -> Box<RawValue> {
        let kept = RawValue::from_string(self.claims.clone());
        kept.expect("claims are kept as the JSON they were made as")
    }
}

/// What a code buys.
pub struct Purchase {
    pub grant: Grant,
    pub access_token: Token,
    pub expires_in: i64,
}

pub async fn issue(site: &Site, grant: &NewGrant<'_>) -> Result<Token, db::Error> {
    let code = Token::random();
    let expires_at = site.now.plus_seconds(CODE_SECONDS);
    store::insert(site, grant, &code.hash(Purpose::Code), expires_at).await?;
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
    let (hash, access_token) = (code.hash(Purpose::Code), Token::random());
    let expires_at = site.now.plus_seconds(ACCESS_SECONDS);
    let access = access_token.hash(Purpose::Access);
    let Some(grant) = store::redeem(site, client, &hash, &access, expires_at).await? else {
        return Ok(Err(refused(site, client, &hash).await?));
    };
    match grant.check(redirect_uri, verifier, site.now) {
        Ok(()) => Ok(Ok(Purchase { grant, access_token, expires_in: ACCESS_SECONDS })),
        Err(refusal) => {
            store::revoke(site, &hash).await?;
            Ok(Err(refusal))
        }
    }
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

/// Forgets up to `most` grants whose code and token expired before `oldest`; answers whose client
/// each was of, and when it was made.
pub async fn forget_expired(
    tx: &mut Writer,
    oldest: Timestamp,
    most: i64,
) -> Result<Vec<(ClientId, Timestamp)>, db::Error> {
    store::forget(tx, oldest, most).await
}
