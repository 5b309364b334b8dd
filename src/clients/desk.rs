//! What all pages of SSO clients share: the client that is asked for, an answer to the admin, and the
//! password that the dangerous steps ask for.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::Client;
use super::steps::Purpose;
use crate::associations::Site;
use crate::id::ClientId;
use crate::sessions::SignedIn;
use crate::sessions::prove::desk::{self as prove, Proved, carried};
use crate::web::page::Here;
use crate::web::{Error, Form};

pub async fn found(site: &Site, id: &str) -> Result<Client, Error> {
    let id = id.parse::<ClientId>().map_err(|_| Error::not_found())?;
    super::load(site, &id).await?.ok_or_else(Error::not_found)
}

pub fn shown(
    site: &Site,
    admin: &SignedIn,
    status: StatusCode,
    view: &impl Template,
) -> Result<Response, Error> {
    admin.visitor.shown(site, status, view)
}

/// What is done once the password is proved, and where its form goes.
pub struct Step<'a> {
    pub purpose: Purpose,
    /// Below the client: `reveal`.
    pub path: &'a str,
    /// Fields of the form that wait with it.
    pub carried: &'a [&'a str],
}

/// Goes on when the password is fresh, or stands in the form; otherwise answers the page that asks
/// for it and then does the same thing.
pub async fn proved(
    site: &Site,
    admin: SignedIn,
    form: &Form,
    client: &Client,
    step: Step<'_>,
) -> Result<Result<Proved, Response>, Error> {
    let base = format!("/admin/sso-clients/{}", client.client_id);
    let page = admin.visitor.page(site, Here::SsoClients);
    let version = ("version".to_owned(), client.version.to_string());
    let step = prove::Step {
        why: step.purpose.why(&page),
        button: step.purpose.button(&page),
        action_url: format!("{base}/{}", step.path),
        carried: std::iter::once(version).chain(carried(form, step.carried)).collect(),
        cancel_url: base,
        page,
    };
    prove::proved(site, admin, form, step).await
}
