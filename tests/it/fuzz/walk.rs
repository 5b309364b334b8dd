//! Z-8 over HTTP: two browsers walk about in two associations, and no code comes without all its steps.

use std::collections::BTreeSet;

use novi_sso::clients::Consent;
use novi_sso::settings::Limits;

use super::mutator::Mutator;
use crate::support::{Browser, ELSEWHERE, HOME, Member, Novi, Page, Platform, claims};

const HOSTS: [&str; 2] = [HOME, ELSEWHERE];
const WALKS: usize = 12;
const STEPS: usize = 45;

/// SECURITY.md 4.4, table Z.
#[tokio::test]
async fn whatever_two_browsers_do_no_code_comes_without_every_step_it_needs() {
    let unlimited = Limits {
        failed_log_ins: None,
        failed_client_authentications: None,
        pending_requests: None,
        hook_calls: None,
    };
    let novi = Novi::start_with(|settings| settings.limits = unlimited).await;
    let mut seen = Seen::default();
    let mut random = Mutator::new("walk");
    let places = Places::of(&novi).await;
    let mut shared = BTreeSet::new();
    for number in 0..WALKS {
        let mut walk = Walk::new(&novi, &places, &mut random, &mut shared, number);
        for _ in 0..STEPS {
            walk.step().await;
        }
        walk.look_around().await;
        seen.codes += walk.seen.codes;
        seen.errors += walk.seen.errors;
        seen.shared += walk.seen.shared;
    }
    assert!(seen.codes > 20 && seen.errors > 10 && seen.shared > 2, "it hardly moved: {seen:?}");
}

#[derive(Debug, Default)]
struct Seen {
    codes: usize,
    errors: usize,
    shared: usize,
}

/// For each association two members, a client that it trusts, and one that asks.
struct Places {
    members: [[Member; 2]; 2],
    clients: [[Platform; 2]; 2],
}

impl Places {
    async fn of(novi: &Novi) -> Self {
        let member = |place: usize, name: &'static str| novi.member_at(HOSTS[place], name, |_| {});
        let client = |place: usize, name: &'static str, url: &'static str, consent: Consent| async move {
            novi.client_that(HOSTS[place], name, &[url], |it| it.consent = consent).await
        };
        let (trusted, asked) = (Consent::Trusted, Consent::Asked);
        Self {
            members: [
                [member(0, "Ann").await, member(0, "Bo").await],
                [member(1, "Cy").await, member(1, "Di").await],
            ],
            clients: [
                [
                    client(0, "Forj", "https://forj.example/cb", trusted).await,
                    client(0, "Hub", "https://hub.example/cb?x=1", asked).await,
                ],
                [
                    client(1, "Mobilize", "https://mobilize.example/cb", trusted).await,
                    client(1, "Wiki", "https://wiki.example/cb", asked).await,
                ],
            ],
        }
    }
}

/// A request, and what truly happened to it, whatever the program believes.
struct Asked {
    browser: usize,
    place: usize,
    client: usize,
    prompt: &'static str,
    max_age: Option<i64>,
    /// The `request_id` under which it waits.
    id: Option<String>,
    has_entered: bool,
    has_chosen: bool,
    is_answered: bool,
}

/// One browser at one association.
struct Tab {
    browser: Browser,
    /// Where "back" leads, each with the number of log-ins and log-outs before it.
    pages: Vec<(Page, usize)>,
    current: usize,
    changes: usize,
    /// Who is signed in, and since when.
    member: Option<(usize, i64)>,
}

struct Walk<'a> {
    novi: &'a Novi,
    places: &'a Places,
    random: &'a mut Mutator,
    number: usize,
    now: i64,
    /// By browser and association.
    tabs: [[Tab; 2]; 2],
    requests: Vec<Asked>,
    /// Whoever shared with a client once: association, client, member.
    shared: &'a mut BTreeSet<(usize, usize, usize)>,
    trail: Vec<String>,
    seen: Seen,
}

