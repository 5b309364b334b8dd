//! A group's Members tab, as an admin sees it: who is in, adding and removing, one by one or a list.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::views::{Add, Candidate, Check, Members, Paste, Problem, Row};
use super::{Record, page};
use crate::associations::Site;
use crate::db;
use crate::groups::Group;
use crate::groups::desk::{found, head, known};
use crate::groups::paste::{Sorted, Unreadable, Way, entries, sorted};
use crate::id::{GroupId, RecordId};
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::token::{base64url, sha256};
use crate::web::companion::{Columns, Companion, GroupMembers};
use crate::web::page::{Here, Toast};
use crate::web::{CheckedForm, Error, Form, csv};

const A_PAGE: i64 = 50;
const A_PAGE_OF_A_FILE: i64 = 200;
/// A search for somebody to add shows so many.
const MOST_FOUND: i64 = 20;
/// A list that was looked up shows so many names, and so many entries that are nobody.
const SHOWN: usize = 100;
/// A page with a companion's filter and a search looks through so many pages for it.
const LOOKS: usize = 20;

#[derive(Deserialize, Default, Clone)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    s: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    export: String,
}

impl Search {
    /// The tab with this search, and one thing more.
    fn url(&self, group: &GroupId, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", self.q.trim()), ("s", &*self.s), (name, value)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/admin/groups/{group}/members{mark}{query}")
    }
}

