//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2), by GET and by POST.
//!
//! Errors before client and redirect URL are known are pages; after it, they go back to the client.
//! What comes next is decided by `sessions::flow` alone; here its decisions are carried out.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::callback::Callback;
use super::error::{Code, Error};
use super::params::{Params, QueryOrForm, encode};
use super::request::AuthorizationRequest;
use super::response_mode::ResponseMode;
use super::{consent, id_token, id_token_hint, legacy_jwt, par, resource};
use crate::app::App;
use crate::associations::Site;
use crate::clients::health::{self, Failure};
use crate::clients::{self, Client, permitted};
use crate::grants::{self, NewGrant};
use crate::id::{ClientId, SignInId};
use crate::logouts;
use crate::sessions::flow::{self, Event, Next, Seen, Why};
use crate::sessions::{self, Pending, Session, Visitor};
use crate::web::{self, ClientAddress};

pub async fn get(
    site: Site,
    visitor: Visitor,
    QueryOrForm(params): QueryOrForm,
) -> Result<Response, web::Error> {
    let params = params.map_err(unreadable)?;
    if let Some(id) = params.get("request_id") {
        let id = SignInId::presented(id);
        return resume(&site, visitor, &id, params.get("client_id"), Event::Came).await;
    }
    match understood(&site, &params).await? {
        Ok(asked) => step(&site, visitor, asked, None, Event::Came).await,
        Err(answer) => Ok(answer),
    }
}

/// A cross-site POST brings no cookies, so this looks at none: the request comes back by GET. Only our
/// own pages post a `request_id`.
pub async fn post(State(app): State<App>, request: Request) -> Result<Response, web::Error> {
    let (mut parts, body) = request.into_parts();
    let site = Site::from_request_parts(&mut parts, &app).await?;
    let kept = parts.clone();
    let request = Request::from_parts(parts, body);
    let QueryOrForm(params) = QueryOrForm::of(request).await;
    let params = params.map_err(unreadable)?;
    let mut parts = kept;
    if let Some(id) = params.get("request_id") {
        if web::is_foreign(&site, &parts.headers) {
            return Err(web::Error::too_old());
        }
        let visitor = Visitor::from_request_parts(&mut parts, &app).await?;
        return answered(&site, visitor, &SignInId::presented(id), &params).await;
    }
    match understood(&site, &params).await? {
        Ok(asked) => {
            let address = web::client_address(&parts, &app);
            let id = keep(&site, &asked, None, address).await?;
            Ok(Redirect::to(&resumption(&id, &asked.client.client_id)).into_response())
        }
        Err(answer) => Ok(answer),
    }
}

fn unreadable(error: Error) -> web::Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => web::Error::too_large(),
        _ => web::Error::request_malformed(&error.description),
    }
}

/// A request that has a way back.
pub(super) struct Asked {
    pub client: Arc<Client>,
    pub callback: Callback,
    pub request: AuthorizationRequest,
}

/// What a new request says; or the answer to one that says it wrongly.
async fn understood(site: &Site, params: &Params) -> Result<Result<Asked, Response>, web::Error> {
    let client = client_of(site, params).await?;
    let pushed;
    let params = match params.get("request_uri").and_then(par::reference) {
        Some(reference) => match par::take(site, &client, &reference).await? {
            Some(taken) => {
                pushed = taken;
                &pushed
            }
            None => return start_anew(site, Some(client.client_id.as_str())).await.map(Err),
        },
        None => params,
    };
    let Some(mode) = ResponseMode::parse(params.get("response_mode")) else {
        health::failed(site, &client.client_id, Failure::Request).await?;
        return Err(web::Error::request_malformed("response_mode must be query or form_post"));
    };
    let asked = params.get("redirect_uri");
    let callback =
        asked.and_then(|asked| Callback::of(site, &client, asked, mode, params.get("state")));
    let Some(callback) = callback else {
        health::failed(site, &client.client_id, Failure::RedirectUrl).await?;
        return Err(web::Error::redirect_not_registered(&client.name));
    };
    match check(site, &client, params, mode).await {
        Ok(request) => Ok(Ok(Asked { client, callback, request })),
        Err(error) => {
            health::failed(site, &client.client_id, failure(&client, params)).await?;
            Ok(Err(callback.error(&error)))
        }
    }
}

/// What the client's page says of a request that [`check`] refuses.
pub(super) fn failure(client: &Client, params: &Params) -> Failure {
    let needs_pkce = client.is_public() || client.requires_pkce;
    match params.get("code_challenge") {
        None if needs_pkce => Failure::Pkce,
        _ => Failure::Request,
    }
}

/// All that can be wrong with a request.
pub(super) async fn check(
    site: &Site,
    client: &Client,
    params: &Params,
    mode: ResponseMode,
) -> Result<AuthorizationRequest, Error> {
    let mut request = AuthorizationRequest::parse(client, params, mode)?;
    if let Some(hint) = params.get("id_token_hint") {
        let hinted = id_token_hint::read(site, &client.client_id, hint).await?.sub;
        if request.expected.as_ref().is_some_and(|expected| *expected != hinted) {
            let description = "id_token_hint and claims name two different people";
            return Err(Error::new(Code::LoginRequired, description));
        }
        request.expected = Some(hinted);
    }
    request.audience = resource::known(site, params).await?;
    Ok(request)
}

