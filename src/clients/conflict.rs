//! Somebody else saved an SSO client meanwhile: both versions side by side, in words.

use askama::Template;

use super::form::method_key;
use super::{RedirectUrl, Settings};
use crate::web::page::Page;

/// Nothing is lost: the admin chooses.
#[derive(Template)]
#[template(path = "clients/conflict.html")]
pub struct Conflict {
    pub page: Page,
    pub client_id: String,
    pub by: Option<String>,
    pub at: String,
    pub yours: Settings,
    pub theirs: Settings,
    /// The association's groups: UniqueID and name.
    pub groups: Vec<(String, String)>,
    /// Their version: saving over it is a choice made after having seen it.
    pub version: i64,
    /// What was typed, as fields of the form.
    pub carried: Vec<(String, String)>,
}

/// One row of the comparison.
struct Difference {
    label: String,
    theirs: Vec<Value>,
    yours: Vec<Value>,
    /// Addresses and names are shown letter by letter, words as words.
    is_code: bool,
}

struct Value {
    text: String,
    differs: bool,
}

impl Conflict {
    fn who(&self) -> String {
        match &self.by {
            Some(by) => {
                let args = [("by", by.into()), ("at", (&self.at).into())];
                self.page.locale.text("conflict-who", &args)
            }
            None => self.page.t1("conflict-somebody", "at", &self.at),
        }
    }

    /// Name and redirect URLs always, and whatever else is not the same.
    fn differences(&self) -> Vec<Difference> {
        let all = [
            self.code("clients-name", |it| vec![it.name.clone()]),
            self.code("clients-urls", |it| texts(&it.redirect_urls)),
            self.words("clients-who", |it| self.who_may(it)),
            self.words("sharing-title", |it| {
                vec![self.page.t(if it.is_trusted() { "sharing-trusted" } else { "sharing-asked" })]
            }),
            self.code("log-out-urls", |it| texts(&it.post_logout_urls)),
            self.code("backchannel-url", |it| texts(it.backchannel_logout_url.as_slice())),
            self.words("developers-method", |it| vec![self.page.t(method_key(it.auth_method))]),
            self.code("developers-jwks", |it| it.jwks().map(str::to_owned).into_iter().collect()),
            self.switch("developers-pkce", |it| it.requires_pkce),
            self.switch("developers-id-token", |it| !it.has_lean_id_token),
            self.switch("developers-legacy", |it| it.has_legacy_sso),
            self.switch("developers-machine", |it| it.is_machine),
            self.code("developers-resource", |it| it.resource_url.clone().into_iter().collect()),
        ];
        let is_shown = |(place, row): &(usize, Difference)| {
            *place < 2 || row.theirs.iter().chain(&row.yours).any(|value| value.differs)
        };
        all.into_iter().enumerate().filter(is_shown).map(|(_, row)| row).collect()
    }

    fn code(&self, label: &str, values: impl Fn(&Settings) -> Vec<String>) -> Difference {
        Difference { is_code: true, ..self.words(label, values) }
    }

    fn words(&self, label: &str, values: impl Fn(&Settings) -> Vec<String>) -> Difference {
        let (theirs, yours) = (values(&self.theirs), values(&self.yours));
        Difference {
            label: self.page.t(label),
            theirs: marked(&theirs, &yours),
            yours: marked(&yours, &theirs),
            is_code: false,
        }
    }

    fn switch(&self, label: &str, is_on: impl Fn(&Settings) -> bool) -> Difference {
        self.words(label, |it| vec![self.page.t(if is_on(it) { "on" } else { "off" })])
    }

    fn who_may(&self, settings: &Settings) -> Vec<String> {
        if settings.permitted_groups.is_empty() {
            return vec![self.page.t("clients-who-all")];
        }
        let name = |id: &str| {
            let known = self.groups.iter().find(|(known, _)| known == id);
            known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
        };
        settings.permitted_groups.iter().map(|id| name(id.as_str())).collect()
    }
}

fn texts(urls: &[RedirectUrl]) -> Vec<String> {
    urls.iter().map(ToString::to_string).collect()
}

