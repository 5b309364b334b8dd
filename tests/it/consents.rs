//! What members allow clients to see: remembered, shown to them, and taken back.

use novi_sso::consents;
use novi_sso::events::Actor;
use novi_sso::id::ClientId;

use crate::support::{Browser, HOME, Member, Novi, Platform};

/// As the consent page does it once it is answered.
async fn allow(forj: &Platform, member: &Member, scope: &str, claims: &str) {
    let site = forj.novi.home().await;
    let mut tx = site.write().await.unwrap();
    let (id, vault) = (id(forj), &forj.novi.app.vault);
    let actor = Actor::Member(member.id.clone());
    consents::allow(&mut tx, vault, &member.id, &id, scope, claims, &actor).await.unwrap();
    tx.commit().await.unwrap();
}

async fn covers(forj: &Platform, member: &Member, scope: &str, claims: &str) -> bool {
    let site = forj.novi.home().await;
    consents::covers(&mut site.read(), &member.id, &id(forj), scope, claims).await.unwrap()
}

fn id(client: &Platform) -> ClientId {
    client.client_id.parse().unwrap()
}

/// Presses "Stop sharing" beside that client.
async fn stop(browser: &mut Browser, client: &Platform) -> Option<String> {
    let page = browser.get("/account/apps").await;
    let answer = browser.fill(&page, &withdrawal(client), &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location()
}

fn withdrawal(client: &Platform) -> String {
    format!("/account/apps/{}/withdraw", client.client_id)
}

async fn access(forj: &Platform, member: &Member) -> String {
    let bought = forj.exchange(&forj.code_for(member).await).await;
    bought["access_token"].as_str().unwrap().to_owned()
}

async fn signed_in(novi: &Novi, member: &Member) -> Browser {
    let mut browser = novi.browser();
    assert_eq!(browser.sign_in(member).await.status, 303);
    browser
}

/// OpenID Connect Core §3.1.2.4: what was allowed need not be asked again; what was not must be.
#[tokio::test]
async fn a_consent_covers_what_was_ever_allowed_and_nothing_more() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, novi.member("Bo").await);
    let (forj, hub) = (novi.client("Forj").await, novi.client("Hub").await);
    assert!(!covers(&forj, &ann, "openid", "").await);

    allow(&forj, &ann, "openid profile", "").await;
    allow(&forj, &ann, "openid email", "phone_number").await;

    assert!(covers(&forj, &ann, "email openid profile", "phone_number").await);
    assert!(covers(&forj, &ann, "openid", "").await);
    assert!(!covers(&forj, &ann, "openid groups", "").await);
    assert!(!covers(&forj, &ann, "openid", "phone_number address").await);
    assert!(!covers(&forj, &ann, "open", "").await, "words are compared whole");
    assert!(!covers(&forj, &bo, "openid", "").await);
    assert!(!covers(&hub, &ann, "openid", "").await);
    assert_eq!(novi.events("consent.given").await, 2);
}

/// GOAL-A11: what is taken back is of no use from that moment on, and nobody else is touched.
#[tokio::test]
async fn to_stop_sharing_ends_every_code_and_token_of_that_member_at_that_client() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, novi.member("Bo").await);
    let (forj, hub) = (novi.client("Forj").await, novi.client("Hub").await);
    for (client, member) in [(&forj, &ann), (&hub, &ann), (&forj, &bo)] {
        allow(client, member, "openid profile email", "").await;
    }
    let (ended, at_hub, of_bo) =
        (access(&forj, &ann).await, access(&hub, &ann).await, access(&forj, &bo).await);
    let code = forj.code_for(&ann).await;
    let mut browser = signed_in(&novi, &ann).await;

    let to = stop(&mut browser, &forj).await;

    assert_eq!(to.as_deref(), Some("/account/apps"));
    let page = browser.get("/account/apps").await;
    assert!(page.text().contains("Stopped. It no longer sees your details."), "{}", page.text());
    assert!(!page.body.contains(&withdrawal(&forj)) && page.body.contains(&withdrawal(&hub)));
    assert_eq!(forj.userinfo(&ended).await.status, 401);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(hub.userinfo(&at_hub).await.status, 200);
    assert_eq!(forj.userinfo(&of_bo).await.status, 200);
    assert!(!covers(&forj, &ann, "openid", "").await);
    assert!(covers(&hub, &ann, "openid", "").await && covers(&forj, &bo, "openid", "").await);
    assert_eq!(novi.events("consent.withdrawn").await, 1);
    assert!(browser.is_signed_in(), "the member stays logged in here");
}

/// Two tabs: the second press finds nothing, and that is no error.
#[tokio::test]
async fn to_stop_twice_is_to_stop_once() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    allow(&forj, &ann, "openid", "").await;
    let mut browser = signed_in(&novi, &ann).await;
    let open = browser.get("/account/apps").await;
    stop(&mut browser, &forj).await;
    browser.get("/account/apps").await;
    let before = novi.tables().await;

    let page = browser.fill(&open, &withdrawal(&forj), &[]).await;

    assert_eq!((page.status, page.location().as_deref()), (303, Some("/account/apps")));
    assert!(!browser.get("/account/apps").await.text().contains("Stopped."));
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

