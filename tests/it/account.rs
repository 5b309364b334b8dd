//! A member's own page: what it shows, and changing the password.

use novi_sso::clients::{self, TokenAuthMethod};
use novi_sso::events::Actor;

use crate::support::{Browser, CALLBACK, HOME, Member, Novi, PASSWORD, Page};

const NEW: &str = "seven herons over the weir";

async fn signed_in(novi: &Novi, member: &Member) -> Browser {
    let mut browser = novi.browser();
    assert_eq!(browser.sign_in(member).await.status, 303);
    browser
}

async fn change(browser: &mut Browser, current: &str, new: &str) -> Page {
    let page = browser.get("/account").await;
    let typed = [("current_password", current), ("new_password", new)];
    browser.fill(&page, "/account/password", &typed).await
}

async fn works(novi: &Novi, member: &Member, password: &str) -> bool {
    let member = Member { password: password.to_owned(), ..member.clone() };
    novi.browser().sign_in(&member).await.status == 303
}

/// R9: one login opens all of these.
#[tokio::test]
async fn the_account_shows_who_one_is_and_leads_to_every_community() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    novi.client("Forj Community").await;
    let hub = ["https://learn.example/HigherLogic/Security/OAuth/Authentication.aspx"];
    novi.client_at(HOME, "Learning Hub", &hub, TokenAuthMethod::Secret).await;
    let off = novi.client("Switched Off").await.client_id.parse().unwrap();
    assert!(clients::disable(&novi.home().await, &off, "Ruth", &Actor::System).await.unwrap());
    let mut browser = signed_in(&novi, &ann).await;

    let page = browser.get("/account").await;

    let text = page.text();
    for shown in
        ["Hello, Ann", "Ann Archer", &ann.email, "Archer Roofing", "Owner", "Acme Builders"]
    {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    for start in ["https://acme.mobilize.io/", "https://learn.example/"] {
        assert!(page.body.contains(&format!("href=\"{start}\"")), "{start}");
    }
    for community in ["Forj Community", "acme.mobilize.io", "Learning Hub", "learn.example"] {
        assert!(text.contains(community), "{community} in {text}");
    }
    assert!(!text.contains("Switched Off"), "nobody can log in there");
    assert!(
        !page.body.contains("/admin/"),
        "a member is shown no way to where members are refused"
    );
    assert!(!page.body.contains(CALLBACK), "a callback is nowhere to start");
}

#[tokio::test]
async fn an_account_without_communities_company_or_title_says_so_or_leaves_them_out() {
    let novi = Novi::start().await;
    let bare = novi
        .member_at(HOME, "Bo", |member| {
            member.company = None;
            member.job_title = None;
            member.is_admin = true;
        })
        .await;

    let page = signed_in(&novi, &bare).await.get("/account").await;

    assert!(page.text().contains("Your association has not connected a community yet."));
    assert!(!page.text().contains("Job title") && !page.text().contains("Company"));
    assert!(page.body.contains("href=\"/admin/sso-clients\""), "an admin finds the way");
}

/// SEC-D7: everywhere else the member is out, here they stay in.
#[tokio::test]
async fn a_changed_password_ends_every_other_session_code_and_token() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut elsewhere = signed_in(&novi, &ann).await;
    let mut here = signed_in(&novi, &ann).await;
    let before = here.session().unwrap().to_owned();
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let code = elsewhere.get(&forj.authorize_url()).await.sent("code").unwrap();

    let page = change(&mut here, PASSWORD, NEW).await;

    assert_eq!((page.status, page.location().as_deref()), (303, Some("/account")));
    assert_ne!(here.session(), Some(&*before));
    let account = here.get("/account").await;
    assert_eq!(account.status, 200);
    assert!(account.text().contains("Your password is changed."), "{}", account.text());
    assert!(!here.get("/account").await.text().contains("Your password is changed."), "told once");
    assert_eq!(elsewhere.get("/account").await.status, 303);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert!(works(&novi, &ann, NEW).await);
    assert!(!works(&novi, &ann, PASSWORD).await);
    assert_eq!(novi.events("member.password_changed").await, 1);
    assert!(!novi.tables().await.hold(NEW));
}

/// The sentence stands at the field that is to blame, and nothing is changed.
#[tokio::test]
async fn every_problem_with_a_new_password_has_its_sentence() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = signed_in(&novi, &ann).await;
    let long = "heron ".repeat(30);

    for (current, new, sentence, field) in [
        ("wrong", NEW, "This is not your current password.", "current"),
        ("", NEW, "This is not your current password.", "current"),
        (PASSWORD, "", "Use at least 15 characters", "new"),
        (PASSWORD, "seven herons o", "Use at least 15 characters", "new"),
        (PASSWORD, &long, "Use at most 128 characters", "new"),
        (PASSWORD, "Ann Archer Acme", "That password is easy to guess.", "new"),
        (PASSWORD, "aaaaaaaaaaaaaaaaaaaa", "That password is easy to guess.", "new"),
        (PASSWORD, PASSWORD, "That is the password you have now.", "new"),
    ] {
        let page = change(&mut browser, current, new).await;
        assert_eq!(page.status, 200, "{new}");
        assert!(page.text().contains(sentence), "{new}: {}", page.text());
        assert!(page.body.contains(&format!("id=\"{field}-error\"")), "{new}: {}", page.body);
        assert!(!page.body.contains("seven herons") && !page.body.contains("kettle"), "{new}");
    }

    assert!(works(&novi, &ann, PASSWORD).await);
    assert_eq!(novi.events("member.password_changed").await, 0);
    assert_eq!(
        change(&mut browser, PASSWORD, "seven herons ov").await.status,
        303,
        "15 are enough"
    );
}

