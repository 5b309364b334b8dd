//! How strongly somebody was signed in: `acr`, `amr` and what clients ask of them (OpenID Connect Core §2,
//! §3.1.2.1, §5.5.1.1; OpenID Connect Core Error Code unmet_authentication_requirements 1.0).

use serde_json::json;

use crate::support::{Novi, claims};

/// §2, RFC 8176 §2: a password, and nothing better than that is claimed.
#[tokio::test]
async fn the_id_token_says_that_it_was_a_password() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    // §3.1.2.1: acr_values are wishes, in order of preference.
    for wish in ["", "1", "0", "2 1", "urn:mace:incommon:iap:silver", "1 1 1"] {
        let code = forj.code_for_with(&ann, &[("acr_values", wish)]).await;
        let told = claims(&forj.exchange(&code).await["id_token"]);
        assert_eq!((&told["acr"], &told["amr"]), (&json!("1"), &json!(["pwd"])), "{wish}");
    }
    let listed = forj.get("/.well-known/openid-configuration").await;
    assert_eq!(listed["acr_values_supported"], json!(["1"]));
}

/// §5.5.1.1: "If this is an Essential Claim and the requirement cannot be met, then the Authorization Server
/// MUST treat that outcome as a failed authentication attempt."
#[tokio::test]
async fn an_essential_acr_that_nobody_reaches_is_an_error_before_anybody_is_asked() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let (mut nobody, mut browser) = (novi.browser(), novi.browser_of(&ann).await);

    for (acr, is_met) in [
        (json!({ "essential": true, "value": "2" }), false),
        (json!({ "essential": true, "values": ["2", "3"] }), false),
        (json!({ "essential": true, "value": "2", "values": ["3"] }), false),
        (json!({ "essential": true, "value": 1 }), false),
        (json!({ "essential": true, "values": ["2", "1"] }), true),
        (json!({ "essential": true }), true),
        (json!({ "value": "2" }), true),
        (json!({ "essential": "true", "value": "2" }), true),
        (json!(null), true),
    ] {
        let asked = json!({ "id_token": { "acr": acr } }).to_string();
        let url = forj.authorize_url_with(&[("claims", &asked)]);
        let answer = browser.get(&url).await;
        if is_met {
            assert!(answer.sent("code").is_some(), "{acr}: {:?}", answer.location());
            continue;
        }
        for answer in [answer, nobody.get(&url).await] {
            let error = answer.sent("error");
            assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"), "{acr}");
            assert_eq!(answer.sent("state").as_deref(), Some("st-1"));
        }
    }
    assert_eq!(novi.count("select count(*) from sign_ins").await, 0);
}
