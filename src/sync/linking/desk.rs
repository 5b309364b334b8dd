//! What the form of a group's Details tab asks for, what is asked back first, and what is refused.

use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::impact::{part, refusal_of};
use super::views::{Confirm, ConfirmProblem, Refusal as RefusalView};
use super::{Change, Obstacle, Refused, Wish, look, make};
use crate::associations::Site;
use crate::groups::{self, Group};
use crate::id::GroupId;
use crate::sessions::{SignedIn, with_toast};
use crate::sync::link::{self, GroupType, Link, Refusal};
use crate::sync::platform::Platform;
use crate::sync::status::Overview;
use crate::sync::status::views::Piece;
use crate::sync::status::words::Words;
use crate::web::companion::Taken;
use crate::web::page::{Here, Page, Toast};
use crate::web::{Error, Fields};

/// Fields of the form that a question hands on.
pub const CARRIED: [&str; 9] = [
    "mobilize_group",
    "forj_group",
    "higher_logic_shown",
    "higher_logic",
    "group_type",
    "count",
    "shown_mobilize",
    "shown_forj",
    "shown_higher_logic",
];

/// What is asked that is not so already; None where the form says nothing of this platform.
pub fn wish(platform: Platform, link: Option<&Link>, fields: &Fields) -> Option<Wish> {
    let linked = link.filter(|link| link.is_linked());
    match platform {
        Platform::HigherLogic => {
            if !fields.has("higher_logic_shown") {
                return None;
            }
            let fixed = link.and_then(Link::group_type);
            match (fields.has("higher_logic"), linked) {
                (true, None) => {
                    let typed = GroupType::of_text(fields.text("group_type"));
                    Some(fixed.or(typed).map_or(Wish::PushUntyped, Wish::Push))
                }
                (false, Some(_)) => Some(Wish::Unlink),
                (true, Some(_)) | (false, None) => None,
            }
        }
        Platform::Mobilize | Platform::Forj => {
            let name = field_of(platform);
            if !fields.has(name) {
                return None;
            }
            match (fields.text(name), linked) {
                ("", None) => None,
                ("", Some(_)) => Some(Wish::Unlink),
                (chosen, Some(link)) if link.remote_group_id == chosen => None,
                (chosen, _) => Some(Wish::Group(chosen.to_owned())),
            }
        }
    }
}

/// The field of a platform in a group's form.
pub fn field_of(platform: Platform) -> &'static str {
    match platform {
        Platform::Mobilize => "mobilize_group",
        Platform::Forj => "forj_group",
        Platform::HigherLogic => "higher_logic",
    }
}

/// Takes what the form says. Whoever links a group that nobody would be removed from is not asked.
pub async fn save(
    site: &Site,
    admin: &SignedIn,
    group: &GroupId,
    fields: &Fields,
) -> Result<Taken, Error> {
    let known = groups::load(&mut site.read(), group).await?.ok_or_else(Error::not_found)?;
    let changes = match wished(site, &known, fields).await? {
        Ok(changes) => changes,
        Err(refused) => return Ok(asks(refusal(site, admin, &known, refused)?)),
    };
    if changes.is_empty() {
        return Ok(Taken::Done);
    }
    if changes.iter().any(Change::asks) {
        let status = StatusCode::OK;
        return Ok(asks(confirm(site, admin, &known, &changes, fields, None, status)?));
    }
    Ok(asks(done(site, admin, &known, &changes).await?))
}

fn asks(response: Response) -> Taken {
    Taken::Asks(Box::new(response))
}

pub async fn wished(
    site: &Site,
    group: &Group,
    fields: &Fields,
) -> Result<Result<Vec<Change>, On>, Error> {
    let overview = Overview::of_group(site, &group.group_id).await?;
    let links = link::of_group(&mut site.read(), &group.group_id).await?;
    let mut changes = Vec::new();
    for connection in &overview.connections {
        let link = links.iter().find(|link| link.platform() == Some(connection.platform));
        if let Some(wish) = wish(connection.platform, link, fields) {
            let group = (&group.group_id, group.name.as_str());
            match look(site, connection, group, &wish).await {
                Ok(change) => changes.push(change),
                Err(Refused::Database(error)) => return Err(error.into()),
                Err(refused) => return Ok(Err(refused.on(connection.platform))),
            }
        }
    }
    Ok(Ok(changes))
}

