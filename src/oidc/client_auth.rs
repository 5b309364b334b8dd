//! Client authentication (RFC 6749 §2.3, OpenID Connect Core §9): post body, Basic, a signed assertion,
//! or none.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::client_assertion;
use super::error::{Code, Error};
use super::params::{FormParams, Params, authorization};
use crate::app::App;
use crate::associations::Site;
use crate::clients::health::{self, Failure};
use crate::clients::{self, Client, TokenAuthMethod, assertions, secrets};
use crate::id::ClientId;
use crate::sessions::throttle;
use crate::token::Token;
use crate::web;

/// A form posted by a client that proved who it is.
pub struct Authenticated {
    pub client: Arc<Client>,
    pub params: Params,
}

/// Who a request says it is from, and what it brings to prove it. Nothing of it is believed yet.
pub struct Credentials {
    pub client_id: String,
    proof: Proof,
}

enum Proof {
    /// By post body.
    Post(Token),
    /// As it came, and form-decoded: senders disagree on the encoding.
    Basic(Vec<Token>),
    Assertion(String),
    None,
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
        let credentials = presented(&headers, &params)?;
        let used_basic = credentials.method() == TokenAuthMethod::ClientSecretBasic;
        let client = match credentials.client_id.parse::<ClientId>() {
            Ok(id) => clients::find(&site, &id).await?,
            Err(_) => None,
        };
        let refusal = match client {
            Some(client) => match credentials.prove(&site, &client).await? {
                None => return Ok(Self { client, params }),
                Some(failure) => {
                    health::failed(&site, &client.client_id, failure).await?;
                    failure.as_text()
                }
            },
            None => "unknown_client",
        };
        let failed = throttle::client_failed(&site, &credentials.client_id, &address).await?;
        Err(match failed {
            Some(seconds) => Error::too_many(seconds),
            None => Error::invalid_client(used_basic).because(refusal),
        })
    }
}

impl Credentials {
    pub fn method(&self) -> TokenAuthMethod {
        match self.proof {
            Proof::Post(_) => TokenAuthMethod::ClientSecretPost,
            Proof::Basic(_) => TokenAuthMethod::ClientSecretBasic,
            Proof::Assertion(_) => TokenAuthMethod::PrivateKeyJwt,
            Proof::None => TokenAuthMethod::None,
        }
    }

    /// What may be its Secret Key: more than one where the header can be read in two ways.
    pub fn secrets(&self) -> &[Token] {
        match &self.proof {
            Proof::Post(secret) => std::slice::from_ref(secret),
            Proof::Basic(secrets) => secrets,
            Proof::Assertion(_) | Proof::None => &[],
        }
    }

    /// None when the client is who it says; otherwise why that is not believed.
    async fn prove(&self, site: &Site, client: &Client) -> Result<Option<Failure>, Error> {
        if client.disabled_at.is_some() {
            return Ok(Some(Failure::SwitchedOff));
        }
        let secret = self.secrets();
        // Every candidate is compared, so that time does not tell which form matched.
        let found = secret.iter().filter_map(|secret| client.secret(secret, site.now)).last();
        let fits = match client.auth_method {
            TokenAuthMethod::Secret => !secret.is_empty(),
            pinned => pinned == self.method(),
        };
        if !fits {
            return Ok(Some(Failure::Method));
        }
        match &self.proof {
            Proof::None => {}
            Proof::Assertion(assertion) => {
                if let Err(why) = proven(site, client, assertion).await? {
                    tracing::info!(client = %client.client_id, why, "assertion refused");
                    return Ok(Some(Failure::Assertion));
                }
            }
            Proof::Post(_) | Proof::Basic(_) if found.is_none() => {
                let expired = secret.iter().any(|secret| client.had_secret(secret, site.now));
                let failure = if expired { Failure::SecretKeyExpired } else { Failure::SecretKey };
                return Ok(Some(failure));
            }
            Proof::Post(_) | Proof::Basic(_) => {}
        }
        // Nothing depends on it: a client gets in although its use cannot be written down.
        let noted = secrets::note_use(site, client, self.method(), found);
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the last use of a client was not noted");
        }
        Ok(None)
    }
}

/// Whether this assertion is the client's, and presented for the first time.
async fn proven(
    site: &Site,
    client: &Client,
    assertion: &str,
) -> Result<Result<(), &'static str>, Error> {
    let Some(keys) = &client.keys else { return Ok(Err("it has no registered keys")) };
    let (issuer, endpoint) = (site.association.issuer.as_str(), site.url("/oauth/token"));
    let id = client.client_id.as_str();
    let checked = client_assertion::check(assertion, keys, id, &[issuer, &endpoint], site.now);
    let assertion = match checked {
        Ok(assertion) => assertion,
        Err(why) => return Ok(Err(why)),
    };
    let (jti, end) = (&assertion.jti, assertion.expires_at);
    let is_first = assertions::first_use(site, &client.client_id, jti, end).await?;
    Ok(if is_first { Ok(()) } else { Err("it was used before") })
}

/// "The client MUST NOT use more than one authentication method in each request."
pub fn presented(headers: &HeaderMap, params: &Params) -> Result<Credentials, Error> {
    let basic = authorization(headers)?.map(basic).transpose()?;
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    if let Some(asserted) = asserted(params)? {
        if basic.is_some() || secret.is_some() {
            return Err(twice());
        }
        // RFC 7521 §4.2: "client_id […] MUST identify the same client".
        if id.is_some_and(|id| id != asserted.client_id) {
            return Err(Error::invalid_client(false));
        }
        return Ok(asserted);
    }
    let in_body = |id: &str, proof| Credentials { client_id: id.to_owned(), proof };
    match (basic, id, secret) {
        (Some(_), _, Some(_)) => Err(twice()),
        (Some(basic), Some(id), None) if basic.client_id != id => {
            Err(Error::invalid_request("client_id differs from the one in the header"))
        }
        (Some(basic), _, None) => Ok(basic),
        (None, Some(id), Some(secret)) => Ok(in_body(id, Proof::Post(Token::presented(secret)))),
        (None, Some(id), None) => Ok(in_body(id, Proof::None)),
        (None, None, _) => {
            let description = "the client did not authenticate: send client_id and client_secret";
            Err(Error::new(Code::InvalidClient, description))
        }
    }
}

fn twice() -> Error {
    Error::invalid_request("the client authenticates twice; one method in each request")
}

/// RFC 7521 §4.2.
fn asserted(params: &Params) -> Result<Option<Credentials>, Error> {
    match (params.get("client_assertion_type"), params.get("client_assertion")) {
        (None, None) => Ok(None),
        (Some(client_assertion::TYPE), Some(assertion)) => {
            let claimed = client_assertion::claimed_client(assertion);
            let client_id = claimed.ok_or_else(|| Error::invalid_client(false))?;
            Ok(Some(Credentials { client_id, proof: Proof::Assertion(assertion.to_owned()) }))
        }
        (Some(_), Some(_)) => {
            Err(Error::invalid_request("client_assertion_type must be the one of RFC 7523"))
        }
        _ => Err(Error::invalid_request("client_assertion and its type come together")),
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
    Ok(Credentials { client_id: form_decoded(id), proof: Proof::Basic(secrets) })
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