pub async fn list(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let Query(mut search) = search.unwrap_or_default();
    let id = &group.group_id;
    let companion = site.app.companion();
    let choices = match companion {
        Some(companion) => companion.member_filter(&site, &admin, id).await?,
        None => Vec::new(),
    };
    if choices.iter().all(|choice| choice.value != search.s) {
        search.s.clear();
    }
    if search.export == "csv" {
        return Ok(download(site.clone(), &admin, &group, search));
    }
    let after = search.after.parse::<RecordId>().ok();
    let (records, last) = match companion {
        Some(companion) if !search.s.is_empty() => {
            chosen(&site, companion, id, &search, after.clone()).await?
        }
        _ => {
            let mut db = site.read();
            let mut records = page(&mut db, id, &search.q, after.as_ref(), A_PAGE + 1).await?;
            let has_more = records.len() > A_PAGE as usize;
            records.truncate(A_PAGE as usize);
            let last = records.last().filter(|_| has_more).map(|last| last.record_id.clone());
            (records, last)
        }
    };
    let (mut columns, mut around) = (Columns::default(), GroupMembers::default());
    if let Some(companion) = companion {
        let ids: Vec<RecordId> = records.iter().map(|record| record.record_id.clone()).collect();
        columns = companion.member_columns(&site, &admin, id, &ids).await?;
        around = companion.group_members(&site, &admin, id).await?;
    }
    let mut cells = columns.rows.into_iter();
    let rows = records.into_iter().map(|record| {
        let cells = cells.next().unwrap_or_default();
        Row { record, cells }
    });
    let view = Members {
        page: admin.visitor.page(&site, Here::Groups),
        group: head(&group),
        around,
        headings: columns.headings,
        rows: rows.collect(),
        next_url: last.map(|last| search.url(id, "after", last.as_str())),
        export_url: search.url(id, "export", "csv"),
        after: after.map(|after| after.to_string()).unwrap_or_default(),
        search: search.q.trim().to_owned(),
        state: search.s,
        choices,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

/// The records that a choice of the companion leaves, and where the next page begins if there is one.
async fn chosen(
    site: &Site,
    companion: &dyn Companion,
    group: &GroupId,
    search: &Search,
    mut after: Option<RecordId>,
) -> Result<(Vec<Record>, Option<RecordId>), Error> {
    let mut records = Vec::new();
    let wanted = search.q.trim().to_lowercase();
    for _ in 0..LOOKS {
        let ids =
            companion.members_that_are(site, group, &search.s, after.as_ref(), A_PAGE).await?;
        let is_last = ids.len() < A_PAGE as usize;
        for id in ids {
            let record = super::record(&mut site.read(), &id).await?;
            records.extend(record.filter(|record| holds(record, &wanted)));
            after = Some(id);
            if records.len() == A_PAGE as usize {
                return Ok((records, after));
            }
        }
        if is_last {
            return Ok((records, None));
        }
    }
    Ok((records, after))
}

fn holds(record: &Record, wanted: &str) -> bool {
    let texts = [Some(&record.name), record.email.as_ref()];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(wanted))
}

/// The members that the search and the filter leave, as a file.
fn download(site: Site, admin: &SignedIn, group: &Group, search: Search) -> Response {
    let locale = admin.visitor.locale;
    let headings = [
        "members-csv-name",
        "members-csv-kind",
        "members-csv-email",
        "members-csv-company",
        "members-csv-id",
        "members-csv-state",
    ];
    let headings = headings.map(|key| locale.text(key, &[]));
    let (id, name) = (group.group_id.clone(), group.name.clone());
    let words = ["record-person", "record-company", "record-off"];
    let words = words.map(|key| locale.text(key, &[]));
    let next = move |after: Option<RecordId>| {
        file(site.clone(), id.clone(), search.clone(), words.clone(), after)
    };
    csv::download(&name, &headings, None, next)
}

async fn file(
    site: Site,
    group: GroupId,
    search: Search,
    [person, company, off]: [String; 3],
    after: Option<RecordId>,
) -> csv::Page<Option<RecordId>> {
    let (records, last) = match site.app.companion() {
        Some(companion) if !search.s.is_empty() => {
            let left = chosen(&site, companion, &group, &search, after).await;
            left.map_err(|_| "what the filter leaves could not be read")?
        }
        _ => {
            let mut db = site.read();
            let records =
                page(&mut db, &group, &search.q, after.as_ref(), A_PAGE_OF_A_FILE).await?;
            let is_full = records.len() == A_PAGE_OF_A_FILE as usize;
            let last = records.last().map(|last| last.record_id.clone());
            (records, last.filter(|_| is_full))
        }
    };
    let row = |record: Record| {
        let kind = if record.is_company() { company.clone() } else { person.clone() };
        let state = record.deactivated_at.map(|_| off.clone());
        let texts = [record.email, record.company].map(Option::unwrap_or_default);
        let [email, employer] = texts;
        let id = record.record_id.to_string();
        vec![record.name, kind, email, employer, id, state.unwrap_or_default()]
    };
    let rows = records.into_iter().map(row).collect();
    Ok((rows, last.map(Some)))
}

/// Somebody to add, by name or e-mail.
pub async fn search(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let Query(Search { q, .. }) = search.unwrap_or_default();
    let search = q.trim().to_owned();
    let mut db = site.read();
    let mut records = match &*search {
        "" => Vec::new(),
        text => super::search(&mut db, text, MOST_FOUND + 1).await?,
    };
    let is_cut = records.len() > MOST_FOUND as usize;
    records.truncate(MOST_FOUND as usize);
    let mut candidates = Vec::with_capacity(records.len());
    for record in records {
        let is_in = super::contains(&mut db, &group.group_id, &record.record_id).await?;
        candidates.push(Candidate { record, is_in });
    }
    let view = Add {
        page: admin.visitor.page(&site, Here::Groups),
        group: head(&group),
        search,
        found: candidates,
        is_cut,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

pub async fn add(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let group = known(&site, &id).await?;
    let records = named(&form);
    let to = Redirect::to(&format!("/admin/groups/{group}/members"));
    match super::add_all(&site, &group, &records, &admin.actor()).await? {
        0 => Ok(admin.visitor.keep_browser(&site, to)),
        _ => Ok(with_toast(&site, Toast::RecordsAdded, to)),
    }
}

pub async fn remove(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let group = known(&site, &id).await?;
    // The button of one line means that line, whatever else is ticked.
    let records = match form.fields.text("only").parse::<RecordId>() {
        Ok(only) => vec![only],
        Err(_) => named(&form),
    };
    let field = |name| form.fields.text(name).to_owned();
    let search = Search { q: field("q"), s: field("s"), ..Search::default() };
    let after = form.fields.text("after").parse::<RecordId>();
    let after = after.map(|after| after.to_string()).unwrap_or_default();
    let to = Redirect::to(&search.url(&group, "after", &after));
    match super::remove_all(&site, &group, &records, &admin.actor()).await? {
        0 => Ok(admin.visitor.keep_browser(&site, to)),
        _ => Ok(with_toast(&site, Toast::RecordsRemoved, to)),
    }
}

fn named(form: &Form) -> Vec<RecordId> {
    form.fields.all("record").filter_map(|id| id.parse().ok()).collect()
}

/// The form for a list.
pub async fn blank(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let list = (String::new(), Way::In);
    pasted(&site, &admin, &group, list, None, None, StatusCode::OK)
}

fn pasted(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    (list, way): (String, Way),
    problem: Option<Problem>,
    check: Option<Check>,
    status: StatusCode,
) -> Result<Response, Error> {
    let page = admin.visitor.page(site, Here::Groups);
    let view = Paste { page, group: head(group), list, way, problem, check };
    admin.visitor.shown(site, status, &view)
}

/// Says whom a list names; once exactly that is confirmed, does it.
pub async fn paste(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    sent: CheckedForm,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let way = if sent.fields.text("way") == "out" { Way::Out } else { Way::In };
    let list = || (sent.fields.raw("list").to_owned(), way);
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if !sent.is_current {
        let stale = Some(Problem::Stale);
        return pasted(&site, &admin, &group, list(), stale, None, StatusCode::FORBIDDEN);
    }
    let entries = match entries(sent.fields.raw("list")) {
        Ok(entries) => entries,
        Err(problem) => return unreadable(&site, &admin, &group, list(), problem),
    };
    let sorted = sorted(&mut site.read(), &group.group_id, &entries, way).await?;
    let digest = digest(&sorted, way);
    let confirmed = sent.fields.text("confirmed");
    if confirmed != digest {
        let check = Some(checked(&sorted, digest));
        let changed = (!confirmed.is_empty()).then_some(Problem::Changed);
        let status = if changed.is_some() { wrong } else { StatusCode::OK };
        return pasted(&site, &admin, &group, list(), changed, check, status);
    }
    let toast = done(&site, &admin, &group.group_id, &sorted, way).await?;
    let to = Redirect::to(&format!("/admin/groups/{}/members", group.group_id));
    Ok(with_toast(&site, toast, to))
}

fn unreadable(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    list: (String, Way),
    problem: Unreadable,
) -> Result<Response, Error> {
    let problem = Some(Problem::Unreadable(problem));
    pasted(site, admin, group, list, problem, None, StatusCode::UNPROCESSABLE_ENTITY)
}

async fn done(
    site: &Site,
    admin: &SignedIn,
    group: &GroupId,
    sorted: &Sorted,
    way: Way,
) -> Result<Toast, db::Error> {
    let ids: Vec<RecordId> = sorted.ready.iter().map(|record| record.record_id.clone()).collect();
    match way {
        Way::In => {
            super::add_all(site, group, &ids, &admin.actor()).await?;
            Ok(Toast::RecordsAdded)
        }
        Way::Out => {
            super::remove_all(site, group, &ids, &admin.actor()).await?;
            Ok(Toast::RecordsRemoved)
        }
    }
}

/// Of whom exactly it will be, and what.
fn digest(sorted: &Sorted, way: Way) -> String {
    let mut ids: Vec<&str> = sorted.ready.iter().map(|it| it.record_id.as_str()).collect();
    ids.sort_unstable();
    base64url(sha256(format!("{way:?} {}", ids.join(" "))))
}

fn checked(sorted: &Sorted, digest: String) -> Check {
    let names = sorted.ready.iter().take(SHOWN).map(|record| record.name.clone());
    Check {
        digest,
        ready: sorted.ready.len(),
        names: names.collect(),
        done: sorted.done,
        unknown: sorted.unknown.iter().take(SHOWN).cloned().collect(),
        more_unknown: sorted.unknown.len().saturating_sub(SHOWN),
    }
}
