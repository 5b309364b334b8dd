//! Permitted Groups: who may log in at a client, what the others read, and what the client is told of it
//! (R15, DEC14, DEC19).

use novi_sso::clients::Consent;
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use serde_json::{Value, json};

use crate::support::{CALLBACK, Member, Novi, Page, Platform, claims};

async fn closed(novi: &Novi, groups: &[&GroupId]) -> Platform {
    let groups = groups.iter().map(|group| (*group).clone()).collect();
    novi.client_with("Board Room", |settings| settings.permitted_groups = groups).await
}

async fn leaves(novi: &Novi, group: &GroupId, member: &Member) {
    let (site, actor) = (novi.home().await, Actor::CommandLine);
    assert!(groups::remove_member(&site, group, &member.id, &actor).await.unwrap());
}

async fn joins(novi: &Novi, group: &GroupId, member: &Member) {
    let (site, actor) = (novi.home().await, Actor::CommandLine);
    assert!(groups::add_member(&site, group, &member.id, &actor).await.unwrap());
}

fn says_no(page: &Page) -> bool {
    page.status == 200 && page.text().contains("Board Room is not open to this login")
}

/// DEC14: with groups it is their members, and without it is everybody with a login.
#[tokio::test]
async fn members_of_any_permitted_group_get_in_and_nobody_else() {
    let novi = Novi::start().await;
    let (ann, bob, cem) =
        (novi.member("Ann").await, novi.member("Bob").await, novi.member("Cem").await);
    let (board, staff) = (novi.group("Board", &[&ann]).await, novi.group("Staff", &[&bob]).await);
    novi.group("Roofers", &[&cem]).await;
    let (open, two) = (closed(&novi, &[]).await, closed(&novi, &[&board, &staff]).await);

    for (member, is_in) in [(&ann, true), (&bob, true), (&cem, false)] {
        let mut browser = novi.browser_of(member).await;
        assert!(browser.get(&open.authorize_url()).await.sent("code").is_some());
        let page = browser.visit(&two.authorize_url()).await;
        assert_eq!(page.sent("code").is_some(), is_in, "{}", member.email);
        assert_eq!(says_no(&page), !is_in, "{}", page.text());
        // And after the log-in page it is the same.
        let page = two.signs_in(&mut novi.browser(), member).await;
        assert_eq!((page.sent("code").is_some(), says_no(&page)), (is_in, !is_in));
    }
    assert_eq!(novi.count("select count(*) from grants").await, 3 + 4);
}

/// Why, and whom to ask: no dead end, and nothing about groups to those who are not asked for them.
#[tokio::test]
async fn who_is_not_in_reads_why_and_whom_to_ask() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let (board, staff) = (novi.group("Board", &[&ann]).await, novi.group("Staff", &[]).await);
    let (one, two) = (closed(&novi, &[&board]).await, closed(&novi, &[&board, &staff]).await);
    novi.tamper("update associations set help_email = 'help@acme.example'").await;
    let node = novi.another_node().await;
    let mut browser = node.browser_of(&bob).await;

    let of_one = browser.visit(&one.authorize_url()).await;
    let of_two = browser.visit(&two.authorize_url()).await;

    let text = of_one.text();
    assert!(text.contains("Board Room is for members of Board."), "{text}");
    assert!(text.contains("You are logged in as Bob Archer, who is not one of them."), "{text}");
    assert!(text.contains("Should you be? Ask Acme Builders."), "{text}");
    assert!(of_one.body.contains("mailto:help@acme.example"), "{}", of_one.body);
    let text = of_two.text();
    assert!(text.contains("who is in none of them"), "{text}");
    assert!(of_two.body.contains("<li>Board</li><li>Staff</li>"), "{}", of_two.body);
    for page in [of_one, of_two] {
        assert!(page.posts_to("/oauth/authorize") && page.location().is_none());
        assert!(
            page.header("content-security-policy").unwrap().ends_with("form-action 'self' https:")
        );
    }
}

/// RFC 6749 §4.1.2.1: the client hears of it when the member goes back, or when no page may be shown.
#[tokio::test]
async fn the_client_is_told_access_denied_by_the_way_back_and_in_silence() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let board = novi.group("Board", &[&ann]).await;
    let client = closed(&novi, &[&board]).await;
    let mut browser = novi.browser_of(&bob).await;

    let page = browser.visit(&client.authorize_url()).await;
    let share = browser.answer(&page, "share").await;
    let cont = browser.answer(&page, "continue").await;
    let back = browser.answer(&page, "no").await;
    let silent = browser.get(&client.authorize_url_with(&[("prompt", "none")])).await;
    let form = client.authorize_url_with(&[("prompt", "none"), ("response_mode", "form_post")]);
    let by_form = browser.get(&form).await;

    for page in [share, cont] {
        let page = match page.location() {
            Some(to) => browser.get(&to).await,
            None => page,
        };
        assert!(page.sent("code").is_none(), "a button that is not there gets nobody in");
    }
    for page in [back, silent] {
        assert!(page.location().unwrap().starts_with(CALLBACK), "{:?}", page.location());
        assert_eq!(page.sent("error").as_deref(), Some("access_denied"));
        assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    }
    assert!(by_form.form(CALLBACK).contains(&("error".to_owned(), "access_denied".to_owned())));
    assert_eq!(novi.count("select count(*) from grants").await, 0);
    assert!(browser.is_signed_in());
}

