//! Held removals, as an admin decides them: let them go, keep everybody, stop halfway, bring back.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::desk::removal_step;
use super::views::{PlanPage, Problem, Row, Step as Next};
use super::{Plan, PlanState, Refusal, Removal};
use crate::associations::Site;
use crate::db;
use crate::groups::Group;
use crate::groups::desk::found;
use crate::id::{PlanId, RecordId};
use crate::sessions::prove::desk::{carried, proved};
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::sync::linking::impact::why;
use crate::sync::places::{self, State};
use crate::sync::platform::Platform;
use crate::sync::status::views::{Cell, Piece};
use crate::sync::status::words::Words;
use crate::sync::{facts, guard, link};
use crate::web::locale::Locale;
use crate::web::page::{Here, Page, Toast};
use crate::web::{Error, Form, csv};

const A_PAGE: i64 = 200;
/// Names of those who wait to be added.
const ADDS: i64 = 20;

/// A plan of the group in the address.
async fn plan(site: &Site, group: &str, plan: &str) -> Result<(Group, Plan), Error> {
    let group = found(site, group).await?;
    let plan = super::find(&mut site.read(), &PlanId::presented(plan)).await?;
    let plan = plan.filter(|plan| plan.group_id == group.group_id);
    Ok((group, plan.ok_or_else(Error::not_found)?))
}

fn url(plan: &Plan, rest: &str) -> String {
    format!("/admin/groups/{}/plans/{}{rest}", plan.group_id, plan.plan_id)
}

