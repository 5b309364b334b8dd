//! Client authentication at the token endpoint (RFC 6749 §2.3.1): post body, Basic, or none.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::error::{Code, Error};
use super::params::{FormParams, Params, authorization};
use crate::app::App;
use crate::associations::Site;
use crate::clients::{self, Client, TokenAuthMethod};
use crate::clock::Timestamp;
use crate::id::ClientId;
use crate::sessions::throttle;
use crate::token::Token;
use crate::web;

/// A form posted by a client that proved who it is.
pub struct Authenticated {
    pub client: Arc<Client>,
    pub params: Params,
}

struct Credentials {
    client_id: String,
    /// As it came, and, from Basic, form-decoded: senders disagree on the encoding.
    secrets: Vec<Token>,
    method: TokenAuthMethod,
}

impl FromRequest<App> for Authenticated {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (mut parts, body) = request.into_parts();
        let site = Site::from_request_parts(&mut parts, app).await?;
        let address = web::client_address(&parts, app).key();
        let headers = parts.headers.clone();
        let FormParams(params) =
            FormParams::from_request(Request::from_parts(parts, body), app).await?;
        let credentials = credentials(&headers, &params)?;
        let used_basic = credentials.method == TokenAuthMethod::ClientSecretBasic;
        let client = match credentials.client_id.parse::<ClientId>() {
            Ok(id) => clients::find(&site, &id).await?,
            Err(_) => None,
        };
        match client {
            Some(client) if credentials.prove(&client, site.now) => Ok(Self { client, params }),
            _ => {
                let failed = throttle::client_failed(&site, &credentials.client_id, &address);
                Err(match failed.await? {
                    Some(seconds) => Error::too_many(seconds),
                    None => Error::invalid_client(used_basic),
                })
            }
        }
    }
}

impl Credentials {
    fn prove(&self, client: &Client, now: Timestamp) -> bool {
        if client.disabled_at.is_some() {
            return false;
        }
        let method_fits = match client.auth_method {
            TokenAuthMethod::Secret => self.method != TokenAuthMethod::None,
            pinned => pinned == self.method,
        };
        // Every candidate is compared, so that time does not tell which form matched.
        let matches =
            self.secrets.iter().filter(|secret| client.secret(secret, now).is_some()).count();
        method_fits && (client.is_public() || matches > 0)
    }
}

/// "The client MUST NOT use more than one authentication method in each request."
fn credentials(headers: &HeaderMap, params: &Params) -> Result<Credentials, Error> {
    let basic = authorization(headers)?.map(basic).transpose()?;
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    match (basic, id, secret) {
        (Some(_), _, Some(_)) => {
            Err(Error::invalid_request("the client authenticates twice: by header and by body"))
        }
        (Some(basic), Some(id), None) if basic.client_id != id => {
            Err(Error::invalid_request("client_id differs from the one in the header"))
        }
        (Some(basic), _, None) => Ok(basic),
        (None, Some(id), Some(secret)) => Ok(Credentials {
            client_id: id.to_owned(),
            secrets: vec![Token::presented(secret)],
            method: TokenAuthMethod::ClientSecretPost,
        }),
        (None, Some(id), None) => Ok(Credentials {
            client_id: id.to_owned(),
            secrets: Vec::new(),
            method: TokenAuthMethod::None,
        }),
        (None, None, _) => {
            let description = "the client did not authenticate: send client_id and client_secret";
            Err(Error::new(Code::InvalidClient, description))
        }
    }
}

/// The RFC encodes both parts as form values before base64; half of the world does not.
fn basic(value: &str) -> Result<Credentials, Error> {
    let decoded = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((id, secret)) = decoded.as_deref().and_then(|pair| pair.split_once(':')) else {
        return Err(Error::invalid_client(true));
    };
    let mut secrets = vec![Token::presented(secret)];
    let decoded_secret = form_decoded(secret);
    if decoded_secret != secret {
        secrets.push(Token::presented(decoded_secret));
    }
    let method = TokenAuthMethod::ClientSecretBasic;
    Ok(Credentials { client_id: form_decoded(id), secrets, method })
}

fn form_decoded(text: &str) -> String {
    // As the value of a pair, so that `=` and `&` in it stay what they are.
    let protected = text.replace('&', "%26").replace('=', "%3D");
    let mut pairs = form_urlencoded::parse(protected.as_bytes());
    pairs.next().map_or_else(String::new, |(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_of_basic_are_decoded_as_form_values() {
        assert_eq!(form_decoded("a%20b+c%2F"), "a b c/");
        assert_eq!(form_decoded("a&b=c"), "a&b=c");
        assert_eq!(form_decoded(""), "");
    }
}
