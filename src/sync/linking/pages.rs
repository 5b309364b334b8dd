//! A group's Details tab beside its name, and what saving it asks first.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::views::{
    Body, Card, Choice, Choose, Confirm, ConfirmProblem, Details, DryRun, Impact, Names, Part,
    Refusal as RefusalView, Removed, Sort, Switch, Who,
};
use super::{Change, Obstacle, Refused, choices, field_of, look, make, wish};
use crate::associations::Site;
use crate::groups::desk::found;
use crate::groups::{self, Group};
use crate::id::GroupId;
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::sync::eligibility;
use crate::sync::facts::{self, Facts, Kind, Login};
use crate::sync::link::{self, Link, Refusal};
use crate::sync::places::State;
use crate::sync::platform::{Failure, Platform};
use crate::sync::preview::{self, Person, Preview};
use crate::sync::prove::pages::{Step, proved};
use crate::sync::release::{Entry, Why};
use crate::sync::status::pages::{banners, rendered};
use crate::sync::status::views::{Cell, Piece, Words};
use crate::sync::status::{Connection, Overview};
use crate::web::companion::{Markup, Taken};
use crate::web::page::{Here, Page, Toast};
use crate::web::{Error, Fields, Form};

/// Groups above this size have no table of who would sync: the preview says it.
const MOST_LOOKED_AT: i64 = 5_000;
/// Names that a page shows of each sort, and of those who would go.
const NAMES: usize = 20;
const MOST_REMOVED: usize = 1_000;
const PAGE: i64 = 200;
/// Fields of the form that a question hands on.
const CARRIED: [&str; 9] = [
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

pub async fn details(
    site: &Site,
    admin: &SignedIn,
    group: &GroupId,
    typed: Option<&Fields>,
) -> Result<Markup, Error> {
    let overview = Overview::of_group(site, group).await?;
    if overview.connections.is_empty() {
        return Ok(Markup::default());
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
        cards.push(Card { slug: platform.as_text(), name: platform.name(), status, body });
    }
    let details = Details {
        page: &page,
        group_id: group.to_string(),
        banners: banners(site, &page, &overview, group).await?,
        cards,
        who: who(site, &page, &overview, &known).await?,
        sent: sent(site, &page, &overview).await?,
    };
    rendered(&details)
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
        is_linked: linked.is_some(),
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

/// That a platform did not answer, in its words.
fn silence(words: &Words<'_>, error: &preview::Error) -> String {
    match error {
        preview::Error::Platform(failure) => refusal_of(words, failure),
        error => words.one("sync-cannot-ask", "words", &error.to_string()),
    }
}

fn refusal_of(words: &Words<'_>, failure: &Failure) -> String {
    match failure.status() {
        Some(status) => {
            let status = status.to_string();
            words.two("sync-answered", ("status", status.as_str()), ("words", failure.words()))
        }
        None => words.one("sync-silent", "words", failure.words()),
    }
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

/// What decides whether a record syncs.
type Sorted = (bool, bool, u8);

fn sort(facts: &Facts) -> Sorted {
    let login = match facts.login {
        Login::Active => 0,
        Login::None => 1,
        Login::Disabled => 2,
    };
    let is_company = facts.kind == Kind::Company;
    (facts.is_deactivated, is_company, if is_company { 0 } else { login })
}

async fn who(
    site: &Site,
    page: &Page,
    overview: &Overview,
    group: &Group,
) -> Result<Option<Who>, Error> {
    if group.size == 0 || group.size > MOST_LOOKED_AT {
        return Ok(None);
    }
    let mut sorts: BTreeMap<Sorted, (i64, Facts)> = BTreeMap::new();
    for kind in [Kind::Person, Kind::Company] {
        let mut after = String::new();
        loop {
            let mut db = site.read();
            let found = facts::of_group(&mut db, &group.group_id, &after, kind, PAGE).await?;
            let Some(last) = found.last() else { break };
            after = last.record.to_string();
            for facts in found {
                sorts.entry(sort(&facts)).or_insert((0, facts)).0 += 1;
            }
        }
    }
    let linked = overview.connections_of(&group.group_id).next();
    let rows = sorts.into_values().map(|(number, facts)| {
        let (key, needs_login) = match (facts.is_deactivated, facts.kind, facts.login) {
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
            match eligibility::check(connection.platform, &facts) {
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

async fn wished(
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

async fn done(
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

fn confirm(
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

fn removes(changes: &[Change]) -> i64 {
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

fn part(page: &Page, site: &Site, group: &Group, change: &Change) -> Part {
    let words = Words { page, platform: change.platform, now: site.now };
    let mut notes = Vec::new();
    let title = match (&change.from, &change.to) {
        (Some(from), None) => {
            notes.push(words.one("sync-unlink-keeps", "name", from));
            notes.push(words.t("sync-unlink-again"));
            words.one("sync-unlink-title", "name", from)
        }
        (from, Some(to)) => {
            if let Some(from) = from {
                notes.push(words.one("sync-move-keeps", "name", from));
            }
            if change.is_again && change.removes() > 0 {
                notes.push(words.t("sync-again-warns"));
            }
            if to.asks_approval {
                notes.push(words.t("sync-tick-approval-next"));
            }
            if let Some(kind) = to.group_type {
                let kind = words.group_type(kind);
                notes.push(words.one("sync-type-final", "kind", &kind));
            }
            words.one("sync-link-title", "name", &to.name)
        }
        (None, None) => words.one("sync-unlink-title", "name", &group.name),
    };
    let impact = change.to.as_ref().map(|to| impact(&words, &to.preview));
    Part { slug: change.platform.as_text(), title, notes, impact }
}

fn impact(words: &Words<'_>, preview: &Preview) -> Impact {
    let page = words.page;
    let removes: Vec<Removed> =
        preview.removes.iter().take(MOST_REMOVED).map(|entry| removed(words, entry)).collect();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let number = count(preview.removes.len());
    let not = preview.not.iter().map(|(reason, number)| {
        let why = words.reason(Some(*reason));
        words.page.locale.text("sync-not", &[("number", (*number).into()), ("why", (&why).into())])
    });
    let args = [
        ("syncs", preview.syncs.into()),
        ("of", preview.size.into()),
        ("there", preview.there.into()),
        ("platform", words.platform.name().into()),
    ];
    Impact {
        syncs: page.locale.text("sync-impact", &args),
        not: not.collect(),
        adds: names(page, "sync-adds", &preview.adds),
        updates: names(page, "sync-updates", &preview.updates),
        removes_title: page.t1("sync-removes", "number", number),
        more_removes: number - count(removes.len()),
        removes,
        managers: names(page, "sync-managers", &preview.managers),
        conflicts: names(page, "sync-conflicts", &preview.conflicts),
    }
}

pub fn removed(words: &Words<'_>, entry: &Entry) -> Removed {
    let name = match entry.name.is_empty() {
        true => words.page.t("sync-somebody"),
        false => entry.name.clone(),
    };
    Removed { name, why: why(words, entry.why) }
}

pub fn why(words: &Words<'_>, why: Why) -> String {
    words.t(match why {
        Why::LeftGroup => "sync-why-left",
        Why::NotEligible => "sync-why-not-eligible",
        Why::Stranger => "sync-why-stranger",
    })
}

fn names(page: &Page, key: &str, people: &[Person]) -> Names {
    let number = i64::try_from(people.len()).unwrap_or(i64::MAX);
    let shown: Vec<String> = people.iter().take(NAMES).map(|it| it.name.clone()).collect();
    let more = number - i64::try_from(shown.len()).unwrap_or(i64::MAX);
    Names { title: page.t1(key, "number", number), shown, more, number }
}

/// What an admin answered to the page that asks.
pub async fn link(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let fields = &form.fields;
    let changes = match wished(&site, &group, fields).await? {
        Ok(changes) => changes,
        Err(refused) => return refusal(&site, &admin, &group, refused),
    };
    let home = format!("/admin/groups/{}", group.group_id);
    if changes.is_empty() {
        return Ok(Redirect::to(&home).into_response());
    }
    let is_shown = |change: &Change| {
        fields.text(&format!("shown_{}", change.platform.as_text())) == change.digest()
    };
    if !changes.iter().all(is_shown) {
        let (problem, status) = (Some(ConfirmProblem::Changed), StatusCode::CONFLICT);
        return confirm(&site, &admin, &group, &changes, fields, problem, status);
    }
    let removes = removes(&changes);
    if removes > 0 && fields.text("count") != removes.to_string() {
        let typed = fields.text("count").chars().take(20).collect();
        let problem = Some(ConfirmProblem::OtherNumber { typed });
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return confirm(&site, &admin, &group, &changes, fields, problem, status);
    }
    if removes == 0 {
        return done(&site, &admin, &group, &changes).await;
    }
    let action_url = format!("{home}/link");
    let step = Step { removes, action_url, carried: &CARRIED, cancel_url: home };
    let admin = match proved(&site, admin, &form, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let response = done(&site, &admin, &group, &changes).await?;
    Ok(admin.keep_session(&site, response))
}

/// A refusal with the platform that it is about.
struct On {
    platform: Platform,
    refused: Refused,
}

impl Refused {
    fn on(self, platform: Platform) -> On {
        On { platform, refused: self }
    }
}

fn refusal(site: &Site, admin: &SignedIn, group: &Group, on: On) -> Result<Response, Error> {
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

/// The same plan as a sync's, without effect.
pub async fn preview(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let page = admin.visitor.page(&site, Here::Groups);
    let overview = Overview::of_group(&site, &group.group_id).await?;
    let (mut parts, mut silent) = (Vec::new(), Vec::new());
    for connection in overview.connections_of(&group.group_id) {
        let platform = connection.platform;
        let words = Words { page: &page, platform, now: site.now };
        let Some(link) = overview.link(platform, &group.group_id) else { continue };
        let remote = &link.remote_group_id;
        match preview::of(&site, &connection.integration, &group.group_id, remote).await {
            Ok(preview) => parts.push(Part {
                slug: platform.as_text(),
                title: words.one("sync-preview-of", "name", &link.remote_name),
                notes: Vec::new(),
                impact: Some(impact(&words, &preview)),
            }),
            Err(preview::Error::Database(error)) => return Err(error.into()),
            Err(error) => silent.push(vec![Piece::text(silence(&words, &error))]),
        }
    }
    let (group_id, group) = (group.group_id.to_string(), group.name);
    let view = DryRun { group_id, group, parts, silent, page };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}
