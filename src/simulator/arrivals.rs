//! Pages of a stand-in community that show what group sync brought: groups, their members, and what still waits.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::REFRESH;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

use super::api::{Api, GroupLine, MemberLine, Platform};
use super::community::Community;
use super::pages::{self, Look};

pub const GROUPS: &str = "/groups";
/// Admin > Settings > Sync External Database.
pub const PENDING: &str = "/admin/settings/sync-external-database";

/// In a header and not in the page: who reads slowly can ask for a page that holds still.
const SOON: (axum::http::HeaderName, &str) = (REFRESH, "2");

/// Whether the page looks again by itself.
#[derive(Clone, Copy)]
enum Again {
    Soon,
    Never,
}

#[derive(Template)]
#[template(path = "simulator/groups.html")]
struct Groups<'a> {
    look: Look<'a>,
    groups: &'a [GroupLine],
    again: Again,
}

#[derive(Template)]
#[template(path = "simulator/group.html")]
struct Group<'a> {
    look: Look<'a>,
    group: &'a GroupLine,
    members: &'a [MemberLine],
    again: Again,
}

#[derive(Template)]
#[template(path = "simulator/pending.html")]
struct Pending<'a> {
    look: Look<'a>,
    pending: usize,
    again: Again,
}

/// A community and its platform's API: the pages show what the API was told.
struct Shown<P>(Arc<Community>, Api<P>);

impl<P> Clone for Shown<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), self.1.clone())
    }
}

/// The pages, and the API itself on the same origin.
pub fn router<P: Platform>(community: Arc<Community>, api: &Api<P>) -> Router {
    let mut pages =
        Router::new().route(GROUPS, get(groups::<P>)).route("/groups/{id}", get(group::<P>));
    if api.pending_shown().is_some() {
        pages = pages.route(PENDING, get(pending::<P>));
    }
    pages.with_state(Shown(community, api.clone())).merge(api.router())
}

async fn groups<P: Platform>(
    State(Shown(community, api)): State<Shown<P>>,
    RawQuery(query): RawQuery,
) -> Response {
    let again = Again::asked(query.as_deref());
    let groups = &api.groups_shown();
    again.answer(&Groups { look: community.look(), groups, again })
}

async fn group<P: Platform>(
    State(Shown(community, api)): State<Shown<P>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let again = Again::asked(query.as_deref());
    match api.groups_shown().iter().find(|group| group.id == id) {
        None => Redirect::to(GROUPS).into_response(),
        Some(group) => {
            let members = &api.members_shown(&id);
            again.answer(&Group { look: community.look(), group, members, again })
        }
    }
}

async fn pending<P: Platform>(
    State(Shown(community, api)): State<Shown<P>>,
    RawQuery(query): RawQuery,
) -> Response {
    let again = Again::asked(query.as_deref());
    let pending = api.pending_shown().unwrap_or(0);
    again.answer(&Pending { look: community.look(), pending, again })
}

impl Again {
    fn asked(query: Option<&str>) -> Self {
        match query {
            Some("still") => Self::Never,
            _ => Self::Soon,
        }
    }

    fn answer(self, page: &impl Template) -> Response {
        let answer = pages::answer(StatusCode::OK, page);
        match self {
            Self::Soon => ([SOON], answer).into_response(),
            Self::Never => answer,
        }
    }
}

impl GroupLine {
    fn count(&self) -> String {
        match self.members {
            1 => "1 member".to_owned(),
            count => format!("{count} members"),
        }
    }
}

impl MemberLine {
    fn shown_name(&self) -> &str {
        if self.name.is_empty() { "No name" } else { &self.name }
    }
}
