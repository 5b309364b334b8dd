//! The status of groups and their members on pages: columns, filters, progress, and the same again for a
//! page that waits for it to change.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::views::{
    Again, Banner, Card, Cards, Cell, CellView, Live, Note, Other, Others, Piece, Progress, Words,
};
use super::{Connection, Member, Overview, Standing, member, seen};
use crate::associations::Site;
use crate::db;
use crate::groups;
use crate::groups::desk::found;
use crate::id::{GroupId, RecordId};
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::sync::link::Link;
use crate::sync::places::{self, Place, State};
use crate::sync::platform::Platform;
use crate::sync::{check, facts, release, runs};
use crate::token::{base64url, sha256};
use crate::web::companion::{Choice, Columns, Markup};
use crate::web::page::{Here, Page, Toast};
use crate::web::{Error, Form};

/// People there who are not in the group, as one page shows them.
const MOST_OTHERS: i64 = 100;
/// Rows that a page may ask for again.
const MOST_ROWS: usize = 200;

pub fn rendered(view: &impl Template) -> Result<Markup, Error> {
    view.render().map(Markup).map_err(Error::broken)
}

fn words<'a>(page: &'a Page, site: &Site, platform: Platform) -> Words<'a> {
    Words { page, platform, now: site.now }
}

fn cell(page: &Page, platform: Platform, id: &str, row: &str, cell: Cell) -> Result<Markup, Error> {
    let id = format!("sync-{}-{id}", platform.as_text());
    rendered(&CellView { page, id, row: row.to_owned(), cell })
}

/// A connected platform has a column, whether anything is linked there or not.
pub async fn group_columns(
    site: &Site,
    admin: &SignedIn,
    groups: &[GroupId],
) -> Result<Columns, Error> {
    let overview = Overview::of_all(site).await?;
    let page = admin.visitor.page(site, Here::Groups);
    let mut rows = Vec::with_capacity(groups.len());
    for group in groups {
        rows.push(group_cells(site, &page, &overview, group).await?);
    }
    Ok(Columns { headings: headings(&overview), rows })
}

fn headings(overview: &Overview) -> Vec<String> {
    overview.connections.iter().map(|it| it.platform.name().to_owned()).collect()
}

async fn group_cells(
    site: &Site,
    page: &Page,
    overview: &Overview,
    group: &GroupId,
) -> Result<Vec<Markup>, Error> {
    let mut cells = Vec::with_capacity(overview.connections.len());
    for connection in &overview.connections {
        let shown = group_cell(site, page, overview, connection, group).await?;
        cells.push(cell(page, connection.platform, group.as_str(), "", shown)?);
    }
    Ok(cells)
}

async fn group_cell(
    site: &Site,
    page: &Page,
    overview: &Overview,
    connection: &Connection,
    group: &GroupId,
) -> Result<Cell, Error> {
    let standing = overview.standing(site, connection, group).await?;
    let link = overview.link(connection.platform, group);
    let name = link.map_or("", |link| link.remote_name.as_str());
    let kind = link.and_then(Link::group_type);
    Ok(words(page, site, connection.platform).group(group.as_str(), name, kind, &standing))
}

/// The filter of the list of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Attention,
    Moving,
    NotLinked,
}

impl Which {
    const ALL: [Self; 3] = [Self::Attention, Self::Moving, Self::NotLinked];

    fn as_text(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Moving => "syncing",
            Self::NotLinked => "unlinked",
        }
    }

    fn holds(self, standings: &[Standing]) -> bool {
        match self {
            Self::Attention => standings.iter().any(Standing::needs_attention),
            Self::Moving => standings.iter().any(Standing::is_moving),
            Self::NotLinked => standings.iter().all(|it| *it == Standing::NotLinked),
        }
    }
}

async fn standings(
    site: &Site,
    overview: &Overview,
    group: &GroupId,
) -> Result<Vec<Standing>, db::Error> {
    let mut standings = Vec::with_capacity(overview.connections.len());
    for connection in &overview.connections {
        standings.push(overview.standing(site, connection, group).await?);
    }
    Ok(standings)
}

/// All groups, with how each stands on every platform that is connected.
async fn all(site: &Site) -> Result<Vec<(GroupId, Vec<Standing>)>, db::Error> {
    let overview = Overview::of_all(site).await?;
    let groups = groups::list(&mut site.read()).await?;
    let mut all = Vec::with_capacity(groups.len());
    for group in groups {
        let standings = standings(site, &overview, &group.group_id).await?;
        all.push((group.group_id, standings));
    }
    Ok(all)
}

