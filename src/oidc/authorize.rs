//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2), by GET and by POST.
//!
//! Errors before client and redirect URL are known are pages; after it, they go back to the client.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::callback::Callback;
use super::claims::Scoped;
use super::error::{Code, Error};
use super::params::{Params, QueryOrForm, encode};
use super::scope::Scopes;
use crate::associations::Site;
use crate::clients::{self, Client};
use crate::grants::{self, Challenge, NewGrant};
use crate::id::{ClientId, SignInId};
use crate::sessions::flow::{self, Event, Next};
use crate::sessions::{self, Session, Visitor};
use crate::token::Token;
use crate::web::{self, ClientAddress};

/// The parameters that outlive the first request: kept while its member signs in.
#[derive(Serialize, Deserialize, Default)]
struct Kept {
    redirect_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_challenge: Option<String>,
    /// `prompt=none`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    silent: bool,
}

pub async fn get(
    site: Site,
    visitor: Visitor,
    QueryOrForm(params): QueryOrForm,
) -> Result<Response, web::Error> {
    let params = params.map_err(unreadable)?;
    if let Some(id) = params.get("request_id") {
        return resume(&site, visitor, &SignInId::presented(id), params.get("client_id")).await;
    }
    let client = client_of(&site, &params).await?;
    let callback = callback_of(&site, &client, &params)?;
    let (kept, challenge, scopes) = match check(&client, &params) {
        Ok(checked) => checked,
        Err(error) => return Ok(callback.error(&error)),
    };
    if let Some(session) = &visitor.session {
        return issue(&site, &client, callback, &kept, challenge.as_ref(), scopes, session).await;
    }
    if kept.silent {
        return Ok(callback.error(&nobody_is_signed_in()));
    }
    let id = keep(&site, &client, &kept, Some(&visitor.browser), visitor.address).await?;
    let log_in = format!("/log-in?request={id}&client_id={}", client.client_id);
    Ok(visitor.keep_browser(&site, Redirect::to(&log_in)))
}

/// A cross-site POST brings no cookies, so this looks at none: the request comes back by GET.
pub async fn post(
    site: Site,
    address: ClientAddress,
    QueryOrForm(params): QueryOrForm,
) -> Result<Response, web::Error> {
    let params = params.map_err(unreadable)?;
    let client = client_of(&site, &params).await?;
    let callback = callback_of(&site, &client, &params)?;
    match check(&client, &params) {
        Ok((kept, ..)) => {
            let id = keep(&site, &client, &kept, None, address).await?;
            Ok(Redirect::to(&resumption(&id, &client)).into_response())
        }
        Err(error) => Ok(callback.error(&error)),
    }
}

fn unreadable(error: Error) -> web::Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => web::Error::too_large(),
        _ => web::Error::request_malformed(&error.description),
    }
}

/// Comes back to a request that was kept.
async fn resume(
    site: &Site,
    visitor: Visitor,
    id: &SignInId,
    client_id: Option<&str>,
) -> Result<Response, web::Error> {
    let Some(pending) = sessions::pending(site, id, &visitor.browser).await? else {
        return start_anew(site, client_id).await;
    };
    let event = if visitor.session.is_some() { Event::SignedIn } else { Event::NotSignedIn };
    let (state, what) = flow::next(pending.state, event);
    let kept: Kept = serde_json::from_str(&pending.request).map_err(web::Error::broken)?;
    let (Next::IssueCode, Some(session)) = (what, &visitor.session) else {
        return match what {
            Next::AskForPassword if kept.silent => {
                let (_, callback) = reopened(site, &pending.client_id, &kept).await?;
                Ok(callback.error(&nobody_is_signed_in()))
            }
            Next::AskForPassword => {
                let log_in = format!("/log-in?request={id}&client_id={}", pending.client_id);
                Ok(visitor.keep_browser(site, Redirect::to(&log_in)))
            }
            Next::StartAnew | Next::IssueCode => {
                start_anew(site, Some(pending.client_id.as_str())).await
            }
        };
    };
    let (client, callback) = reopened(site, &pending.client_id, &kept).await?;
    if !sessions::moved(site, &pending, state).await? {
        return start_anew(site, Some(pending.client_id.as_str())).await;
    }
    let challenge = kept.code_challenge.as_deref().and_then(Challenge::parse);
    let scopes = Scopes::requested(kept.scope.as_deref());
    issue(site, &client, callback, &kept, challenge.as_ref(), scopes, session).await
}

/// The client of a kept request and the way back to it, looked at again: an hour may have passed.
async fn reopened(
    site: &Site,
    client_id: &ClientId,
    kept: &Kept,
) -> Result<(Arc<Client>, Callback), web::Error> {
    let client = clients::find(site, client_id).await?;
    let client = client.ok_or_else(web::Error::unknown_client)?;
    refuse_disabled(&client)?;
    let callback = Callback::of(site, &client, &kept.redirect_uri, kept.state.as_deref())
        .ok_or_else(|| web::Error::redirect_not_registered(&client.name))?;
    Ok((client, callback))
}

/// An expired, reused or bookmarked request: to where that client starts, so that it begins anew
/// with a fresh state (GOAL-C4).
pub async fn start_anew(site: &Site, client_id: Option<&str>) -> Result<Response, web::Error> {
    let to = match client_id.and_then(|id| id.parse::<ClientId>().ok()) {
        Some(id) => clients::find(site, &id).await?.filter(|client| client.disabled_at.is_none()),
        None => None,
    };
    let start = to.and_then(|client| client.start());
    Ok(Redirect::to(start.as_deref().unwrap_or("/account")).into_response())
}

