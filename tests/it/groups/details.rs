//! A group's name, who may see it, and its end.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::RecordId;

use super::{at, is_in, ruth, saved, told};
use crate::support::{ELSEWHERE, Novi};

/// R20: an admin makes a group, and then says who is in.
#[tokio::test]
async fn an_admin_makes_a_group_and_is_led_to_its_members() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;

    let page = ruth.get("/admin/groups/new").await;
    let typed = [("name", "  Safety Committee "), ("visible_to_clients", "1")];
    let added = ruth.fill(&page, "/admin/groups/new", &typed).await;
    let members = ruth.visit(&added.location().unwrap()).await;
    let list = ruth.get("/admin/groups").await;

    assert!(members.text().contains("Nobody is in this group yet"), "{}", members.text());
    assert!(members.text().contains("Added. Now say who is in."), "{}", members.text());
    assert!(list.text().contains("Safety Committee 0 Specific records"), "{}", list.text());
    let groups = groups::list(&mut novi.home().await.read()).await.unwrap();
    assert_eq!(groups.len(), 1);
    assert!(groups[0].visible_to_clients_since.is_some());
    assert_eq!(novi.events("group.added").await, 1);
}

#[tokio::test]
async fn a_name_is_asked_for_again_with_what_was_typed() {
    let novi = Novi::start().await;
    let board = novi.group("Board", &[]).await;
    let mut ruth = ruth(&novi).await;
    let staff = novi.group("Staff", &[]).await;
    let (new, staff) = ("/admin/groups/new".to_owned(), at(&staff, ""));

    for url in [&new, &staff] {
        let page = ruth.get(url).await;
        for (typed, words) in [
            ("", "Give the group a name."),
            ("Board", "There is a group called “Board” already."),
            ("two\u{7}bells", "characters that nobody can read"),
            (&"x".repeat(101), "That name is too long. Use at most 100 characters."),
        ] {
            let again = ruth.fill(&page, url, &[("name", typed)]).await;
            assert_eq!(again.status, 422, "{url}: {}", again.text());
            assert!(again.text().contains(words), "{url}: {}", again.text());
            assert_eq!(again.field("name").as_deref(), Some(typed));
        }
        let stale = ruth.post(url, &[("name", "Kept"), ("form_token", "old")]).await;
        assert_eq!(stale.status, 403);
        assert_eq!(stale.field("name").as_deref(), Some("Kept"), "{}", stale.text());
    }
    let own = ruth.get(&at(&board, "")).await;
    saved(&ruth.fill(&own, &at(&board, ""), &[]).await, &at(&board, ""));
    assert_eq!(novi.events("group.changed").await, 0, "nothing was changed");
}

/// R62: the name of a group may change at any time; what was before and after stands in its history.
#[tokio::test]
async fn a_renamed_group_keeps_its_members_and_its_history_says_what_was_before() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let board = novi.group("Board", &[&ann]).await;
    let mut ruth = ruth(&novi).await;

    let page = ruth.get(&at(&board, "")).await;
    let typed = [("name", "Board of Directors")];
    saved(&ruth.fill(&page, &at(&board, ""), &typed).await, &at(&board, ""));
    let page = ruth.get(&at(&board, "")).await;
    assert!(page.text().contains("Saved."), "{}", page.text());
    let fields = [("name", "Board of Directors"), ("form_token", &*page.form_token())];
    saved(&ruth.post(&at(&board, ""), &fields).await, &at(&board, ""));

    let history = ruth.get(&at(&board, "/history")).await;
    let text = history.text();
    assert!(text.contains("Name: Board becomes Board of Directors"), "{text}");
    assert!(text.contains("Visible to SSO clients: yes is empty now"), "{text}");
    assert!(text.contains("Ruth Archer") && text.contains("Command line"), "{text}");
    assert!(is_in(&novi, &board, &RecordId::from(ann.id)).await);
    assert_eq!(novi.events("group.changed").await, 2);
}

