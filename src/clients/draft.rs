//! What an admin typed into the form of an SSO client: read, judged, and made settings of.

use super::editor::TakeOver;
use super::form::{ClientForm, Developers, GroupChoice, UrlList, Who};
use super::mistakes::{
    ClientIdProblem, GroupsProblem, JwksProblem, LegacyProblem, NameProblem, ResourceProblem,
    SecretKeyProblem, UrlField, UrlsProblem,
};
use super::redirect_url::{MOST, split};
use super::{
    Client, ClientSecret, Consent, Identity, Keys, Mistake, NotASecret, RedirectUrl, Settings,
    TokenAuthMethod, permitted, settings,
};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::groups::{self, Group};
use crate::id::{ClientId, GroupId};
use crate::web::locale::Locale;
use crate::web::{Error, Fields};

const LONGEST_NAME: usize = 100;

pub struct Draft {
    pub form: ClientForm,
    pub take_over: TakeOver,
    secret_key: String,
}

/// What the form offers, and what its hints know.
pub struct Offer {
    everybody: i64,
    groups: Vec<Group>,
    method_used: Option<(TokenAuthMethod, Timestamp)>,
    pkce_is_ready: bool,
}

impl Offer {
    pub async fn load(site: &Site, client: Option<&Client>) -> Result<Self, Error> {
        let everybody = permitted::change(site, None, &[]).await?.everybody;
        let pkce_is_ready = match client {
            Some(client) => super::proves_with_pkce(site, &client.client_id).await?,
            None => false,
        };
        Ok(Self {
            everybody,
            groups: groups::list(&mut site.read()).await?,
            method_used: client.and_then(|client| client.method_used),
            pkce_is_ready,
        })
    }

    /// Names of groups, for the pages that compare.
    pub fn names(&self) -> Vec<(GroupId, String)> {
        self.groups.iter().map(|group| (group.group_id.clone(), group.name.clone())).collect()
    }
}

impl Draft {
    pub fn blank(site: &Site, locale: Locale, offer: &Offer) -> Self {
        Self::with(site, locale, offer, &Settings::new("", Vec::new()))
    }

    pub fn saved(site: &Site, locale: Locale, offer: &Offer, client: &Client) -> Self {
        Self::with(site, locale, offer, client)
    }

    fn with(site: &Site, locale: Locale, offer: &Offer, settings: &Settings) -> Self {
        let field = |url: &RedirectUrl| UrlField { value: url.to_string(), mistake: None };
        let list = |urls: &[RedirectUrl]| UrlList {
            urls: urls.iter().map(field).collect(),
            problem: None,
        };
        let groups = offer.groups.iter().map(|group| GroupChoice {
            id: group.group_id.to_string(),
            name: group.name.clone(),
            size: group.size,
            is_chosen: settings.permitted_groups.contains(&group.group_id),
        });
        let method_used = offer.method_used;
        Self {
            form: ClientForm {
                name: settings.name.clone(),
                name_problem: None,
                redirect: list(&settings.redirect_urls),
                who: Who {
                    everybody: offer.everybody,
                    is_restricted: !settings.permitted_groups.is_empty(),
                    groups: groups.collect(),
                    problem: None,
                },
                asks_consent: !settings.is_trusted(),
                log_out: list(&settings.post_logout_urls),
                backchannel: UrlField {
                    value: settings
                        .backchannel_logout_url
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    mistake: None,
                },
                developers: Developers {
                    is_public: settings.auth_method == TokenAuthMethod::None,
                    method: settings.auth_method,
                    method_used: method_used.map(|(used, at)| (used, locale.moment(at, site.now))),
                    jwks: settings.jwks().unwrap_or_default().to_owned(),
                    jwks_problem: None,
                    requires_pkce: settings.requires_pkce,
                    pkce_is_ready: offer.pkce_is_ready && !settings.requires_pkce,
                    has_claims_in_id_token: !settings.has_lean_id_token,
                    has_legacy_sso: settings.has_legacy_sso,
                    legacy_problem: None,
                    is_machine: settings.is_machine,
                    resource_url: settings.resource_url.clone().unwrap_or_default(),
                    resource_problem: None,
                },
            },
            take_over: TakeOver::default(),
            secret_key: String::new(),
        }
    }

