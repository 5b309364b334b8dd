//! The first run: a one-time link that `serve` prints leads one person from an empty association to
//! its first admin. There is never a default password.

use novi_sso::associations::set_up;
use novi_sso::events::Actor;
use novi_sso::members;

use crate::support::{Browser, HOME, Member, Novi, PASSWORD, Page};

/// The path of a fresh link.
async fn link(novi: &Novi) -> String {
    let link = set_up::link(&novi.home().await).await.unwrap().expect("there is no admin yet");
    let path = link.strip_prefix("https://www.acme.example").unwrap();
    assert_eq!(path.len(), "/set-up?link=".len() + 43);
    path.to_owned()
}

const ASSOCIATION: [(&str, &str); 3] =
    [("name", "Acme Guild"), ("help_email", "help@acme.example"), ("help_phone", "+1 555 0123")];

const LOGIN: [(&str, &str); 4] = [
    ("first_name", "Ruth"),
    ("last_name", "Okafor"),
    ("email", "ruth@acme.example"),
    ("password", PASSWORD),
];

fn is_dead(page: &Page) {
    assert_eq!(page.status, 200);
    assert!(page.text().contains("This link does not work any more"), "{}", page.text());
    assert!(!page.body.contains("<form"), "{}", page.body);
}

/// The first step done; the page of the second.
async fn second_step(browser: &mut Browser, link: &str) -> Page {
    let page = browser.get(link).await;
    let page = browser.fill(&page, "/set-up", &ASSOCIATION).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("You are the first administrator of Acme Guild."),
        "{}",
        page.text()
    );
    page
}

#[tokio::test]
async fn the_link_leads_to_an_admin_who_is_signed_in() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let mut browser = novi.browser();

    let page = browser.get(&link).await;
    assert!(
        page.text().contains("It works for 60 more minutes, for one person."),
        "{}",
        page.text()
    );
    assert!(page.text().contains("https://www.acme.example"), "the address is shown, not asked");
    assert_eq!(page.field("name").as_deref(), Some("Acme Builders"));
    let page = browser.fill(&page, "/set-up", &ASSOCIATION).await;
    let done = browser.fill(&page, "/set-up", &LOGIN).await;

    assert_eq!((done.status, done.location().as_deref()), (303, Some("/admin/sso-clients")));
    let clients = browser.get("/admin/sso-clients").await;
    assert_eq!(clients.status, 200);
    let text = clients.text();
    assert!(text.contains("Your association is ready. Connect its first platform."), "{text}");
    assert!(text.contains("No SSO clients yet") && text.contains("Acme Guild"), "{text}");
    let home = novi.home().await;
    let association = &home.association;
    assert_eq!(association.name, "Acme Guild");
    assert_eq!(association.help_email.as_deref(), Some("help@acme.example"));
    assert_eq!(novi.events("association.set_up").await, 1);
    let ruth = Member {
        id: novi_sso::id::MemberId::random(),
        email: "ruth@acme.example".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let signed_in = novi.browser().sign_in(&ruth).await;
    assert_eq!(signed_in.location().as_deref(), Some("/admin/sso-clients"), "an admin");
    let help = novi.browser().get("/log-in").await;
    assert!(help.text().contains("Call +1 555 0123 or write to help@acme.example."));
}

#[tokio::test]
async fn the_link_works_once() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let mut browser = novi.browser();
    let step = second_step(&mut browser, &link).await;
    assert_eq!(browser.fill(&step, "/set-up", &LOGIN).await.status, 303);
    let before = novi.count("select count(*) from members").await;

    let mut other = novi.browser();
    let again = other.get(&link).await;
    is_dead(&again);
    assert!(again.body.contains("href=\"/log-in\""), "somebody can log in, so that is the way on");
    let mallory =
        [&LOGIN[..2], &[("email", "mallory@acme.example"), ("password", PASSWORD)]].concat();
    is_dead(&browser.fill(&step, "/set-up", &mallory).await);

    assert_eq!(novi.count("select count(*) from members").await, before);
    assert_eq!(set_up::link(&novi.home().await).await.unwrap(), None, "no link where an admin is");
}

/// Two people with the same link, both on the last page.
#[tokio::test]
async fn of_two_people_who_finish_at_once_one_becomes_the_admin() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let (mut one, mut other) = (novi.browser(), novi.browser());
    let of_one = second_step(&mut one, &link).await;
    let of_other = second_step(&mut other, &link).await;
    let rival = [&LOGIN[..2], &[("email", "rival@acme.example"), ("password", PASSWORD)]].concat();

    let (first, second) = tokio::join!(
        one.fill(&of_one, "/set-up", &LOGIN),
        other.fill(&of_other, "/set-up", &rival)
    );

    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 303]);
    assert_eq!(novi.count("select count(*) from members where admin_since is not null").await, 1);
}

