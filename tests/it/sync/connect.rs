//! The guides for the other side, the technical worksheet, and the move to live.

use novi_sso::associations::{self, Issuer};
use novi_sso::clients::TokenAuthMethod;
use novi_sso::events::Actor;
use novi_sso::sync::integration;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::switch::{self, Mark};

use crate::support::{Browser, CALLBACK, HOME, Novi, Stage};

const HIGHER_LOGIC: &str =
    "https://community.acme.example/HigherLogic/Security/OAuth/Authentication.aspx";

async fn admin(novi: &Novi) -> Browser {
    let ruth = novi.admin("Ruth").await;
    novi.browser_of(&ruth).await
}

/// Words in the order in which they should be read.
fn in_order(text: &str, words: &[&str]) {
    let mut rest = text;
    for word in words {
        let Some((_, after)) = rest.split_once(word) else {
            panic!("{word:?} is not there, or before another: {text}");
        };
        rest = after;
    }
}

/// R24, R33 to R38, R85 to R87: Mobilize's document, in its order, with its names.
#[tokio::test]
async fn the_guide_for_mobilize_follows_its_document() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi).await;

    let text = ruth.get("/admin/connect/mobilize").await.text();

    in_order(
        &text,
        &[
            "In Mobilize you set up one Community. It holds Groups",
            "1. Initial setup and connection",
            "Authentication › Integrations › Create API Key",
            "Enterprise-level account",
            "Account Owner",
            "shown only once",
            "Description of the API key",
            "Test Connection to Mobilize before you save",
            "2. Single sign-on setup",
            "OpenID Configuration",
            "Directory Document",
            "no slash at the end",
            "Mobilize App ID",
            "Mobilize App Secret",
            "OIDC Client Authentication Method",
            "Post Body",
            "Button Label Text",
            "3. Create groups in Mobilize",
            "( + )",
            "Parent Group: None",
            "Private",
            "Uncheck Joining the group requires managers approval.",
            "Who can post on this group? Members and group managers",
            "do not link stay as they are",
            "Switch Events off",
            "A Registration Form is not needed",
            "4. Sync your groups to Mobilize",
            "choose its Mobilize group and save",
            "Saving begins the sync",
            "First Name, Last Name, Email, Company Name and Job Title",
            "Unlinking removes nobody in Mobilize",
            "After launch, put your live website’s URL into Directory Document.",
        ],
    );
    let body = ruth.get("/admin/connect/mobilize").await.body;
    assert!(body.contains("value=\"Acme Builders-Novi Connection\""));
    assert!(body.contains(&format!("value=\"https://{HOME}\"")), "the issuer has no slash");
}

/// R24, R56, R85 to R87: Forj Community begins with the group, and says its own names.
#[tokio::test]
async fn the_guide_for_forj_follows_its_document() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi).await;

    let page = ruth.get("/admin/connect/forj").await;

    in_order(
        &page.text(),
        &[
            "1. Create your group in Forj Community",
            "2. Initial setup and connection: generate your API key",
            "support-community@forj.ai",
            "Test Connection to Forj Community before you save",
            "3. Single sign-on setup",
            "Forj Community App ID",
            "Forj Community App Secret",
            "4. Sync your groups to Forj Community",
            "First Name, Last Name, Company Name and Job Title are sent",
        ],
    );
    assert!(page.body.contains("value=\"Acme Builders-Novi AMS\""));
    assert!(!page.text().contains("Enterprise-level"));
}

/// R17, R18, R27, R40 to R44, R69, R70, R82, R84, R86: Higher Logic's six steps and three.
#[tokio::test]
async fn the_guide_for_higher_logic_follows_its_document() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi).await;

    let text = ruth.get("/admin/connect/higher-logic").await.text();

    in_order(
        &text,
        &[
            "Speak to Higher Logic before anything else.",
            "1. Ask your Rep",
            "OAuth Code Flow Offering and Technical Worksheet",
            "2. Add the API Key and the Tenant Code",
            "3. Ask for three properties",
            "MembershipIntegrateBio",
            "IntegrateProfileImage",
            "IntegrateSocialMediaSites",
            "4. Confirm that the connection is on and working",
            "5. Set up single sign-on",
            "6. Choose custom fields",
            "at least a field “Key”",
            "First, the go-ahead",
            "Groups wait for this.",
            "cannot be synced to a Community or Security Group that exists already",
            "1. Create a group here",
            "Companies, and people with a login",
            "2. Sync the group to Higher Logic",
            "The Group Type cannot be changed afterwards.",
            "an hour or more",
            "cannot log in any more",
            "3. Confirm that the sync was successful",
            "Admin › Settings › Sync External Database",
            "pending refresh is 0",
        ],
    );
}