    /// What was sent, over what stands there now. Pasted lists are split; nothing that was typed is
    /// lost, and nothing is judged yet.
    pub fn typed(mut self, fields: &Fields) -> Self {
        let list = |name| UrlList {
            urls: fields.all(name).flat_map(split).map(unjudged).collect(),
            problem: None,
        };
        let form = &mut self.form;
        form.name = fields.text("name").to_owned();
        form.redirect = list("url");
        match fields.text("who") {
            "some" => form.who.is_restricted = true,
            "all" => form.who.is_restricted = false,
            _ => {}
        }
        for group in &mut form.who.groups {
            group.is_chosen = fields.all("group").any(|id| id == group.id);
        }
        let is_known = |id: &str| form.who.groups.iter().any(|group| group.id == id);
        if fields.all("group").any(|id| !id.is_empty() && !is_known(id)) {
            form.who.problem = Some(GroupsProblem::Gone);
        }
        match fields.text("consent") {
            "asked" => form.asks_consent = true,
            "trusted" => form.asks_consent = false,
            _ => {}
        }
        form.log_out = list("log_out_url");
        form.backchannel = unjudged(fields.text("backchannel_url").to_owned());
        let developers = &mut form.developers;
        if !developers.is_public {
            developers.method = match fields.text("auth_method") {
                "either" => TokenAuthMethod::Secret,
                named => TokenAuthMethod::parse(named)
                    .filter(|method| *method != TokenAuthMethod::None)
                    .unwrap_or(developers.method),
            };
            developers.is_machine = fields.text("machine") == "on";
            developers.has_legacy_sso = fields.text("legacy_sso") == "on";
            developers.requires_pkce = fields.text("pkce") == "on";
        }
        developers.jwks = fields.text("jwks").to_owned();
        developers.has_claims_in_id_token = fields.text("id_token_claims") == "on";
        developers.resource_url = fields.text("resource_url").to_owned();
        self.take_over.client_id = fields.text("client_id").to_owned();
        self.secret_key = fields.text("secret_key").to_owned();
        self.take_over.secret_key_typed = !self.secret_key.is_empty();
        self
    }

    /// The buttons that only change the form, which work without script. True when one was pressed.
    /// Lines that are still empty stay, because a button counts those on the page.
    pub fn rearrange(&mut self, fields: &Fields) -> bool {
        let pressed = ["add", "remove", "add_log_out", "remove_log_out", "back"];
        if !pressed.iter().any(|button| fields.has(button)) {
            return false;
        }
        self.form.who.problem = None;
        self.form.redirect.urls = lines(fields, "url", "add", "remove");
        self.form.log_out.urls = lines(fields, "log_out_url", "add_log_out", "remove_log_out");
        true
    }

    /// The settings when all is well; otherwise every field says what is wrong with it.
    pub fn complete(&mut self, site: &Site, is_new: bool) -> Option<(Settings, Option<Identity>)> {
        let development = site.association.issuer.is_loopback();
        let form = &mut self.form;
        form.name_problem = match form.name.chars().count() {
            0 => Some(NameProblem::Empty),
            1..=LONGEST_NAME => None,
            _ => Some(NameProblem::TooLong { most: LONGEST_NAME }),
        };
        let redirect_urls = judged(&mut form.redirect, development);
        if form.redirect.urls.is_empty() && !form.developers.is_machine {
            form.redirect.problem = Some(UrlsProblem::Missing);
        }
        let post_logout_urls = judged(&mut form.log_out, development);
        let backchannel_logout_url = match &*form.backchannel.value {
            "" => None,
            typed => match RedirectUrl::register(typed, development) {
                Ok(url) => Some(url),
                Err(mistake) => {
                    form.backchannel.mistake = Some(mistake);
                    None
                }
            },
        };
        let permitted_groups = chosen(&mut form.who);
        let (keys, resource_url) = (keys(&mut form.developers), resource(form, development));
        let developers = &mut form.developers;
        if developers.has_legacy_sso && !developers.method.has_secret() {
            developers.legacy_problem = Some(LegacyProblem::NoSecret);
        }
        let settings = Settings {
            name: form.name.clone(),
            redirect_urls,
            post_logout_urls,
            backchannel_logout_url,
            permitted_groups,
            consent: if form.asks_consent { Consent::Asked } else { Consent::Trusted },
            auth_method: form.developers.method,
            keys,
            requires_pkce: form.developers.requires_pkce,
            has_lean_id_token: !form.developers.has_claims_in_id_token,
            has_legacy_sso: form.developers.has_legacy_sso,
            is_machine: form.developers.is_machine,
            resource_url,
        };
        let identity = if is_new { self.identity() } else { None };
        (self.is_well()).then_some((settings, identity))
    }

    fn is_well(&self) -> bool {
        let (form, developers) = (&self.form, &self.form.developers);
        let urls = [&form.redirect, &form.log_out];
        form.name_problem.is_none()
            && urls.iter().all(|list| list.problem.is_none())
            && urls.iter().flat_map(|list| &list.urls).all(|url| url.mistake.is_none())
            && form.backchannel.mistake.is_none()
            && form.who.problem.is_none()
            && developers.jwks_problem.is_none()
            && developers.legacy_problem.is_none()
            && developers.resource_problem.is_none()
            && self.take_over.client_id_problem.is_none()
            && self.take_over.secret_key_problem.is_none()
    }

