//! What is denied is denied on every way, at once, on every node, and does not come back (SEC-L14, SEC-M6,
//! SEC-D5, SEC-C5).

use novi_sso::clients::{self, ClientSecret, Consent, Identity};
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::members::{self, Password};
use serde_json::json;

use crate::support::{Browser, CALLBACK, HOME, Member, Novi, Page, Platform};

const OFFLINE: &str = "openid profile email offline_access";

/// How it can end that a client learns about a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    MemberDeactivated,
    PasswordChanged,
    LoggedOutEverywhere,
    ClientSwitchedOff,
    ClientDeleted,
    GroupLeft,
    GroupNoLongerPermitted,
    ConsentWithdrawn,
}

impl End {
    const ALL: [Self; 8] = [
        Self::MemberDeactivated,
        Self::PasswordChanged,
        Self::LoggedOutEverywhere,
        Self::ClientSwitchedOff,
        Self::ClientDeleted,
        Self::GroupLeft,
        Self::GroupNoLongerPermitted,
        Self::ConsentWithdrawn,
    ];

    /// A node that has not heard of it may still send such a client a code, which buys nothing.
    fn is_of_client(self) -> bool {
        matches!(self, Self::ClientSwitchedOff | Self::ClientDeleted)
    }
}

/// A client that asks, for the members of one group; one of them; and two nodes.
struct Scene {
    novi: Novi,
    node: Novi,
    forj: Platform,
    ann: Member,
    group: GroupId,
    browser: Browser,
}

/// What a client has of a member.
struct Held {
    code: String,
    access: String,
    refresh: String,
    id_token: String,
    /// Used a moment ago; its successor was not.
    used: String,
}

impl Scene {
    async fn set() -> Self {
        let novi = Novi::start().await;
        let ann = novi.member("Ann").await;
        let group = novi.group("Board", &[&ann]).await;
        let permitted = group.clone();
        let set = |settings: &mut clients::Settings| {
            settings.consent = Consent::Asked;
            settings.permitted_groups = vec![permitted];
        };
        let forj = novi.client_that(HOME, "Forj", &[CALLBACK], set).await;
        let (mut browser, node) = (novi.browser(), novi.another_node().await);
        let page = comes(&forj, &mut browser, &ann).await;
        assert!(page.sent("code").is_some(), "{}", page.body);
        Self { novi, node, forj, ann, group, browser }
    }

    /// As each node sees them.
    fn sides(&self) -> [(Platform, Browser); 2] {
        [&self.novi, &self.node].map(|node| {
            let mut browser = node.browser();
            browser.cookies = self.browser.cookies.clone();
            (self.forj.on(node), browser)
        })
    }

    /// New ones for each node; each node has worked with them, so that its caches are full.
    async fn held(&mut self) -> [Held; 2] {
        let mut both = Vec::new();
        for (forj, mut browser) in self.sides() {
            let used = forj.exchange(&silent_code(&forj, &mut browser).await).await;
            forj.refresh(used.text("refresh_token")).await;
            let bought = forj.exchange(&silent_code(&forj, &mut browser).await).await;
            let held = Held {
                code: silent_code(&forj, &mut browser).await,
                access: bought.text("access_token").to_owned(),
                refresh: bought.text("refresh_token").to_owned(),
                id_token: bought.text("id_token").to_owned(),
                used: used.text("refresh_token").to_owned(),
            };
            assert_eq!(forj.userinfo(&held.access).await.status, 200);
            for token in [&held.access, &held.refresh] {
                assert_eq!(forj.introspect(token).await["active"], true);
            }
            let hint = [("prompt", "none"), ("id_token_hint", &*held.id_token)];
            let page = browser.visit(&forj.authorize_url_with(&hint)).await;
            assert!(page.sent("code").is_some(), "{:?}", page.location());
            both.push(held);
        }
        let [here, there] = <[Held; 2]>::try_from(both).ok().unwrap();
        [here, there]
    }

