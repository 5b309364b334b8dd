//! Proof Key for Code Exchange (RFC 7636).

use novi_sso::clients::TokenAuthMethod;
use novi_sso::token::{base64url, sha256};

use crate::support::{CALLBACK, HOME, Novi};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// SEC-B4: only the pair that belongs together buys tokens, and a verifier without a challenge means that the
/// challenge was stripped (RFC 9700 §2.1.1).
#[tokio::test]
async fn a_code_is_sold_to_the_verifier_of_its_challenge_and_to_nothing_else() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;
    let of_length = |length: usize| "aZ0-._~".repeat(20)[..length].to_owned();
    let s256 = |verifier: &str| base64url(sha256(verifier));
    assert_eq!(s256(VERIFIER), CHALLENGE, "RFC 7636, appendix B");

    let none = String::new();
    let verifier = VERIFIER.to_owned();
    for (challenge, verifier, sold) in [
        (none.clone(), none.clone(), true),
        (none.clone(), verifier.clone(), false),
        (none.clone(), "x".to_owned(), false),
        (s256(VERIFIER), verifier.clone(), true),
        (s256(VERIFIER), none, false),
        (s256(VERIFIER), format!("{VERIFIER}x"), false),
        (s256(VERIFIER), VERIFIER[..42].to_owned(), false),
        (s256(VERIFIER), VERIFIER.to_uppercase(), false),
        (s256(VERIFIER), format!(" {VERIFIER}"), false),
        (s256(VERIFIER), CHALLENGE.to_owned(), false),
        // What a server that takes `plain` would accept.
        (verifier.clone(), verifier, false),
        (s256(&of_length(42)), of_length(42), false),
        (s256(&of_length(43)), of_length(43), true),
        (s256(&of_length(128)), of_length(128), true),
        (s256(&of_length(129)), of_length(129), false),
        (s256(&"é".repeat(43)), "é".repeat(43), false),
        (s256(&"+".repeat(43)), "+".repeat(43), false),
    ] {
        let method = if challenge.is_empty() { "" } else { "S256" };
        let changes = [("code_challenge", &*challenge), ("code_challenge_method", method)];
        let page = browser.get(&forj.authorize_url_with(&changes)).await;
        let code = page.sent("code").unwrap();

        let reply = forj.token(&[("code", &code), ("code_verifier", &verifier)]).await;

        let expected = if sold { 200 } else { 400 };
        assert_eq!(reply.status, expected, "{challenge:?} {verifier:?} {}", reply.json);
        if !sold {
            assert_eq!(reply["error"], "invalid_grant");
            let right = forj.token(&[("code", &code), ("code_verifier", VERIFIER)]).await;
            assert_eq!(right["error"], "invalid_grant", "one guess, then the code is burnt");
        }
    }
}

/// SEC-B4: no downgrade.
#[tokio::test]
async fn plain_and_malformed_challenges_are_refused() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    for (challenge, method) in [
        (VERIFIER, "plain"),
        (CHALLENGE, "plain"),
        (CHALLENGE, ""),
        (CHALLENGE, "s256"),
        (CHALLENGE, "S512"),
        ("", "S256"),
        ("", "plain"),
        (&CHALLENGE[..42], "S256"),
        (&format!("{CHALLENGE}A"), "S256"),
        (&format!("{CHALLENGE}="), "S256"),
        (&CHALLENGE.replace('-', "+"), "S256"),
        (&CHALLENGE.replace('-', "é"), "S256"),
    ] {
        let changes = [("code_challenge", challenge), ("code_challenge_method", method)];
        let page = browser.get(&forj.authorize_url_with(&changes)).await;
        assert_eq!(page.sent("error").as_deref(), Some("invalid_request"), "{challenge} {method}");
        assert_eq!(page.sent("code"), None);
        assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    }
}

/// SEC-B4: a public client has nothing but its challenge.
#[tokio::test]
async fn a_public_client_must_use_pkce() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;
    let with = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

    let without = browser.get(&app.authorize_url()).await;
    let codes = [app.code_for_with(&ann, &with).await, app.code_for_with(&ann, &with).await];
    let bare = app.exchange(&codes[0]).await;
    let proven = app.token(&[("code", &codes[1]), ("code_verifier", VERIFIER)]).await;

    assert_eq!(without.sent("error").as_deref(), Some("invalid_request"));
    assert_eq!((bare.status, &bare["error"]), (400, &"invalid_grant".into()));
    assert_eq!(proven.status, 200, "{}", proven.json);
}

/// The challenge survives the log-in page, and belongs to its own request.
#[tokio::test]
async fn a_challenge_is_kept_while_its_member_signs_in_and_fits_no_other_code() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = "other-other-other-other-other-other-other-other";
    let of = |challenge| [("code_challenge", challenge), ("code_challenge_method", "S256")];
    let other_challenge = base64url(sha256(other));

    let first = forj.code_for_with(&ann, &of(CHALLENGE)).await;
    let second = forj.code_for_with(&ann, &of(&other_challenge)).await;
    let swapped = forj.token(&[("code", &second), ("code_verifier", VERIFIER)]).await;
    let right = forj.token(&[("code", &first), ("code_verifier", VERIFIER)]).await;

    assert_eq!(swapped["error"], "invalid_grant");
    assert_eq!(right.status, 200, "{}", right.json);
}
