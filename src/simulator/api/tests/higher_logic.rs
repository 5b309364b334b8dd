//! Higher Logic's Push API V1.

use super::super::higher_logic::{Booleans, Group, GroupList, Property, Refresh, Settings, Tenant};
use super::*;

const MEMBERS: &str = "/push/v1/members";

fn tenant() -> (Api<Tenant>, Caller, Clock) {
    tenant_with(|_| ())
}

fn tenant_with(change: impl FnOnce(&mut Settings)) -> (Api<Tenant>, Caller, Clock) {
    let clock = Clock::new();
    let mut settings = Settings::new("gateway key", "ACME");
    change(&mut settings);
    let api = Api::higher_logic(settings, clock.read());
    let headers = vec![("x-api-key", "gateway key".to_owned())];
    let caller = Caller { router: api.router(), headers };
    (api, caller, clock)
}

fn push(items: &[Value]) -> Value {
    json!({ "TenantCode": "ACME", "Items": items })
}

fn item(key: &str, details: Value, communities: &[&str]) -> Value {
    let group = |key: &&str| json!({ "GroupKey": key, "GroupName": format!("Group {key}"), "GroupType": "Committee" });
    let mut item = json!({
        "MemberDetails": details,
        "SecurityGroups": [],
        "CommunityGroups": communities.iter().map(group).collect::<Vec<_>>(),
    });
    item["MemberDetails"]["LegacyContactKey"] = key.into();
    item
}

fn person(key: &str) -> Value {
    item(key, json!({ "FirstName": key, "IsOrganization": "False" }), &[])
}

fn security(key: &str, group: &str) -> Value {
    let mut item = person(key);
    item["SecurityGroups"] =
        json!([{ "GroupKey": group, "GroupName": "Staff", "GroupType": "Security" }]);
    item
}

fn refused(message: &str) -> Value {
    json!({ "success": false, "count": 0, "errorMessage": message })
}

fn taken(count: usize) -> Value {
    json!({ "success": true, "count": count, "errorMessage": null })
}

#[tokio::test]
async fn a_push_brings_people_and_companies_with_their_groups() {
    let (api, caller, _) = tenant();
    let company =
        item("c1", json!({ "CompanyName": "Engines", "IsOrganization": "True" }), &["g1"]);
    let details = json!({ "FirstName": "Ada", "LastName": "Lovelace", "ParentMemberKey": "c1", "Age": 36, "Shoe": "9" });
    let mut ada = item("p1", details, &["g1", "g2"]);
    ada["Demographics"] = json!([{ "DemographicTypeKey": "f1", "DemographicValue": "blue" }]);

    let answer = caller.post(MEMBERS, &push(&[company, ada])).await;

    assert_eq!((answer.status, &answer.json), (200, &taken(2)));
    let ada = api.contact("p1").unwrap();
    assert_eq!(
        json!(ada.fields),
        json!({
            "LegacyContactKey": "p1", "FirstName": "Ada", "LastName": "Lovelace", "ParentMemberKey": "c1", "Age": "36",
        })
    );
    assert_eq!(ada.demographics.len(), 1);
    assert_eq!(
        (api.members("g1"), api.members("g2")),
        (vec!["c1".into(), "p1".into()], vec!["p1".to_owned()])
    );
    assert_eq!(api.pushes("p1").done, 1);
}

#[tokio::test]
async fn a_wrong_key_is_forbidden_and_so_is_any_other_address() {
    let (api, caller, _) = tenant();
    let wrong = Caller { headers: vec![("x-api-key", "gateway kez".into())], ..caller.clone() };
    let nobody = Caller { headers: Vec::new(), ..caller.clone() };

    for caller in [wrong, nobody] {
        let answer = caller.post(MEMBERS, &push(&[person("p1")])).await;
        assert_eq!((answer.status, answer.json), (403, json!({ "message": "Forbidden" })));
    }
    assert_eq!(caller.post("/push/v1/people", &push(&[person("p1")])).await.status, 403);
    assert_eq!(caller.get(MEMBERS).await.status, 403);
    assert_eq!(api.contact_count(), 0);
    assert_eq!(api.pushes("p1").tried, 0, "a call without the key is no push");
}

