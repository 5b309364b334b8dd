//! The first tab of the Association Settings: its name, and whom members may ask.

use askama::Template as _;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::views::General;
use crate::associations::form::problems;
use crate::associations::{Contact, Site};
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::web::page::{Here, Toast, html};
use crate::web::{CheckedForm, Error};

pub async fn general(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let association = &site.association;
    let contact = Contact {
        name: association.name.clone(),
        help_email: association.help_email.clone(),
        help_phone: association.help_phone.clone(),
    };
    shown(&site, &admin, StatusCode::OK, view(&site, &admin, contact))
}

pub async fn change(site: Site, Admin(admin): Admin, form: CheckedForm) -> Result<Response, Error> {
    let contact = Contact {
        name: form.fields.text("name").to_owned(),
        help_email: form.fields.optional("help_email"),
        help_phone: form.fields.optional("help_phone"),
    };
    if !form.is_current {
        let view = General { is_stale: true, ..view(&site, &admin, contact) };
        return shown(&site, &admin, StatusCode::FORBIDDEN, view);
    }
    let problems = problems(&contact);
    if !problems.is_empty() {
        let view = General { problems, ..view(&site, &admin, contact) };
        return shown(&site, &admin, StatusCode::UNPROCESSABLE_ENTITY, view);
    }
    super::change(&site, &contact, &admin.actor()).await?;
    Ok(with_toast(&site, Toast::Saved, Redirect::to("/admin/settings")))
}

fn view(site: &Site, admin: &SignedIn, contact: Contact) -> General {
    General {
        page: admin.visitor.page(site, Here::Settings),
        has_integrations: site.app.companion().is_some(),
        site_url: site.association.issuer.to_string(),
        name: contact.name,
        help_email: contact.help_email.unwrap_or_default(),
        help_phone: contact.help_phone.unwrap_or_default(),
        problems: Vec::new(),
        is_stale: false,
    }
}

fn shown(
    site: &Site,
    admin: &SignedIn,
    status: StatusCode,
    view: General,
) -> Result<Response, Error> {
    let body = view.render().map_err(Error::broken)?;
    Ok(admin.visitor.keep_browser(site, (status, html(body)).into_response()))
}
