//! The end-session endpoint, which is the log-out page too (OpenID Connect RP-Initiated Logout 1.0).
//!
//! A client that shows an ID token of the very member who is signed in here logs them out at once, and
//! has them back at a URL on its own list. Everybody else is asked first, and sent nowhere.

use std::sync::Arc;

use askama::Template as _;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::callback;
use super::params::{Params, QueryOrForm};
use crate::app::App;
use crate::associations::Site;
use crate::clients::health::{self, Failure};
use crate::clients::{self, Client};
use crate::id::{ClientId, LogOutId};
use crate::sessions::views::{Asking, Back, LogOut, LoggedOut};
use crate::sessions::{self, Visitor};
use crate::signing::{self, Issued};
use crate::web::cookies::Cookie;
use crate::web::page::{Here, html, initials};
use crate::web::{self, Error, frame};
use crate::{db, logouts};

const PARAMETERS: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

/// Says on our own page, after the log-out, that something in the request for it was wrong.
const WRONG: &str = "wrong";

/// A log-out as it was asked for.
struct Asked {
    client: Option<Arc<Client>>,
    /// Whom a valid `id_token_hint` of that client names.
    hint: Option<Issued>,
    /// A URL on the client's list, with the state.
    back: Option<String>,
    /// Something in it is wrong, so nobody is sent anywhere.
    is_wrong: bool,
    /// Its parameters as they came.
    carried: Vec<(String, String)>,
}

pub async fn get(
    site: Site,
    visitor: Visitor,
    QueryOrForm(params): QueryOrForm,
) -> Result<Response, Error> {
    let mut params = params.unwrap_or_default();
    if let Some(id) = params.get("log_out_id") {
        let kept = logouts::kept(&site, &LogOutId::presented(id)).await?;
        params = Params::parse(kept.unwrap_or_default().as_bytes()).unwrap_or_default();
    }
    let asked = understood(&site, &params).await?;
    let (Some(session), Some(token)) = (&visitor.session, &visitor.session_token) else {
        return match (&asked.hint, &asked.back) {
            (Some(_), Some(back)) => Ok(callback::send_to(back)),
            _ => logged_out(&site, &visitor, asked),
        };
    };
    let is_theirs =
        asked.hint.as_ref().is_some_and(|hint| hint.sub == session.member.member_id.as_str());
    if is_theirs && !asked.is_wrong {
        sessions::end(&site, session, token).await?;
        return ended(&site, &visitor, asked);
    }
    // §2: "the OP SHOULD ask the End-User whether to log out of the OP as well. Furthermore, the OP
    // MUST ask the End-User this question if an id_token_hint was not provided".
    let page = visitor.page(&site, Here::Elsewhere);
    let client = asked.client.as_ref().filter(|_| !asked.is_wrong).map(|client| Asking {
        name: client.name.clone(),
        host: client.host(),
        initials: initials(&client.name),
    });
    let body = LogOut { page, client, carried: asked.carried }.render().map_err(Error::broken)?;
    Ok(frame::leading_out(&site, visitor.keep_browser(&site, html(body))))
}

/// A cross-site POST looks at no cookie: it is kept, and comes back as a GET. Our own form ends the
/// session.
pub async fn post(State(app): State<App>, request: Request) -> Result<Response, Error> {
    let (mut parts, body) = request.into_parts();
    let site = Site::from_request_parts(&mut parts, &app).await?;
    let mut headers_only = parts.clone();
    let QueryOrForm(params) = QueryOrForm::of(Request::from_parts(parts, body)).await;
    let params = match params {
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(Error::too_large());
        }
        // What cannot be read asks for nothing but the page.
        params => params.unwrap_or_default(),
    };
    let carried = params.only(&PARAMETERS);
    if web::is_foreign(&site, &headers_only.headers) {
        if carried.is_empty() {
            return Ok(Redirect::to("/log-out").into_response());
        }
        let address = web::client_address(&headers_only, &app).key();
        let id = logouts::keep(&site, &carried.encoded(), &address).await?;
        return Ok(Redirect::to(&format!("/log-out?log_out_id={id}")).into_response());
    }
    let visitor = Visitor::from_request_parts(&mut headers_only, &app).await?;
    if !visitor.has_form_token(params.get("form_token").unwrap_or_default()) {
        let again =
            if carried.is_empty() { String::new() } else { format!("?{}", carried.encoded()) };
        return Ok(Redirect::to(&format!("/log-out{again}")).into_response());
    }
    let asked = understood(&site, &params).await?;
    if let (Some(session), Some(token)) = (&visitor.session, &visitor.session_token) {
        sessions::end(&site, session, token).await?;
    }
    ended(&site, &visitor, asked)
}

