//! A community platform's side of the protocol, without a socket.

use std::ops::Index;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use novi_sso::clients;
use novi_sso::events::Actor;
use novi_sso::id::ClientId;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Browser, Member, Novi, Page};

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An SSO client, as its platform knows it.
#[derive(Clone)]
pub struct Platform {
    pub novi: Novi,
    pub host: &'static str,
    pub client_id: String,
    pub secret: String,
    pub callback: String,
}

/// An answer that software reads.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Index<&str> for Reply {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        &self.json[key]
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// A member of the answer that is text.
    pub fn text(&self, name: &str) -> &str {
        self[name].as_str().unwrap_or_else(|| panic!("no {name}: {} {}", self.status, self.json))
    }

    /// Status and error code.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status, self["error"].as_str().unwrap_or_default())
    }
}

impl Platform {
    /// The same platform, talking to another host.
    pub fn at(&self, host: &'static str) -> Self {
        Self { host, ..self.clone() }
    }

    /// The same platform, talking to another node.
    pub fn on(&self, node: &Novi) -> Self {
        Self { novi: node.clone(), ..self.clone() }
    }

    /// Scope `openid profile email`, state `st-1`, nonce `n-1`.
    pub fn authorize_url(&self) -> String {
        self.authorize_url_with(&[])
    }

