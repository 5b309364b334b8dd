//! The stand-in for Higher Logic: plain OAuth 2.0, addresses typed from a worksheet, no `openid`, no ID token.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde_json::Map;
use url::Url;

use super::answers::Callback;
use super::api::{Api, higher_logic};
use super::claims::Claims;
use super::community::{Community, Nonce, Platform, Shared};
use super::pages;
use super::refusal::Refusal;
use super::settings::Settings;
use super::transport::Transport;
use super::{arrivals, tokens, userinfo};

/// What Higher Logic asks for "in most cases".
pub const SCOPE: &str = "profile";

const START: &str = "/HigherLogic/Security/LoginBounce.aspx";
const CALLBACK: &str = "/HigherLogic/Security/OAuth/Authentication.aspx";
const LOG_OUT: &str = "/HigherLogic/Security/Logout.aspx";
const HOME: &str = "/home";

/// A community at `settings.origin`. Redirect URL: `{origin}/HigherLogic/Security/OAuth/Authentication.aspx`.
pub fn higher_logic(
    settings: Settings,
    transport: Transport,
    now: impl Fn() -> i64 + Send + Sync + 'static,
) -> Router {
    site(&opened(settings, transport, &[], now))
}

/// The same community with the Push API on the same origin, below `/push`, and with pages that show its groups and queue.
pub fn higher_logic_with_api(
    settings: Settings,
    transport: Transport,
    api: &Api<higher_logic::Tenant>,
    now: impl Fn() -> i64 + Send + Sync + 'static,
) -> Router {
    let links = &[("Groups", arrivals::GROUPS), ("Sync External Database", arrivals::PENDING)];
    let community = opened(settings, transport, links, now);
    site(&community).merge(arrivals::router(community, api))
}

fn opened(
    settings: Settings,
    transport: Transport,
    links: &'static [(&'static str, &'static str)],
    now: impl Fn() -> i64 + Send + Sync + 'static,
) -> Arc<Community> {
    let platform = Platform {
        name: "Higher Logic",
        theme: "higher-logic",
        cookie: "higher_logic_session",
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
        .route(START, get(start))
        .route(CALLBACK, get(callback))
        .route(LOG_OUT, post(log_out))
        .merge(pages::assets())
        .with_state(Arc::clone(community))
}

async fn front(State(community): Shared, headers: HeaderMap) -> Response {
    if community.member(&headers).is_some() {
        return Redirect::to(HOME).into_response();
    }
    let button_label = &community.settings.button_label;
    let page = pages::HigherLogic { look: community.look(), start: START, button_label };
    pages::answer(StatusCode::OK, &page)
}

async fn home(State(community): Shared, headers: HeaderMap) -> Response {
    let Some(claims) = community.member(&headers) else {
        return Redirect::to("/").into_response();
    };
    let facts = [
        ("Legacy Contact Key", "sub"),
        ("First Name", "given_name"),
        ("Last Name", "family_name"),
        ("Company", "company_name"),
        ("Title", "job_title"),
    ];
    pages::signed_in(community.look(), &facts, &claims, LOG_OUT)
}

async fn start(State(community): Shared, headers: HeaderMap) -> Response {
    let answer = worksheet(&community, "authorize").map(|address| {
        community.send_away(&headers, &address, &community.settings.scope, Nonce::Unknown)
    });
    community.page_or_refusal(answer)
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
    community: &Community,
    headers: &HeaderMap,
    query: &str,
) -> Result<Response, Refusal> {
    let callback = Callback::parse(query)?;
    if let Some(redirect) = community.elsewhere(headers, query, &callback) {
        return Ok(redirect);
    }
    community.take_attempt(headers, &callback)?;
    let code = callback.code()?;
    let token_address = worksheet(community, "token")?;
    let scope = &community.settings.scope;
    let tokens = tokens::exchange(community, token_address.as_str(), scope, &code).await?;
    let address = worksheet(community, "userinfo")?;
    let found = userinfo::ask(&community.transport, address.as_str(), &tokens.access_token).await?;
    Ok(community.welcome(headers, Claims::merged(Map::new(), found)))
}

/// Higher Logic ends its own session and leaves the association's alone.
async fn log_out(State(community): Shared, headers: HeaderMap) -> Response {
    community.forget(&headers);
    Redirect::to("/").into_response()
}

/// Nothing is discovered here: its staff copy the addresses from the technical worksheet.
fn worksheet(community: &Community, endpoint: &str) -> Result<Url, Refusal> {
    let address = format!("{}/oauth/{endpoint}", community.settings.issuer);
    Url::parse(&address).map_err(|error| Refusal::new("worksheet", format!("{address}: {error}")))
}
