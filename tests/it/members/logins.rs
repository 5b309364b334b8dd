//! A person's login, as an admin gives it, changes it and switches it off.

use novi_sso::members::logins;

use super::{fill, path, press, ruth};
use crate::support::{HOME, Member, Novi, PASSWORD};

/// A person without a login.
async fn bo(novi: &Novi) -> Member {
    let nobody = |bo: &mut novi_sso::members::NewMember| {
        (bo.email, bo.password) = (None, None);
    };
    novi.member_at(HOME, "Bo", nobody).await
}

/// R53: the account makes them somebody platforms may have; the event says so.
#[tokio::test]
async fn a_person_without_a_login_is_given_one_and_logs_in() {
    let novi = Novi::start().await;
    let (mut ruth, bo) = (ruth(&novi).await, bo(&novi).await);

    let before = ruth.get(&path(&bo.id, "")).await;
    let typed = [("login_email", "Bo@Acme.example"), ("password", PASSWORD)];
    let added = fill(&mut ruth, &path(&bo.id, "/login"), &typed).await;
    let found = ruth.get("/admin/members?q=bo@acme").await;

    assert!(before.text().contains("No login"), "{}", before.text());
    assert_eq!(added.location(), Some(path(&bo.id, "")));
    novi.browser_of(&bo).await;
    assert!(found.text().contains("Bo Archer"), "found by the new address: {}", found.text());
    assert_eq!(novi.events("login.added").await, 1);
    let page = ruth.get(&path(&bo.id, "")).await.text();
    assert!(page.contains("Log-in e-mail: nothing becomes bo@acme.example"), "{page}");
}

#[tokio::test]
async fn a_login_without_a_password_opens_nothing_until_it_has_one() {
    let novi = Novi::start().await;
    let (mut ruth, bo) = (ruth(&novi).await, bo(&novi).await);
    let login = path(&bo.id, "/login");

    fill(&mut ruth, &login, &[("login_email", "bo@acme.example")]).await;
    let without = novi.browser().sign_in(&bo).await;
    let weak = fill(&mut ruth, &login, &[("password", "Acme Builders Bo Archer")]).await;
    let first = fill(&mut ruth, &login, &[("password", PASSWORD)]).await;
    let offered = ruth.get(&login).await;
    let again = [("password", "seven herons over the weir")];
    let second = ruth.fill(&offered, &login, &again).await;

    assert!(without.text().contains("do not go together"), "{}", without.text());
    assert_eq!((weak.status, first.status), (422, 303));
    assert!(weak.text().contains("easy to guess"), "{}", weak.text());
    assert_eq!(
        offered.field("password"),
        None,
        "whose password it is, is the only one to change it"
    );
    assert_eq!(second.status, 303);
    novi.browser_of(&bo).await;
}

/// DEC18: unique within the association, refused in words; the session stays, the address is unproved.
#[tokio::test]
async fn a_log_in_e_mail_is_changed_unless_somebody_else_has_it() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let verified = |bo: &mut novi_sso::members::NewMember| bo.email_is_verified = true;
    let bo = novi.member_at(HOME, "Bo", verified).await;
    let mut his = novi.browser_of(&bo).await;
    let login = path(&bo.id, "/login");

    let taken = fill(&mut ruth, &login, &[("login_email", " ANN@acme.example")]).await;
    let wrong = fill(&mut ruth, &login, &[("login_email", "bo at acme")]).await;
    let changed = fill(&mut ruth, &login, &[("login_email", "robert@acme.example")]).await;

    assert_eq!((taken.status, wrong.status, changed.status), (422, 422, 303));
    assert!(taken.text().contains("Somebody else logs in with this e-mail."), "{}", taken.text());
    assert_eq!(taken.field("login_email").as_deref(), Some("ANN@acme.example"));
    let robert = Member { email: "robert@acme.example".to_owned(), ..bo.clone() };
    novi.browser_of(&robert).await;
    novi.browser_of(&ann).await;
    assert!(novi.browser().sign_in(&bo).await.text().contains("do not go together"));
    assert_eq!(his.get("/account").await.status, 200, "who is in stays in");
    let site = novi.home().await;
    let state = logins::state(&mut site.read(), &bo.id).await.unwrap().unwrap();
    assert_eq!(state.email_verified_at, None);
    assert_eq!(novi.events("login.email_changed").await, 1);
}

/// Of two who ask for one address at the same moment, one gets it.
#[tokio::test]
async fn an_address_that_two_ask_for_at_once_is_one_login() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, bo(&novi).await);
    let email = novi_sso::members::Email::parse("new@acme.example").unwrap();
    let (site, actor) = (novi.home().await, novi_sso::events::Actor::CommandLine);

    let (added, changed) = tokio::join!(
        logins::add(&site, &bo.id, &email, None, &actor),
        logins::change_email(&site, &ann.id, &email, &actor),
    );

    assert_ne!(added.unwrap().is_ok(), changed.unwrap().is_ok());
}

/// As after a deactivation, everything ends; and the words of a wrong password tell nobody why.
#[tokio::test]
async fn a_login_that_is_switched_off_opens_nothing_and_what_it_had_opened_is_shut() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let forj = novi.client("Forj").await;
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let mut elsewhere = novi.browser_of(&ann).await;
    let code = elsewhere.get(&forj.authorize_url()).await.sent("code").unwrap();
    let off = path(&ann.id, "/login/disable");

    let done = press(&mut ruth, &off, &off).await;
    let page = ruth.get(&path(&ann.id, "")).await;
    let refused = novi.browser().sign_in(&ann).await;
    let mut wrong = ann.clone();
    wrong.password = "not her password".to_owned();
    let guessed = novi.browser().sign_in(&wrong).await;

    assert_eq!(done.status, 303);
    assert!(page.text().contains("This login is switched off."), "{}", page.text());
    assert_eq!(refused.status, guessed.status);
    assert_eq!(refused.text(), guessed.text());
    assert_eq!(elsewhere.get("/account").await.location().as_deref(), Some("/log-in"));
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert_eq!(novi.events("login.disabled").await, 1);
}

#[tokio::test]
async fn a_login_that_is_switched_on_again_works_and_its_old_tokens_do_not() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let forj = novi.client("Forj").await;
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let off = path(&ann.id, "/login/disable");
    press(&mut ruth, &off, &off).await;

    let on = press(&mut ruth, &path(&ann.id, ""), &path(&ann.id, "/login/enable")).await;

    assert_eq!(on.status, 303);
    novi.browser_of(&ann).await;
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert_eq!(novi.events("login.enabled").await, 1);
    let text = ruth.get(&path(&ann.id, "")).await.text();
    assert!(text.contains("Login switched off") && text.contains("Login switched on"), "{text}");
}

/// What counts who may log in, and what shows what a client would learn, knows it too.
#[tokio::test]
async fn a_login_that_is_switched_off_is_nobody_to_an_sso_client() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let forj = novi.client("Forj").await;
    let client = format!("/admin/sso-clients/{}", forj.client_id);
    let before = ruth.get(&client).await.text();

    let off = path(&ann.id, "/login/disable");
    press(&mut ruth, &off, &off).await;
    let after = ruth.get(&client).await.text();
    let preview = ruth.get(&format!("{client}/preview?member={}", ann.id)).await.text();
    let page = ruth.get(&path(&ann.id, "")).await.text();

    assert!(before.contains("All members with a login (2)"), "{before}");
    assert!(after.contains("All members with a login (1)"), "{after}");
    assert!(preview.contains("The login of Ann Archer is switched off"), "{preview}");
    assert!(page.contains("Forj No The login is switched off."), "{page}");
}
