//! What can be wrong with an entry in the form of an SSO client: one mistake, one sentence.

use super::NotKeys;
use super::redirect_url::{LONGEST, Mistake};
use crate::web::{locale::Rich, page::Page};

/// A redirect URL as it was typed, and what is wrong with it.
pub struct UrlField {
    pub value: String,
    pub mistake: Option<Mistake>,
}

/// What is wrong with the list as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum UrlsProblem {
    Missing,
    TooMany { most: usize },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    Empty,
    TooLong { most: usize },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ClientIdProblem {
    Missing,
    NotAGuid,
    Taken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SecretKeyProblem {
    Missing,
    TooShort { least: usize },
    TooLong { most: usize },
    Characters,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum GroupsProblem {
    /// Only some, and then none of them.
    Empty,
    TooMany {
        most: usize,
    },
    /// One that was chosen is not there any more.
    Gone,
}

/// Of the keys that a client signs with.
#[derive(Clone, PartialEq, Eq)]
pub enum JwksProblem {
    Missing,
    Not(NotKeys),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LegacyProblem {
    NoSecret,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ResourceProblem {
    NotOne,
    Taken,
}

impl UrlField {
    /// `community` is the name that goes where `my_community` was left in, if another URL shows it.
    pub fn sentence(&self, community: Option<&str>, page: &Page) -> Option<Rich> {
        Some(match self.mistake.as_ref()? {
            Mistake::NotAbsolute => page.rich("url-not-absolute"),
            Mistake::Blank => page.rich("url-blank"),
            Mistake::Placeholder => match community {
                Some(likely) => page.rich1("url-placeholder-likely", "likely", likely),
                None => page.rich("url-placeholder"),
            },
            // Forj shows admins its own callback with http, so it is not the admin's mistake.
            Mistake::Http { https } if community_of(https).is_some() => {
                page.rich1("url-http-printed-so", "https", https)
            }
            Mistake::Http { https } => page.rich1("url-http", "https", https),
            Mistake::Scheme(_) => page.rich("url-scheme"),
            Mistake::Fragment => page.rich("url-fragment"),
            Mistake::Wildcard => page.rich("url-wildcard"),
            Mistake::UserInfo => page.rich("url-user-info"),
            Mistake::Character(character) if character.is_control() => {
                page.rich("url-character-unseen")
            }
            Mistake::Character('%') => page.rich("url-percent"),
            Mistake::Character(character) => {
                page.rich1("url-character", "character", &character.to_string())
            }
            Mistake::Reserved(name) => page.rich1("url-reserved", "name", name),
            Mistake::Host => page.rich("url-host"),
            Mistake::NotCanonical(better) => page.rich1("url-not-canonical", "better", better),
            Mistake::Duplicate => page.rich("url-duplicate"),
            Mistake::TooLong => page.rich1("url-too-long", "most", LONGEST),
        })
    }
}

/// The community in a callback of Forj: `harbortrades` of `https://harbortrades.mobilize.io/…`.
pub fn community_of(url: &str) -> Option<&str> {
    let host = url.strip_prefix("https://")?.split(['/', ':']).next()?;
    host.strip_suffix(".mobilize.io").filter(|name| *name != "my_community")
}

impl UrlsProblem {
    pub fn sentence(self, page: &Page) -> Rich {
        match self {
            UrlsProblem::Missing => page.rich("urls-missing"),
            UrlsProblem::TooMany { most } => page.rich1("urls-too-many", "most", most),
        }
    }
}

impl NameProblem {
    pub fn sentence(self, page: &Page) -> Rich {
        match self {
            NameProblem::Empty => page.rich("name-empty"),
            NameProblem::TooLong { most } => page.rich1("name-too-long", "most", most),
        }
    }
}

impl ClientIdProblem {
    pub fn sentence(self, page: &Page) -> Rich {
        page.rich(match self {
            ClientIdProblem::Missing => "client-id-missing",
            ClientIdProblem::NotAGuid => "client-id-not-a-guid",
            ClientIdProblem::Taken => "client-id-taken",
        })
    }
}

impl SecretKeyProblem {
    pub fn sentence(self, page: &Page) -> Rich {
        match self {
            SecretKeyProblem::Missing => page.rich("secret-key-missing"),
            SecretKeyProblem::TooShort { least } => {
                page.rich1("secret-key-too-short", "least", least)
            }
            SecretKeyProblem::TooLong { most } => page.rich1("secret-key-too-long", "most", most),
            SecretKeyProblem::Characters => page.rich("secret-key-characters"),
        }
    }
}

impl GroupsProblem {
    pub fn sentence(self, page: &Page) -> Rich {
        match self {
            GroupsProblem::Empty => page.rich("groups-empty"),
            GroupsProblem::TooMany { most } => page.rich1("groups-too-many", "most", most),
            GroupsProblem::Gone => page.rich("groups-gone"),
        }
    }
}

impl JwksProblem {
    pub fn sentence(&self, page: &Page) -> Rich {
        page.rich(match self {
            JwksProblem::Missing => "jwks-missing",
            JwksProblem::Not(NotKeys::Malformed) => "jwks-malformed",
            JwksProblem::Not(NotKeys::Empty) => "jwks-empty",
            JwksProblem::Not(NotKeys::TooMany) => "jwks-too-many",
            JwksProblem::Not(NotKeys::Private) => "jwks-private",
            JwksProblem::Not(NotKeys::Kind) => "jwks-kind",
            JwksProblem::Not(NotKeys::Kid) => "jwks-kid",
        })
    }
}

impl LegacyProblem {
    pub fn sentence(self, page: &Page) -> Rich {
        match self {
            LegacyProblem::NoSecret => page.rich("legacy-no-secret"),
        }
    }
}

impl ResourceProblem {
    pub fn sentence(self, page: &Page) -> Rich {
        page.rich(match self {
            ResourceProblem::NotOne => "resource-not-one",
            ResourceProblem::Taken => "resource-taken",
        })
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;

    /// A good URL, then one with each mistake there is.
    pub fn every_mistake() -> Vec<UrlField> {
        let callback = "harbortrades.mobilize.io/users/auth/openidconnect/callback";
        let https = |rest: &str| Mistake::Http { https: format!("https://{rest}") };
        let mistakes = [
            (callback, Mistake::NotAbsolute),
            ("https://a b.example/", Mistake::Blank),
            ("https://my_community.mobilize.io/", Mistake::Placeholder),
            ("http://jobs.harbortrades.example/", https("jobs.harbortrades.example/")),
            (&format!("http://{callback}"), https(callback)),
            ("myapp://callback", Mistake::Scheme("myapp".to_owned())),
            ("https://a.example/#top", Mistake::Fragment),
            ("https://*.example/", Mistake::Wildcard),
            ("https://ruth@a.example/", Mistake::UserInfo),
            ("https://a.example/{id}", Mistake::Character('{')),
            ("https://a.example/\u{1}", Mistake::Character('\u{1}')),
            ("https://a.example/100%", Mistake::Character('%')),
            ("https://a.example/?state=1", Mistake::Reserved("state".to_owned())),
            ("https://a..example/", Mistake::Host),
            ("https://A.Example/", Mistake::NotCanonical("https://a.example/".to_owned())),
            ("https://a.example/twice", Mistake::Duplicate),
            ("https://a.example/long", Mistake::TooLong),
        ];
        let wrong = mistakes
            .into_iter()
            .map(|(value, mistake)| UrlField { value: value.to_owned(), mistake: Some(mistake) });
        let good = UrlField { value: format!("https://{callback}"), mistake: None };
        [good].into_iter().chain(wrong).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::page::samples::{CANARY, stranger};

    #[test]
    fn every_mistake_has_a_sentence_of_its_own() {
        let page = stranger();

        let mut sentences: Vec<String> = samples::every_mistake()
            .iter()
            .filter_map(|field| Some(field.sentence(None, &page)?.to_string()))
            .collect();
        let count = sentences.len();
        sentences.sort();
        sentences.dedup();

        assert_eq!((sentences.len(), count), (17, 17), "{sentences:#?}");
        assert!(sentences.iter().all(|it| it.ends_with(['.', '>'])), "{sentences:#?}");
    }

    #[test]
    fn every_mistake_with_keys_groups_and_resources_has_a_sentence_of_its_own() {
        let page = stranger();
        let not = [
            NotKeys::Malformed,
            NotKeys::Empty,
            NotKeys::TooMany,
            NotKeys::Private,
            NotKeys::Kind,
            NotKeys::Kid,
        ];
        let keys = not.into_iter().map(JwksProblem::Not).chain([JwksProblem::Missing]);
        let groups =
            [GroupsProblem::Empty, GroupsProblem::TooMany { most: 20 }, GroupsProblem::Gone];
        let resources = [ResourceProblem::NotOne, ResourceProblem::Taken];

        let sentences =
            keys.map(|it| it.sentence(&page)).chain(groups.map(|it| it.sentence(&page)));
        let sentences = sentences.chain(resources.map(|it| it.sentence(&page)));
        let mut sentences: Vec<_> = sentences.map(|it| it.to_string()).collect();
        sentences.sort();
        sentences.dedup();

        assert_eq!(sentences.len(), 12, "{sentences:#?}");
    }

    #[test]
    fn the_likely_name_of_the_community_is_read_from_another_url() {
        let page = stranger();
        let left = UrlField {
            value: "https://my_community.mobilize.io/".to_owned(),
            mistake: Some(Mistake::Placeholder),
        };

        let community = community_of("https://harbortrades.mobilize.io/users/auth/x/callback");
        let sentence = left.sentence(community, &page).unwrap().to_string();

        assert!(sentence.contains("<code>harbortrades</code>"), "{sentence}");
        assert_eq!(community_of(&left.value), None);
        assert_eq!(community_of("https://learn.harbortrades.example/"), None);
    }

    #[test]
    fn what_was_typed_is_escaped_in_the_sentence_that_suggests_better() {
        let page = stranger();

        for mistake in [
            Mistake::NotCanonical(CANARY.to_owned()),
            Mistake::Http { https: CANARY.to_owned() },
            Mistake::Character('<'),
        ] {
            let field = UrlField { value: String::new(), mistake: Some(mistake) };
            let sentence = field.sentence(None, &page).unwrap().to_string();
            assert!(!sentence.contains("<img") && !sentence.contains("<<"), "{sentence}");
        }
    }
}
