//! The ring of signing keys over time: next, current, retired, gone (SECURITY.md 4.8).

use std::collections::{BTreeMap, BTreeSet};

use novi_sso::associations::Site;
use novi_sso::events::Actor;
use novi_sso::signing::{self, Kept, Refusal, Step};
use serde_json::Value;

use crate::support::{HOME, Member, Novi, Platform, header_of, kids, verified};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The whole life of a key: published two days before it signs, 90 days signing, published two days after, erased.
#[tokio::test]
async fn a_key_is_published_signs_rests_and_is_erased_in_its_time() {
    let novi = Novi::start().await.another_node().await;
    let forj = novi.client("Forj").await;
    let first = kids(&forj.jwks().await)[0].clone();
    let mut at = 0;

    for (hours, done) in [
        (1, vec![]),
        (88 * 24 - 1, vec![]),
        (88 * 24, vec!["published"]),
        (90 * 24 - 1, vec![]),
        (90 * 24, vec!["activated"]),
        (92 * 24 - 1, vec![]),
        (92 * 24, vec!["withdrawn"]),
        (178 * 24 - 1, vec![]),
        (178 * 24, vec!["published"]),
    ] {
        novi.clock.advance(hours * HOUR - at);
        at = hours * HOUR;
        let steps = signing::tend(&novi.home().await).await.unwrap();
        let steps: Vec<_> = steps.iter().map(name).collect();
        assert_eq!(steps, done, "after {hours} hours");
        assert_eq!(signing::tend(&novi.home().await).await.unwrap(), [], "each step once");
    }

    assert!(!kids(&forj.jwks().await).contains(&first));
    let gone = "select count(*) from signing_keys where withdrawn_at is not null";
    let erased =
        "select count(*) from signing_keys where withdrawn_at is not null and private_key is null";
    assert_eq!((novi.count(gone).await, novi.count(erased).await), (1, 1));
    let whole =
        "select count(*) from signing_keys where withdrawn_at is null and private_key is null";
    assert_eq!(novi.count(whole).await, 0);
}

/// SEC-K4: platforms keep the JWKS for a quarter of an hour or for a day; none may meet a key it has not seen.
#[tokio::test]
async fn around_a_rotation_every_token_verifies_against_every_copy_of_the_keys() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let (mut copies, mut tokens) = (Vec::new(), Vec::new());

    novi.clock.advance(87 * DAY);
    for hours in (87 * 24_i64..=93 * 24).step_by(4) {
        signing::tend(&novi.home().await).await.unwrap();
        copies.push((hours, forj.jwks().await));
        tokens.push((hours, token(&forj, &ann).await));
        novi.clock.advance(4 * HOUR);
    }

    let mut pairs = 0;
    for (signed, token) in &tokens {
        // A copy up to a day old, or one fetched up to a day later by somebody who looks again.
        for (_, jwks) in copies.iter().filter(|(fetched, _)| (signed - fetched).abs() <= 24) {
            assert!(verified(token, jwks).is_some(), "signed after {signed} hours");
            pairs += 1;
        }
    }
    assert!(pairs > 400);
    let signers: BTreeSet<_> =
        tokens.iter().map(|(_, token)| header_of(token)["kid"].to_string()).collect();
    assert_eq!(signers.len(), 2, "the rotation was among them");
}

/// `novi-sso keys rotate`.
#[tokio::test]
async fn a_rotation_on_demand_waits_until_platforms_have_seen_the_next_key() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let before = token(&forj, &ann).await;
    let old = kids(&forj.jwks().await)[0].clone();

    let too_early = rotate(&novi).await;
    assert!(matches!(too_early, Err(Refusal::TooEarly { .. })), "{too_early:?}");
    let published = forj.jwks().await;
    assert_eq!(kids(&published).len(), 2, "the next key is made and published");
    novi.clock.advance(DAY - 1);
    assert!(matches!(rotate(&novi).await, Err(Refusal::TooEarly { .. })));
    novi.clock.advance(1);
    let next = rotate(&novi).await.unwrap();

    let (after, jwks) = (token(&forj, &ann).await, forj.jwks().await);
    assert_eq!(next, kids(&published)[1]);
    assert_eq!(kids(&jwks)[0], next);
    assert_eq!(header_of(&after)["kid"], next.as_str());
    for (token, keys) in
        [(&before, &published), (&before, &jwks), (&after, &published), (&after, &jwks)]
    {
        assert!(verified(token, keys).is_some());
    }
    novi.clock.advance(2 * DAY);
    signing::tend(&novi.home().await).await.unwrap();
    assert!(!kids(&forj.jwks().await).contains(&old), "gone after 48 hours");
    assert_eq!(verified(&before, &forj.jwks().await), None);
    assert_eq!(private_key_of(&novi, &old).await, None, "its private half is erased");
}

/// A key in the wrong hands: out of the JWKS at once.
#[tokio::test]
async fn in_an_emergency_the_old_key_goes_at_once() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let before = token(&forj, &ann).await;
    let old = kids(&forj.jwks().await)[0].clone();

    let rotated = signing::rotate(&novi.home().await, true, Actor::CommandLine).await;
    let next = rotated.unwrap().unwrap();

    let jwks = forj.jwks().await;
    assert_eq!(kids(&jwks)[0], next);
    assert!(!kids(&jwks).contains(&old));
    assert_eq!(verified(&before, &jwks), None);
    assert!(verified(&token(&forj, &ann).await, &jwks).is_some());
    assert_eq!(private_key_of(&novi, &old).await, None);
}