    /// The usual request with these parameters instead; an empty value leaves one out.
    pub fn authorize_url_with(&self, changes: &[(&str, &str)]) -> String {
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.callback),
            ("scope", "openid profile email"),
            ("state", "st-1"),
            ("nonce", "n-1"),
        ];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        let pairs = kept.chain(changes).filter(|(_, value)| !value.is_empty());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("/oauth/authorize?{}", query.extend_pairs(pairs).finish())
    }

    /// The whole way through the browser: authorize, log in, and back with a code.
    pub async fn signs_in(&self, browser: &mut Browser, member: &Member) -> Page {
        self.signs_in_with(browser, member, &[]).await
    }

    pub async fn signs_in_with(
        &self,
        browser: &mut Browser,
        member: &Member,
        changes: &[(&str, &str)],
    ) -> Page {
        let mut page = browser.visit(&self.authorize_url_with(changes)).await;
        if page.status == 200 {
            page = browser.sign_in_on(&page, member).await;
        }
        while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
            page = browser.get(&to).await;
        }
        page
    }

    /// A code for a member, in a browser of their own.
    pub async fn code_for(&self, member: &Member) -> String {
        self.code_for_with(member, &[]).await
    }

    pub async fn code_for_with(&self, member: &Member, changes: &[(&str, &str)]) -> String {
        let mut browser = self.novi.browser_at(self.host);
        let page = self.signs_in_with(&mut browser, member, changes).await;
        page.sent("code")
            .unwrap_or_else(|| panic!("{} {:?} {}", page.status, page.location(), page.body))
    }

    /// By post body, as Mobilize does.
    pub async fn exchange(&self, code: &str) -> Reply {
        self.token(&[("code", code)]).await
    }

    /// The usual token request with these fields added or instead; an empty value leaves one out.
    pub async fn token(&self, changes: &[(&str, &str)]) -> Reply {
        let usual = [
            ("grant_type", "authorization_code"),
            ("redirect_uri", &self.callback),
            ("client_id", &self.client_id),
            ("client_secret", &self.secret),
        ];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        let pairs: Vec<_> =
            kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect();
        self.post_token(&pairs, None).await
    }

    /// With Basic: `id` and `secret` as they go into the header.
    pub async fn exchange_by_basic(&self, code: &str, id: &str, secret: &str) -> Reply {
        let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        let form = [
            ("grant_type", "authorization_code"),
            ("redirect_uri", &*self.callback),
            ("code", code),
        ];
        self.post_token(&form, Some(&basic)).await
    }

    pub async fn post_token(&self, form: &[(&str, &str)], authorization: Option<&str>) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::post("/oauth/token")
            .header(header::HOST, self.host)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// GET with a bearer token.
    pub async fn userinfo(&self, access_token: &str) -> Reply {
        let request = Request::get("/oauth/userinfo")
            .header(header::HOST, self.host)
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
            .body(Body::empty());
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        let request = Request::get(path).header(header::HOST, self.host).body(Body::empty());
        self.send(request.unwrap()).await
    }

    /// Any body with any headers, for what the other methods are too polite to send.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = Request::post(path).header(header::HOST, self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn jwks(&self) -> Value {
        self.get("/oauth/jwks").await.json
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.novi.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    pub fn id(&self) -> ClientId {
        self.client_id.parse().unwrap()
    }

    /// What a member's sign-in with these scopes buys.
    pub async fn tokens_for(&self, member: &Member, scope: &str) -> Reply {
        self.tokens_for_with(member, &[("scope", scope)]).await
    }

    /// With PKCE, where the client is a public one.
    pub async fn tokens_for_with(&self, member: &Member, changes: &[(&str, &str)]) -> Reply {
        let mut asked = changes.to_vec();
        if self.secret.is_empty() {
            asked.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
        }
        let code = self.code_for_with(member, &asked).await;
        let verifier = if self.secret.is_empty() { VERIFIER } else { "" };
        let bought = self.token(&[("code", &code), ("code_verifier", verifier)]).await;
        assert_eq!(bought.status, 200, "{}", bought.json);
        bought
    }

    pub async fn refresh(&self, refresh_token: &str) -> Reply {
        self.refresh_with(refresh_token, &[]).await
    }

    pub async fn refresh_with(&self, refresh_token: &str, changes: &[(&str, &str)]) -> Reply {
        let usual = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.post_form("/oauth/token", &usual, changes).await
    }

    pub async fn revoke(&self, token: &str) -> Reply {
        self.post_form("/oauth/revoke", &[("token", token)], &[]).await
    }

    pub async fn introspect(&self, token: &str) -> Reply {
        self.post_form("/oauth/introspect", &[("token", token)], &[]).await
    }

    /// An access token for the client itself.
    pub async fn acts_for_itself(&self, changes: &[(&str, &str)]) -> Reply {
        self.post_form("/oauth/token", &[("grant_type", "client_credentials")], changes).await
    }

    /// Pushes the usual authorization request with these parameters instead.
    pub async fn push(&self, changes: &[(&str, &str)]) -> Reply {
        let url = self.authorize_url_with(changes);
        let query = url.split_once('?').unwrap().1;
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        let pairs: Vec<_> = pairs.filter(|(name, _)| name != "client_id").collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.post_form("/oauth/par", &pairs, &[]).await
    }

    /// A form of a client that authenticates by post body, with these fields added or instead; an
    /// empty value leaves one out.
    pub async fn post_form(
        &self,
        path: &str,
        usual: &[(&str, &str)],
        changes: &[(&str, &str)],
    ) -> Reply {
        let own = [("client_id", &*self.client_id), ("client_secret", &*self.secret)];
        let kept = usual.iter().chain(&own);
        let kept = kept.filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        let pairs = kept.chain(changes).filter(|(_, value)| !value.is_empty());
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        self.post(path, &form, &body).await
    }
    /// The whole way, of a member who agrees where the client asks.
    pub async fn signs_in_agreeing(
        &self,
        browser: &mut Browser,
        member: &Member,
        changes: &[(&str, &str)],
    ) -> Page {
        let mut page = browser.visit(&self.authorize_url_with(changes)).await;
        for _ in 0..2 {
            if page.field("password").is_some() {
                page = browser.sign_in_on(&page, member).await;
            } else if page.posts_to("/oauth/authorize") {
                page = browser.fill(&page, "/oauth/authorize", &[("answer", "share")]).await;
            }
            while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
                page = browser.get(&to).await;
            }
        }
        page
    }

    /// Changes its settings, as an admin does.
    pub async fn change(&self, change: impl FnOnce(&mut clients::Settings)) {
        let site = self.novi.site(self.host).await;
        let id: ClientId = self.client_id.parse().unwrap();
        let kept = clients::load(&site, &id).await.unwrap().unwrap();
        let mut after = kept.settings.clone();
        change(&mut after);
        let (version, actor) = (kept.version, Actor::CommandLine);
        let changed = clients::change(&site, &id, version, &kept.settings, &after, &actor).await;
        assert_eq!(changed.unwrap(), Ok(()));
    }
}