#[derive(Deserialize, Default)]
pub struct From {
    #[serde(default)]
    after: String,
    #[serde(default)]
    export: String,
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path((group, id)): Path<(String, String)>,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, Error> {
    let (group, plan) = plan(&site, &group, &id).await?;
    let Query(From { after, export }) = from.unwrap_or_default();
    if export == "csv" {
        return Ok(download(site.clone(), admin.visitor.locale, &group, plan));
    }
    let after = if after.bytes().all(|it| it.is_ascii_graphic()) { after } else { String::new() };
    page(&site, &admin, &group, &plan, &after, None, StatusCode::OK).await
}

async fn page(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    plan: &Plan,
    after: &str,
    problem: Option<Problem>,
    status: StatusCode,
) -> Result<Response, Error> {
    let page = admin.visitor.page(site, Here::Groups);
    let platform = plan.platform().ok_or_else(Error::not_found)?;
    let words = Words { page: &page, platform, now: site.now };
    let mut removals = super::removals(site, &plan.plan_id, after, A_PAGE + 1).await?;
    let has_more = removals.len() > A_PAGE as usize;
    removals.truncate(A_PAGE as usize);
    let last = removals.last().filter(|_| has_more).map(|last| last.record_id.to_string());
    let (removed, restored) = super::tally(&mut site.read(), &plan.plan_id).await?;
    let (adds, more_adds) = adds(site, platform, plan).await?;
    let size = size(site, platform, plan).await?;
    let (title, status_cell) = told(&words, plan, size, removed);
    let step = match plan.state() {
        PlanState::Held => Next::Decide,
        PlanState::Released if removed < plan.removes => {
            let removed = if plan.can_be_restored(site.now) { removed - restored } else { 0 };
            Next::Stop { removed }
        }
        _ if removed > restored && plan.can_be_restored(site.now) => {
            Next::Restore { removed: removed - restored }
        }
        _ => Next::None,
    };
    let rows = removals.into_iter().map(|removal| row(&words, removal)).collect();
    let number = i64::try_from(adds.len()).unwrap_or(i64::MAX) + more_adds;
    let view = PlanPage {
        group_id: group.group_id.to_string(),
        group: group.name.clone(),
        plan_id: plan.plan_id.to_string(),
        title,
        status: status_cell,
        cause: cause(&words, plan),
        removes: plan.removes,
        rows,
        adds_title: page.t1("sync-adds", "number", number),
        adds,
        more_adds,
        next_url: last.map(|last| url(plan, &format!("?after={last}"))),
        export_url: url(plan, "?export=csv"),
        step,
        problem,
        page,
    };
    admin.visitor.shown(site, status, &view)
}

fn row(words: &Words<'_>, removal: Removal) -> Row {
    let page = words.page;
    let moment = |key: &str, at| page.t1(key, "when", &page.locale.moment(at, words.now));
    let state = match (removal.restored_at, removal.removed_at) {
        (Some(at), _) => moment("sync-brought-back", at),
        (None, Some(at)) => moment("sync-removed-at", at),
        (None, None) => String::new(),
    };
    let is_ours = !places::is_stranger(&removal.record_id);
    Row {
        url: is_ours.then(|| format!("/admin/members/{}", removal.record_id)),
        why: why(words, removal.why),
        name: match removal.name.is_empty() {
            true => page.t("sync-somebody"),
            false => removal.name,
        },
        state,
    }
}

/// Those who wait to be added meanwhile.
async fn adds(
    site: &Site,
    platform: Platform,
    plan: &Plan,
) -> Result<(Vec<String>, i64), db::Error> {
    if plan.state() != PlanState::Held {
        return Ok((Vec::new(), 0));
    }
    let (mut db, mut names) = (site.read(), Vec::new());
    let group = &plan.group_id;
    let waiting = places::in_state(&mut db, platform, group, State::Pending, "", ADDS).await?;
    let all = places::count(&mut db, platform, group, State::Pending).await?;
    for place in waiting {
        let facts = facts::of(&mut db, platform, &place.record_id).await?;
        names.extend(facts.map(|facts| facts.name()));
    }
    let shown = i64::try_from(names.len()).unwrap_or(i64::MAX);
    Ok((names, (all - shown).max(0)))
}

/// Of how many they are. While a plan is held, people are still added.
async fn size(site: &Site, platform: Platform, plan: &Plan) -> Result<i64, Error> {
    if plan.state() != PlanState::Held {
        return Ok(plan.size_before);
    }
    let link = link::find(&mut site.read(), platform, &plan.group_id).await?;
    Ok(link.map_or(plan.size_before, |link| link.confirmed.max(plan.size_before)))
}

/// The headline, and what became of it.
fn told(words: &Words<'_>, plan: &Plan, size: i64, removed: i64) -> (String, Cell) {
    let page = words.page;
    let title = words.two("sync-would-remove-title", ("removes", plan.removes), ("of", size));
    let over = words.two("sync-plan-title", ("removes", plan.removes), ("of", size));
    let decided = plan.decided_at.unwrap_or(plan.made_at);
    let when = page.locale.moment(decided, words.now);
    let small = |key: &str| vec![Piece::text(words.one(key, "when", &when))];
    let gone = [("removed", removed.into()), ("of", plan.removes.into())];
    let gone = Piece::text(page.locale.text("sync-removed-so-far", &gone));
    match plan.state() {
        PlanState::Held | PlanState::Making => {
            let small = vec![Piece::text(words.t("sync-plan-held"))];
            (title, Cell { small, ..Cell::of("held", page.t("sync-held")) })
        }
        PlanState::Released => {
            let mut small = small("sync-plan-released-when");
            small.push(gone);
            (over, Cell { small, ..Cell::of("ok", page.t("sync-plan-released")) })
        }
        PlanState::Stopped => {
            let mut small = small("sync-plan-stopped-when");
            small.push(gone);
            (over, Cell { small, ..Cell::of("bad", page.t("sync-plan-stopped")) })
        }
        PlanState::Discarded => {
            let small = small("sync-plan-discarded-when");
            (over, Cell { small, ..Cell::of("ok", page.t("sync-plan-discarded")) })
        }
        PlanState::Ended => {
            let mut small = small("sync-plan-ended-when");
            if removed > 0 {
                small.push(gone);
            }
            (over, Cell { small, ..Cell::of("na", page.t("sync-plan-ended")) })
        }
    }
}

/// Why it was held.
fn cause(words: &Words<'_>, plan: &Plan) -> Vec<Piece> {
    let page = words.page;
    let text = match plan.cause.as_str() {
        "first" => words.t("sync-cause-first"),
        "credentials" => words.t("sync-cause-credentials"),
        "restored" => words.t("sync-cause-restored"),
        "conditions" => page.t("sync-cause-conditions"),
        "emptied" => page.t("sync-cause-emptied"),
        "daily" => page.t("sync-cause-daily"),
        "many_associations" => page.t("sync-cause-many-associations"),
        "linked" => page.t("sync-cause-linked"),
        "stopped" => page.t("sync-cause-stopped"),
        _ => page.t1("sync-cause-too-many", "most", guard::most(plan.size_before)),
    };
    let history = format!("/admin/groups/{}/history", plan.group_id);
    vec![Piece::text(text), Piece::link(page.t("sync-see-changes"), history)]
}

fn download(site: Site, locale: Locale, group: &Group, plan: Plan) -> Response {
    let keys = ["sync-person", "sync-why", "members-csv-id", "sync-removed", "sync-restored"];
    let headings = keys.map(|key| locale.text(key, &[]));
    let name = format!("{}-{}", group.name, plan.plan_id);
    let next = move |after: String| file(site.clone(), locale, plan.clone(), after);
    csv::download(&name, &headings, String::new(), next)
}

async fn file(site: Site, locale: Locale, plan: Plan, after: String) -> csv::Page<String> {
    let removals = super::removals(&site, &plan.plan_id, &after, A_PAGE).await?;
    let is_full = removals.len() == A_PAGE as usize;
    let last = removals.last().map(|last| last.record_id.to_string());
    let page = Page::bare(&site, locale);
    let platform = plan.platform().unwrap_or(Platform::Mobilize);
    let words = Words { page: &page, platform, now: site.now };
    let when = |at: Option<crate::clock::Timestamp>| at.map(|at| at.to_string());
    let rows = removals.into_iter().map(|removal| {
        let id: &RecordId = &removal.record_id;
        vec![
            removal.name.clone(),
            why(&words, removal.why),
            id.to_string(),
            when(removal.removed_at).unwrap_or_default(),
            when(removal.restored_at).unwrap_or_default(),
        ]
    });
    Ok((rows.collect(), last.filter(|_| is_full)))
}

/// Lets exactly those go who were shown, once their number was typed and the password proved.
pub async fn release(
    site: Site,
    Admin(admin): Admin,
    Path((group, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Error> {
    let (group, plan) = plan(&site, &group, &id).await?;
    let typed = form.fields.text("count").to_owned();
    if plan.state() == PlanState::Held && typed != plan.removes.to_string() {
        let typed = typed.chars().take(20).collect();
        let refusal = Refusal::OtherNumber { typed, removes: plan.removes };
        return refused(&site, &admin, &group, &plan, refusal).await;
    }
    let page = admin.visitor.page(&site, Here::Groups);
    let (to, cancel_url) = (url(&plan, "/release"), url(&plan, ""));
    let step = removal_step(page, plan.removes, to, carried(&form, &["count"]), cancel_url);
    let admin = match proved(&site, admin, &form, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let released = super::release(&site, &plan.plan_id, &typed, &admin.actor()).await?;
    let response = match released {
        Ok(()) => back(&site, &plan, Toast::RemovalsReleased),
        Err(refusal) => refused(&site, &admin, &group, &plan, refusal).await?,
    };
    Ok(admin.keep_session(&site, response))
}

fn back(site: &Site, plan: &Plan, toast: Toast) -> Response {
    with_toast(site, toast, Redirect::to(&url(plan, "")))
}

async fn refused(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    plan: &Plan,
    refusal: Refusal,
) -> Result<Response, Error> {
    let (problem, status) = match refusal {
        Refusal::Unknown => return Ok(Error::not_found().into_response()),
        Refusal::OtherNumber { typed, .. } => {
            (Problem::OtherNumber { typed }, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Refusal::Grown { then, now } => (Problem::Grown { then, now }, StatusCode::CONFLICT),
        Refusal::NotHeld => (Problem::Decided, StatusCode::CONFLICT),
        Refusal::TooLate => (Problem::TooLate, StatusCode::CONFLICT),
    };
    page(site, admin, group, plan, "", Some(problem), status).await
}

/// Everybody of the plan stays.
pub async fn discard(
    site: Site,
    Admin(admin): Admin,
    Path((group, id)): Path<(String, String)>,
    _form: Form,
) -> Result<Response, Error> {
    let (group, plan) = plan(&site, &group, &id).await?;
    match super::discard(&site, &plan.plan_id, &admin.actor()).await? {
        Ok(()) => Ok(back(&site, &plan, Toast::RemovalsDiscarded)),
        Err(refusal) => refused(&site, &admin, &group, &plan, refusal).await,
    }
}

pub async fn stop(
    site: Site,
    Admin(admin): Admin,
    Path((group, id)): Path<(String, String)>,
    _form: Form,
) -> Result<Response, Error> {
    let (group, plan) = plan(&site, &group, &id).await?;
    match super::stop(&site, &plan.plan_id, &admin.actor()).await? {
        Ok(()) => Ok(back(&site, &plan, Toast::RemovalsStopped)),
        Err(refusal) => refused(&site, &admin, &group, &plan, refusal).await,
    }
}

pub async fn restore(
    site: Site,
    Admin(admin): Admin,
    Path((group, id)): Path<(String, String)>,
    _form: Form,
) -> Result<Response, Error> {
    let (group, plan) = plan(&site, &group, &id).await?;
    match super::restore(&site, &plan.plan_id, &admin.actor()).await? {
        Ok(_) => Ok(back(&site, &plan, Toast::MembersRestored)),
        Err(refusal) => refused(&site, &admin, &group, &plan, refusal).await,
    }
}
