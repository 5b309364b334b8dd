//! The provider as its discovery document describes it (OpenID Connect Discovery §4), fetched anew for every step.

use serde_json::{Map, Value};
use url::Url;

use super::refusal::Refusal;
use super::transport::Transport;
use super::{answers, claims};

pub struct Provider {
    issuer: String,
    pub authorization_endpoint: Url,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    jwks_uri: String,
    pub end_session_endpoint: Option<Url>,
    /// `authorization_response_iss_parameter_supported`
    sends_iss: bool,
}

const FAILED: &str = "discovery_failed";

/// A slash at the end of the Directory Document is forgiven when the address is put together, and only then: the
/// document's `issuer` has to be the same text. This is the classic outage, so it must happen here too.
pub async fn discover(transport: &Transport, issuer: &str) -> Result<Provider, Refusal> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let document = answers::get(transport, &url, None, FAILED).await?;
    read(&document, issuer).map_err(|what| Refusal::new(FAILED, what))
}

impl Provider {
    /// The keys as they are now; nothing is kept from one sign-in to the next.
    pub async fn keys(&self, transport: &Transport) -> Result<Map<String, Value>, Refusal> {
        answers::get(transport, &self.jwks_uri, None, "jwks_failed").await
    }

    /// RFC 9207 §2.4: "If the value does not match the expected issuer identifier, clients MUST reject the authorization
    /// response", and likewise one without `iss` from a provider that says it sends it.
    pub fn check_iss(&self, iss: Option<&str>) -> Result<(), Refusal> {
        match iss {
            Some(iss) if iss == self.issuer => Ok(()),
            None if !self.sends_iss => Ok(()),
            other => {
                let what = format!("the answer has iss {other:?}, expected {:?}", self.issuer);
                Err(Refusal::new("issuer_mismatch", what))
            }
        }
    }
}

fn read(document: &Map<String, Value>, issuer: &str) -> Result<Provider, String> {
    claims::no_blanks(document)?;
    let found = required(document, "issuer")?;
    if found != issuer {
        return Err(format!(
            "the document says issuer {found:?}, the Directory Document is {issuer:?}: they must be the same text"
        ));
    }
    listed(document, "response_types_supported", "code")?;
    listed(document, "subject_types_supported", "public")?;
    listed(document, "id_token_signing_alg_values_supported", "RS256")?;
    for name in document.keys().filter(|name| is_address(name)) {
        address(document, name)?;
    }
    let authorization_endpoint = address(document, "authorization_endpoint")?;
    let end_session_endpoint = match document.contains_key("end_session_endpoint") {
        true => Some(address(document, "end_session_endpoint")?),
        false => None,
    };
    let sends_iss = document.get("authorization_response_iss_parameter_supported");
    Ok(Provider {
        issuer: found.to_owned(),
        authorization_endpoint,
        token_endpoint: required(document, "token_endpoint")?.to_owned(),
        userinfo_endpoint: required(document, "userinfo_endpoint")?.to_owned(),
        jwks_uri: required(document, "jwks_uri")?.to_owned(),
        end_session_endpoint,
        sends_iss: sends_iss == Some(&Value::Bool(true)),
    })
}

fn is_address(name: &str) -> bool {
    name.ends_with("_endpoint")
        || name.ends_with("_uri")
        || matches!(name, "check_session_iframe" | "service_documentation")
}

fn required<'a>(document: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    let text = document.get(name).ok_or_else(|| format!("{name} is missing"))?;
    text.as_str().ok_or_else(|| format!("{name} is not text"))
}

fn address(document: &Map<String, Value>, name: &str) -> Result<Url, String> {
    let text = required(document, name)?;
    let url = Url::parse(text).ok().filter(|_| claims::is_web_address(text));
    url.ok_or_else(|| format!("{name} is {text:?} and not an absolute web address"))
}

fn listed(document: &Map<String, Value>, name: &str, value: &str) -> Result<(), String> {
    let list = document.get(name).and_then(Value::as_array);
    let list = list.ok_or_else(|| format!("{name} is missing"))?;
    match list.iter().any(|entry| entry == value) {
        true => Ok(()),
        false => Err(format!("{name} does not list {value:?}")),
    }
}
