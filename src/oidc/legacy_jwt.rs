//! `/sso/auth`: the JWT sign-on that partners of Novi know, for moving over and no longer
//! (PLATFORMS.md 4.1). A switch of each client, and never in discovery.
//!
//! The member signs in, and the browser comes back with an HS256 token under the client's Secret Key.
//! How Novi calls the parameter that carries it is not public; here it is [`PARAMETER`].

use axum::extract::RawQuery;
use axum::response::Response;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

use super::authorize::{self, Asked};
use super::callback::Callback;
use super::claims::{Scoped, Wanted};
use super::params::Params;
use super::request::AuthorizationRequest;
use super::response_mode::ResponseMode;
use super::scope::{Scope, Scopes};
use crate::associations::Site;
use crate::clients::Client;
use crate::clients::health::{self, Failure};
use crate::clients::secrets;
use crate::id::{ClientId, MemberId};
use crate::sessions::flow::Event;
use crate::sessions::{Session, Visitor};
use crate::token::random_text;
use crate::web;

const PARAMETER: &str = "token";
/// It travels through the browser's address bar, so it is of no use a minute later.
const SECONDS: i64 = 60;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a MemberId,
    aud: &'a ClientId,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(flatten)]
    scoped: Scoped<'a>,
}

/// 400 for a Client Id that is unknown or has not this switch on, and for a redirect URL that is not
/// on its list; http is on no list but that of a development site.
pub async fn get(
    site: Site,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, web::Error> {
    let params = Params::parse(query.unwrap_or_default().as_bytes())
        .map_err(|error| web::Error::request_malformed(&error.description))?;
    let client = authorize::client_of(&site, &params).await?;
    // Without a Secret Key there is nothing to sign with.
    if !client.has_legacy_sso || !client.auth_method.has_secret() {
        return Err(web::Error::unknown_client());
    }
    let asked = params.get("redirect_uri").unwrap_or_default();
    let Some(callback) = Callback::of(&site, &client, asked, ResponseMode::Query, None) else {
        health::failed(&site, &client.client_id, Failure::RedirectUrl).await?;
        return Err(web::Error::redirect_not_registered(&client.name));
    };
    let request = AuthorizationRequest::legacy(asked);
    authorize::step(&site, visitor, Asked { client, callback, request }, None, Event::Came).await
}

/// Basic facts, as Novi's overview article promises partners: name, e-mail and the unique id.
pub fn scopes() -> Scopes {
    Scopes::of(&[Scope::Profile, Scope::Email])
}

/// The way back with the token.
pub async fn answer(
    site: &Site,
    client: &Client,
    callback: Callback,
    session: &Session,
) -> Result<Response, web::Error> {
    let Some(secret) = secrets::for_signing(site, client).await? else {
        return Err(web::Error::broken("a client without a Secret Key cannot have legacy SSO"));
    };
    let claims = Claims {
        iss: site.association.issuer.as_str(),
        sub: &session.member.member_id,
        aud: &client.client_id,
        iat: site.now.unix_seconds(),
        exp: site.now.plus_seconds(SECONDS).unix_seconds(),
        jti: random_text(),
        scoped: Scoped::of(&session.member, Wanted::of(scopes())),
    };
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    let token = encode(&Header::new(Algorithm::HS256), &claims, &key);
    Ok(callback.with(PARAMETER, &token.map_err(web::Error::broken)?))
}