/// Comes back to a request that was kept.
async fn resume(
    site: &Site,
    visitor: Visitor,
    id: &SignInId,
    client_id: Option<&str>,
    event: Event,
) -> Result<Response, web::Error> {
    let Some(pending) = sessions::pending(site, id, &visitor.browser).await? else {
        return start_anew(site, client_id).await;
    };
    let request: AuthorizationRequest =
        serde_json::from_str(&pending.request).map_err(web::Error::broken)?;
    // Looked at again: an hour may have passed.
    let client = clients::find(site, &pending.client_id).await?;
    let client = client.ok_or_else(web::Error::unknown_client)?;
    refuse_disabled(site, &client).await?;
    if request.is_legacy && !client.has_legacy_sso {
        return Err(web::Error::unknown_client());
    }
    let (mode, state) = (request.response_mode, request.state.as_deref());
    let callback = Callback::of(site, &client, &request.redirect_uri, mode, state)
        .ok_or_else(|| web::Error::redirect_not_registered(&client.name))?;
    step(site, visitor, Asked { client, callback, request }, Some(pending), event).await
}

/// A button of one of our pages: what the member answered to a request that waits.
async fn answered(
    site: &Site,
    visitor: Visitor,
    id: &SignInId,
    params: &Params,
) -> Result<Response, web::Error> {
    let client_id = params.get("client_id");
    let is_ours = visitor.has_form_token(params.get("form_token").unwrap_or_default());
    let event = match params.get("answer") {
        // A page from before a log-in or log-out: it is shown again, and nothing has happened.
        _ if !is_ours => Event::Came,
        Some("share") => Event::Agreed,
        Some("continue") => Event::Chose,
        Some("no") => Event::Declined,
        Some("switch") => {
            let client = ClientId::presented(client_id.unwrap_or_default());
            return Ok(Redirect::to(&log_in(id, &client, true)).into_response());
        }
        _ => Event::Came,
    };
    resume(site, visitor, id, client_id, event).await
}

/// Carries out what `flow` decides. `pending` is None for a request that no row holds yet.
pub(super) async fn step(
    site: &Site,
    visitor: Visitor,
    asked: Asked,
    pending: Option<Pending>,
    event: Event,
) -> Result<Response, web::Error> {
    let before = pending.as_ref().map_or(flow::State::Waiting, |pending| pending.state);
    let seen = look(site, visitor.session.as_ref(), &asked).await?;
    let (state, what) = flow::next(before, asked.request.policy(), seen, event);
    if let Some(pending) = &pending
        && state != before
        && !sessions::moved(site, pending, state).await?
    {
        // Another tab was first.
        return start_anew(site, Some(pending.client_id.as_str())).await;
    }
    let client_id = asked.client.client_id.clone();
    match (what, &visitor.session) {
        (Next::IssueCode, Some(session)) => {
            if event == Event::Agreed {
                consent::remember(site, session, &asked.client, &asked.request).await?;
            }
            issue(site, asked, session).await
        }
        (Next::Refuse(why), _) => refuse(site, asked, why).await,
        (Next::StartAnew | Next::IssueCode, _) => start_anew(site, Some(client_id.as_str())).await,
        (page, _) => {
            let (id, is_kept) = match pending {
                Some(pending) => (pending.id, true),
                None => {
                    let browser = Some(&visitor.browser);
                    (keep(site, &asked, browser, visitor.address).await?, false)
                }
            };
            if page == Next::AskForPassword {
                let to = log_in(&id, &client_id, visitor.session.is_some());
                return Ok(visitor.keep_browser(site, Redirect::to(&to)));
            }
            // A page is shown by GET, so that it can be loaded again.
            if !is_kept || event != Event::Came {
                let to = Redirect::to(&resumption(&id, &client_id));
                return Ok(visitor.keep_browser(site, to));
            }
            consent::page(site, visitor, &asked.client, &asked.request, &id, page).await
        }
    }
}

/// What is known of the browser now, as far as this request asks.
async fn look(site: &Site, session: Option<&Session>, asked: &Asked) -> Result<Seen, web::Error> {
    let Some(session) = session else { return Ok(Seen::default()) };
    let (client, request) = (&asked.client, &asked.request);
    let member = &session.member.member_id;
    let age = site.now.seconds_since(session.times.auth_time);
    let is_expected = request.expected.as_ref().is_none_or(|sub| sub == member.as_str());
    let is_permitted = permitted::allows(&mut site.read(), client, member).await?;
    let has_consented =
        client.is_trusted() || consent::is_remembered(site, member, client, request).await?;
    Ok(Seen {
        is_signed_in: true,
        is_recent: request.max_age.is_none_or(|longest| age <= longest),
        is_expected,
        is_permitted,
        has_consented,
    })
}

