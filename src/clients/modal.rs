//! The list of SSO clients and the modal over it, put together for the admin who looks at them.

use axum::http::StatusCode;
use axum::response::Response;

use super::desk::shown;
use super::draft::{Draft, Offer};
use super::editor::{Editor, Endpoints, Existing, SecretKey, Subject};
use super::health::views::Today;
use super::notices::views::{NoticeRow, State};
use super::notices::{self, Notice};
use super::secrets::Secret;
use super::secrets::views::{KeyRow, Shown, Usage};
use super::views::{Row, Status};
use super::{Client, TokenAuthMethod, health, permitted};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::id::ClientId;
use crate::sessions::SignedIn;
use crate::web::Error;
use crate::web::page::Here;

/// Whoever has not used a Secret Key for so long will not miss it.
const QUIET_SECONDS: i64 = 7 * 24 * 3600;

pub async fn rows(site: &Site, admin: &SignedIn, search: &str) -> Result<Vec<Row>, Error> {
    let wanted = search.to_lowercase();
    let listed = super::list(&mut site.read()).await?;
    let today = health::today_of_all(site).await?;
    let named = permitted::names(&mut site.read()).await?;
    let groups = |id: &ClientId| {
        let of_it = named.iter().filter(|(client, _)| client == id);
        of_it.map(|(_, name)| name.clone()).collect()
    };
    let rows = listed.into_iter().map(|client| Row {
        today: today.get(&client.client_id).map_or_else(Today::default, |tally| Today {
            sign_ins: tally.sign_ins,
            failures: tally.failures,
        }),
        groups: groups(&client.client_id),
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

pub async fn edited(
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
pub async fn stale(
    site: &Site,
    admin: &SignedIn,
    draft: Draft,
    client: Option<Client>,
) -> Result<Response, Error> {
    let mut view = editor(site, admin, draft, client).await?;
    view.form_stale = true;
    shown(site, admin, StatusCode::FORBIDDEN, &view)
}

pub async fn editor(
    site: &Site,
    admin: &SignedIn,
    draft: Draft,
    client: Option<Client>,
) -> Result<Editor, Error> {
    let rows = rows(site, admin, "").await?;
    let subject = match client {
        Some(client) => {
            let notices = notices::latest(site, &client.client_id).await?;
            Subject::Existing(Box::new(existing(site, admin, client, notices, &rows)))
        }
        None => Subject::New(draft.take_over),
    };
    Ok(Editor {
        page: admin.visitor.page(site, Here::SsoClients),
        rows,
        subject,
        form: draft.form,
        form_stale: false,
        is_full: false,
    })
}

/// The form as it stands for this client, or for a new one.
pub async fn draft(
    site: &Site,
    admin: &SignedIn,
    client: Option<&Client>,
) -> Result<(Draft, Offer), Error> {
    let (locale, offer) = (admin.visitor.locale, Offer::load(site, client).await?);
    let draft = match client {
        Some(client) => Draft::saved(site, locale, &offer, client),
        None => Draft::blank(site, locale, &offer),
    };
    Ok((draft, offer))
}

fn existing(
    site: &Site,
    admin: &SignedIn,
    client: Client,
    notices: Vec<Notice>,
    rows: &[Row],
) -> Existing {
    let id = client.client_id.to_string();
    let row = rows.iter().find(|row| row.id == id);
    let (status, today) = (row.map(|row| row.status.clone()), row.map(|row| row.today));
    Existing {
        client_id: id,
        version: client.version,
        status: status.unwrap_or(Status::NotUsedYet),
        today: today.unwrap_or_default(),
        secret_key: match client.auth_method {
            TokenAuthMethod::None => SecretKey::Public,
            TokenAuthMethod::PrivateKeyJwt => SecretKey::SignsInstead,
            _ => SecretKey::These(keys(site, admin, &client)),
        },
        is_told_of_log_outs: client.backchannel_logout_url.is_some() || !notices.is_empty(),
        notices: notices.into_iter().map(|notice| told(site, admin, notice)).collect(),
        saved_name: client.settings.name,
        endpoints: Endpoints {
            directory_document: site.association.issuer.to_string(),
            authorization: site.url("/oauth/authorize"),
            token: site.url("/oauth/token"),
            userinfo: site.url("/oauth/userinfo"),
            scope: "profile".to_owned(),
        },
    }
}

fn told(site: &Site, admin: &SignedIn, notice: Notice) -> NoticeRow {
    let locale = admin.visitor.locale;
    let moment = |at| locale.moment(at, site.now);
    let answer = notice.answer.unwrap_or_default();
    let state = match (notice.done_at, notice.given_up_at, notice.next_try_at) {
        (Some(at), _, _) => State::Done { at: moment(at) },
        (None, Some(at), _) => State::GivenUp { answer, at: moment(at) },
        (None, None, Some(next)) if notice.answered_at.is_some() => {
            State::Retrying { answer, next: locale.date(next), tries: notice.tries }
        }
        (None, None, _) => State::Waiting,
    };
    NoticeRow { began: moment(notice.created_at), state }
}

/// The live Secret Keys, the oldest first.
pub fn keys(site: &Site, admin: &SignedIn, client: &Client) -> Vec<KeyRow> {
    let locale = admin.visitor.locale;
    let live: Vec<_> = client.secrets.iter().filter(|key| key.is_live(site.now)).collect();
    let newest = live.last().map(|key| key.id.clone());
    let row = |key: &Secret| KeyRow {
        id: key.id.to_string(),
        name: key.name.clone(),
        start: key.start.clone(),
        made: locale.moment(key.made_at, site.now),
        last_used: key.last_used_at.map(|at| locale.moment(at, site.now)),
        stops: key.expires_at.map(|at| locale.date(at)),
        usage: usage(site.now, key, &live),
        last_shown: key
            .shown_at
            .zip(key.shown_by.clone())
            .map(|(at, by)| Shown { by, at: locale.moment(at, site.now) }),
        revealed: None,
        is_newest: newest.as_ref() == Some(&key.id),
    };
    live.iter().map(|key| row(key)).collect()
}

fn usage(now: Timestamp, key: &Secret, live: &[&Secret]) -> Usage {
    let lately =
        |key: &Secret| key.last_used_at.is_some_and(|at| now.seconds_since(at) < QUIET_SECONDS);
    let is_young = now.seconds_since(key.made_at) < QUIET_SECONDS;
    let other_is_used = live.iter().any(|other| other.id != key.id && lately(other));
    match key.last_used_at {
        Some(_) if lately(key) => Usage::InUse,
        // Its platform may not have been given it yet.
        None if is_young || live.len() == 1 => Usage::NotYet,
        _ if other_is_used => Usage::SafeToRemove,
        None => Usage::NotYet,
        Some(_) => Usage::Quiet,
    }
}
