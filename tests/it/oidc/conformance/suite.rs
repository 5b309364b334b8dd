//! The suite's relying party, and the person at its browser.

use novi_sso::clients::TokenAuthMethod;
use novi_sso::token::random_text;
use serde_json::Value;

use super::checks;
use crate::support::{Browser, HOME, Member, Novi, Page, Platform, Reply, everything};

/// Where the answer of the authorization endpoint stands. `FormPost` makes a module one of the plan
/// "formpost"; without a `response_mode` it is one of "basic".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Query,
    FormPost,
}

/// How the relying party proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Basic,
    Post,
}

/// A page that the person had to do something on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    LogIn,
    /// Of the authorization endpoint: consent, or the choice of an account.
    Question,
}

pub type Params = Vec<(String, String)>;

pub struct Suite {
    pub novi: Novi,
    pub client: Platform,
    pub member: Member,
    pub browser: Browser,
    pub mode: Mode,
    pub proof: Proof,
    /// The discovery document. Endpoints are found here and nowhere else.
    pub op: Value,
}

/// What came to the redirect URL.
pub struct Arrival {
    pub request: Params,
    pub params: Params,
    pub seen: Vec<Seen>,
}

/// What the relying party has after the happy flow. Every check that is common to all modules has passed.
pub struct SignedIn {
    pub seen: Vec<Seen>,
    pub code: String,
    /// The token response.
    pub tokens: Value,
    /// The claims of the ID token.
    pub claims: Value,
}

impl SignedIn {
    pub fn access_token(&self) -> &str {
        self.tokens["access_token"].as_str().unwrap()
    }

    pub fn id_token(&self) -> &str {
        self.tokens["id_token"].as_str().unwrap()
    }
}

/// Runs a module once for each of the plans "basic" and "formpost".
pub async fn in_both_modes(module: impl AsyncFn(Suite)) {
    for mode in [Mode::Query, Mode::FormPost] {
        module(Suite::start(mode).await).await;
    }
}

impl Suite {
    /// A provider of its own, somebody with a login, and nobody signed in.
    pub async fn start(mode: Mode) -> Self {
        let novi = Novi::start().await;
        let client = novi.client("Suite").await;
        let member = novi.member_at(HOME, "Ann", everything).await;
        Self::of(novi, client, member, mode).await
    }

    pub async fn of(novi: Novi, client: Platform, member: Member, mode: Mode) -> Self {
        let browser = novi.browser_at(client.host);
        let op = client.get("/.well-known/openid-configuration").await.json;
        Self { novi, client, member, browser, mode, proof: Proof::Basic, op }
    }

    pub fn now(&self) -> i64 {
        self.novi.clock.now().unix_seconds()
    }

    /// The path of an endpoint that discovery names.
    pub fn endpoint(&self, name: &str) -> String {
        let url = self.op[name].as_str().unwrap_or_else(|| panic!("discovery lists no {name}"));
        let path = url.strip_prefix(self.op["issuer"].as_str().unwrap());
        path.unwrap_or_else(|| panic!("{name} is elsewhere: {url}")).to_owned()
    }

    /// Whether discovery lists a value under a name.
    pub fn lists(&self, name: &str, value: &str) -> bool {
        self.op[name].as_array().is_some_and(|values| values.iter().any(|listed| listed == value))
    }

