//! A person's record: added, shown, changed by one admin or by two, put out and brought back.

use novi_sso::clients::Consent;
use novi_sso::events::Actor;
use novi_sso::members::{self, records};

use super::{fill, id_in, path, press, record, ruth};
use crate::support::{Member, Novi, PASSWORD};

/// DEC17: records are made here, by hand as by a file, and nowhere else.
#[tokio::test]
async fn a_person_is_added_with_a_login_and_can_log_in_at_once() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;

    let typed = [
        ("first_name", "Zoë"),
        ("last_name", "Álvarez"),
        ("company", "Lim Carpentry"),
        ("bio", "Roofs.\r\nAnd boats."),
        ("instagram", "https://instagram.com/zoe"),
        ("login_email", " Zoe@Acme.Example "),
        ("password", PASSWORD),
    ];
    let added = fill(&mut ruth, "/admin/members/new", &typed).await;

    let id = id_in(&added);
    let page = ruth.get(&path(&id, "")).await;
    let text = page.text();
    for shown in ["Added.", "Zoë Álvarez", "Lim Carpentry", "Roofs. And boats.", "zoe@acme.example"]
    {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    assert!(page.body.contains("href=\"https://instagram.com/zoe\""), "{}", page.body);
    let kept = record(&novi, id.clone()).await;
    assert_eq!(kept.sheet.get("bio"), Some("Roofs.\nAnd boats."));
    let zoe = Member {
        id: kept.member().unwrap().clone(),
        email: "zoe@acme.example".to_owned(),
        password: PASSWORD.to_owned(),
    };
    novi.browser_of(&zoe).await;
    assert_eq!(novi.events("member.added").await, 2, "Ruth and Zoë");
    assert_eq!(novi.events("company.added").await, 2, "Archer Roofing and Lim Carpentry");
}

/// Every mistake stands at its field, and what was typed is still there.
#[tokio::test]
async fn a_person_with_mistakes_is_not_added_and_nothing_typed_is_lost() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    let before = novi.tables().await;

    let typed = [
        ("first_name", " "),
        ("last_name", "Lim"),
        ("phone", "ask Ruth"),
        ("website", "limcarpentry.example"),
        ("contact_email", "oliver"),
        ("login_email", "oliver@"),
        ("password", "short"),
    ];
    let page = fill(&mut ruth, "/admin/members/new", &typed).await;

    assert_eq!(page.status, 422);
    let text = page.text();
    for sentence in [
        "Not saved yet: 6 things to correct.",
        "Enter a name.",
        "This is not a phone number.",
        "This is not a web address.",
        "This is not an e-mail address.",
        "Use at least 15 characters",
    ] {
        assert!(text.contains(sentence), "{sentence} in {text}");
    }
    assert_eq!(page.field("last_name").as_deref(), Some("Lim"));
    assert_eq!(page.field("login_email").as_deref(), Some("oliver@"));
    assert_eq!(page.field("password").as_deref(), Some(""), "passwords are never sent back");
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// Each field, before and after, in the transaction of the change; the page tells it in words.
#[tokio::test]
async fn a_change_is_told_with_its_fields_before_and_after_and_by_whom() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);

    let edit = path(&ann.id, "/edit");
    let typed = [("job_title", "Foreman"), ("phone", ""), ("city", "Port")];
    let saved = fill(&mut ruth, &edit, &typed).await;
    let page = ruth.get(&path(&ann.id, "")).await;

    assert_eq!(saved.location(), Some(path(&ann.id, "")));
    let text = page.text();
    assert!(text.contains("Saved."), "{text}");
    for told in [
        "Edited",
        "Job title: Owner becomes Foreman",
        "Phone: +1 555 0100 becomes nothing",
        "City: Harbor becomes Port",
        "by Ruth Archer",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(page.body.contains("<del>Owner</del>"), "{}", page.body);
    assert_eq!(novi.events("member.changed").await, 1);
    assert!(!novi.tables().await.hold("Foreman becomes"), "details are sealed");
}

