//! Back-Channel Logout OP.

use novi_sso::oidc::backchannel;
use novi_sso::outbound::Loopback;
use serde_json::{Value, json};

use super::checks::{self, seconds};
use super::suite::{Mode, SignedIn, Suite, long_state, owned};
use crate::support::{Novi, Received, Receiver, header_of, registered, verified};

/// A development association, because only that may call loopback.
const LOCAL: &str = "127.0.0.1:8080";
const CALLBACK: &str = "http://127.0.0.1:3000/users/auth/openidconnect/callback";
const LOGGED_OUT: &str = "http://127.0.0.1:3000/post_logout_redirect";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[tokio::test]
async fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let suite = Suite::start(Mode::Query).await;

    for switch in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(suite.op[switch], true, "{switch}");
    }
    suite.endpoint("end_session_endpoint");
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let novi = Novi::start_with(|settings| settings.loopback_calls = Loopback::Allowed).await;
    novi.associate(&format!("http://{LOCAL}"), "Development").await;
    let receiver = Receiver::start().await;
    let client = novi.client_that(LOCAL, "Suite", &[CALLBACK], |settings| {
        settings.post_logout_urls = vec![registered(LOGGED_OUT)];
        settings.backchannel_logout_url = Some(registered(&receiver.url("/backchannel_logout")));
    });
    let client = client.await;
    let member = novi.member_at(LOCAL, "Ann", |_| {}).await;
    let mut suite = Suite::of(novi, client, member, Mode::Query).await;
    let signed_in = suite.signs_in(&[]).await;
    let state = long_state();

    let request = owned(&[
        ("id_token_hint", signed_in.id_token()),
        ("post_logout_redirect_uri", LOGGED_OUT),
        ("state", &state),
    ]);
    let page = suite.logs_out(&request).await;
    backchannel::deliver(&suite.novi.app).await.unwrap();
    backchannel::deliver(&suite.novi.app).await.unwrap();

    let received = receiver.received();
    assert_eq!(received.len(), 1, "told once: {received:?}");
    let token = logout_token(&received[0]);
    checks_logout_token(&suite, &token, &signed_in).await;
    assert_eq!(page.location(), Some(format!("{LOGGED_OUT}?state={state}")));
    suite.is_signed_out().await;
}

/// OpenID Connect Back-Channel Logout §2.5: a form with nothing else in it.
fn logout_token(received: &Received) -> Value {
    assert_eq!((received.method.as_str(), &*received.path), ("POST", "/backchannel_logout"));
    let kind = received.headers["content-type"].to_str().unwrap();
    assert_eq!(kind.split(';').next(), Some("application/x-www-form-urlencoded"));
    assert!(
        received.headers.get("cookie").is_none() && received.headers.get("authorization").is_none()
    );
    let form: Vec<_> = url::form_urlencoded::parse(received.body.as_bytes()).into_owned().collect();
    let [(name, token)] = &form[..] else { panic!("not one field: {form:?}") };
    assert_eq!(name, "logout_token");
    token.as_str().into()
}

/// §2.4, §2.6.
async fn checks_logout_token(suite: &Suite, token: &Value, signed_in: &SignedIn) {
    let header = header_of(token);
    assert_eq!(header["alg"], "RS256");
    assert_eq!(header["typ"], "logout+jwt", "§2.4: explicit typing is recommended");
    let claims = verified(token, &suite.jwks().await).expect("signed by the key it names");

    assert_eq!(claims["iss"], suite.op["issuer"]);
    checks::is_for(&claims, &suite.client.client_id);
    let iat = seconds(&claims, "iat");
    assert!(iat <= suite.now() && suite.now() - iat <= 60, "{iat}");
    let exp = seconds(&claims, "exp");
    assert!(suite.now() < exp && exp - iat <= 120, "§2.4: preferably at most two minutes: {exp}");
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 16), "{claims}");
    assert_eq!(claims["events"], json!({ EVENT: {} }));
    assert_eq!(claims["sub"], signed_in.claims["sub"]);
    assert!(claims["sid"].is_string(), "{claims}");
    assert_eq!(
        claims["sid"], signed_in.claims["sid"],
        "discovery says that sessions are supported"
    );
    assert_eq!(claims.get("nonce"), None, "\"A nonce Claim MUST NOT be present\"");
}
