//! Refresh tokens: RFC 6749 §6, RFC 9700 §4.14, OpenID Connect Core §11 and §12.

use std::collections::BTreeSet;

use novi_sso::clients::{Consent, TokenAuthMethod};
use novi_sso::housekeeping;
use serde_json::Value;

use crate::support::{CALLBACK, ELSEWHERE, HOME, Member, Novi, Platform, Reply, claims, verified};

const OFFLINE: &str = "openid profile email offline_access";
const DAY: i64 = 24 * 3600;
const REFUSED: (u16, &str) = (400, "invalid_grant");

/// A family in the hands of its client.
struct Family {
    novi: Novi,
    forj: Platform,
    ann: Member,
    bought: Reply,
}

impl Family {
    async fn start() -> Self {
        Self::of(TokenAuthMethod::Secret).await
    }

    async fn of(method: TokenAuthMethod) -> Self {
        let novi = Novi::start().await;
        let forj = novi.client_at(HOME, "Forj", &[CALLBACK], method).await;
        let ann = novi.member("Ann").await;
        let bought = forj.tokens_for(&ann, OFFLINE).await;
        Self { novi, forj, ann, bought }
    }

    fn first(&self) -> String {
        self.bought.text("refresh_token").to_owned()
    }

    /// Trades a token that must be the live one.
    async fn next(&self, token: &str) -> String {
        let reply = self.forj.refresh(token).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
        reply.text("refresh_token").to_owned()
    }

    async fn is_live(&self, token: &str) -> bool {
        self.forj.introspect(token).await["active"] == true
    }
}

/// OpenID Connect Core §11: a trusted client needs no consent for it.
#[tokio::test]
async fn offline_access_is_a_refresh_token_and_nothing_else_is() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let with = forj.tokens_for(&ann, OFFLINE).await;
    let alone = forj.tokens_for(&ann, "offline_access").await;
    let without = forj.tokens_for(&ann, "openid profile email").await;

    assert_eq!(with.text("refresh_token").len(), 65, "128 bits of a name, 256 of a secret");
    assert_eq!(with["scope"], Value::Null, "granted as asked");
    assert_eq!(alone["id_token"], Value::Null, "plain OAuth 2.0");
    assert!(alone["refresh_token"].is_string());
    assert_eq!(without["refresh_token"], Value::Null);
    for reply in [&with, &alone, &without] {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("pragma"), Some("no-cache"));
    }
}

/// OpenID Connect Core §11: "The use of offline access requires consent". Without it there is no code.
#[tokio::test]
async fn a_client_that_asks_gets_a_refresh_token_once_the_member_allowed_it() {
    let novi = Novi::start().await;
    let asks = |settings: &mut novi_sso::clients::Settings| settings.consent = Consent::Asked;
    let forj = novi.client_that(HOME, "Forj", &[CALLBACK], asks).await;
    let ann = novi.member("Ann").await;
    let mut browser = novi.browser();
    let url = forj.authorize_url_with(&[("scope", OFFLINE), ("prompt", "none")]);

    forj.signs_in_agreeing(&mut browser, &ann, &[]).await;
    let less = browser.get(&url).await;
    let all = forj.signs_in_agreeing(&mut browser, &ann, &[("scope", OFFLINE)]).await;

    assert_eq!(less.sent("error").as_deref(), Some("consent_required"));
    let bought = forj.exchange(&all.sent("code").unwrap()).await;
    assert_eq!(forj.refresh(bought.text("refresh_token")).await.status, 200);
    assert!(browser.get(&url).await.sent("code").is_some(), "it is remembered");
}

