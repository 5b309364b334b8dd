//! The status of groups on their list: columns, the filter, and the line below.

use askama::Template;

use super::views::{Banner, Banners, Cell, CellView, Live, Note};
use super::words::Words;
use super::{Connection, Overview, Standing};
use crate::associations::Site;
use crate::db;
use crate::id::GroupId;
use crate::sessions::SignedIn;
use crate::sync::link::Link;
use crate::sync::platform::Platform;
use crate::sync::runs;
use crate::web::Error;
use crate::web::companion::{Choice, Columns, GroupList, Markup};
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

pub async fn group_cell(
    site: &Site,
    page: &Page,
    overview: &Overview,
    connection: &Connection,
    group: &GroupId,
) -> Result<Cell, Error> {
    let standing = overview.standing(site, connection, group).await?;
    Ok(shown(site, page, overview, connection, group, &standing))
}

fn shown(
    site: &Site,
    page: &Page,
    overview: &Overview,
    connection: &Connection,
    group: &GroupId,
    standing: &Standing,
) -> Cell {
    let link = overview.link(connection.platform, group);
    let name = link.map_or("", |link| link.remote_name.as_str());
    let kind = link.and_then(Link::group_type);
    words(page, site, connection.platform).group(group.as_str(), name, kind, standing)
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

    /// With the number of groups that it leaves.
    fn choice(self, page: &Page, all: &[(&GroupId, Vec<Standing>)]) -> Choice {
        let number = all.iter().filter(|(_, standings)| self.holds(standings)).count();
        let key = match self {
            Self::Attention => "sync-filter-attention",
            Self::Moving => "sync-filter-syncing",
            Self::NotLinked => "sync-filter-unlinked",
        };
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        Choice { value: self.as_text().to_owned(), words: page.t1(key, "number", number) }
    }

    fn holds(self, standings: &[Standing]) -> bool {
        match self {
            Self::Attention => standings.iter().any(Standing::needs_attention),
            Self::Moving => standings.iter().any(Standing::is_moving),
            Self::NotLinked => standings.iter().all(|it| *it == Standing::NotLinked),
        }
    }
}

/// A connected platform has a column, whether anything is linked there or not.
pub async fn group_list(
    site: &Site,
    admin: &SignedIn,
    groups: &[GroupId],
    choice: &str,
) -> Result<GroupList, Error> {
    let overview = Overview::of_all(site).await?;
    if overview.connections.is_empty() {
        return Ok(GroupList::default());
    }
    let page = admin.visitor.page(site, Here::Groups);
    let (mut all, mut rows) = (Vec::with_capacity(groups.len()), Vec::with_capacity(groups.len()));
    let (is_behind, mut is_live) = (overview.is_behind(site).await?, false);
    for group in groups {
        let (mut standings, mut cells) = (Vec::new(), Vec::new());
        for connection in &overview.connections {
            let standing = overview.standing(site, connection, group).await?;
            is_live |= overview.is_live(site, connection, group, (&standing, is_behind)).await?;
            let shown = shown(site, &page, &overview, connection, group, &standing);
            cells.push(cell(&page, connection.platform, group.as_str(), "", shown)?);
            standings.push(standing);
        }
        all.push((group, standings));
        rows.push(cells);
    }
    let chosen = Which::ALL.into_iter().find(|which| which.as_text() == choice);
    let left = chosen.map(|which| {
        let those = all.iter().filter(|(_, standings)| which.holds(standings));
        those.map(|(group, _)| (*group).clone()).collect()
    });
    let headings = overview.connections.iter().map(|it| it.platform.name().to_owned()).collect();
    Ok(GroupList {
        banners: banners(site, &page, &overview)?,
        choices: Which::ALL.into_iter().map(|which| which.choice(&page, &all)).collect(),
        left,
        columns: Columns { headings, rows },
        note: note(site, &page, is_live).await?,
    })
}

/// What keeps a whole connection from syncing.
fn banners(site: &Site, page: &Page, overview: &Overview) -> Result<Markup, Error> {
    let mut banners: Vec<Banner> = Vec::new();
    for connection in &overview.connections {
        let Some(rest) = &connection.rest else { continue };
        let standing = Standing::Resting(rest.clone());
        let banner = words(page, site, connection.platform).banner("", &standing);
        // Staging is said once, of all platforms.
        banners.extend(banner.filter(|it| banners.iter().all(|known| known.what != it.what)));
    }
    rendered(&Banners { page, banners })
}

async fn note(site: &Site, page: &Page, is_live: bool) -> Result<Markup, Error> {
    let night = runs::last_nightly(&mut site.read()).await?;
    let line = night.map(|night| {
        let when = page.locale.moment(night.at, site.now);
        let found = page.t1("sync-nightly-found", "number", night.differences);
        let args = [("when", (&when).into()), ("found", (&found).into())];
        page.locale.text("sync-nightly", &args)
    });
    let live = rendered(&Live { is_live })?;
    rendered(&Note { line, live })
}

/// Whether the list of groups will change by itself.
pub async fn is_live(site: &Site, overview: &Overview) -> Result<bool, db::Error> {
    let is_behind = overview.is_behind(site).await?;
    for (platform, group) in overview.linked() {
        let Some(connection) = overview.connection(platform) else { continue };
        let standing = overview.standing(site, connection, group).await?;
        if overview.is_live(site, connection, group, (&standing, is_behind)).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
