//! What comes back from the provider: through the browser, and as JSON from its endpoints.

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{Request, Response};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::refusal::Refusal;
use super::transport::Transport;

/// The authorization response (RFC 6749 §4.1.2), and RFC 9207's `iss`.
#[derive(Default)]
pub struct Callback {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Callback {
    pub fn parse(query: &str) -> Result<Self, Refusal> {
        let mut callback = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match &*name {
                "code" => &mut callback.code,
                "state" => &mut callback.state,
                "iss" => &mut callback.iss,
                "error" => &mut callback.error,
                "error_description" => &mut callback.error_description,
                _ => continue,
            };
            // RFC 6749 §3.1: "Request and response parameters MUST NOT be included more than once."
            if slot.replace(value.into_owned()).is_some() {
                return Err(Refusal::new("invalid_response", format!("{name} came twice")));
            }
        }
        Ok(callback)
    }

    /// The code, or the provider's own words for why there is none.
    pub fn code(self) -> Result<String, Refusal> {
        if let Some(error) = self.error {
            return Err(Refusal::new(error, self.error_description.unwrap_or_default()));
        }
        self.code.filter(|code| !code.is_empty()).ok_or_else(|| {
            Refusal::new("missing_code", "the provider sent the member back without a code")
        })
    }
}

/// A GET that must be answered by 200 and a JSON object.
pub async fn get(
    transport: &Transport,
    url: &str,
    bearer: Option<&str>,
    failure: &'static str,
) -> Result<Map<String, Value>, Refusal> {
    let mut request = Request::get(url).header(ACCEPT, "application/json");
    if let Some(token) = bearer {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    send(transport, url, request.body(Vec::new()), failure).await
}

/// A POST of a form that must be answered by 200 and a JSON object.
pub async fn post(
    transport: &Transport,
    url: &str,
    authorization: Option<String>,
    form: String,
    failure: &'static str,
) -> Result<Map<String, Value>, Refusal> {
    let mut request = Request::post(url)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(credentials) = authorization {
        request = request.header(AUTHORIZATION, credentials);
    }
    send(transport, url, request.body(form.into_bytes()), failure).await
}

async fn send(
    transport: &Transport,
    url: &str,
    request: Result<Request<Vec<u8>>, axum::http::Error>,
    failure: &'static str,
) -> Result<Map<String, Value>, Refusal> {
    let refuse = |what: String| Refusal::new(failure, format!("{url} {what}"));
    let request = request.map_err(|error| refuse(format!("cannot be asked: {error}")))?;
    let answer = transport
        .send(request)
        .await
        .map_err(|error| refuse(format!("did not answer: {error}")))?;
    let status = answer.status();
    if status.is_redirection() {
        let to = header(&answer, LOCATION);
        return Err(refuse(format!("redirects to {to:?}, and the platform follows no redirect")));
    }
    let media_type = header(&answer, CONTENT_TYPE);
    if !is_json(media_type) {
        return Err(refuse(format!(
            "answered {status} with content type {media_type:?}, not JSON"
        )));
    }
    let object = match serde_json::from_slice(answer.body()) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(refuse(format!("answered {status} with JSON that is no object"))),
        Err(error) => return Err(refuse(format!("answered {status} with broken JSON: {error}"))),
    };
    if status.as_u16() == 200 { Ok(object) } else { Err(told(object, refuse, status.as_u16())) }
}

/// The provider's own `error`, where it gave one (RFC 6749 §5.2).
fn told(object: Map<String, Value>, refuse: impl Fn(String) -> Refusal, status: u16) -> Refusal {
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let refusal = refuse(format!("answered {status}: {}", text("error_description")));
    match text("error") {
        "" => refusal,
        error => Refusal { error: error.to_owned(), ..refusal },
    }
}

fn header(answer: &Response<Vec<u8>>, name: axum::http::HeaderName) -> &str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}