#[tokio::test]
async fn members_read_who_sees_what_since_when_and_nothing_of_others() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, novi.member("Bo").await);
    let (forj, hub) = (novi.client("Forj Community").await, novi.client("Hub").await);
    allow(&forj, &ann, "openid profile offline_access", "phone_number").await;
    allow(&hub, &bo, "openid", "").await;
    novi.clock.advance(120);
    access(&forj, &ann).await;
    novi.clock.advance(60);

    let mine = signed_in(&novi, &ann).await.get("/account/apps").await.text();
    let theirs = signed_in(&novi, &bo).await.get("/account/apps").await.text();

    for told in [
        "Forj Community",
        "acme.mobilize.io",
        "Sees: name, company and job title, phone number, member status.",
        "It may look also while you are away.",
        "Allowed by you, 3 min ago. Last used 1 min ago.",
    ] {
        assert!(mine.contains(told), "{told} in {mine}");
    }
    assert!(!mine.contains("Hub"), "{mine}");
    assert!(theirs.contains("Hub") && !theirs.contains("Forj"), "{theirs}");
    assert!(theirs.contains("Sees no details, only that it is the same person each time."));
    assert!(!theirs.contains("Last used"), "{theirs}");
}

#[tokio::test]
async fn where_nobody_keeps_access_the_page_says_why() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    access(&forj, &ann).await;
    let mut browser = signed_in(&novi, &ann).await;

    let account = browser.get("/account").await;
    let page = browser.get("/account/apps").await;

    assert!(account.body.contains("href=\"/account/apps\""), "{}", account.body);
    assert!(page.text().contains("No website keeps access to your details"), "{}", page.text());
    assert!(page.text().contains("A website that asks you first would stand here."));
    assert!(!page.text().contains("Forj"), "a code and an access token of minutes are no standing");
}

/// A trusted client asks nobody. While it can come back without its member, that member reads of it and
/// can end it; what ended otherwise is not shown any more.
#[tokio::test]
async fn a_trusted_client_is_shown_while_it_holds_a_refresh_token() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, novi.member("Bo").await);
    let (forj, hub) = (novi.client("Forj").await, novi.client("Hub").await);
    let (of_ann, _of_bo) = (access(&forj, &ann).await, access(&forj, &bo).await);
    access(&hub, &ann).await;
    novi.tamper(
        "update grants set refresh_hash = code_hash, refresh_expires_at = code_expires_at
         where client_id = (select client_id from clients where name = 'Forj')",
    )
    .await;
    let mut browser = signed_in(&novi, &ann).await;
    let listed = browser.get("/account/apps").await.text();

    stop(&mut browser, &forj).await;

    assert!(listed.contains("Forj") && !listed.contains("Hub"), "{listed}");
    assert!(listed.contains("Sees: name, e-mail, company and job title, member status."));
    assert!(listed.contains("Trusted by your association. Connected just now."), "{listed}");
    assert!(browser.get("/account/apps").await.text().contains("No website keeps access"));
    assert_eq!(forj.userinfo(&of_ann).await.status, 401);
    let revoked = "select count(*) from grants where revoked_at is not null";
    assert_eq!(novi.count(revoked).await, 1);
    assert_eq!(novi.events("consent.withdrawn").await, 1);
    let mut theirs = signed_in(&novi, &bo).await;
    assert!(theirs.get("/account/apps").await.text().contains("Forj"));
    let page = theirs.get("/account").await;
    theirs.fill(&page, "/account/log-out-everywhere", &[]).await;
    let page = signed_in(&novi, &bo).await.get("/account/apps").await;
    assert!(!page.text().contains("Forj"), "{}", page.text());
}

/// A switched-off client sees nothing now, but it may come back: its consent can still be ended.
#[tokio::test]
async fn a_client_that_is_switched_off_or_gone_takes_no_page_down() {
    let novi = Novi::start().await;
    let (ann, ruth) = (novi.member("Ann").await, novi.admin("Ruth").await);
    let (forj, hub) = (novi.client("Forj").await, novi.client("Hub").await);
    allow(&forj, &ann, "openid email", "").await;
    allow(&hub, &ann, "openid email", "").await;
    let site = novi.home().await;
    let actor = Actor::Member(ruth.id.clone());
    novi_sso::clients::disable(&site, &id(&forj), "Ruth", &actor).await.unwrap();
    let mut admin = signed_in(&novi, &ruth).await;
    let url = format!("/admin/sso-clients/{}/delete", hub.client_id);
    let asked = admin.get(&url).await;
    assert_eq!(admin.fill(&asked, &url, &[]).await.status, 303);
    assert!(!novi.client_exists(HOME, &hub.client_id).await);
    let mut browser = signed_in(&novi, &ann).await;

    let page = browser.get("/account/apps").await;
    let gone = browser.post(&withdrawal(&hub), &[("form_token", &page.form_token())]).await;

    assert!(page.text().contains("Forj") && !page.text().contains("Hub"), "{}", page.text());
    assert_eq!(gone.status, 404);
    stop(&mut browser, &forj).await;
    assert!(!covers(&forj, &ann, "openid", "").await);
}
