//! The log-in page: who is asking, what it accepts, and that it never tells who has a login.

use axum::body::Body;
use axum::http::{Request, header};
use novi_sso::events::Actor;
use novi_sso::members::{self, Cost};

use crate::support::{Browser, HOME, Member, Novi, PASSWORD, Page};

const WRONG: &str = "That e-mail and password do not go together.";

async fn try_to(browser: &mut Browser, email: &str, password: &str) -> Page {
    let page = browser.get("/log-in").await;
    browser.submit(&page, "/log-in", &[("email", email), ("password", password)]).await
}

#[tokio::test]
async fn the_log_in_page_says_who_is_asking_and_suits_password_managers() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj Community").await;
    let mut browser = novi.browser();

    let page = browser.visit(&forj.authorize_url()).await;

    let text = page.text();
    let asking = "with your Acme Builders login, to continue to Forj Community (acme.mobilize.io)";
    assert!(text.contains(asking), "{text}");
    for part in [
        "<label for=\"email\">",
        "id=\"email\" name=\"email\" type=\"email\" value=\"\" autocomplete=\"username\"",
        "<label for=\"password\">",
        "id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\"",
        "<form method=\"post\" action=\"/log-in\">",
        "<button class=\"primary full\">Log in</button>",
    ] {
        assert!(page.body.contains(part), "{part} in {}", page.body);
    }
    assert!(!page.body.contains("role=\"alert\""), "nothing has gone wrong yet");
}

#[tokio::test]
async fn a_member_lands_on_their_account_and_an_admin_on_the_sso_clients() {
    let novi = Novi::start().await;
    let (ann, ruth) = (novi.member("Ann").await, novi.admin("Ruth").await);

    let of_ann = novi.browser().sign_in(&ann).await;
    let of_ruth = novi.browser().sign_in(&ruth).await;

    assert_eq!((of_ann.status, of_ann.location().as_deref()), (303, Some("/account")));
    assert_eq!((of_ruth.status, of_ruth.location().as_deref()), (303, Some("/admin/sso-clients")));
    assert_eq!(novi.events("login.succeeded").await, 2);
}

/// DEC18: one login, however its e-mail is typed; a password is what it is, to the last blank.
#[tokio::test]
async fn an_email_is_known_in_any_case_and_a_password_only_as_it_was_chosen() {
    let novi = Novi::start().await;
    novi.member("Ann").await;

    for email in ["ann@acme.example", "ANN@Acme.Example", "  ann@acme.example "] {
        assert_eq!(try_to(&mut novi.browser(), email, PASSWORD).await.status, 303, "{email}");
    }
    for password in [&format!(" {PASSWORD}"), &format!("{PASSWORD} "), &PASSWORD.to_uppercase()] {
        let page = try_to(&mut novi.browser(), "ann@acme.example", password).await;
        assert!(page.text().contains(WRONG), "{password:?}");
    }
    // The same letters in full width are the same password (NFKC).
    let wide: String = PASSWORD
        .chars()
        .map(|c| match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
            other => other,
        })
        .collect();
    assert_eq!(try_to(&mut novi.browser(), "ann@acme.example", &wide).await.status, 303);
}

/// What is typed wrong, with the right password wherever there is one.
async fn attempts(novi: &Novi) -> Vec<(&'static str, String, String)> {
    let ann = novi.member("Ann").await;
    let gone = novi.member("Gone").await;
    let home = novi.home().await;
    assert!(members::deactivate(&home, &gone.id, &Actor::CommandLine).await.unwrap());
    let bare = novi.member_at(HOME, "Bare", |member| member.password = None).await;
    let right = || PASSWORD.to_owned();
    vec![
        ("unknown", "nobody@acme.example".to_owned(), right()),
        ("no e-mail at all", "ann".to_owned(), right()),
        ("an empty e-mail", String::new(), right()),
        ("a long e-mail", format!("{}@acme.example", "a".repeat(300)), right()),
        ("a wrong password", ann.email.clone(), "copper kettle on monday".to_owned()),
        ("an empty password", ann.email.clone(), String::new()),
        ("a password of 129 characters", ann.email.clone(), "x".repeat(129)),
        ("a password of 4,000 characters", ann.email.clone(), "x".repeat(4000)),
        ("an empty password of nobody", "nobody@acme.example".to_owned(), String::new()),
        ("deactivated", gone.email, right()),
        ("a login without a password", bare.email.clone(), right()),
        ("an empty password where there is none", bare.email, String::new()),
    ]
}

