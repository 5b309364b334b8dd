//! Pages of the communities that show what the platforms' APIs were told.

use axum::body::Body;
use axum::http::header::REFRESH;
use axum::http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt as _;

use super::super::api::Api;
use super::super::api::higher_logic::{self, Refresh, Tenant};
use super::super::api::mobilize::{self, Community, Group, Member, Status};
use super::super::{higher_logic_with_api, mobilize_with_api};
use super::fake_provider::honest;
use super::*;

fn board() -> (Api<Community>, Stage) {
    let api = Api::mobilize(mobilize::Settings::new("key", "s3cret"), || 0);
    api.seed_group(Group::private(4711, "Board & Staff"));
    let stage =
        Stage::new(honest(), |transport| mobilize_with_api(settings(), transport, &api, || NOW));
    (api, stage)
}

fn learning(refresh: Refresh) -> (Api<Tenant>, Stage) {
    let mut keys = higher_logic::Settings::new("key", "ACME");
    keys.refresh = refresh;
    let api = Api::higher_logic(keys, || 0);
    let stage = Stage::new(honest(), |transport| {
        higher_logic_with_api(settings(), transport, &api, || NOW)
    });
    (api, stage)
}

fn ada() -> Member {
    let ada = Member::new("ada@x.org").named("Ada", "Lovelace");
    ada.field("company_name", "Analytical Engines").field("job_title", "Countess")
}

#[tokio::test]
async fn a_member_is_seen_to_arrive() {
    let (api, mut stage) = board();
    let (groups, group) = (format!("{COMMUNITY}/groups"), format!("{COMMUNITY}/groups/4711"));

    let empty = stage.browser.get(&group).await;
    api.seed_member(4711, Member::new("bob@x.org").status(Status::Invited));
    api.seed_member(4711, ada());
    let list = stage.browser.get(&groups).await;
    let arrived = stage.browser.get(&group).await;

    assert!(empty.body.contains("Nobody is in this group."));
    assert!(list.body.contains(r#"<a href="/groups/4711">Board &#38; Staff</a>"#), "{}", list.body);
    assert!(list.body.contains("Private · 2 members"));
    for text in ["Ada Lovelace", "ada@x.org", "Analytical Engines", "Countess", "Invited"] {
        assert!(arrived.body.contains(text), "{text}: {}", arrived.body);
    }
    let place = |text| arrived.body.find(text).unwrap();
    assert!(place("ada@x.org") < place("bob@x.org"), "the newest stands first");
}

#[tokio::test]
async fn a_page_looks_again_unless_it_is_asked_to_hold_still() {
    let (_, mut stage) = board();
    let group = format!("{COMMUNITY}/groups/4711");

    let again = stage.browser.get(&group).await;
    let still = stage.browser.get(&format!("{group}?still")).await;

    assert_eq!(again.headers[REFRESH], "2");
    assert!(again.body.contains(r#"<a href="?still">Hold it still</a>"#), "{}", again.body);
    assert!(!still.headers.contains_key(REFRESH));
    assert!(still.body.contains("This page holds still."));
}

#[tokio::test]
async fn an_unknown_group_leads_to_the_list() {
    let (_, mut stage) = board();

    let page = stage.browser.get(&format!("{COMMUNITY}/groups/1")).await;

    assert_eq!(page.visited[1], format!("{COMMUNITY}/groups"));
}

#[tokio::test]
async fn pages_and_api_stand_on_one_origin_and_controls_on_none() {
    let (api, mut stage) = board();
    let site =
        mobilize_with_api(settings(), Transport::router(stage.provider.router()), &api, || NOW);
    let status = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        site.clone().oneshot(request).await.unwrap().status()
    };

    assert_eq!(status("/v1/groups").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status("/__control/state").await, StatusCode::NOT_FOUND);
    let page = stage.sign_in(COMMUNITY).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains(r#"<a href="/groups">Groups</a>"#), "{}", page.body);
}

#[tokio::test]
async fn a_community_without_an_api_has_no_groups_to_show() {
    let mut stage = Stage::mobilize(honest());

    let front = stage.browser.get(COMMUNITY).await;
    let groups = stage.browser.get(&format!("{COMMUNITY}/groups")).await;

    assert!(!front.body.contains(r#"href="/groups""#));
    assert_eq!(groups.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn higher_logic_shows_both_kinds_of_groups_people_and_companies() {
    let (api, mut stage) = learning(Refresh::AtOnce);
    let item = json!({
        "MemberDetails": {
            "LegacyContactKey": "p1", "FirstName": "Ada", "LastName": "Lovelace",
            "EmailAddress": "ada@x.org", "CompanyName": "Engines", "Title": "Countess",
        },
        "SecurityGroups": [{ "GroupKey": "s1", "GroupName": "Members", "GroupType": "Security" }],
        "CommunityGroups": [{ "GroupKey": "g1", "GroupName": "Board", "GroupType": "Committee" }],
    });
    api.seed_contact(&item).unwrap();
    let company = json!({
        "MemberDetails": { "LegacyContactKey": "c1", "CompanyName": "Engines Ltd", "IsOrganization": "True" },
        "CommunityGroups": [{ "GroupKey": "g1", "GroupName": "Board", "GroupType": "Committee" }],
    });
    api.seed_contact(&company).unwrap();

    let list = stage.browser.get(&format!("{COMMUNITY}/groups")).await;
    let group = stage.browser.get(&format!("{COMMUNITY}/groups/g1")).await;

    assert!(list.body.contains("Community · 2 members"), "{}", list.body);
    assert!(list.body.contains("Security Group · 1 member<"), "{}", list.body);
    for text in ["Ada Lovelace", "ada@x.org", "Countess", "Engines Ltd", "Company"] {
        assert!(group.body.contains(text), "{text}: {}", group.body);
    }
}

/// R82: "Check the number of contacts pending refresh. If it equals 0, the sync is complete."
#[tokio::test]
async fn contacts_pending_refresh_are_counted() {
    let (api, mut stage) = learning(Refresh::Held);
    let push = json!({ "TenantCode": "ACME", "Items": [{ "MemberDetails": { "LegacyContactKey": "p1" } }] });
    let request = Request::post("/push/v1/members")
        .header("x-api-key", "key")
        .header("content-type", "application/json")
        .body(Body::from(push.to_string()))
        .unwrap();
    api.router().oneshot(request).await.unwrap();
    let page = format!("{COMMUNITY}/admin/settings/sync-external-database");

    let waiting = stage.browser.get(&page).await;
    api.refresh(1);
    let complete = stage.browser.get(&page).await;

    let count = |count: usize| format!("<dt>Contacts pending refresh</dt><dd>{count}</dd>");
    assert!(waiting.body.contains(&count(1)), "{}", waiting.body);
    assert!(complete.body.contains(&count(0)) && complete.body.contains("The sync is complete."));
    assert_eq!(waiting.headers[REFRESH], "2");
}
