//! The discovery document (OpenID Connect Discovery §3, RFC 8414 §2): exactly what is mounted.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;

use super::response_mode::ResponseMode;
use super::scope::Scope;
use super::{acr, claims, client_assertion, prompt, token};
use crate::associations::Site;
use crate::token::{base64url, sha256};
use crate::web::locale::Locale;

/// A document that is made once and then only copied.
pub struct Document {
    pub bytes: Bytes,
    pub etag: String,
}

pub async fn get(site: Site, headers: HeaderMap) -> Response {
    let epoch = site.app.db.config_epoch();
    let document = match site.app.documents.get(epoch, site.id()) {
        Some(document) => document,
        None => site.app.documents.put(epoch, site.id().clone(), Document::of(&site)),
    };
    cached(&headers, document.bytes.clone(), &document.etag)
}

/// Answers with the bytes, or 304 to whoever has them (RFC 9110 §13.1.2).
pub fn cached(headers: &HeaderMap, bytes: Bytes, etag: &str) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let status = match known {
        Some(tags) if tags.split(',').any(|tag| is_same(tag.trim(), etag)) => {
            StatusCode::NOT_MODIFIED
        }
        _ => StatusCode::OK,
    };
    let mut response = match status {
        StatusCode::OK => bytes.into_response(),
        status => status.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let lifetime = HeaderValue::from_static("public, max-age=900, stale-if-error=86400");
    headers.insert(header::CACHE_CONTROL, lifetime);
    // One address serves several associations, told apart by host.
    headers.insert(header::VARY, HeaderValue::from_static("host"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// "A recipient MUST use the weak comparison function": proxies that compress weaken the tag.
fn is_same(tag: &str, etag: &str) -> bool {
    tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
}

/// As OpenID Connect Core §9 calls them.
const METHODS: [&str; 4] = ["client_secret_post", "client_secret_basic", "private_key_jwt", "none"];

impl Document {
    fn of(site: &Site) -> Self {
        let scopes = Scope::ALL.map(Scope::as_text);
        let document = json!({
            "issuer": site.association.issuer.as_str(),
            "authorization_endpoint": site.url("/oauth/authorize"),
            "token_endpoint": site.url("/oauth/token"),
            "userinfo_endpoint": site.url("/oauth/userinfo"),
            "jwks_uri": site.url("/oauth/jwks"),
            "end_session_endpoint": site.url("/log-out"),
            "revocation_endpoint": site.url("/oauth/revoke"),
            "introspection_endpoint": site.url("/oauth/introspect"),
            "pushed_authorization_request_endpoint": site.url("/oauth/par"),
            "scopes_supported": scopes,
            "response_types_supported": ["code"],
            "response_modes_supported": ResponseMode::SUPPORTED,
            "grant_types_supported": token::GRANT_TYPES,
            "prompt_values_supported": prompt::SUPPORTED,
            "acr_values_supported": acr::SUPPORTED,
            "display_values_supported": ["page", "popup"],
            "ui_locales_supported": Locale::tags(),
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": METHODS,
            "token_endpoint_auth_signing_alg_values_supported": client_assertion::ALGORITHMS,
            "revocation_endpoint_auth_methods_supported": METHODS,
            "revocation_endpoint_auth_signing_alg_values_supported": client_assertion::ALGORITHMS,
            // A public client cannot prove that it may ask.
            "introspection_endpoint_auth_methods_supported": METHODS[..3],
            "introspection_endpoint_auth_signing_alg_values_supported":
                client_assertion::ALGORITHMS,
            "claims_supported": claims::SUPPORTED,
            "claim_types_supported": ["normal"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "claims_parameter_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
            "require_pushed_authorization_requests": false,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
        });
        let bytes = serde_json::to_vec(&document).expect("the document is text and lists of it");
        let etag = format!("\"{}\"", &base64url(sha256(&bytes))[..16]);
        Self { bytes: bytes.into(), etag }
    }
}
