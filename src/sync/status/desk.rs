//! The status of groups on their list: columns, the filter, and the line below.

use askama::Template;

use super::views::{Banner, Cell, CellView, Live, Note};
use super::words::Words;
use super::{Connection, Overview, Standing};
use crate::associations::Site;
use crate::db;
use crate::groups;
use crate::id::GroupId;
use crate::sessions::SignedIn;
use crate::sync::link::Link;
use crate::sync::platform::Platform;
use crate::sync::runs;
use crate::web::Error;
use crate::web::companion::{Choice, Columns, Markup};
use crate::web::page::{Here, Page};

pub fn rendered(view: &impl Template) -> Result<Markup, Error> {
    view.render().map(Markup).map_err(Error::broken)
}

pub fn words<'a>(page: &'a Page, site: &Site, platform: Platform) -> Words<'a> {
    Words { page, platform, now: site.now }
}

pub fn cell(
    page: &Page,
    platform: Platform,
    id: &str,
    row: &str,
    cell: Cell,
) -> Result<Markup, Error> {
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

pub async fn group_cell(
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

pub async fn is_moving(site: &Site, overview: &Overview) -> Result<bool, db::Error> {
    for (platform, group) in overview.linked() {
        let Some(connection) = overview.connection(platform) else { continue };
        if overview.standing(site, connection, group).await?.is_moving() {
            return Ok(true);
        }
    }
    Ok(false)
}