pub async fn done(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    changes: &[Change],
) -> Result<Response, Error> {
    let mut toast = Toast::GroupUnlinked;
    for change in changes {
        if let Err(refused) = make(site, &group.group_id, change, &admin.actor()).await? {
            let refused = Refused::Link(refused).on(change.platform);
            return refusal(site, admin, group, refused);
        }
        if change.to.is_some() {
            toast = Toast::GroupLinked;
        }
    }
    let to = Redirect::to(&format!("/admin/groups/{}", group.group_id));
    Ok(with_toast(site, toast, to))
}

pub fn confirm(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    changes: &[Change],
    fields: &Fields,
    problem: Option<ConfirmProblem>,
    status: StatusCode,
) -> Result<Response, Error> {
    let page = admin.visitor.page(site, Here::Groups);
    let kept = CARRIED.into_iter().filter(|name| *name != "count" && !name.starts_with("shown_"));
    let kept = kept.filter(|name| fields.has(name));
    let mut carried: Vec<(String, String)> =
        kept.map(|name| (name.to_owned(), fields.text(name).to_owned())).collect();
    for change in changes {
        carried.push((format!("shown_{}", change.platform.as_text()), change.digest()));
    }
    let parts = changes.iter().map(|change| part(&page, site, group, change)).collect();
    let removes = removes(changes);
    let view = Confirm {
        group_id: group.group_id.to_string(),
        group: group.name.clone(),
        carried,
        parts,
        removes,
        problem,
        button: button(&page, changes, removes),
        page,
    };
    admin.visitor.shown(site, status, &view)
}

pub fn removes(changes: &[Change]) -> i64 {
    i64::try_from(changes.iter().map(Change::removes).sum::<usize>()).unwrap_or(i64::MAX)
}

fn button(page: &Page, changes: &[Change], removes: i64) -> String {
    if removes > 0 {
        page.t1("sync-link-and-remove", "number", removes)
    } else if changes.iter().any(|change| change.to.is_some()) {
        page.t("sync-link")
    } else {
        page.t("sync-unlink")
    }
}

/// A refusal with the platform that it is about.
pub struct On {
    platform: Platform,
    refused: Refused,
}

impl Refused {
    fn on(self, platform: Platform) -> On {
        On { platform, refused: self }
    }
}

pub fn refusal(site: &Site, admin: &SignedIn, group: &Group, on: On) -> Result<Response, Error> {
    let page = admin.visitor.page(site, Here::Groups);
    let words = Words { page: &page, platform: on.platform, now: site.now };
    let mut status = StatusCode::CONFLICT;
    let (what, next) = match on.refused {
        Refused::Database(error) => return Err(error.into()),
        Refused::Link(Refusal::TargetTaken(other)) => {
            (words.one("sync-refused-taken", "group", &other), "sync-refused-taken-next")
        }
        Refused::Link(Refusal::TargetElsewhere) => {
            (words.t("sync-refused-elsewhere"), "sync-refused-taken-next")
        }
        Refused::Link(Refusal::Linked) => {
            (words.t("sync-refused-linked"), "sync-refused-look-again")
        }
        Refused::Link(Refusal::TypeFixed) => {
            (words.t("sync-refused-type"), "sync-refused-type-next")
        }
        Refused::Obstacle(Obstacle::LinkedTo(other)) => {
            (words.one("sync-refused-taken", "group", &other), "sync-refused-taken-next")
        }
        Refused::Obstacle(Obstacle::HasParent) => {
            (words.t("sync-refused-parent"), "sync-tick-parent-next")
        }
        Refused::Obstacle(Obstacle::NotPrivate) => {
            (words.t("sync-refused-open"), "sync-tick-open-next")
        }
        Refused::Gone => (words.t("sync-refused-gone"), "sync-refused-look-again"),
        Refused::Untyped => {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            (words.t("sync-refused-untyped"), "sync-refused-untyped-next")
        }
        Refused::NoGoAhead => (words.t("sync-no-go-ahead"), "sync-no-go-ahead-next"),
        Refused::Platform(failure) => (refusal_of(&words, &failure), "sync-refused-silent-next"),
        Refused::Channel(error) => {
            (words.one("sync-cannot-ask", "words", &error), "sync-silent-next")
        }
    };
    let next = vec![Piece::text(words.t(next)), Piece::text(page.t("sync-refused-kept"))];
    let (group_id, group) = (group.group_id.to_string(), group.name.clone());
    let view = RefusalView { group_id, group, what, next, page };
    admin.visitor.shown(site, status, &view)
}
