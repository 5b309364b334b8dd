//! The guides: one for each platform, and Higher Logic's technical worksheet.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::platform::Platform;
use super::super::switch;
use super::views::{Choice, Guide, HigherLogicGuide, List, Row, Sso, Worksheet};
use super::{Progress, callback, progress};
use crate::associations::Site;
use crate::sessions::{Admin, SignedIn};
use crate::web::Error;
use crate::web::page::Here;

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    address: String,
}

#[derive(Deserialize, Default)]
pub struct Chosen {
    #[serde(default)]
    client: String,
}

pub async fn list(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let mut rows = Vec::new();
    for platform in Platform::ALL {
        let Progress { api, clients, linked, .. } = progress(&site, platform).await?;
        rows.push(Row { platform, api, has_client: !clients.is_empty(), linked });
    }
    let view = List { page: admin.visitor.page(&site, Here::Connect), rows };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

pub async fn mobilize(
    site: Site,
    Admin(admin): Admin,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Asked { address }) = asked.unwrap_or_default();
    guide(&site, &admin, Platform::Mobilize, &address).await
}

pub async fn forj(
    site: Site,
    Admin(admin): Admin,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Asked { address }) = asked.unwrap_or_default();
    guide(&site, &admin, Platform::Forj, &address).await
}

async fn guide(
    site: &Site,
    admin: &SignedIn,
    platform: Platform,
    address: &str,
) -> Result<Response, Error> {
    let progress = progress(site, platform).await?;
    let is_staging = switch::staging(site).await?.staging_since.is_some();
    let view = Guide {
        page: admin.visitor.page(site, Here::Connect),
        platform,
        api: progress.api,
        linked: progress.linked,
        sso: sso(site, platform, &progress, address),
        is_staging,
    };
    admin.visitor.shown(site, StatusCode::OK, &view)
}

pub async fn higher_logic(
    site: Site,
    Admin(admin): Admin,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Asked { address }) = asked.unwrap_or_default();
    let progress = progress(&site, Platform::HigherLogic).await?;
    let is_staging = switch::staging(&site).await?.staging_since.is_some();
    let view = HigherLogicGuide {
        page: admin.visitor.page(&site, Here::Connect),
        api: progress.api,
        linked: progress.linked,
        may_link: progress.may_link,
        has_properties: progress.has_properties,
        sso: sso(&site, Platform::HigherLogic, &progress, &address),
        is_staging,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

/// From the address that was asked for, or else from an SSO client that leads there already.
fn sso(site: &Site, platform: Platform, progress: &Progress, address: &str) -> Sso {
    let is_development = site.association.issuer.is_loopback();
    let known = progress.clients.first();
    let asked = !address.trim().is_empty();
    let redirect_url = match asked {
        true => callback(platform, address, is_development),
        false => known.map(|client| client.redirect_url.clone()),
    };
    let client = match &redirect_url {
        Some(url) => progress.clients.iter().find(|client| client.redirect_url == *url),
        None => known.filter(|_| !asked),
    };
    let shown = match (asked, known) {
        (true, _) => address.trim().to_owned(),
        (false, Some(client)) => client.address(),
        (false, None) => String::new(),
    };
    Sso {
        is_wrong: asked && redirect_url.is_none(),
        address: shown,
        redirect_url,
        client: client.cloned(),
        issuer: site.association.issuer.as_str().to_owned(),
    }
}

pub async fn worksheet(
    site: Site,
    Admin(admin): Admin,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Chosen { client }) = chosen.unwrap_or_default();
    let Progress { clients, .. } = progress(&site, Platform::HigherLogic).await?;
    let found = clients.iter().find(|it| it.client_id == client).or(clients.first()).cloned();
    let choices = clients.into_iter().map(|client| Choice {
        is_chosen: found.as_ref().is_some_and(|found| found.client_id == client.client_id),
        id: client.client_id,
        name: client.name,
    });
    let member = &admin.session.member;
    let view = Worksheet {
        choices: choices.collect(),
        client: found,
        issuer: site.association.issuer.as_str().to_owned(),
        authorize_url: site.url("/oauth/authorize"),
        token_url: site.url("/oauth/token"),
        userinfo_url: site.url("/oauth/userinfo"),
        jwks_url: site.url("/oauth/jwks"),
        discovery_url: site.url("/.well-known/openid-configuration"),
        contact: member.name(),
        page: admin.visitor.page(&site, Here::Connect),
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}
