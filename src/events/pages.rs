//! Events, as an admin sees them: the log, by whom and about what, and as a file.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::views::List;
use super::words::{Line, lines};
use super::{Cursor, Filter, Topic, cursor, page, told};
use crate::associations::Site;
use crate::clients;
use crate::groups::{self, membership};
use crate::id::EventId;
use crate::sessions::Admin;
use crate::web::page::Here;
use crate::web::{Error, csv};

const A_PAGE: i64 = 50;
const A_PAGE_OF_A_FILE: i64 = 200;
/// A search looks for at most as many people and companies, and as many groups and clients.
const MOST_FOUND: usize = 10;

/// Of the file.
const COLUMNS: [&str; 7] = [
    "events-csv-time",
    "events-csv-what",
    "events-csv-changes",
    "events-csv-who",
    "events-csv-kind",
    "events-csv-subject",
    "events-csv-object",
];

#[derive(Deserialize, Default)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    problems: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    export: String,
}

pub async fn list(
    site: Site,
    Admin(admin): Admin,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(asked) = search.unwrap_or_default();
    let search = asked.q.trim().to_owned();
    let (about, is_cut) = named(&site, &search).await?;
    let filter = Filter {
        topic: Topic::of_text(&asked.topic),
        only_problems: !asked.problems.is_empty(),
        about,
    };
    let locale = admin.visitor.locale;
    if asked.export == "csv" {
        let headings = COLUMNS.map(|key| locale.text(key, &[]));
        let next = move |before: Option<Cursor>| file(site.clone(), filter.clone(), locale, before);
        return Ok(csv::download("events", &headings, None, next));
    }
    let before = match &*asked.before {
        "" => None,
        event => cursor(&mut site.read(), &EventId::presented(event)).await?,
    };
    let mut found = page(&mut site.read(), &filter, before.as_ref(), A_PAGE + 1).await?;
    let has_more = found.len() > A_PAGE as usize;
    found.truncate(A_PAGE as usize);
    let address = |name: &str, value: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("q", &*search), ("topic", &asked.topic), ("problems", &asked.problems)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/admin/events?{}", query.append_pair(name, value).finish())
    };
    let last = found.last().filter(|_| has_more);
    let view = List {
        older_url: last.map(|last| address("before", last.event_id.as_str())),
        export_url: address("export", "csv"),
        page: admin.visitor.page(&site, Here::Events),
        topic: filter.topic,
        only_problems: filter.only_problems,
        lines: lines(&told(&site, found).await?, locale, site.now),
        is_cut,
        search,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

/// Whom and what a text means: an id as it is, and people, companies, groups and clients by name. What
/// events say is sealed, so they are looked for by the ids that stand beside it.
async fn named(site: &Site, text: &str) -> Result<(Option<Vec<String>>, bool), Error> {
    if text.is_empty() {
        return Ok((None, false));
    }
    let mut ids = Vec::new();
    if !text.contains(char::is_control) {
        ids.push(text.to_owned());
    }
    let wanted = text.to_lowercase();
    if wanted != text && uuid::Uuid::try_parse(text).is_ok() {
        ids.push(wanted.clone());
    }
    let mut db = site.read();
    let records = membership::search(&mut db, text, MOST_FOUND as i64 + 1).await?;
    let groups = groups::list(&mut db).await?.into_iter();
    let groups = groups.filter(|group| group.name.to_lowercase().contains(&wanted));
    let clients = clients::list(&mut db).await?.into_iter();
    let clients = clients.filter(|client| client.name.to_lowercase().contains(&wanted));
    let things: Vec<String> = groups
        .map(|group| group.group_id.to_string())
        .chain(clients.map(|client| client.client_id.to_string()))
        .collect();
    let is_cut = records.len() > MOST_FOUND || things.len() > MOST_FOUND;
    ids.extend(records.iter().take(MOST_FOUND).map(|record| record.record_id.to_string()));
    ids.extend(things.into_iter().take(MOST_FOUND));
    Ok((Some(ids), is_cut))
}

/// The rows of a file before a place.
async fn file(
    site: Site,
    filter: Filter,
    locale: crate::web::locale::Locale,
    before: Option<Cursor>,
) -> csv::Page<Option<Cursor>> {
    let found = page(&mut site.read(), &filter, before.as_ref(), A_PAGE_OF_A_FILE).await?;
    let is_full = found.len() == A_PAGE_OF_A_FILE as usize;
    let last = found.last().map(super::Event::cursor);
    let mut rows = Vec::with_capacity(found.len());
    for told in told(&site, found).await? {
        let line = Line::of(&told, locale, site.now);
        let changes = line.changes.iter().map(|it| it.words(locale));
        let changes: Vec<_> = changes.chain(line.note.clone()).collect();
        rows.push(vec![
            line.at.clone(),
            line.words(),
            changes.join("; "),
            line.who,
            told.event.kind,
            told.event.subject,
            told.event.object.unwrap_or_default(),
        ]);
    }
    Ok((rows, last.filter(|_| is_full).map(Some)))
}