/// What one side holds, marked where the other side lacks it.
fn marked(ours: &[String], others: &[String]) -> Vec<Value> {
    ours.iter().map(|it| Value { text: it.clone(), differs: !others.contains(it) }).collect()
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clients::views::samples::ID;
    use crate::clients::{Consent, TokenAuthMethod};
    use crate::id::GroupId;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    const STAFF: &str = "1c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";

    fn url(text: &str) -> RedirectUrl {
        RedirectUrl::register(&format!("https://{text}"), false).unwrap()
    }

    pub fn conflict(by: Option<&str>) -> Conflict {
        let settings = |name: &str, urls: [&str; 2]| {
            Settings::new(name, urls.map(|it| url(&format!("{it}/callback"))).into())
        };
        Conflict {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            by: by.map(str::to_owned),
            at: "2 min ago".to_owned(),
            yours: settings("Forj Community", ["harbortrades.mobilize.io", "community.example"]),
            theirs: settings("Forj", ["harbortrades.mobilize.io", "forum.example"]),
            groups: vec![(STAFF.to_owned(), "Staff".to_owned())],
            version: 8,
            carried: vec![("name".to_owned(), "Forj Community".to_owned())],
        }
    }

    /// Where nothing is as it was.
    pub fn everything() -> Conflict {
        let mut conflict = conflict(Some("Dan Abara"));
        let theirs = &mut conflict.theirs;
        theirs.permitted_groups = vec![GroupId::presented(STAFF), GroupId::presented("gone")];
        theirs.consent = Consent::Asked;
        theirs.post_logout_urls = vec![url("forum.example/out")];
        theirs.backchannel_logout_url = Some(url("forum.example/backchannel"));
        theirs.auth_method = TokenAuthMethod::ClientSecretBasic;
        theirs.requires_pkce = true;
        theirs.has_lean_id_token = true;
        theirs.has_legacy_sso = true;
        theirs.is_machine = true;
        theirs.resource_url = Some("https://api.forum.example/".to_owned());
        conflict
    }

    pub fn all() -> Vec<(&'static str, String)> {
        vec![
            ("client-conflict", conflict(Some("Dan Abara")).render().unwrap()),
            ("client-conflict-somebody", conflict(None).render().unwrap()),
            ("client-conflict-everything", everything().render().unwrap()),
        ]
    }

    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let settings = || {
            let mut settings = Settings::new(CANARY, Vec::new());
            settings.permitted_groups = vec![GroupId::presented(STAFF)];
            settings
        };
        let conflict = Conflict {
            page: hostile(Here::SsoClients),
            by: Some(canary()),
            at: canary(),
            yours: Settings { resource_url: Some(canary()), ..Settings::new(CANARY, Vec::new()) },
            theirs: settings(),
            groups: vec![(STAFF.to_owned(), canary())],
            carried: vec![(canary(), canary())],
            ..conflict(None)
        };
        vec![conflict.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_marks_what_differs_and_nothing_else() {
        let html = samples::conflict(Some("Dan Abara")).render().unwrap();

        assert!(html.contains("<del>Forj</del>") && html.contains("<ins>Forj Community</ins>"));
        assert!(html.contains("<del>https://forum.example/callback</del>"), "{html}");
        assert!(html.contains("<ins>https://community.example/callback</ins>"), "{html}");
        assert!(html.contains("<code>https://harbortrades.mobilize.io/callback</code>"), "{html}");
        assert!(html.contains("Dan Abara saved it 2 min ago"), "{html}");
        assert_eq!(html.matches("<th scope=\"row\">").count(), 2, "the rest is the same: {html}");
    }

    /// A setting that is not compared would be saved over unseen.
    #[test]
    fn a_conflict_compares_every_setting_there_is() {
        let conflict = samples::everything();

        let rows = conflict.differences();
        let settings = serde_json::to_value(&conflict.theirs).unwrap();

        // The keys are those of the way to authenticate, which is there without them.
        assert_eq!(rows.len() + 1, settings.as_object().unwrap().len());
        let who = rows.iter().find(|row| row.label == "Who may log in").unwrap();
        let theirs: Vec<_> = who.theirs.iter().map(|value| &*value.text).collect();
        assert_eq!(theirs, ["Staff", "gone"]);
    }
}
