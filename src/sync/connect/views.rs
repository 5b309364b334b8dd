//! The guides for the other side, in each platform's own words.

use askama::Template;

use super::super::platform::Platform;
use super::{Api, SsoClient};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "sync/connect/list.html")]
pub struct List {
    pub page: Page,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub platform: Platform,
    pub api: Api,
    pub has_client: bool,
    pub linked: usize,
}

/// Mobilize, or Forj Community: the same steps in another order, with other names.
#[derive(Template)]
#[template(path = "sync/connect/mobilize.html")]
pub struct Guide {
    pub page: Page,
    pub platform: Platform,
    pub api: Api,
    pub linked: usize,
    pub sso: Sso,
    pub is_staging: bool,
}

#[derive(Template)]
#[template(path = "sync/connect/higher_logic.html")]
pub struct HigherLogicGuide {
    pub page: Page,
    pub api: Api,
    pub linked: usize,
    pub may_link: bool,
    pub has_properties: bool,
    pub sso: Sso,
    pub is_staging: bool,
}

/// What single sign-on needs: the one thing that is asked, and what follows from it.
pub struct Sso {
    pub address: String,
    /// What was typed is no address.
    pub is_wrong: bool,
    pub redirect_url: Option<String>,
    /// The SSO client with that redirect URL.
    pub client: Option<SsoClient>,
    pub issuer: String,
}

#[derive(Template)]
#[template(path = "sync/connect/worksheet.html")]
pub struct Worksheet {
    pub page: Page,
    pub choices: Vec<Choice>,
    pub client: Option<SsoClient>,
    pub issuer: String,
    pub authorize_url: String,
    pub token_url: String,
    pub userinfo_url: String,
    pub jwks_url: String,
    pub discovery_url: String,
    pub contact: String,
}

pub struct Choice {
    pub id: String,
    pub name: String,
    pub is_chosen: bool,
}

/// A step of the line at the top.
struct Step {
    words: String,
    is_done: bool,
}

fn step(words: String, is_done: bool) -> Step {
    Step { words, is_done }
}

/// The first step that is not done is the one to do now.
fn is_now(steps: &[Step], at: usize) -> bool {
    steps.iter().position(|step| !step.is_done) == Some(at)
}

impl Row {
    fn about(&self, page: &Page) -> String {
        match self.platform {
            Platform::Mobilize => page.t("connect-about-mobilize"),
            Platform::Forj => page.t("connect-about-forj"),
            Platform::HigherLogic => page.t("connect-about-higher-logic"),
        }
    }

    fn ticks(&self, page: &Page) -> Vec<(&'static str, String)> {
        let tick = |is_done: bool| if is_done { "ok" } else { "wait" };
        let api = match self.api {
            Api::Missing => ("wait", page.t("connect-api-missing")),
            Api::Untested => ("held", page.t("connect-api-untested")),
            Api::Refused => ("bad", page.t("connect-api-refused")),
            Api::Works => ("ok", page.t("connect-api-works")),
        };
        let sso = match self.has_client {
            true => page.t("connect-sso-done"),
            false => page.t("connect-sso-missing"),
        };
        let groups = page.t1("connect-groups-linked", "count", self.linked);
        vec![api, (tick(self.has_client), sso), (tick(self.linked > 0), groups)]
    }
}

impl Guide {
    /// A text about this platform.
    fn say(&self, key: &str) -> String {
        self.page.t1(key, "platform", self.platform.name())
    }

    fn is_forj(&self) -> bool {
        self.platform == Platform::Forj
    }

    /// The parts in the order of the platform's document.
    fn order(&self) -> [&'static str; 4] {
        match self.platform {
            Platform::Forj => ["groups", "api", "sso", "sync"],
            _ => ["api", "sso", "groups", "sync"],
        }
    }

    fn title(&self, part: &str) -> String {
        match (part, self.is_forj()) {
            ("api", false) => self.say("connect-step-api"),
            ("api", true) => self.say("connect-step-api-forj"),
            ("sso", _) => self.say("connect-step-sso"),
            ("groups", false) => self.say("connect-step-groups"),
            ("groups", true) => self.say("connect-step-groups-forj"),
            _ => self.say("connect-step-sync"),
        }
    }

    fn steps(&self) -> Vec<Step> {
        let done = |part: &str| match part {
            "api" => self.api == Api::Works,
            "sso" => self.sso.client.is_some(),
            _ => self.linked > 0,
        };
        let words = |part: &str| match part {
            "api" => self.page.t("connect-line-api"),
            "sso" => self.page.t("connect-line-sso"),
            "groups" => self.page.t("connect-line-groups"),
            _ => self.page.t("connect-line-sync"),
        };
        self.order().map(|part| step(words(part), done(part))).into()
    }

    fn is_now(&self, at: &usize) -> bool {
        is_now(&self.steps(), *at)
    }

    /// What the documents suggest that the key be called there (R87).
    fn description(&self) -> String {
        let key = match self.platform {
            Platform::Forj => "connect-key-description-forj",
            _ => "connect-key-description",
        };
        self.page.t1(key, "association", &self.page.association.name)
    }

    fn button(&self) -> String {
        self.page.t1("connect-button-suggestion", "association", &self.page.association.name)
    }
}

impl HigherLogicGuide {
    fn steps(&self) -> Vec<Step> {
        let page = &self.page;
        vec![
            step(page.t("connect-line-api"), self.api != Api::Missing),
            step(page.t("connect-line-properties"), self.has_properties),
            step(page.t("connect-line-confirmed"), self.api == Api::Works),
            step(page.t("connect-line-sso"), self.sso.client.is_some()),
            step(page.t("connect-line-go-ahead"), self.may_link),
            step(page.t("connect-line-sync"), self.linked > 0),
        ]
    }