/// Mail scanners and chat previews open links.
#[tokio::test]
async fn looking_at_the_link_uses_nothing_up() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let before = novi.tables().await;

    for _ in 0..3 {
        assert_eq!(novi.browser().get(&link).await.status, 200);
        novi.browser().request("HEAD", &link, &[]).await;
    }

    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
    second_step(&mut novi.browser(), &link).await;
}

#[tokio::test]
async fn the_link_works_for_an_hour() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let mut browser = novi.browser();
    novi.clock.advance(3599);
    let step = second_step(&mut browser, &link).await;
    assert!(
        browser.get(&link).await.text().contains("It works for 1 more minute, for one person.")
    );

    novi.clock.advance(1);

    let dead = browser.get(&link).await;
    is_dead(&dead);
    assert!(dead.text().contains("starts novi-sso serve again. It prints a new link."));
    assert!(!dead.body.contains("/log-in"), "nobody could log in");
    is_dead(&browser.fill(&step, "/set-up", &LOGIN).await);
    assert_eq!(novi.count("select count(*) from members").await, 0);
}

/// `serve` makes a link at each start.
#[tokio::test]
async fn the_next_start_of_the_server_makes_a_new_link_and_ends_the_old_one() {
    let novi = Novi::start().await;
    let first = link(&novi).await;
    let mut browser = novi.browser();
    let step = second_step(&mut browser, &first).await;

    let second = link(&novi).await;

    assert_ne!(first, second);
    is_dead(&browser.get(&first).await);
    is_dead(&browser.fill(&step, "/set-up", &LOGIN).await);
    let step = second_step(&mut browser, &second).await;
    assert_eq!(browser.fill(&step, "/set-up", &LOGIN).await.status, 303);
}

/// The link may lie in a log for an hour. An admin made by the command line meanwhile ends it.
#[tokio::test]
async fn an_admin_who_was_made_elsewhere_ends_the_link() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let mut browser = novi.browser();
    let step = second_step(&mut browser, &link).await;

    let admin = novi.admin("Olga").await;

    is_dead(&browser.get(&link).await);
    is_dead(&browser.fill(&step, "/set-up", &LOGIN).await);
    assert_eq!(novi.count("select count(*) from members where admin_since is not null").await, 1);
    // A member of no consequence does not.
    let home = novi.home().await;
    assert!(members::deactivate(&home, &admin.id, &Actor::CommandLine).await.unwrap());
    novi.member("Ann").await;
    assert!(set_up::link(&novi.home().await).await.unwrap().is_some(), "nobody could set up");
}

#[tokio::test]
async fn no_link_and_a_wrong_link_are_dead_links() {
    let novi = Novi::start().await;
    let good = link(&novi).await;
    let mut browser = novi.browser();
    let form_token = browser.get("/log-in").await.form_token();
    let long = format!("/set-up?link={}", "x".repeat(5000));

    for path in [
        "/set-up",
        "/set-up?link=",
        "/set-up?link=x&link=y",
        &good[..good.len() - 1],
        &format!("{good}A"),
        &long,
    ] {
        is_dead(&browser.get(path).await);
    }
    for step in ["association", "login", "", "done"] {
        let fields = [("form_token", &*form_token), ("step", step), ("link", "x")];
        let fields = [&fields[..], &ASSOCIATION, &LOGIN].concat();
        is_dead(&browser.post("/set-up", &fields).await);
    }
    assert_eq!(novi.count("select count(*) from members").await, 0);
    assert!(!novi.tables().await.hold(good.split_once('=').unwrap().1), "kept as a hash");
}

