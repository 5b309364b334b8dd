//! A provider of a few lines that tells the truth unless its [`Behaviour`] says otherwise.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use super::ASSOCIATION;

pub const NOW: i64 = 1_800_000_000;
const ACCESS_TOKEN: &str = "acce55";

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

/// Each function may spoil one answer before it goes out.
#[derive(Clone)]
pub struct Behaviour {
    pub discovery: fn(&mut Value),
    pub keys: fn(&mut Value),
    pub callback: fn(&mut HashMap<String, String>),
    pub header: fn(&mut Value),
    pub id_token: fn(&mut Value),
    pub tokens: fn(&mut Value),
    pub userinfo: fn(&mut Value),
    /// Status and content type of the token endpoint.
    pub token_answer: (u16, &'static str),
    /// Turns up in place of the discovery document.
    pub discovery_redirects_to: Option<&'static str>,
    pub signs_with_another_key: bool,
}

pub fn honest() -> Behaviour {
    Behaviour {
        discovery: |_| {},
        keys: |_| {},
        callback: |_| {},
        header: |_| {},
        id_token: |_| {},
        tokens: |_| {},
        userinfo: |_| {},
        token_answer: (200, "application/json;charset=UTF-8"),
        discovery_redirects_to: None,
        signs_with_another_key: false,
    }
}

/// One request as it arrived.
#[derive(Clone)]
pub struct Asked {
    pub path: String,
    pub authorization: Option<String>,
    /// Of the query, or of the form.
    pub parameters: HashMap<String, String>,
}

#[derive(Clone)]
pub struct Provider {
    behaviour: Behaviour,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Provider {
    pub fn new(behaviour: Behaviour) -> Self {
        Self { behaviour, asked: Arc::default() }
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/oauth/authorize", get(authorize))
            .route("/oauth/token", axum::routing::post(token))
            .route("/oauth/userinfo", get(userinfo))
            .route("/oauth/jwks", get(jwks))
            .route("/log-out", any(log_out))
            .with_state(self.clone())
    }

    /// The last request to this path.
    pub fn asked(&self, path: &str) -> Asked {
        self.all_asked(path).pop().unwrap()
    }

    pub fn all_asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    fn remember(
        &self,
        path: &str,
        headers: &HeaderMap,
        parameters: &str,
    ) -> HashMap<String, String> {
        let pairs = url::form_urlencoded::parse(parameters.as_bytes()).into_owned();
        let parameters: HashMap<_, _> = pairs.collect();
        let authorization =
            headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let asked = Asked { path: path.to_owned(), authorization, parameters: parameters.clone() };
        self.asked.lock().unwrap().push(asked);
        parameters
    }

    fn id_token(&self) -> String {
        let header = &mut json!({ "alg": "RS256", "kid": "current" });
        (self.behaviour.header)(header);
        let claims = &mut json!({
            "iss": ASSOCIATION,
            "sub": "5b1c",
            "aud": "7c9e",
            "iat": NOW - 1,
            "exp": NOW + 300,
            "nonce": self.asked("/oauth/authorize").parameters.get("nonce"),
            "given_name": "Ann",
            "family_name": "Ångström <b>",
            "email": "ann@acme.example",
            "email_verified": true,
            "updated_at": NOW - 5_000,
            "at_hash": URL_SAFE_NO_PAD.encode(&digest(&SHA256, ACCESS_TOKEN.as_bytes()).as_ref()[..16]),
        });
        (self.behaviour.id_token)(claims);
        let another = self.behaviour.signs_with_another_key;
        let key = if another { &KeyPair::generate(KeySize::Rsa2048).unwrap() } else { &*KEY };
        sign(key, header, claims)
    }
}

fn sign(key: &KeyPair, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = part(header) + "." + &part(claims);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    text + "." + &URL_SAFE_NO_PAD.encode(signature)
}

async fn discovery(State(provider): State<Provider>, uri: Uri, headers: HeaderMap) -> Response {
    provider.remember(uri.path(), &headers, "");
    if let Some(location) = provider.behaviour.discovery_redirects_to {
        return (StatusCode::MOVED_PERMANENTLY, [(LOCATION, location)]).into_response();
    }
    let mut document = json!({
        "issuer": ASSOCIATION,
        "authorization_endpoint": format!("{ASSOCIATION}/oauth/authorize"),
        "token_endpoint": format!("{ASSOCIATION}/oauth/token"),
        "userinfo_endpoint": format!("{ASSOCIATION}/oauth/userinfo"),
        "jwks_uri": format!("{ASSOCIATION}/oauth/jwks"),
        "end_session_endpoint": format!("{ASSOCIATION}/log-out"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_response_iss_parameter_supported": true,
    });
    (provider.behaviour.discovery)(&mut document);
    Json(document).into_response()
}

async fn jwks(State(provider): State<Provider>, uri: Uri, headers: HeaderMap) -> Json<Value> {
    provider.remember(uri.path(), &headers, "");
    let public = KEY.public_key();
    let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
    let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
    let key =
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "current", "n": n, "e": e });
    let mut keys = json!({ "keys": [key] });
    (provider.behaviour.keys)(&mut keys);
    Json(keys)
}

async fn authorize(State(provider): State<Provider>, uri: Uri, headers: HeaderMap) -> Response {
    let parameters = provider.remember(uri.path(), &headers, uri.query().unwrap());
    let mut answer = HashMap::from([
        ("code".to_owned(), "c0de".to_owned()),
        ("state".to_owned(), parameters["state"].clone()),
        ("iss".to_owned(), ASSOCIATION.to_owned()),
    ]);
    (provider.behaviour.callback)(&mut answer);
    let back = Url::parse_with_params(&parameters["redirect_uri"], answer).unwrap();
    (StatusCode::FOUND, [(LOCATION, back.to_string())]).into_response()
}

async fn token(
    State(provider): State<Provider>,
    uri: Uri,
    headers: HeaderMap,
    form: String,
) -> Response {
    provider.remember(uri.path(), &headers, &form);
    let id_token = provider.id_token();
    let mut answer = json!({
        "access_token": ACCESS_TOKEN,
        "token_type": "bearer",
        "expires_in": 600,
        "id_token": id_token,
    });
    (provider.behaviour.tokens)(&mut answer);
    let (status, content_type) = provider.behaviour.token_answer;
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(CONTENT_TYPE, content_type)], answer.to_string()).into_response()
}

async fn userinfo(State(provider): State<Provider>, uri: Uri, headers: HeaderMap) -> Json<Value> {
    provider.remember(uri.path(), &headers, "");
    let mut claims = json!({ "sub": "5b1c", "given_name": "Ann", "company_name": "Acme Roofing" });
    (provider.behaviour.userinfo)(&mut claims);
    Json(claims)
}

async fn log_out(
    State(provider): State<Provider>,
    uri: Uri,
    headers: HeaderMap,
    Query(parameters): Query<HashMap<String, String>>,
) -> String {
    provider.remember(uri.path(), &headers, uri.query().unwrap_or_default());
    format!("logged out, {} parameters", parameters.len())
}
