//! A browser: cookies per host, and it follows redirects from site to site.

use std::collections::HashMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use tower::ServiceExt as _;
use url::Url;

pub struct Browser {
    /// By host.
    sites: HashMap<String, Router>,
    /// By host, then by name.
    cookies: HashMap<String, HashMap<String, String>>,
}

/// Where the browser stands at the end.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// Every address on the way, the last one included.
    pub visited: Vec<String>,
}

impl Browser {
    pub fn new<const N: usize>(sites: [(&str, Router); N]) -> Self {
        let sites = sites.map(|(origin, router)| (host(origin), router));
        Self { sites: HashMap::from(sites), cookies: HashMap::new() }
    }

    pub async fn get(&mut self, url: &str) -> Page {
        self.follow(Method::GET, url, None).await
    }

    /// Sends an empty form from a page of `origin`.
    pub async fn post(&mut self, url: &str, origin: &str) -> Page {
        self.follow(Method::POST, url, Some(origin)).await
    }

    pub fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    async fn follow(&mut self, mut method: Method, url: &str, origin: Option<&str>) -> Page {
        let (mut url, mut visited) = (url.to_owned(), Vec::new());
        loop {
            visited.push(url.clone());
            assert!(visited.len() < 20, "{visited:#?}");
            let (status, headers, body) = self.ask(&method, &url, origin).await;
            let Some(location) = headers.get(LOCATION) else {
                return Page { status, headers, body, visited };
            };
            url = Url::parse(&url).unwrap().join(location.to_str().unwrap()).unwrap().to_string();
            method = Method::GET;
        }
    }

    async fn ask(
        &mut self,
        method: &Method,
        url: &str,
        origin: Option<&str>,
    ) -> (StatusCode, HeaderMap, String) {
        let host = host(url);
        let parsed = Url::parse(url).unwrap();
        let path = &parsed[url::Position::BeforePath..url::Position::AfterQuery];
        let cookies = self.cookies.entry(host.clone()).or_default();
        let line: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header(HOST, &host);
        request = request.header(COOKIE, line.join("; "));
        if let Some(origin) = origin.filter(|_| method == Method::POST) {
            request = request.header(ORIGIN, origin);
        }
        let site = self.sites[&host].clone();
        let response = site.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }
}

fn host(url: &str) -> String {
    Url::parse(url).unwrap().host_str().unwrap().to_owned()
}
