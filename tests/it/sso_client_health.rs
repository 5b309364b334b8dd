//! How an SSO client does, as an admin sees it: the line in list and modal, and why something failed.

use novi_sso::clients::health::{self, Failure};
use novi_sso::logouts::{self, Outcome};

use crate::sso_clients::admin;
use crate::support::{Novi, Page, Platform};

const LIST: &str = "/admin/sso-clients";

async fn fails(novi: &Novi, platform: &Platform, why: Failure, times: usize) {
    let (site, id) = (novi.home().await, platform.client_id.parse().unwrap());
    for _ in 0..times {
        health::failed(&site, &id, why).await.unwrap();
    }
}

/// Issue 3, part 9: last log-in, today's count, and failures with a way to their reasons.
#[tokio::test]
async fn list_and_modal_say_how_a_client_does_today() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    let quiet = novi.client("Quiet").await;
    let mut ruth = admin(&novi, "Ruth").await;
    for _ in 0..3 {
        forj.exchange(&forj.code_for(&ann).await).await;
    }
    fails(&novi, &forj, Failure::RedirectUrl, 40).await;
    fails(&novi, &forj, Failure::SecretKey, 1).await;
    fails(&novi, &forj, Failure::Declined, 5).await;
    novi.clock.advance(120);

    let list = ruth.get(LIST).await;
    let rows: Vec<_> = list.body.split("<tr>").skip(2).collect();
    let why = format!("href=\"{LIST}/{}/failures\"", forj.client_id);
    assert!(rows[0].contains("41 failed today") && rows[0].contains(&why), "{}", rows[0]);
    assert!(rows[0].contains("class=\"num\">3</td>"), "{}", rows[0]);
    assert!(!rows[1].contains("failed today") && rows[1].contains("class=\"num\">0</td>"));
    let modal = ruth.get(&format!("{LIST}/{}", forj.client_id)).await;
    for said in ["Last log-in 2 min ago", "3 log-ins today", "41 failed today", "See why"] {
        assert!(modal.text().contains(said), "{said} in {}", modal.text());
    }
    let calm = ruth.get(&format!("{LIST}/{}", quiet.client_id)).await;
    let line = calm.body.split("<dialog").nth(1).unwrap().split("<form").next().unwrap();
    assert!(line.contains("No log-ins today") && !line.contains("See why"), "{line}");
}

/// What happened, who must act, and what to do; the most frequent first.
#[tokio::test]
async fn the_page_of_failures_says_who_must_act_and_how() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let page = format!("{LIST}/{}/failures", forj.client_id);
    assert!(ruth.get(&page).await.text().contains("Nothing failed today"));
    for (times, why) in (1..).zip(Failure::ALL) {
        fails(&novi, &forj, why, times).await;
    }

    let told = ruth.get(&page).await;

    let text = told.text();
    for said in [
        "Forj asked for a redirect URL that is not on your list.",
        "You can mend it",
        "For Forj’s support",
        "Nothing to do",
        "Reveal the new Secret Key and copy it into Forj’s settings.",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    let rows: Vec<_> = told.body.split("<th scope=\"row\">").skip(1).collect();
    assert_eq!(rows.len(), Failure::ALL.len());
    assert!(rows[0].starts_with("Members came from Forj while it was switched off."));
    let last = rows.last().unwrap();
    assert!(last.starts_with("Forj asked for a redirect URL"), "{last}");
}

/// Today is a day of UTC, and tomorrow begins with nothing.
#[tokio::test]
async fn tomorrow_begins_with_nothing() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    forj.exchange(&forj.code_for(&ann).await).await;
    fails(&novi, &forj, Failure::CodeExpired, 2).await;
    novi.clock.advance(24 * 3600);
    let mut ruth = admin(&novi, "Ruth").await;

    let modal = ruth.get(&format!("{LIST}/{}", forj.client_id)).await;

    let line = modal.body.split("<dialog").nth(1).unwrap().split("<form").next().unwrap();
    assert!(line.contains("No log-ins today") && !line.contains("failed today"), "{line}");
    let page = ruth.get(&format!("{LIST}/{}/failures", forj.client_id)).await;
    assert!(page.text().contains("Nothing failed today"), "{}", page.text());
}

/// DEC14: the list says which groups may log in.
#[tokio::test]
async fn the_list_names_the_groups_that_may_log_in() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    let (staff, board) = (novi.group("Staff", &[&ann]).await, novi.group("Board", &[]).await);
    let mut ruth = admin(&novi, "Ruth").await;
    let path = format!("{LIST}/{}", forj.client_id);
    let page = ruth.get(&path).await;
    let typed = [("who", "some"), ("group", staff.as_str()), ("group", board.as_str())];
    let asked = ruth.fill(&page, &path, &typed).await;
    assert_eq!(ruth.fill(&asked, &path, &[("confirmed", "1")]).await.status, 303);

    let list = ruth.get(LIST).await;

    assert!(list.body.contains(">Board, Staff</td>"), "{}", list.body);
}

/// Issue 3, part 7: the result per client, in the client's own words.
#[tokio::test]
async fn the_modal_says_how_log_outs_were_taken() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    let mut ruth = admin(&novi, "Ruth").await;
    let path = format!("{LIST}/{}", forj.client_id);
    let page = ruth.get(&path).await;
    assert!(!page.text().contains("Log-outs it was told of"), "it has no address for them");
    let typed = [("backchannel_url", "https://acme.mobilize.io/backchannel")];
    assert_eq!(ruth.fill(&page, &path, &typed).await.status, 303);
    let page = ruth.get(&path).await;
    assert!(page.text().contains("Nobody who came from here has logged out yet."));
    let mut browser = novi.browser();
    let back = forj.signs_in(&mut browser, &ann).await;
    assert_eq!(forj.exchange(&back.sent("code").unwrap()).await.status, 200);
    let form = browser.get("/log-out").await;
    browser.fill(&form, "/log-out", &[]).await;

    let card = |page: &Page| page.body.split("id=\"notices\"").nth(1).unwrap().to_owned();
    assert!(card(&ruth.get(&path).await).contains("Pending"));
    for (outcome, answer, word) in [
        (Outcome::Failed, "503 <b>Service</b> Unavailable", "Not reached yet"),
        (Outcome::Refused, "400 unknown_sub", "Failed"),
    ] {
        novi.clock.advance(60);
        let site = novi.home().await;
        let notice = logouts::claim(&site, 1).await.unwrap().pop().unwrap();
        logouts::answered(&site, &notice, outcome, answer).await.unwrap();
        let page = ruth.get(&path).await;
        assert!(card(&page).contains(word), "{word}: {}", page.text());
        assert!(!page.body.contains("<b>Service"), "{}", page.body);
        assert!(page.text().contains(&format!("“{answer}”")), "{}", page.text());
    }
}
