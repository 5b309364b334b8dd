//! The token endpoint (RFC 6749 §3.2): a grant goes in, tokens come out.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::client_auth::Authenticated;
use super::error::{Code, Error};
use super::scope::{Scope, Scopes};
use super::{client_credentials, code_grant, id_token, refresh_grant};
use crate::associations::Site;
use crate::clients::Client;
use crate::grants::Purchase;

pub const GRANT_TYPES: [&str; 3] = ["authorization_code", "refresh_token", "client_credentials"];

/// §5.1.
#[derive(Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    pub token_type: &'static str,
    pub expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Absent when granted as asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl TokenResponse {
    /// Without `openid` it is plain OAuth 2.0, and there is no ID token (PLATFORMS.md 2.3).
    pub async fn of(site: &Site, client: &Client, bought: Purchase) -> Result<Self, Error> {
        let is_openid = Scopes::parse(&bought.scope).has(Scope::Openid);
        let id_token =
            if is_openid { Some(id_token::issue(site, client, &bought).await?) } else { None };
        Ok(Self {
            access_token: bought.access_token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: bought.expires_in,
            id_token,
            refresh_token: bought.refresh_token.map(|token| token.expose().to_owned()),
            scope: bought.is_other_scope.then_some(bought.scope),
        })
    }
}

pub async fn post(site: Site, request: Authenticated) -> Result<Response, Error> {
    let response = match request.params.require("grant_type")? {
        "authorization_code" => code_grant::exchange(&site, &request).await?,
        "refresh_token" => refresh_grant::refresh(&site, &request).await?,
        "client_credentials" => client_credentials::grant(&site, &request).await?,
        _ => {
            let description =
                "grant_type must be authorization_code, refresh_token or client_credentials";
            return Err(Error::new(Code::UnsupportedGrantType, description));
        }
    };
    let mut response = Json(response).into_response();
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}
