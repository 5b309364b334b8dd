//! Step 5: Set Up Your Single-Sign-On (SSO) (H:45–49).

use novi_sso::simulator::{
    self, AppSecret, HIGHER_LOGIC_SCOPE, Settings, TokenAuthMethod, Transport,
};

use crate::journeys::office::Office;
use crate::journeys::{Keys, Person, add_sso_client, sso_client};
use crate::support::{HOME, Novi};

const COMMUNITY: &str = "community.acme.example";

fn stand_in(novi: &Novi, keys: &Keys, token_auth_method: TokenAuthMethod) -> axum::Router {
    let settings = Settings {
        name: "Acme Connect".to_owned(),
        origin: format!("https://{COMMUNITY}"),
        second_origin: None,
        issuer: keys.directory_document.clone(),
        client_id: keys.client_id.clone(),
        client_secret: AppSecret::new(&*keys.secret_key),
        scope: HIGHER_LOGIC_SCOPE.to_owned(),
        button_label: "Sign in".to_owned(),
        token_auth_method,
    };
    let clock = novi.clock.clone();
    let transport = Transport::router(novi.router.clone());
    simulator::higher_logic(settings, transport, move || clock.now().unix_seconds())
}

/// R17, R18 (H:27, H:47): the OAuth code flow without `openid`; `sub` is the Legacy Contact Key.
#[tokio::test]
async fn a_member_logs_in_to_higher_logic_by_plain_oauth() {
    for method in [TokenAuthMethod::PostBody, TokenAuthMethod::Basic] {
        let novi = Novi::start().await;
        let redirect_url =
            format!("https://{COMMUNITY}/HigherLogic/Security/OAuth/Authentication.aspx");
        let keys = add_sso_client(&novi, "Higher Logic", &redirect_url).await;
        let higher_logic = stand_in(&novi, &keys, method);
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

/// R9, R17, R18 (H:47–49): "please send us a copy of the technical worksheet (requested above) for us to
/// finish filling out. We will provide a copy back to you to send to your rep."
#[tokio::test]
async fn the_worksheet_holds_all_that_the_rep_needs_but_the_secret() {
    let mut office = Office::open().await;
    let (novi, ann) = (office.novi().clone(), office.member("Ann").await);
    let sheet = ["Connect", "Connect Higher Logic", "Print the Technical Worksheet, filled in"];
    let before = office.reads(&sheet).await;
    assert!(before.contains("There is no SSO client for Higher Logic yet."), "{before}");
    let redirect_url =
        format!("https://{COMMUNITY}/HigherLogic/Security/OAuth/Authentication.aspx");
    let keys = sso_client(&mut office.ruth, "Higher Logic", &redirect_url).await;

    let sheet = office.goes(&sheet).await;

    let issuer = sheet.cell("Issuer", "Value");
    for (line, path) in [
        ("Authorization endpoint", "authorize"),
        ("Token endpoint", "token"),
        ("User info endpoint", "userinfo"),
    ] {
        assert_eq!(sheet.cell(line, "Value"), format!("{issuer}/oauth/{path}"));
    }
    assert_eq!(sheet.cell("Redirect URL", "Value"), redirect_url);
    assert!(!sheet.body.contains(&keys.secret_key), "handed over separately");
    // The Rep fills in what the sheet says, and the member has "one login for both websites".
    let settings = Settings {
        name: "Acme Connect".to_owned(),
        origin: format!("https://{COMMUNITY}"),
        second_origin: None,
        issuer,
        client_id: sheet.cell("Client ID", "Value"),
        client_secret: AppSecret::new(keys.secret_key),
        scope: sheet.cell("Scope", "Value"),
        button_label: "Sign in".to_owned(),
        token_auth_method: TokenAuthMethod::PostBody,
    };
    let (clock, transport) = (novi.clock.clone(), Transport::router(novi.router.clone()));
    let higher_logic =
        simulator::higher_logic(settings, transport, move || clock.now().unix_seconds());
    let mut person = Person::at(&novi, &[(COMMUNITY, &higher_logic)]);
    person.browser(HOME).sign_in(&ann).await;
    let click = person.browser(COMMUNITY).get("/HigherLogic/Security/LoginBounce.aspx").await;
    let (host, welcome) = person.follow(COMMUNITY.to_owned(), click).await;
    assert_eq!((&*host, welcome.status), (COMMUNITY, 200), "{}", welcome.body);
    assert!(welcome.body.contains(ann.id.as_str()), "{}", welcome.body);
}

/// R13, R17 (H:47): the Legacy Contact Key of a log-in is the one that the sync sends.
#[tokio::test]
async fn whoever_logs_in_is_the_contact_that_the_sync_sent() {
    let mut office = Office::connected_to("Higher Logic").await;
    let (novi, ann) = (office.novi().clone(), office.member("Ann").await);
    office.makes("Safety", &["Ann Archer"]).await;
    office.switches_on("Safety", "community").await;
    office.settles().await;
    let redirect_url =
        format!("https://{COMMUNITY}/HigherLogic/Security/OAuth/Authentication.aspx");
    let keys = sso_client(&mut office.ruth, "Higher Logic", &redirect_url).await;
    let higher_logic = stand_in(&novi, &keys, TokenAuthMethod::PostBody);
    let mut person = Person::at(&novi, &[(COMMUNITY, &higher_logic)]);

    let click = person.browser(COMMUNITY).get("/HigherLogic/Security/LoginBounce.aspx").await;
    let (_, log_in) = person.follow(COMMUNITY.to_owned(), click).await;
    let (_, welcome) = person.logs_in(&log_in, &ann).await;

    let key = office.id_of("Safety").await;
    let contacts = office.stage.higher_logic.members(&key);
    assert!(contacts.len() == 1 && welcome.body.contains(&contacts[0]), "{}", welcome.body);
}
