//! The preview: an admin chooses a member and sees what an SSO client would learn.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;

use super::answers::{Answers, answers, every_scope};
use super::views::{Claims, Preview, ScopeRow, Seen, Subject, SubjectProblem};
use super::{Found, MOST};
use crate::associations::Site;
use crate::clients::desk::{found, shown};
use crate::clients::{Client, permitted};
use crate::id::MemberId;
use crate::sessions::Admin;
use crate::web::Error;
use crate::web::page::Here;

const USUAL: [&str; 3] = ["openid", "profile", "email"];

type Pairs = Vec<(String, String)>;

pub async fn preview(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    asked: Result<Query<Pairs>, QueryRejection>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let all = |wanted: &'static str| {
        asked.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.trim())
    };
    let search = all("q").next().unwrap_or_default().to_owned();
    let is_chosen = |scope: &str| match all("chosen").next() {
        Some(_) => all("scope").any(|chosen| chosen == scope),
        None => USUAL.contains(&scope),
    };
    let chosen: Vec<_> = every_scope().filter(|scope| is_chosen(scope)).collect();
    let mut people = match &*search {
        "" => Vec::new(),
        // PostgreSQL cannot look for it.
        wanted if wanted.contains('\0') => Vec::new(),
        wanted => super::search(&mut site.read(), wanted).await?,
    };
    let has_more = people.len() as i64 > MOST;
    people.truncate(MOST as usize);
    let member = match all("member").next().and_then(|id| id.parse::<MemberId>().ok()) {
        Some(id) => super::find(&mut site.read(), &id).await?,
        None => None,
    };
    let subject = match member {
        Some(member) => Some(subject(&site, &client, member, &chosen).await?),
        None => None,
    };
    let view = Preview {
        page: admin.visitor.page(&site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        search,
        has_more,
        people: people.iter().map(seen).collect(),
        scopes: every_scope().map(|scope| (scope, chosen.contains(&scope))).collect(),
        subject,
        name: client.settings.name,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

fn seen(found: &Found) -> Seen {
    Seen {
        id: found.member_id.to_string(),
        name: found.name(),
        email: found.email.clone(),
        may_log_in: found.may_log_in(),
    }
}

async fn subject(
    site: &Site,
    client: &Client,
    member: Found,
    scopes: &[&str],
) -> Result<Subject, Error> {
    let profile = super::profile(&mut site.read(), &member.member_id).await?;
    let is_permitted = permitted::allows(&mut site.read(), client, &member.member_id).await?;
    let claims = match profile {
        None => Err(SubjectProblem::NoLogin),
        Some(_) if member.deactivated_at.is_some() => Err(SubjectProblem::Deactivated),
        Some(_) if !member.may_log_in() => Err(SubjectProblem::LoginDisabled),
        Some(_) if !is_permitted => Err(SubjectProblem::NotPermitted),
        Some(profile) => Ok(answers(site, client, &profile, &scopes.join(" ")).await?.into()),
    };
    Ok(Subject { id: member.member_id.to_string(), name: member.name(), claims })
}

impl From<Answers> for Claims {
    fn from(answers: Answers) -> Self {
        let rows = answers.scopes.into_iter();
        Self {
            id_token: answers.id_token,
            userinfo: answers.userinfo,
            scopes: rows.map(|(scope, adds)| ScopeRow { scope, adds }).collect(),
        }
    }
}
