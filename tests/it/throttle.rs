//! Guessing passwords is slow, and nobody can lock somebody else out by it (SEC-L12, SEC-L5,
//! SECURITY.md 4.5 with 0.0).

use crate::support::{Browser, HOME, Member, Novi, PASSWORD, Page};

/// A Novi behind a proxy, so that a browser's address can be said.
async fn behind_a_proxy() -> Novi {
    Novi::start_with(|settings| settings.trusted_proxies = "127.0.0.1".parse().unwrap()).await
}

fn browser_from(novi: &Novi, address: &str) -> Browser {
    novi.browser().with_header("x-forwarded-for", address)
}

async fn try_to(browser: &mut Browser, email: &str, password: &str) -> Page {
    let page = browser.get("/log-in").await;
    browser.submit(&page, "/log-in", &[("email", email), ("password", password)]).await
}

async fn fails(browser: &mut Browser, email: &str) {
    let page = try_to(browser, email, "wrong").await;
    assert_eq!(page.status, 200, "{}", page.text());
}

fn wait(page: &Page) -> i64 {
    assert_eq!(page.status, 429, "{}", page.text());
    assert!(page.text().contains("Too many tries."), "{}", page.text());
    page.header("retry-after").expect("how long").parse().unwrap()
}

#[tokio::test]
async fn after_five_failures_tries_are_spaced_by_1_2_4_up_to_60_seconds() {
    let novi = Novi::start_with(|settings| settings.limits.failed_log_ins = None).await;
    let ann = novi.member("Ann").await;
    let mut browser = novi.browser();
    for _ in 0..5 {
        fails(&mut browser, &ann.email).await;
    }

    for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let page = try_to(&mut browser, &ann.email, PASSWORD).await;
        assert_eq!(wait(&page), seconds);
        let words = if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") };
        assert!(page.text().contains(&format!("Wait {words}, then try again.")), "{}", page.text());
        assert_eq!(page.field("email").as_deref(), Some(&*ann.email));
        novi.clock.advance(seconds - 1);
        assert_eq!(wait(&try_to(&mut browser, &ann.email, PASSWORD).await), 1);
        novi.clock.advance(1);
        fails(&mut browser, &ann.email).await;
    }

    novi.clock.advance(60);
    assert_eq!(try_to(&mut browser, &ann.email, PASSWORD).await.status, 303, "never locked out");
}

#[tokio::test]
async fn after_a_success_the_failures_before_it_no_longer_count() {
    let novi = Novi::start_with(|settings| settings.limits.failed_log_ins = None).await;
    let ann = novi.member("Ann").await;
    for _ in 0..3 {
        let mut browser = novi.browser();
        for _ in 0..4 {
            fails(&mut browser, &ann.email).await;
        }
        assert_eq!(try_to(&mut browser, &ann.email, PASSWORD).await.status, 303);
    }
}

#[tokio::test]
async fn an_email_in_another_case_or_with_blanks_is_not_another_row_of_tries() {
    let novi = Novi::start().await;
    novi.member("Ann").await;
    let mut browser = novi.browser();

    for email in [
        "ann@acme.example",
        "ANN@acme.example",
        " ann@acme.example",
        "Ann@Acme.example ",
        "ann@ACME.example",
    ] {
        fails(&mut browser, email).await;
    }

    assert_eq!(wait(&try_to(&mut browser, "aNN@acme.example", PASSWORD).await), 1);
}

