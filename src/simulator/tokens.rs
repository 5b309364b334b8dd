//! Trading the code for tokens (RFC 6749 §4.1.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::answers;
use super::community::Community;
use super::refusal::Refusal;
use super::settings::{Settings, TokenAuthMethod};

/// Deliberately not `Debug`.
pub struct Tokens {
    pub access_token: String,
    pub id_token: Option<String>,
}

/// The scope goes along, as the platforms' libraries do it, though RFC 6749 knows none here.
pub async fn exchange(
    community: &Community,
    token_endpoint: &str,
    scope: &str,
    code: &str,
) -> Result<Tokens, Refusal> {
    let (authorization, form) = request(community, scope, code);
    let transport = &community.transport;
    let answer =
        answers::post(transport, token_endpoint, authorization, form, "token_failed").await?;
    read(&answer)
}

/// The `Authorization` header where there is one, and the form.
fn request(community: &Community, scope: &str, code: &str) -> (Option<String>, String) {
    let settings = &community.settings;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &community.redirect_uri())
        .append_pair("scope", scope);
    match settings.token_auth_method {
        TokenAuthMethod::Basic => (Some(basic(settings)), form.finish()),
        TokenAuthMethod::PostBody => {
            form.append_pair("client_id", &settings.client_id)
                .append_pair("client_secret", settings.client_secret.expose());
            (None, form.finish())
        }
    }
}

/// RFC 6749 §2.3.1: both parts are encoded "using the application/x-www-form-urlencoded encoding algorithm" first.
fn basic(settings: &Settings) -> String {
    let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = part(&settings.client_id) + ":" + &part(settings.client_secret.expose());
    format!("Basic {}", STANDARD.encode(pair))
}

fn read(answer: &Map<String, Value>) -> Result<Tokens, Refusal> {
    let text = |name: &str| match answer.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(broken(format!("{name} is there, but not as text"))),
    };
    match text("token_type")? {
        Some(kind) if kind.eq_ignore_ascii_case("bearer") => {}
        _ => return Err(broken("token_type is not Bearer")),
    }
    if answer.get("expires_in").is_some_and(|seconds| !seconds.is_u64()) {
        return Err(broken("expires_in is not a whole number of seconds"));
    }
    let access_token = text("access_token")?.ok_or_else(|| broken("access_token is missing"))?;
    Ok(Tokens { access_token, id_token: text("id_token")? })
}

fn broken(what: impl Into<String>) -> Refusal {
    Refusal::new("invalid_token_response", what)
}