#[tokio::test]
async fn every_problem_with_the_association_has_its_sentence_and_nothing_typed_is_lost() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let mut browser = novi.browser();
    let page = browser.get(&link).await;
    let long = "x".repeat(101);
    let before = novi.tables().await;

    for (name, value, sentence) in [
        ("name", "  ", "Enter the name that members know."),
        ("name", &long, "Use at most 100 characters."),
        ("help_email", "help@acme", "That is not a whole e-mail address."),
        ("help_phone", "call us", "A phone number has digits"),
    ] {
        let typed: Vec<_> = ASSOCIATION
            .iter()
            .map(|field| if field.0 == name { (name, value) } else { *field })
            .collect();
        let again = browser.fill(&page, "/set-up", &typed).await;
        assert_eq!(again.status, 200, "{value:.20}");
        assert!(again.text().contains(sentence), "{value:.20}: {}", again.text());
        for (name, value) in typed {
            assert_eq!(again.field(name).as_deref(), Some(value.trim()), "{name}");
        }
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);

    let both = [("name", ""), ("help_email", "x"), ("help_phone", "x")];
    let again = browser.fill(&page, "/set-up", &both).await.text();
    assert!(
        again.contains("Enter the name")
            && again.contains("e-mail address")
            && again.contains("digits")
    );
    let bare = [("name", "Acme Guild"), ("help_email", ""), ("help_phone", "")];
    let page = browser.fill(&page, "/set-up", &bare).await;
    assert!(page.text().contains("first administrator of Acme Guild"), "help is optional");
}

#[tokio::test]
async fn every_problem_with_the_login_has_its_sentence_and_nothing_typed_is_lost() {
    let novi = Novi::start().await;
    novi.member("Ann").await;
    let link = link(&novi).await;
    let mut browser = novi.browser();
    let page = second_step(&mut browser, &link).await;
    let long = "heron ".repeat(30);

    for (name, value, sentence) in [
        ("first_name", " ", "Enter your first name."),
        ("last_name", "", "Enter your last name."),
        ("email", "ruth", "That is not a whole e-mail address."),
        ("email", "ann@acme.example", "A member has this e-mail already."),
        ("password", "kettle", "Use at least 15 characters"),
        ("password", "", "Use at least 15 characters"),
        ("password", &long, "Use at most 128 characters"),
        ("password", "Ruth Okafor Acme Guild", "That password is easy to guess."),
    ] {
        let typed: Vec<_> = LOGIN
            .iter()
            .map(|field| if field.0 == name { (name, value) } else { *field })
            .collect();
        let again = browser.fill(&page, "/set-up", &typed).await;
        assert_eq!(again.status, 200, "{value:.20}");
        assert!(again.text().contains(sentence), "{value:.20}: {}", again.text());
        for (name, value) in &typed[..3] {
            assert_eq!(again.field(name).as_deref(), Some(value.trim()), "{name}");
        }
        assert_eq!(again.field("password").as_deref(), Some(""), "a password is never sent back");
    }

    assert_eq!(novi.count("select count(*) from members where admin_since is not null").await, 0);
    assert_eq!(
        browser.fill(&page, "/set-up", &LOGIN).await.status,
        303,
        "and the link is still good"
    );
}

#[tokio::test]
async fn a_stale_form_of_the_set_up_is_shown_again() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let mut browser = novi.browser();
    let first = browser.get(&link).await;
    let second = second_step(&mut browser, &link).await;
    browser.cookies.clear();

    let step = browser.fill(&first, "/set-up", &ASSOCIATION).await;
    let login = browser.fill(&second, "/set-up", &LOGIN).await;

    for (page, kept) in [(&step, "Acme Guild"), (&login, "ruth@acme.example")] {
        assert_eq!(page.status, 200);
        assert!(page.text().contains("This page was open for too long."), "{}", page.text());
        assert!(page.body.contains(kept), "{}", page.body);
    }
    assert_eq!(browser.fill(&login, "/set-up", &LOGIN).await.status, 303);
}

/// What is typed comes back as text (SEC-X4), also as the association's name on every page.
#[tokio::test]
async fn a_name_with_markup_is_shown_as_it_is_written() {
    let novi = Novi::start().await;
    let link = link(&novi).await;
    let canary = "\"><img src=x onerror=1>'{{7*7}}";
    let mut browser = novi.browser();
    let page = browser.get(&link).await;

    let wrong = [("name", canary), ("help_email", canary), ("help_phone", canary)];
    let again = browser.fill(&page, "/set-up", &wrong).await;
    let named = [("name", canary), ("help_email", ""), ("help_phone", "")];
    let step = browser.fill(&page, "/set-up", &named).await;
    let wrong =
        [("first_name", canary), ("last_name", canary), ("email", canary), ("password", canary)];
    let login = browser.fill(&step, "/set-up", &wrong).await;
    let log_in = novi.browser_at(HOME).get("/log-in").await;

    for page in [again, step, login, log_in] {
        assert!(page.body.contains("&#60;img") || page.body.contains("&lt;img"), "{}", page.body);
        assert!(!page.body.contains("<img src=x"), "{}", page.body);
    }
}
