//! Basic OP and Form Post OP: parameters of the authorization request that must do no harm.

use novi_sso::token::{base64url, random_text, sha256};

use super::suite::{Seen, SignedIn, Suite, arrived, in_both_modes, stayed};

#[tokio::test]
async fn oidcc_display_page() {
    in_both_modes(async |suite| causes_no_error(suite, ("display", "page")).await).await;
}

#[tokio::test]
async fn oidcc_display_popup() {
    in_both_modes(async |suite| causes_no_error(suite, ("display", "popup")).await).await;
}

#[tokio::test]
async fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    in_both_modes(async |suite| causes_no_error(suite, ("extra", "foobar")).await).await;
}

#[tokio::test]
async fn oidcc_ui_locales() {
    in_both_modes(async |suite| causes_no_error(suite, ("ui_locales", "se")).await).await;
}

#[tokio::test]
async fn oidcc_claims_locales() {
    in_both_modes(async |suite| causes_no_error(suite, ("claims_locales", "se")).await).await;
}

/// Somebody who is known here, and the suite's own stranger.
#[tokio::test]
async fn oidcc_login_hint() {
    for hint in ["ann@acme.example", "buffy@www.acme.example"] {
        in_both_modes(async |suite| causes_no_error(suite, ("login_hint", hint)).await).await;
    }
}

#[tokio::test]
async fn oidcc_ensure_request_with_acr_values_succeeds() {
    in_both_modes(async |mut suite| {
        let listed = suite.op["acr_values_supported"].as_array().cloned().unwrap_or_default();
        let values: Vec<_> = listed.iter().map(|value| value.as_str().unwrap()).collect();
        let asked = if values.is_empty() { "1 2".to_owned() } else { values.join(" ") };
        let signed_in = suite.signs_in(&[("acr_values", &asked)]).await;

        let acr = signed_in.claims["acr"].as_str().expect("the ID token has an acr");
        assert!(asked.split(' ').any(|value| value == acr), "{acr} is none of {asked}");
    })
    .await;
}

#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri() {
    in_both_modes(async |mut suite| {
        for tail in ["/", "?", "&", ""] {
            let wrong = format!("{}{tail}{}", suite.client.callback, random_text());
            let request = suite.request(&[("redirect_uri", &wrong)]);
            for outcome in [suite.sends(request.clone()).await, suite.sends_by_post(request).await]
            {
                let page = stayed(outcome);
                assert!(!page.posts_to(&wrong) && !page.posts_to(&suite.client.callback));
            }
        }
    })
    .await;
}

/// From another site, so without cookies: by somebody who has to log in, and by somebody who is in.
#[tokio::test]
async fn oidcc_ensure_post_request_succeeds() {
    in_both_modes(async |mut suite| {
        for seen in [vec![Seen::LogIn], vec![]] {
            let request = suite.request(&[]);
            let arrival = arrived(suite.sends_by_post(request).await);
            assert_eq!(arrival.seen, seen);
            suite.redeems(arrival, &[]).await;
        }
    })
    .await;
}

#[tokio::test]
async fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    in_both_modes(async |mut suite| {
        assert!(suite.lists("code_challenge_methods_supported", "S256"));
        let verifier = random_text();
        let challenge = base64url(sha256(&verifier));
        let pkce = [("code_challenge", &*challenge), ("code_challenge_method", "S256")];
        let arrival = suite.authorizes(&pkce).await;
        suite.redeems(arrival, &[("code_verifier", &verifier)]).await;
    })
    .await;
}

/// Discovery does not offer request objects, so the suite takes the refusal for an answer.
#[tokio::test]
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    in_both_modes(async |mut suite| {
        assert_ne!(suite.op["request_parameter_supported"], true, "its default is false");
        assert!(!suite.lists("request_object_signing_alg_values_supported", "none"));
        let inside = suite.request(&[]);
        let object = unsigned(&inside);
        for outside in [&[][..], &[("state", ""), ("nonce", "")]] {
            let request = suite.request(&[outside, &[("request", &*object)]].concat());
            let arrival = arrived(suite.sends(request).await);

            assert_eq!(arrival.error(), "request_not_supported");
            assert_eq!(arrival.seen, []);
        }
    })
    .await;
}

#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    in_both_modes(async |mut suite| {
        let object = unsigned(&suite.request(&[]));
        let wrong = format!("{}/{}", suite.client.callback, random_text());
        let request = suite.request(&[("redirect_uri", &wrong), ("request", &object)]);

        let page = stayed(suite.sends(request).await);

        assert!(!page.posts_to(&wrong) && !page.posts_to(&suite.client.callback));
    })
    .await;
}

#[tokio::test]
async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    in_both_modes(async |mut suite| {
        assert_eq!(suite.op["request_uri_parameter_supported"], false, "its default is true");
        let reference = format!("https://acme.mobilize.io/{}", random_text());
        let arrival = suite.authorizes(&[("request_uri", &reference)]).await;

        assert_eq!(arrival.error(), "request_uri_not_supported");
        assert_eq!(arrival.seen, []);
    })
    .await;
}

/// With the log-in page in between, and straight through.
async fn causes_no_error(mut suite: Suite, parameter: (&str, &str)) {
    let first: SignedIn = suite.signs_in(&[parameter]).await;
    let again = suite.signs_in(&[parameter]).await;

    assert_eq!((first.seen, again.seen), (vec![Seen::LogIn], vec![]));
    assert_eq!(first.claims["sub"], again.claims["sub"]);
}

/// A request object without a signature (OpenID Connect Core §6.1).
fn unsigned(request: &[(String, String)]) -> String {
    let claims: serde_json::Map<_, _> =
        request.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let (header, claims) = (r#"{"alg":"none"}"#, serde_json::Value::from(claims).to_string());
    format!("{}.{}.", base64url(header), base64url(claims))
}
