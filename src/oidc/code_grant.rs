//! The authorization code grant (RFC 6749 §4.1.3).

use super::client_auth::Authenticated;
use super::error::Error;
use super::id_token;
use super::scope::{Scope, Scopes};
use super::token::TokenResponse;
use crate::associations::Site;
use crate::grants;
use crate::token::Token;

/// An extra `scope` or `state` is ignored: the strict Ruby client sends its scope here too.
pub async fn exchange(site: &Site, request: &Authenticated) -> Result<TokenResponse, Error> {
    let (client, params) = (&request.client, &request.params);
    let code = Token::presented(params.require("code")?);
    let redirect_uri = params.require("redirect_uri")?;
    let verifier = params.get("code_verifier");

    let bought = grants::redeem(site, &client.client_id, &code, redirect_uri, verifier).await??;

    // Without `openid` it is plain OAuth 2.0, and there is no ID token (PLATFORMS.md 2.3).
    let is_openid = Scopes::parse(&bought.grant.scope).has(Scope::Openid);
    let id_token =
        if is_openid { Some(id_token::issue(site, client, &bought).await?) } else { None };
    Ok(TokenResponse {
        access_token: bought.access_token.expose().to_owned(),
        token_type: "Bearer",
        expires_in: bought.expires_in,
        id_token,
        scope: bought.grant.asked_scope.as_ref().map(|_| bought.grant.scope.clone()),
    })
}
