//! The userinfo endpoint.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::members::{Address, NewMember};
use serde_json::{Value, json};

use crate::support::{HOME, Member, NOW, Novi, Platform, claims};

const EVERYTHING: &str = "openid profile email address phone groups";

const FORM: &str = "application/x-www-form-urlencoded";

/// OpenID Connect Core §5.3.1, RFC 6750 §2.1, §2.2.
#[tokio::test]
async fn userinfo_answers_get_and_post_with_the_token_in_the_header_or_in_the_form() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let (access, id_token) = tokens(&forj, &ann, "openid profile email").await;
    let bearer = format!("Bearer {access}");
    let form = format!("access_token={access}");

    let replies = [
        forj.userinfo(&access).await,
        forj.post("/oauth/userinfo", &[("authorization", &bearer)], "").await,
        forj.post("/oauth/userinfo", &[("authorization", &format!("bearer {access}"))], "").await,
        forj.post("/oauth/userinfo", &[("authorization", &bearer), ("content-type", FORM)], "")
            .await,
        forj.post("/oauth/userinfo", &[("authorization", &bearer), ("content-type", FORM)], "x=1")
            .await,
        forj.post(
            "/oauth/userinfo",
            &[("authorization", &bearer), ("content-type", "application/json")],
            "{}",
        )
        .await,
        forj.post("/oauth/userinfo", &[("content-type", FORM)], &form).await,
        forj.post("/oauth/userinfo", &[("content-type", &format!("{FORM}; charset=UTF-8"))], &form)
            .await,
        forj.post("/oauth/userinfo", &[("content-type", &FORM.to_uppercase())], &form).await,
    ];

    for (place, reply) in replies.iter().enumerate() {
        assert_eq!(reply.status, 200, "{place}: {}", reply.json);
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply["sub"], ann.id.as_str());
        assert_eq!(reply["sub"], id_token["sub"], "§5.3.2: the sub of the ID token");
        assert_eq!(reply.json, replies[0].json);
    }
}

/// R13, DEC19, PLATFORMS.md 1.2: standard names, and flat ones that platforms map.
#[tokio::test]
async fn userinfo_tells_what_the_association_knows() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let ann = novi.member_at(HOME, "Ann", |member| {
        member.email_is_verified = true;
        member.address = Address {
            street: Some("1 Quay".to_owned()),
            city: Some("Harbor".to_owned()),
            region: Some("ME".to_owned()),
            postal_code: Some("04000".to_owned()),
            country: Some("USA".to_owned()),
        };
    });
    let ann = ann.await;
    novi.group("Board", &[&ann]).await;
    novi.group("Annual meeting", &[&ann]).await;

    let (access, _) = tokens(&forj, &ann, EVERYTHING).await;
    let userinfo = forj.userinfo(&access).await;

    let expected = json!({
        "sub": ann.id.as_str(),
        "name": "Ann Archer",
        "given_name": "Ann",
        "family_name": "Archer",
        "company_name": "Archer Roofing",
        "job_title": "Owner",
        "member_status": "current",
        "updated_at": NOW,
        "email": "ann@acme.example",
        "email_verified": true,
        "phone_number": "+1 555 0100",
        "phone_number_verified": false,
        "address": {
            "formatted": "1 Quay\nHarbor ME 04000\nUSA",
            "street_address": "1 Quay",
            "locality": "Harbor",
            "region": "ME",
            "postal_code": "04000",
            "country": "USA",
        },
        "groups": ["Annual meeting", "Board"],
    });
    assert_eq!(userinfo.json, expected);
}