/// SEC-K3: of nodes that rotate at the same instant one does it, and both tell of the same keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_rotations_at_the_same_instant_make_one_key() {
    let novi = Novi::start().await;
    let nodes = [novi.another_node().await, novi.another_node().await];

    for round in 0..5 {
        // Publishes the next key where there is none yet; it can take over a day later.
        let _ = rotate(&nodes[0]).await;
        novi.clock.advance(DAY);
        let before = keys(&nodes[0].home().await).await;
        let current = only(&before, is_current);

        let rotations = nodes.clone().map(|node| tokio::spawn(async move { rotate(&node).await }));
        let mut outcomes = Vec::new();
        for rotation in rotations {
            outcomes.push(rotation.await.unwrap());
        }

        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(won, 1, "round {round}: {outcomes:?}");
        let after = keys(&nodes[1].home().await).await;
        assert_eq!(after.len(), before.len() + 1, "round {round}: one new key");
        assert_ne!(only(&after, is_current), current, "round {round}");
        only(&after, |key| key.activated_at.is_none());
        let old = &after[&current];
        assert!(
            old.retired_at.is_some() && old.withdrawn_at.is_none(),
            "the old one is still published"
        );
    }
}

/// SEC-K3 for the timer: the first key, the next one, the turn and the end, each once, whoever was first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_timers_at_the_same_instant_take_each_step_once() {
    let novi = Novi::start().await;
    let nodes = [novi.another_node().await, novi.another_node().await];
    novi.tamper("delete from signing_keys").await;
    let mut at = 0;

    for (days, made, done) in
        [(0, 1, 1), (88, 2, 1), (90, 2, 1), (92, 2, 1), (178, 3, 1), (180, 3, 1)]
    {
        novi.clock.advance((days - at) * DAY);
        at = days;
        let timers = nodes.clone().map(|node| {
            tokio::spawn(async move { signing::tend(&node.home().await).await.unwrap().len() })
        });
        let mut steps = 0;
        for timer in timers {
            steps += timer.await.unwrap();
        }
        let kept = keys(&novi.home().await).await;
        assert_eq!((steps, kept.len()), (done, made), "after {days} days");
        only(&kept, is_current);
    }
}

/// A node that has not heard of a rotation yet signs with a key that is still published.
#[tokio::test]
async fn a_node_with_an_old_ring_still_signs_what_everybody_can_verify() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let _ = rotate(&novi).await;
    let behind = novi.another_node().await;
    let old = header_of(&token(&forj.on(&behind), &ann).await)["kid"].clone();

    novi.clock.advance(DAY);
    rotate(&novi).await.unwrap();
    let late = token(&forj.on(&behind), &ann).await;

    assert_eq!(header_of(&late)["kid"], old, "its cache is from before");
    assert!(verified(&late, &forj.jwks().await).is_some());
}

async fn token(client: &Platform, member: &Member) -> Value {
    let tokens = client.exchange(&client.code_for(member).await).await;
    assert_eq!(tokens.status, 200, "{}", tokens.json);
    tokens["id_token"].clone()
}

async fn rotate(novi: &Novi) -> Result<String, Refusal> {
    signing::rotate(&novi.site(HOME).await, false, Actor::CommandLine).await.unwrap()
}

async fn keys(site: &Site) -> BTreeMap<String, Kept> {
    let kept = signing::list(site).await.unwrap();
    kept.into_iter().map(|key| (key.kid.clone(), key)).collect()
}

/// SEC-K2: what the database holds of a private key opens nowhere without the master key.
#[tokio::test]
async fn no_private_key_stands_in_the_database_as_it_is() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;

    let tables = novi.tables().await;

    let public = forj.jwks().await["keys"][0]["n"].as_str().unwrap().to_owned();
    assert!(tables.hold(&public), "the search finds what is there");
    // PEM, the private members of a JWK, and how PKCS #8 of an RSA key begins in base64.
    for private in ["PRIVATE KEY", "\"d\":", "\"p\":", "\"q\":", "\"dp\":", "MIIEv", "MIIEp"] {
        assert!(!tables.hold(private), "{private}");
    }
    assert!(!tables.hold(&forj.secret));
}

/// The `kid` of the one key that is so.
fn only(keys: &BTreeMap<String, Kept>, is_so: impl Fn(&Kept) -> bool) -> String {
    let found: Vec<_> = keys.values().filter(|key| is_so(key)).map(|key| key.kid.clone()).collect();
    assert_eq!(found.len(), 1);
    found[0].clone()
}

async fn private_key_of(novi: &Novi, kid: &str) -> Option<String> {
    let kept =
        novi.app.db.across_associations("select private_key from signing_keys where kid = $1");
    let row: Option<(Option<String>,)> = kept.bind(kid).optional().await.unwrap();
    row.expect("the key is on record").0
}

fn is_current(key: &Kept) -> bool {
    key.activated_at.is_some() && key.retired_at.is_none()
}

fn name(step: &Step) -> &'static str {
    match step {
        Step::First => "made",
        Step::Publish => "published",
        Step::Activate { .. } => "activated",
        Step::Withdraw(_) => "withdrawn",
    }
}