#[tokio::test]
async fn saving_what_is_there_already_changes_nothing() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let before = novi.tables().await;

    let saved = fill(&mut ruth, &path(&ann.id, "/edit"), &[]).await;

    assert_eq!(saved.status, 303);
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// Two admins at one record: the second sees what the first did, and decides.
#[tokio::test]
async fn nobody_saves_over_a_change_that_they_have_not_seen() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let other = novi.admin("Olga").await;
    let mut olga = novi.browser_of(&other).await;
    let edit = path(&ann.id, "/edit");
    let (hers, theirs) = (ruth.get(&edit).await, olga.get(&edit).await);

    let first = olga.fill(&theirs, &edit, &[("job_title", "Chair")]).await;
    let second = ruth.fill(&hers, &edit, &[("job_title", "Foreman"), ("city", "Port")]).await;
    let between = record(&novi, ann.id.clone()).await;
    let decided = ruth.fill(&second, &edit, &[]).await;

    assert_eq!((first.status, second.status, decided.status), (303, 409, 303));
    let text = second.text();
    assert!(text.contains("Somebody else saved this record"), "{text}");
    assert!(text.contains("Job title: Chair becomes Foreman"), "{text}");
    assert!(text.contains("City: Harbor becomes Port"), "{text}");
    assert_eq!(between.sheet.get("job_title"), Some("Chair"));
    assert_eq!(record(&novi, ann.id).await.sheet.get("job_title"), Some("Foreman"));
}

/// The same by ten at once: one saves, nine are told, and nothing is mixed.
#[tokio::test]
async fn of_ten_who_save_at_once_one_does() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let before = record(&novi, ann.id.clone()).await;
    let seen = before.sheet.fingerprint();

    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..10 {
        let (novi, id, seen) = (novi.clone(), before.id.clone(), seen.clone());
        let mut sheet = before.sheet.clone();
        sheet.set("job_title", &format!("Owner {number}"));
        tasks.spawn(async move {
            let site = novi.home().await;
            records::change(&site, &id, &seen, &sheet, &Actor::CommandLine).await.unwrap().is_ok()
        });
    }
    let saved = tasks.join_all().await.into_iter().filter(|saved| *saved).count();

    assert_eq!(saved, 1);
    assert_eq!(novi.events("member.changed").await, 1);
}

/// An old form is shown again, and saves nothing.
#[tokio::test]
async fn a_form_that_was_open_for_too_long_is_shown_again_with_what_was_typed() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let edit = path(&ann.id, "/edit");
    let page = ruth.get(&edit).await;

    let old = [("form_token", "old"), ("job_title", "Foreman")];
    let again = ruth.fill(&page, &edit, &old).await;

    assert_eq!(again.status, 403);
    assert!(again.text().contains("This page was open for too long."), "{}", again.text());
    assert_eq!(again.field("job_title").as_deref(), Some("Foreman"));
    assert_eq!(record(&novi, ann.id).await.sheet.get("job_title"), Some("Owner"));
}

/// R71: out at once, and back; what was ended stays ended.
#[tokio::test]
async fn a_person_who_is_deactivated_is_out_at_once_and_can_be_brought_back() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let forj = novi.client("Forj").await;
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let mut elsewhere = novi.browser_of(&ann).await;
    let out = path(&ann.id, "/deactivate");

    let asks = ruth.get(&out).await;
    let done = ruth.fill(&asks, &out, &[]).await;
    let page = ruth.get(&path(&ann.id, "")).await;
    let refused = novi.browser().sign_in(&ann).await;
    let kicked = elsewhere.get("/account").await;
    let token = forj.userinfo(&access).await;
    let back = press(&mut ruth, &path(&ann.id, ""), &path(&ann.id, "/reactivate")).await;
    let again = novi.browser().sign_in(&ann).await;

    assert!(asks.text().contains("Deactivate Ann Archer?"), "{}", asks.text());
    assert!(asks.text().contains("devices are logged out"), "{}", asks.text());
    assert_eq!((done.status, back.status), (303, 303));
    assert!(page.text().contains("This record is deactivated."), "{}", page.text());
    assert!(
        page.text().contains("The record is deactivated."),
        "no client is open: {}",
        page.text()
    );
    assert!(refused.text().contains("do not go together"), "{}", refused.text());
    assert_eq!(kicked.location().as_deref(), Some("/log-in"));
    assert_eq!(token.status, 401);
    assert_eq!(again.status, 303);
    assert_eq!(forj.userinfo(&access).await.status, 401, "what was ended stays ended");
    assert_eq!(elsewhere.get("/account").await.status, 303);
}