/// On a shared computer the one who is permitted is one button away.
#[tokio::test]
async fn another_login_may_be_permitted() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let board = novi.group("Board", &[&ann]).await;
    let client = closed(&novi, &[&board]).await;
    let mut browser = novi.browser_of(&bob).await;

    let page = browser.visit(&client.authorize_url()).await;
    let log_in = browser.answer(&page, "switch").await;
    let log_in = browser.visit(&log_in.location().unwrap()).await;
    let entered = browser.sign_in_on(&log_in, &ann).await;
    let answer = browser.get(&entered.location().unwrap()).await;

    let tokens = client.exchange(&answer.sent("code").unwrap()).await;
    assert_eq!(claims(&tokens["id_token"])["sub"], ann.id.as_str());
}

/// A member who may not go there is not asked to share anything with it.
#[tokio::test]
async fn permission_comes_before_consent() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let board = novi.group("Board", &[&ann]).await;
    let client = novi.client_with("Board Room", |settings| {
        settings.permitted_groups = vec![board];
        settings.consent = Consent::Asked;
    });
    let client = client.await;

    let of_ann = novi.browser_of(&ann).await.visit(&client.authorize_url()).await;
    let of_bob = novi.browser_of(&bob).await.visit(&client.authorize_url()).await;
    let silent = client.authorize_url_with(&[("prompt", "none")]);
    let of_silent_bob = novi.browser_of(&bob).await.get(&silent).await;

    assert!(of_ann.body.contains("value=\"share\""), "{}", of_ann.text());
    assert!(says_no(&of_bob) && !of_bob.body.contains("value=\"share\""), "{}", of_bob.text());
    assert_eq!(of_silent_bob.sent("error").as_deref(), Some("access_denied"));
}

/// Looked at with every step: on the page, at the code, and at all that the code bought.
#[tokio::test]
async fn who_leaves_the_group_is_out_at_once_wherever_they_are_on_their_way() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let board = novi.group("Board", &[&ann]).await;
    let client = closed(&novi, &[&board]).await;
    let offline = [("scope", "openid profile offline_access")];
    let mut browser = novi.browser_of(&ann).await;
    let waiting = browser.visit(&client.authorize_url_with(&[("prompt", "select_account")])).await;
    let code = client.code_for(&ann).await;
    let tokens = client.exchange(&client.code_for_with(&ann, &offline).await).await;
    let access = tokens["access_token"].as_str().unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(client.userinfo(access).await.status, 200);

    leaves(&novi, &board, &ann).await;

    let chosen = browser.answer(&waiting, "continue").await;
    assert!(says_no(&browser.visit(&chosen.location().unwrap()).await));
    assert_eq!(client.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(client.userinfo(access).await.status, 401);
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", refresh), ("redirect_uri", "")];
    assert_eq!(client.token(&fields).await["error"], "invalid_grant");

    joins(&novi, &board, &ann).await;
    let again = browser.get(&client.authorize_url()).await;
    assert!(again.sent("code").is_some(), "back in, and no word of it is cached");
}

/// A group that an admin adds or takes away counts from the next step on.
#[tokio::test]
async fn a_change_of_the_list_counts_at_once() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let (board, staff) = (novi.group("Board", &[&ann]).await, novi.group("Staff", &[&bob]).await);
    let client = closed(&novi, &[&board]).await;
    let mut of_bob = novi.browser_of(&bob).await;
    let page = of_bob.visit(&client.authorize_url()).await;
    assert!(says_no(&page));
    let code = client.code_for(&ann).await;

    client.change(|settings| settings.permitted_groups = vec![staff]).await;

    assert_eq!(client.exchange(&code).await["error"], "invalid_grant");
    let to = page.form("/oauth/authorize");
    let id = &to.iter().find(|(name, _)| name == "request_id").unwrap().1;
    let path = format!("/oauth/authorize?request_id={id}&client_id={}", client.client_id);
    assert!(of_bob.get(&path).await.sent("code").is_some(), "loading the page again is enough");
    assert!(says_no(&novi.browser_of(&ann).await.visit(&client.authorize_url()).await));
}

/// DEC19: the client's Permitted Groups, and the groups that clients may see; and the rest is nobody's business.
#[tokio::test]
async fn the_groups_claim_names_permitted_and_visible_groups_of_the_member() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let (site, actor) = (novi.home().await, Actor::CommandLine);
    let hidden = async |name: &str| {
        let group = groups::add(&site, name, false, &actor).await.unwrap().unwrap();
        joins(&novi, &group, &ann).await;
        group
    };
    let (board, _dues) = (hidden("Board").await, hidden("Overdue dues").await);
    novi.group("Roofers", &[&ann]).await;
    novi.group("Nurses", &[]).await;
    let (inside, outside) = (closed(&novi, &[&board]).await, novi.client("Forj").await);
    let by_name = json!({ "id_token": { "groups": null } }).to_string();

    for (client, expected) in
        [(&inside, json!(["Board", "Roofers"])), (&outside, json!(["Roofers"]))]
    {
        let by_scope = client.code_for_with(&ann, &[("scope", "openid groups")]).await;
        let tokens = client.exchange(&by_scope).await;
        let userinfo = client.userinfo(tokens["access_token"].as_str().unwrap()).await;
        assert_eq!(userinfo["groups"], expected);
        assert_eq!(claims(&tokens["id_token"])["groups"], Value::Null, "by name only");
        let code = client.code_for_with(&ann, &[("scope", "openid"), ("claims", &by_name)]).await;
        let tokens = client.exchange(&code).await;
        assert_eq!(claims(&tokens["id_token"])["groups"], expected);
        let without = client.exchange(&client.code_for(&ann).await).await;
        let userinfo = client.userinfo(without["access_token"].as_str().unwrap()).await;
        assert_eq!(userinfo["groups"], Value::Null);
    }
}
