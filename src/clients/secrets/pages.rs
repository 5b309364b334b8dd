//! Secret Keys, as an admin works with them: looked at, made beside the present one, removed.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::views::{ConfirmNewSecret, ConfirmRemoveSecret, NewSecretProblem, Old as Choice};
use super::{MOST, Old, Secret};
use crate::associations::Site;
use crate::clients::desk::{Step, found, proved, shown};
use crate::clients::editor::Subject;
use crate::clients::steps::Purpose;
use crate::clients::{Client, Refusal, modal};
use crate::id::SecretId;
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::web::page::{Here, Toast};
use crate::web::{Error, Form};

const LONGEST_NAME: usize = 100;
const USUAL_DAYS: i64 = 7;

/// The newest Secret Key once more, to an admin who proved the password within 10 minutes.
pub async fn reveal(
    site: Site,
    admin: Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let newest = super::newest(&client, site.now).ok_or_else(Error::not_found)?.id.clone();
    revealed(&site, admin, form, client, &newest, "reveal").await
}

/// One of two.
pub async fn reveal_one(
    site: Site,
    admin: Admin,
    Path((id, secret)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let secret = live(&site, &client, &secret)?.id.clone();
    let path = format!("secrets/{secret}/reveal");
    revealed(&site, admin, form, client, &secret, &path).await
}

async fn revealed(
    site: &Site,
    Admin(admin): Admin,
    form: Form,
    client: Client,
    secret: &SecretId,
    path: &str,
) -> Result<Response, Error> {
    let purpose = Purpose::RevealSecretKey { client: client.name.clone() };
    let step = Step { purpose, path, carried: &[] };
    let admin = match proved(site, admin, &form, &client, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let by = admin.session.member.name();
    let (id, actor) = (&client.client_id, admin.actor());
    let plain = super::show(site, id, secret, &by, &actor).await?.ok_or_else(Error::not_found)?;
    let client = found(site, id.as_str()).await?;
    let (draft, _) = modal::draft(site, &admin, Some(&client)).await?;
    let mut view = modal::editor(site, &admin, draft, Some(client)).await?;
    if let Subject::Existing(existing) = &mut view.subject {
        existing.reveal(secret.as_str(), plain.expose());
    }
    let response = shown(site, &admin, StatusCode::OK, &view)?;
    Ok(admin.keep_session(site, response))
}

pub async fn ask_new(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let view = new_page(&site, &admin, &client, Choice::StopsIn { days: USUAL_DAYS }).await?;
    shown(&site, &admin, StatusCode::OK, &view)
}

async fn new_page(
    site: &Site,
    admin: &SignedIn,
    client: &Client,
    old: Choice,
) -> Result<ConfirmNewSecret, Error> {
    let live = client.secrets.iter().filter(|secret| secret.is_live(site.now));
    let used = live.clone().filter_map(|secret| secret.last_used_at).max();
    let is_full = live.count() >= MOST;
    let used = match used {
        Some(at) => Some(at),
        // Uses are on record since there may be two of them; log-ins were before.
        None => {
            let listed = crate::clients::list(&mut site.read()).await?;
            let listed = listed.into_iter().find(|listed| listed.client_id == client.client_id);
            listed.and_then(|listed| listed.last_log_in_at)
        }
    };
    Ok(ConfirmNewSecret {
        page: admin.visitor.page(site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        name: client.name.clone(),
        version: client.version,
        last_used: used.map(|at| admin.visitor.locale.moment(at, site.now)),
        is_full,
        old,
        key_name: String::new(),
        problem: None,
    })
}

/// Without a choice the present one stops at once, as it did before there was one.
pub async fn make_new(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let old = match form.fields.text("old").parse::<i64>() {
        Ok(days @ 1..=super::LONGEST_OVERLAP_DAYS) => Choice::StopsIn { days },
        _ => Choice::StopsAtOnce,
    };
    let name = form.fields.text("key_name").to_owned();
    if name.chars().count() > LONGEST_NAME {
        let problem = Some(NewSecretProblem::NameTooLong { most: LONGEST_NAME });
        let view = ConfirmNewSecret {
            key_name: name,
            problem,
            ..new_page(&site, &admin, &client, old).await?
        };
        return shown(&site, &admin, StatusCode::UNPROCESSABLE_ENTITY, &view);
    }
    let purpose = Purpose::NewSecretKey { client: client.name.clone() };
    let step = Step { purpose, path: "new-secret", carried: &["old", "key_name"] };
    let admin = match proved(&site, admin, &form, &client, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let end = match old {
        Choice::StopsAtOnce => Old::StopsAtOnce,
        Choice::StopsIn { days } => Old::StopsIn { days },
    };
    let response =
        match super::replace(&site, &client.client_id, &name, end, &admin.actor()).await? {
            Ok(_) => with_toast(&site, Toast::SecretReplaced, home(&client)),
            Err(Refusal::TwoSecrets) => {
                let problem = Some(NewSecretProblem::TwoSecrets);
                let page = new_page(&site, &admin, &client, old).await?;
                let view = ConfirmNewSecret { key_name: name, problem, ..page };
                shown(&site, &admin, StatusCode::UNPROCESSABLE_ENTITY, &view)?
            }
            Err(Refusal::NoSecret | Refusal::SignsInstead | Refusal::Unknown(_)) => {
                return Err(Error::not_found());
            }
            Err(refusal) => return Err(Error::broken(refusal)),
        };
    Ok(admin.keep_session(&site, response))
}

pub async fn ask_remove(
    site: Site,
    Admin(admin): Admin,
    Path((id, secret)): Path<(String, String)>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let secret = live(&site, &client, &secret)?;
    let view = remove_page(&site, &admin, &client, &secret.id)?;
    shown(&site, &admin, StatusCode::OK, &view)
}

fn remove_page(
    site: &Site,
    admin: &SignedIn,
    client: &Client,
    secret: &SecretId,
) -> Result<ConfirmRemoveSecret, Error> {
    let mut keys = modal::keys(site, admin, client);
    let place = keys.iter().position(|key| key.id == secret.as_str());
    Ok(ConfirmRemoveSecret {
        page: admin.visitor.page(site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        name: client.name.clone(),
        version: client.version,
        key: keys.remove(place.ok_or_else(Error::not_found)?),
        other: keys.pop(),
    })
}

pub async fn remove(
    site: Site,
    Admin(admin): Admin,
    Path((id, secret)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let secret = live(&site, &client, &secret)?;
    let purpose =
        Purpose::RemoveSecretKey { client: client.name.clone(), start: secret.start.clone() };
    let path = format!("secrets/{}/remove", secret.id);
    let step = Step { purpose, path: &path, carried: &[] };
    let admin = match proved(&site, admin, &form, &client, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let response = match super::remove(&site, &client.client_id, &secret.id, &admin.actor()).await?
    {
        Ok(()) => with_toast(&site, Toast::SecretRemoved, home(&client)),
        Err(Refusal::LastSecret) => {
            let client = found(&site, client.client_id.as_str()).await?;
            let view = remove_page(&site, &admin, &client, &secret.id)?;
            shown(&site, &admin, StatusCode::UNPROCESSABLE_ENTITY, &view)?
        }
        Err(Refusal::UnknownSecret) => return Err(Error::not_found()),
        Err(refusal) => return Err(Error::broken(refusal)),
    };
    Ok(admin.keep_session(&site, response))
}

fn home(client: &Client) -> Redirect {
    Redirect::to(&format!("/admin/sso-clients/{}", client.client_id))
}

/// The live Secret Key of this client that an address names.
fn live<'a>(site: &Site, client: &'a Client, id: &str) -> Result<&'a Secret, Error> {
    let mut live = client.secrets.iter().filter(|secret| secret.is_live(site.now));
    live.find(|secret| secret.id.as_str() == id).ok_or_else(Error::not_found)
}