#[tokio::test]
async fn what_is_wrong_comes_with_200_and_nothing_of_the_request_is_applied() {
    let (api, caller, _) = tenant();
    let nameless = json!({ "MemberDetails": { "FirstName": "Eve" } });
    let keyless = item("p4", json!({}), &[""]);
    let crowd =
        |count: usize| (0..count).map(|place| person(&place.to_string())).collect::<Vec<_>>();

    for (body, message) in [
        (json!({ "TenantCode": "ACNE", "Items": [person("p1")] }), "Invalid TenantCode"),
        (json!({ "Items": [person("p1")] }), "Invalid TenantCode"),
        (push(&[person("p1"), person("p2"), nameless]), "Item 3: LegacyContactKey is required"),
        (push(&[person("p1"), person(" ")]), "Item 2: LegacyContactKey is required"),
        (push(&[person("p1"), keyless]), "Item 2: GroupKey is required"),
        (
            push(&[item("p1", json!({ "FirstName": [] }), &["g1"])]),
            "Item 1: FirstName must be text",
        ),
        (push(&[]), "Items must hold 1 to 100 members"),
        (push(&crowd(101)), "Items must hold 1 to 100 members"),
    ] {
        let answer = caller.post(MEMBERS, &body).await;
        assert_eq!((answer.status, answer.json), (200, refused(message)));
    }
    assert_eq!((api.contact_count(), api.groups().len()), (0, 0));
    assert_eq!((api.pushes("p1").tried, api.pushes("p1").done), (6, 0));
    assert_eq!(caller.post(MEMBERS, &push(&crowd(100))).await.json, taken(100));
}

#[tokio::test]
async fn five_megabytes_are_the_most() {
    let (_, caller, _) = tenant();
    let push_of = |size: usize| push(&[item("p1", json!({ "Bio": "x".repeat(size) }), &[])]);

    let fits = caller.post(MEMBERS, &push_of((5 << 20) - 1_000)).await.status;
    let large = caller.post(MEMBERS, &push_of(5 << 20)).await.status;

    assert_eq!((fits, large), (200, 413));
}

