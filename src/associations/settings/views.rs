//! The first tab of the Association Settings.

use askama::Template;

use crate::associations::views::AssociationProblem;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "associations/settings.html")]
pub struct General {
    pub page: Page,
    /// Whether there is a page of integrations to lead to.
    pub has_integrations: bool,
    pub site_url: String,
    pub name: String,
    pub help_email: String,
    pub help_phone: String,
    pub problems: Vec<AssociationProblem>,
    pub is_stale: bool,
}

impl General {
    fn name_problem(&self) -> Option<String> {
        let page = &self.page;
        self.problems.iter().find_map(|problem| problem.of_name(page))
    }

    fn email_problem(&self) -> Option<String> {
        let is_wrong = self.problems.contains(&AssociationProblem::HelpEmailWrong);
        is_wrong.then(|| self.page.t("set-up-help-email-wrong"))
    }

    fn phone_problem(&self) -> Option<String> {
        let is_wrong = self.problems.contains(&AssociationProblem::HelpPhoneWrong);
        is_wrong.then(|| self.page.t("set-up-help-phone-wrong"))
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn general(problems: Vec<AssociationProblem>) -> General {
        General {
            page: page(Here::Settings),
            has_integrations: true,
            site_url: "https://www.harbortrades.example".to_owned(),
            name: "Harbor Trades Association".to_owned(),
            help_email: "help@harbortrades.example".to_owned(),
            help_phone: "(555) 010-0142".to_owned(),
            problems,
            is_stale: false,
        }
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        use AssociationProblem as A;
        let wrong = vec![A::NameEmpty, A::HelpEmailWrong, A::HelpPhoneWrong];
        let stale = General { is_stale: true, has_integrations: false, ..general(Vec::new()) };
        vec![
            ("settings", general(Vec::new()).render().unwrap()),
            ("settings-wrong", general(wrong).render().unwrap()),
            ("settings-long", general(vec![A::NameTooLong { most: 100 }]).render().unwrap()),
            ("settings-stale", stale.render().unwrap()),
        ]
    }

    /// The page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let general = General {
            page: hostile(Here::Settings),
            site_url: canary(),
            name: canary(),
            help_email: canary(),
            help_phone: canary(),
            ..general(Vec::new())
        };
        vec![general.render().unwrap()]
    }
}
