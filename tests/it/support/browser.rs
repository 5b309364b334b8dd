//! A browser without a socket: keeps cookies, sends what browsers send, follows what it is told to.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use tower::ServiceExt as _;

use super::Member;

pub struct Browser {
    router: Router,
    host: String,
    pub cookies: BTreeMap<String, String>,
    /// Sent along with every request.
    pub headers: Vec<(String, String)>,
}

/// What came back.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(router: Router, host: &str) -> Self {
        Self { router, host: host.to_owned(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, None, &[]).await
    }

    /// Follows redirects within the site, at most ten.
    pub async fn visit(&mut self, path: &str) -> Page {
        let mut page = self.get(path).await;
        for _ in 0..10 {
            match page.location() {
                Some(to) if to.starts_with('/') => page = self.get(&to).await,
                _ => break,
            }
        }
        page
    }

    /// Posts a form as our own page would: same origin.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.origin();
        let headers = [("origin", &*origin), ("sec-fetch-site", "same-origin")];
        self.send("POST", path, Some(fields), &headers).await
    }

    fn origin(&self) -> String {
        let local = ["127.0.0.1", "localhost", "[::1]"];
        let is_local = local.iter().any(|name| self.host.starts_with(name));
        format!("{}://{}", if is_local { "http" } else { "https" }, self.host)
    }

    /// Posts a form with nothing that says where it comes from.
    pub async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send("POST", path, Some(fields), &[]).await
    }

    /// Posts a form with these headers.
    pub async fn post_from(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        self.send("POST", path, Some(fields), headers).await
    }

    /// Fetches a page and posts its form to `path`, with the hidden fields it holds and these.
    pub async fn submit(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut all: Vec<(String, String)> = page.hidden_fields();
        all.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
        all.extend(fields.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        let borrowed: Vec<_> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.post(path, &borrowed).await
    }

    /// Opens the log-in page and signs in; answers what the form answered.
    pub async fn sign_in(&mut self, member: &Member) -> Page {
        let page = self.get("/log-in").await;
        self.sign_in_on(&page, member).await
    }

    pub async fn sign_in_on(&mut self, page: &Page, member: &Member) -> Page {
        let fields = [("email", &*member.email), ("password", &*member.password)];
        self.submit(page, "/log-in", &fields).await
    }

    /// Fills in the form that posts to `action`: what the page has in its fields, with these instead.
    /// An untouched field is sent as it stands, as browsers do; the button pressed is one of `fields`.
    pub async fn fill(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let mut all = page.form(action);
        all.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
        all.extend(fields.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        let borrowed: Vec<_> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.post(action, &borrowed).await
    }

    /// Any method, with an empty body.
    pub async fn request(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Page {
        self.send(method, path, None, headers).await
    }

    async fn send(
        &mut self,
        method: &str,
        path: &str,
        form: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, &self.host);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        let body = match form {
            Some(fields) => {
                let kind = "application/x-www-form-urlencoded";
                request = request.header(header::CONTENT_TYPE, kind);
                let mut encoded = url::form_urlencoded::Serializer::new(String::new());
                Body::from(encoded.extend_pairs(fields).finish())
            }
            None => Body::empty(),
        };
        let page = Page::of(&self.router, request.body(body).unwrap()).await;
        for cookie in page.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        page
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        if rest.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub fn is_signed_in(&self) -> bool {
        self.cookies.keys().any(|name| name.ends_with("novi_sid"))
    }

    /// The session cookie's value.
    pub fn session(&self) -> Option<&str> {
        let mut cookies = self.cookies.iter();
        cookies.find(|(name, _)| name.ends_with("novi_sid")).map(|(_, value)| &**value)
    }

    /// Presses a button of a page on the way to a client: `share`, `no`, `continue` or `switch`.
    pub async fn answer(&mut self, page: &Page, answer: &str) -> Page {
        self.fill(page, "/oauth/authorize", &[("answer", answer)]).await
    }
}

impl Page {
    /// The answer to a request that no browser would send.
    pub async fn of(router: &Router, request: Request<Body>) -> Self {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub fn location(&self) -> Option<String> {
        self.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned())
    }

    /// A parameter of the query in `Location`.
    pub fn sent(&self, name: &str) -> Option<String> {
        let location = self.location()?;
        let (_, query) = location.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// The value of the first `<input name="…">`.
    pub fn field(&self, name: &str) -> Option<String> {
        let tags = self.body.split("<input").skip(1).filter_map(|tag| tag.split('>').next());
        let mut found = tags.filter(|tag| attribute(tag, "name").as_deref() == Some(name));
        found.next().map(|tag| attribute(tag, "value").unwrap_or_default())
    }

    pub fn form_token(&self) -> String {
        self.field("form_token").expect("a form with a token")
    }

    /// The fields of the form that posts to `action`, as they stand on the page.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let form = self.form_to(action);
        let form = form.unwrap_or_else(|| panic!("no form posts to {action}: {}", self.body));
        let mut fields = Vec::new();
        for (at, _) in form.match_indices("<input").chain(form.match_indices("<textarea")) {
            let (tag, rest) = form[at..].split_once('>').unwrap();
            let Some(name) = attribute(tag, "name") else { continue };
            let is_choice = ["radio", "checkbox"].map(|kind| format!(" type=\"{kind}\""));
            if is_choice.iter().any(|kind| tag.contains(kind)) && !tag.contains(" checked") {
                continue;
            }
            let value = if tag.starts_with("<textarea") {
                unescaped(rest.split("</textarea>").next().unwrap())
            } else {
                attribute(tag, "value").unwrap_or_default()
            };
            fields.push((name, value));
        }
        fields
    }

    pub fn posts_to(&self, action: &str) -> bool {
        self.form_to(action).is_some()
    }

    fn form_to(&self, action: &str) -> Option<&str> {
        let forms =
            self.body.split("<form").skip(1).filter_map(|form| form.split("</form>").next());
        let posts_there = |form: &&str| {
            let tag = form.split('>').next().unwrap_or_default();
            let found = attribute(tag, "action").unwrap_or_default();
            found.split('#').next() == Some(action)
        };
        { forms }.find(posts_there)
    }

    /// What a person reads: the page without its tags.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for piece in self.body.split('<') {
            text.push_str(piece.split_once('>').map_or(piece, |(_, words)| words));
        }
        let words: Vec<_> = text.split_whitespace().collect();
        unescaped(&words.join(" "))
    }

    fn hidden_fields(&self) -> Vec<(String, String)> {
        let tags = self.body.split("<input").skip(1).filter_map(|tag| tag.split('>').next());
        let hidden = tags.filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        let mut found: Vec<(String, String)> = Vec::new();
        for tag in hidden {
            let name = attribute(tag, "name").unwrap_or_default();
            if found.iter().all(|(known, _)| *known != name) {
                found.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        }
        found
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&#60;", "<")
        .replace("&gt;", ">")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