impl<'a> Walk<'a> {
    fn new(
        novi: &'a Novi,
        places: &'a Places,
        random: &'a mut Mutator,
        shared: &'a mut BTreeSet<(usize, usize, usize)>,
        number: usize,
    ) -> Self {
        let tab = |place: usize| Tab {
            browser: novi.browser_at(HOSTS[place]),
            pages: Vec::new(),
            current: 0,
            changes: 0,
            member: None,
        };
        let tabs = [[tab(0), tab(1)], [tab(0), tab(1)]];
        let now = novi.clock.now().unix_seconds();
        let (requests, trail, seen) = (Vec::new(), Vec::new(), Seen::default());
        Self { novi, places, random, number, now, tabs, requests, shared, trail, seen }
    }

    fn at(&self, browser: usize, place: usize) -> &Tab {
        &self.tabs[browser][place]
    }

    async fn step(&mut self) {
        let (browser, place) = (self.random.below(2), usize::from(self.random.below(4) == 0));
        let seconds = self.random.below(30) as i64;
        self.novi.clock.advance(seconds);
        self.now += seconds;
        let tab = self.at(browser, place);
        let page = tab.pages.get(tab.current).map(|(page, _)| page);
        let can_log_in = page.is_some_and(|page| page.posts_to("/log-in"));
        let can_answer = page.is_some_and(|page| page.posts_to("/oauth/authorize"));
        match self.random.below(12) {
            0..6 if can_log_in => self.log_in(browser, place).await,
            0..6 if can_answer => self.answer(browser, place).await,
            0..8 => self.authorize(browser, place).await,
            8 => self.log_out(browser, place).await,
            9 => self.back(browser, place),
            10 => self.lend(browser, place).await,
            _ => self.stray(browser, place).await,
        }
    }

    fn note(&mut self, browser: usize, place: usize, what: impl std::fmt::Display) {
        self.trail.push(format!("browser {browser} at {}: {what}", HOSTS[place]));
    }

    /// Panics with the way that led here.
    #[track_caller]
    fn check(&self, holds: bool, what: &str) {
        let way = || self.trail.join("\n  ");
        assert!(holds, "walk {}: {what}, after\n  {}", self.number, way());
    }

    async fn authorize(&mut self, browser: usize, place: usize) {
        const PROMPTS: [&str; 8] =
            ["", "", "", "none", "login", "consent", "select_account", "login consent"];
        let (client, prompt) = (self.random.below(2), *self.random.one_of(&PROMPTS));
        let max_age = *self.random.one_of(&[None, None, None, Some(0), Some(40), Some(600)]);
        let number = self.requests.len();
        let name = &self.places.clients[place][client];
        let (state, age) =
            (number.to_string(), max_age.map(|age| age.to_string()).unwrap_or_default());
        let changes = [("state", &*state), ("prompt", prompt), ("max_age", &*age)];
        let url = name.authorize_url_with(&changes);
        self.note(browser, place, format!("{number} asks, client {client} {prompt:?} {max_age:?}"));
        self.requests.push(Asked {
            browser,
            place,
            client,
            prompt,
            max_age,
            id: None,
            has_entered: false,
            has_chosen: false,
            is_answered: false,
        });
        let page = self.tabs[browser][place].browser.get(&url).await;
        if prompt == "none" {
            // §3.1.2.1: no page may be shown.
            let answers = page.location().is_some_and(|to| to.starts_with("https://"));
            self.check(answers, "a silent request is answered at once");
        }
        let waits = page.sent("request").or_else(|| page.sent("request_id"));
        self.requests[number].id = waits;
        self.settle(browser, place, page, None).await;
    }

    /// On the page that is open, which may be an old one.
    async fn log_in(&mut self, browser: usize, place: usize) {
        let member = self.random.below(2);
        let right = &self.places.members[place][member];
        let stranger = &self.places.members[1 - place][member];
        let (word, email, password) = match self.random.below(6) {
            0 => ("wrong", &right.email, "copper kettle on monday"),
            1 => ("empty", &right.email, ""),
            2 => ("of the other association", &stranger.email, &*stranger.password),
            _ => ("right", &right.email, &*right.password),
        };
        let is_right = word == "right";
        self.note(browser, place, format!("logs in, {email} {word}"));
        let tab = &mut self.tabs[browser][place];
        let before = tab.browser.session().map(str::to_owned);
        let (page, _) = &tab.pages[tab.current];
        let id = page.field("request");
        let answer =
            tab.browser.fill(page, "/log-in", &[("email", email), ("password", password)]).await;
        let after = tab.browser.session().map(str::to_owned);
        if before != after {
            tab.changes += 1;
            tab.member = Some((member, self.now));
            self.check(is_right && after.is_some(), "a session is for the right password");
            if let Some(asked) = self.waiting(id.as_deref(), browser, place) {
                asked.has_entered = true;
            }
        }
        self.settle(browser, place, answer, None).await;
    }