/// RFC 9700 §4.14.2: each refresh token is used once. The access token before goes with it.
#[tokio::test]
async fn a_refresh_token_buys_new_tokens_and_its_successor() {
    let family = Family::start().await;
    let (mut access, mut refresh) = (family.bought.text("access_token").to_owned(), family.first());
    let mut seen = BTreeSet::from([access.clone(), refresh.clone()]);

    for _ in 0..4 {
        family.novi.clock.advance(11);
        let reply = family.forj.refresh(&refresh).await;

        assert_eq!(reply.status, 200, "{}", reply.json);
        assert_eq!((&reply["token_type"], &reply["expires_in"]), (&"Bearer".into(), &600.into()));
        assert_eq!(reply["scope"], Value::Null);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(family.forj.userinfo(&access).await.status, 401);
        (access, refresh) =
            (reply.text("access_token").to_owned(), reply.text("refresh_token").to_owned());
        assert!(seen.insert(access.clone()) && seen.insert(refresh.clone()), "each is new");
        let told = family.forj.userinfo(&access).await;
        assert_eq!(
            (&told["sub"], &told["email"]),
            (&family.ann.id.as_str().into(), &"ann@acme.example".into())
        );
    }
    assert_eq!(family.novi.count("select count(*) from grants").await, 1, "all in one row");
}

/// OpenID Connect Core §12.2, claim by claim.
#[tokio::test]
async fn a_refreshed_id_token_is_about_the_same_sign_in() {
    let family = Family::start().await;
    let before = claims(&family.bought["id_token"]);

    family.novi.clock.advance(3 * DAY);
    let reply = family.forj.refresh(&family.first()).await;

    let after = verified(&reply["id_token"], &family.forj.jwks().await).expect("signed by us");
    for same in ["iss", "sub", "aud", "auth_time", "sid", "acr", "amr", "email", "name"] {
        assert!(before[same] != Value::Null, "{same}");
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(before["nonce"], "n-1");
    assert_eq!(after.get("nonce"), None, "it SHOULD NOT have a nonce Claim");
    let seconds = |claims: &Value, name: &str| claims[name].as_i64().unwrap();
    assert_eq!(seconds(&after, "iat"), seconds(&before, "iat") + 3 * DAY);
    assert_eq!(seconds(&after, "exp") - seconds(&after, "iat"), 300);
    assert_ne!(after["at_hash"], before["at_hash"], "it goes with the new access token");
}

/// RFC 6749 §6: "The requested scope MUST NOT include any scope not originally granted".
#[tokio::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let family = Family::start().await;
    let forj = &family.forj;
    let refresh = family.first();

    for wider in ["openid phone", "openid groups", "openid profile email unheard_of", "address"] {
        let refused = forj.refresh_with(&refresh, &[("scope", wider)]).await;
        assert_eq!(refused.refusal(), (400, "invalid_scope"), "{wider}");
    }
    assert!(family.is_live(&refresh).await, "a mistake has not used it up");
    let narrow = forj.refresh_with(&refresh, &[("scope", "openid email")]).await;
    let told = forj.userinfo(narrow.text("access_token")).await;
    let active = forj.introspect(narrow.text("access_token")).await;
    let plain = forj.refresh_with(narrow.text("refresh_token"), &[("scope", "profile")]).await;
    let whole = forj.refresh(plain.text("refresh_token")).await;

    assert_eq!((&told["email"], &told["name"]), (&"ann@acme.example".into(), &Value::Null));
    assert_eq!(active["scope"], "openid email");
    assert_eq!(plain["id_token"], Value::Null, "no openid, no ID token");
    assert!(whole["id_token"].is_string());
    let told = forj.userinfo(whole.text("access_token")).await;
    assert_eq!(told["name"], "Ann Archer", "less once is not less for ever");
}

/// ARCHITECTURE.md 3.5: 14 days without use.
#[tokio::test]
async fn a_refresh_token_that_lies_idle_for_fourteen_days_is_dead() {
    let family = Family::start().await;

    family.novi.clock.advance(14 * DAY - 1);
    let second = family.next(&family.first()).await;
    family.novi.clock.advance(14 * DAY);
    let late = family.forj.refresh(&second).await;

    assert_eq!(late.refusal(), REFUSED);
    assert!(!family.is_live(&second).await);
    assert_eq!(family.novi.events("grant.refresh_token_replayed").await, 0);
}

