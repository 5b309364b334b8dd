//! The ID token (OpenID Connect Core §2).

use serde::Serialize;
use serde_json::value::RawValue;

use crate::associations::Site;
use crate::clients::Client;
use crate::grants::Purchase;
use crate::id::{ClientId, MemberId};
use crate::signing;
use crate::token::{base64url, sha256};

pub const SECONDS: i64 = 300;

#[derive(Serialize)]
struct Claims<'a> {
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

/// The scopes' claims stand in it too, except `groups`: some clients read only the ID token
/// (PLATFORMS.md 11.6). They were made JSON when the code was issued; here the two halves meet.
pub async fn issue(
    site: &Site,
    client: &Client,
    bought: &Purchase,
) -> Result<String, signing::Error> {
    let grant = &bought.grant;
    let own = Claims {
        iss: site.association.issuer.as_str(),
        sub: &grant.member_id,
        aud: &client.client_id,
        iat: site.now.unix_seconds(),
        exp: site.now.plus_seconds(SECONDS).unix_seconds(),
        auth_time: grant.auth_time.unix_seconds(),
        // "If present in the Authentication Request, Authorization Servers MUST include a nonce
        // Claim in the ID Token with the Claim Value being the nonce value sent".
        nonce: grant.nonce.as_deref(),
        at_hash: at_hash(bought.access_token.expose()),
    };
    let ring = site.ring().await?;
    Ok(ring.current.sign(&merged(&own, &grant.claims())))
}

/// §3.1.3.6: "base64url encoding of the left-most half of the hash of the octets of the ASCII
/// representation of the access_token value".
fn at_hash(access_token: &str) -> String {
    base64url(&sha256(access_token)[..16])
}

/// Two JSON objects as one.
fn merged(own: &Claims<'_>, scoped: &RawValue) -> Box<RawValue> {
    let mut json = serde_json::to_string(own).expect("claims are text and numbers");
    let scoped = scoped.get();
    if scoped.len() > 2 {
        json.pop();
        json.push(',');
        json.push_str(&scoped[1..]);
    }
    RawValue::from_string(json).expect("two objects in JSON make one")
}
