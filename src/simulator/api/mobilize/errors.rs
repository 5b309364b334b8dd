//! How the API says no: `{"error_message", "error_code", "field"}`, whatever the status.

use axum::http::StatusCode;
use serde_json::json;

use super::super::call::Answer;

#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    pub message: String,
    field: Option<String>,
}

impl Refusal {
    pub fn invalid(message: impl Into<String>, field: &str) -> Self {
        let field = Some(field.to_owned());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self { status, code: "validation_failed", message: message.into(), field }
    }

    pub fn bad_body() -> Self {
        Self::plain(StatusCode::BAD_REQUEST, "bad_request", "The body is not what this call takes")
    }

    pub fn unauthorized() -> Self {
        Self::plain(StatusCode::UNAUTHORIZED, "unauthorized", "Invalid API key or secret")
    }

    pub fn not_enabled() -> Self {
        let message = "API access is not enabled for this account";
        Self::plain(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub fn not_found(what: &str) -> Self {
        Self::plain(StatusCode::NOT_FOUND, "not_found", &format!("{what} not found"))
    }

    pub fn busy() -> Self {
        let message = "Another bulk operation is running";
        Self::plain(StatusCode::CONFLICT, "bulk_in_progress", message)
    }

    pub fn too_many() -> Self {
        Self::plain(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests")
    }

    pub fn too_large() -> Self {
        Self::plain(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large")
    }

    fn plain(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), field: None }
    }

    pub fn answer(self) -> Answer {
        let body = json!({
            "error_message": self.message,
            "error_code": self.code,
            "field": self.field,
        });
        Answer::json(self.status, &body)
    }
}
