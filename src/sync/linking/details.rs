//! A group's Details tab beside its name: what it is linked to on each platform, who would sync, and what
//! is sent.

use super::desk::field_of;
use super::impact::silence;
use super::views::{Below, Body, Card, Choice, Choose, Details, Sort, Switch, Who};
use super::{Obstacle, choices};
use crate::associations::Site;
use crate::groups::{self, Group};
use crate::id::GroupId;
use crate::sessions::SignedIn;
use crate::sync::eligibility;
use crate::sync::facts::{self, Kind, Login};
use crate::sync::link::{self, Link};
use crate::sync::places::State;
use crate::sync::platform::Platform;
use crate::sync::preview;
use crate::sync::status::desk::rendered;
use crate::sync::status::members::banners;
use crate::sync::status::views::{Banners, Cell, Piece};
use crate::sync::status::words::Words;
use crate::sync::status::{Connection, Overview};
use crate::web::companion::GroupDetails;
use crate::web::page::{Here, Page};
use crate::web::{Error, Fields};

pub async fn details(
    site: &Site,
    admin: &SignedIn,
    group: &GroupId,
    typed: Option<&Fields>,
) -> Result<GroupDetails, Error> {
    let overview = Overview::of_group(site, group).await?;
    if overview.connections.is_empty() {
        return Ok(GroupDetails::default());
    }
    let page = admin.visitor.page(site, Here::Groups);
    let known = groups::load(&mut site.read(), group).await?.ok_or_else(Error::not_found)?;
    let links = link::of_group(&mut site.read(), group).await?;
    let mut cards = Vec::new();
    for connection in &overview.connections {
        let platform = connection.platform;
        let words = Words { page: &page, platform, now: site.now };
        let standing = overview.standing(site, connection, group).await?;
        let link = links.iter().find(|link| link.platform() == Some(platform));
        let name = link.map_or("", |link| link.remote_name.as_str());
        let kind = link.and_then(Link::group_type);
        let body = match platform {
            Platform::HigherLogic => {
                Body::HigherLogic(switch(&words, &overview, connection, &known, link, typed))
            }
            Platform::Mobilize | Platform::Forj => {
                choose(site, &words, connection, group, link, typed).await?
            }
        };
        let status = words.group(group.as_str(), name, kind, &standing);
        let (slug, name) = (platform.as_text(), platform.name());
        let is_linked = link.is_some_and(Link::is_linked);
        cards.push(Card { slug, name, status, is_linked, body });
    }
    let banners = banners(site, &page, &overview, group).await?;
    let who = who(site, &page, &overview, &known).await?;
    let sent = sent(site, &page, &overview).await?;
    Ok(GroupDetails {
        above: rendered(&Banners { page: &page, banners })?,
        below: rendered(&Below { page: &page, who, sent })?,
        beside: rendered(&Details { page: &page, group_id: group.to_string(), cards })?,
    })
}

async fn choose(
    site: &Site,
    words: &Words<'_>,
    connection: &Connection,
    group: &GroupId,
    link: Option<&Link>,
    typed: Option<&Fields>,
) -> Result<Body, Error> {
    let platform = connection.platform;
    let linked = link.filter(|link| link.is_linked());
    let current = linked.map(|link| link.remote_group_id.as_str());
    let found = match choices(site, &connection.integration, group).await {
        Ok(found) => found,
        Err(preview::Error::Database(error)) => return Err(error.into()),
        Err(error) => {
            let problem =
                vec![Piece::text(silence(words, &error)), Piece::text(words.t("sync-silent-next"))];
            let current = linked.map(|link| link.remote_name.clone());
            return Ok(Body::Silent { problem, current });
        }
    };
    let chosen = match typed {
        Some(typed) if typed.has(field_of(platform)) => Some(typed.text(field_of(platform))),
        _ => current,
    };
    let mut options: Vec<Choice> = found
        .iter()
        .map(|choice| Choice {
            value: choice.there.remote_id.clone(),
            words: named(words, &choice.there.name, choice.obstacle.as_ref()),
            is_chosen: chosen == Some(choice.there.remote_id.as_str()),
            // What is linked already stays, whatever became of it there.
            is_possible: choice.obstacle.is_none()
                || current == Some(choice.there.remote_id.as_str()),
        })
        .collect();
    let there = found.iter().find(|choice| current == Some(choice.there.remote_id.as_str()));
    if let (Some(link), None) = (linked, there) {
        options.push(Choice {
            value: link.remote_group_id.clone(),
            words: words.one("sync-gone-there", "name", &link.remote_name),
            is_chosen: chosen == current,
            is_possible: true,
        });
    }
    let again = link.filter(|link| !link.is_linked());
    Ok(Body::Choose(Choose {
        field: field_of(platform),
        label: words.t("sync-group-label"),
        hint: words.t("sync-group-hint"),
        options,
        ticks: there.map(|choice| ticks(words, choice)).unwrap_or_default(),
        again: again.map(|link| words.one("sync-was-linked", "name", &link.remote_name)),
    }))
}

/// "Welders (has a parent group: must be top-level)"
fn named(words: &Words<'_>, name: &str, obstacle: Option<&Obstacle>) -> String {
    match obstacle {
        None => name.to_owned(),
        Some(Obstacle::LinkedTo(other)) => {
            words.two("sync-option-linked", ("name", name), ("group", other.as_str()))
        }
        Some(Obstacle::HasParent) => words.one("sync-option-parent", "name", name),
        Some(Obstacle::NotPrivate) => words.one("sync-option-open", "name", name),
    }
}

