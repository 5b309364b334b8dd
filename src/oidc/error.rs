//! Errors that a community platform's software reads (RFC 6749 §5.2, RFC 6750 §3.1).

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::{db, grants, signing, web};

/// `code` and `description` go to the client; `cause` goes to the log and nowhere else.
#[derive(Debug)]
pub struct Error {
    pub code: Code,
    pub description: Cow<'static, str>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// What `WWW-Authenticate` says.
    challenge: Option<&'static str>,
    /// Where the code alone does not say it.
    status: Option<StatusCode>,
    retry_after: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
    InvalidToken,
    InsufficientScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    AccessDenied,
    LoginRequired,
    ConsentRequired,
    UnmetAuthenticationRequirements,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    ServerError,
    TemporarilyUnavailable,
}

impl Code {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

impl Error {
    pub fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        let description = description.into();
        // RFC 6750 §3.
        let challenge = match code {
            Code::InvalidToken => Some("Bearer realm=\"userinfo\", error=\"invalid_token\""),
            Code::InsufficientScope => {
                Some("Bearer realm=\"userinfo\", error=\"insufficient_scope\"")
            }
            _ => None,
        };
        Self { code, description, cause: None, challenge, status: None, retry_after: None }
    }

    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidRequest, description)
    }

    pub fn too_large() -> Self {
        let status = Some(StatusCode::PAYLOAD_TOO_LARGE);
        Self { status, ..Self::invalid_request("the body is too long, or did not arrive") }
    }

    pub fn missing(parameter: &str) -> Self {
        Self::invalid_request(format!("{parameter} is missing"))
    }

    /// The same words whether the client is unknown or its secret is wrong.
    ///
    /// RFC 6749 §5.2: "If the client attempted to authenticate via the "Authorization" request header
    /// field, the authorization server MUST respond with an HTTP 401 (Unauthorized) status code and
    /// include the "WWW-Authenticate" response header field".
    pub fn invalid_client(used_basic: bool) -> Self {
        let challenge = used_basic.then_some("Basic realm=\"token endpoint\"");
        Self { challenge, ..Self::new(Code::InvalidClient, "client authentication failed") }
    }

    /// For the log and nobody else.
    pub fn because(self, cause: &'static str) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// RFC 6749 §5.2, invalid_grant: "The provided […] refresh token is invalid, expired, revoked, […]
    /// or was issued to another client."
    pub fn refresh_refused(refusal: grants::Refusal) -> Self {
        let description =
            "the refresh token is invalid, expired, used, or was issued to another client";
        Self { cause: Some(refusal.into()), ..Self::new(Code::InvalidGrant, description) }
    }

    /// RFC 6750 §3.1: "If the request lacks any authentication information […], the resource server
    /// SHOULD NOT include an error code" in its challenge.
    pub fn missing_token() -> Self {
        let challenge = Some("Bearer realm=\"userinfo\"");
        Self { challenge, ..Self::new(Code::InvalidToken, "an access token is missing") }
    }

    pub fn too_many(seconds: i64) -> Self {
        let description =
            "too many failed client authentications; check the Client Id and Secret Key";
        let status = Some(StatusCode::TOO_MANY_REQUESTS);
        let retry_after = Some(seconds);
        Self { status, retry_after, ..Self::new(Code::InvalidClient, description) }
    }

    pub fn status(&self) -> StatusCode {
        if let Some(status) = self.status {
            return status;
        }
        match self.code {
            Code::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Code::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::InvalidClient | Code::InvalidToken => StatusCode::UNAUTHORIZED,
            Code::InsufficientScope => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<grants::Refusal> for Error {
    fn from(refusal: grants::Refusal) -> Self {
        let description = "the code is invalid, expired, used, or was issued for another request";
        Self { cause: Some(refusal.into()), ..Self::new(Code::InvalidGrant, description) }
    }
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        let description = "the server cannot answer at the moment; try again";
        Self { cause: Some(error.into()), ..Self::new(Code::TemporarilyUnavailable, description) }
    }
}

impl From<signing::Error> for Error {
    fn from(error: signing::Error) -> Self {
        Self { cause: Some(error.into()), ..Self::new(Code::ServerError, "the server cannot sign") }
    }
}

/// An unknown host, said in the form that software reads.
impl From<web::Error> for Error {
    fn from(_: web::Error) -> Self {
        Self::invalid_request("no association is served under this host name")
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            error: Code,
            error_description: &'a str,
        }
        let cause = self.cause.as_deref().map(tracing::field::display);
        if self.status().is_server_error() {
            tracing::error!(code = self.code.as_text(), cause, "failed");
        } else {
            tracing::info!(
                code = self.code.as_text(),
                description = &*self.description,
                cause,
                "refused"
            );
        }
        let body = Body { error: self.code, error_description: &self.description };
        let mut response = (self.status(), Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
