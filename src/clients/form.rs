//! The form of an SSO client as it stands on the page, with what is wrong with each field.

use super::TokenAuthMethod;
use super::mistakes::{
    GroupsProblem, JwksProblem, LegacyProblem, NameProblem, ResourceProblem, UrlField, UrlsProblem,
    community_of,
};
use crate::web::{locale::Rich, page::Page};

pub struct ClientForm {
    pub name: String,
    pub name_problem: Option<NameProblem>,
    pub redirect: UrlList,
    pub who: Who,
    /// Members are asked before the client learns about them.
    pub asks_consent: bool,
    pub log_out: UrlList,
    pub backchannel: UrlField,
    pub developers: Developers,
}

/// One field for each URL; an empty list shows one empty field.
#[derive(Default)]
pub struct UrlList {
    pub urls: Vec<UrlField>,
    /// More than can be kept, or none at all.
    pub problem: Option<UrlsProblem>,
}

/// Who may log in.
pub struct Who {
    /// All of the association with a login.
    pub everybody: i64,
    pub is_restricted: bool,
    pub groups: Vec<GroupChoice>,
    pub problem: Option<GroupsProblem>,
}

pub struct GroupChoice {
    pub id: String,
    pub name: String,
    pub size: i64,
    pub is_chosen: bool,
}

/// What only those need to touch who program the other side.
pub struct Developers {
    /// A public client proves itself with PKCE, and stays one.
    pub is_public: bool,
    pub method: TokenAuthMethod,
    /// How it authenticated last, and when.
    pub method_used: Option<(TokenAuthMethod, String)>,
    pub jwks: String,
    pub jwks_problem: Option<JwksProblem>,
    pub requires_pkce: bool,
    /// Every request of the last day carried a challenge.
    pub pkce_is_ready: bool,
    pub has_claims_in_id_token: bool,
    pub has_legacy_sso: bool,
    pub legacy_problem: Option<LegacyProblem>,
    pub is_machine: bool,
    pub resource_url: String,
    pub resource_problem: Option<ResourceProblem>,
}

/// One line of the summary above the form.
pub struct Mistake {
    /// The id of the field, for the link.
    pub field: String,
    pub label: String,
    pub sentence: Rich,
}

/// A choice of how to authenticate.
pub struct MethodChoice {
    pub value: &'static str,
    pub words: String,
    pub is_chosen: bool,
}

impl UrlList {
    /// The fields to show: at least one, even when there is no URL yet.
    pub fn fields(&self) -> &[UrlField] {
        const EMPTY: &[UrlField] = &[UrlField { value: String::new(), mistake: None }];
        if self.urls.is_empty() { EMPTY } else { &self.urls }
    }

    /// No URL at all: then the empty field is what is wrong.
    pub fn is_missing(&self) -> bool {
        self.problem == Some(UrlsProblem::Missing)
    }

    pub fn sentence(&self, page: &Page) -> Option<Rich> {
        self.problem.map(|problem| problem.sentence(page))
    }

    pub fn url_sentence(&self, url: &UrlField, page: &Page) -> Option<Rich> {
        let good = self.urls.iter().filter(|url| url.mistake.is_none());
        url.sentence(good.filter_map(|url| community_of(&url.value)).next(), page)
    }

    /// `field` is what the ids of the fields begin with, `label` names a line.
    fn mistakes(&self, page: &Page, field: &str, label: &str) -> Vec<Mistake> {
        let lines = self.urls.iter().zip(1_usize..).filter_map(|(url, line)| {
            Some(Mistake {
                field: format!("{field}-{line}"),
                label: page.t1(label, "number", line),
                sentence: self.url_sentence(url, page)?,
            })
        });
        let whole = self.sentence(page).map(|sentence| Mistake {
            field: format!("{field}-1"),
            label: page.t1(label, "number", 1_usize),
            sentence,
        });
        whole.into_iter().chain(lines).collect()
    }
}

impl Who {
    pub fn sentence(&self, page: &Page) -> Option<Rich> {
        self.problem.map(|problem| problem.sentence(page))
    }
}

impl Developers {
    /// Whether anything here is not as it is for most clients.
    pub fn is_touched(&self) -> bool {
        self.is_public
            || self.method != TokenAuthMethod::Secret
            || !self.jwks.is_empty()
            || self.requires_pkce
            || !self.has_claims_in_id_token
            || self.has_legacy_sso
            || self.is_machine
            || !self.resource_url.is_empty()
    }

