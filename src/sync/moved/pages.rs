//! Move to live: what has to change on each platform, and that all of it has.

use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::super::switch;
use super::views::{Move, Place, State};
use super::{own_urls, vendor};
use crate::associations::{self, Site};
use crate::clients;
use crate::sessions::{Admin, with_toast};
use crate::web::page::{Here, Toast};
use crate::web::{self, Error};

pub async fn show(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let moved = associations::moved(&mut site.read()).await?;
    let staging = switch::staging(&site).await?;
    let locale = admin.visitor.locale;
    let state = match moved {
        Some(moved) => State::Moved {
            from: moved.moved_from.as_str().to_owned(),
            when: locale.moment(moved.moved_at, site.now),
        },
        None if staging.staging_since.is_some() => State::Staging,
        None => State::Settled,
    };
    let issuer = site.association.issuer.as_str();
    let old = match &state {
        State::Moved { from, .. } => from,
        State::Staging | State::Settled => issuer,
    };
    let mut places = Vec::new();
    if state != State::Settled {
        for listed in clients::list(&mut site.read()).await? {
            let Some(client) = clients::load(&site, &listed.client_id).await? else { continue };
            places.push(Place {
                client_id: client.client_id.to_string(),
                name: client.name.clone(),
                vendor: vendor(&client),
                own_urls: own_urls(&client, old),
                is_off: client.disabled_at.is_some(),
            });
        }
    }
    let page = admin.visitor.page(&site, Here::Settings);
    let view = Move { page, state, issuer: issuer.to_owned(), places };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

/// Everything is moved.
pub async fn finish(site: Site, Admin(admin): Admin, _form: web::Form) -> Result<Response, Error> {
    associations::finish_move(&site, &admin.actor()).await?;
    Ok(with_toast(&site, Toast::EverythingMoved, Redirect::to("/admin/move")))
}
