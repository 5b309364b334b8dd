//! Hooks, as an admin works with them: the list, a new one, its secret, closing it, and what waits.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::desk::{Step, found, proved};
use super::quarantine::{self, Decided};
use super::views::{
    Close, List, Made, NameProblem, New, NewSecret, Outcome, PastRow, Purpose, Row, Show, Wait,
    WaitingRow,
};
use super::{Field, Hook, LONGEST_NAME, State};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::id::HookId;
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::web::page::{Here, Toast};
use crate::web::{CheckedForm, Error, Fields, Form};

const SHOWN: i64 = 20;
const A_PAGE: i64 = 50;

pub async fn list(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let hooks = super::list(&mut site.read()).await?;
    let rows = hooks.iter().map(|hook| row(&site, &admin, hook)).collect();
    let view = List {
        page: admin.visitor.page(&site, Here::Settings),
        has_integrations: site.app.companion().is_some(),
        rows,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

fn row(site: &Site, admin: &SignedIn, hook: &Hook) -> Row {
    let moment = |at: Timestamp| admin.visitor.locale.moment(at, site.now);
    Row {
        id: hook.hook_id.to_string(),
        name: hook.name.clone(),
        url: site.url(&format!("/hooks/{}", hook.hook_id)),
        fields: hook.fields(),
        state: hook.state(),
        made: moment(hook.made_at),
        made_by: hook.made_by.clone(),
        last_used: hook.last_used_at.map(moment),
        calls_today: hook.calls_today(site.now),
        ignored: hook.ignored,
        waiting: hook.waiting,
        closed: hook.closed_at.map(moment),
        old_until: hook.overlaps_until(site.now).map(moment),
        old_used: hook.old_used_at.map(moment),
    }
}

pub async fn blank(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let view = new(&site, &admin, HookId::random());
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

fn new(site: &Site, admin: &SignedIn, id: HookId) -> New {
    New {
        page: admin.visitor.page(site, Here::Settings),
        hook_id: id.to_string(),
        name: String::new(),
        fields: vec![Field::Phone, Field::Picture, Field::Bio],
        problem: None,
        lacks_fields: false,
        is_stale: false,
    }
}

pub async fn add(site: Site, Admin(admin): Admin, form: CheckedForm) -> Result<Response, Error> {
    let fields = &form.fields;
    let id = fields.text("hook_id").parse().unwrap_or_else(|_| HookId::random());
    let mut view = new(&site, &admin, id.clone());
    view.name = fields.text("name").to_owned();
    view.fields = fields.all("field").filter_map(Field::of_name).collect();
    if !form.is_current {
        view.is_stale = true;
        return admin.visitor.shown(&site, StatusCode::FORBIDDEN, &view);
    }
    view.problem = name_problem(&view.name);
    view.lacks_fields = view.fields.is_empty();
    if view.problem.is_some() || view.lacks_fields {
        return admin.visitor.shown(&site, StatusCode::UNPROCESSABLE_ENTITY, &view);
    }
    let by = admin.session.member.name();
    let secret = super::add(&site, &id, &view.name, &view.fields, (&by, &admin.actor())).await?;
    match secret {
        Some(secret) => made(&site, &admin, id.as_str(), secret.expose(), true).await,
        // The form was sent twice, and the secret was shown once.
        None => Ok(home(&id)),
    }
}

fn name_problem(name: &str) -> Option<NameProblem> {
    match name.chars().count() {
        0 => Some(NameProblem::Empty),
        count if count > LONGEST_NAME => Some(NameProblem::Long),
        _ if name.chars().any(char::is_control) => Some(NameProblem::Controls),
        _ => None,
    }
}

/// The page that shows a secret, this once.
async fn made(
    site: &Site,
    admin: &SignedIn,
    id: &str,
    secret: &str,
    is_new: bool,
) -> Result<Response, Error> {
    let hook = found(site, id).await?;
    let view = Made {
        page: admin.visitor.page(site, Here::Settings),
        hook: row(site, admin, &hook),
        secret: secret.to_owned(),
        is_new,
    };
    admin.visitor.shown(site, StatusCode::OK, &view)
}

fn home(id: &HookId) -> Response {
    use axum::response::IntoResponse as _;
    Redirect::to(&format!("/admin/settings/hooks/{id}")).into_response()
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    let past = super::latest(&mut site.read(), &hook.hook_id, SHOWN).await?;
    let past = past.into_iter().map(|past| PastRow {
        when: admin.visitor.locale.moment(past.at, site.now),
        who: format!("{} {}", past.first_name, past.last_name).trim().to_owned(),
        fields: Field::listed(&past.fields),
        outcome: Outcome::of_text(&past.outcome),
    });
    let view = Show {
        past: past.collect(),
        page: admin.visitor.page(&site, Here::Settings),
        hook: row(&site, &admin, &hook),
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

pub async fn ask_secret(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    if hook.state() == State::Closed {
        return Ok(home(&hook.hook_id));
    }
    let view = NewSecret {
        page: admin.visitor.page(&site, Here::Settings),
        hook: row(&site, &admin, &hook),
        version: version(&hook),
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

/// The secret that its form was made for, so that a form sent twice ends no secret that is in use.
fn version(hook: &Hook) -> String {
    hook.secrets.to_string()
}

pub async fn new_secret(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    if form.fields.text("version") != version(&hook) {
        return Ok(home(&hook.hook_id));
    }
    let step =
        Step { purpose: Purpose::NewSecret, path: "new-secret", back: "", carried: &["version"] };
    let admin = match proved(&site, admin, &form, &hook, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let known = hook.secrets;
    let secret = super::replace_secret(&site, &hook.hook_id, known, &admin.actor()).await?;
    let response = match secret {
        Some(secret) => made(&site, &admin, &id, secret.expose(), false).await?,
        None => home(&hook.hook_id),
    };
    Ok(admin.keep_session(&site, response))
}

pub async fn ask_close(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    if hook.state() == State::Closed {
        return Ok(home(&hook.hook_id));
    }
    let page = admin.visitor.page(&site, Here::Settings);
    let view = Close { page, hook: row(&site, &admin, &hook) };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

/// Asks for no password: whoever has to stop a tool has no time to lose.
pub async fn close(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    super::close(&site, &hook.hook_id, &admin.actor()).await?;
    Ok(with_toast(&site, Toast::HookClosed, Redirect::to("/admin/settings/hooks")))
}

#[derive(Deserialize, Default)]
pub struct From {
    #[serde(default)]
    after: String,
}

pub async fn waiting(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    let Query(From { after }) = from.unwrap_or_default();
    let after =
        if after.bytes().all(|byte| byte.is_ascii_graphic()) { after } else { String::new() };
    let mut found = quarantine::page(&site, &hook.hook_id, &after, A_PAGE + 1).await?;
    let has_more = found.len() > A_PAGE as usize;
    found.truncate(A_PAGE as usize);
    let next = found.last().filter(|_| has_more).map(|last| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("after", &last.kept.delivery_id)
            .finish();
        format!("/admin/settings/hooks/{}/waiting?{query}", hook.hook_id)
    });
    let rows = found.iter().map(|waiting| WaitingRow {
        who: waiting.person.name(),
        url: format!("/admin/members/{}", waiting.person.member_id),
        when: admin.visitor.locale.moment(waiting.kept.sent_at, site.now),
        changes: waiting.person.changes(&waiting.values(&site)),
    });
    let view = Wait {
        rows: rows.collect(),
        page: admin.visitor.page(&site, Here::Settings),
        hook: row(&site, &admin, &hook),
        until: millis(site.now),
        next_url: next,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

fn millis(at: Timestamp) -> String {
    serde_json::to_string(&at).expect("a number is JSON")
}

/// Until when the admin has seen what waits; nothing that came later is decided with it.
fn seen(site: &Site, fields: &Fields) -> Timestamp {
    serde_json::from_str::<Timestamp>(fields.text("until")).map_or(site.now, |it| it.min(site.now))
}

pub async fn release(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    let step = Step {
        purpose: Purpose::Release { count: hook.waiting },
        path: "release",
        back: "/waiting",
        carried: &["until"],
    };
    let admin = match proved(&site, admin, &form, &hook, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let until = seen(&site, &form.fields);
    let decided = quarantine::release(&site, &hook.hook_id, until, &admin.actor()).await?;
    Ok(admin.keep_session(&site, decided_on(&site, &hook, decided, Toast::HookReleased)))
}

pub async fn discard(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let hook = found(&site, &id).await?;
    let step = Step {
        purpose: Purpose::Discard { count: hook.waiting },
        path: "discard",
        back: "/waiting",
        carried: &["until"],
    };
    let admin = match proved(&site, admin, &form, &hook, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let until = seen(&site, &form.fields);
    let decided = quarantine::discard(&site, &hook.hook_id, until, &admin.actor()).await?;
    Ok(admin.keep_session(&site, decided_on(&site, &hook, decided, Toast::HookDiscarded)))
}

fn decided_on(site: &Site, hook: &Hook, decided: Decided, toast: Toast) -> Response {
    let rest = if decided.still_waits { "/waiting" } else { "" };
    let to = Redirect::to(&format!("/admin/settings/hooks/{}{rest}", hook.hook_id));
    with_toast(site, toast, to)
}