pub async fn group_filter(site: &Site, admin: &SignedIn) -> Result<Vec<Choice>, Error> {
    if super::connections(site).await?.is_empty() {
        return Ok(Vec::new());
    }
    let locale = admin.visitor.locale;
    let (all, mut choices) = (all(site).await?, Vec::new());
    for which in Which::ALL {
        let number = all.iter().filter(|(_, standings)| which.holds(standings)).count();
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let key = match which {
            Which::Attention => "sync-filter-attention",
            Which::Moving => "sync-filter-syncing",
            Which::NotLinked => "sync-filter-unlinked",
        };
        let words = locale.text(key, &[("number", number.into())]);
        choices.push(Choice { value: which.as_text().to_owned(), words });
    }
    Ok(choices)
}

pub async fn groups_that_are(site: &Site, choice: &str) -> Result<Vec<GroupId>, Error> {
    let which = Which::ALL.into_iter().find(|which| which.as_text() == choice);
    let Some(which) = which else { return Ok(Vec::new()) };
    let those = all(site).await?.into_iter().filter(|(_, standings)| which.holds(standings));
    Ok(those.map(|(group, _)| group).collect())
}

pub async fn group_list_note(site: &Site, admin: &SignedIn) -> Result<Markup, Error> {
    let overview = Overview::of_all(site).await?;
    if overview.connections.is_empty() {
        return Ok(Markup::default());
    }
    let page = admin.visitor.page(site, Here::Groups);
    let mut banners = Vec::new();
    for connection in &overview.connections {
        if let Some(rest) = &connection.rest {
            let standing = Standing::Resting(rest.clone());
            let banner = words(&page, site, connection.platform).banner("", &standing);
            // Staging is said once, of all platforms.
            banners.extend(
                banner.filter(|it| banners.iter().all(|known: &Banner| known.what != it.what)),
            );
        }
    }
    let nightly = runs::last_nightly(&mut site.read()).await?;
    let lines = match nightly {
        None => Vec::new(),
        Some(night) => {
            let when = page.locale.moment(night.at, site.now);
            let found = page.t1("sync-nightly-found", "number", night.differences);
            let args = [("when", (&when).into()), ("found", (&found).into())];
            vec![page.locale.text("sync-nightly", &args)]
        }
    };
    let live = rendered(&Live { is_live: is_moving(site, &overview).await? })?;
    rendered(&Note { page: &page, banners, lines, live })
}

