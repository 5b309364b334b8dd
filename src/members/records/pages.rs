//! Members, as an admin sees them: the list, a person's or company's page, and its form.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::form::{Difference, EmailWrong, Known, NewLogin, RecordForm, Section};
use super::lately::lately;
use super::views::{
    Access, Answer, ConfirmDeactivate, Fact, Group, Line, List, Login, LoginState, RecordPage, Row,
    field_label,
};
use super::{Listed, LoginFilter, Membership, PAGE, Record, Refusal, Wanted, Whose};
use crate::associations::Site;
use crate::clients::{self, permitted};
use crate::groups;
use crate::id::RecordId;
use crate::members::desk::{self, PasswordWrong, back_to, found, found_person, is_self, shown};
use crate::members::sheet::{self, Form as Shape, Place, Sheet, Wrong};
use crate::members::{self, Email, companies, fields, logins};
use crate::sessions::{Admin, SignedIn};
use crate::web::page::{Page, Toast, initials};
use crate::web::{CheckedForm, Error, Fields, Form};

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    kind: String,
}

type AskedQuery = Result<Query<Asked>, QueryRejection>;

pub async fn list(site: Site, Admin(admin): Admin, asked: AskedQuery) -> Result<Response, Error> {
    let Query(asked) = asked.unwrap_or_default();
    let (search, login) = (asked.q.trim(), LoginFilter::parse(&asked.login));
    let after = asked.after.parse::<RecordId>().ok();
    let is_later = after.is_some();
    let mut found = super::list(&mut site.read(), &Wanted { search, login, after }).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_more).map(|last| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", search).append_pair("login", login.as_text());
        query.append_pair("after", last.record_id.as_str());
        format!("/admin/members?{}", query.finish())
    });
    let ids: Vec<_> = found.iter().map(|listed| listed.record_id.clone()).collect();
    let groups = super::groups(&mut site.read(), &ids).await?;
    let view = List {
        page: desk::page(&site, &admin),
        search: search.to_owned(),
        login,
        rows: found.into_iter().map(|listed| row(&site, &admin, listed, &groups)).collect(),
        next,
        is_later,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

fn row(site: &Site, admin: &SignedIn, listed: Listed, groups: &[Membership]) -> Row {
    let groups = groups.iter().filter(|group| group.record_id == listed.record_id);
    let locale = admin.visitor.locale;
    Row {
        id: listed.record_id.to_string(),
        name: listed.full_name(),
        email: listed.email().map(str::to_owned),
        login: match &listed {
            listed if listed.deactivated_at.is_some() && !listed.is_company() => {
                LoginState::Deactivated
            }
            listed if listed.is_company() => LoginState::Company,
            listed if listed.login_email.is_none() => LoginState::None,
            listed if listed.login_disabled_at.is_some() => LoginState::Disabled,
            _ => LoginState::Has,
        },
        last_log_in: listed.last_log_in_at.map(|at| locale.moment(at, site.now)),
        groups: groups.map(|group| group.name.clone()).collect(),
        is_out: listed.deactivated_at.is_some(),
        company: listed.company_name,
    }
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let record = found(&site, &id).await?;
    let page = desk::page(&site, &admin);
    let locale = admin.visitor.locale;
    let login = match record.member() {
        Some(member) => logins::state(&mut site.read(), member).await?,
        None => None,
    };
    let groups = super::groups(&mut site.read(), std::slice::from_ref(&record.id)).await?;
    let section = match site.app.companion() {
        Some(companion) => Some(companion.record_section(&site, &admin, &record.id).await?),
        None => None,
    };
    let happened = lately(&site, &record.id).await?.into_iter();
    let lines = happened
        .map(|happening| Line { at: locale.moment(happening.at, site.now), happening })
        .collect();
    let name = record.name();
    let view = RecordPage {
        id: record.id.to_string(),
        initials: initials(&name),
        name,
        is_company: record.is_company(),
        is_admin: matches!(record.whose, Whose::Person { is_admin: true, .. }),
        is_self: is_self(&admin, &record),
        is_deactivated: record.deactivated_at.is_some(),
        facts: facts(&page, &record),
        access: access(&site, &record, login.as_ref()).await?,
        login: login.map(|login| Login {
            email: login.email.to_string(),
            is_verified: login.email_verified_at.is_some(),
            has_password: login.has_password == 1,
            is_disabled: login.disabled_at.is_some(),
            last_log_in: login.last_log_in_at.map(|at| locale.moment(at, site.now)),
            sessions: login.sessions,
        }),
        groups: groups
            .into_iter()
            .map(|group| Group { id: group.group_id.to_string(), name: group.name })
            .collect(),
        lately: lines,
        section,
        page,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

/// What is known of a record, field by field; blank ones are left out.
fn facts(page: &Page, record: &Record) -> Vec<Fact> {
    let company = match &record.whose {
        Whose::Person { company: Some(company), .. } => Some(format!("/admin/members/{company}")),
        _ => None,
    };
    let fact = |place: Place| {
        let value = record.sheet.get(&place.name)?.to_owned();
        let is_named = matches!(&*place.name, "first_name" | "last_name" | "name");
        (!is_named).then(|| Fact {
            url: match (&*place.name, place.form) {
                ("company", _) => company.clone(),
                (_, Shape::Url) => Some(value.clone()),
                _ => None,
            },
            label: place.label.unwrap_or_else(|| field_label(page, &place.name)),
            form: place.form,
            value,
        })
    };
    record.places().into_iter().filter_map(fact).collect()
}

/// Where a person can log in, and why not.
async fn access(
    site: &Site,
    record: &Record,
    login: Option<&logins::State>,
) -> Result<Vec<Access>, Error> {
    let Some(member) = record.member() else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for listed in clients::list(&mut site.read()).await? {
        let Some(client) = clients::find(site, &listed.client_id).await? else { continue };
        let db = &mut site.read();
        let answer = if record.deactivated_at.is_some() {
            Answer::Deactivated
        } else if login.is_none() {
            Answer::NoLogin
        } else if login.is_some_and(|login| login.disabled_at.is_some()) {
            Answer::LoginDisabled
        } else if client.disabled_at.is_some() {
            Answer::ClientOff
        } else if permitted::allows(db, &client, member).await? {
            Answer::Yes
        } else {
            Answer::NotPermitted(groups::names(db, &client.permitted_groups).await?)
        };
        all.push(Access { client_id: listed.client_id.to_string(), client: listed.name, answer });
    }
    Ok(all)
}

pub async fn blank(site: Site, Admin(admin): Admin, asked: AskedQuery) -> Result<Response, Error> {
    let is_company = is_of_company(asked);
    let view = new_form(&site, &admin, is_company, &Sheet::default(), &[]).await?;
    shown(&site, &admin, StatusCode::OK, &view)
}

fn is_of_company(asked: AskedQuery) -> bool {
    asked.is_ok_and(|Query(asked)| asked.kind == "company")
}

async fn new_places(site: &Site, is_company: bool) -> Result<Vec<Place>, Error> {
    let custom = fields::shown(&mut site.read()).await?;
    Ok(if is_company { sheet::company(&custom) } else { sheet::person(&custom) })
}

async fn new_form(
    site: &Site,
    admin: &SignedIn,
    is_company: bool,
    typed: &Sheet,
    mistakes: &[(String, Wrong)],
) -> Result<RecordForm, Error> {
    Ok(RecordForm {
        page: desk::page(site, admin),
        is_company,
        known: None,
        sections: Section::of(new_places(site, is_company).await?, typed, mistakes),
        login: (!is_company).then(NewLogin::default),
        is_stale: false,
        differences: Vec::new(),
    })
}

/// What was typed into the fields of these places.
fn typed(fields: &Fields, places: &[Place]) -> Sheet {
    let mut sheet = Sheet::default();
    for place in places {
        sheet.set(&place.name, fields.text(&place.name));
    }
    sheet
}

pub async fn add(
    site: Site,
    Admin(admin): Admin,
    asked: AskedQuery,
    form: CheckedForm,
) -> Result<Response, Error> {
    let is_company = is_of_company(asked);
    let places = new_places(&site, is_company).await?;
    let typed = typed(&form.fields, &places);
    let mistakes = typed.mistakes(&places);
    let mut view = new_form(&site, &admin, is_company, &typed, &mistakes).await?;
    if !form.is_current {
        view.is_stale = true;
        return shown(&site, &admin, StatusCode::FORBIDDEN, &view);
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if is_company {
        if !mistakes.is_empty() {
            return shown(&site, &admin, wrong, &view);
        }
        let id = companies::add(&site, &typed, &admin.actor()).await?;
        return Ok(back_to(&site, &id.into(), Toast::RecordAdded));
    }
    let mut login =
        NewLogin { email: form.fields.text("login_email").to_owned(), ..NewLogin::default() };
    let email = Some(&*login.email).filter(|email| !email.is_empty()).map(Email::parse);
    let known = [typed.text("first_name"), typed.text("last_name"), &login.email];
    let known: Vec<_> = known.into_iter().chain([&*site.association.name]).collect();
    let password = desk::chosen(&form.fields, &known);
    login.email_wrong = matches!(email, Some(Err(_))).then_some(EmailWrong::NotAnEmail);
    login.password_wrong = match &password {
        Some(Ok(_)) if email.is_none() => Some(PasswordWrong::WithoutLogin),
        Some(Err(wrong)) => Some(*wrong),
        _ => None,
    };
    if !mistakes.is_empty() || login.email_wrong.is_some() || login.password_wrong.is_some() {
        view.login = Some(login);
        return shown(&site, &admin, wrong, &view);
    }
    let hash = match password {
        Some(Ok(password)) => match site.app.hashing.hash(password).await {
            Ok(hash) => Some(hash),
            Err(_busy) => {
                view.login = Some(NewLogin { password_wrong: Some(PasswordWrong::Busy), ..login });
                return shown(&site, &admin, StatusCode::SERVICE_UNAVAILABLE, &view);
            }
        },
        _ => None,
    };
    let email = email.and_then(Result::ok);
    match members::add_person(&site, &typed, email, hash, &admin.actor()).await? {
        Ok(id) => Ok(back_to(&site, &id.into(), Toast::RecordAdded)),
        Err(_taken) => {
            view.login = Some(NewLogin { email_wrong: Some(EmailWrong::Taken), ..login });
            shown(&site, &admin, wrong, &view)
        }
    }
}

fn edit_form(
    site: &Site,
    admin: &SignedIn,
    record: &Record,
    typed: &Sheet,
    mistakes: &[(String, Wrong)],
) -> RecordForm {
    RecordForm {
        page: desk::page(site, admin),
        is_company: record.is_company(),
        known: Some(Known {
            id: record.id.to_string(),
            name: record.name(),
            seen: record.sheet.fingerprint(),
        }),
        sections: Section::of(record.places(), typed, mistakes),
        login: None,
        is_stale: false,
        differences: Vec::new(),
    }
}

pub async fn edit(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let record = found(&site, &id).await?;
    let view = edit_form(&site, &admin, &record, &record.sheet, &[]);
    shown(&site, &admin, StatusCode::OK, &view)
}

/// Saves what was changed, unless somebody else was first: then the difference is shown.
pub async fn change(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: CheckedForm,
) -> Result<Response, Error> {
    let record = found(&site, &id).await?;
    let places = record.places();
    let typed = typed(&form.fields, &places);
    let mistakes = typed.mistakes(&places);
    let seen = form.fields.text("seen");
    let mut view = edit_form(&site, &admin, &record, &typed, &mistakes);
    // What the form was made from stays its ground until it is saved.
    if let Some(known) = &mut view.known {
        known.seen = seen.to_owned();
    }
    if !form.is_current {
        view.is_stale = true;
        return shown(&site, &admin, StatusCode::FORBIDDEN, &view);
    }
    if !mistakes.is_empty() {
        return shown(&site, &admin, StatusCode::UNPROCESSABLE_ENTITY, &view);
    }
    match super::change(&site, &record.id, seen, &typed, &admin.actor()).await? {
        Ok(()) => Ok(back_to(&site, &record.id, Toast::Saved)),
        Err(Refusal::Unknown) => Err(Error::not_found()),
        Err(Refusal::Changed(theirs)) => {
            let mut view = edit_form(&site, &admin, &theirs, &typed, &[]);
            view.differences = differences(&theirs, &typed);
            shown(&site, &admin, StatusCode::CONFLICT, &view)
        }
    }
}

fn differences(theirs: &Record, yours: &Sheet) -> Vec<Difference> {
    let differ = |place: &Place| theirs.sheet.get(&place.name) != yours.get(&place.name);
    let places = theirs.places().into_iter().filter(differ);
    let difference = places.map(|place| Difference {
        theirs: theirs.sheet.text(&place.name).to_owned(),
        yours: yours.text(&place.name).to_owned(),
        place,
    });
    difference.collect()
}

pub async fn ask(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let record = found(&site, &id).await?;
    asked_deactivate(&site, &admin, &record, StatusCode::OK).await
}

async fn asked_deactivate(
    site: &Site,
    admin: &SignedIn,
    record: &Record,
    status: StatusCode,
) -> Result<Response, Error> {
    let login = match record.member() {
        Some(member) => logins::state(&mut site.read(), member).await?,
        None => None,
    };
    let view = ConfirmDeactivate {
        page: desk::page(site, admin),
        id: record.id.to_string(),
        name: record.name(),
        is_company: record.is_company(),
        is_self: is_self(admin, record),
        sessions: login.as_ref().map_or(0, |login| login.sessions),
        has_login: login.is_some(),
    };
    shown(site, admin, status, &view)
}

/// Nobody puts themselves out: an association without an admin would be anybody's who finds a link.
pub async fn deactivate(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let record = found(&site, &id).await?;
    if is_self(&admin, &record) {
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        return asked_deactivate(&site, &admin, &record, refused).await;
    }
    match &record.whose {
        Whose::Person { member, .. } => members::deactivate(&site, member, &admin.actor()).await?,
        Whose::Company(id) => companies::deactivate(&site, id, &admin.actor()).await?,
    };
    site.app.notices.notify_one(); // somebody's sessions may have ended here
    Ok(back_to(&site, &record.id, Toast::RecordDeactivated))
}

pub async fn reactivate(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let record = found(&site, &id).await?;
    match &record.whose {
        Whose::Person { member, .. } => members::reactivate(&site, member, &admin.actor()).await?,
        Whose::Company(id) => companies::reactivate(&site, id, &admin.actor()).await?,
    };
    Ok(back_to(&site, &record.id, Toast::RecordReactivated))
}

pub async fn log_out_everywhere(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let record = found_person(&site, &id).await?;
    if let Some(member) = record.member() {
        members::sign_out_everywhere(&site, member, &admin.actor()).await?;
        site.app.notices.notify_one();
    }
    Ok(back_to(&site, &record.id, Toast::RecordLoggedOut))
}
