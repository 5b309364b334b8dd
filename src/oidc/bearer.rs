//! An access token presented as a bearer token (RFC 6750 §2).

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Method;

use super::error::{Code, Error};
use super::params::{FormParams, authorization, is_form};
use crate::app::App;
use crate::associations::Site;
use crate::grants::{self, Access};
use crate::members::Profile;
use crate::token::Token;

/// What the token opens, and whose it is.
pub struct Bearer {
    pub access: Access,
    pub member: Profile,
}

impl FromRequest<App> for Bearer {
    type Rejection = Error;

    /// In the header, or in the form of a POST; never in the URL, where it would be logged.
    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (mut parts, body) = request.into_parts();
        let site = Site::from_request_parts(&mut parts, app).await?;
        let in_header = authorization(&parts.headers)?.map(from_header).transpose()?;
        let in_form = if parts.method == Method::POST && is_form(&parts.headers) {
            let form = FormParams::from_request(Request::from_parts(parts, body), app).await?;
            form.0.get("access_token").map(Token::presented)
        } else {
            None
        };
        let token = match (in_header, in_form) {
            (Some(_), Some(_)) => {
                // §2: "Clients MUST NOT use more than one method to transmit the token in each request."
                return Err(Error::invalid_request("the access token came twice"));
            }
            (Some(token), None) | (None, Some(token)) => token,
            (None, None) => return Err(Error::missing_token()),
        };
        let found = grants::bearer(&site, &token).await?;
        let (access, member) = found
            .ok_or_else(|| invalid("the access token is unknown, expired, revoked or malformed"))?;
        Ok(Self { access, member })
    }
}

fn from_header(value: &str) -> Result<Token, Error> {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            Ok(Token::presented(token.trim()))
        }
        _ => Err(invalid("the Authorization header holds no bearer token")),
    }
}

fn invalid(description: &'static str) -> Error {
    Error::new(Code::InvalidToken, description)
}