    async fn end(&mut self, end: End) {
        let (site, actor) = (self.novi.home().await, Actor::CommandLine);
        let (ann, client) = (&self.ann.id, self.forj.id());
        let done = match end {
            End::MemberDeactivated => members::deactivate(&site, ann, &actor).await.unwrap(),
            End::PasswordChanged => {
                let text = "another kettle on monday";
                let hash = self.novi.app.hashing.hash(Password::typed(text).unwrap());
                let (hash, vault) = (hash.await.unwrap(), &self.novi.app.vault);
                let mut tx = site.write().await.unwrap();
                let set = members::set_password(&mut tx, vault, ann, &hash, &actor).await.unwrap();
                tx.commit().await.unwrap();
                self.ann.password = text.to_owned();
                set
            }
            End::LoggedOutEverywhere => {
                let mut browser = self.novi.browser();
                browser.cookies = self.browser.cookies.clone();
                let page = browser.get("/account").await;
                browser.fill(&page, "/account/log-out-everywhere", &[]).await.status == 303
            }
            End::ClientSwitchedOff => {
                clients::disable(&site, &client, "Ruth", &actor).await.unwrap()
            }
            End::ClientDeleted => clients::delete(&site, &client, &actor).await.unwrap(),
            End::GroupLeft => groups::remove_member(&site, &self.group, ann, &actor).await.unwrap(),
            End::GroupNoLongerPermitted => {
                let other = self.novi.group("Others", &[]).await;
                self.forj.change(|settings| settings.permitted_groups = vec![other]).await;
                true
            }
            End::ConsentWithdrawn => {
                let path = format!("/account/apps/{}/withdraw", self.forj.client_id);
                let page = self.browser.get("/account/apps").await;
                self.browser.fill(&page, &path, &[]).await.status == 303
            }
        };
        assert!(done, "{end:?}");
    }

    /// Everything is as before for whoever signs in from now on.
    async fn undo(&mut self, end: End) {
        let (site, actor) = (self.novi.home().await, Actor::CommandLine);
        let (ann, group) = (&self.ann.id, &self.group);
        match end {
            End::MemberDeactivated => {
                assert!(members::reactivate(&site, ann, &actor).await.unwrap());
            }
            End::ClientSwitchedOff => {
                assert!(clients::enable(&site, &self.forj.id(), &actor).await.unwrap());
            }
            End::ClientDeleted => {
                let callback = crate::support::registered(CALLBACK);
                let settings = clients::Settings::new("Forj", vec![callback]);
                let secret = ClientSecret::take_over(&self.forj.secret).unwrap();
                let same = Identity::TakenOver(self.forj.id(), secret);
                assert!(clients::add(&site, &settings, same, &actor).await.unwrap().is_ok());
            }
            End::GroupLeft => {
                assert!(groups::add_member(&site, group, ann, &actor).await.unwrap());
            }
            End::GroupNoLongerPermitted => {
                let group = group.clone();
                self.forj.change(|settings| settings.permitted_groups = vec![group]).await;
            }
            End::PasswordChanged | End::LoggedOutEverywhere | End::ConsentWithdrawn => {}
        }
    }

    /// Not one of the ways leads anywhere, on either node.
    async fn is_denied(&self, held: &[Held; 2], what: &str) {
        for ((forj, _), held) in self.sides().iter().zip(held) {
            let sold = [
                ("the code", forj.exchange(&held.code).await),
                ("the refresh token", forj.refresh(&held.refresh).await),
                ("a second try of one before", forj.refresh(&held.used).await),
            ];
            for (way, reply) in &sold {
                let is_refused =
                    [(400, "invalid_grant"), (401, "invalid_client")].contains(&reply.refusal());
                assert!(is_refused, "{what}: {way}: {} {}", reply.status, reply.json);
            }
            let userinfo = forj.userinfo(&held.access).await;
            assert_eq!(userinfo.refusal(), (401, "invalid_token"), "{what}: userinfo");
            for token in [&held.access, &held.refresh, &held.used] {
                let reply = forj.introspect(token).await;
                let is_silent = reply.json == json!({ "active": false })
                    || reply.refusal() == (401, "invalid_client");
                assert!(is_silent, "{what}: introspection: {}", reply.json);
            }
        }
    }

    /// Nor does the browser that was signed in bring a code that buys something.
    async fn brings_nothing(&self, held: &[Held; 2], end: End) {
        for (place, (forj, mut browser)) in self.sides().into_iter().enumerate() {
            let hint = ("id_token_hint", &*held[place].id_token);
            let plain = ("prompt", "none");
            for asked in [vec![plain], vec![plain, hint], vec![hint], vec![]] {
                let page = browser.visit(&forj.authorize_url_with(&asked)).await;
                let Some(code) = page.sent("code") else { continue };
                assert!(end.is_of_client() && place == 1, "{end:?}: {asked:?} on node {place}");
                let refused = forj.exchange(&code).await;
                assert_eq!(refused.refusal(), (400, "invalid_grant"), "{end:?}: {asked:?}");
            }
        }
    }
}

async fn silent_code(forj: &Platform, browser: &mut Browser) -> String {
    let asked = [("scope", OFFLINE), ("prompt", "none")];
    let page = browser.visit(&forj.authorize_url_with(&asked)).await;
    page.sent("code").unwrap_or_else(|| panic!("{:?} {}", page.location(), page.body))
}

