//! What the suite's relying party looks at in every answer. What the suite would only warn of fails here.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use novi_sso::token::{base64url, sha256};
use serde_json::Value;

use super::suite::Arrival;
use crate::support::{Page, Reply, header_of, kids, verified};

/// What an ID token has to match.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: Option<&'a str>,
    /// Its claims may stand in the ID token: the one warning that is accepted (PLATFORMS.md 11.6).
    pub scope: &'a str,
    pub now: i64,
}

/// Of the protocol; everything else belongs to a scope.
const PROTOCOL: [&str; 13] = [
    "iss",
    "sub",
    "aud",
    "azp",
    "iat",
    "exp",
    "nbf",
    "auth_time",
    "nonce",
    "at_hash",
    "sid",
    "acr",
    "amr",
];

/// Claims of the profile scope with names of our own: what platforms map (PLATFORMS.md 1.2).
const FLAT: [&str; 3] = ["company_name", "job_title", "member_status"];

/// OpenID Connect Core §5.4, the claims that a scope asks for.
pub fn claims_of(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// OpenID Connect Core §3.1.3.7, and the order in which the suite looks: who, for whom, when, and whose
/// signature.
pub fn id_token(tokens: &Value, jwks: &Value, op: &Value, expected: &Expected<'_>) -> Value {
    let token = &tokens["id_token"];
    let header = header_of(token);
    let listed = op["id_token_signing_alg_values_supported"].as_array().unwrap();
    assert!(listed.contains(&header["alg"]), "{header}");
    assert_eq!(header["alg"], "RS256");
    let kid = header["kid"].as_str().expect("the header names its key");
    assert_eq!(kids(jwks).iter().filter(|known| *known == kid).count(), 1, "exactly one such key");
    let claims = verified(token, jwks).expect("signed by the key it names");

    assert_eq!(claims["iss"], expected.issuer);
    is_for(&claims, expected.client_id);
    let sub = claims["sub"].as_str().expect("sub is text");
    assert!((1..=255).contains(&sub.len()) && sub.is_ascii(), "{sub}");
    let (iat, exp) = (seconds(&claims, "iat"), seconds(&claims, "exp"));
    assert!(iat <= expected.now && expected.now - iat <= 60, "fresh: {iat}");
    assert!(expected.now < exp && exp - iat <= 3600, "alive, and not for long: {exp}");
    assert!(claims["nbf"].as_i64().is_none_or(|nbf| nbf <= expected.now));
    assert_eq!(claims["nonce"].as_str(), expected.nonce, "as it was sent");
    assert!(seconds(&claims, "auth_time") <= iat);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(claims["at_hash"], base64url(&sha256(access)[..16]));
    if let Some(acr) = claims.get("acr") {
        assert!(acr.is_string(), "acr is one text: {acr}");
    }
    if let Some(amr) = claims.get("amr") {
        assert!(amr.as_array().is_some_and(|amr| amr.iter().all(Value::is_string)), "{amr}");
    }
    let asked: BTreeSet<_> = words(expected.scope).into_iter().flat_map(claims_of).collect();
    for name in claims.as_object().unwrap().keys().map(String::as_str) {
        let of_profile = words(expected.scope).contains("profile") && FLAT.contains(&name);
        let known = PROTOCOL.contains(&name) || asked.contains(&name) || of_profile;
        assert!(known, "{name} was not asked for");
    }
    claims
}

/// "The aud Claim MUST contain its client_id", and azp is there for more than one audience only.
pub fn is_for(claims: &Value, client_id: &str) {
    match &claims["aud"] {
        Value::Array(audience) => {
            assert!(audience.iter().any(|one| one == client_id), "{audience:?}");
            assert!(audience.len() == 1 || claims["azp"] == client_id, "azp of several");
        }
        one => assert_eq!(one, client_id),
    }
    assert!(claims.get("azp").is_none_or(|azp| azp == client_id));
}

/// RFC 6749 §5.1 and its appendix A.
pub fn token_response(reply: &Reply) {
    assert_eq!(reply.status, 200, "{}", reply.json);
    is_json(reply);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("pragma"), Some("no-cache"));
    assert!(reply["error"].is_null(), "{}", reply.json);
    assert!(reply["token_type"].as_str().unwrap().eq_ignore_ascii_case("bearer"));
    assert!(reply["expires_in"].as_i64().is_some_and(|seconds| seconds > 0), "{}", reply.json);
    unguessable(reply["access_token"].as_str().unwrap());
    if let Some(refresh) = reply.json.get("refresh_token") {
        unguessable(refresh.as_str().unwrap());
    }
}

/// RFC 6749 §5.2.
pub fn token_error(reply: &Reply, error: &str) {
    assert_eq!((reply.status, &reply["error"]), (400, &error.into()), "{}", reply.json);
    is_json(reply);
    readable(reply["error_description"].as_str());
    let mut names = reply.json.as_object().unwrap().keys();
    assert!(names.all(|name| ["error", "error_description", "error_uri"].contains(&&**name)));
    for token in ["access_token", "refresh_token", "id_token"] {
        assert!(reply.json.get(token).is_none(), "{}", reply.json);
    }
}

