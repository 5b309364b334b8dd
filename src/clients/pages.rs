//! SSO Clients, as an admin sees them: the list, the modal over it, and the steps that ask twice.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::draft::Draft;
use super::editor::{Editor, Endpoints, Existing, SecretKey, Shown, Subject, TakeOver};
use super::secrets::{self, Old};
use super::steps::{
    self, ConfirmDelete, ConfirmNewSecret, ConfirmSwitchOff, Conflict, Impact, Prove, ProveProblem,
    Purpose,
};
use super::views::{List, Row, Status};
use super::{Client, Identity, Refusal, Settings};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::id::ClientId;
use crate::sessions::{self, Admin, BUSY_SECONDS, Proof, SignedIn, with_toast};
use crate::web::page::{Here, Toast, html};
use crate::web::{self, CheckedForm, Error, Form};

#[derive(Deserialize, Default)]
pub struct Search {
    #[serde(default)]
    q: String,
}

pub async fn list(
    site: Site,
    Admin(admin): Admin,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Search { q }) = search.unwrap_or_default();
    let search = q.trim().to_owned();
    let rows = rows(&site, &admin, &search).await?;
    let page = admin.visitor.page(&site, Here::SsoClients);
    shown(&site, &admin, StatusCode::OK, &List { page, search, rows })
}

/// The modal for a new client.
pub async fn blank(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let draft = Draft::blank();
    edited(&site, &admin, draft, None, StatusCode::OK).await
}

