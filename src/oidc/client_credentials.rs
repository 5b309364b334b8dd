//! The client credentials grant (RFC 6749 §4.4): a registered machine acts for itself.

use super::client_auth::Authenticated;
use super::error::{Code, Error};
use super::resource;
use super::token::TokenResponse;
use crate::associations::Site;
use crate::grants::{ACCESS_SECONDS, machine};

/// No member stands behind it, so no scope that tells of one is granted; what such a token may do is
/// the business of the resource server that it is meant for.
pub async fn grant(site: &Site, request: &Authenticated) -> Result<TokenResponse, Error> {
    let (client, params) = (&request.client, &request.params);
    // §4.4: "The client credentials grant type MUST only be used by confidential clients."
    if client.is_public() || !client.is_machine {
        let description = "this client is not registered as a machine";
        return Err(Error::new(Code::UnauthorizedClient, description));
    }
    if params.get("scope").is_some() {
        let description = "a machine has no scopes; name the resource that the token is for";
        return Err(Error::new(Code::InvalidScope, description));
    }
    let audience = resource::required(site, params).await?;
    let token = machine::issue(site, &client.client_id, "", audience.as_ref()).await?;
    // §4.4.3: "A refresh token SHOULD NOT be included."
    Ok(TokenResponse {
        access_token: token.expose().to_owned(),
        token_type: "Bearer",
        expires_in: ACCESS_SECONDS,
        id_token: None,
        refresh_token: None,
        scope: None,
    })
}