async fn comes(forj: &Platform, browser: &mut Browser, ann: &Member) -> Page {
    forj.signs_in_agreeing(browser, ann, &[("scope", OFFLINE)]).await
}

/// The matrix: each end × code, refresh, second try, userinfo, introspection, prompt=none and hint × nodes.
#[tokio::test]
async fn what_has_ended_has_ended_on_every_way_and_stays_so() {
    for end in End::ALL {
        let mut scene = Scene::set().await;
        let held = scene.held().await;

        scene.end(end).await;
        scene.brings_nothing(&held, end).await;
        scene.is_denied(&held, &format!("{end:?}")).await;
        scene.undo(end).await;
        scene.is_denied(&held, &format!("{end:?}, undone")).await;

        let page = comes(&scene.forj, &mut scene.novi.browser(), &scene.ann).await;
        let code = page.sent("code").unwrap_or_else(|| panic!("{end:?}: {}", page.body));
        let bought = scene.forj.exchange(&code).await;
        assert_eq!(bought.status, 200, "{end:?}: a new log-in works: {}", bought.json);
        assert_eq!(scene.forj.userinfo(bought.text("access_token")).await.status, 200, "{end:?}");
        scene.is_denied(&held, &format!("{end:?}, and signed in again")).await;
    }
}

/// The same where nobody looks in between: coming back is not what ends it.
#[tokio::test]
async fn what_ended_and_was_undone_before_anybody_looked_is_ended_too() {
    for end in End::ALL {
        let mut scene = Scene::set().await;
        let held = scene.held().await;

        scene.end(end).await;
        scene.undo(end).await;

        scene.is_denied(&held, &format!("{end:?}")).await;
    }
}

/// What does not concern them goes on: other members at this client, and this member at others.
#[tokio::test]
async fn nobody_else_is_touched() {
    for end in End::ALL {
        let mut scene = Scene::set().await;
        let (novi, bo) = (scene.novi.clone(), scene.novi.member("Bo").await);
        let (site, actor) = (novi.home().await, Actor::CommandLine);
        groups::add_member(&site, &scene.group, &bo.id, &actor).await.unwrap();
        let group = scene.group.clone();
        let set = |settings: &mut clients::Settings| settings.permitted_groups = vec![group];
        let closed = novi.client_that(HOME, "Closed", &[CALLBACK], set).await;
        let hub = novi.client("Hub").await;
        let code = comes(&scene.forj, &mut novi.browser(), &bo).await.sent("code").unwrap();
        let bos = scene.forj.exchange(&code).await;
        let (at_hub, at_closed) =
            (hub.tokens_for(&scene.ann, OFFLINE).await, closed.tokens_for(&bo, OFFLINE).await);
        let works = |client: &Platform, reply: &crate::support::Reply| {
            let (client, refresh) = (client.clone(), reply.text("refresh_token").to_owned());
            async move { client.refresh(&refresh).await.status == 200 }
        };

        scene.end(end).await;

        let is_of_member =
            matches!(end, End::MemberDeactivated | End::PasswordChanged | End::LoggedOutEverywhere);
        let is_of_all = end.is_of_client() || end == End::GroupNoLongerPermitted;
        assert_eq!(works(&hub, &at_hub).await, !is_of_member, "{end:?}");
        assert_eq!(works(&scene.forj, &bos).await, !is_of_all, "{end:?}");
        assert!(works(&closed, &at_closed).await, "{end:?}");
    }
}

/// SEC-M6: off at every endpoint, in every way to prove itself, and no word about it to strangers.
#[tokio::test]
async fn a_client_that_is_off_is_off_at_every_endpoint() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let forj =
        novi.client_that(HOME, "Forj", &[CALLBACK], |settings| settings.is_machine = true).await;
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let site = novi.home().await;
    assert!(clients::disable(&site, &forj.id(), "Ruth", &Actor::CommandLine).await.unwrap());

    for reply in [
        forj.exchange("x").await,
        forj.exchange_by_basic("x", &forj.client_id, &forj.secret).await,
        forj.refresh(bought.text("refresh_token")).await,
        forj.acts_for_itself(&[]).await,
        forj.revoke(bought.text("access_token")).await,
        forj.introspect(bought.text("access_token")).await,
        forj.push(&[]).await,
    ] {
        assert_eq!(reply.refusal(), (401, "invalid_client"));
        assert_eq!(reply["error_description"], "client authentication failed");
    }
    let page = novi.browser().visit(&forj.authorize_url()).await;
    assert_eq!((page.status, page.location()), (403, None), "{}", page.text());
}