/// OpenID Connect Core §5.3.2, and of §5.1 the type of every standard claim.
pub fn userinfo_response(reply: &Reply) {
    assert_eq!(reply.status, 200, "{}", reply.json);
    is_json(reply);
    assert!(reply["sub"].as_str().is_some_and(|sub| !sub.is_empty()), "{}", reply.json);
    well_typed(&reply.json);
}

fn well_typed(claims: &Value) {
    for (name, value) in claims.as_object().unwrap() {
        let fits = match &**name {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" => value.is_i64(),
            "address" => {
                let parts = value.as_object().unwrap_or_else(|| panic!("address is {value}"));
                parts.values().all(|part| part.as_str().is_some_and(|text| !text.is_empty()))
            }
            "groups" => value.is_array(),
            _ => value.as_str().is_some_and(|text| !text.is_empty()),
        };
        assert!(fits, "{name} is {value}");
    }
    // §5.1: "birthdate […] represented as an ISO 8601-1 YYYY-MM-DD format".
    if let Some(birthdate) = claims["birthdate"].as_str() {
        assert!([4, 10].contains(&birthdate.len()), "{birthdate}");
    }
}

/// OAuth 2.0 Form Post Response Mode §2: "HTML form values that are auto-submitted in the User Agent", by
/// POST, and nothing in the URL. Where scripts are off there is a button.
pub fn form_post_page(page: &Page, callback: &str) {
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let form = page.body.split("<form").find(|form| form.contains("action=")).unwrap();
    let form = form.split("</form>").next().unwrap();
    let tag = form.split('>').next().unwrap();
    assert!(tag.to_lowercase().contains("method=\"post\""), "{tag}");
    assert!(!tag.contains("enctype") && !tag.contains("target"), "{tag}");
    assert!(form.contains("<button") || form.contains("type=\"submit\""), "{form}");
    let scripts: Vec<_> = page.body.split("<script").skip(1).collect();
    assert!(!scripts.is_empty(), "nothing submits the form");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    for script in scripts {
        assert!(script.contains("src=\"/sso-assets/"), "the policy blocks it: {script}");
    }
    assert!(lets_post_to(policy, callback), "{policy}");
}

/// Whether `form-action` of a policy holds the origin of a URL.
fn lets_post_to(policy: &str, url: &str) -> bool {
    let url = url::Url::parse(url).unwrap();
    let rule = policy.split(';').find_map(|rule| rule.trim().strip_prefix("form-action "));
    let Some(rule) = rule else { return true };
    let (scheme, origin) = (format!("{}:", url.scheme()), url.origin().ascii_serialization());
    let any_port = format!("{}://{}:*", url.scheme(), url.host_str().unwrap());
    rule.split(' ').any(|source| source == scheme || source == origin || source == any_port)
}

/// The errors with which `prompt=none` says that a person would have to be asked.
pub fn asks_for_a_person(arrival: &Arrival) {
    let errors = [
        "login_required",
        "interaction_required",
        "account_selection_required",
        "consent_required",
    ];
    assert!(errors.contains(&arrival.error()), "{:?}", arrival.params);
    assert_eq!(arrival.seen, [], "no page was shown");
}

/// A bearer secret: printable, long enough, and not the same few characters again and again.
pub fn unguessable(text: &str) {
    assert!(text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "RFC 6749 appendix A: {text}");
    let mut times = BTreeMap::new();
    for byte in text.bytes() {
        *times.entry(byte).or_insert(0) += 1;
    }
    let length = text.len() as f64;
    let shannon: f64 =
        times.values().map(|times| -f64::from(*times) * (f64::from(*times) / length).log2()).sum();
    assert!(shannon > 128.0, "{shannon} bits in {text}");
}

/// RFC 6749 §4.1.2.1: "Values for the error_description parameter MUST NOT include characters outside the
/// set %x20-21 / %x23-5B / %x5D-7E."
pub fn readable(description: Option<&str>) {
    let allowed = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    let description = description.unwrap_or("-");
    assert!(!description.is_empty() && description.bytes().all(allowed), "{description}");
}

pub fn is_json(reply: &Reply) {
    let kind = reply.header("content-type").unwrap_or_default();
    assert_eq!(kind.split(';').next(), Some("application/json"));
    assert!(reply.json.is_object(), "{}", reply.json);
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

pub fn words(scope: &str) -> BTreeSet<&str> {
    scope.split_ascii_whitespace().collect()
}

pub fn seconds(claims: &Value, name: &str) -> i64 {
    claims[name].as_i64().unwrap_or_else(|| panic!("{name} is {}", claims[name]))
}