    /// The request that waits for this browser at this association under an id.
    fn waiting(&mut self, id: Option<&str>, browser: usize, place: usize) -> Option<&mut Asked> {
        self.requests.iter_mut().find(|asked| {
            asked.id.is_some()
                && asked.id.as_deref() == id
                && (asked.browser, asked.place) == (browser, place)
        })
    }

    /// One of the buttons, or one that this page does not even have.
    async fn answer(&mut self, browser: usize, place: usize) {
        let answer =
            *self.random.one_of(&["share", "share", "continue", "continue", "no", "switch", ""]);
        self.note(browser, place, format!("answers {answer:?}"));
        let tab = &mut self.tabs[browser][place];
        let (page, changes) = &tab.pages[tab.current];
        let (id, is_current) = (page.field("request_id"), *changes == tab.changes);
        let is_in = tab.member.is_some();
        let next = tab.browser.fill(page, "/oauth/authorize", &[("answer", answer)]).await;
        if answer == "continue"
            && is_current
            && is_in
            && let Some(asked) = self.waiting(id.as_deref(), browser, place)
        {
            asked.has_chosen = true;
        }
        let agreed = id.filter(|_| answer == "share" && is_current);
        self.settle(browser, place, next, agreed).await;
    }

    async fn log_out(&mut self, browser: usize, place: usize) {
        self.note(browser, place, "logs out");
        let tab = &mut self.tabs[browser][place];
        let page = tab.browser.get("/log-out").await;
        if page.posts_to("/log-out") {
            tab.browser.fill(&page, "/log-out", &[]).await;
        }
        tab.member = None;
        tab.changes += 1;
        let is_out = !tab.browser.is_signed_in();
        self.check(is_out, "a log-out takes the session's cookie");
    }

    fn back(&mut self, browser: usize, place: usize) {
        let tab = &mut self.tabs[browser][place];
        tab.current = self.random.below(tab.pages.len());
        self.note(browser, place, "goes back");
    }

    /// SEC-B5: the other browser opens what waits for this one, and logs in for it.
    async fn lend(&mut self, browser: usize, place: usize) {
        let other = 1 - browser;
        let theirs =
            self.requests.iter().filter(|asked| (asked.browser, asked.place) == (browser, place));
        let ids: Vec<_> = theirs.filter_map(|asked| asked.id.clone()).collect();
        if ids.is_empty() {
            return;
        }
        let id = self.random.one_of(&ids).clone();
        let client = self.random.below(2);
        let client = self.places.clients[place][client].client_id.clone();
        self.note(other, place, "opens what waits for the other browser");
        let path = match self.random.below(2) {
            0 => format!("/oauth/authorize?request_id={id}&client_id={client}"),
            _ => format!("/log-in?request={id}&client_id={client}&again=1"),
        };
        let page = self.tabs[other][place].browser.get(&path).await;
        self.settle(other, place, page, None).await;
    }

    /// With everything that this browser has here, at the other association.
    async fn stray(&mut self, browser: usize, place: usize) {
        self.note(browser, place, "strays to the other association");
        let tab = &self.tabs[browser][place];
        let mut stray = self.novi.browser_at(HOSTS[1 - place]);
        stray.cookies = tab.browser.cookies.clone();
        let sessions = self.novi.count("select count(*) from sessions").await;
        let page = tab.pages.get(tab.current).map(|(page, _)| page);
        let mut answer = match page {
            Some(page) if page.posts_to("/log-in") => {
                let member = &self.places.members[place][0];
                stray.sign_in_on(page, member).await
            }
            Some(page) if page.posts_to("/oauth/authorize") => {
                stray.fill(page, "/oauth/authorize", &[("answer", "share")]).await
            }
            _ => stray.get(&self.places.clients[place][0].authorize_url()).await,
        };
        for _ in 0..5 {
            self.check(answer.sent("code").is_none(), "a code of another association");
            match answer.location() {
                Some(to) if to.starts_with('/') => answer = stray.get(&to).await,
                _ => break,
            }
        }
        self.check(stray.get("/account").await.status != 200, "a session of another association");
        let after = self.novi.count("select count(*) from sessions").await;
        self.check(sessions == after, "a session was made or ended elsewhere");
    }

