//! Who sees a member's details, as that member reads it.

use askama::Template;

use super::{AllowedBy, ShareOf};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "consents/apps.html")]
pub struct Apps {
    pub page: Page,
    pub apps: Vec<Row>,
}

/// A client that sees something. Times are ready to read, like "today at 9:12".
pub struct Row {
    pub client_id: String,
    pub name: String,
    pub initials: String,
    pub host: String,
    pub sees: Vec<ShareOf>,
    pub stays: bool,
    pub allowed_by: AllowedBy,
    pub since: String,
    pub last_used: Option<String>,
}

impl Row {
    fn what(&self, page: &Page) -> String {
        let seen: Vec<_> = self.sees.iter().map(|share| page.t(key(*share))).collect();
        if seen.is_empty() {
            return page.t("apps-sees-nothing");
        }
        page.t1("apps-sees", "details", &seen.join(", "))
    }

    fn since(&self, page: &Page) -> String {
        let key = match self.allowed_by {
            AllowedBy::Member => "apps-allowed",
            AllowedBy::Association => "apps-trusted",
        };
        page.t1(key, "at", &self.since)
    }
}

fn key(share: ShareOf) -> &'static str {
    match share {
        ShareOf::Name => "apps-name",
        ShareOf::Email => "apps-email",
        ShareOf::Phone => "apps-phone",
        ShareOf::Address => "apps-address",
        ShareOf::Work => "apps-work",
        ShareOf::MemberStatus => "apps-member-status",
        ShareOf::About => "apps-about",
        ShareOf::Groups => "apps-groups",
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here, Toast, Viewer,
        samples::{CANARY, hostile, page},
    };

    pub fn apps() -> Apps {
        let viewer = Viewer { name: "Marta Lindqvist".to_owned(), is_admin: false };
        let job_board = Row {
            client_id: "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4".to_owned(),
            name: "Job Board".to_owned(),
            initials: "JB".to_owned(),
            host: "jobs.harbortrades.example".to_owned(),
            sees: vec![ShareOf::Name, ShareOf::Email, ShareOf::Work],
            stays: false,
            allowed_by: AllowedBy::Member,
            since: "4 February 2026 at 9:12".to_owned(),
            last_used: None,
        };
        let calendar = Row {
            client_id: "1e9b0a77-6d3c-4c55-8f0e-0f4ab1c2d3e4".to_owned(),
            name: "Event Calendar".to_owned(),
            initials: "EC".to_owned(),
            host: "events.harbortrades.example".to_owned(),
            sees: Vec::new(),
            stays: true,
            allowed_by: AllowedBy::Association,
            since: "2 March 2026 at 14:05".to_owned(),
            last_used: Some("today at 8:02".to_owned()),
        };
        Apps {
            page: Page { viewer: Some(viewer), ..page(Here::Account) },
            apps: vec![calendar, job_board],
        }
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let none = || Apps { apps: Vec::new(), ..apps() };
        let stopped = Page { toast: Some(Toast::SharingStopped), ..apps().page };
        vec![
            ("apps", apps().render().unwrap()),
            ("apps-none", none().render().unwrap()),
            ("apps-stopped", Apps { page: stopped, ..none() }.render().unwrap()),
        ]
    }

    /// The page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let row = Row {
            client_id: canary(),
            name: canary(),
            initials: canary(),
            host: canary(),
            since: canary(),
            last_used: Some(canary()),
            ..apps().apps.swap_remove(0)
        };
        vec![Apps { page: hostile(Here::Account), apps: vec![row] }.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_each_sees_or_why_there_is_none() {
        let html = samples::apps().render().unwrap();
        let none = Apps { apps: Vec::new(), ..samples::apps() }.render().unwrap();

        assert!(html.contains("Sees: name, e-mail, company and job title."), "{html}");
        assert!(html.contains("Sees no details"), "{html}");
        assert!(html.contains("also while you are away"), "{html}");
        assert!(none.contains("No website keeps access to your details"), "{none}");
        assert!(!none.contains("<form"), "{none}");
    }
}
