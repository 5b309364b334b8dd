//! The page of the preview.

use askama::Template;

use crate::web::page::Page;

#[derive(Template)]
#[template(path = "clients/preview.html")]
pub struct Preview {
    pub page: Page,
    pub client_id: String,
    pub name: String,
    /// What was searched for; empty without a search.
    pub search: String,
    pub people: Vec<Seen>,
    /// More were found than are shown.
    pub has_more: bool,
    /// Every scope, and whether it is chosen.
    pub scopes: Vec<(&'static str, bool)>,
    pub subject: Option<Subject>,
}

/// A member whom the search found.
pub struct Seen {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub may_log_in: bool,
}

/// The member of the preview.
pub struct Subject {
    pub id: String,
    pub name: String,
    pub claims: Result<Claims, SubjectProblem>,
}

/// Why the client would learn nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SubjectProblem {
    NoLogin,
    Deactivated,
    LoginDisabled,
    NotPermitted,
}

/// JSON, as it would be sent.
pub struct Claims {
    pub id_token: Option<String>,
    pub userinfo: Option<String>,
    pub scopes: Vec<ScopeRow>,
}

pub struct ScopeRow {
    pub scope: &'static str,
    /// Empty where it adds nothing about this member.
    pub adds: String,
}

impl Preview {
    /// A link to the preview for somebody, with the scopes as they are chosen.
    fn link(&self, member: &str) -> String {
        let chosen = self.scopes.iter().filter(|(_, is_chosen)| *is_chosen);
        let chosen: String = chosen.map(|(scope, _)| format!("&scope={scope}")).collect();
        format!("/admin/sso-clients/{}/preview?member={member}&chosen=1{chosen}", self.client_id)
    }

    fn problem(&self, problem: &SubjectProblem) -> (String, String) {
        let name = self.subject.as_ref().map_or("", |subject| &subject.name);
        let (what, next) = match problem {
            SubjectProblem::NoLogin => ("preview-no-login", "preview-no-login-next"),
            SubjectProblem::Deactivated => ("preview-deactivated", "preview-deactivated-next"),
            SubjectProblem::LoginDisabled => {
                ("preview-login-disabled", "preview-login-disabled-next")
            }
            SubjectProblem::NotPermitted => ("preview-not-permitted", "preview-not-permitted-next"),
        };
        let args = [("member", name.into()), ("client", (&self.name).into())];
        (self.page.locale.text(what, &args), self.page.locale.text(next, &args))
    }
}

impl ScopeRow {
    fn nothing(&self, page: &Page) -> String {
        page.t(match self.scope {
            "offline_access" => "preview-offline",
            _ => "preview-adds-nothing",
        })
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clients::views::samples::ID;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn seen(name: &str, may_log_in: bool) -> Seen {
        Seen {
            id: ID.to_owned(),
            name: name.to_owned(),
            email: may_log_in.then(|| "marta@lindqvistroofing.example".to_owned()),
            may_log_in,
        }
    }

    fn claims() -> Claims {
        let json = || Some("{\n  \"sub\": \"3f0c9a52\"\n}".to_owned());
        Claims {
            id_token: json(),
            userinfo: json(),
            scopes: vec![
                ScopeRow { scope: "openid", adds: json().unwrap() },
                ScopeRow { scope: "phone", adds: String::new() },
                ScopeRow { scope: "offline_access", adds: String::new() },
            ],
        }
    }

    fn preview(
        search: &str,
        people: Vec<Seen>,
        claims: Option<Result<Claims, SubjectProblem>>,
    ) -> Preview {
        Preview {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            name: "Forj Community".to_owned(),
            search: search.to_owned(),
            people,
            has_more: search == "m",
            scopes: vec![("openid", true), ("profile", true), ("phone", false)],
            subject: claims.map(|claims| Subject {
                id: ID.to_owned(),
                name: "Marta Lindqvist".to_owned(),
                claims,
            }),
        }
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let bare = Claims { id_token: None, userinfo: None, ..claims() };
        let people = || vec![seen("Marta Lindqvist", true), seen("Max Muster", false)];
        let wrong = |problem| preview("", Vec::new(), Some(Err(problem))).render().unwrap();
        vec![
            ("client-preview", preview("", Vec::new(), None).render().unwrap()),
            ("client-preview-found", preview("m", people(), None).render().unwrap()),
            ("client-preview-nobody", preview("quilt", Vec::new(), None).render().unwrap()),
            (
                "client-preview-claims",
                preview("", Vec::new(), Some(Ok(claims()))).render().unwrap(),
            ),
            ("client-preview-bare", preview("", Vec::new(), Some(Ok(bare))).render().unwrap()),
            ("client-preview-no-login", wrong(SubjectProblem::NoLogin)),
            ("client-preview-deactivated", wrong(SubjectProblem::Deactivated)),
            ("client-preview-login-disabled", wrong(SubjectProblem::LoginDisabled)),
            ("client-preview-not-permitted", wrong(SubjectProblem::NotPermitted)),
        ]
    }

    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let seen = || Seen { email: Some(canary()), id: canary(), ..seen(CANARY, true) };
        let show = |claims| {
            let subject = Some(Subject { id: canary(), name: canary(), claims });
            let preview = Preview {
                page: hostile(Here::SsoClients),
                name: canary(),
                subject,
                ..preview(CANARY, vec![seen()], None)
            };
            preview.render().unwrap()
        };
        let adds = || ScopeRow { scope: "profile", adds: canary() };
        vec![
            show(Ok(Claims {
                id_token: Some(canary()),
                userinfo: Some(canary()),
                scopes: vec![adds()],
            })),
            show(Err(SubjectProblem::NotPermitted)),
        ]
    }
}