async fn is_moving(site: &Site, overview: &Overview) -> Result<bool, db::Error> {
    for (platform, group) in overview.linked() {
        let Some(connection) = overview.connection(platform) else { continue };
        if overview.standing(site, connection, group).await?.is_moving() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The list of groups again, as far as it changes by itself.
pub async fn list_again(
    site: Site,
    Admin(admin): Admin,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let overview = Overview::of_all(&site).await?;
    let page = admin.visitor.page(&site, Here::Groups);
    let mut cells = Vec::new();
    for (platform, group) in overview.linked() {
        let Some(connection) = overview.connection(platform) else { continue };
        let shown = group_cell(&site, &page, &overview, connection, group).await?;
        cells.push(cell(&page, platform, group.as_str(), "", shown)?);
    }
    cells.sort_by(|one, other| one.0.cmp(&other.0));
    let rest = rendered(&Live { is_live: is_moving(&site, &overview).await? })?;
    Ok(fragment(&headers, rendered(&Again { cells, rest })?))
}

/// 304 as long as nothing changed since this browser asked last.
fn fragment(asked: &HeaderMap, body: Markup) -> Response {
    let tag = format!("\"{}\"", base64url(sha256(&body.0)));
    let is_known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => axum::response::Html(body.0).into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

#[derive(Deserialize, Default)]
pub struct Rows {
    /// Ids with commas between them.
    #[serde(default)]
    rows: String,
}

/// A group's Members tab again, as far as it changes by itself.
pub async fn group_again(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    rows: Result<Query<Rows>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?.group_id;
    let Query(Rows { rows }) = rows.unwrap_or_default();
    let ids = rows.split(',').filter_map(|id| id.parse::<RecordId>().ok()).take(MOST_ROWS);
    let mut shown = Vec::new();
    for id in ids {
        if groups::membership::contains(&mut site.read(), &group, &id).await? {
            shown.push(id);
        }
    }
    let cells = member_columns(&site, &admin, &group, &shown).await?.rows.concat();
    let page = admin.visitor.page(&site, Here::Groups);
    let overview = Overview::of_group(&site, &group).await?;
    let rest = cards(&site, &page, &overview, &group).await?;
    Ok(fragment(&headers, rendered(&Again { cells, rest })?))
}

/// Has a group checked from end to end, now.
pub async fn sync_now(
    site: Site,
    Admin(_): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?.group_id;
    for platform in Platform::ALL {
        check::ask(&site, platform, &group).await?;
    }
    let to = Redirect::to(&format!("/admin/groups/{group}/members"));
    Ok(with_toast(&site, Toast::SyncAsked, to))
}

pub async fn member_columns(
    site: &Site,
    admin: &SignedIn,
    group: &GroupId,
    records: &[RecordId],
) -> Result<Columns, Error> {
    let overview = Overview::of_group(site, group).await?;
    let page = admin.visitor.page(site, Here::Groups);
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        let known = seen(&mut site.read(), group, record).await?;
        let mut cells = Vec::with_capacity(overview.connections.len());
        for connection in overview.connections_of(group) {
            let platform = connection.platform;
            let Some(link) = overview.link(platform, group) else { continue };
            let known = known.iter().find(|seen| seen.platform == platform.as_text());
            let member = member(site, connection, link, record, known).await?;
            let plan = plan_url(link);
            let shown =
                words(&page, site, platform).member(record.as_str(), &member, plan.as_deref());
            cells.push(cell(&page, platform, record.as_str(), record.as_str(), shown)?);
        }
        rows.push(cells);
    }
    let headings = overview.connections_of(group).map(|it| it.platform.name().to_owned()).collect();
    Ok(Columns { headings, rows })
}

fn plan_url(link: &Link) -> Option<String> {
    let plan = link.plan_id.as_ref()?;
    Some(format!("/admin/groups/{}/plans/{plan}", link.group_id))
}

/// States that a member of the group can be in, as the filter of its list has them.
const FILTERED: [(State, &str); 4] = [
    (State::UpToDate, "sync-filter-up-to-date"),
    (State::Pending, "sync-filter-pending"),
    (State::NotApplicable, "sync-filter-na"),
    (State::Failed, "sync-filter-failed"),
];

pub async fn member_filter(
    site: &Site,
    admin: &SignedIn,
    group: &GroupId,
) -> Result<Vec<Choice>, Error> {
    let overview = Overview::of_group(site, group).await?;
    let page = admin.visitor.page(site, Here::Groups);
    let mut choices = Vec::new();
    for connection in overview.connections_of(group) {
        let platform = connection.platform;
        let counts = overview.counts(platform, group);
        for (state, key) in FILTERED {
            let number = counts.of(state);
            // A page that says what failed leads here, whether anything still does or not.
            if number > 0 || state == State::Failed {
                let value = format!("{}.{}", platform.as_text(), state.as_text());
                let words = words(&page, site, platform).one(key, "number", number);
                choices.push(Choice { value, words });
            }
        }
    }
    Ok(choices)
}

pub async fn members_that_are(
    site: &Site,
    group: &GroupId,
    choice: &str,
    after: Option<&RecordId>,
    most: i64,
) -> Result<Vec<RecordId>, Error> {
    let chosen = choice.split_once('.');
    let platform = chosen.and_then(|(platform, _)| Platform::of_text(platform));
    let (Some(platform), Some((_, state))) = (platform, chosen) else { return Ok(Vec::new()) };
    let (state, after) = (State::of_text(state), after.map_or("", RecordId::as_str));
    let found = places::in_state(&mut site.read(), platform, group, state, after, most).await?;
    Ok(found.into_iter().map(|place| place.record_id).collect())
}

/// Above a group's members.
pub async fn group_members(
    site: &Site,
    admin: &SignedIn,
    group: &GroupId,
) -> Result<Markup, Error> {
    let overview = Overview::of_group(site, group).await?;
    let page = admin.visitor.page(site, Here::Groups);
    let (mut all, mut has_more) = (Vec::new(), false);
    for connection in overview.connections_of(group) {
        let Some(link) = overview.link(connection.platform, group) else { continue };
        let others = others(site, &page, connection, link).await?;
        has_more |= others.len() >= MOST_OTHERS as usize;
        if !others.is_empty() {
            let title = words(&page, site, connection.platform).t("sync-others");
            all.push(Others { slug: connection.platform.as_text(), title, rows: others });
        }
    }
    rendered(&Progress {
        page: &page,
        group_id: group.to_string(),
        banners: banners(site, &page, &overview, group).await?,
        is_linked: overview.connections_of(group).next().is_some(),
        cards: cards(site, &page, &overview, group).await?,
        others: all,
        has_more_others: has_more,
    })
}

/// What has to be decided or mended, on each page of a group.
pub async fn banners(
    site: &Site,
    page: &Page,
    overview: &Overview,
    group: &GroupId,
) -> Result<Vec<Banner>, Error> {
    let mut banners = Vec::new();
    for connection in overview.connections_of(group) {
        let standing = overview.standing(site, connection, group).await?;
        let banner = words(page, site, connection.platform).banner(group.as_str(), &standing);
        banners.extend(banner);
    }
    Ok(banners)
}

async fn cards(
    site: &Site,
    page: &Page,
    overview: &Overview,
    group: &GroupId,
) -> Result<Markup, Error> {
    let (mut cards, mut said, mut is_live) = (Vec::new(), Vec::new(), false);
    for connection in overview.connections_of(group) {
        let platform = connection.platform;
        let (words, counts) = (words(page, site, platform), overview.counts(platform, group));
        let standing = overview.standing(site, connection, group).await?;
        let Some(link) = overview.link(platform, group) else { continue };
        let shown = words.group(group.as_str(), &link.remote_name, link.group_type(), &standing);
        said.push(words.one("sync-summary", "status", &shown.words));
        is_live |= standing.is_moving();
        let (done, of) = (counts.of(State::UpToDate), counts.wanted());
        let title = words.two("sync-progress", ("done", done), ("of", of));
        let pills = std::iter::once(Cell { small: Vec::new(), ..shown.clone() });
        let pills = pills.chain(words.pills(counts)).collect();
        let mut notes = shown.small;
        if platform == Platform::HigherLogic {
            notes.push(Piece::text(page.t("sync-look-there")));
        }
        cards.push(Card { slug: platform.as_text(), title, pills, done, of, notes });
    }
    let (group_id, summary) = (group.to_string(), said.join(" "));
    if cards.is_empty() {
        return Ok(Markup::default());
    }
    rendered(&Cards { page, group_id, cards, summary, is_live })
}

/// People who are there and should not be, and those whom an admin keeps there.
async fn others(
    site: &Site,
    page: &Page,
    connection: &Connection,
    link: &Link,
) -> Result<Vec<Other>, Error> {
    let (platform, group) = (connection.platform, &link.group_id);
    let mut rows = Vec::new();
    for state in [State::Manager, State::Held, State::Leaving, State::Going] {
        let mut db = site.read();
        for place in places::in_state(&mut db, platform, group, state, "", MOST_OTHERS).await? {
            rows.push(other(site, page, connection, link, &place).await?);
        }
    }
    for place in release::kept(&mut site.read(), platform, group, MOST_OTHERS).await? {
        rows.push(other(site, page, connection, link, &place).await?);
    }
    rows.truncate(MOST_OTHERS as usize);
    Ok(rows)
}

async fn other(
    site: &Site,
    page: &Page,
    connection: &Connection,
    link: &Link,
    place: &Place,
) -> Result<Other, Error> {
    let (platform, record) = (connection.platform, &place.record_id);
    let (name, url) = match place.is_stranger() {
        true => (places::open_name(site, platform, place), None),
        false => {
            let facts = facts::of(&mut site.read(), platform, record).await?;
            (facts.map(|facts| facts.name()), Some(format!("/admin/members/{record}")))
        }
    };
    let is_kept = place.kept_at.is_some() && !place.state().is_removal();
    let state = match place.state() {
        _ if is_kept => Member::Kept,
        State::Manager => Member::Manager,
        State::Held => Member::Held,
        _ => Member::Leaving,
    };
    let mut cell =
        words(page, site, platform).member(record.as_str(), &state, plan_url(link).as_deref());
    if place.is_stranger() {
        cell.small.push(Piece::text(words(page, site, platform).t("sync-stranger")));
    }
    let decides = matches!(place.state(), State::Manager | State::Held) && !is_kept;
    Ok(Other {
        record_id: record.to_string(),
        name: name.unwrap_or_else(|| page.t("sync-somebody")),
        url: url.filter(|_| platform != Platform::HigherLogic || !place.is_stranger()),
        cell,
        can_go: decides,
        can_stay: decides,
        can_be_handed_back: is_kept,
    })
}

/// What an admin says of one who is there and not in the group.
pub async fn decide(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?.group_id;
    let fields = &form.fields;
    let record = fields.text("record");
    if !record.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::not_found());
    }
    let record = RecordId::presented(record);
    if let Some(platform) = Platform::of_text(fields.text("platform")) {
        let actor = admin.actor();
        match fields.text("what") {
            "remove" => release::let_go(&site, platform, &group, &record, &actor).await?,
            "keep" => release::keep(&site, platform, &group, &record, &actor).await?,
            "unkeep" => release::unkeep(&site, platform, &group, &record).await?,
            _ => {}
        }
    }
    let to = Redirect::to(&format!("/admin/groups/{group}/members"));
    Ok(with_toast(&site, Toast::Saved, to))
}
