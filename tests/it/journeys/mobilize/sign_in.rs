//! Step 2: Single Sign-On Setup (M:54–92).

use novi_sso::associations::{self, Issuer};
use novi_sso::events::Actor;
use novi_sso::simulator::{self, AppSecret, MOBILIZE_SCOPE, Settings, TokenAuthMethod, Transport};
use novi_sso::sync::switch::Mark;

use crate::journeys::office::{Office, in_order};
use crate::journeys::{Keys, Person, add_sso_client, sso_client};
use crate::support::{BOARD, Novi};

pub const COMMUNITY: &str = "harbortrades.mobilize.io";
pub const CUSTOM_DOMAIN: &str = "community.acme.example";

/// "Fill in the following information being asked and then save."
pub fn stand_in(novi: &Novi, keys: &Keys, second_origin: Option<&str>) -> axum::Router {
    let settings = Settings {
        name: "Harbor Community".to_owned(),
        origin: format!("https://{COMMUNITY}"),
        second_origin: second_origin.map(|host| format!("https://{host}")),
        issuer: keys.directory_document.clone(),
        client_id: keys.client_id.clone(),
        client_secret: AppSecret::new(&*keys.secret_key),
        scope: MOBILIZE_SCOPE.to_owned(),
        button_label: "Log in with your Acme login".to_owned(),
        token_auth_method: TokenAuthMethod::PostBody,
    };
    let clock = novi.clock.clone();
    let transport = Transport::router(novi.router.clone());
    simulator::mobilize(settings, transport, move || clock.now().unix_seconds())
}

/// R1–R8, R10, R11, R13 (M:56–92).
#[tokio::test]
async fn a_member_logs_in_with_the_association_login() {
    let novi = Novi::start().await;
    let redirect_url = format!("https://{COMMUNITY}/users/auth/openidconnect/callback ");
    let keys = add_sso_client(&novi, "Mobilize", &redirect_url).await;
    assert_eq!(keys.directory_document, "https://www.acme.example", "no slash on the end");
    let mobilize = stand_in(&novi, &keys, None);
    let ann = novi.member("Ann").await;
    let mut person = Person::at(&novi, &[(COMMUNITY, &mobilize)]);

    let front = person.browser(COMMUNITY).get("/").await;
    assert!(front.body.contains("Log in with your Acme login"), "{}", front.body);
    let click = person.browser(COMMUNITY).post("/users/auth/openidconnect", &[]).await;
    let (_, log_in) = person.follow(COMMUNITY.to_owned(), click).await;
    assert!(log_in.body.contains("Mobilize"), "the page says who is asking: {}", log_in.body);
    assert!(log_in.body.contains(COMMUNITY), "{}", log_in.body);
    let (host, welcome) = person.logs_in(&log_in, &ann).await;

    assert_eq!((&*host, welcome.status), (COMMUNITY, 200), "{}", welcome.body);
    for arrived in [ann.id.as_str(), "ann@acme.example", "Ann Archer", "Archer Roofing", "Owner"] {
        assert!(welcome.body.contains(arrived), "{arrived}: {}", welcome.body);
    }
}

/// PLATFORMS.md 1.2: custom domains send the browser on to a second origin.
#[tokio::test]
async fn a_custom_domain_is_reached_through_the_first_origin() {
    let novi = Novi::start().await;
    let redirect_url = format!("https://{COMMUNITY}/users/auth/openidconnect/callback");
    let keys = add_sso_client(&novi, "Mobilize", &redirect_url).await;
    let mobilize = stand_in(&novi, &keys, Some(CUSTOM_DOMAIN));
    let ann = novi.member("Ann").await;
    let mut person = Person::at(&novi, &[(COMMUNITY, &mobilize), (CUSTOM_DOMAIN, &mobilize)]);

    let click = person.browser(CUSTOM_DOMAIN).post("/users/auth/openidconnect", &[]).await;
    let (_, log_in) = person.follow(CUSTOM_DOMAIN.to_owned(), click).await;
    let (host, welcome) = person.logs_in(&log_in, &ann).await;

    assert_eq!((&*host, welcome.status), (CUSTOM_DOMAIN, 200), "{}", welcome.body);
    assert!(welcome.body.contains(ann.id.as_str()), "{}", welcome.body);
}

/// R10, PLATFORMS.md 3: a slash at the end is the classic outage, and it is the platform that refuses.
#[tokio::test]
async fn a_directory_document_with_a_slash_is_refused() {
    let novi = Novi::start().await;
    let redirect_url = format!("https://{COMMUNITY}/users/auth/openidconnect/callback");
    let mut keys = add_sso_client(&novi, "Mobilize", &redirect_url).await;
    keys.directory_document.push('/');
    let mobilize = stand_in(&novi, &keys, None);
    let mut person = Person::at(&novi, &[(COMMUNITY, &mobilize)]);

    let click = person.browser(COMMUNITY).post("/users/auth/openidconnect", &[]).await;

    assert_eq!(click.status, 400, "{}", click.body);
    assert!(click.location().is_none());
}

