//! F-22, shortened: forged, replayed, reordered, too large, too many; and a key that was stolen.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

use super::{Scene, Tool, scene, scene_of};
use crate::support::{ELSEWHERE, HOME, Novi, Page};

/// SEC-Y11: without the right signature nothing is written, and nothing is told apart.
#[tokio::test]
async fn a_forged_delivery_is_401_whatever_is_wrong_with_it() {
    let Scene { novi, ann, zap, mut ruth } = scene().await;
    let closed = Tool::added(&mut ruth, &novi, &["phone"]).await;
    let page = ruth.get(&closed.url("/close")).await;
    ruth.fill(&page, &closed.url("/close"), &[]).await;
    let body = json!({ "member": ann.id.as_str(), "fields": { "phone": "555 0199" } });
    let good = zap.parcel(&body);
    let signature = good.headers[2].1.clone();
    let other = Tool { secret: "another secret".to_owned(), ..zap.clone() };
    let nowhere = Tool { id: "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4".to_owned(), ..zap.clone() };
    let odd = Tool { id: "%00%22".to_owned(), ..zap.clone() };
    let mut changed = good.clone();
    changed.body.push(b' ');
    let before = novi.tables().await;

    let mut answers = Vec::new();
    for parcel in [
        changed,
        other.parcel(&body),
        nowhere.parcel(&body),
        odd.parcel(&body),
        closed.parcel(&body),
        good.clone().without("x-novi-signature"),
        good.clone().without("x-novi-timestamp"),
        good.clone().without("x-novi-delivery"),
        good.clone().with("x-novi-timestamp", "1800000001"),
        good.clone().with("x-novi-timestamp", "yesterday"),
        good.clone().with("x-novi-signature", &signature[7..]),
        good.clone().with("x-novi-signature", &signature.replace("sha256", "sha1")),
        good.clone().with("x-novi-signature", "sha256="),
        good.clone().with("x-novi-delivery", ""),
    ] {
        let page = parcel.sent(&novi).await;
        assert_eq!(page.status, 401, "{}", page.body);
        assert!(page.header("set-cookie").is_none());
        answers.push(page.body);
    }
    let mut twice = good.clone();
    twice.headers.push(("x-novi-signature", signature));
    assert_eq!(twice.sent(&novi).await.status, 401);

    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
    assert_eq!(good.sent(&novi).await.json()["result"], "changed", "the right one still counts");
}