    pub fn methods(&self, page: &Page) -> Vec<MethodChoice> {
        let choice = |value, method| MethodChoice {
            value,
            words: page.t(method_key(method)),
            is_chosen: self.method == method,
        };
        vec![
            choice("either", TokenAuthMethod::Secret),
            choice("client_secret_post", TokenAuthMethod::ClientSecretPost),
            choice("client_secret_basic", TokenAuthMethod::ClientSecretBasic),
            choice("private_key_jwt", TokenAuthMethod::PrivateKeyJwt),
        ]
    }

    /// What was seen last, and what to do with it.
    pub fn method_hint(&self, page: &Page) -> String {
        let Some((used, at)) = &self.method_used else { return page.t("developers-method-unused") };
        let words = page.t(method_key(*used));
        let args = [("method", (&words).into()), ("at", at.into())];
        let is_open = self.method == TokenAuthMethod::Secret && used.has_secret();
        let key = if is_open { "developers-method-pin" } else { "developers-method-used" };
        page.locale.text(key, &args)
    }

    pub fn jwks_sentence(&self, page: &Page) -> Option<Rich> {
        self.jwks_problem.as_ref().map(|problem| problem.sentence(page))
    }

    pub fn legacy_sentence(&self, page: &Page) -> Option<Rich> {
        self.legacy_problem.map(|problem| problem.sentence(page))
    }

    pub fn resource_sentence(&self, page: &Page) -> Option<Rich> {
        self.resource_problem.map(|problem| problem.sentence(page))
    }
}

/// The words for a way to authenticate.
pub fn method_key(method: TokenAuthMethod) -> &'static str {
    match method {
        TokenAuthMethod::Secret => "method-either",
        TokenAuthMethod::ClientSecretPost => "method-post",
        TokenAuthMethod::ClientSecretBasic => "method-basic",
        TokenAuthMethod::PrivateKeyJwt => "method-signed",
        TokenAuthMethod::None => "method-none",
    }
}

impl ClientForm {
    pub fn name_sentence(&self, page: &Page) -> Option<Rich> {
        self.name_problem.map(|problem| problem.sentence(page))
    }

    pub fn backchannel_sentence(&self, page: &Page) -> Option<Rich> {
        self.backchannel.sentence(None, page)
    }