/// A deleted group is nowhere to be chosen, seen or claimed, and its name is free again.
#[tokio::test]
async fn a_deleted_group_disappears_and_its_name_is_free_again() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let board = novi.group("Board", &[&ann]).await;
    let mut ruth = ruth(&novi).await;
    let forj = novi.client("Forj").await;
    novi.clock.advance(1);
    let asked = ruth.get(&at(&board, "/delete")).await;
    assert!(asked.text().contains("1 member is in no group of that name any more."));

    let deleted = ruth.fill(&asked, &at(&board, "/delete"), &[]).await;

    saved(&deleted, "/admin/groups");
    let site = novi.home().await;
    let id = &forj.client_id.parse().unwrap();
    assert_eq!(groups::names_for(&mut site.read(), &ann.id, id).await.unwrap(), [""; 0]);
    assert!(groups::find(&mut site.read(), "Board").await.unwrap().is_err());
    assert_eq!(groups::list(&mut site.read()).await.unwrap().len(), 0);
    let offers = ruth.get(&format!("/admin/sso-clients/{}", forj.client_id)).await;
    assert!(!offers.text().contains("Board"), "{}", offers.text());
    for rest in ["", "/members", "/members/add", "/members/paste", "/history", "/delete"] {
        assert_eq!(ruth.get(&at(&board, rest)).await.status, 404, "{rest}");
    }
    let bo = novi.member("Bo").await;
    assert!(!groups::add_member(&site, &board, &bo.id, &Actor::CommandLine).await.unwrap());
    let again = groups::add(&site, "Board", false, &Actor::CommandLine).await.unwrap().unwrap();
    assert_eq!(told(&site, &again).await, ["The group Board was added"]);
    assert_eq!(told(&site, &board).await[0], "The group Board was deleted");
    assert!(ruth.get("/admin/events").await.text().contains("The group Board was deleted"));
}

/// SEC-L1 of a mistake: emptying a client's list would open it to everybody, so the group stays.
#[tokio::test]
async fn a_permitted_group_cannot_be_deleted_and_the_page_says_whose_it_is() {
    let novi = Novi::start().await;
    let board = novi.group("Board", &[]).await;
    let group = board.clone();
    novi.client_with("Board Room", |settings| settings.permitted_groups = vec![group]).await;
    let mut ruth = ruth(&novi).await;

    let asked = ruth.get(&at(&board, "/delete")).await;
    let token = ruth.get(&at(&board, "")).await.form_token();
    let refused = ruth.post(&at(&board, "/delete"), &[("form_token", &token)]).await;

    assert_eq!((asked.status, refused.status), (200, 409));
    for page in [&asked, &refused] {
        let text = page.text();
        assert!(text.contains("It is a Permitted Group of Board Room."), "{text}");
        assert!(!page.posts_to(&at(&board, "/delete")));
    }
    assert_eq!(groups::list(&mut novi.home().await.read()).await.unwrap().len(), 1);
    assert_eq!(novi.events("group.deleted").await, 0);
}

/// SEC-T2, SEC-M8: nobody but an admin of this very association changes a group.
#[tokio::test]
async fn a_group_of_another_association_is_none() {
    let novi = Novi::start().await;
    let site = novi.site(ELSEWHERE).await;
    let theirs = groups::add(&site, "Board", true, &Actor::CommandLine).await.unwrap().unwrap();
    let ann = novi.member("Ann").await;
    let mut ruth = ruth(&novi).await;
    let token = ruth.get("/admin/groups/new").await.form_token();
    let fields =
        [("form_token", &*token), ("name", "Mine"), ("record", ann.id.as_str()), ("list", "x")];

    for rest in ["", "/members/add", "/members/remove", "/members/paste", "/delete"] {
        assert_eq!(ruth.post(&at(&theirs, rest), &fields).await.status, 404, "{rest}");
    }
    let home = novi.home().await;
    assert!(!groups::add_member(&home, &theirs, &ann.id, &Actor::CommandLine).await.unwrap());
    let ours = novi.group("Board", &[]).await;
    let nora = novi.member_at(ELSEWHERE, "Nora", |_| {}).await;
    assert!(!groups::add_member(&home, &ours, &nora.id, &Actor::CommandLine).await.unwrap());
    assert_eq!(novi.events("group.member_added").await, 0);
}
