//! `POST /hooks/{connection}`: where automation tools send what changed. No cookies, no form token, no
//! other origins; what proves a delivery is its signature. Refusals come in the order of what they cost.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{Delivery, Hook, Known, Message, NotAMessage, Refused, Signed, Taken};
use crate::associations::Site;
use crate::db;
use crate::id::HookId;
use crate::token::Token;

const BUSY_SECONDS: i64 = 3;
const FULL_SECONDS: i64 = 3600;

/// What a tool reads.
#[derive(Serialize)]
struct Answer {
    result: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored_fields: Vec<String>,
}

/// Why a delivery was not taken, as software reads it; `message` is for whoever set the tool up.
#[derive(Serialize)]
struct Refusal {
    error: &'static str,
    message: String,
    #[serde(skip)]
    status: StatusCode,
    #[serde(skip)]
    retry_after: Option<i64>,
}

impl Refusal {
    fn of(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { error, message: message.into(), status, retry_after: None }
    }

    fn later(self, seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The same for an unknown connection, a closed one, and a wrong or missing signature.
    fn unproved() -> Self {
        let message = "the connection is unknown, or x-novi-timestamp, x-novi-delivery or \
             x-novi-signature is missing or wrong";
        Self::of(StatusCode::UNAUTHORIZED, "invalid_signature", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        metrics::counter!("hooks_refused_total", "error" => self.error).increment(1);
        let mut response = (self.status, Json(&self)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §11.6.1: "A server generating a 401 (Unauthorized) response MUST send a
            // WWW-Authenticate header field".
            let challenge = HeaderValue::from_static("HMAC-SHA256");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<db::Error> for Refusal {
    fn from(error: db::Error) -> Self {
        tracing::error!(%error, "a delivery of an automation tool failed");
        let message = "the service cannot answer at the moment";
        Self::of(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", message)
            .later(BUSY_SECONDS)
    }
}

pub async fn post(
    site: Site,
    Path(connection): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(_) => {
            let message = "the body is longer than 64 KiB, or did not arrive";
            return Refusal::of(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
                .into_response();
        }
    };
    match taken(&site, &connection, &headers, &body).await {
        Ok((status, answer)) => {
            metrics::counter!("hooks_taken_total", "result" => answer.result).increment(1);
            (status, Json(answer)).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn taken(
    site: &Site,
    connection: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(StatusCode, Answer), Refusal> {
    let Some(_place) = site.app.hook_doors.enter() else {
        let message = "too many deliveries at this moment";
        return Err(
            Refusal::of(StatusCode::SERVICE_UNAVAILABLE, "busy", message).later(BUSY_SECONDS)
        );
    };
    let (hook, signed, known) = proved(site, connection, headers, body).await?;
    let (mark, hook_id) = (signed.mark(), &hook.hook_id);
    let delivery = Delivery { id: &signed.delivery, mark: &mark, sent_at: signed.sent_at, known };
    if !signed.is_timely(site.now) || super::is_known(site, hook_id, &delivery).await? {
        return Ok(answer(Taken::Again, Vec::new()));
    }
    let most = site.app.settings.limits.hook_calls;
    if let Some(seconds) = site.app.hook_doors.count(site.id(), hook_id, site.now, most) {
        let message = "too many deliveries of this connection within a minute";
        return Err(Refusal::of(StatusCode::TOO_MANY_REQUESTS, "too_many", message).later(seconds));
    }
    let outcome = match Message::read(body, &hook.fields()) {
        Ok(message) => match super::take(site, hook_id, &delivery, &message).await? {
            Ok(taken) => return Ok(answer(taken, message.ignored)),
            Err(refused) => refusal(refused),
        },
        Err(wrong) => malformed(&wrong),
    };
    super::refused(site, hook_id, known).await?;
    Err(outcome)
}

/// Whose delivery it is. Takes the same steps whether there is such a hook or not.
async fn proved(
    site: &Site,
    connection: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Hook, Signed, Known), Refusal> {
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().and_then(|value| value.to_str().ok());
        first.filter(|_| values.next().is_none()).unwrap_or_default()
    };
    let signed =
        Signed::read(text("x-novi-timestamp"), text("x-novi-signature"), text("x-novi-delivery"));
    let signed = signed.ok_or_else(Refusal::unproved)?;
    let id = connection.parse::<HookId>().unwrap_or_else(|_| HookId::random());
    let hook = super::find(&mut site.read(), &id).await?;
    let Some(hook) = hook.filter(|hook| hook.closed_at.is_none()) else {
        signed.is_of(&Token::random(), body);
        return Err(Refusal::unproved());
    };
    match hook.signed(site, &signed, body) {
        Ok(Some(known)) => Ok((hook, signed, known)),
        Ok(None) => Err(Refusal::unproved()),
        Err(error) => {
            tracing::error!(hook = %hook.hook_id, %error, "the secret of a hook is lost");
            Err(Refusal::unproved())
        }
    }
}

fn answer(taken: Taken, ignored_fields: Vec<String>) -> (StatusCode, Answer) {
    let (status, result) = match taken {
        Taken::Changed => (StatusCode::OK, "changed"),
        Taken::Same => (StatusCode::OK, "same"),
        Taken::Waiting => (StatusCode::ACCEPTED, "waiting"),
        Taken::Again => (StatusCode::OK, "ignored"),
    };
    (status, Answer { result, ignored_fields })
}

fn malformed(wrong: &NotAMessage) -> Refusal {
    let error = match wrong {
        NotAMessage::Malformed(_) => "malformed",
        NotAMessage::Who | NotAMessage::Member | NotAMessage::Email => "invalid_member",
        NotAMessage::Values(_) => "invalid_fields",
    };
    Refusal::of(StatusCode::UNPROCESSABLE_ENTITY, error, wrong.to_string())
}

fn refusal(refused: Refused) -> Refusal {
    let message = refused.to_string();
    match refused {
        Refused::Closed => Refusal::unproved(),
        Refused::NoMember => {
            Refusal::of(StatusCode::UNPROCESSABLE_ENTITY, "unknown_member", message)
        }
        Refused::Full => {
            Refusal::of(StatusCode::TOO_MANY_REQUESTS, "full", message).later(FULL_SECONDS)
        }
    }
}