/// ARCHITECTURE.md 2: failed log-ins per address 20 in 10 minutes.
#[tokio::test]
async fn an_address_has_20_failures_in_10_minutes_over_all_logins() {
    let novi = behind_a_proxy().await;
    let ann = novi.member("Ann").await;
    let mut there = browser_from(&novi, "203.0.113.9");
    for n in 0..19 {
        fails(&mut there, &format!("guess{n}@acme.example")).await;
    }
    assert_eq!(try_to(&mut novi_browser(&novi), &ann.email, PASSWORD).await.status, 303);
    novi.clock.advance(100);
    fails(&mut there, "guess19@acme.example").await;

    let refused = try_to(&mut there, "somebody@acme.example", "wrong").await;

    assert_eq!(wait(&refused), 500, "until the ten minutes are over");
    assert!(refused.text().contains("Wait 9 minutes, then try again."), "{}", refused.text());
    assert_eq!(wait(&try_to(&mut there, &ann.email, PASSWORD).await), 500);
    let mut elsewhere = browser_from(&novi, "203.0.113.10");
    assert_eq!(try_to(&mut elsewhere, &ann.email, PASSWORD).await.status, 303);
    novi.clock.advance(500);
    fails(&mut there, "guess20@acme.example").await;
}

fn novi_browser(novi: &Novi) -> Browser {
    browser_from(novi, "203.0.113.77")
}

/// A success from an address is no reason to forgive it what it tried before.
#[tokio::test]
async fn an_own_login_does_not_wash_an_address_clean() {
    let novi = behind_a_proxy().await;
    let mallory = novi.member("Mallory").await;
    for n in 0..20 {
        fails(&mut browser_from(&novi, "203.0.113.9"), &format!("guess{n}@acme.example")).await;
        let mut own = browser_from(&novi, "203.0.113.9");
        if n % 5 == 4 && n < 19 {
            assert_eq!(try_to(&mut own, &mallory.email, PASSWORD).await.status, 303);
        }
    }

    let page = try_to(&mut browser_from(&novi, "203.0.113.9"), "x@acme.example", "wrong").await;

    assert_eq!(wait(&page), 600);
}

#[tokio::test]
async fn a_limit_that_is_off_counts_nothing() {
    let novi = Novi::start_with(|settings| settings.limits.failed_log_ins = None).await;
    let mut browser = novi.browser();

    for n in 0..60 {
        fails(&mut browser, &format!("guess{n}@acme.example")).await;
    }
}

#[tokio::test]
async fn a_limit_is_as_large_as_the_settings_say() {
    let novi = Novi::start_with(|settings| settings.limits.failed_log_ins = Some(2)).await;
    let mut browser = novi.browser();
    fails(&mut browser, "a@acme.example").await;
    fails(&mut browser, "b@acme.example").await;

    assert_eq!(wait(&try_to(&mut browser, "c@acme.example", "wrong").await), 600);
}

async fn signed_in_before(novi: &Novi, address: &str, member: &Member) -> Browser {
    let mut browser = browser_from(novi, address);
    assert_eq!(browser.sign_in(member).await.status, 303);
    browser.cookies.retain(|name, _| name.ends_with("novi_dev"));
    assert_eq!(browser.cookies.len(), 1);
    browser
}

/// SEC-L12: 1,000 wrong passwords from other addresses cost the owner nothing, neither on a device
/// that is known nor on a new one.
#[tokio::test]
async fn a_thousand_failures_from_elsewhere_do_not_keep_the_owner_out() {
    let novi = behind_a_proxy().await;
    let ann = novi.member("Ann").await;
    let mut known = signed_in_before(&novi, "198.51.100.1", &ann).await;

    for n in 0..1000 {
        let address = format!("203.0.{}.{}", n / 100, n % 100);
        let mut stranger = browser_from(&novi, &address);
        fails(&mut stranger, &ann.email).await;
    }

    assert_eq!(try_to(&mut known, &ann.email, PASSWORD).await.status, 303);
    let mut new = browser_from(&novi, "198.51.100.2");
    assert_eq!(try_to(&mut new, &ann.email, PASSWORD).await.status, 303);
}

/// SEC-L12: not even somebody at the owner's own address, behind the same router.
#[tokio::test]
async fn failures_from_the_same_address_do_not_keep_a_known_device_out() {
    let novi = behind_a_proxy().await;
    let ann = novi.member("Ann").await;
    let mut known = signed_in_before(&novi, "198.51.100.1", &ann).await;
    let mut neighbour = browser_from(&novi, "198.51.100.1");
    for n in 0..15 {
        fails(&mut neighbour, &format!("guess{n}@acme.example")).await;
    }
    for _ in 0..5 {
        fails(&mut neighbour, &ann.email).await;
    }

    assert_eq!(wait(&try_to(&mut neighbour, &ann.email, PASSWORD).await), 600);
    assert_eq!(try_to(&mut known, &ann.email, PASSWORD).await.status, 303);
}