/// One thing is asked: the community's address, from which the redirect URL follows.
#[tokio::test]
async fn the_address_of_a_community_makes_its_redirect_url() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi).await;

    let asked = ruth.get("/admin/connect/mobilize?address=https%3A%2F%2FAcme.mobilize.io%2F").await;
    assert!(asked.body.contains(&format!("value=\"{CALLBACK}\"")), "{}", asked.text());
    assert!(asked.text().contains("Add SSO Client"));
    let hl = ruth.get("/admin/connect/higher-logic?address=community.acme.example").await;
    assert!(hl.body.contains(&format!("value=\"{HIGHER_LOGIC}\"")), "{}", hl.text());
    for wrong in ["acme", "my_community.mobilize.io", "http%3A%2F%2Facme.mobilize.io", "%3Cb%3E"] {
        let page = ruth.get(&format!("/admin/connect/forj?address={wrong}")).await;
        assert!(page.text().contains("This is no address of a community."), "{wrong}");
        assert!(!page.body.contains("<b>"));
    }
}

/// R86: steps are ticked by what is there.
#[tokio::test]
async fn a_guide_ticks_what_is_done() {
    let stage = Stage::unconnected().await;
    let novi = &stage.novi;
    let mut ruth = admin(novi).await;
    let list = ruth.get("/admin/connect").await.text();
    assert!(list.contains("API key not saved yet SSO client not added yet No group linked yet"));

    stage.connect(Platform::Mobilize).await;
    let forj = novi.client("Harbor Community").await;
    let group = novi.group("Board", &[]).await;
    stage.link(&group).await;

    let list = ruth.get("/admin/connect").await.text();
    assert!(list.contains("API key works SSO client is there 1 group linked"), "{list}");
    let guide = ruth.get("/admin/connect/mobilize").await;
    assert!(guide.body.contains(&format!("value=\"{}\"", forj.client_id)));
    assert!(guide.body.contains(&format!("href=\"/admin/sso-clients/{}\"", forj.client_id)));
    assert!(!guide.body.contains(&forj.secret));
    assert_eq!(guide.body.matches("<li class=\"done\">").count(), 4);

    // A key that the platform refuses works no longer.
    let site = stage.site().await;
    let mobilize = integration::find(&mut site.read(), Platform::Mobilize).await.unwrap().unwrap();
    integration::stop(&site, &mobilize, "401 unknown key").await.unwrap();
    let list = ruth.get("/admin/connect").await.text();
    assert!(list.contains("API key refused SSO client is there"), "{list}");
    let guide = ruth.get("/admin/connect/mobilize").await;
    assert!(guide.text().contains("API key refused"), "{}", guide.text());
    assert_eq!(guide.body.matches("<li class=\"done\">").count(), 3);
}

/// R18: everything that the worksheet asks for, but the secret.
#[tokio::test]
async fn the_worksheet_of_higher_logic_is_filled_in_and_holds_no_secret() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi).await;
    let path = "/admin/connect/higher-logic/worksheet";
    let empty = ruth.get(path).await;
    assert!(empty.text().contains("There is no SSO client for Higher Logic yet."));
    let method = TokenAuthMethod::Secret;
    let client = novi.client_at(HOME, "Higher Logic", &[HIGHER_LOGIC], method).await;
    let second = "https://test.acme.example/HigherLogic/Security/OAuth/Authentication.aspx";
    let test = novi.client_at(HOME, "Test community", &[second], method).await;

    let page = ruth.get(&format!("{path}?client={}", client.client_id)).await;
    let text = page.text();

    for words in [
        &*format!("https://{HOME}/oauth/authorize"),
        &format!("https://{HOME}/oauth/token"),
        &format!("https://{HOME}/oauth/userinfo"),
        &format!("https://{HOME}/oauth/jwks"),
        &format!("https://{HOME}/.well-known/openid-configuration"),
        &client.client_id,
        HIGHER_LOGIC,
        "profile email",
        "The claim sub is the Legacy Contact Key.",
        "Handed over separately",
        "company_name",
        "Filled in by Ruth Archer",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!page.body.contains(&client.secret) && !page.body.contains(&test.secret));
    let other = ruth.get(&format!("{path}?client={}", test.client_id)).await;
    assert!(other.text().contains(second) && !other.text().contains(HIGHER_LOGIC));
}

