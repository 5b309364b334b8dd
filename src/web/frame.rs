//! Around every answer: the association is found, errors become pages, and the headers are set.

use askama::Template as _;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Error;
use super::locale::Locale;
use super::page::{Brand, Here, Page, html};
use super::views::ErrorPage;
use crate::app::App;
use crate::associations::Site;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Nobody is served under a host that is not ours: 421, whatever the path. Static files are the same
/// for all hosts, and the page that says so is made of them.
pub async fn frame(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).cloned();
    let zone = Zone::of(parts.uri.path());
    let site = match Site::from_request_parts(&mut parts, &app).await {
        Ok(site) => Some(site),
        Err(_) if parts.uri.path().starts_with("/sso-assets/") => None,
        Err(error) => return finished(page_of(error, None, accepted.as_ref()), None, zone),
    };
    let response = next.run(Request::from_parts(parts, body)).await;
    let response = match response.extensions().get::<Error>().cloned() {
        Some(error) => {
            let mut page = page_of(error, site.as_ref(), accepted.as_ref());
            for name in [header::ALLOW, header::RETRY_AFTER] {
                if let Some(value) = response.headers().get(&name) {
                    page.headers_mut().insert(name, value.clone());
                }
            }
            page
        }
        None => response,
    };
    finished(response, site.as_ref(), zone)
}

/// The headers for an answer that belongs to no association: health, readiness.
pub async fn bare(request: Request, next: Next) -> Response {
    let zone = Zone::of(request.uri().path());
    finished(next.run(request).await, None, zone)
}

fn page_of(error: Error, site: Option<&Site>, accepted: Option<&HeaderValue>) -> Response {
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    let locale = accepted.map_or_else(Locale::english, Locale::preferred);
    let raised = &error.0;
    let mut page = match site {
        Some(site) => Page::bare(site, locale),
        None => Page { locale, ..Page::homeless(Brand::none()) },
    };
    page.viewer = raised.viewer.clone();
    page.here = Here::Elsewhere;
    let view = ErrorPage {
        page,
        problem: raised.problem.clone(),
        reference: raised.reference.clone(),
        way_back: raised.way_back.clone(),
    };
    let mut response = match view.render() {
        Ok(body) => (raised.status, html(body)).into_response(),
        Err(_) => raised.status.into_response(),
    };
    if raised.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("3"));
    }
    response
}

/// Which part of the site an answer belongs to, as far as headers differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// /admin and /account: no other window may hold a handle on them.
    Inside,
    /// Read by software and browsers of other origins.
    Shared,
    Door,
}

impl Zone {
    fn of(path: &str) -> Self {
        if path.starts_with("/admin") || path.starts_with("/account") {
            Self::Inside
        } else if path.starts_with("/.well-known/")
            || path.starts_with("/oauth/jwks")
            || path.starts_with("/sso-assets/")
        {
            Self::Shared
        } else {
            Self::Door
        }
    }
}

/// One set for every answer, 404 and 413 among them (SECURITY.md 4.2 with 0.0).
fn finished(mut response: Response, site: Option<&Site>, zone: Zone) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    // `no-referrer` would make our own forms post `Origin: null`.
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    let shared = if zone == Zone::Shared { "cross-origin" } else { "same-origin" };
    set(HeaderName::from_static("cross-origin-resource-policy"), shared);
    if zone == Zone::Inside {
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    if site.is_some_and(|site| site.association.issuer.is_https()) {
        // Without includeSubDomains: the other hosts of the domain are not ours.
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    response
}

/// For forms whose answer leads to a client: Chromium applies `form-action` to the whole redirect
/// chain, the client's own redirects included.
pub fn leading_out(site: &Site, mut response: Response) -> Response {
    let out = if site.association.issuer.is_loopback() {
        " https: http://localhost:* http://127.0.0.1:*"
    } else {
        " https:"
    };
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}{out}")) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
