//! The page a person sees when something did not work.

use askama::Template;

use crate::web::{locale::Rich, page::Page};

/// Every sentence comes from the catalogue; nothing of the request is echoed.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub page: Page,
    pub problem: Problem,
    /// What a person reads out on the phone, like `K7F-2QD`; the log has it too.
    pub reference: Option<String>,
    pub way_back: Option<WayBack>,
}

/// What happened, in kinds that need different words. Names of clients come from the database.
#[derive(Debug, Clone)]
pub enum Problem {
    NotFound,
    /// A form came without its token, or with an old one, and cannot be shown again.
    TooOld,
    /// Logged in, but not an admin. `page.viewer` says as whom.
    Forbidden,
    Broken,
    Unavailable,
    TooLarge,
    MethodNotAllowed,
    /// No association has this host name. Use `Brand::none()`.
    UnknownHost,
    UnknownClient,
    ClientOff {
        client: String,
    },
    RedirectNotRegistered {
        client: String,
    },
    RequestMalformed {
        client: Option<String>,
    },
}

/// The one next step, as a link.
#[derive(Debug, Clone)]
pub enum WayBack {
    Account,
    LogIn,
    /// Log out and in again as somebody else.
    SwitchAccount,
    SsoClients,
    /// Where the client's own log-in begins.
    Client {
        name: String,
        start_url: String,
    },
    /// The same address once more.
    TryAgain {
        url: String,
    },
}

impl ErrorPage {
    fn title(&self) -> String {
        let (key, client) = match &self.problem {
            Problem::NotFound => ("error-not-found-title", None),
            Problem::TooOld => ("error-too-old-title", None),
            Problem::Forbidden => ("error-forbidden-title", None),
            Problem::Broken => ("error-broken-title", None),
            Problem::Unavailable => ("error-unavailable-title", None),
            Problem::TooLarge => ("error-too-large-title", None),
            Problem::MethodNotAllowed => ("error-method-title", None),
            Problem::UnknownHost => ("error-host-title", None),
            Problem::UnknownClient => ("error-unknown-client-title", None),
            Problem::ClientOff { client } => ("error-client-off-title", Some(client)),
            Problem::RedirectNotRegistered { client } => ("error-redirect-title", Some(client)),
            Problem::RequestMalformed { client: None } => ("error-malformed-title", None),
            Problem::RequestMalformed { client } => {
                ("error-malformed-client-title", client.as_ref())
            }
        };
        match client {
            Some(client) => self.page.t1(key, "client", client),
            None => self.page.t(key),
        }
    }

    /// What happened, then what to do.
    fn what(&self) -> Rich {
        let page = &self.page;
        match &self.problem {
            Problem::NotFound => page.rich("error-not-found"),
            Problem::TooOld => page.rich("error-too-old"),
            Problem::Forbidden => {
                let name = page.viewer.as_ref().map_or("", |viewer| &viewer.name);
                page.rich1("error-forbidden", "name", name)
            }
            Problem::Broken => page.rich("error-broken"),
            Problem::Unavailable => page.rich("error-unavailable"),
            Problem::TooLarge => page.rich("error-too-large"),
            Problem::MethodNotAllowed => page.rich("error-method"),
            Problem::UnknownHost => page.rich("error-host"),
            Problem::UnknownClient => page.rich("error-unknown-client"),
            Problem::ClientOff { client } => page.rich1("error-client-off", "client", client),
            Problem::RedirectNotRegistered { client } => {
                page.rich1("error-redirect", "client", client)
            }
            Problem::RequestMalformed { client: None } => page.rich("error-malformed"),
            Problem::RequestMalformed { client: Some(client) } => {
                page.rich1("error-malformed-client", "client", client)
            }
        }
    }

    /// Whether a member who only clicked a link could blame themselves.
    fn blameless(&self) -> bool {
        matches!(
            self.problem,
            Problem::Broken
                | Problem::Unavailable
                | Problem::UnknownClient
                | Problem::ClientOff { .. }
                | Problem::RedirectNotRegistered { .. }
                | Problem::RequestMalformed { .. }
        )
    }

    fn link(&self) -> Option<(&str, String)> {
        let page = &self.page;
        Some(match self.way_back.as_ref()? {
            WayBack::Account => ("/account", page.t("error-to-account")),
            WayBack::LogIn => ("/log-in", page.t("error-to-log-in")),
            WayBack::SwitchAccount => ("/log-out", page.t("error-switch-account")),
            WayBack::SsoClients => ("/admin/sso-clients", page.t("error-to-clients")),
            WayBack::Client { name, start_url } => {
                (start_url, page.t1("error-to-client", "client", name))
            }
            WayBack::TryAgain { url } => (url, page.t("error-try-again")),
        })
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Brand, Here,
        samples::{CANARY, hostile, page, stranger},
    };

    /// Every kind of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let harbor = || "Harbor Community".to_owned();
        let start = WayBack::Client {
            name: harbor(),
            start_url: "https://harbortrades.mobilize.io".to_owned(),
        };
        let show = |page, problem, way_back| {
            let reference = Some("K7F-2QD".to_owned());
            ErrorPage { page, problem, reference, way_back }.render().unwrap()
        };
        let viewed = || page(Here::Elsewhere);
        let homeless = Page { association: Brand::none(), ..stranger() };
        let again = WayBack::TryAgain { url: "/account".to_owned() };
        let switched_off = Problem::ClientOff { client: harbor() };
        let wrong_address = Problem::RedirectNotRegistered { client: harbor() };
        let malformed = |client| Problem::RequestMalformed { client };
        vec![
            ("error-not-found", show(viewed(), Problem::NotFound, Some(WayBack::Account))),
            ("error-too-old", show(stranger(), Problem::TooOld, Some(WayBack::LogIn))),
            ("error-forbidden", show(viewed(), Problem::Forbidden, Some(WayBack::SwitchAccount))),
            ("error-broken", show(stranger(), Problem::Broken, Some(again))),
            ("error-unavailable", show(stranger(), Problem::Unavailable, None)),
            ("error-too-large", show(viewed(), Problem::TooLarge, Some(WayBack::SsoClients))),
            ("error-method", show(stranger(), Problem::MethodNotAllowed, None)),
            (
                "error-host",
                ErrorPage {
                    page: homeless,
                    problem: Problem::UnknownHost,
                    reference: None,
                    way_back: None,
                }
                .render()
                .unwrap(),
            ),
            (
                "error-unknown-client",
                show(stranger(), Problem::UnknownClient, Some(WayBack::Account)),
            ),
            ("error-client-off", show(stranger(), switched_off, Some(WayBack::Account))),
            ("error-redirect", show(stranger(), wrong_address, Some(WayBack::Account))),
            ("error-malformed", show(stranger(), malformed(None), Some(WayBack::Account))),
            ("error-malformed-client", show(stranger(), malformed(Some(harbor())), Some(start))),
        ]
    }

    /// Pages with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let way_back = || WayBack::Client {
            name: canary(),
            start_url: "https://community.example".to_owned(),
        };
        [
            Problem::Forbidden,
            Problem::ClientOff { client: canary() },
            Problem::RedirectNotRegistered { client: canary() },
            Problem::RequestMalformed { client: Some(canary()) },
        ]
        .into_iter()
        .map(|problem| {
            let (reference, way_back) = (Some(canary()), Some(way_back()));
            ErrorPage { page: hostile(Here::Elsewhere), problem, reference, way_back }
                .render()
                .unwrap()
        })
        .collect()
    }
}