#[tokio::test]
async fn only_json_is_taken() {
    let (_, caller, _) = tenant();
    let plain = Caller { headers: vec![("x-api-key", "gateway key".into())], ..caller.clone() };
    let mut request = Request::post(MEMBERS).header("content-type", "text/plain");
    request = request.header("x-api-key", "gateway key");
    let request = request.body(Body::from(push(&[person("p1")]).to_string())).unwrap();

    let as_text = plain.router.oneshot(request).await.unwrap().status();

    assert_eq!(as_text, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(caller.post(MEMBERS, &json!("{")).await.status, 400);
}

#[tokio::test]
async fn a_group_keeps_its_first_name_and_the_one_it_got_on_the_platform() {
    let (api, caller, _) = tenant();
    let mut later = item("p2", json!({}), &["g1"]);
    later["CommunityGroups"][0]["GroupName"] = "Another name".into();

    caller.post(MEMBERS, &push(&[item("p1", json!({}), &["g1"])])).await;
    caller.post(MEMBERS, &push(&[later.clone()])).await;
    let first = api.group("g1").unwrap();
    api.rename_group("g1", "Renamed here");
    caller.post(MEMBERS, &push(&[later])).await;

    let expected = Group { key: "g1".into(), name: "Group g1".into(), list: GroupList::Community };
    assert_eq!(first, expected);
    assert_eq!(api.group("g1").unwrap().name, "Renamed here");
    assert_eq!(api.members("g1"), ["p1", "p2"]);
}

#[tokio::test]
async fn a_group_does_not_change_lists() {
    let (api, caller, _) = tenant();
    caller.post(MEMBERS, &push(&[security("p1", "g1")])).await;

    let as_community =
        caller.post(MEMBERS, &push(&[person("p9"), item("p2", json!({}), &["g1"])])).await;
    let both_at_once = push(&[security("p3", "g2"), item("p4", json!({}), &["g2"])]);
    let both_at_once = caller.post(MEMBERS, &both_at_once).await;
    let mut mislabelled = item("p5", json!({}), &["g3"]);
    mislabelled["CommunityGroups"][0]["GroupType"] = "Security".into();
    let mislabelled = caller.post(MEMBERS, &push(&[mislabelled])).await;

    for answer in [as_community, both_at_once, mislabelled] {
        assert_eq!((answer.status, answer.json), (200, refused("GroupType mismatch")));
    }
    assert_eq!((api.contact_count(), api.groups().len()), (1, 1));
    assert_eq!(api.members("g1"), ["p1"]);
}

#[tokio::test]
async fn what_an_item_leaves_out_the_contact_loses() {
    let (api, caller, _) = tenant();
    let mut full = item("p1", json!({ "FirstName": "Ada", "Title": "Countess" }), &["g1", "g2"]);
    full["SecurityGroups"] =
        json!([{ "GroupKey": "s1", "GroupName": "S", "GroupType": "Security" }]);
    full["Demographics"] = json!([{ "DemographicTypeKey": "f1" }]);
    caller.post(MEMBERS, &push(&[full])).await;

    let less = json!({ "MemberDetails": { "LegacyContactKey": "p1", "FirstName": "Ada" } });
    caller.post(MEMBERS, &push(&[less])).await;

    let ada = api.contact("p1").unwrap();
    assert_eq!(json!(ada.fields), json!({ "LegacyContactKey": "p1", "FirstName": "Ada" }));
    assert!(ada.communities.is_empty() && ada.security_groups.is_empty());
    assert!(ada.demographics.is_empty());
    assert_eq!(api.groups().len(), 3, "groups stay, empty");
}

#[tokio::test]
async fn contacts_wait_for_their_refresh() {
    let (api, caller, clock) = tenant_with(|settings| settings.refresh = Refresh::PerSecond(2));
    let people: Vec<_> = ["p1", "p2", "p3", "p4", "p5"].map(person).into();

    caller.post(MEMBERS, &push(&people)).await;
    caller.post(MEMBERS, &push(&[item("p1", json!({ "FirstName": "Again" }), &[])])).await;
    let before = (api.contact_count(), api.pending().len());
    clock.advance_ms(1_250);
    let after = (api.contact_count(), api.pending());
    clock.advance_ms(250);

    assert_eq!(before, (0, 5), "who is pushed again waits once");
    assert_eq!(after, (2, vec!["p3".to_owned(), "p4".into(), "p5".into()]));
    assert_eq!(api.pending(), ["p4", "p5"], "parts of a second are not lost");
    assert_eq!(api.contact("p1").unwrap().fields["FirstName"], "Again");
}

#[tokio::test]
async fn the_queue_can_be_held_and_worked_off_by_hand() {
    let (api, caller, clock) = tenant_with(|settings| settings.refresh = Refresh::Held);
    caller.post(MEMBERS, &push(&[person("p1"), person("p2")])).await;

    clock.advance_ms(3_600_000);
    let held = api.contact_count();
    api.refresh(1);

    assert_eq!((held, api.contact_count(), api.pending()), (0, 1, vec!["p2".to_owned()]));
}

#[tokio::test]
async fn bio_image_and_social_addresses_count_only_where_they_are_activated() {
    let (api, caller, _) = tenant();
    let details = json!({
        "Bio": "Wrote the first program.",
        "ProfileImageURL": "https://x.org/ada.jpg",
        "LinkedInURL": "https://linkedin.example/ada",
        "TwitterURL": "https://twitter.example/ada",
        "WebsiteURL": "https://ada.example",
    });
    let pushed = push(&[item("p1", details, &[])]);
    let fields = || api.contact("p1").unwrap().fields.into_keys().collect::<Vec<_>>();

    caller.post(MEMBERS, &pushed).await;
    let without = fields();
    api.change_settings(|settings| settings.bio = Property::Active);
    caller.post(MEMBERS, &pushed).await;
    let with_bio = fields();
    api.change_settings(|settings| {
        settings.profile_image = Property::Active;
        settings.social_media_sites = Property::Active;
    });
    caller.post(MEMBERS, &pushed).await;

    assert_eq!(without, ["LegacyContactKey", "WebsiteURL"]);
    assert_eq!(with_bio, ["Bio", "LegacyContactKey", "WebsiteURL"]);
    assert_eq!(fields().len(), 6);
}

#[tokio::test]
async fn flags_are_words_or_json_as_the_tenant_takes_them() {
    let (api, caller, _) = tenant();
    let word = push(&[item("p1", json!({ "IsActive": "True" }), &[])]);
    let json = push(&[item("p1", json!({ "IsActive": true }), &[])]);
    let wrong = push(&[item("p1", json!({ "IsActive": "yes" }), &[])]);

    let mut taken = Vec::new();
    for booleans in [Booleans::Either, Booleans::Words, Booleans::Json] {
        api.change_settings(|settings| settings.booleans = booleans);
        for body in [&word, &json, &wrong] {
            let answer = caller.post(MEMBERS, body).await;
            taken.push(answer.json["success"] == true);
        }
    }

    assert_eq!(taken, [true, true, false, true, false, false, false, true, false]);
    assert_eq!(api.contact("p1").unwrap().fields["IsActive"], "True");
}

#[tokio::test]
async fn calls_above_the_limit_are_answered_by_the_gateway() {
    let (api, caller, _) = tenant();
    let limits = Limits { per_second: Some(1), ..Limits::OFF };
    api.change_settings(|settings| settings.limits = limits);

    caller.post(MEMBERS, &push(&[person("p1")])).await;
    let said = caller.post(MEMBERS, &push(&[person("p2")])).await;
    let unsaid = caller.post(MEMBERS, &push(&[person("p2")])).await;

    assert_eq!((said.status, said.json), (429, json!({ "message": "Too Many Requests" })));
    assert!(
        said.headers.contains_key("retry-after") && !unsaid.headers.contains_key("retry-after")
    );
    assert_eq!(api.contact_count(), 1);
    assert_eq!(api.pushes("p2").tried, 0);
}

#[tokio::test]
async fn contacts_and_groups_can_be_there_before() {
    let (api, caller, _) = tenant();
    api.seed_group(Group { key: "g9".into(), name: "Old".into(), list: GroupList::Community });
    api.seed_contact(&item("p1", json!({ "FirstName": "Ada" }), &["g9"])).unwrap();

    assert_eq!(api.group("g9").unwrap().name, "Old");
    caller.post(MEMBERS, &push(&[item("p1", json!({}), &["g1"])])).await;
    assert_eq!((api.members("g9").len(), api.members("g1").len()), (0, 1), "by hand or not");
}