/// SEC-Y11: what comes again, or too late, or too early, is answered and does nothing.
#[tokio::test]
async fn a_replayed_delivery_is_ignored_under_any_id_and_at_any_time() {
    let Scene { novi, ann, zap, .. } = scene().await;
    let body = json!({ "member": ann.id.as_str(), "fields": { "phone": "555 0199" } });
    let first = zap.parcel(&body);
    assert_eq!(first.sent(&novi).await.json()["result"], "changed");
    assert_eq!(zap.updates(&ann, json!({ "phone": "555 0100" })).await, "changed");
    let now = novi.clock.now().unix_seconds();
    let bytes = body.to_string().into_bytes();
    let mut same_id = zap.parcel_at(&bytes, now + 1);
    same_id.headers[1].1.clone_from(&first.headers[1].1);
    let before = novi.tables().await;

    for parcel in [
        first.clone(),
        first.clone().with("x-novi-delivery", "another-id"),
        same_id,
        zap.parcel_at(&bytes, now - 301),
        zap.parcel_at(&bytes, now + 301),
    ] {
        let page = parcel.sent(&novi).await;
        assert_eq!((page.status, page.json()), (200, json!({ "result": "ignored" })));
    }
    novi.clock.advance(301);
    assert_eq!(first.sent(&novi).await.json()["result"], "ignored");

    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// Of two values for a field the one that was sent later stays, in whatever order they arrive.
#[tokio::test]
async fn reordered_deliveries_end_where_the_latest_one_says() {
    let Scene { novi, ann, zap, .. } = scene().await;
    let now = novi.clock.now().unix_seconds();
    let at = |fields: serde_json::Value, timestamp| {
        let body = json!({ "member": ann.id.as_str(), "fields": fields }).to_string();
        zap.parcel_at(body.as_bytes(), timestamp)
    };

    let late = at(json!({ "phone": "555 0003" }), now - 10).sent(&novi).await;
    let early = at(json!({ "phone": "555 0001", "bio": "Roofs" }), now - 30).sent(&novi).await;
    let middle = at(json!({ "phone": "555 0002" }), now - 20).sent(&novi).await;

    let results = [late, early, middle].map(|page| page.json()["result"].clone());
    assert_eq!(results, ["changed", "changed", "same"]);
    let latest = "select count(*) from members where phone = '555 0003' and bio = 'Roofs'";
    assert_eq!(novi.count(latest).await, 1);
}

/// To the byte: 64 KiB is read, one more is not.
#[tokio::test]
async fn a_body_of_64_kib_is_read_and_one_byte_more_is_413() {
    let Scene { novi, ann, zap, .. } = scene().await;
    let now = novi.clock.now().unix_seconds();
    let body = json!({ "member": ann.id.as_str(), "fields": { "phone": "555 0199" } }).to_string();
    let padded = |length: usize| {
        let mut bytes = body.clone().into_bytes();
        bytes.resize(length, b' ');
        zap.parcel_at(&bytes, now)
    };
    let before = novi.tables().await;

    let over = padded(64 * 1024 + 1).sent(&novi).await;
    assert_eq!((over.status, &over.json()["error"]), (413, &json!("too_large")));
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
    assert_eq!(padded(64 * 1024).sent(&novi).await.json()["result"], "changed");
}

/// F-22: 1,000 in a minute, most of them refused before anything is written, while others are served.
#[tokio::test]
async fn a_flood_is_429_and_hurts_nobody_else() {
    let Scene { novi, ann, zap, mut ruth } = scene().await;
    let other = Tool::added(&mut ruth, &novi, &["phone"]).await;
    let forj = novi.client("Forj").await;
    let body = json!({ "member": ann.id.as_str(), "fields": { "phone": "555 0199" } });
    let forger = Tool { secret: "guess".to_owned(), ..other.clone() };
    let (mut taken, mut refused, mut slowest) = (0, 0, Duration::ZERO);

    for number in 0..1000 {
        let page = zap.parcel(&json!({ "n": number, "member": ann.id.as_str(), "fields": {} }));
        let page = page.sent(&novi).await;
        match page.status {
            200 => taken += 1,
            429 => {
                refused += 1;
                assert_eq!(page.header("retry-after"), Some("60"));
            }
            status => panic!("{status} {}", page.body),
        }
        assert_eq!(forger.parcel(&body).sent(&novi).await.status, 401);
        if number % 100 == 99 {
            let began = Instant::now();
            forj.code_for(&ann).await;
            slowest = slowest.max(began.elapsed());
        }
    }

    assert_eq!((taken, refused), (60, 940));
    assert!(slowest < Duration::from_secs(2), "a sign-in took {slowest:?}");
    assert_eq!(novi.count("select count(*) from hook_deliveries").await, 60);
    assert_eq!(other.updates(&ann, json!({ "phone": "555 0142" })).await, "changed");
    novi.clock.advance(60);
    assert_eq!(zap.updates(&ann, json!({ "phone": "555 0143" })).await, "changed");
}

/// Replays and forgeries cannot use up what a tool may send.
#[tokio::test]
async fn whoever_captured_a_delivery_cannot_use_up_the_calls_of_its_tool() {
    let novi = Novi::start_with(|settings| settings.limits.hook_calls = Some(2)).await;
    let Scene { novi, ann, zap, .. } = scene_of(novi).await;
    let captured =
        zap.parcel(&json!({ "member": ann.id.as_str(), "fields": { "phone": "555 0199" } }));
    captured.sent(&novi).await;

    for _ in 0..20 {
        assert_eq!(captured.sent(&novi).await.json()["result"], "ignored");
    }

    assert_eq!(zap.updates(&ann, json!({ "phone": "555 0100" })).await, "changed");
    let third = zap.sends(json!({ "member": ann.id.as_str(), "fields": {} })).await;
    assert_eq!(third.status, 429);
}

/// SEC-Y15: its use shows; a new secret beside it for a week; closed, it opens nothing on any node.
#[tokio::test]
async fn a_stolen_secret_shows_its_use_is_replaced_without_a_pause_and_can_be_shut_at_once() {
    let Scene { novi, ann, zap: old, mut ruth } = scene().await;
    assert_eq!(old.updates(&ann, json!({ "phone": "555 0001" })).await, "changed");
    let list = ruth.get("/admin/settings/hooks").await.text();
    assert!(list.contains("just now 1 0 Open") || list.contains(" 1 0 Open"), "{list}");

    let page = ruth.get(&old.url("/new-secret")).await;
    let made = ruth.fill(&page, &old.url("/new-secret"), &[]).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let new = Tool { secret: super::secret_on(&made), ..old.clone() };
    assert_ne!(new.secret, old.secret);
    let again = ruth.fill(&page, &old.url("/new-secret"), &[]).await;
    assert_eq!(again.location(), Some(old.url("")), "a form that is sent twice makes one");

    assert_eq!(new.updates(&ann, json!({ "phone": "555 0002" })).await, "changed");
    assert_eq!(old.updates(&ann, json!({ "phone": "555 0003" })).await, "changed");
    let shown = ruth.get(&old.url("")).await;
    assert!(shown.text().contains("It was last used"), "{}", shown.text());
    assert!(!shown.body.contains(&new.secret), "only the page that made it shows it");
    novi.clock.advance(7 * 24 * 3600);
    let late = old.parcel(&json!({ "member": ann.id.as_str(), "fields": { "phone": "1234" } }));
    assert_eq!(late.sent(&novi).await.status, 401);
    assert_eq!(new.updates(&ann, json!({ "phone": "555 0004" })).await, "changed");

    let node = novi.another_node().await;
    let admin = crate::support::Member { email: "ruth@acme.example".to_owned(), ..ann.clone() };
    let mut ruth = novi.browser_of(&admin).await;
    let page = ruth.get(&old.url("/close")).await;
    let closed = ruth.fill(&page, &old.url("/close"), &[]).await;
    assert_eq!(closed.location().as_deref(), Some("/admin/settings/hooks"));
    let parcel = new.parcel(&json!({ "member": ann.id.as_str(), "fields": {} }));
    assert_eq!((parcel.sent(&novi).await.status, parcel.sent(&node).await.status), (401, 401));
    assert_eq!(novi.events("hook.closed").await, 1);
    assert_eq!(novi.events("hook.secret_replaced").await, 1);
}

/// SEC-T2: a tool of one association is unknown at another, and so are the other's members to it.
#[tokio::test]
async fn a_tool_of_one_association_opens_nothing_at_another() {
    let Scene { novi, zap, .. } = scene().await;
    let nora = novi.member_at(ELSEWHERE, "Nora", |_| {}).await;
    let before = novi.tables().await;
    let body = json!({ "member": nora.id.as_str(), "fields": { "phone": "555 0199" } });

    let there = Tool { host: ELSEWHERE, ..zap.clone() }.sends(body.clone()).await;
    let here = zap.sends(body).await;

    assert_eq!(there.status, 401);
    assert_eq!((here.status, &here.json()["error"]), (422, &json!("unknown_member")));
    assert_eq!(novi.tables().await.changed_since(&before), ["hooks"]);
}

/// The address is for software: no other website's browser may call it, with whatever cookies.
#[tokio::test]
async fn cookies_and_origins_make_no_difference() {
    let Scene { novi, ann, zap, ruth } = scene().await;
    let parcel =
        zap.parcel(&json!({ "member": ann.id.as_str(), "fields": { "phone": "555 0199" } }));
    let cookies: Vec<_> = ruth.cookies.iter().map(|(name, it)| format!("{name}={it}")).collect();

    let mut forged = Request::post(&parcel.path).header(header::HOST, HOME);
    forged = forged.header(header::COOKIE, cookies.join("; "));
    let forged = forged.header(header::ORIGIN, format!("https://{HOME}")).body(Body::empty());
    let forged = Page::of(&novi.router, forged.unwrap()).await;
    let mut foreign = parcel.clone();
    foreign.headers.push(("origin", "https://hooks.zapier.example".to_owned()));
    let foreign = foreign.sent(&novi).await;

    assert_eq!(forged.status, 401, "an admin's cookies are no signature");
    assert_eq!(foreign.json()["result"], "changed");
    assert!(foreign.header("access-control-allow-origin").is_none());
    assert!(foreign.header("set-cookie").is_none());
}