    /// The suite's usual request with these parameters added or instead; an empty value leaves one out.
    pub fn request(&self, changes: &[(&str, &str)]) -> Params {
        let (state, nonce) = (random_text(), random_text());
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client.client_id),
            ("redirect_uri", &self.client.callback),
            ("scope", "openid"),
            ("state", &state),
            ("nonce", &nonce),
            ("response_mode", if self.mode == Mode::FormPost { "form_post" } else { "" }),
        ];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        let pairs = kept.chain(changes).filter(|(_, value)| !value.is_empty());
        pairs.map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    pub fn authorize_url(&self, request: &Params) -> String {
        format!("{}?{}", self.endpoint("authorization_endpoint"), encoded(request))
    }

    /// Sends the person there, and brings what arrives. Err is a page that leads nowhere.
    pub async fn sends(&mut self, request: Params) -> Result<Arrival, Page> {
        let page = self.browser.get(&self.authorize_url(&request)).await;
        self.goes_on(request, page).await
    }

    /// The same by a form on the relying party's own page: from another site, so without cookies.
    pub async fn sends_by_post(&mut self, request: Params) -> Result<Arrival, Page> {
        let fields: Vec<_> = request.iter().map(|(name, value)| (&**name, &**value)).collect();
        let foreign = [("origin", "https://acme.mobilize.io"), ("sec-fetch-site", "cross-site")];
        let mut bare = Browser::new(self.novi.router.clone(), self.client.host);
        let to = self.endpoint("authorization_endpoint");
        let page = bare.post_from(&to, &fields, &foreign).await;
        self.goes_on(request, page).await
    }

    /// The person does what the pages ask for, until the relying party has an answer.
    async fn goes_on(&mut self, request: Params, mut page: Page) -> Result<Arrival, Page> {
        let mut seen = Vec::new();
        for _ in 0..20 {
            if let Some(params) = self.received(&page) {
                let arrival = Arrival { request, params, seen };
                arrival.check(&self.op);
                return Ok(arrival);
            }
            if let Some(to) = page.location() {
                assert!(to.starts_with('/'), "sent to a stranger: {to}");
                page = self.browser.get(&to).await;
            } else if page.posts_to("/log-in") {
                seen.push(Seen::LogIn);
                page = self.browser.sign_in_on(&page, &self.member).await;
            } else if page.posts_to("/oauth/authorize") {
                seen.push(Seen::Question);
                let answer =
                    if page.body.contains("value=\"share\"") { "share" } else { "continue" };
                page = self.browser.fill(&page, "/oauth/authorize", &[("answer", answer)]).await;
            } else {
                return Err(page);
            }
        }
        panic!("walks in a circle: {seen:?}");
    }

    /// The parameters that this page brings to the redirect URL, if it is on its way there.
    fn received(&self, page: &Page) -> Option<Params> {
        let callback = &*self.client.callback;
        match self.mode {
            Mode::Query => {
                let location = page.location().filter(|to| to.starts_with(callback))?;
                let query = location[callback.len()..].strip_prefix(['?', '&']).unwrap_or_default();
                Some(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
            }
            Mode::FormPost => {
                if let Some(to) = page.location() {
                    assert!(!to.starts_with(callback), "not by form_post: {to}");
                    return None;
                }
                let fields = page.posts_to(callback).then(|| page.form(callback))?;
                checks::form_post_page(page, callback);
                Some(fields)
            }
        }
    }

    /// Authorization that must succeed.
    pub async fn authorizes(&mut self, changes: &[(&str, &str)]) -> Arrival {
        let request = self.request(changes);
        arrived(self.sends(request).await)
    }

    /// The happy flow: authorization, token, all checks, userinfo.
    pub async fn signs_in(&mut self, changes: &[(&str, &str)]) -> SignedIn {
        let arrival = self.authorizes(changes).await;
        self.redeems(arrival, &[]).await
    }

    /// A code becomes tokens, and they are looked at from all sides.
    pub async fn redeems(&self, arrival: Arrival, fields: &[(&str, &str)]) -> SignedIn {
        let code = arrival.code().to_owned();
        let reply = self.redeems_code(&code, fields).await;
        checks::token_response(&reply);
        let asked = arrival.asked("scope").unwrap_or_default();
        if let Some(granted) = reply["scope"].as_str() {
            assert_eq!(checks::words(granted), checks::words(asked), "granted what was asked for");
        }
        let claims = self.checks_id_token(&reply.json, arrival.asked("nonce"), asked).await;
        let signed_in = SignedIn { seen: arrival.seen, code, tokens: reply.json, claims };
        let userinfo = self.userinfo(signed_in.access_token()).await;
        assert_eq!(userinfo["sub"], signed_in.claims["sub"], "the sub of the ID token");
        signed_in
    }

    pub async fn redeems_code(&self, code: &str, fields: &[(&str, &str)]) -> Reply {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.client.callback),
        ];
        self.asks_for_tokens(&[&usual, fields].concat()).await
    }

    /// A token request of the client, with its proof.
    pub async fn asks_for_tokens(&self, fields: &[(&str, &str)]) -> Reply {
        let (id, secret) = (&*self.client.client_id, &*self.client.secret);
        let mut form: Params = owned(fields);
        let basic = match self.proof {
            Proof::Basic => Some(checks::basic(id, secret)),
            Proof::Post => {
                form.extend(owned(&[("client_id", id), ("client_secret", secret)]));
                None
            }
        };
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(basic.as_deref().map(|basic| ("authorization", basic)));
        self.client.post(&self.endpoint("token_endpoint"), &headers, &encoded(&form)).await
    }

    /// By GET with a bearer header; it must answer.
    pub async fn userinfo(&self, access_token: &str) -> Value {
        let reply = self.userinfo_reply(access_token).await;
        checks::userinfo_response(&reply);
        reply.json
    }

    pub async fn userinfo_reply(&self, access_token: &str) -> Reply {
        assert_eq!(self.endpoint("userinfo_endpoint"), "/oauth/userinfo");
        self.client.userinfo(access_token).await
    }

    pub async fn jwks(&self) -> Value {
        self.client.get(&self.endpoint("jwks_uri")).await.json
    }

    /// The ID token of a token response, with every check of the suite.
    pub async fn checks_id_token(&self, tokens: &Value, nonce: Option<&str>, scope: &str) -> Value {
        let expected = checks::Expected {
            issuer: self.op["issuer"].as_str().unwrap(),
            client_id: &self.client.client_id,
            nonce,
            scope,
            now: self.now(),
        };
        checks::id_token(tokens, &self.jwks().await, &self.op, &expected)
    }

    /// The suite's second client, with a browser of its own for the same person.
    pub async fn second(&self) -> Suite {
        let method = TokenAuthMethod::Secret;
        let url = "https://second.mobilize.io/users/auth/openidconnect/callback";
        let client = self.novi.client_at(self.client.host, "Second", &[url], method).await;
        Suite::of(self.novi.clone(), client, self.member.clone(), self.mode).await
    }

    /// With `prompt=none`: nobody is signed in here any more, and the relying party is told so.
    pub async fn is_signed_out(&mut self) {
        let arrival = self.authorizes(&[("prompt", "none")]).await;
        checks::asks_for_a_person(&arrival);
    }
}

