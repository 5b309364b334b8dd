//! The status of a group's members: columns, the filter, how far each platform is, and who is there without
//! being in the group.

use super::desk::{cell, rendered, words};
use super::views::{Banner, Card, Cards, Cell, Other, Others, Piece, Progress, SyncNow};
use super::{Connection, Member, Overview, member, seen};
use crate::associations::Site;
use crate::id::{GroupId, RecordId};
use crate::sessions::SignedIn;
use crate::sync::link::Link;
use crate::sync::places::{self, Place, State};
use crate::sync::platform::Platform;
use crate::sync::{facts, release};
use crate::web::Error;
use crate::web::companion::{Choice, Columns, GroupMembers, Markup};
use crate::web::page::{Here, Page};

/// People there who are not in the group, as one page shows them.
const MOST_OTHERS: i64 = 100;
/// States that a member of the group can be in, as the filter of its list has them.
const FILTERED: [(State, &str); 4] = [
    (State::UpToDate, "sync-filter-up-to-date"),
    (State::Pending, "sync-filter-pending"),
    (State::NotApplicable, "sync-filter-na"),
    (State::Failed, "sync-filter-failed"),
];

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
) -> Result<GroupMembers, Error> {
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
    let is_linked = overview.connections_of(group).next().is_some();
    let progress = Progress {
        page: &page,
        group_id: group.to_string(),
        banners: banners(site, &page, &overview, group).await?,
        is_linked,
        cards: cards(site, &page, &overview, group).await?,
        others: all,
        has_more_others: has_more,
    };
    let now = SyncNow { page: &page, group_id: group.to_string() };
    Ok(GroupMembers {
        head: if is_linked { rendered(&now)? } else { Markup::default() },
        above: rendered(&progress)?,
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

pub async fn cards(
    site: &Site,
    page: &Page,
    overview: &Overview,
    group: &GroupId,
) -> Result<Markup, Error> {
    let (mut cards, mut said, mut is_live) = (Vec::new(), Vec::new(), false);
    let is_behind = overview.is_behind(site).await?;
    for connection in overview.connections_of(group) {
        let platform = connection.platform;
        let (words, counts) = (words(page, site, platform), overview.counts(platform, group));
        let standing = overview.standing(site, connection, group).await?;
        let Some(link) = overview.link(platform, group) else { continue };
        let shown = words.group(group.as_str(), &link.remote_name, link.group_type(), &standing);
        said.push(words.one("sync-summary", "status", &shown.words));
        is_live |= overview.is_live(site, connection, group, (&standing, is_behind)).await?;
        let (done, of) = (counts.of(State::UpToDate), counts.wanted());
        let title = words.two("sync-progress", ("done", done), ("of", of));
        let pills = std::iter::once(Cell { small: Vec::new(), ..shown.clone() });
        let pills = pills.chain(words.pills(counts, &standing)).collect();
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
    let (words, plan) = (words(page, site, platform), plan_url(link));
    let cell = match place.is_stranger() {
        true => words.stranger(record.as_str(), &state, plan.as_deref()),
        false => words.member(record.as_str(), &state, plan.as_deref()),
    };
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
