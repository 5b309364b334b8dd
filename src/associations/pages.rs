//! First run in the browser: the one-time link, the association, the first admin's login.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::views::{AssociationProblem, LoginProblem, SetUpAssociation, SetUpLinkDead, SetUpLogin};
use super::{Contact, Site, form, set_up};
use crate::members::{self, Email, NewMember, Password, Refusal, Weak, password};
use crate::sessions::{self, Visitor, with_toast};
use crate::token::Token;
use crate::web::page::{Here, Toast, html};
use crate::web::{CheckedForm, Error, Fields};

#[derive(Deserialize, Default)]
pub struct Link {
    #[serde(default)]
    link: String,
}

/// Step 1: the association.
pub async fn association(
    site: Site,
    visitor: Visitor,
    link: Result<Query<Link>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Link { link }) = link.unwrap_or_default();
    let association = &site.association;
    // Until somebody names it, it goes by its host, which is not what members call it.
    let is_named = association.name != association.host;
    let contact = Contact {
        name: if is_named { association.name.clone() } else { String::new() },
        help_email: association.help_email.clone(),
        help_phone: association.help_phone.clone(),
    };
    step_1(&site, &visitor, &link, contact, Vec::new()).await
}

/// Both steps post here, so that going back and forth never leads to a dead page.
pub async fn step(site: Site, form: CheckedForm) -> Result<Response, Error> {
    match form.fields.text("step") {
        "login" => make_login(site, form).await,
        _ => name_association(site, form).await,
    }
}

async fn name_association(site: Site, posted: CheckedForm) -> Result<Response, Error> {
    let CheckedForm { visitor, fields, is_current } = posted;
    let link = fields.text("link").to_owned();
    let contact = Contact {
        name: fields.text("name").to_owned(),
        help_email: fields.optional("help_email"),
        help_phone: fields.optional("help_phone"),
    };
    let mut problems = form::problems(&contact);
    if !is_current {
        problems = vec![AssociationProblem::FormStale];
    }
    if !problems.is_empty() {
        return step_1(&site, &visitor, &link, contact, problems).await;
    }
    if !set_up::name(&site, &Token::presented(&*link), &contact).await? {
        return dead(&site, &visitor).await;
    }
    // The page that follows already bears the new name.
    let mut association = (*site.association).clone();
    association.name = contact.name;
    let named = Site::new(site.app.clone(), association.into(), site.now);
    step_2(&named, &visitor, &link, &Person::default(), Vec::new())
}

/// What is typed in step 2, without the password.
#[derive(Default)]
struct Person {
    first_name: String,
    last_name: String,
    email: String,
}

impl Person {
    fn of(fields: &Fields) -> Self {
        Self {
            first_name: fields.text("first_name").to_owned(),
            last_name: fields.text("last_name").to_owned(),
            email: fields.text("email").to_owned(),
        }
    }
}

/// Step 2: the first admin's login. Uses the link up, and signs the new admin in.
async fn make_login(site: Site, form: CheckedForm) -> Result<Response, Error> {
    let CheckedForm { visitor, fields, is_current } = form;
    let link = fields.text("link").to_owned();
    let person = Person::of(&fields);
    let again = |problems| step_2(&site, &visitor, &link, &person, problems);
    if set_up::good_until(&site, &Token::presented(&*link)).await?.is_none() {
        return dead(&site, &visitor).await;
    }
    if !is_current {
        return again(vec![LoginProblem::FormStale]);
    }
    let mut problems = Vec::new();
    if person.first_name.is_empty() {
        problems.push(LoginProblem::FirstNameEmpty);
    }
    if person.last_name.is_empty() {
        problems.push(LoginProblem::LastNameEmpty);
    }
    let email = Email::parse(&person.email);
    if email.is_err() {
        problems.push(LoginProblem::EmailWrong);
    }
    let known = [&*person.first_name, &person.last_name, &person.email, &site.association.name];
    let password = Password::choose(fields.raw("password"), &known);
    if let Err(weak) = &password {
        problems.push(LoginProblem::of(*weak));
    }
    let (Ok(email), Ok(password), true) = (email, password, problems.is_empty()) else {
        return again(problems);
    };
    let Ok(hash) = site.app.hashing.hash(password).await else {
        return again(vec![LoginProblem::Busy]);
    };
    let admin = NewMember {
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        email: Some(email),
        password: Some(hash),
        is_admin: true,
        ..NewMember::default()
    };
    match set_up::finish(&site, &Token::presented(&*link), &admin).await? {
        None => dead(&site, &visitor).await,
        Some(Err(Refusal::EmailTaken(_))) => again(vec![LoginProblem::EmailTaken]),
        Some(Err(refusal)) => Err(Error::broken(refusal)),
        Some(Ok(member)) => {
            let to = Redirect::to("/admin/sso-clients");
            match sessions::begin(&site, &member).await? {
                Some(entered) => Ok(entered.give(&site, with_toast(&site, Toast::SetUpDone, to))),
                None => Ok(to.into_response()),
            }
        }
    }
}

async fn step_1(
    site: &Site,
    visitor: &Visitor,
    link: &str,
    contact: Contact,
    problems: Vec<AssociationProblem>,
) -> Result<Response, Error> {
    let Some(until) = set_up::good_until(site, &Token::presented(link)).await? else {
        return dead(site, visitor).await;
    };
    let minutes_left = until.seconds_since(site.now).max(0).unsigned_abs().div_ceil(60);
    let view = SetUpAssociation {
        page: visitor.page(site, Here::Elsewhere),
        ticket: link.to_owned(),
        minutes_left: Some(minutes_left),
        site_url: site.association.issuer.to_string(),
        name: contact.name,
        help_email: contact.help_email.unwrap_or_default(),
        help_phone: contact.help_phone.unwrap_or_default(),
        problems,
    };
    shown(site, visitor, &view)
}

fn step_2(
    site: &Site,
    visitor: &Visitor,
    link: &str,
    person: &Person,
    problems: Vec<LoginProblem>,
) -> Result<Response, Error> {
    let view = SetUpLogin {
        page: visitor.page(site, Here::Elsewhere),
        ticket: link.to_owned(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        email: person.email.clone(),
        shortest_password: password::SHORTEST as u64,
        problems,
    };
    shown(site, visitor, &view)
}

async fn dead(site: &Site, visitor: &Visitor) -> Result<Response, Error> {
    let is_set_up = members::has_admin(&mut site.read()).await?;
    let page = visitor.page(site, Here::Elsewhere);
    shown(site, visitor, &SetUpLinkDead { page, is_set_up })
}

fn shown(site: &Site, visitor: &Visitor, view: &impl Template) -> Result<Response, Error> {
    let body = view.render().map_err(Error::broken)?;
    Ok(visitor.keep_browser(site, html(body)))
}

impl LoginProblem {
    fn of(weak: Weak) -> Self {
        match weak {
            Weak::Short => Self::PasswordTooShort,
            Weak::Long => Self::PasswordTooLong { most: password::LONGEST as u64 },
            Weak::Guessable => Self::PasswordGuessable,
        }
    }
}
