//! The stand-ins' pages. They show foreign products, so their words stand in the templates and not in our catalogue.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;

use super::claims::{Claim, Claims};
use super::refusal::Refusal;

/// What every page shows of its community.
pub struct Look<'a> {
    pub name: &'a str,
    pub theme: &'static str,
    pub platform: &'static str,
    pub association: &'a str,
    pub links: &'static [(&'static str, &'static str)],
}

#[derive(Template)]
#[template(path = "simulator/mobilize.html")]
pub struct Mobilize<'a> {
    pub look: Look<'a>,
    pub start: &'static str,
    pub button_label: &'a str,
}

#[derive(Template)]
#[template(path = "simulator/higher_logic.html")]
pub struct HigherLogic<'a> {
    pub look: Look<'a>,
    pub start: &'static str,
    pub button_label: &'a str,
}

#[derive(Template)]
#[template(path = "simulator/signed_in.html")]
struct SignedIn<'a> {
    look: Look<'a>,
    greeting: &'a str,
    facts: Vec<(&'static str, &'a str)>,
    claims: &'a [Claim],
    log_out: &'static str,
}

#[derive(Template)]
#[template(path = "simulator/refused.html")]
struct Refused<'a> {
    look: Look<'a>,
    refusal: &'a Refusal,
}

/// `facts` are the profile's fields and the claims that fill them; a field without a claim stays away.
pub fn signed_in(
    look: Look<'_>,
    facts: &[(&'static str, &str)],
    claims: &Claims,
    log_out: &'static str,
) -> Response {
    let greeting = claims.text("given_name").or(claims.text("name")).unwrap_or("member");
    let facts =
        facts.iter().filter_map(|(label, claim)| Some((*label, claims.text(claim)?))).collect();
    answer(StatusCode::OK, &SignedIn { look, greeting, facts, claims: claims.all(), log_out })
}

pub fn refused(look: Look<'_>, refusal: &Refusal) -> Response {
    answer(StatusCode::BAD_REQUEST, &Refused { look, refusal })
}

/// No `form-action` here: Chromium would apply it to the redirects to the provider as well.
pub fn answer(status: StatusCode, page: &impl Template) -> Response {
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    match page.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The stylesheet and the mark, the same for all stand-ins; the theme is a class of the page.
pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    const STYLE: &str = include_str!("../../templates/simulator/community.css");
    const MARK: &str = include_str!("../../templates/simulator/mark.svg");
    Router::new()
        .route("/assets/community.css", get(([(CONTENT_TYPE, "text/css")], STYLE)))
        .route("/assets/mark.svg", get(([(CONTENT_TYPE, "image/svg+xml")], MARK)))
}
