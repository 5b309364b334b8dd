//! The ID token (OpenID Connect Core §2).

use serde::Serialize;
use serde_json::value::RawValue;

use super::acr;
use super::claims::{Claim, Scoped, Wanted};
use super::claims_request::ClaimsRequest;
use super::scope::{Scope, Scopes};
use crate::associations::Site;
use crate::clients::Client;
use crate::grants::Purchase;
use crate::id::{ClientId, MemberId, Sid};
use crate::members::Profile;
use crate::sessions::Session;
use crate::token::{base64url, sha256};
use crate::{db, groups, signing};

pub const SECONDS: i64 = 300;

/// What is the same in every ID token of a grant: made when its code is issued, and kept with it.
#[derive(Serialize)]
pub struct Kept<'a> {
    acr: &'static str,
    amr: [&'static str; 1],
    /// OpenID Connect Back-Channel Logout §2.1: "sid […] Identifier for a Session".
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a Sid>,
    #[serde(flatten)]
    scoped: Scoped<'a>,
}

/// What is each ID token's own.
#[derive(Serialize)]
struct Own<'a> {
    iss: &'a str,
    sub: &'a MemberId,
    aud: &'a ClientId,
    iat: i64,
    exp: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    at_hash: String,
}

/// Which claims about the member stand in a client's ID token: those of the scopes, because some
/// clients read only that (PLATFORMS.md 11.6), unless the client is switched to lean ones; and those
/// asked for by name. `groups` only by name.
pub fn wanted(client: &Client, scopes: Scopes, request: &ClaimsRequest) -> Wanted {
    let of_scopes = match client.has_lean_id_token {
        true => Wanted::default(),
        false => Wanted::of(scopes).without(Claim::Groups),
    };
    of_scopes.and(request.id_token)
}

/// The kept half of a client's ID tokens for a member.
pub async fn kept<'a>(
    site: &Site,
    client: &Client,
    member: &'a Profile,
    sid: Option<&'a Sid>,
    wanted: Wanted,
) -> Result<Kept<'a>, db::Error> {
    let mut scoped = Scoped::of(member, wanted);
    if wanted.has(Claim::Groups) {
        let (mut db, id) = (site.read(), &member.member_id);
        let names = groups::names_for(&mut db, id, &client.client_id).await?;
        scoped.groups = Some(names).filter(|names| !names.is_empty());
    }
    Ok(Kept { acr: acr::PASSWORD, amr: acr::METHODS, sid, scoped })
}

/// The same as the grant keeps it. Plain OAuth 2.0 has no ID token, and keeps nothing.
pub async fn claims_of(
    site: &Site,
    client: &Client,
    session: &Session,
    scopes: Scopes,
    request: &ClaimsRequest,
) -> Result<String, db::Error> {
    if !scopes.has(Scope::Openid) {
        return Ok("{}".to_owned());
    }
    let wanted = wanted(client, scopes, request);
    let sid = session.times.sid.as_ref();
    let kept = kept(site, client, &session.member, sid, wanted).await?;
    Ok(serde_json::to_string(&kept).expect("claims are text, numbers and lists of them"))
}

/// The kept claims were made JSON when the code was issued; here the two halves meet.
pub async fn issue(
    site: &Site,
    client: &Client,
    bought: &Purchase,
) -> Result<String, signing::Error> {
    let own = Own {
        iss: site.association.issuer.as_str(),
        sub: &bought.member_id,
        aud: &client.client_id,
        iat: site.now.unix_seconds(),
        exp: site.now.plus_seconds(SECONDS).unix_seconds(),
        auth_time: bought.auth_time.unix_seconds(),
        // "If present in the Authentication Request, Authorization Servers MUST include a nonce
        // Claim in the ID Token with the Claim Value being the nonce value sent". §12.2 of a refreshed
        // one: "it SHOULD NOT have a nonce Claim".
        nonce: bought.nonce.as_deref(),
        at_hash: at_hash(bought.access_token.expose()),
    };
    let ring = site.ring().await?;
    Ok(ring.current.sign(&merged(&own, &bought.claims)))
}

/// §3.1.3.6: "base64url encoding of the left-most half of the hash of the octets of the ASCII
/// representation of the access_token value".
fn at_hash(access_token: &str) -> String {
    base64url(&sha256(access_token)[..16])
}

/// Two JSON objects as one.
fn merged(own: &Own<'_>, kept: &RawValue) -> Box<RawValue> {
    let mut json = serde_json::to_string(own).expect("claims are text and numbers");
    let kept = kept.get();
    if kept.len() > 2 {
        json.pop();
        json.push(',');
        json.push_str(&kept[1..]);
    }
    RawValue::from_string(json).expect("two objects in JSON make one")
}