/// R14: after a move, what has to change where, until somebody says that all of it has.
#[tokio::test]
async fn a_move_lists_what_every_platform_has_to_be_told() {
    let novi = Novi::start().await;
    let ruth = novi.admin("Ruth").await;
    novi.client("Harbor Community").await;
    novi.client_at(HOME, "Higher Logic", &[HIGHER_LOGIC], TokenAuthMethod::Secret).await;
    let old_url = format!("https://{HOME}/shop/callback");
    novi.client_at(HOME, "Shop", &[&old_url], TokenAuthMethod::Secret).await;
    let mut before = novi.browser_of(&ruth).await;
    let nothing = before.get("/admin/move").await.text();
    assert!(nothing.contains("Nothing has to be changed on any platform."), "{nothing}");

    let live = "live.acme.example";
    let issuer = Issuer::parse(&format!("https://{live}")).unwrap();
    let actor = Actor::CommandLine;
    associations::move_to(&novi.home().await, &issuer, &actor).await.unwrap().unwrap();
    let mut browser = novi.browser_at(live);
    browser.sign_in(&ruth).await;
    let page = browser.get("/admin/move").await;
    let text = page.text();

    for words in [
        &*format!("Before https://{HOME} Now https://{live}"),
        "In Harbor Community: Community Settings › Authentication › OpenID Configuration",
        &format!("Directory Document: https://{live} (before: https://{HOME})"),
        &format!("Token endpoint: https://{live}/oauth/token"),
        &format!("Issuer: https://{live}"),
        &old_url,
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }

    // A second move does not forget what platforms still hold.
    let again = Issuer::parse("https://www2.acme.example").unwrap();
    let site = novi.site(live).await;
    associations::move_to(&site, &again, &actor).await.unwrap().unwrap();
    let mut browser = novi.browser_at("www2.acme.example");
    browser.sign_in(&ruth).await;
    let page = browser.get("/admin/move").await;
    assert!(page.text().contains(&format!("Before https://{HOME}")), "{}", page.text());

    let done = browser.fill(&page, "/admin/move", &[]).await;
    assert_eq!(done.status, 303);
    let text = browser.get("/admin/move").await.text();
    assert!(text.contains("Nothing has to be changed on any platform."), "{text}");
    assert_eq!(novi.events("association.move_finished").await, 1);
}

/// Whoever moves back to where the platforms still look has nothing to tell them.
#[tokio::test]
async fn a_move_back_leaves_nothing_to_be_told() {
    let novi = Novi::start().await;
    let actor = Actor::CommandLine;
    let live = Issuer::parse("https://live.acme.example").unwrap();
    let home = Issuer::parse(&format!("https://{HOME}")).unwrap();
    associations::move_to(&novi.home().await, &live, &actor).await.unwrap().unwrap();
    let site = novi.site("live.acme.example").await;
    associations::move_to(&site, &home, &actor).await.unwrap().unwrap();

    let site = novi.home().await;
    assert!(associations::moved(&mut site.read()).await.unwrap().is_none());
}

/// R14, R72: a staging association is told what will have to change.
#[tokio::test]
async fn a_staging_association_is_told_what_will_change() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi).await;
    novi.client("Harbor Community").await;
    let site = novi.home().await;
    switch::mark(&site, Mark::Staging, &Actor::CommandLine).await.unwrap();

    let page = ruth.get("/admin/move").await;

    let text = page.text();
    assert!(text.contains("This is a staging site. One day it moves"), "{text}");
    assert!(text.contains("novi-sso association move --site-url URL"), "{text}");
    assert!(text.contains("In Harbor Community: Community Settings"), "{text}");
    assert!(!page.posts_to("/admin/move"));
}