/// R33 to R35, of the group that is linked.
fn ticks(words: &Words<'_>, choice: &super::Choice) -> Vec<Cell> {
    let there = &choice.there;
    let tick = |is_well: bool, well: &str, wrong: &str, next: &str| {
        if is_well {
            Cell::of("ok", words.t(well))
        } else {
            Cell { small: vec![Piece::text(words.t(next))], ..Cell::of("held", words.t(wrong)) }
        }
    };
    vec![
        tick(there.is_private(), "sync-tick-private", "sync-tick-open", "sync-tick-open-next"),
        tick(
            there.parent_id.is_none(),
            "sync-tick-no-parent",
            "sync-tick-parent",
            "sync-tick-parent-next",
        ),
        tick(
            there.requires_approval != Some(true),
            "sync-tick-no-approval",
            "sync-tick-approval",
            "sync-tick-approval-next",
        ),
    ]
}

fn switch(
    words: &Words<'_>,
    overview: &Overview,
    connection: &Connection,
    group: &Group,
    link: Option<&Link>,
    typed: Option<&Fields>,
) -> Switch {
    let page = words.page;
    let linked = link.filter(|link| link.is_linked());
    let fixed = link.and_then(|link| Some((link, link.group_type()?)));
    let typed = typed.filter(|typed| typed.has("higher_logic_shown"));
    let chosen = match (fixed, typed) {
        (Some((_, kind)), _) => kind.as_text().to_owned(),
        (None, Some(typed)) => typed.text("group_type").to_owned(),
        (None, None) => String::new(),
    };
    let type_hint = match fixed {
        Some((link, _)) => page.t1("sync-type-fixed", "when", &page.locale.date(link.linked_at)),
        None => page.t("sync-type-hint"),
    };
    let counts = overview.counts(Platform::HigherLogic, &group.group_id);
    let (done, of) = (counts.of(State::UpToDate), counts.wanted());
    let status = linked.map(|link| {
        let sent = [
            ("done", done.into()),
            ("of", of.into()),
            ("na", counts.of(State::NotApplicable).into()),
        ];
        let sent = page.locale.text("sync-hl-sent", &sent);
        match words.now.seconds_since(link.linked_at) < 3600 {
            true => format!("{sent} {}", page.t("sync-first-hour-why")),
            false => sent,
        }
    });
    let names = linked.filter(|link| link.remote_name != group.name);
    Switch {
        is_on: typed.map_or(linked.is_some(), |typed| typed.has("higher_logic")),
        group_type: chosen,
        type_hint,
        is_fixed: fixed.is_some(),
        waits: (!connection.integration.may_link() && linked.is_none())
            .then(|| page.t("sync-no-go-ahead")),
        status,
        names: names.map(|link| page.t1("sync-name-there", "name", &link.remote_name)),
    }
}

async fn who(
    site: &Site,
    page: &Page,
    overview: &Overview,
    group: &Group,
) -> Result<Option<Who>, Error> {
    let sorts = facts::sorts(&mut site.read(), &group.group_id).await?;
    if sorts.is_empty() {
        return Ok(None);
    }
    let linked = overview.connections_of(&group.group_id).next();
    let rows = sorts.into_iter().map(|(sort, number)| {
        let (key, needs_login) = match (sort.is_deactivated, sort.kind, sort.login) {
            (true, _, _) => ("sync-sort-deactivated", true),
            (false, Kind::Company, _) => ("sync-sort-companies", false),
            (false, Kind::Person, Login::Active) => ("sync-sort-people", false),
            (false, Kind::Person, Login::Disabled) => ("sync-sort-disabled", true),
            (false, Kind::Person, Login::None) => ("sync-sort-no-account", true),
        };
        let list = linked.filter(|_| needs_login).map(|connection| {
            let slug = connection.platform.as_text();
            format!("/admin/groups/{}/members?s={slug}.na", group.group_id)
        });
        let cells = overview.connections.iter().map(|connection| {
            match eligibility::check_sort(connection.platform, sort) {
                Ok(()) => Cell::of("ok", page.t("sync-syncs")),
                Err(_) => Cell::of("na", page.t("sync-na")),
            }
        });
        Sort {
            words: page.t1(key, "number", number),
            next: list.map(|url| Piece::link(page.t("sync-see-who"), url)),
            cells: cells.collect(),
        }
    });
    Ok(Some(Who {
        heading: page.t1("sync-who-heading", "number", group.size),
        platforms: overview.connections.iter().map(|it| it.platform.name()).collect(),
        rows: rows.collect(),
    }))
}

/// R55 to R57, R59, R64.
async fn sent(
    site: &Site,
    page: &Page,
    overview: &Overview,
) -> Result<Vec<(String, String)>, Error> {
    let mut sent = Vec::new();
    for connection in &overview.connections {
        let fields = match connection.platform {
            Platform::Mobilize => page.t("sync-sends-mobilize"),
            Platform::Forj => page.t("sync-sends-forj"),
            Platform::HigherLogic => {
                let flagged = facts::flagged(&mut site.read()).await?;
                let integration = &connection.integration;
                let more = [
                    (integration.bio_since, "sync-sends-bio"),
                    (integration.image_since, "sync-sends-image"),
                    (integration.social_since, "sync-sends-social"),
                ];
                let more = more.iter().filter(|(since, _)| since.is_some());
                let mut all = vec![page.t("sync-sends-mobilize")];
                all.extend(more.map(|(_, key)| page.t(key)));
                all.push(page.t1("sync-sends-custom", "number", flagged));
                all.join(", ")
            }
        };
        sent.push((connection.platform.name().to_owned(), fields));
    }
    Ok(sent)
}
