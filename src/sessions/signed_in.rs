//! Who is asking: the access rules as extractors. A handler that takes [`Admin`] is for admins.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::{DEVICE_SECONDS, Entered, Session};
use crate::app::App;
use crate::associations::Site;
use crate::events::Actor;
use crate::token::{Purpose, Token};
use crate::web::cookies::Cookie;
use crate::web::locale::Locale;
use crate::web::page::{Here, Page, Toast, Viewer, html};
use crate::web::{self, ClientAddress, Error};

/// Whoever asks: signed in or not.
#[derive(Clone)]
pub struct Visitor {
    pub session: Option<Session>,
    pub session_token: Option<Token>,
    /// The browser's own secret; a new one when it brought none.
    pub browser: Token,
    pub is_new_browser: bool,
    pub device: Option<Token>,
    pub address: ClientAddress,
    pub toast: Option<Toast>,
    pub locale: Locale,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        if let Some(visitor) = parts.extensions.get::<Self>() {
            return Ok(visitor.clone());
        }
        let site = Site::from_request_parts(parts, app).await?;
        let headers = &parts.headers;
        let session_token = Cookie::Session.read(&site, headers);
        let session = match &session_token {
            Some(token) => super::find(&site, token).await?,
            None => None,
        };
        let browser = Cookie::Browser.read(&site, headers);
        let flash = Cookie::Flash.read(&site, headers);
        let visitor = Self {
            session_token: session_token.filter(|_| session.is_some()),
            session,
            is_new_browser: browser.is_none(),
            browser: browser.unwrap_or_else(Token::random),
            device: Cookie::Device.read(&site, headers),
            address: web::client_address(parts, app),
            toast: flash.and_then(|code| Toast::from_code(code.expose())),
            locale: headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|accepted| accepted.to_str().ok())
                .map_or_else(Locale::english, Locale::preferred),
        };
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

impl Visitor {
    pub fn viewer(&self) -> Option<Viewer> {
        self.session.as_ref().map(|session| Viewer {
            name: session.member.name(),
            is_admin: session.member.is_admin(),
        })
    }

    pub fn page(&self, site: &Site, here: Here) -> Page {
        let mut page = Page::bare(site, self.locale);
        page.viewer = self.viewer();
        page.here = here;
        page.form_token = self.form_token();
        page.toast = self.toast;
        page
    }

    /// Bound to the session, or to the browser before there is one. It is a hash of a secret that
    /// only the browser and we know, so it needs no row of its own.
    fn form_token(&self) -> String {
        let secret = self.session_token.as_ref().unwrap_or(&self.browser);
        secret.hash(Purpose::Form).as_str().to_owned()
    }

    pub fn has_form_token(&self, presented: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        presented.as_bytes().ct_eq(self.form_token().as_bytes()).into()
    }

    /// A page as an answer.
    pub fn shown(
        &self,
        site: &Site,
        status: StatusCode,
        view: &impl Template,
    ) -> Result<Response, Error> {
        let body = view.render().map_err(Error::broken)?;
        Ok(self.keep_browser(site, (status, html(body))))
    }

    /// Sends the browser's secret along where it brought none, and takes a shown toast away.
    pub fn keep_browser(&self, site: &Site, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        let headers = response.headers_mut();
        if self.is_new_browser {
            let cookie = Cookie::Browser.set(site, self.browser.expose(), None);
            headers.append(header::SET_COOKIE, cookie);
        }
        if self.toast.is_some() {
            headers.append(header::SET_COOKIE, Cookie::Flash.clear(site));
        }
        response
    }
}

impl Entered {
    /// Gives the browser its session, and the device token that tells it apart from strangers.
    pub fn give(&self, site: &Site, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        let headers = response.headers_mut();
        let session = Cookie::Session.set(site, self.session.expose(), None);
        headers.append(header::SET_COOKIE, session);
        let device = Cookie::Device.set(site, self.device.expose(), Some(DEVICE_SECONDS));
        headers.append(header::SET_COOKIE, device);
        response
    }
}

/// Sends a toast along to the next page.
pub fn with_toast(site: &Site, toast: Toast, response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    let cookie = Cookie::Flash.set(site, toast.code(), Some(60));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// A member who is signed in; everybody else is sent to the log-in page.
#[derive(Clone)]
pub struct SignedIn {
    pub visitor: Visitor,
    pub session: Session,
    pub token: Token,
}

/// An admin who is signed in; a member is told that this is not for members.
pub struct Admin(pub SignedIn);

/// Not signed in, or not an admin.
pub enum Refused {
    LogIn,
    Error(Error),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::LogIn => Redirect::to("/log-in").into_response(),
            Self::Error(error) => error.into_response(),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        match (visitor.session.clone(), visitor.session_token.clone()) {
            (Some(session), Some(token)) => Ok(Self { visitor, session, token }),
            _ => Err(Refused::LogIn),
        }
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        if !signed_in.session.member.is_admin() {
            let name = signed_in.session.member.name();
            return Err(Error::forbidden(Viewer { name, is_admin: false }).into());
        }
        Ok(Self(signed_in))
    }
}

impl SignedIn {
    /// The session goes on under another id, as it does after a step-up.
    pub fn renewed(mut self, token: Token) -> Self {
        self.visitor.session_token = Some(token.clone());
        self.token = token;
        self
    }

    /// Tells the browser the id of its session.
    pub fn give(&self, site: &Site, mut response: Response) -> Response {
        let cookie = Cookie::Session.set(site, self.token.expose(), None);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }

    pub fn actor(&self) -> Actor {
        Actor::Member(self.session.member.member_id.clone())
    }
}
