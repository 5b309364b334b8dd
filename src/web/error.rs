//! Errors that a person reads: what happened, what to do now, and a code to read out.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::page::Viewer;
use super::views::{Problem, WayBack};
use crate::token::reference_code;
use crate::{associations, clients, db, members::Busy, signing};

/// Becomes a page in [`super::frame`], which knows the association. Nothing of the request is echoed.
#[derive(Debug, Clone)]
pub struct Error(pub(super) Arc<Raised>);

#[derive(Debug)]
pub(super) struct Raised {
    pub status: StatusCode,
    pub problem: Problem,
    pub way_back: Option<WayBack>,
    /// Whom a refusal names.
    pub viewer: Option<Viewer>,
    pub reference: Option<String>,
}

impl Error {
    fn of(status: StatusCode, problem: Problem, way_back: Option<WayBack>) -> Self {
        Self(Arc::new(Raised { status, problem, way_back, viewer: None, reference: None }))
    }

    /// With a code that the log has too.
    fn traced(
        status: StatusCode,
        problem: Problem,
        way_back: Option<WayBack>,
        cause: &dyn std::fmt::Display,
    ) -> Self {
        let reference = reference_code();
        if status.is_server_error() {
            tracing::error!(reference, %cause, "a page failed");
        } else {
            tracing::info!(reference, %cause, "a page was refused");
        }
        let reference = Some(reference);
        Self(Arc::new(Raised { status, problem, way_back, viewer: None, reference }))
    }

    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    pub fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND, Problem::NotFound, Some(WayBack::Account))
    }

    pub fn method_not_allowed() -> Self {
        Self::of(StatusCode::METHOD_NOT_ALLOWED, Problem::MethodNotAllowed, Some(WayBack::Account))
    }

    pub fn unknown_host() -> Self {
        Self::of(StatusCode::MISDIRECTED_REQUEST, Problem::UnknownHost, None)
    }

    /// A form without its token, or with an old one, that cannot be shown again.
    pub fn too_old() -> Self {
        Self::of(StatusCode::FORBIDDEN, Problem::TooOld, Some(WayBack::Account))
    }

    pub fn forbidden(viewer: Viewer) -> Self {
        Self(Arc::new(Raised {
            status: StatusCode::FORBIDDEN,
            problem: Problem::Forbidden,
            way_back: Some(WayBack::SwitchAccount),
            viewer: Some(viewer),
            reference: None,
        }))
    }

    pub fn too_large() -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, Problem::TooLarge, Some(WayBack::Account))
    }

    pub fn unknown_client() -> Self {
        let cause = "client_id is missing or unknown";
        let back = Some(WayBack::Account);
        Self::traced(StatusCode::BAD_REQUEST, Problem::UnknownClient, back, &cause)
    }

    pub fn client_off(name: &str) -> Self {
        let cause = format!("the SSO client {name} is switched off");
        let problem = Problem::ClientOff { client: name.to_owned() };
        Self::traced(StatusCode::FORBIDDEN, problem, Some(WayBack::Account), &cause)
    }

    pub fn redirect_not_registered(name: &str) -> Self {
        let cause = format!("redirect_uri is not on the list of the SSO client {name}");
        let problem = Problem::RedirectNotRegistered { client: name.to_owned() };
        Self::traced(StatusCode::BAD_REQUEST, problem, Some(WayBack::Account), &cause)
    }

    pub fn request_malformed(cause: &str) -> Self {
        let problem = Problem::RequestMalformed { client: None };
        Self::traced(StatusCode::BAD_REQUEST, problem, Some(WayBack::Account), &cause)
    }

    pub fn broken(cause: impl std::fmt::Display) -> Self {
        let back = Some(WayBack::Account);
        Self::traced(StatusCode::INTERNAL_SERVER_ERROR, Problem::Broken, back, &cause)
    }

    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        Self::traced(StatusCode::SERVICE_UNAVAILABLE, Problem::Unavailable, None, &cause)
    }
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        Self::unavailable(error)
    }
}

impl From<Busy> for Error {
    fn from(busy: Busy) -> Self {
        Self::unavailable(busy)
    }
}

impl From<signing::Error> for Error {
    fn from(error: signing::Error) -> Self {
        Self::broken(error)
    }
}

impl From<associations::Error> for Error {
    fn from(error: associations::Error) -> Self {
        Self::broken(error)
    }
}

impl From<clients::ShowError> for Error {
    fn from(error: clients::ShowError) -> Self {
        Self::broken(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