/// A device token is relief for its own login, and has tries of its own.
#[tokio::test]
async fn a_known_device_is_slowed_down_too_and_helps_with_no_other_login() {
    let novi = behind_a_proxy().await;
    let (ann, mallory) = (novi.member("Ann").await, novi.member("Mallory").await);
    let mut known = signed_in_before(&novi, "198.51.100.1", &mallory).await;

    for _ in 0..5 {
        fails(&mut known, &ann.email).await;
        fails(&mut known, &mallory.email).await;
    }

    assert_eq!(wait(&try_to(&mut known, &ann.email, PASSWORD).await), 1);
    assert_eq!(wait(&try_to(&mut known, &mallory.email, PASSWORD).await), 1);
}

/// SEC-L5: only a named proxy may say whom a request comes from.
#[tokio::test]
async fn a_stranger_cannot_choose_the_address_that_counts() {
    let novi = Novi::start().await;
    for n in 0..20 {
        let mut browser = browser_from(&novi, &format!("203.0.113.{n}"));
        fails(&mut browser, &format!("guess{n}@acme.example")).await;
    }

    let page = try_to(&mut browser_from(&novi, "203.0.113.99"), "x@acme.example", "wrong").await;

    assert_eq!(wait(&page), 600, "all of them came from one peer");
}

/// SEC-L5: what cannot be read counts as the proxy's own, so no limit is ever skipped.
#[tokio::test]
async fn an_unreadable_forwarded_address_counts_as_the_proxys_own() {
    let novi = behind_a_proxy().await;
    let long = "203.0.113.9, ".repeat(800);
    let unreadable = [
        "",
        ",",
        "unknown",
        "203.0.113.9:80",
        "fe80::1%eth0",
        "[2001:db8::1]",
        "203.0.113.9, x",
        &long,
    ];
    for n in 0..20 {
        let mut browser = browser_from(&novi, unreadable[n % unreadable.len()]);
        fails(&mut browser, &format!("guess{n}@acme.example")).await;
    }

    for value in unreadable {
        let page = try_to(&mut browser_from(&novi, value), "x@acme.example", "wrong").await;
        assert_eq!(wait(&page), 600, "{value:.40}");
    }
    assert_eq!(wait(&try_to(&mut novi.browser(), "x@acme.example", "wrong").await), 600);
}

/// Whoever has one IPv6 address has 2^64 of them, so these are counted as one.
#[tokio::test]
async fn ipv6_addresses_are_counted_by_their_64_bits() {
    let novi = behind_a_proxy().await;
    for n in 0..20 {
        let mut browser = browser_from(&novi, &format!("2001:db8:1:2::{n}"));
        fails(&mut browser, &format!("guess{n}@acme.example")).await;
    }

    let same =
        try_to(&mut browser_from(&novi, "2001:db8:1:2:ffff::1"), "x@acme.example", "x").await;
    let other = try_to(&mut browser_from(&novi, "2001:db8:1:3::1"), "x@acme.example", "x").await;

    assert_eq!(wait(&same), 600);
    assert_eq!(other.status, 200);
}

/// One association's troubles are not another's.
#[tokio::test]
async fn failures_are_counted_by_association() {
    let novi = Novi::start().await;
    let mut browser = novi.browser();
    for n in 0..20 {
        fails(&mut browser, &format!("guess{n}@acme.example")).await;
    }

    assert_eq!(wait(&try_to(&mut novi.browser_at(HOME), "x@acme.example", "x").await), 600);
    let mut elsewhere = novi.browser_at(crate::support::ELSEWHERE);
    assert_eq!(try_to(&mut elsewhere, "x@acme.example", "x").await.status, 200);
}
