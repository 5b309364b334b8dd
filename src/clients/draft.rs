//! The form of an SSO client as it was typed, with what is wrong with each field.

use super::mistakes::{ClientIdProblem, NameProblem, SecretKeyProblem, UrlField, UrlsProblem};
use super::redirect_url::{MOST, split};
use super::{Client, ClientSecret, Identity, Mistake, NotASecret, RedirectUrl, Settings};
use crate::associations::Site;
use crate::id::ClientId;
use crate::web::Fields;

const LONGEST_NAME: usize = 100;

pub struct Draft {
    pub name: String,
    pub name_problem: Option<NameProblem>,
    pub urls: Vec<UrlField>,
    pub urls_problem: Option<UrlsProblem>,
    pub client_id: String,
    pub client_id_problem: Option<ClientIdProblem>,
    pub secret_key_problem: Option<SecretKeyProblem>,
    pub secret_key_typed: bool,
    secret_key: String,
    accepted: Vec<RedirectUrl>,
}

impl Draft {
    pub fn blank() -> Self {
        Self {
            name: String::new(),
            name_problem: None,
            urls: Vec::new(),
            urls_problem: None,
            client_id: String::new(),
            client_id_problem: None,
            secret_key_problem: None,
            secret_key_typed: false,
            secret_key: String::new(),
            accepted: Vec::new(),
        }
    }

    pub fn saved(client: &Client) -> Self {
        let field = |url: &RedirectUrl| UrlField { value: url.to_string(), mistake: None };
        let urls = client.redirect_urls.iter().map(field).collect();
        Self { name: client.name.clone(), urls, ..Self::blank() }
    }

    /// What was sent. Pasted lists are split; nothing that was typed is lost.
    pub fn of(site: &Site, fields: &Fields) -> Self {
        let development = site.association.issuer.is_loopback();
        let typed: Vec<String> = fields.all("url").flat_map(split).collect();
        let (mut urls, mut accepted) = (Vec::new(), Vec::<RedirectUrl>::new());
        for value in typed {
            let mistake = match RedirectUrl::register(&value, development) {
                Ok(url) if accepted.contains(&url) => Some(Mistake::Duplicate),
                Ok(url) => {
                    accepted.push(url);
                    None
                }
                Err(mistake) => Some(mistake),
            };
            urls.push(UrlField { value, mistake });
        }
        Self {
            name: fields.text("name").to_owned(),
            urls,
            client_id: fields.text("client_id").to_owned(),
            secret_key: fields.text("secret_key").to_owned(),
            secret_key_typed: !fields.text("secret_key").is_empty(),
            accepted,
            ..Self::blank()
        }
    }

    /// "Add another URL" and "Remove", which work without script: nothing is judged yet. Lines that
    /// are still empty stay, because a button counts those on the page.
    pub fn rearrange(&mut self, fields: &Fields) {
        let removed = fields.text("remove").parse::<usize>().ok();
        let lines = fields.all("url").enumerate();
        let kept = lines.filter(|(place, _)| Some(place + 1) != removed);
        let mut values: Vec<String> = Vec::new();
        for (_, typed) in kept {
            match split(typed) {
                pieces if pieces.is_empty() => values.push(String::new()),
                pieces => values.extend(pieces),
            }
        }
        if fields.has("add") {
            values.push(String::new());
        }
        self.urls = values.into_iter().map(|value| UrlField { value, mistake: None }).collect();
    }

    /// The settings when all is well; otherwise every field says what is wrong with it.
    pub fn complete(&mut self, is_new: bool) -> Option<(Settings, Option<Identity>)> {
        self.name_problem = match self.name.chars().count() {
            0 => Some(NameProblem::Empty),
            1..=LONGEST_NAME => None,
            _ => Some(NameProblem::TooLong { most: LONGEST_NAME }),
        };
        self.urls_problem = match self.urls.len() {
            0 => Some(UrlsProblem::Missing),
            1..=MOST => None,
            _ => Some(UrlsProblem::TooMany { most: MOST }),
        };
        let identity = if is_new { self.identity() } else { None };
        let is_well = self.name_problem.is_none()
            && self.urls_problem.is_none()
            && self.client_id_problem.is_none()
            && self.secret_key_problem.is_none()
            && self.urls.iter().all(|url| url.mistake.is_none());
        is_well.then(|| {
            let (name, redirect_urls) = (self.name.clone(), self.accepted.clone());
            (Settings::new(name, redirect_urls), identity)
        })
    }

    pub fn client_id_is_taken(&mut self) {
        self.client_id_problem = Some(ClientIdProblem::Taken);
    }

    /// Both or neither: a Client Id and Secret Key that are taken over.
    fn identity(&mut self) -> Option<Identity> {
        if self.client_id.is_empty() && self.secret_key.is_empty() {
            return None;
        }
        let id = match self.client_id.parse::<ClientId>() {
            Ok(id) => Some(id),
            Err(_) if self.client_id.is_empty() => {
                self.client_id_problem = Some(ClientIdProblem::Missing);
                None
            }
            Err(_) => {
                self.client_id_problem = Some(ClientIdProblem::NotAGuid);
                None
            }
        };
        let secret = match ClientSecret::take_over(&self.secret_key) {
            Ok(secret) => Some(secret),
            Err(_) if self.secret_key.is_empty() => {
                self.secret_key_problem = Some(SecretKeyProblem::Missing);
                None
            }
            Err(NotASecret::Short) => {
                self.secret_key_problem = Some(SecretKeyProblem::TooShort { least: 16 });
                None
            }
            Err(NotASecret::Long) => {
                self.secret_key_problem = Some(SecretKeyProblem::TooLong { most: 512 });
                None
            }
            Err(NotASecret::Character) => {
                self.secret_key_problem = Some(SecretKeyProblem::Characters);
                None
            }
        };
        Some(Identity::TakenOver(id?, secret?))
    }
}