/// And 90 days in all, however often it is used.
#[tokio::test]
async fn a_family_ends_ninety_days_after_its_sign_in() {
    let family = Family::start().await;
    let mut refresh = family.first();

    for _ in 0..8 {
        family.novi.clock.advance(10 * DAY);
        refresh = family.next(&refresh).await;
    }
    family.novi.clock.advance(10 * DAY - 1);
    let active = family.forj.introspect(&refresh).await;
    refresh = family.next(&refresh).await;
    family.novi.clock.advance(1);

    assert_eq!(active["exp"], family.novi.clock.now().unix_seconds(), "it knows its end");
    assert_eq!(family.forj.refresh(&refresh).await.refusal(), REFUSED);
}

/// SEC-B7 with 0.0, ARCHITECTURE.md 3.5: the answer was lost on its way.
#[tokio::test]
async fn a_confidential_client_that_tries_again_within_ten_seconds_gets_the_very_same_answer() {
    let family = Family::start().await;
    let refresh = family.first();
    let lost = family.forj.refresh(&refresh).await;

    family.novi.clock.advance(9);
    let again = family.forj.refresh(&refresh).await;
    let once_more = family.forj.on(&family.novi.another_node().await).refresh(&refresh).await;

    for reply in [&again, &once_more] {
        assert_eq!(reply.status, 200, "{}", reply.json);
        for same in ["access_token", "refresh_token", "token_type"] {
            assert_eq!(reply[same], lost[same], "{same}");
        }
        assert_eq!(reply["expires_in"], 591, "nothing lives longer for it");
        assert_eq!(claims(&reply["id_token"])["at_hash"], claims(&lost["id_token"])["at_hash"]);
    }
    assert_eq!(family.forj.userinfo(again.text("access_token")).await.status, 200);
    assert_eq!(family.novi.events("grant.refresh_token_replayed").await, 0);
    family.next(again.text("refresh_token")).await;
}

