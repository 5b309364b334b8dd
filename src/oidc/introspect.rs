//! The introspection endpoint (RFC 7662): what a token is good for, told to those it is meant for.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::client_auth::Authenticated;
use super::error::{Code, Error};
use crate::associations::Site;
use crate::grants::{self, Found};
use crate::id::{ClientId, MemberId};
use crate::token::Token;

/// §2.2.
#[derive(Serialize)]
struct Active<'a> {
    active: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    client_id: &'a ClientId,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    exp: i64,
    iat: i64,
    /// A machine's token is about the machine itself.
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a ClientId>,
    iss: &'a str,
}

/// §2.2: "Note that to avoid disclosing too much of the authorization server's state to a third party,
/// the authorization server SHOULD NOT include any additional information about an inactive token".
#[derive(Serialize)]
struct Inactive {
    active: bool,
}

pub async fn post(site: Site, request: Authenticated) -> Result<Response, Error> {
    let client = &request.client;
    // §2.1: "the endpoint MUST also require some form of authorization".
    if client.is_public() {
        let description = "a public client cannot prove that it may ask";
        return Err(Error::new(Code::InvalidClient, description));
    }
    let token = Token::presented(request.params.require("token")?);
    let found = grants::find(&site, &token).await?;
    let found =
        found.filter(|found| may_see(&client.client_id, client.resource_url.is_some(), found));
    let Some(found) = found else { return Ok(Json(Inactive { active: false }).into_response()) };
    let sub = found.member_id.as_ref().map_or(found.client_id.as_str(), MemberId::as_str);
    let active = Active {
        active: true,
        scope: &found.scope,
        client_id: &found.client_id,
        token_type: (found.is_access == 1).then_some("Bearer"),
        exp: found.expires_at.unix_seconds(),
        iat: found.issued_at.unix_seconds(),
        sub,
        aud: found.audience.as_ref(),
        iss: site.association.issuer.as_str(),
    };
    Ok(Json(active).into_response())
}

/// A client sees its own tokens; a resource server also the access tokens that are meant for it
/// (SEC-C4).
fn may_see(client: &ClientId, is_resource_server: bool, found: &Found) -> bool {
    let is_meant =
        is_resource_server && found.is_access == 1 && found.audience.as_ref() == Some(client);
    found.client_id == *client || is_meant
}