/// Otherwise an association could be left without an admin, and its set-up link open to anybody.
#[tokio::test]
async fn nobody_deactivates_themselves_or_switches_their_own_login_off() {
    let novi = Novi::start().await;
    let admin = novi.admin("Ruth").await;
    let mut ruth = novi.browser_of(&admin).await;
    let page = ruth.get(&path(&admin.id, "/edit")).await;
    let token = page.form_token();

    for rest in ["/deactivate", "/login/disable"] {
        let asks = ruth.get(&path(&admin.id, rest)).await;
        let refused = ruth.post(&path(&admin.id, rest), &[("form_token", &token)]).await;
        assert!(asks.text().contains("Ask another administrator"), "{}", asks.text());
        assert!(!asks.posts_to(&path(&admin.id, rest)), "no button for it");
        assert_eq!(refused.status, 422, "{rest}");
    }
    assert_eq!(ruth.get("/account").await.status, 200);
}

/// The answer of every client, with its reason (DEC14: Permitted Groups decide, nothing else does).
#[tokio::test]
async fn a_persons_page_says_where_they_can_log_in_and_why_not() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let board = novi.group("Board", &[]).await;
    let staff = novi.group("Staff", &[&ann]).await;
    novi.client_with("Open", |settings| settings.consent = Consent::Asked).await;
    novi.client_with("Shut", |settings| settings.permitted_groups = vec![board]).await;
    novi.client_with("Theirs", |settings| settings.permitted_groups = vec![staff.clone()]).await;

    let page = ruth.get(&path(&ann.id, "")).await;

    let text = page.text();
    assert!(text.contains("Can Ann Archer log in?"), "{text}");
    assert!(text.contains("Open Yes"), "{text}");
    assert!(text.contains("Shut No Only for Board, and in none of them."), "{text}");
    assert!(text.contains("Theirs Yes"), "{text}");
    assert!(page.body.contains(&format!("href=\"/admin/groups/{staff}\"")), "{}", page.body);
}

/// Lately: sign-ins and groups, from events in which the record is subject or object.
#[tokio::test]
async fn a_persons_page_tells_when_they_last_logged_in() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);

    let before = ruth.get(&path(&ann.id, "")).await.text();
    novi.browser_of(&ann).await;
    novi.clock.advance(120);
    let after = ruth.get(&path(&ann.id, "")).await.text();

    assert!(before.contains("Never logged in") && before.contains("Logged in nowhere"), "{before}");
    assert!(after.contains("Logged in 2 min ago"), "{after}");
    assert!(after.contains("Logged in on 1 device"), "{after}");
}

#[tokio::test]
async fn an_admin_logs_somebody_out_everywhere() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let mut elsewhere = novi.browser_of(&ann).await;
    let here = path(&ann.id, "");

    let done = press(&mut ruth, &here, &path(&ann.id, "/log-out-everywhere")).await;
    let page = ruth.get(&here).await;

    assert_eq!(done.location().as_deref(), Some(&*here));
    assert!(page.text().contains("Logged out on every device."), "{}", page.text());
    assert!(page.text().contains("by Ruth Archer"), "{}", page.text());
    assert_eq!(elsewhere.get("/account").await.location().as_deref(), Some("/log-in"));
    assert_eq!(novi.browser().sign_in(&ann).await.status, 303);
}

/// What an edit does not show stays: the other standard claims, the admin flag, the login.
#[tokio::test]
async fn an_edit_leaves_what_its_form_does_not_show() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    let ann = novi.member_at(crate::support::HOME, "Ann", crate::support::everything).await;
    let forj = novi.client("Forj").await;

    let saved = fill(&mut ruth, &path(&ann.id, "/edit"), &[("website", "")]).await;
    let code = forj.code_for(&ann).await;
    let bought = forj.exchange(&code).await;
    let userinfo = forj.userinfo(bought["access_token"].as_str().unwrap()).await;

    assert_eq!(saved.status, 303);
    assert_eq!(userinfo["nickname"], "Annie");
    assert_eq!(userinfo["picture"], "https://www.acme.example/people/ann.png");
    assert!(userinfo["website"].is_null(), "{}", userinfo["website"]);
    let site = novi.home().await;
    let email = members::email_of(&mut site.read(), &ann.id).await.unwrap();
    assert_eq!(email.unwrap().as_str(), ann.email);
}