/// PLATFORMS.md 3, 11.1: strict clients refuse "", and text where a boolean or a number belongs.
#[tokio::test]
async fn what_is_not_known_is_absent_and_never_empty() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let blank = |text: &str| Some(text.to_owned());
    let bare = |member: &mut NewMember| {
        let (first_name, email) = (member.first_name.clone(), member.email.clone());
        let password = member.password.take();
        *member = NewMember { first_name, email, password, ..NewMember::default() };
    };
    let messy = |member: &mut NewMember| {
        member.first_name = "  ".to_owned();
        member.last_name = " Archer\t".to_owned();
        member.company = blank("   ");
        member.job_title = blank("");
        member.phone = blank(" \t ");
        member.member_status = blank("");
        member.address = Address {
            street: blank(""),
            city: blank("  "),
            region: blank(""),
            postal_code: blank("\n"),
            country: blank(" "),
        };
    };
    let padded = |member: &mut NewMember| {
        member.first_name = " Cem ".to_owned();
        member.last_name = "  Archer ".to_owned();
        member.company = blank(" Archer Roofing ");
        member.address = Address { city: blank(" Harbor "), ..Address::default() };
    };
    let abe = novi.member_at(HOME, "Abe", bare).await;
    let bea = novi.member_at(HOME, "Bea", messy).await;
    let cem = novi.member_at(HOME, "Cem", padded).await;

    for (member, name, told) in [
        (&abe, "Abe", vec!["email", "email_verified", "given_name", "name", "sub", "updated_at"]),
        (
            &bea,
            "Archer",
            vec!["email", "email_verified", "family_name", "name", "sub", "updated_at"],
        ),
        (
            &cem,
            "Cem Archer",
            vec![
                "address",
                "company_name",
                "email",
                "email_verified",
                "family_name",
                "given_name",
                "job_title",
                "member_status",
                "name",
                "phone_number",
                "phone_number_verified",
                "sub",
                "updated_at",
            ],
        ),
    ] {
        let (access, id_token) = tokens(&forj, member, EVERYTHING).await;
        let userinfo = forj.userinfo(&access).await;
        let mut names: Vec<_> =
            userinfo.json.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, told);
        assert_eq!(userinfo["name"], name);
        assert_eq!(userinfo["email_verified"], false, "a boolean");
        assert!(userinfo["updated_at"].is_i64(), "a whole number");
        for told in [&userinfo.json, &id_token] {
            assert_filled(told);
        }
    }
    let (access, _) = tokens(&forj, &cem, EVERYTHING).await;
    let address = json!({ "formatted": "Harbor", "locality": "Harbor" });
    assert_eq!(forj.userinfo(&access).await["address"], address);
}

/// DEC19: group names are for those who ask, and only of groups that clients may see.
#[tokio::test]
async fn groups_are_told_to_who_asks_and_only_those_that_clients_may_see() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let bob = novi.member("Bob").await;
    let (site, actor) = (novi.home().await, Actor::CommandLine);
    let board = novi.group("Board", &[&ann, &bob]).await;
    novi.group("Empty", &[]).await;
    let hidden = groups::add(&site, "Overdue dues", false, &actor).await.unwrap().unwrap();
    assert!(groups::add_member(&site, &hidden, &ann.id, &actor).await.unwrap());
    assert!(groups::add_member(&site, &hidden, &bob.id, &actor).await.unwrap());

    let (with, id_token) = tokens(&forj, &ann, "openid groups").await;
    let (without, _) = tokens(&forj, &ann, "openid profile email address phone").await;

    assert_eq!(
        forj.userinfo(&with).await.json,
        json!({ "sub": ann.id.as_str(), "groups": ["Board"] })
    );
    assert_eq!(id_token["groups"], Value::Null, "not in the ID token");
    assert_eq!(forj.userinfo(&without).await["groups"], Value::Null);
    assert!(groups::remove_member(&site, &board, &ann.id, &actor).await.unwrap());
    assert_eq!(forj.userinfo(&with).await.json, json!({ "sub": ann.id.as_str() }), "as of now");
}

/// The access token, and the claims of the ID token that came with it.
async fn tokens(client: &Platform, member: &Member, scope: &str) -> (String, Value) {
    let code = client.code_for_with(member, &[("scope", scope)]).await;
    let reply = client.exchange(&code).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    (reply["access_token"].as_str().unwrap().to_owned(), claims(&reply["id_token"]))
}

/// No empty text, list or object anywhere, no null, and no blanks around a text.
fn assert_filled(value: &Value) {
    match value {
        Value::Null => panic!("null"),
        Value::String(text) => assert!(!text.is_empty() && text.trim() == text, "{text:?}"),
        Value::Array(values) => {
            assert!(!values.is_empty());
            values.iter().for_each(assert_filled);
        }
        Value::Object(members) => {
            assert!(!members.is_empty());
            members.values().for_each(assert_filled);
        }
        Value::Bool(_) | Value::Number(_) => {}
    }
}
