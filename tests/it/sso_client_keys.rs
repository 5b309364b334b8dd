//! Two Secret Keys of an SSO client: a platform changes over from one to the other without an outage.

use crate::sso_clients::admin;
use crate::support::{Browser, Member, Novi, PASSWORD, Page, Platform};

fn path(platform: &Platform) -> String {
    format!("/admin/sso-clients/{}", platform.client_id)
}

/// Opens the page for a new Secret Key and makes one.
async fn makes(browser: &mut Browser, platform: &Platform, typed: &[(&str, &str)]) -> Page {
    let step = format!("{}/new-secret", path(platform));
    let page = browser.get(&step).await;
    assert_eq!(page.status, 200);
    browser.fill(&page, &step, typed).await
}

/// The newest Secret Key, as the admin reads it in the modal.
async fn newest(browser: &mut Browser, platform: &Platform) -> Platform {
    let modal = browser.get(&path(platform)).await;
    let shown = browser.fill(&modal, &format!("{}/reveal", path(platform)), &[]).await;
    Platform { secret: value(&shown, "secret-key"), ..platform.clone() }
}

/// Somebody logs in, and the platform comes with its Secret Key.
async fn comes(platform: &Platform, member: &Member) -> u16 {
    platform.exchange(&platform.code_for(member).await).await.status
}

fn value(page: &Page, id: &str) -> String {
    let input = page.body.split(&format!("<input id=\"{id}\" value=\"")).nth(1);
    let input = input.unwrap_or_else(|| panic!("{}", page.body));
    input.split('"').next().unwrap().to_owned()
}

/// The addresses that the modal leads to, below `/secrets/`.
fn steps(page: &Page, step: &str) -> Vec<String> {
    let attributes = page.body.split('"').filter(|it| it.contains("/secrets/"));
    attributes.filter(|it| it.ends_with(step)).map(str::to_owned).collect()
}

/// Issue 3, part 4: a new one, pasted, watched, and the old one removed; nobody is sent away.
#[tokio::test]
async fn a_platform_changes_over_to_a_new_secret_key_without_an_outage() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    assert_eq!(comes(&forj, &ann).await, 200);
    novi.clock.advance(9 * 24 * 3600);
    let mut ruth = admin(&novi, "Ruth").await;

    let made = makes(&mut ruth, &forj, &[("key_name", "Summer")]).await;
    assert_eq!(made.location(), Some(path(&forj)), "{}", made.text());
    let both = ruth.get(&path(&forj)).await;
    let text = both.text();
    assert!(text.contains("Summer") && text.contains("Not used yet"), "{text}");
    assert!(text.contains("Stops "), "the old one has 7 days more: {text}");
    let now = newest(&mut ruth, &forj).await;
    assert_ne!(now.secret, forj.secret);
    for key in [&forj, &now, &forj] {
        assert_eq!(comes(key, &ann).await, 200);
        novi.clock.advance(61);
    }
    let in_use = ruth.get(&path(&forj)).await;
    assert_eq!(in_use.text().matches("In use").count(), 2, "{}", in_use.text());
    let remove = steps(&in_use, "/remove");
    assert_eq!(remove.len(), 2, "either may go");
    let asked = ruth.get(&remove[0]).await;
    assert!(asked.text().contains("It was last used 1 min ago."), "{}", asked.text());
    assert!(asked.text().contains(&format!("Secret Key {}…", &now.secret[..4])));
    let removed = ruth.fill(&asked, &remove[0], &[]).await;
    assert_eq!(removed.location(), Some(path(&forj)), "{}", removed.text());

    let left = ruth.get(&path(&forj)).await;
    assert!(left.text().contains("Removed. The other Secret Key stays."), "{}", left.text());
    assert!(!left.text().contains("Stops "), "the last one has no end: {}", left.text());
    assert!(steps(&left, "/remove").is_empty());
    assert_eq!(forj.exchange(&forj.code_for(&ann).await).await["error"], "invalid_client");
    novi.clock.advance(90 * 24 * 3600);
    assert_eq!(now.exchange(&now.code_for(&ann).await).await.status, 200);
    assert_eq!(novi.events("client.secret_key_removed").await, 1);
}