/// RFC 6749 §5.1: the scope is "REQUIRED" where it is not the one asked for now.
#[tokio::test]
async fn a_second_try_that_asks_for_another_scope_is_told_what_it_gets() {
    let family = Family::start().await;
    let refresh = family.first();
    let narrow = [("scope", "email openid")];
    let lost = family.forj.refresh_with(&refresh, &narrow).await;

    let same = family.forj.refresh_with(&refresh, &narrow).await;
    let whole = family.forj.refresh(&refresh).await;
    let wider = family.forj.refresh_with(&refresh, &[("scope", "openid phone")]).await;

    assert_eq!((same.status, whole.status), (200, 200));
    assert_eq!((&same["scope"], &whole["scope"]), (&Value::Null, &"openid email".into()));
    assert_eq!(whole["access_token"], lost["access_token"]);
    assert_eq!(wider.refusal(), (400, "invalid_scope"));
    assert_eq!(family.forj.refresh(lost.text("refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_that_comes_again_after_ten_seconds_ends_its_family() {
    let family = Family::start().await;
    let refresh = family.first();
    let reply = family.forj.refresh(&refresh).await;

    family.novi.clock.advance(10);
    let replay = family.forj.refresh(&refresh).await;

    assert_eq!(replay.refusal(), REFUSED);
    ended(&family, &reply).await;
}

/// Who has used the successor has received it, so whoever brings the old one stole it, or was robbed.
#[tokio::test]
async fn a_refresh_token_that_comes_again_after_its_successor_was_used_ends_its_family() {
    let family = Family::start().await;
    let refresh = family.first();
    let second = family.next(&refresh).await;
    let third = family.forj.refresh(&second).await;

    let replay = family.forj.refresh(&refresh).await;

    assert_eq!(replay.refusal(), REFUSED, "although not a second has passed");
    ended(&family, &third).await;
}

/// SEC-B7 with 0.0: nobody can tell a public client from a thief.
#[tokio::test]
async fn a_public_client_has_no_second_try() {
    let family = Family::of(TokenAuthMethod::None).await;
    let refresh = family.first();
    let reply = family.forj.refresh(&refresh).await;
    assert_eq!(reply.status, 200, "{}", reply.json);

    let replay = family.forj.refresh(&refresh).await;

    assert_eq!(replay.refusal(), REFUSED);
    assert_eq!(family.forj.refresh(reply.text("refresh_token")).await.refusal(), REFUSED);
    assert_eq!(family.forj.userinfo(reply.text("access_token")).await.status, 401);
    assert_eq!(family.novi.events("grant.refresh_token_replayed").await, 1);
}

async fn ended(family: &Family, newest: &Reply) {
    assert!(!family.is_live(newest.text("refresh_token")).await);
    assert_eq!(family.forj.refresh(newest.text("refresh_token")).await.refusal(), REFUSED);
    assert_eq!(family.forj.userinfo(newest.text("access_token")).await.status, 401);
    assert_eq!(family.novi.events("grant.refresh_token_replayed").await, 1);
}

/// SEC-B2 with 0.0: refused and recorded; a thief must not be able to end what is another's.
#[tokio::test]
async fn a_refresh_token_in_the_hands_of_another_client_is_refused_and_stays_its_owners() {
    let family = Family::start().await;
    let thief = family.novi.client("Thief").await;
    let public = family.novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    let (old, live) = (family.first(), family.next(&family.first()).await);

    for token in [&old, &live] {
        for stranger in [&thief, &public] {
            let asked = [("scope", "openid")];
            assert_eq!(stranger.refresh(token).await.refusal(), REFUSED);
            assert_eq!(stranger.refresh_with(token, &asked).await.refusal(), REFUSED);
        }
    }

    assert_eq!(family.novi.events("grant.refresh_token_of_another_client").await, 8);
    assert_eq!(family.novi.events("grant.refresh_token_replayed").await, 0);
    family.novi.clock.advance(60);
    family.next(&live).await;
}

/// SEC-B6, SEC-B7: however many arrive at once, one successor follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_refreshes_of_one_token_at_once_lead_to_one_successor() {
    let family = Family::start().await;
    let nodes = nodes(&family).await;
    let mut refresh = family.first();

    for round in 0..20 {
        let replies = at_once(&nodes, &refresh).await;

        let tokens: BTreeSet<_> = replies
            .iter()
            .map(|reply| {
                assert_eq!(reply.status, 200, "round {round}: {}", reply.json);
                (reply.text("refresh_token"), reply.text("access_token"))
            })
            .collect();
        assert_eq!(tokens.len(), 1, "round {round}");
        let (next, access) = tokens.first().copied().unwrap();
        for node in &nodes {
            assert_eq!(node.userinfo(access).await.status, 200, "round {round}");
        }
        refresh = next.to_owned();
    }

    assert_eq!(family.novi.events("grant.refresh_token_replayed").await, 0);
}

/// SEC-B6: of a public client one wins, and what it won is void, because it came sixteen times.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_refreshes_of_a_public_client_at_once_one_wins_and_the_family_ends() {
    const ROUNDS: i64 = 20;
    let family = Family::of(TokenAuthMethod::None).await;
    let nodes = nodes(&family).await;

    for round in 0..ROUNDS {
        let bought = family.forj.tokens_for(&family.ann, OFFLINE).await;
        let replies = at_once(&nodes, bought.text("refresh_token")).await;

        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
        assert_eq!(won.len(), 1, "round {round}");
        assert!(lost.iter().all(|reply| reply.refusal() == REFUSED), "round {round}");
        for node in &nodes {
            assert_eq!(node.userinfo(won[0].text("access_token")).await.status, 401);
            let next = node.refresh(won[0].text("refresh_token")).await;
            assert_eq!(next.refusal(), REFUSED, "round {round}");
        }
    }

    assert_eq!(family.novi.events("grant.refresh_token_replayed").await, ROUNDS);
}

async fn nodes(family: &Family) -> [Platform; 2] {
    let novi = &family.novi;
    let other = if novi.on_sqlite() { novi.clone() } else { novi.another_node().await };
    [family.forj.clone(), family.forj.on(&other)]
}

async fn at_once(nodes: &[Platform; 2], refresh: &str) -> Vec<Reply> {
    let tries = (0..16).map(|place| {
        let (node, refresh) = (nodes[place % 2].clone(), refresh.to_owned());
        tokio::spawn(async move { node.refresh(&refresh).await })
    });
    let mut replies = Vec::new();
    for tried in tries.collect::<Vec<_>>() {
        replies.push(tried.await.unwrap());
    }
    replies
}

/// SEC-B7: on any way through old and new tokens, a family has one live leaf or none.
#[tokio::test]
async fn a_family_never_has_two_live_leaves() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;
    let mut chance = Chance(7);

    for walk in 0..10 {
        let page = browser.get(&forj.authorize_url_with(&[("scope", OFFLINE)])).await;
        let bought = forj.exchange(&page.sent("code").unwrap()).await;
        let mut chain = vec![bought.text("refresh_token").to_owned()];
        let (mut since, mut has_ended) = (100, false);
        for step in 0..10 {
            let seconds = [0, 0, 4, 9, 11][chance.below(5)];
            novi.clock.advance(seconds);
            since += seconds;
            // The newest ones more often than the old ones.
            let back = chance.below(4).min(chance.below(4)).min(chain.len() - 1);
            let place = chain.len() - 1 - back;

            let reply = forj.refresh(&chain[place]).await;

            let is_retry = back == 1 && since < 10;
            let expected = if !has_ended && (back == 0 || is_retry) { 200 } else { 400 };
            assert_eq!(reply.status, expected, "walk {walk}, step {step}: {back} back, {since} s");
            match (reply.status, back) {
                (200, 0) => {
                    chain.push(reply.text("refresh_token").to_owned());
                    since = 0;
                }
                (200, _) => {
                    assert_eq!(Some(reply.text("refresh_token")), chain.last().map(|t| &**t))
                }
                _ => has_ended = true,
            }
            let mut live = Vec::new();
            for token in &chain {
                if forj.introspect(token).await["active"] == true {
                    live.push(token);
                }
            }
            let expected: Vec<_> = chain.last().filter(|_| !has_ended).into_iter().collect();
            assert_eq!(live, expected, "walk {walk}, step {step}");
        }
    }
}