    /// All of it as hidden fields, for a page between the form and its saving.
    pub fn carried(&self) -> Vec<(String, String)> {
        let (form, developers) = (&self.form, &self.form.developers);
        let switch = |name, is_on: bool| is_on.then_some((name, "on"));
        let method = developers.method.as_text().unwrap_or("either");
        let who = if form.who.is_restricted { "some" } else { "all" };
        let consent = if form.asks_consent { "asked" } else { "trusted" };
        let urls = |name, list: &'_ UrlList| -> Vec<(&'static str, String)> {
            list.urls.iter().map(|url| (name, url.value.clone())).collect()
        };
        let chosen = form.who.groups.iter().filter(|group| group.is_chosen);
        let single = [
            ("who", who),
            ("consent", consent),
            ("backchannel_url", &form.backchannel.value),
            ("auth_method", method),
            ("jwks", &developers.jwks),
            ("resource_url", &developers.resource_url),
        ];
        let switches = [
            switch("pkce", developers.requires_pkce),
            switch("id_token_claims", developers.has_claims_in_id_token),
            switch("legacy_sso", developers.has_legacy_sso),
            switch("machine", developers.is_machine),
        ];
        let single = single.into_iter().chain(switches.into_iter().flatten());
        [("name", form.name.clone())]
            .into_iter()
            .chain(urls("url", &form.redirect))
            .chain(urls("log_out_url", &form.log_out))
            .chain(chosen.map(|group| ("group", group.id.clone())))
            .chain(single.map(|(name, value)| (name, value.to_owned())))
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    pub fn client_id_is_taken(&mut self) {
        self.take_over.client_id_problem = Some(ClientIdProblem::Taken);
    }

    pub fn resource_is_taken(&mut self) {
        self.form.developers.resource_problem = Some(ResourceProblem::Taken);
    }

    /// Both or neither: a Client Id and Secret Key that are taken over.
    fn identity(&mut self) -> Option<Identity> {
        let take_over = &mut self.take_over;
        if take_over.client_id.is_empty() && self.secret_key.is_empty() {
            return None;
        }
        let id = match take_over.client_id.parse::<ClientId>() {
            Ok(id) => Some(id),
            Err(_) if take_over.client_id.is_empty() => {
                take_over.client_id_problem = Some(ClientIdProblem::Missing);
                None
            }
            Err(_) => {
                take_over.client_id_problem = Some(ClientIdProblem::NotAGuid);
                None
            }
        };
        let secret = match ClientSecret::take_over(&self.secret_key) {
            Ok(secret) => Some(secret),
            Err(mistake) => {
                take_over.secret_key_problem = Some(match mistake {
                    _ if self.secret_key.is_empty() => SecretKeyProblem::Missing,
                    NotASecret::Short => SecretKeyProblem::TooShort { least: 16 },
                    NotASecret::Long => SecretKeyProblem::TooLong { most: 512 },
                    NotASecret::Character => SecretKeyProblem::Characters,
                });
                None
            }
        };
        Some(Identity::TakenOver(id?, secret?))
    }
}

fn unjudged(value: String) -> UrlField {
    UrlField { value, mistake: None }
}

/// The lines of a list of URLs, as they are after a button beside one of them was pressed.
fn lines(fields: &Fields, name: &str, add: &str, remove: &str) -> Vec<UrlField> {
    let removed = fields.text(remove).parse::<usize>().ok();
    let typed = fields.all(name).enumerate();
    let kept = typed.filter(|(place, _)| Some(place + 1) != removed);
    let mut values: Vec<String> = Vec::new();
    for (_, typed) in kept {
        match split(typed) {
            pieces if pieces.is_empty() => values.push(String::new()),
            pieces => values.extend(pieces),
        }
    }
    if fields.has(add) {
        values.push(String::new());
    }
    values.into_iter().map(unjudged).collect()
}

/// Those that are good, each once; the others are told why not.
fn judged(list: &mut UrlList, development: bool) -> Vec<RedirectUrl> {
    let mut good = Vec::new();
    for field in &mut list.urls {
        match RedirectUrl::register(&field.value, development) {
            Ok(url) if good.contains(&url) => field.mistake = Some(Mistake::Duplicate),
            Ok(url) => good.push(url),
            Err(mistake) => field.mistake = Some(mistake),
        }
    }
    list.problem = (list.urls.len() > MOST).then_some(UrlsProblem::TooMany { most: MOST });
    good
}

/// None where everybody may log in.
fn chosen(who: &mut Who) -> Vec<GroupId> {
    if !who.is_restricted {
        who.problem = None;
        return Vec::new();
    }
    let chosen = who.groups.iter().filter(|group| group.is_chosen);
    let chosen: Vec<_> = chosen.map(|group| GroupId::presented(&group.id)).collect();
    if who.problem.is_none() {
        who.problem = match chosen.len() {
            0 => Some(GroupsProblem::Empty),
            1..=permitted::MOST => None,
            _ => Some(GroupsProblem::TooMany { most: permitted::MOST }),
        };
    }
    chosen
}

fn keys(developers: &mut Developers) -> Option<Keys> {
    if developers.method != TokenAuthMethod::PrivateKeyJwt {
        return None;
    }
    let keys = match &*developers.jwks {
        "" => Err(JwksProblem::Missing),
        typed => Keys::parse(typed).map_err(JwksProblem::Not),
    };
    keys.map_err(|problem| developers.jwks_problem = Some(problem)).ok()
}

fn resource(form: &mut ClientForm, development: bool) -> Option<String> {
    let developers = &mut form.developers;
    if developers.resource_url.is_empty() {
        return None;
    }
    let url = settings::resource_url(&developers.resource_url, development);
    if url.is_none() {
        developers.resource_problem = Some(ResourceProblem::NotOne);
    }
    url
}