/// A key that nobody came with for a week, beside one that is in use.
#[tokio::test]
async fn the_old_key_is_called_safe_to_remove_once_it_was_quiet_for_a_week() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    assert_eq!(comes(&forj, &ann).await, 200);
    let mut ruth = admin(&novi, "Ruth").await;
    makes(&mut ruth, &forj, &[("old", "30")]).await;
    let now = newest(&mut ruth, &forj).await;
    let modal = ruth.get(&path(&forj)).await;
    assert!(!modal.text().contains("Safe to remove"), "{}", modal.text());

    novi.clock.advance(8 * 24 * 3600);
    assert_eq!(comes(&now, &ann).await, 200);
    let mut dan = admin(&novi, "Dan").await;
    let modal = dan.get(&path(&forj)).await;

    let old = modal.text().split(&format!("{}…", &forj.secret[..4])).nth(1).unwrap().to_owned();
    assert!(old.trim_start().starts_with("Safe to remove"), "{}", modal.text());
    assert_eq!(modal.text().matches("Safe to remove").count(), 1);
}

/// The overlap ends by itself.
#[tokio::test]
async fn the_present_key_works_as_long_as_was_chosen_and_no_longer() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    for (name, typed, days) in [("A", "1", 1), ("B", "7", 7), ("C", "30", 30)] {
        let client = novi.client(name).await;
        let mut ruth = admin(&novi, &format!("Ruth{name}")).await;
        let made = makes(&mut ruth, &client, &[("old", typed)]).await;
        assert_eq!(made.status, 303);

        novi.clock.advance(days * 24 * 3600 - 1);
        let before = client.exchange(&client.code_for(&ann).await).await;
        novi.clock.advance(1);
        let after = client.exchange(&client.code_for(&ann).await).await;

        assert_eq!((before.status, after.status), (200, 401), "{days} days");
    }
}

/// A form from before there was a choice stops the present key, as it said it would.
#[tokio::test]
async fn a_form_without_a_choice_stops_the_present_key_at_once() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut ruth = admin(&novi, "Ruth").await;
    let token = ruth.get(&path(&forj)).await.form_token();

    for days in ["", "0", "-1", "31", "NaN", "９"] {
        let step = format!("{}/new-secret", path(&forj));
        let made = ruth.post(&step, &[("form_token", &token), ("old", days)]).await;
        assert_eq!(made.status, 303, "{days}");
    }

    assert_eq!(forj.exchange(&forj.code_for(&ann).await).await["error"], "invalid_client");
    assert_eq!(novi.count("select count(*) from client_secrets").await, 1);
}

/// Two are the most, and the last one stays.
#[tokio::test]
async fn a_third_key_and_the_end_of_the_last_one_are_refused_in_words() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let only = format!("{}/secrets/{}/remove", path(&forj), forj.client_id);

    let asked = ruth.get(&only).await;
    assert!(asked.text().contains("This is the only Secret Key of Forj."), "{}", asked.text());
    assert!(asked.text().contains("Make a new one first."), "{}", asked.text());
    let token = ruth.get("/log-out").await.form_token();
    let refused = ruth.post(&only, &[("form_token", &token)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("This is the only Secret Key"), "{}", refused.text());
    makes(&mut ruth, &forj, &[]).await;
    let third = makes(&mut ruth, &forj, &[("old", "7")]).await;

    assert_eq!(third.status, 422);
    assert!(third.text().contains("Two Secret Keys are live already."), "{}", third.text());
    assert_eq!(novi.count("select count(*) from client_secrets").await, 2);
    let long = "x".repeat(101);
    let too_long = makes(&mut ruth, &forj, &[("key_name", &long)]).await;
    assert_eq!(too_long.status, 422);
    assert_eq!(too_long.field("key_name").as_deref(), Some(&*long));
    // Both at once is possible, and leaves one.
    assert_eq!(makes(&mut ruth, &forj, &[("old", "now")]).await.status, 303);
    assert_eq!(novi.count("select count(*) from client_secrets").await, 1);
}

