//! The stand-in for Mobilize and Forj Community: Rails with OmniAuth's OpenID Connect strategy.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

use super::answers::Callback;
use super::api::{Api, mobilize};
use super::claims::Claims;
use super::community::{Community, Nonce, Platform, Shared, with_query};
use super::id_token::{self, Expected};
use super::pages;
use super::refusal::Refusal;
use super::settings::Settings;
use super::transport::Transport;
use super::{arrivals, provider, tokens, userinfo};

/// What a community usually asks for.
pub const SCOPE: &str = "openid profile email";

const START: &str = "/users/auth/openidconnect";
const CALLBACK: &str = "/users/auth/openidconnect/callback";
const LOG_OUT: &str = "/users/auth/openidconnect/logout";
const HOME: &str = "/home";

/// A community at `settings.origin`, and at its second origin too when there is one. Redirect URL:
/// `{origin}/users/auth/openidconnect/callback`; post-logout redirect URL: `{origin}/`.
pub fn mobilize(
    settings: Settings,
    transport: Transport,
    now: impl Fn() -> i64 + Send + Sync + 'static,
) -> Router {
    site(&opened(settings, transport, &[], now))
}

/// The same community with its platform's API on the same origin, below `/v1`, and with pages that show its groups.
pub fn mobilize_with_api(
    settings: Settings,
    transport: Transport,
    api: &Api<mobilize::Community>,
    now: impl Fn() -> i64 + Send + Sync + 'static,
) -> Router {
    let community = opened(settings, transport, &[("Groups", arrivals::GROUPS)], now);
    site(&community).merge(arrivals::router(community, api))
}

fn opened(
    settings: Settings,
    transport: Transport,
    links: &'static [(&'static str, &'static str)],
    now: impl Fn() -> i64 + Send + Sync + 'static,
) -> Arc<Community> {
    let platform = Platform {
        name: "Mobilize",
        theme: "mobilize",
        cookie: "mobilize_session",
        callback: CALLBACK,
        home: HOME,
        links,
    };
    Community::new(settings, transport, platform, now)
}

fn site(community: &Arc<Community>) -> Router {
    Router::new()
        .route("/", get(front))
        .route(HOME, get(home))
        .route(START, get(start_by_link).post(start))
        .route(CALLBACK, get(callback))
        .route(LOG_OUT, get(log_out).post(log_out))
        .merge(pages::assets())
        .with_state(Arc::clone(community))
}

async fn front(State(community): Shared, headers: HeaderMap) -> Response {
    if community.member(&headers).is_some() {
        return Redirect::to(HOME).into_response();
    }
    let button_label = &community.settings.button_label;
    pages::answer(
        StatusCode::OK,
        &pages::Mobilize { look: community.look(), start: START, button_label },
    )
}

async fn home(State(community): Shared, headers: HeaderMap) -> Response {
    let Some(claims) = community.member(&headers) else {
        return Redirect::to("/").into_response();
    };
    let facts = [
        ("First Name", "given_name"),
        ("Last Name", "family_name"),
        ("Email", "email"),
        ("Company Name", "company_name"),
        ("Job Title", "job_title"),
    ];
    pages::signed_in(community.look(), &facts, &claims, LOG_OUT)
}

/// OmniAuth 2 answers nothing at this address to a GET: a link here is a mistake in the association's website.
async fn start_by_link(State(community): Shared) -> Response {
    let what = "A sign-in begins with the button on the community's front page, not with a link to this address.";
    pages::refused(community.look(), &Refusal::new("not_found", what))
}

async fn start(State(community): Shared, headers: HeaderMap) -> Response {
    let answer = begin(&community, &headers).await;
    community.page_or_refusal(answer)
}

async fn begin(community: &Community, headers: &HeaderMap) -> Result<Response, Refusal> {
    community.check_origin(headers)?;
    let provider = provider::discover(&community.transport, &community.settings.issuer).await?;
    let scope = scope(&community.settings);
    Ok(community.send_away(headers, &provider.authorization_endpoint, &scope, Nonce::Sent))
}

async fn callback(
    State(community): Shared,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = finish(&community, &headers, &query.unwrap_or_default()).await;
    community.page_or_refusal(answer)
}

async fn finish(
    community: &Arc<Community>,
    headers: &HeaderMap,
    query: &str,
) -> Result<Response, Refusal> {
    let callback = Callback::parse(query)?;
    if let Some(redirect) = community.elsewhere(headers, query, &callback) {
        return Ok(redirect);
    }
    let attempt = community.take_attempt(headers, &callback)?;
    let settings = &community.settings;
    let transport = &community.transport;
    let provider = provider::discover(transport, &settings.issuer).await?;
    provider.check_iss(callback.iss.as_deref())?;
    let code = callback.code()?;
    let tokens =
        tokens::exchange(community, &provider.token_endpoint, &scope(settings), &code).await?;
    let id_token = tokens.id_token.ok_or_else(|| {
        Refusal::new("missing_id_token", "the token endpoint sent an access token, but no ID token")
    })?;
    let expected = Expected {
        issuer: &settings.issuer,
        client_id: &settings.client_id,
        nonce: attempt.nonce.as_deref().unwrap_or_default(),
        access_token: &tokens.access_token,
        now: community.now(),
    };
    let id_token = id_token::verify(&id_token, provider.keys(transport).await?, &expected)?;
    let userinfo =
        userinfo::ask(transport, &provider.userinfo_endpoint, &tokens.access_token).await?;
    // OpenID Connect Core §5.3.2: "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub
    // Claim in the ID Token; if they do not match, the UserInfo Response values MUST NOT be used."
    if userinfo.get("sub") != id_token.get("sub") {
        return Err(Refusal::new(
            "invalid_userinfo",
            "userinfo speaks of another sub than the ID token",
        ));
    }
    Ok(community.welcome(headers, Claims::merged(id_token, userinfo)))
}

/// The platform ends its own session first, then goes where discovery says, with nothing but its way back.
async fn log_out(State(community): Shared, headers: HeaderMap) -> Response {
    community.forget(&headers);
    let settings = &community.settings;
    let provider = provider::discover(&community.transport, &settings.issuer).await;
    match provider.ok().and_then(|provider| provider.end_session_endpoint) {
        None => Redirect::to("/").into_response(),
        Some(endpoint) => {
            let back = format!("{}/", settings.origin);
            Redirect::to(&with_query(&endpoint, &[("post_logout_redirect_uri", &back)]))
                .into_response()
        }
    }
}

/// The library adds `openid` wherever it is missing.
fn scope(settings: &Settings) -> String {
    match settings.scope.split(' ').any(|scope| scope == "openid") {
        true => settings.scope.clone(),
        false => format!("openid {}", settings.scope),
    }
}