/// Numbers that look like chance and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// SEC-B10: what was used is written where the family is, not in the memory of a node.
#[tokio::test]
async fn a_refresh_token_stays_used_when_the_node_is_started_anew() {
    let family = Family::start().await;
    let refresh = family.first();
    let next = family.next(&refresh).await;
    let started_anew = family.forj.on(&family.novi.another_node().await);

    let retried = started_anew.refresh(&refresh).await;
    family.novi.clock.advance(11);
    let replayed = started_anew.refresh(&refresh).await;

    assert_eq!(retried.text("refresh_token"), next);
    assert_eq!(replayed.refusal(), REFUSED);
    assert!(!family.is_live(&next).await);
}

/// SEC-C3. What names the family but is none of its tokens is taken for an old one, and ends it: only
/// who has seen one of them knows the name.
#[tokio::test]
async fn a_refresh_token_is_itself_to_the_last_character() {
    let family = Family::start().await;
    let (forj, token) = (&family.forj, family.first());
    let changed = |place: usize| {
        let other = if token[place..].starts_with('A') { "B" } else { "A" };
        format!("{}{other}{}", &token[..place], &token[place + 1..])
    };
    let prefixes = (1..token.len()).map(|end| token[..end].to_owned());
    let ends = ["A", "=", " ", "."].map(|end| format!("{token}{end}"));
    let others =
        [token.to_uppercase(), token.to_lowercase(), token.repeat(2), token[1..].to_owned()];
    let wrong: Vec<_> =
        prefixes.chain((0..token.len()).map(changed)).chain(ends).chain(others).collect();

    for other in &wrong {
        assert_eq!(forj.introspect(other).await.json, serde_json::json!({ "active": false }));
    }
    for other in wrong.iter().filter(|other| other.get(..22) != token.get(..22)) {
        assert_eq!(forj.refresh(other).await.refusal(), REFUSED, "{other}");
    }
    let second = family.next(&token).await;
    for end in [22, 40, 64] {
        let bought = forj.tokens_for(&family.ann, OFFLINE).await;
        let token = bought.text("refresh_token");
        assert_eq!(forj.refresh(&token[..end]).await.refusal(), REFUSED);
        assert!(!family.is_live(token).await, "{end}");
    }
    assert!(family.is_live(&second).await, "another family is not concerned");
}