/// An answer without what differs in every answer: the token, and the e-mail that was typed.
fn comparable(page: &Page, email: &str) -> String {
    let mut headers = page.headers.clone();
    headers.remove("x-request-id");
    headers.remove("content-length"); // it counts the e-mail's letters too
    let mut body = page.body.replace(&page.form_token(), "TOKEN");
    body = body.replace(&format!("value=\"{email}\""), "value=\"EMAIL\"");
    format!("{} {headers:?} {body}", page.status)
}

/// SEC-L11: the same status, headers and body, and exactly one hash evaluation for everybody.
#[tokio::test]
async fn nobody_learns_from_an_answer_or_its_cost_whether_a_login_exists() {
    let novi = Novi::start().await;
    let mut usual = String::new();
    for (what, email, password) in attempts(&novi).await {
        let mut browser = novi.browser();
        let form = browser.get("/log-in").await;
        let before = novi.app.hashing.evaluations();
        let typed = [("email", &*email), ("password", &*password)];

        let page = browser.submit(&form, "/log-in", &typed).await;

        assert_eq!(novi.app.hashing.evaluations() - before, 1, "{what}");
        assert_eq!(page.status, 200, "{what}");
        assert!(page.text().contains(WRONG), "{what}: {}", page.text());
        assert!(!browser.is_signed_in(), "{what}");
        let answer = comparable(&page, &email);
        if usual.is_empty() {
            usual = answer;
        } else if email.is_empty() {
            // An empty field asks for the e-mail first; so does an empty field of everybody.
            assert_eq!(answer.replace(" autofocus", ""), usual.replace(" autofocus", ""), "{what}");
        } else {
            assert_eq!(answer, usual, "{what}");
        }
        novi.clock.advance(700); // so that the address may go on
    }
    assert_eq!(novi.events("login.succeeded").await, 0);
}

/// SEC-L11: tries are spaced alike for a login that exists and for one that does not.
#[tokio::test]
async fn nobody_learns_from_the_waiting_whether_a_login_exists() {
    let novi = Novi::start().await;
    let (ann, gone) = (novi.member("Ann").await, novi.member("Gone").await);
    let home = novi.home().await;
    assert!(members::deactivate(&home, &gone.id, &Actor::CommandLine).await.unwrap());
    let mut answers = Vec::new();

    for (email, password) in
        [(&*ann.email, "wrong"), ("nobody@acme.example", PASSWORD), (&gone.email, PASSWORD)]
    {
        let mut browser = novi.browser();
        for _ in 0..5 {
            assert_eq!(try_to(&mut browser, email, password).await.status, 200);
        }
        let before = novi.app.hashing.evaluations();
        let page = try_to(&mut browser, email, PASSWORD).await;
        assert_eq!(novi.app.hashing.evaluations(), before, "a try too many is not even hashed");
        answers.push(comparable(&page, email));
    }

    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert!(answers[0].starts_with("429 ") && answers[0].contains("Too many tries."));
}

