//! The revocation endpoint (RFC 7009).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::client_auth::Authenticated;
use super::error::{Code, Error};
use crate::associations::Site;
use crate::grants::{self, Revoked};
use crate::token::Token;

/// `token_type_hint` is passed over: §2.1, "An authorization server MAY ignore this parameter". §2.2:
/// "The authorization server responds with HTTP status code 200 if the token has been revoked
/// successfully or if the client submitted an invalid token." Where the database did not do it, this
/// answers 503 and never 200 (SEC-B9).
pub async fn post(site: Site, request: Authenticated) -> Result<Response, Error> {
    let token = Token::presented(request.params.require("token")?);
    match grants::revoke(&site, &request.client.client_id, &token).await? {
        Revoked::Done => Ok(StatusCode::OK.into_response()),
        // §2.1: "If this validation fails, the request is refused and the client is informed of the
        // error".
        Revoked::AnotherClients => {
            Err(Error::new(Code::InvalidGrant, "the token was issued to another client"))
        }
    }
}
