//! Z-2: an authorization request, from the bytes of a query or a form to what is kept of it.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use novi_sso::clients::{RedirectUrl, Settings, TokenAuthMethod};
use novi_sso::oidc::claims_request::ClaimsRequest;
use novi_sso::oidc::error::{Code, Error};
use novi_sso::oidc::params::Params;
use novi_sso::oidc::request::AuthorizationRequest;
use novi_sso::oidc::response_mode::ResponseMode;
use novi_sso::oidc::{prompt, scope::Scopes};

use super::reference;

/// What reading one request may take, at its quickest of several tries.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 50 } else { 1 });
const TRIES: usize = 20;

/// A confidential client, one that must use PKCE, and a public one.
static CLIENTS: LazyLock<[Settings; 3]> = LazyLock::new(|| {
    let url = RedirectUrl::register("https://acme.mobilize.io/cb", false).unwrap();
    let usual = Settings::new("Community", vec![url]);
    let public = Settings { auth_method: TokenAuthMethod::None, ..usual.clone() };
    [usual.clone(), Settings { requires_pkce: true, ..usual }, public]
});

/// The query as it came.
pub fn authorization_request(data: &[u8]) -> bool {
    assert!(is_quick(data), "it takes longer than {LONGEST:?}");
    let expected = reference::params(data);
    let params = match Params::parse(data) {
        Ok(params) => params,
        Err(error) => {
            refused(&error);
            assert_eq!(expected, None, "it is well-formed and was refused");
            return false;
        }
    };
    let again = Params::parse(params.encoded().as_bytes()).expect("what we print, we read");
    assert_eq!(Some(again.into_pairs()), expected);

    let asked_mode = params.get("response_mode");
    let Some(mode) = ResponseMode::parse(asked_mode) else { return false };
    assert!(asked_mode.is_none_or(|asked| ResponseMode::SUPPORTED.contains(&asked)));
    let requests = CLIENTS.each_ref().map(|client| {
        let request = AuthorizationRequest::parse(client, &params, mode);
        match &request {
            Ok(request) => understood(client, &params, request),
            Err(error) => refused(error),
        }
        request
    });
    if requests[1].is_ok() {
        assert_eq!(requests[0].as_ref().ok(), requests[1].as_ref().ok(), "PKCE changes the rest");
    }
    requests[0].is_ok()
}

fn is_quick(data: &[u8]) -> bool {
    let read = || {
        let params = Params::parse(data).ok()?;
        AuthorizationRequest::parse(&CLIENTS[0], &params, ResponseMode::Query).ok()
    };
    (0..TRIES).any(|_| {
        let since = Instant::now();
        read();
        since.elapsed() <= LONGEST
    })
}

fn refused(error: &Error) {
    assert!(reference::is_description(&error.description), "{}", error.description);
    assert!(!matches!(error.code, Code::ServerError | Code::TemporarilyUnavailable), "{error:?}");
}

fn understood(client: &Settings, params: &Params, request: &AuthorizationRequest) {
    // As the database keeps it while the member signs in.
    let kept = serde_json::to_string(request).expect("it is text");
    let back: AuthorizationRequest = serde_json::from_str(&kept).expect("what we keep, we read");
    assert_eq!(back, *request);
    assert!(!kept.contains('\0'), "PostgreSQL keeps no NUL");

    let get = |name| params.get(name);
    assert_eq!(get("response_type"), Some("code"));
    for unsupported in ["request", "request_uri", "registration"] {
        assert_eq!(get(unsupported), None);
    }
    assert_eq!(request.redirect_uri, get("redirect_uri").unwrap_or_default());
    assert_eq!(request.state.as_deref(), get("state"));
    assert_eq!(request.nonce.as_deref(), get("nonce"));
    assert!(!request.scopes().to_string().is_empty());
    assert_eq!(Scopes::parse(&request.scopes().to_string()), request.scopes());
    assert_eq!((&request.audience, request.is_legacy), (&None, false));

    let challenge = request.challenge();
    assert_eq!(challenge.as_ref().map(|challenge| challenge.as_str()), get("code_challenge"));
    assert_eq!(get("code_challenge_method"), challenge.as_ref().map(|_| "S256"));
    let needs = client.requires_pkce || client.is_public();
    assert!(challenge.is_some() || !needs, "PKCE was not asked of it");

    let (policy, max_age) = prompt::policy(params).expect("it was read before");
    assert_eq!(
        (request.policy(), request.max_age),
        (policy, max_age),
        "read anew it says the same"
    );
    let words = get("prompt").unwrap_or_default().split_ascii_whitespace();
    assert!({ words }.all(|word| prompt::SUPPORTED.contains(&word)));
    assert!(!policy.is_silent || !(policy.asks_account || policy.asks_consent));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(get("max_age").is_none_or(is_number), "max_age is no number of seconds");

    let claims = get("claims").map(|text| ClaimsRequest::parse(text).expect("it was read before"));
    assert_eq!(request.claims(), claims.unwrap_or_default());
    assert_eq!(request.claims().sub, request.expected);
}
