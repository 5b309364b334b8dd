//! A request as a platform sees it, and what it answers before any fault.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded;

/// What is read at all. Each platform's own limit is lower, and is answered, not hung up on.
const MOST_READ: usize = 64 << 20;

pub struct Call {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    pub async fn read(request: Request) -> Result<Self, axum::Error> {
        let (parts, body) = request.into_parts();
        Ok(Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body: to_bytes(body, MOST_READ).await?,
        })
    }

    /// The parts of the path below the API's prefix; a slash at the end makes no difference.
    pub fn below(&self, prefix: &str) -> Vec<&str> {
        let rest = self.path.strip_prefix(prefix).unwrap_or_default();
        rest.split('/').filter(|part| !part.is_empty()).collect()
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub fn header(&self, name: impl Into<HeaderName>) -> Option<&str> {
        self.headers.get(name.into())?.to_str().ok()
    }

    /// RFC 7617: user and password of `Authorization: Basic`.
    pub fn basic(&self) -> Option<(String, String)> {
        let (scheme, encoded) = self.header(AUTHORIZATION)?.split_once(' ')?;
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (user, password) = decoded.split_once(':')?;
        scheme.eq_ignore_ascii_case("basic").then(|| (user.to_owned(), password.to_owned()))
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Answer {
    pub fn json(status: StatusCode, body: &Value) -> Self {
        let headers = vec![(CONTENT_TYPE.to_string(), "application/json".to_owned())];
        Self { status, headers, body: body.to_string().into() }
    }

    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(kept, _)| !kept.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn with_body(self, content_type: &str, body: Bytes) -> Self {
        Self { body, ..self.with(CONTENT_TYPE.as_str(), content_type) }
    }

    pub fn into_response(self) -> Response<Body> {
        let body = self.body.clone();
        self.carrying(Body::from(body))
    }

    /// Status and headers of this answer with another body. A header that HTTP does not allow gives
    /// a 500: a fault may name any.
    pub fn carrying(self, body: Body) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(body).unwrap_or_else(|error| {
            let mut response = Response::new(Body::from(error.to_string()));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        })
    }
}
