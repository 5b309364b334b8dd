//! The token endpoint (RFC 6749 §3.2): a grant goes in, tokens come out.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::client_auth::Authenticated;
use super::code_grant;
use super::error::{Code, Error};
use crate::associations::Site;

/// §5.1.
#[derive(Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    pub token_type: &'static str,
    pub expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// Absent when granted as asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

pub async fn post(site: Site, request: Authenticated) -> Result<Response, Error> {
    let response = match request.params.require("grant_type")? {
        "authorization_code" => code_grant::exchange(&site, &request).await?,
        _ => {
            let description = "grant_type must be authorization_code";
            return Err(Error::new(Code::UnsupportedGrantType, description));
        }
    };
    let mut response = Json(response).into_response();
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}