/// DEC7: each key by itself, after the password, and on record.
#[tokio::test]
async fn each_of_two_keys_is_revealed_by_itself() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    makes(&mut ruth, &forj, &[]).await;
    let modal = ruth.get(&path(&forj)).await;
    let reveal = steps(&modal, "/reveal");
    assert_eq!(reveal.len(), 1, "the newest one stands among the settings");
    novi.clock.advance(600);

    let asked = ruth.fill(&modal, &reveal[0], &[]).await;
    assert!(!asked.body.contains(&forj.secret));
    let shown = ruth.fill(&asked, &reveal[0], &[("password", PASSWORD)]).await;

    assert_eq!(value(&shown, "secret-key-old"), forj.secret);
    assert!(value(&shown, "secret-key").ends_with('•'), "the other one stays hidden");
    let new = newest(&mut ruth, &forj).await;
    assert_ne!(new.secret, forj.secret);
    assert_eq!(novi.events("client.secret_key_shown").await, 2);
    let modal = ruth.get(&path(&forj)).await;
    assert!(!modal.body.contains(&forj.secret) && !modal.body.contains(&new.secret));
}

/// After 10 minutes the password is asked for, and what was chosen is not lost on the way.
#[tokio::test]
async fn the_password_is_asked_for_before_a_key_is_made_or_removed() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut ruth = admin(&novi, "Ruth").await;
    novi.clock.advance(600);
    let new = format!("{}/new-secret", path(&forj));

    let asked = makes(&mut ruth, &forj, &[("old", "1"), ("key_name", "Summer")]).await;
    assert!(asked.text().contains("Type your password again"), "{}", asked.text());
    let made = ruth.fill(&asked, &new, &[("password", PASSWORD)]).await;
    assert_eq!(made.status, 303, "{}", made.text());
    let modal = ruth.get(&path(&forj)).await;
    assert!(modal.text().contains("Summer"), "{}", modal.text());
    assert_eq!(forj.exchange(&forj.code_for(&ann).await).await.status, 200, "for a day more");
    novi.clock.advance(600);
    let remove = steps(&modal, "/remove").remove(0);
    let page = ruth.get(&remove).await;
    let asked = ruth.fill(&page, &remove, &[]).await;
    let words = format!("Remove the Secret Key {}…", &forj.secret[..4]);
    assert!(asked.text().contains(&words), "{}", asked.text());
    let removed = ruth.fill(&asked, &remove, &[("password", PASSWORD)]).await;

    assert_eq!(removed.status, 303, "{}", removed.text());
    assert_eq!(forj.exchange(&forj.code_for(&ann).await).await.status, 401);
}

/// SEC-T2: a Secret Key belongs to its client, in the address too.
#[tokio::test]
async fn a_key_of_another_client_or_of_none_is_not_found() {
    let novi = Novi::start().await;
    let (forj, other) = (novi.client("Forj").await, novi.client("Other").await);
    let mut ruth = admin(&novi, "Ruth").await;
    makes(&mut ruth, &other, &[]).await;
    let before = novi.tables().await;
    let token = ruth.get("/log-out").await.form_token();

    for id in [&*other.client_id, "none", "secret_x", "%00", "..%2F", "%F0%9F%94%91"] {
        let at = |step: &str| format!("{}/secrets/{id}/{step}", path(&forj));
        assert_eq!(ruth.get(&at("remove")).await.status, 404, "{id}");
        for step in ["remove", "reveal"] {
            let page = ruth.post(&at(step), &[("form_token", &token)]).await;
            assert_eq!(page.status, 404, "{id} {step}");
        }
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}
