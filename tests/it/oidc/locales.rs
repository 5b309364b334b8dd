//! Wishes about pages: `ui_locales`, `claims_locales`, `display` and `login_hint` (OpenID Connect Core §3.1.2.1,
//! §5.2).

use crate::support::{Novi, claims};

/// §3.1.2.1, ui_locales: "An error SHOULD NOT result if some or all of the requested locales are not supported".
#[tokio::test]
async fn a_language_that_nobody_wrote_is_english() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;

    for wish in
        ["en", "fr-CA fr en", "de", "x", "en-GB", "*", "\"><b>", "en;q=0", "a b c d e f g h"]
    {
        let mut browser = novi.browser();
        let page = browser.visit(&forj.authorize_url_with(&[("ui_locales", wish)])).await;

        assert_eq!(page.status, 200, "{wish}");
        assert!(page.body.contains("<html lang=\"en\">"), "{wish}");
        assert!(page.text().contains("with your Acme Builders login"), "{}", page.text());
        assert!(!page.body.contains("<b>"));
    }
}

/// §5.2, §3.1.2.1: hints to which there is nothing to choose from change nothing.
#[tokio::test]
async fn claims_locales_and_display_change_nothing() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    for hint in [
        ("claims_locales", "fr de"),
        ("claims_locales", "\"><b>"),
        ("display", "page"),
        ("display", "popup"),
        ("display", "touch"),
        ("display", "wap"),
        ("display", "hologram"),
    ] {
        let code = forj.code_for_with(&ann, &[hint]).await;
        let told = claims(&forj.exchange(&code).await["id_token"]);
        assert_eq!(told["name"], "Ann Archer", "{hint:?}");
        let tagged = |name: &String| name.contains('#');
        assert!(!told.as_object().unwrap().keys().any(tagged), "{told}");
    }
}

/// §3.1.2.1, login_hint: "Hint to the Authorization Server about the login identifier the End-User might use to
/// log in".
#[tokio::test]
async fn a_login_hint_stands_in_the_field_and_decides_nothing() {
    let novi = Novi::start().await;
    let (forj, ann, bob) =
        (novi.client("Forj").await, novi.member("Ann").await, novi.member("Bob").await);
    let canary = "\"><img src=x onerror=1>'{{7*7}}";
    let nobody = "nobody@elsewhere.example";

    for hint in [&*ann.email, nobody, canary, "+1 555 0100"] {
        let mut browser = novi.browser();
        let page = browser.visit(&forj.authorize_url_with(&[("login_hint", hint)])).await;

        assert_eq!(page.field("email").as_deref(), Some(hint));
        assert!(!page.body.contains("<img"), "{}", page.body);
        let entered = browser.sign_in_on(&page, &bob).await;
        let answer = browser.get(&entered.location().unwrap()).await;
        let tokens = forj.exchange(&answer.sent("code").unwrap()).await;
        assert_eq!(claims(&tokens["id_token"])["sub"], bob.id.as_str(), "whoever knows a password");
    }
    // What was typed stays when the password was wrong.
    let mut browser = novi.browser();
    let page = browser.visit(&forj.authorize_url_with(&[("login_hint", nobody)])).await;
    let typed = [("email", &*ann.email), ("password", "wrong")];
    let page = browser.submit(&page, "/log-in", &typed).await;
    assert_eq!(page.field("email").as_deref(), Some(&*ann.email));
}

/// A hint is for the browser that brought it: nobody reads it off another one's request.
#[tokio::test]
async fn a_login_hint_is_shown_in_its_own_browser_only() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let hinted = forj.authorize_url_with(&[("login_hint", &*ann.email)]);
    let mut browser = novi.browser();
    let log_in = browser.get(&hinted).await.location().unwrap();

    let own = browser.get(&log_in).await;
    let foreign = novi.browser().get(&log_in).await;

    assert_eq!(own.field("email").as_deref(), Some(&*ann.email));
    assert_eq!(foreign.field("email").as_deref(), Some(""));
}