#[tokio::test]
async fn a_password_form_that_is_stale_says_so_and_changes_nothing() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = signed_in(&novi, &ann).await;
    let old = browser.get("/account").await;
    let page = browser.get("/log-out").await;
    browser.fill(&page, "/log-out", &[]).await;
    browser.sign_in(&ann).await;

    let typed = [("current_password", PASSWORD), ("new_password", NEW)];
    let page = browser.fill(&old, "/account/password", &typed).await;

    assert_eq!(page.status, 200);
    assert!(page.text().contains("so nothing was changed. Type both passwords again."));
    assert!(works(&novi, &ann, PASSWORD).await);
    assert_eq!(browser.fill(&page, "/account/password", &typed).await.status, 303);
}

/// Somebody at a browser that was left open cannot guess on.
#[tokio::test]
async fn guessing_the_current_password_is_slowed_down() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = signed_in(&novi, &ann).await;
    for _ in 0..5 {
        assert_eq!(change(&mut browser, "wrong", NEW).await.status, 200);
    }
    let before = novi.app.hashing.evaluations();

    let page = change(&mut browser, PASSWORD, NEW).await;

    assert_eq!(page.status, 429);
    assert_eq!(page.header("retry-after"), Some("1"));
    assert!(page.text().contains("Wait 1 second, then try again."), "{}", page.text());
    assert_eq!(novi.app.hashing.evaluations(), before);
    assert!(works(&novi, &ann, PASSWORD).await, "the member is not kept out by it");
    novi.clock.advance(1);
    assert_eq!(change(&mut browser, PASSWORD, NEW).await.status, 303);
}

/// Blanks at the ends are part of a password, here as on the log-in page.
#[tokio::test]
async fn a_password_is_kept_as_it_was_typed() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let new = "  seven herons over the weir ";

    assert_eq!(change(&mut signed_in(&novi, &ann).await, PASSWORD, new).await.status, 303);

    assert!(works(&novi, &ann, new).await);
    assert!(!works(&novi, &ann, new.trim()).await);
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to_log_in() {
    let novi = Novi::start().await;
    let mut browser = novi.browser();
    let form_token = browser.get("/log-in").await.form_token();

    let page = browser.get("/account").await;
    let posted = browser.post("/account/password", &[("form_token", &form_token)]).await;

    assert_eq!(page.location().as_deref(), Some("/log-in"));
    assert_eq!(posted.location().as_deref(), Some("/log-in"));
}

/// Names are escaped wherever they stand (SEC-X4).
#[tokio::test]
async fn names_with_markup_are_shown_as_they_are_written() {
    let novi = Novi::start().await;
    let canary = "\"><img src=x onerror=1>'{{7*7}}";
    let bo = novi
        .member_at(HOME, "Bo", |member| {
            member.first_name = canary.to_owned();
            member.last_name = canary.to_owned();
            member.company = Some(canary.to_owned());
            member.job_title = Some(canary.to_owned());
        })
        .await;
    novi.client(canary).await;
    let mut browser = signed_in(&novi, &bo).await;

    for path in ["/account", "/log-out", "/admin/sso-clients"] {
        let page = browser.get(path).await;
        assert!(page.text().contains(canary), "{path}: {}", page.text());
        assert!(!page.body.contains("<img"), "{path}");
    }
}

/// GOAL-A11, SECURITY.md 4.10: on every device, in this browser too, and with every code and token.
#[tokio::test]
async fn to_log_out_everywhere_ends_every_session_code_and_token() {
    let novi = Novi::start().await;
    let (forj, ann, bo) =
        (novi.client("Forj").await, novi.member("Ann").await, novi.member("Bo").await);
    let mut elsewhere = signed_in(&novi, &ann).await;
    let mut here = signed_in(&novi, &ann).await;
    let mut theirs = signed_in(&novi, &bo).await;
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let code = elsewhere.get(&forj.authorize_url()).await.sent("code").unwrap();
    let account = here.get("/account").await;
    assert!(account.text().contains("Logs you out on every device, this one too"));

    let page = here.fill(&account, "/account/log-out-everywhere", &[]).await;

    assert_eq!((page.status, page.location().as_deref()), (303, Some("/log-out")));
    assert!(!here.is_signed_in());
    let told = here.get("/log-out").await;
    assert!(told.text().contains("You are logged out on every device."), "{}", told.text());
    assert!(!here.get("/log-out").await.text().contains("on every device"), "told once");
    assert_eq!(here.get("/account").await.location().as_deref(), Some("/log-in"));
    assert_eq!(elsewhere.get("/account").await.location().as_deref(), Some("/log-in"));
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert_eq!(theirs.get("/account").await.status, 200, "nobody else is touched");
    assert_eq!(novi.events("login.ended_everywhere").await, 1);
    assert!(works(&novi, &ann, PASSWORD).await, "and in again");
}