pub async fn add(site: Site, Admin(admin): Admin, form: CheckedForm) -> Result<Response, Error> {
    let mut draft = Draft::of(&site, &form.fields);
    if !form.is_current {
        return stale(&site, &admin, draft, None).await;
    }
    if form.fields.has("add") || form.fields.has("remove") {
        draft.rearrange(&form.fields);
        return edited(&site, &admin, draft, None, StatusCode::OK).await;
    }
    let Some((settings, identity)) = draft.complete(true) else {
        return edited(&site, &admin, draft, None, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let identity = identity.unwrap_or(Identity::Fresh);
    match super::add(&site, &settings, identity, &admin.actor()).await? {
        Ok(_) => Ok(with_toast(&site, Toast::ClientAdded, Redirect::to("/admin/sso-clients"))),
        Err(_taken) => {
            draft.client_id_is_taken();
            edited(&site, &admin, draft, None, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let draft = Draft::saved(&client);
    edited(&site, &admin, draft, Some(client), StatusCode::OK).await
}

/// Saves what was changed, unless somebody else was first: then the difference is shown.
pub async fn change(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: CheckedForm,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let mut draft = Draft::of(&site, &form.fields);
    if !form.is_current {
        return stale(&site, &admin, draft, Some(client)).await;
    }
    if form.fields.has("add") || form.fields.has("remove") {
        draft.rearrange(&form.fields);
        return edited(&site, &admin, draft, Some(client), StatusCode::OK).await;
    }
    let Some((settings, _)) = draft.complete(false) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return edited(&site, &admin, draft, Some(client), status).await;
    };
    let version = form.fields.text("version").parse().unwrap_or(0);
    let before = client.settings.clone();
    let id = &client.client_id;
    match super::change(&site, id, version, &before, &settings, &admin.actor()).await? {
        Ok(()) => {
            let to = Redirect::to(&format!("/admin/sso-clients/{id}"));
            Ok(with_toast(&site, Toast::Saved, to))
        }
        Err(_) => {
            let theirs = found(&site, id.as_str()).await?;
            let view = Conflict {
                page: admin.visitor.page(&site, Here::SsoClients),
                client_id: id.to_string(),
                by: super::last_changed_by(&site, id).await?,
                at: admin.visitor.locale.moment(theirs.updated_at, site.now),
                yours: steps::Draft::of(&settings),
                theirs: steps::Draft::of(&theirs.settings),
                version: theirs.version,
            };
            shown(&site, &admin, StatusCode::CONFLICT, &view)
        }
    }
}

/// The Secret Key once more, to an admin who proved the password within 10 minutes.
pub async fn reveal(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let purpose = Purpose::RevealSecretKey { client: client.name.clone() };
    let admin = match proved(&site, admin, &form, purpose, &client, "reveal").await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let by = admin.session.member.name();
    let newest = secrets::newest(&client, site.now).ok_or_else(Error::not_found)?;
    let (id, actor) = (&client.client_id, admin.actor());
    let secret = secrets::show(&site, id, &newest.id, &by, &actor).await?;
    let secret = secret.ok_or_else(Error::not_found)?;
    let client = found(&site, id.as_str()).await?;
    let draft = Draft::saved(&client);
    let key = SecretKey::Revealed { value: secret.expose().to_owned() };
    let mut view = editor(&site, &admin, draft, Some(client)).await?;
    if let Subject::Existing(existing) = &mut view.subject {
        existing.secret_key = key;
    }
    let response = shown(&site, &admin, StatusCode::OK, &view)?;
    Ok(admin.keep_session(&site, response))
}

pub async fn ask_new_secret(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let listed = super::list(&mut site.read()).await?;
    let used = listed.into_iter().find(|listed| listed.client_id == client.client_id);
    let view = ConfirmNewSecret {
        page: admin.visitor.page(&site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        name: client.name.clone(),
        version: client.version,
        last_used: used
            .and_then(|listed| listed.last_log_in_at)
            .map(|at| admin.visitor.locale.moment(at, site.now)),
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

pub async fn new_secret(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let purpose = Purpose::NewSecretKey { client: client.name.clone() };
    let admin = match proved(&site, admin, &form, purpose, &client, "new-secret").await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let actor = admin.actor();
    match secrets::replace(&site, &client.client_id, "", Old::StopsAtOnce, &actor).await? {
        Ok(_) => {
            let to = Redirect::to(&format!("/admin/sso-clients/{}", client.client_id));
            let response = with_toast(&site, Toast::SecretReplaced, to);
            Ok(admin.keep_session(&site, response))
        }
        Err(Refusal::NoSecret | Refusal::SignsInstead | Refusal::Unknown(_)) => {
            Err(Error::not_found())
        }
        Err(refusal) => Err(Error::broken(refusal)),
    }
}

pub async fn ask_switch_off(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let view = ConfirmSwitchOff {
        page: admin.visitor.page(&site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        impact: impact(&site, &client).await?,
        version: client.version,
        name: client.settings.name,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

pub async fn switch_off(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let id = found(&site, &id).await?.client_id;
    let by = admin.session.member.name();
    super::disable(&site, &id, &by, &admin.actor()).await?;
    let to = Redirect::to(&format!("/admin/sso-clients/{id}"));
    Ok(with_toast(&site, Toast::ClientSwitchedOff, to))
}

pub async fn switch_on(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let id = found(&site, &id).await?.client_id;
    super::enable(&site, &id, &admin.actor()).await?;
    let to = Redirect::to(&format!("/admin/sso-clients/{id}"));
    Ok(with_toast(&site, Toast::ClientSwitchedOn, to))
}

pub async fn ask_delete(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let view = ConfirmDelete {
        page: admin.visitor.page(&site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        impact: impact(&site, &client).await?,
        version: client.version,
        name: client.settings.name,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

pub async fn delete(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let purpose = Purpose::Delete { client: client.name.clone() };
    let admin = match proved(&site, admin, &form, purpose, &client, "delete").await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    super::delete(&site, &client.client_id, &admin.actor()).await?;
    let to = Redirect::to("/admin/sso-clients");
    let response = with_toast(&site, Toast::ClientDeleted, to);
    Ok(admin.keep_session(&site, response))
}

/// An admin whose password was typed within 10 minutes; the session may have a new id since.
struct Proved {
    admin: SignedIn,
    is_new_session: bool,
}

impl std::ops::Deref for Proved {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.admin
    }
}

impl Proved {
    fn keep_session(&self, site: &Site, response: Response) -> Response {
        if self.is_new_session { self.admin.give(site, response) } else { response }
    }
}

/// Goes on when the password is fresh, or stands in the form; otherwise answers the page that asks
/// for it and then does the same thing.
async fn proved(
    site: &Site,
    admin: SignedIn,
    form: &Form,
    purpose: Purpose,
    client: &Client,
    step: &str,
) -> Result<Result<Proved, Response>, Error> {
    if admin.session.is_fresh(site.now) {
        return Ok(Ok(Proved { admin, is_new_session: false }));
    }
    let problem = if form.fields.has("password") {
        let (password, address) = (form.fields.raw("password"), admin.visitor.address.key());
        match sessions::prove(site, &admin.session, &admin.token, password, &address).await? {
            Ok(Proof::Proved(token)) => {
                return Ok(Ok(Proved { admin: admin.renewed(token), is_new_session: true }));
            }
            Ok(Proof::Wrong) => Some(ProveProblem::WrongPassword),
            Ok(Proof::TooManyTries { seconds }) => Some(ProveProblem::TooManyTries { seconds }),
            Err(_busy) => Some(ProveProblem::Busy),
        }
    } else {
        None
    };
    let base = format!("/admin/sso-clients/{}", client.client_id);
    let view = Prove {
        page: admin.visitor.page(site, Here::SsoClients),
        email: admin.session.member.email.clone(),
        purpose,
        action_url: format!("{base}/{step}"),
        carried: vec![("version".to_owned(), client.version.to_string())],
        cancel_url: base,
        problem,
    };
    let page = shown(site, &admin, StatusCode::OK, &view)?;
    Ok(Err(match problem {
        Some(ProveProblem::TooManyTries { seconds }) => {
            web::later(page, StatusCode::TOO_MANY_REQUESTS, seconds)
        }
        Some(ProveProblem::Busy) => web::later(page, StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS),
        _ => page,
    }))
}

async fn found(site: &Site, id: &str) -> Result<Client, Error> {
    let id = id.parse::<ClientId>().map_err(|_| Error::not_found())?;
    super::load(site, &id).await?.ok_or_else(Error::not_found)
}

async fn impact(site: &Site, client: &Client) -> Result<Impact, Error> {
    let stake = super::at_stake(site, &client.client_id).await?;
    Ok(Impact { people: stake.people, tokens: stake.tokens })
}

async fn rows(site: &Site, admin: &SignedIn, search: &str) -> Result<Vec<Row>, Error> {
    let wanted = search.to_lowercase();
    let listed = super::list(&mut site.read()).await?;
    let rows = listed.into_iter().map(|client| Row {
        id: client.client_id.to_string(),
        host: client.first_url.map(|url| url.host()).unwrap_or_default(),
        status: status(site, admin, client.disabled_at, client.disabled_by, client.last_log_in_at),
        name: client.name,
    });
    let matches = |row: &Row| {
        row.name.to_lowercase().contains(&wanted)
            || row.host.contains(&wanted)
            || row.id.starts_with(&wanted)
    };
    Ok(rows.filter(matches).collect())
}

fn status(
    site: &Site,
    admin: &SignedIn,
    disabled_at: Option<Timestamp>,
    disabled_by: Option<String>,
    last_log_in_at: Option<Timestamp>,
) -> Status {
    let moment = |at| admin.visitor.locale.moment(at, site.now);
    match (disabled_at, last_log_in_at) {
        (Some(at), _) => Status::SwitchedOff { by: disabled_by, at: moment(at) },
        (None, Some(at)) => Status::LastLogIn { at: moment(at) },
        (None, None) => Status::NotUsedYet,
    }
}

async fn edited(
    site: &Site,
    admin: &SignedIn,
    draft: Draft,
    client: Option<Client>,
    status: StatusCode,
) -> Result<Response, Error> {
    let view = editor(site, admin, draft, client).await?;
    shown(site, admin, status, &view)
}

/// A form from before a log-in or log-out: nothing is done, and nothing that was typed is lost.
async fn stale(
    site: &Site,
    admin: &SignedIn,
    draft: Draft,
    client: Option<Client>,
) -> Result<Response, Error> {
    let mut view = editor(site, admin, draft, client).await?;
    view.form_stale = true;
    shown(site, admin, StatusCode::FORBIDDEN, &view)
}

async fn editor(
    site: &Site,
    admin: &SignedIn,
    draft: Draft,
    client: Option<Client>,
) -> Result<Editor, Error> {
    let rows = rows(site, admin, "").await?;
    let subject = match client {
        Some(client) => Subject::Existing(Box::new(existing(site, admin, client, &rows))),
        None => Subject::New(TakeOver {
            client_id: draft.client_id,
            client_id_problem: draft.client_id_problem,
            secret_key_problem: draft.secret_key_problem,
            secret_key_typed: draft.secret_key_typed,
        }),
    };
    Ok(Editor {
        page: admin.visitor.page(site, Here::SsoClients),
        rows,
        subject,
        name: draft.name,
        name_problem: draft.name_problem,
        redirect_urls: draft.urls,
        urls_problem: draft.urls_problem,
        form_stale: false,
    })
}

fn existing(site: &Site, admin: &SignedIn, client: Client, rows: &[Row]) -> Existing {
    let id = client.client_id.to_string();
    let status = rows.iter().find(|row| row.id == id).map(|row| row.status.clone());
    let moment = |at| admin.visitor.locale.moment(at, site.now);
    let secret_key = match secrets::newest(&client, site.now) {
        Some(secret) => SecretKey::Masked {
            start: secret.start.clone(),
            last_shown: secret
                .shown_at
                .zip(secret.shown_by.clone())
                .map(|(at, by)| Shown { by, at: moment(at) }),
        },
        None => SecretKey::Public,
    };
    Existing {
        client_id: id,
        saved_name: client.settings.name,
        version: client.version,
        status: status.unwrap_or(Status::NotUsedYet),
        secret_key,
        endpoints: Endpoints {
            directory_document: site.association.issuer.to_string(),
            authorization: site.url("/oauth/authorize"),
            token: site.url("/oauth/token"),
            userinfo: site.url("/oauth/userinfo"),
            scope: "profile".to_owned(),
        },
    }
}

fn shown(
    site: &Site,
    admin: &SignedIn,
    status: StatusCode,
    view: &impl Template,
) -> Result<Response, Error> {
    let body = view.render().map_err(Error::broken)?;
    Ok(admin.visitor.keep_browser(site, (status, html(body)).into_response()))
}

impl steps::Draft {
    fn of(settings: &Settings) -> Self {
        let urls = settings.redirect_urls.iter().map(ToString::to_string);
        Self { name: settings.name.clone(), redirect_urls: urls.collect() }
    }
}