    /// Goes where an answer leads. `agreed` is the request that was just shared for.
    async fn settle(&mut self, browser: usize, place: usize, page: Page, agreed: Option<String>) {
        let (mut page, mut agreed) = (page, agreed);
        for _ in 0..10 {
            let Some(to) = page.location() else {
                let tab = &mut self.tabs[browser][place];
                tab.pages.push((page, tab.changes));
                tab.current = tab.pages.len() - 1;
                return;
            };
            if !to.starts_with('/') {
                return self.arrive(browser, place, &page, agreed.as_deref()).await;
            }
            agreed = None;
            page = self.tabs[browser][place].browser.get(&to).await;
        }
        self.check(false, "it goes round in circles");
    }

    /// At the client: with a code, with an error, or to begin anew.
    async fn arrive(&mut self, browser: usize, place: usize, page: &Page, agreed: Option<&str>) {
        let Some(state) = page.sent("state") else {
            return self.check(page.sent("code").is_none(), "a code without its state");
        };
        let number: usize = state.parse().unwrap();
        let asked = &self.requests[number];
        let client = &self.places.clients[place][asked.client];
        let to = page.location().unwrap();
        self.check(to.starts_with(&client.callback), "it is the registered URL");
        let issuer = format!("https://{}", HOSTS[place]);
        self.check(page.sent("iss") == Some(issuer), "it comes from where it was asked");
        self.check((asked.browser, asked.place) == (browser, place), "somebody else's request");
        self.check(!asked.is_answered, "a request is answered once");
        self.requests[number].is_answered = true;
        match page.sent("code") {
            Some(code) => self.bought(browser, place, number, &code, agreed).await,
            None => {
                self.seen.errors += 1;
                self.check(page.sent("error").is_some(), "an answer is a code or an error");
            }
        }
    }

    async fn bought(
        &mut self,
        browser: usize,
        place: usize,
        number: usize,
        code: &str,
        agreed: Option<&str>,
    ) {
        self.note(browser, place, format!("{number} has a code"));
        self.seen.codes += 1;
        let asked = &self.requests[number];
        let has = |word: &str| asked.prompt.split(' ').any(|it| it == word);
        let (member, since) = self.at(browser, place).member.unwrap_or((usize::MAX, 0));
        self.check(member < 2, "nobody is signed in");
        let entered = asked.has_entered;
        self.check(entered || !has("login"), "the password was asked for");
        let is_recent =
            asked.max_age.is_none_or(|longest| longest > 0 && self.now - since <= longest);
        self.check(entered || is_recent, "it is too long ago");
        self.check(entered || asked.has_chosen || !has("select_account"), "nobody chose a login");
        let knows = (place, asked.client, member);
        let must_agree = has("consent") || (asked.client == 1 && !self.shared.contains(&knows));
        let has_agreed = agreed.is_some() && agreed == asked.id.as_deref();
        self.check(has_agreed || !must_agree, "the member did not agree");
        if has_agreed {
            self.seen.shared += 1;
            self.shared.insert(knows);
        }

        let client = self.places.clients[place][self.requests[number].client].clone();
        let abroad = client.at(HOSTS[1 - place]).exchange(code).await;
        self.check(abroad.status == 401, "the other association knows neither client nor code");
        let tokens = client.exchange(code).await;
        self.check(tokens.status == 200, "a code buys tokens");
        let sub = claims(&tokens["id_token"])["sub"].clone();
        let expected = self.places.members[place][member].id.as_str();
        self.check(sub == expected, "the tokens are about whoever is signed in");
        self.check(client.exchange(code).await.status == 400, "once");
    }

    /// Who is signed in where, at the end: as the model has it.
    async fn look_around(&mut self) {
        for (browser, place) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let tab = &mut self.tabs[browser][place];
            let page = tab.browser.get("/account").await;
            let member = tab.member;
            self.note(browser, place, format!("looks, {} {member:?}", page.status));
            self.check((page.status == 200) == member.is_some(), "signed in or not");
            if let Some((member, _)) = member {
                let email = &self.places.members[place][member].email;
                self.check(page.body.contains(&**email), "as somebody else");
            }
        }
    }
}