    /// All that is wrong, in the order of the fields.
    pub fn mistakes(&self, page: &Page) -> Vec<Mistake> {
        let mistake = |field: &str, label: &str, sentence: Option<Rich>| {
            sentence.map(|it| Mistake {
                field: field.to_owned(),
                label: page.t(label),
                sentence: it,
            })
        };
        let developers = &self.developers;
        let (jwks, resource) = (developers.jwks_sentence(page), developers.resource_sentence(page));
        mistake("name", "clients-name", self.name_sentence(page))
            .into_iter()
            .chain(self.redirect.mistakes(page, "url", "clients-url-line"))
            .chain(mistake("who-some", "clients-who", self.who.sentence(page)))
            .chain(self.log_out.mistakes(page, "log-out-url", "log-out-url-line"))
            .chain(mistake("backchannel-url", "backchannel-url", self.backchannel_sentence(page)))
            .chain(mistake("jwks", "developers-jwks", jwks))
            .chain(mistake("legacy-sso", "developers-legacy", developers.legacy_sentence(page)))
            .chain(mistake("resource-url", "developers-resource", resource))
            .collect()
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clients::mistakes::samples::every_mistake;
    use crate::web::page::samples::CANARY;

    fn group(name: &str, size: i64, is_chosen: bool) -> GroupChoice {
        GroupChoice { id: format!("group-{size}"), name: name.to_owned(), size, is_chosen }
    }

    fn good(url: &str) -> UrlField {
        UrlField { value: url.to_owned(), mistake: None }
    }

    /// As most clients have it.
    pub fn form(redirect: Vec<UrlField>) -> ClientForm {
        ClientForm {
            name: "Forj Community".to_owned(),
            name_problem: None,
            redirect: UrlList { urls: redirect, problem: None },
            who: Who {
                everybody: 1284,
                is_restricted: false,
                groups: vec![
                    group("Members in good standing", 980, false),
                    group("Staff", 12, false),
                ],
                problem: None,
            },
            asks_consent: false,
            log_out: UrlList::default(),
            backchannel: good(""),
            developers: Developers {
                is_public: false,
                method: TokenAuthMethod::Secret,
                method_used: Some((TokenAuthMethod::ClientSecretPost, "2 min ago".to_owned())),
                jwks: String::new(),
                jwks_problem: None,
                requires_pkce: false,
                pkce_is_ready: false,
                has_claims_in_id_token: true,
                has_legacy_sso: false,
                legacy_problem: None,
                is_machine: false,
                resource_url: String::new(),
                resource_problem: None,
            },
        }
    }

    /// With everything switched on.
    pub fn full() -> ClientForm {
        let usual = form(vec![good("https://forum.example/cb")]);
        ClientForm {
            who: Who {
                is_restricted: true,
                groups: vec![group("Staff", 12, true), group("Guests", 292, false)],
                ..usual.who
            },
            asks_consent: true,
            log_out: UrlList { urls: vec![good("https://forum.example/out")], problem: None },
            backchannel: good("https://forum.example/backchannel"),
            developers: Developers {
                method: TokenAuthMethod::ClientSecretBasic,
                requires_pkce: true,
                has_claims_in_id_token: false,
                has_legacy_sso: true,
                is_machine: true,
                resource_url: "https://api.forum.example/".to_owned(),
                ..usual.developers
            },
            ..usual
        }
    }

    /// With something wrong in every field.
    pub fn wrong() -> ClientForm {
        let usual = form(every_mistake());
        let mut log_out = every_mistake();
        log_out.truncate(2);
        ClientForm {
            who: Who {
                is_restricted: true,
                groups: Vec::new(),
                problem: Some(GroupsProblem::Empty),
                ..usual.who
            },
            log_out: UrlList { urls: log_out, problem: None },
            backchannel: every_mistake().remove(1),
            developers: Developers {
                method: TokenAuthMethod::PrivateKeyJwt,
                method_used: None,
                jwks: "{}".to_owned(),
                jwks_problem: Some(JwksProblem::Missing),
                pkce_is_ready: true,
                has_legacy_sso: true,
                legacy_problem: Some(LegacyProblem::NoSecret),
                resource_url: "forum".to_owned(),
                resource_problem: Some(ResourceProblem::NotOne),
                ..usual.developers
            },
            ..usual
        }
    }

    pub fn public() -> ClientForm {
        let usual = form(vec![good("https://forum.example/cb")]);
        let developers =
            Developers { is_public: true, method: TokenAuthMethod::None, ..usual.developers };
        ClientForm { developers, ..usual }
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile() -> ClientForm {
        let canary = || CANARY.to_owned();
        let usual = full();
        ClientForm {
            name: canary(),
            redirect: UrlList { urls: vec![good(CANARY)], problem: None },
            who: Who { groups: vec![group(CANARY, 1, true)], ..usual.who },
            log_out: UrlList { urls: vec![good(CANARY)], problem: None },
            backchannel: good(CANARY),
            developers: Developers {
                method: TokenAuthMethod::PrivateKeyJwt,
                method_used: Some((TokenAuthMethod::ClientSecretPost, canary())),
                jwks: canary(),
                resource_url: canary(),
                ..usual.developers
            },
            ..usual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::page::samples::stranger;

    #[test]
    fn the_way_that_was_seen_last_is_offered_to_be_the_only_one() {
        let page = stranger();
        let mut developers = samples::form(Vec::new()).developers;

        let open = developers.method_hint(&page);
        developers.method = TokenAuthMethod::ClientSecretPost;
        let pinned = developers.method_hint(&page);
        developers.method_used = None;
        let unused = developers.method_hint(&page);

        assert!(open.contains("in the post body, 2 min ago. Choose that"), "{open}");
        assert!(pinned.contains("2 min ago") && !pinned.contains("Choose"), "{pinned}");
        assert!(unused.contains("not proved itself yet"), "{unused}");
    }

    #[test]
    fn the_part_for_developers_is_open_when_it_was_touched() {
        assert!(!samples::form(Vec::new()).developers.is_touched());
        assert!(samples::full().developers.is_touched());
        assert!(samples::public().developers.is_touched());
    }

    #[test]
    fn everything_that_is_wrong_stands_in_the_summary_in_the_order_of_the_fields() {
        let fields: Vec<_> =
            samples::wrong().mistakes(&stranger()).into_iter().map(|it| it.field).collect();

        // Every mistake of a redirect URL has a line of its own, each a URL further down.
        let (urls, rest): (Vec<_>, Vec<_>) =
            fields.iter().map(String::as_str).partition(|field| field.starts_with("url-"));
        let expected =
            ["who-some", "log-out-url-2", "backchannel-url", "jwks", "legacy-sso", "resource-url"];
        assert_eq!(rest, expected, "{fields:?}");
        assert!(urls.len() >= 15 && fields[..urls.len()] == urls[..], "{fields:?}");
    }
}