/// SEC-B3: each secret is of one kind, and of one association.
#[tokio::test]
async fn nothing_else_is_a_refresh_token() {
    let family = Family::start().await;
    let (novi, forj, bought) = (&family.novi, &family.forj, &family.bought);
    let code = forj.code_for_with(&family.ann, &[("scope", OFFLINE)]).await;
    let elsewhere = novi.client_at(ELSEWHERE, "Forj", &[CALLBACK], TokenAuthMethod::Secret).await;

    for other in [&*code, bought.text("access_token"), bought.text("id_token"), &forj.secret, "x"] {
        assert_eq!(forj.refresh(other).await.refusal(), REFUSED);
    }
    let refresh = family.first();
    assert_eq!(forj.refresh("").await.refusal(), (400, "invalid_request"));
    assert_eq!(forj.exchange(&refresh).await.refusal(), REFUSED);
    assert_eq!(forj.userinfo(&refresh).await.status, 401);
    assert_eq!(elsewhere.refresh(&refresh).await.refusal(), REFUSED);
    assert_eq!(forj.at(ELSEWHERE).refresh(&refresh).await.refusal(), (401, "invalid_client"));
    let unproven = forj.refresh_with(&refresh, &[("client_secret", "wrong")]).await;
    assert_eq!(unproven.refusal(), (401, "invalid_client"));
    let unnamed = forj.refresh_with(&refresh, &[("client_secret", "")]).await;
    assert_eq!(unnamed.refusal(), (401, "invalid_client"));
    assert_eq!(novi.events("grant.refresh_token_of_another_client").await, 0);

    family.next(&refresh).await;
    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// RFC 6749 §4.1.2: "revoke (when possible) all tokens previously issued based on that code", those that
/// followed from them too.
#[tokio::test]
async fn a_code_that_comes_again_ends_the_family_that_it_bought() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for_with(&ann, &[("scope", OFFLINE)]).await;
    let bought = forj.exchange(&code).await;
    let next = forj.refresh(bought.text("refresh_token")).await;

    let replay = forj.exchange(&code).await;

    assert_eq!(replay.refusal(), REFUSED);
    assert_eq!(forj.refresh(next.text("refresh_token")).await.refusal(), REFUSED);
    assert_eq!(forj.userinfo(next.text("access_token")).await.status, 401);
}

/// Nothing that anybody could present is in the database.
#[tokio::test]
async fn refresh_tokens_are_kept_as_hashes() {
    let family = Family::start().await;
    let first = family.first();
    let reply = family.forj.refresh(&first).await;

    let tables = family.novi.tables().await;

    for secret in [&first, reply.text("refresh_token"), reply.text("access_token"), &first[..22]] {
        assert!(!tables.hold(secret));
    }
}

#[tokio::test]
async fn housekeeping_keeps_what_can_still_be_refreshed_and_forgets_the_rest() {
    let family = Family::start().await;
    let novi = &family.novi;
    let idle = family.forj.tokens_for(&family.ann, OFFLINE).await;
    family.forj.code_for_with(&family.ann, &[("scope", OFFLINE)]).await;
    let grants = "select count(*) from grants";
    let mut refresh = family.first();

    novi.clock.advance(13 * DAY);
    housekeeping::tidy(&novi.app).await.unwrap();
    let alive = novi.count(grants).await;
    refresh = family.next(&refresh).await;
    novi.clock.advance(DAY + 3601);
    housekeeping::tidy(&novi.app).await.unwrap();
    let left = novi.count(grants).await;
    assert_eq!(family.forj.refresh(idle.text("refresh_token")).await.refusal(), REFUSED);
    family.next(&refresh).await;
    novi.clock.advance(14 * DAY + 3601);
    housekeeping::tidy(&novi.app).await.unwrap();

    assert_eq!((alive, left, novi.count(grants).await), (2, 1, 0), "a code unused goes first");
}