impl Drop for Suite {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the suite was at {:?}", self.mode);
        }
    }
}

impl Arrival {
    pub fn asked(&self, name: &str) -> Option<&str> {
        value(&self.request, name)
    }

    pub fn got(&self, name: &str) -> Option<&str> {
        value(&self.params, name)
    }

    pub fn code(&self) -> &str {
        self.got("code").unwrap_or_else(|| panic!("no code: {:?}", self.params))
    }

    pub fn error(&self) -> &str {
        self.got("error").unwrap_or_else(|| panic!("no error: {:?}", self.params))
    }

    /// State and issuer, nothing unknown, nothing twice, and either a code or a readable error.
    fn check(&self, op: &Value) {
        let names: Vec<_> = self.params.iter().map(|(name, _)| &**name).collect();
        for (place, name) in names.iter().enumerate() {
            assert!(!names[..place].contains(name), "{name} came twice");
        }
        assert_eq!(self.got("state"), self.asked("state"), "as it was sent");
        assert_eq!(self.got("iss"), op["issuer"].as_str(), "RFC 9207");
        let known: &[&str] = if self.got("error").is_some() {
            checks::readable(self.got("error_description"));
            &["error", "error_description", "error_uri", "state", "iss"]
        } else {
            checks::unguessable(self.code());
            &["code", "state", "iss"]
        };
        assert!(names.iter().all(|name| known.contains(name)), "unexpected: {names:?}");
    }
}

pub fn arrived(outcome: Result<Arrival, Page>) -> Arrival {
    outcome.unwrap_or_else(|page| panic!("nothing arrived: {} {}", page.status, page.text()))
}

/// A page of our own that says what is wrong: nothing arrives, nobody is sent anywhere.
pub fn stayed(outcome: Result<Arrival, Page>) -> Page {
    match outcome {
        Ok(arrival) => panic!("arrived: {:?}", arrival.params),
        Err(page) => {
            assert_eq!((page.status, page.location()), (400, None), "{}", page.text());
            page
        }
    }
}

/// A state of 128 characters, to see that none is lost.
pub fn long_state() -> String {
    let text = [random_text(), random_text(), random_text()].concat();
    text[..128].to_owned()
}

pub fn encoded(params: &Params) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

pub fn owned(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn value<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    params.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
}