/// The URL under which the browser comes back to a kept request.
fn resumption(id: &SignInId, client: &Client) -> String {
    format!("/oauth/authorize?request_id={id}&client_id={}", encode(client.client_id.as_str()))
}

async fn client_of(site: &Site, params: &Params) -> Result<Arc<Client>, web::Error> {
    let id = params.get("client_id").ok_or_else(web::Error::unknown_client)?;
    let id = id.parse::<ClientId>().map_err(|_| web::Error::unknown_client())?;
    let client = clients::find(site, &id).await?.ok_or_else(web::Error::unknown_client)?;
    refuse_disabled(&client)?;
    Ok(client)
}

fn refuse_disabled(client: &Client) -> Result<(), web::Error> {
    match client.disabled_at {
        Some(_) => Err(web::Error::client_off(&client.name)),
        None => Ok(()),
    }
}

fn callback_of(site: &Site, client: &Client, params: &Params) -> Result<Callback, web::Error> {
    let asked = params.get("redirect_uri");
    asked
        .and_then(|asked| Callback::of(site, client, asked, params.get("state")))
        .ok_or_else(|| web::Error::redirect_not_registered(&client.name))
}

/// What is wrong with a request goes back to its client from here on.
fn check(client: &Client, params: &Params) -> Result<(Kept, Option<Challenge>, Scopes), Error> {
    // OpenID Connect Core §3.1.2.6: their own errors.
    for (name, code) in [
        ("request", Code::RequestNotSupported),
        ("request_uri", Code::RequestUriNotSupported),
        ("registration", Code::RegistrationNotSupported),
    ] {
        if params.get(name).is_some() {
            return Err(Error::new(code, format!("{name} is not supported")));
        }
    }
    match params.require("response_type")? {
        "code" => {}
        _ => {
            let description = "response_type must be code";
            return Err(Error::new(Code::UnsupportedResponseType, description));
        }
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(Error::invalid_request("response_mode must be query"));
    }
    let challenge = match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) => Some(Challenge::parse(challenge).ok_or_else(|| {
            Error::invalid_request("code_challenge must be 43 characters of base64url")
        })?),
        // RFC 7636 §4.4.1: without a method it would be `plain`, which protects nobody.
        (Some(_), _) => {
            return Err(Error::invalid_request("code_challenge_method must be S256"));
        }
        (None, Some(_)) => return Err(Error::missing("code_challenge")),
        (None, None) if client.is_public() => {
            return Err(Error::invalid_request("a public client must send a code_challenge"));
        }
        (None, None) => None,
    };
    // OpenID Connect Core §3.1.2.1: "If this parameter contains none with any other value, an error is
    // returned."
    let silent = match params.get("prompt") {
        Some("none") => true,
        Some(prompts) if prompts.split(' ').any(|prompt| prompt == "none") => {
            return Err(Error::invalid_request("prompt=none stands alone"));
        }
        _ => false,
    };
    let scopes = Scopes::requested(params.get("scope"));
    if scopes.to_string().is_empty() {
        return Err(Error::new(Code::InvalidScope, "none of the scopes asked for is known"));
    }
    let owned = |name| params.get(name).map(str::to_owned);
    let kept = Kept {
        redirect_uri: owned("redirect_uri").unwrap_or_default(),
        scope: owned("scope"),
        state: owned("state"),
        nonce: owned("nonce"),
        code_challenge: owned("code_challenge"),
        silent,
    };
    Ok((kept, challenge, scopes))
}

async fn keep(
    site: &Site,
    client: &Client,
    kept: &Kept,
    browser: Option<&Token>,
    address: ClientAddress,
) -> Result<SignInId, web::Error> {
    let request = serde_json::to_string(kept).map_err(web::Error::broken)?;
    let (client, address) = (&client.client_id, address.key());
    Ok(sessions::keep(site, client, &request, browser, &address).await?)
}

async fn issue(
    site: &Site,
    client: &Client,
    callback: Callback,
    kept: &Kept,
    challenge: Option<&Challenge>,
    scopes: Scopes,
    session: &Session,
) -> Result<Response, web::Error> {
    let scoped = Scoped::of(&session.member, scopes);
    let claims = serde_json::to_string(&scoped).map_err(web::Error::broken)?;
    let scope = scopes.to_string();
    let asked = kept.scope.as_deref().unwrap_or_default();
    let asked_scope = (!same_set(asked, &scope)).then_some(asked);
    let grant = NewGrant {
        client_id: &client.client_id,
        member: &session.member,
        redirect_uri: callback.redirect_uri(),
        scope: &scope,
        asked_scope,
        nonce: kept.nonce.as_deref(),
        challenge,
        claims: &claims,
        auth_time: session.times.auth_time,
    };
    let code = grants::issue(site, &grant).await?;
    Ok(callback.success(&code))
}

/// Whether the token response may leave its `scope` out: "OPTIONAL, if identical to the scope requested
/// by the client; otherwise, REQUIRED" (RFC 6749 §5.1).
fn same_set(asked: &str, granted: &str) -> bool {
    let (asked, granted) = (asked.split_ascii_whitespace(), granted.split_ascii_whitespace());
    asked.collect::<BTreeSet<_>>() == granted.collect()
}

/// OpenID Connect Core §3.1.2.1, prompt=none: "The Authorization Server MUST NOT display any
/// authentication or consent user interface pages."
fn nobody_is_signed_in() -> Error {
    Error::new(Code::LoginRequired, "nobody is signed in")
}
