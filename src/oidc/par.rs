//! Pushed authorization requests (RFC 9126): the client sends its request itself, and the browser
//! brings only a reference to it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::authorize;
use super::client_auth::Authenticated;
use super::error::Error;
use super::params::Params;
use super::response_mode::ResponseMode;
use crate::associations::Site;
use crate::clients::Client;
use crate::clients::health::{self, Failure};
use crate::db;
use crate::sessions::pushed;
use crate::token::Token;

/// §2.2.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

#[derive(Serialize)]
struct Pushed {
    request_uri: String,
    expires_in: i64,
}

/// §2.1: "The authorization server MUST […] Validate the pushed request as it would an authorization
/// request sent to the authorization endpoint."
pub async fn post(site: Site, request: Authenticated) -> Result<Response, Error> {
    let (client, params) = (&request.client, &request.params);
    // "Reject the request if the request_uri authorization request parameter is provided."
    if params.get("request_uri").is_some() {
        return Err(Error::invalid_request("request_uri cannot be pushed"));
    }
    let Some(mode) = ResponseMode::parse(params.get("response_mode")) else {
        health::failed(&site, &client.client_id, Failure::Request).await?;
        return Err(Error::invalid_request("response_mode must be query or form_post"));
    };
    let redirect_uri = params.require("redirect_uri");
    if !redirect_uri.as_ref().is_ok_and(|asked| client.redirect_url(asked).is_some()) {
        health::failed(&site, &client.client_id, Failure::RedirectUrl).await?;
        let unlisted = || Error::invalid_request("redirect_uri is not on the list of this client");
        return Err(redirect_uri.err().unwrap_or_else(unlisted));
    }
    if let Err(error) = authorize::check(&site, client, params, mode).await {
        health::failed(&site, &client.client_id, authorize::failure(client, params)).await?;
        return Err(error);
    }
    let kept = params.without(&["client_secret", "client_assertion", "client_assertion_type"]);
    let reference = pushed::keep(&site, &client.client_id, &kept.encoded()).await?;
    let answer = Pushed {
        request_uri: format!("{PREFIX}{}", reference.expose()),
        expires_in: pushed::SECONDS,
    };
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// The secret part of a `request_uri` of ours; anything else is a reference that nobody follows
/// (SEC-S1).
pub fn reference(request_uri: &str) -> Option<Token> {
    request_uri.strip_prefix(PREFIX).map(Token::presented)
}

/// The parameters that were pushed, once. They count instead of all that the browser brings.
pub async fn take(
    site: &Site,
    client: &Client,
    reference: &Token,
) -> Result<Option<Params>, db::Error> {
    let taken = pushed::take(site, &client.client_id, reference).await?;
    Ok(taken.and_then(|taken| Params::parse(taken.as_bytes()).ok()))
}