/// R9: one login for both websites. Who is signed in is not asked again.
#[tokio::test]
async fn the_second_community_asks_for_no_password() {
    let novi = Novi::start().await;
    let redirect_url = format!("https://{COMMUNITY}/users/auth/openidconnect/callback");
    let keys = add_sso_client(&novi, "Mobilize", &redirect_url).await;
    let mobilize = stand_in(&novi, &keys, None);
    let ann = novi.member("Ann").await;
    let mut person = Person::at(&novi, &[(COMMUNITY, &mobilize)]);
    person.browser(crate::support::HOME).sign_in(&ann).await;

    let click = person.browser(COMMUNITY).post("/users/auth/openidconnect", &[]).await;
    let (host, welcome) = person.follow(COMMUNITY.to_owned(), click).await;

    assert_eq!((&*host, welcome.status), (COMMUNITY, 200), "{}", welcome.body);
    assert!(welcome.body.contains("ann@acme.example"), "{}", welcome.body);
}

/// R13 (M:56): "so that the system can recognize they're connected from a Novi group": who logs in is the
/// person whom the sync sent.
#[tokio::test]
async fn whoever_logs_in_is_known_from_the_group() {
    let mut office = Office::connected_to("Mobilize").await;
    let ann = office.member("Ann").await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;
    let redirect_url = format!("https://{COMMUNITY}/users/auth/openidconnect/callback");
    let keys = sso_client(&mut office.ruth, "Mobilize", &redirect_url).await;
    let mobilize = stand_in(office.novi(), &keys, None);
    let mut person = Person::at(office.novi(), &[(COMMUNITY, &mobilize)]);

    let click = person.browser(COMMUNITY).post("/users/auth/openidconnect", &[]).await;
    let (_, log_in) = person.follow(COMMUNITY.to_owned(), click).await;
    let (_, welcome) = person.logs_in(&log_in, &ann).await;
    office.settles().await;

    let there = office.stage.mobilize.member(BOARD, &ann.email).expect("the sync sent her");
    assert!(welcome.body.contains(&there.email), "{}", welcome.body);
    assert_eq!(office.stage.mobilize.user_count(), 1);
}

/// R14, R72 (M:82-84): "If this is being set up on your staging site, this will need to be updated to your
/// live website's URL after launch."
#[tokio::test]
async fn after_launch_the_live_websites_url_is_typed() {
    const LIVE: &str = "live.acme.example";
    let mut office = Office::open().await;
    let (novi, ann) = (office.novi().clone(), office.member("Ann").await);
    office.operator_marks(Mark::Staging).await;
    let redirect_url = format!("https://{COMMUNITY}/users/auth/openidconnect/callback");
    let mut keys = sso_client(&mut office.ruth, "Mobilize", &redirect_url).await;
    let on_staging = stand_in(&novi, &keys, None);
    let guide = office.goes(&["Connect", "Connect Mobilize"]).await;
    assert!(guide.text().contains("This is a staging site."), "{}", guide.text());
    let list = office.reads(&["Connect", "Connect Mobilize", "Move to live"]).await;
    assert!(list.contains("In Mobilize: Community Settings › Authentication"), "{list}");

    let issuer = Issuer::parse(&format!("https://{LIVE}")).unwrap();
    let moved = associations::move_to(&novi.home().await, &issuer, &Actor::CommandLine).await;
    moved.unwrap().unwrap();

    let mut before = Person::at(&novi, &[(COMMUNITY, &on_staging)]);
    let click = before.browser(COMMUNITY).post("/users/auth/openidconnect", &[]).await;
    assert_ne!(click.status, 303, "nobody logs in by the old address: {}", click.body);
    let mut ruth = novi.browser_at(LIVE);
    ruth.sign_in(&office.admin).await;
    let list = ruth.get("/admin/move").await.text();
    in_order(&list, &["In Mobilize:", &format!("Directory Document: https://{LIVE}")]);
    // Client Id and Secret Key stay as they are.
    keys.directory_document = format!("https://{LIVE}");
    let live = stand_in(&novi, &keys, None);
    let mut person = Person::at(&novi, &[(COMMUNITY, &live), (LIVE, &novi.router)]);
    let click = person.browser(COMMUNITY).post("/users/auth/openidconnect", &[]).await;
    let (host, log_in) = person.follow(COMMUNITY.to_owned(), click).await;
    assert_eq!(host, LIVE, "{}", log_in.body);
    let answer = person.browser(LIVE).sign_in_on(&log_in, &ann).await;
    let (host, welcome) = person.follow(LIVE.to_owned(), answer).await;
    assert_eq!((&*host, welcome.status), (COMMUNITY, 200), "{}", welcome.body);
    assert!(welcome.body.contains(&ann.email), "{}", welcome.body);
}