async fn refuse(site: &Site, asked: Asked, why: Why) -> Result<Response, web::Error> {
    let (code, description) = match why {
        Why::LoginRequired => (Code::LoginRequired, "nobody is signed in as this request asks for"),
        Why::ConsentRequired => (Code::ConsentRequired, "the member has to be asked first"),
        Why::NotPermitted => (Code::AccessDenied, "the member is in none of the permitted groups"),
        Why::Declined => (Code::AccessDenied, "the member did not want to share"),
    };
    let failure = match why {
        Why::NotPermitted => Some(Failure::NotPermitted),
        Why::Declined => Some(Failure::Declined),
        Why::LoginRequired | Why::ConsentRequired => None,
    };
    if let Some(failure) = failure {
        health::failed(site, &asked.client.client_id, failure).await?;
    }
    Ok(asked.callback.error(&Error::new(code, description)))
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

/// What a kept request tells the log-in page.
#[derive(Default)]
pub struct Hints {
    pub login_hint: Option<String>,
    pub ui_locales: Option<String>,
}

pub fn hints(pending: &Pending) -> Hints {
    match serde_json::from_str::<AuthorizationRequest>(&pending.request) {
        Ok(request) => Hints { login_hint: request.login_hint, ui_locales: request.ui_locales },
        Err(_) => Hints::default(),
    }
}

/// The URL under which the browser comes back to a kept request.
pub fn resumption(id: &SignInId, client: &ClientId) -> String {
    let (id, client) = (encode(id.as_str()), encode(client.as_str()));
    format!("/oauth/authorize?request_id={id}&client_id={client}")
}

/// `again` shows the form although somebody is signed in.
fn log_in(id: &SignInId, client: &ClientId, again: bool) -> String {
    let (id, client) = (encode(id.as_str()), encode(client.as_str()));
    let again = if again { "&again=1" } else { "" };
    format!("/log-in?request={id}&client_id={client}{again}")
}

pub(super) async fn client_of(site: &Site, params: &Params) -> Result<Arc<Client>, web::Error> {
    let id = params.get("client_id").ok_or_else(web::Error::unknown_client)?;
    let id = id.parse::<ClientId>().map_err(|_| web::Error::unknown_client())?;
    let client = clients::find(site, &id).await?.ok_or_else(web::Error::unknown_client)?;
    refuse_disabled(site, &client).await?;
    Ok(client)
}

async fn refuse_disabled(site: &Site, client: &Client) -> Result<(), web::Error> {
    if client.disabled_at.is_none() {
        return Ok(());
    }
    health::failed(site, &client.client_id, Failure::SwitchedOff).await?;
    Err(web::Error::client_off(&client.name))
}

async fn keep(
    site: &Site,
    asked: &Asked,
    browser: Option<&crate::token::Token>,
    address: ClientAddress,
) -> Result<SignInId, web::Error> {
    let request = serde_json::to_string(&asked.request).map_err(web::Error::broken)?;
    let (client, address) = (&asked.client.client_id, address.key());
    Ok(sessions::keep(site, client, &request, browser, &address).await?)
}

async fn issue(site: &Site, asked: Asked, session: &Session) -> Result<Response, web::Error> {
    let Asked { client, callback, request } = asked;
    if request.is_legacy {
        return legacy_jwt::answer(site, &client, callback, session).await;
    }
    let scopes = request.scopes();
    let wanted = request.claims();
    let claims = id_token::claims_of(site, &client, session, scopes, &wanted).await?;
    let beyond = wanted.userinfo.beyond(super::claims::Wanted::of(scopes));
    let userinfo_claims = Some(beyond.to_string()).filter(|_| !beyond.is_empty());
    let scope = scopes.to_string();
    let words = request.scope.as_deref().unwrap_or_default();
    let challenge = request.challenge();
    let grant = NewGrant {
        client_id: &client.client_id,
        member: &session.member,
        redirect_uri: callback.redirect_uri(),
        scope: &scope,
        asked_scope: (!same_set(words, &scope)).then_some(words),
        nonce: request.nonce.as_deref(),
        challenge: challenge.as_ref(),
        claims: &claims,
        userinfo_claims: userinfo_claims.as_deref(),
        audience: request.audience.as_ref(),
        auth_time: session.times.auth_time,
        is_offline: scopes.has(super::scope::Scope::OfflineAccess),
    };
    let code = grants::issue(site, &grant).await?;
    if let (Some(_), Some(sid)) = (&client.backchannel_logout_url, &session.times.sid) {
        logouts::remember(site, sid, &client.client_id, &session.member.member_id).await?;
    }
    Ok(callback.success(&code))
}

/// Whether the token response may leave its `scope` out: "OPTIONAL, if identical to the scope requested
/// by the client; otherwise, REQUIRED" (RFC 6749 §5.1).
fn same_set(asked: &str, granted: &str) -> bool {
    let (asked, granted) = (asked.split_ascii_whitespace(), granted.split_ascii_whitespace());
    asked.collect::<BTreeSet<_>>() == granted.collect()
}