/// SEC-L6: a form that is not the one we gave signs nobody in and changes nothing.
#[tokio::test]
async fn a_form_with_fields_missing_added_or_doubled_signs_nobody_in() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = novi.browser();
    let form_token = browser.get("/log-in").await.form_token();
    let token = ("form_token", &*form_token);
    let (email, password) = (("email", &*ann.email), ("password", PASSWORD));
    let sessions = "select count(*) from sessions";

    for fields in [
        &[] as &[(&str, &str)],
        &[token],
        &[token, email],
        &[token, password],
        &[email, password],
        &[token, ("Email", &ann.email), ("Password", PASSWORD)],
        &[token, ("username", &ann.email), password],
        &[token, email, ("password", "wrong"), password],
        &[token, ("email", "nobody@acme.example"), email, password],
        &[token, ("email[]", &ann.email), password],
        &[token, email, ("password[]", PASSWORD)],
        &[("form_token", ""), token, email, password],
    ] {
        let page = browser.post("/log-in", fields).await;
        assert_eq!(page.status, 200, "{fields:?}");
        assert!(!browser.is_signed_in(), "{fields:?}");
    }
    for (kind, body) in [
        ("application/json", format!(r#"{{"email":"{}","password":"{PASSWORD}"}}"#, ann.email)),
        ("text/plain", "\u{0}\u{1}".to_owned()),
        ("multipart/form-data; boundary=x", "--x--".to_owned()),
    ] {
        let request = Request::post("/log-in").header(header::HOST, HOME);
        let request = request.header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
        assert_eq!(Page::of(&novi.router, request).await.status, 200, "{kind}");
    }
    let query = format!("/log-in?email={}&password=x&form_token={form_token}", ann.email);
    assert_eq!(browser.get(&query).await.status, 200);

    assert_eq!(novi.count(sessions).await, 0);
    let more = [token, email, password, ("is_admin", "true"), ("request", "x"), ("step", "done")];
    assert_eq!(browser.post("/log-in", &more).await.status, 303, "what is unknown is ignored");
}

/// SEC-E1 with SECURITY.md 0.0: no sign-in, and the form again with a sentence, not an error.
#[tokio::test]
async fn a_stale_log_in_form_is_shown_again_with_what_was_typed_except_the_password() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = novi.browser();
    browser.get("/log-in").await;
    let typed = [("form_token", "old"), ("email", &*ann.email), ("password", PASSWORD)];

    let page = browser.post("/log-in", &typed).await;

    assert_eq!(page.status, 200);
    assert!(page.text().contains("This page was open for too long."), "{}", page.text());
    assert_eq!(page.field("email").as_deref(), Some(&*ann.email));
    assert!(!page.body.contains(PASSWORD));
    assert!(!browser.is_signed_in());
    assert_eq!(browser.sign_in_on(&page, &ann).await.status, 303, "and now it works");
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = novi.browser();
    let form = browser.get("/log-in").await;
    browser.cookies.clear();

    let page = browser.sign_in_on(&form, &ann).await;

    assert_eq!(page.status, 200);
    assert!(page.text().contains("Your browser did not keep our cookie."), "{}", page.text());
    assert!(!browser.is_signed_in());
}

/// What was typed comes back as text, never as markup (SEC-X4).
#[tokio::test]
async fn what_is_typed_into_the_log_in_form_comes_back_escaped() {
    let novi = Novi::start().await;
    let canary = "\"><img src=x onerror=1>'{{7*7}}";
    let mut browser = novi.browser();
    let form = browser.get("/log-in").await;
    let typed = [("email", canary), ("password", "x"), ("request", canary), ("client_id", canary)];

    let page = browser.submit(&form, "/log-in", &typed).await;

    assert_eq!(page.field("email").as_deref(), Some(canary));
    assert!(!page.body.contains("<img") && !page.body.contains("49'"), "{}", page.body);
}

/// SECURITY.md 4.6: whoever would wait too long for the hash pool is told so at once.
#[tokio::test]
async fn when_too_many_people_log_in_at_once_some_are_asked_to_wait() {
    let slow = Cost { memory_kib: 4096, passes: 90 };
    let novi = Novi::start_with(|settings| settings.hash_cost = slow).await;
    let ann = novi.member("Ann").await;
    let mut form = novi.browser();
    let page = form.get("/log-in").await;
    let mut line = tokio::task::JoinSet::new();
    // More than can be hashed in the meantime, on a machine of any size.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..60 + 20 * cores {
        let (mut browser, page_token) = (novi.browser(), page.form_token());
        let ann: Member = ann.clone();
        browser.cookies = form.cookies.clone();
        line.spawn(async move {
            let typed = [
                ("form_token", &*page_token),
                ("email", &*ann.email),
                ("password", &*ann.password),
            ];
            browser.post("/log-in", &typed).await
        });
    }

    let answers = line.join_all().await;

    let busy: Vec<_> = answers.iter().filter(|page| page.status == 503).collect();
    assert!(!busy.is_empty(), "nobody was asked to wait");
    assert!(answers.iter().any(|page| page.status == 303), "nobody got in");
    assert!(answers.iter().all(|page| matches!(page.status, 303 | 503)));
    for page in busy {
        assert_eq!(page.header("retry-after"), Some("3"));
        assert!(page.text().contains("Many people are logging in right now."));
        assert_eq!(page.field("email").as_deref(), Some(&*ann.email), "nothing typed is lost");
    }
}