/// §2 and §3, check by check.
async fn understood(site: &Site, params: &Params) -> Result<Asked, db::Error> {
    let carried = params.only(&PARAMETERS).into_pairs();
    let is_wrong = params.get(WRONG).is_some();
    let mut asked = Asked { client: None, hint: None, back: None, is_wrong, carried };
    let named = params.get("client_id");
    if let Some(hint) = params.get("id_token_hint") {
        asked.hint = signing::issued(site, hint).await?;
        // "If both client_id and id_token_hint are present, the OP MUST verify that the Client
        // Identifier matches the one used as the audience of the ID Token."
        let matches = asked
            .hint
            .as_ref()
            .is_some_and(|hint| named.is_none_or(|named| named.eq_ignore_ascii_case(&hint.aud)));
        if !matches {
            asked.hint = None;
            asked.is_wrong = true;
        }
    }
    let id = asked.hint.as_ref().map(|hint| hint.aud.clone()).or(named.map(str::to_owned));
    let id = match (id, params.get("post_logout_redirect_uri")) {
        (Some(id), _) => id.parse::<ClientId>().ok(),
        // OmniAuth names neither (PLATFORMS.md 11.8); its URL tells whose it is, as far as a link goes.
        (None, Some(url)) if !asked.is_wrong => clients::by_post_logout_url(site, url).await?,
        (None, _) => None,
    };
    if let Some(id) = &id {
        let client = clients::find(site, id).await?;
        asked.client = client.filter(|client| client.disabled_at.is_none());
    }
    if let Some(url) = params.get("post_logout_redirect_uri") {
        let registered = asked.client.as_ref().and_then(|client| client.post_logout_url(url));
        match registered {
            Some(url) if !asked.is_wrong => {
                // "If included in the logout request, the OP passes this value back to the RP".
                let state = params.get("state").map(|state| ("state", state));
                asked.back = Some(callback::location(url, state.into_iter()));
            }
            // It is the hint that is wrong, and not the URL.
            Some(_) => {}
            None => {
                asked.is_wrong = true;
                if let Some(client) = &asked.client {
                    health::failed(site, &client.client_id, Failure::LogOutUrl).await?;
                }
            }
        }
    }
    Ok(asked)
}

/// What follows when the session is over.
fn ended(site: &Site, visitor: &Visitor, asked: Asked) -> Result<Response, Error> {
    site.app.notices.notify_one();
    let mut response = match (&asked.hint, &asked.back) {
        (Some(_), Some(back)) => callback::send_to(back),
        // The page is one of its own, so that loading it again logs nobody out.
        _ => {
            let query = match asked.is_wrong {
                true => format!("{WRONG}=1"),
                false => Params::of(asked.carried).without(&["id_token_hint"]).encoded(),
            };
            let mark = if query.is_empty() { "" } else { "?" };
            Redirect::to(&format!("/log-out{mark}{query}")).into_response()
        }
    };
    if visitor.session.is_some() {
        response.headers_mut().append(header::SET_COOKIE, Cookie::Session.clear(site));
    }
    Ok(frame::leading_out(site, response))
}

/// With a link back where the client is known; it is the person's choice to follow it (SEC-A10).
fn logged_out(site: &Site, visitor: &Visitor, asked: Asked) -> Result<Response, Error> {
    let back = match (&asked.client, asked.back) {
        (Some(client), Some(url)) => Some(Back { name: client.name.clone(), url }),
        _ => None,
    };
    let page = visitor.page(site, Here::Elsewhere);
    let view = LoggedOut { page, back, problem: asked.is_wrong };
    let body = view.render().map_err(Error::broken)?;
    Ok(frame::leading_out(site, visitor.keep_browser(site, html(body))))
}
