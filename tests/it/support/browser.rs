//! A browser without a socket: keeps cookies, sends what browsers send, follows what it is told to.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};

use super::{Member, Page};

pub struct Browser {
    router: Router,
    host: String,
    pub cookies: BTreeMap<String, String>,
    /// Sent along with every request.
    pub headers: Vec<(String, String)>,
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