    fn is_now(&self, at: &usize) -> bool {
        is_now(&self.steps(), *at)
    }
}

impl Worksheet {
    /// What the redirect URL is, or its pattern while no SSO client has one.
    fn redirect_url(&self) -> String {
        match &self.client {
            Some(client) => client.redirect_url.clone(),
            None => self.page.t("worksheet-redirect-pattern"),
        }
    }

    /// What userinfo answers with the scopes that are asked for.
    fn claims(&self) -> [(&'static str, String); 8] {
        let page = &self.page;
        [
            ("sub", page.t("worksheet-claim-sub")),
            ("given_name", page.t("worksheet-claim-given-name")),
            ("family_name", page.t("worksheet-claim-family-name")),
            ("name", page.t("worksheet-claim-name")),
            ("company_name", page.t("worksheet-claim-company")),
            ("job_title", page.t("worksheet-claim-job-title")),
            ("member_status", page.t("worksheet-claim-status")),
            ("email", page.t("worksheet-claim-email")),
        ]
    }

    fn help_email(&self) -> String {
        self.page.association.help_email.clone().unwrap_or_default()
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    const ID: &str = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";
    const URL: &str = "https://harbortrades.mobilize.io/users/auth/openidconnect/callback";

    fn client(name: &str) -> SsoClient {
        let (client_id, redirect_url) = (ID.to_owned(), URL.to_owned());
        SsoClient { client_id, name: name.to_owned(), redirect_url }
    }

    fn blank() -> Sso {
        Sso {
            address: String::new(),
            is_wrong: false,
            redirect_url: None,
            client: None,
            issuer: "https://www.harbortrades.example".to_owned(),
        }
    }

    fn asked() -> Sso {
        let address = "harbortrades.mobilize.io".to_owned();
        Sso { address, redirect_url: Some(URL.to_owned()), ..blank() }
    }

    fn ready() -> Sso {
        Sso { client: Some(client("Forj Community")), ..asked() }
    }

    fn wrong() -> Sso {
        Sso { address: "harbor trades".to_owned(), is_wrong: true, ..blank() }
    }

    fn guide(page: Page, platform: Platform, api: Api, linked: usize, sso: Sso) -> String {
        let is_staging = linked == 0;
        Guide { page, platform, api, linked, sso, is_staging }.render().unwrap()
    }

    fn higher_logic(page: Page, api: Api, linked: usize, sso: Sso) -> String {
        let may_link = linked > 0;
        HigherLogicGuide {
            page,
            api,
            linked,
            may_link,
            has_properties: may_link,
            sso,
            is_staging: !may_link,
        }
        .render()
        .unwrap()
    }

    fn worksheet(page: Page, names: &[&str]) -> String {
        let at = |path: &str| format!("https://www.harbortrades.example{path}");
        Worksheet {
            page,
            choices: names
                .iter()
                .map(|name| Choice { id: ID.to_owned(), name: (*name).to_owned(), is_chosen: true })
                .collect(),
            client: names.first().map(|name| client(name)),
            issuer: at(""),
            authorize_url: at("/oauth/authorize"),
            token_url: at("/oauth/token"),
            userinfo_url: at("/oauth/userinfo"),
            jwks_url: at("/oauth/jwks"),
            discovery_url: at("/.well-known/openid-configuration"),
            contact: names.first().map_or("Ruth Okafor", |name| name).to_owned(),
        }
        .render()
        .unwrap()
    }

    fn list(page: Page) -> String {
        let row = |platform, api, linked| Row { platform, api, has_client: linked > 0, linked };
        let rows = vec![
            row(Platform::Mobilize, Api::Works, 2),
            row(Platform::Forj, Api::Missing, 0),
            row(Platform::HigherLogic, Api::Untested, 0),
        ];
        List { page, rows }.render().unwrap()
    }

    /// Every state of the pages, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        use Platform::{Forj, Mobilize};
        let page = || page(Here::Connect);
        vec![
            ("connect", list(page())),
            ("connect-mobilize", guide(page(), Mobilize, Api::Missing, 0, blank())),
            ("connect-mobilize-asked", guide(page(), Mobilize, Api::Untested, 0, asked())),
            ("connect-mobilize-done", guide(page(), Mobilize, Api::Works, 2, ready())),
            ("connect-forj", guide(page(), Forj, Api::Missing, 0, wrong())),
            ("connect-forj-done", guide(page(), Forj, Api::Works, 1, ready())),
            ("connect-higher-logic", higher_logic(page(), Api::Missing, 0, blank())),
            ("connect-higher-logic-wrong", higher_logic(page(), Api::Untested, 0, wrong())),
            ("connect-higher-logic-done", higher_logic(page(), Api::Works, 1, ready())),
            ("worksheet", worksheet(page(), &["Higher Logic"])),
            ("worksheet-choice", worksheet(page(), &["Higher Logic", "Higher Logic, test"])),
            ("worksheet-none", worksheet(page(), &[])),
        ]
    }

    /// Pages with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let sso = || Sso {
            address: canary(),
            redirect_url: Some(canary()),
            client: Some(SsoClient { redirect_url: canary(), ..client(CANARY) }),
            issuer: canary(),
            is_wrong: true,
        };
        let page = || hostile(Here::Connect);
        vec![
            list(page()),
            guide(page(), Platform::Mobilize, Api::Works, 1, sso()),
            guide(page(), Platform::Forj, Api::Missing, 0, sso()),
            higher_logic(page(), Api::Works, 1, sso()),
            worksheet(page(), &[CANARY, CANARY]),
        ]
    }
}
