//! "Novi <> Higher Logic Integration", step 5: Set Up Your Single-Sign-On (SSO).

use novi_sso::simulator::{
    self, AppSecret, HIGHER_LOGIC_SCOPE, Settings, TokenAuthMethod, Transport,
};

use super::{Person, add_sso_client};
use crate::support::Novi;

const COMMUNITY: &str = "community.acme.example";

/// R17, R18 (H:27, H:47): the OAuth code flow without `openid`; `sub` is the Legacy Contact Key.
#[tokio::test]
async fn a_member_logs_in_to_higher_logic_by_plain_oauth() {
    for method in [TokenAuthMethod::PostBody, TokenAuthMethod::Basic] {
        let novi = Novi::start().await;
        let redirect_url =
            format!("https://{COMMUNITY}/HigherLogic/Security/OAuth/Authentication.aspx");
        let keys = add_sso_client(&novi, "Higher Logic", &redirect_url).await;
        let settings = Settings {
            name: "Acme Connect".to_owned(),
            origin: format!("https://{COMMUNITY}"),
            second_origin: None,
            issuer: keys.directory_document.clone(),
            client_id: keys.client_id.clone(),
            client_secret: AppSecret::new(&*keys.secret_key),
            scope: HIGHER_LOGIC_SCOPE.to_owned(),
            button_label: "Sign in".to_owned(),
            token_auth_method: method,
        };
        let clock = novi.clock.clone();
        let transport = Transport::router(novi.router.clone());
        let now = move || clock.now().unix_seconds();
        let higher_logic = simulator::higher_logic(settings, transport, now);
        let ann = novi.member("Ann").await;
        let mut person = Person::at(&novi, &[(COMMUNITY, &higher_logic)]);

        let click = person.browser(COMMUNITY).get("/HigherLogic/Security/LoginBounce.aspx").await;
        let (_, log_in) = person.follow(COMMUNITY.to_owned(), click).await;
        let (host, welcome) = person.logs_in(&log_in, &ann).await;

        assert_eq!((&*host, welcome.status), (COMMUNITY, 200), "{}", welcome.body);
        assert!(welcome.body.contains(ann.id.as_str()), "{}", welcome.body);
        assert!(!welcome.body.contains("ann@acme.example"), "not without the scope email");
    }
}
