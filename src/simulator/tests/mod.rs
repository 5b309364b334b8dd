//! The stand-ins against a provider whose faults can be chosen: each strictness has to bite.

mod arrivals;
mod browser;
mod fake_provider;
mod higher_logic;
mod mobilize;
mod refusals;
mod transport;

use axum::Router;
use serde_json::Value;

use browser::{Browser, Page};
use fake_provider::{Asked, Behaviour, NOW, Provider};

use super::{AppSecret, Settings, TokenAuthMethod, Transport};

const ASSOCIATION: &str = "https://www.acme.example";
const COMMUNITY: &str = "https://acme.community.example";
const CUSTOM_DOMAIN: &str = "https://talk.acme.example";

/// A community and a provider, and a browser that can reach both.
struct Stage {
    provider: Provider,
    browser: Browser,
}

fn settings() -> Settings {
    Settings {
        name: "Harbor Community".into(),
        origin: COMMUNITY.into(),
        second_origin: Some(CUSTOM_DOMAIN.into()),
        issuer: ASSOCIATION.into(),
        client_id: "7c9e".into(),
        client_secret: AppSecret::new("s3cret+/="),
        scope: super::MOBILIZE_SCOPE.into(),
        button_label: "Log in with Acme".into(),
        token_auth_method: TokenAuthMethod::PostBody,
    }
}

impl Stage {
    fn mobilize(behaviour: Behaviour) -> Self {
        Self::mobilize_with(settings(), behaviour)
    }

    fn mobilize_with(settings: Settings, behaviour: Behaviour) -> Self {
        Self::new(behaviour, |transport| super::mobilize(settings, transport, || NOW))
    }

    fn higher_logic(token_auth_method: TokenAuthMethod, behaviour: Behaviour) -> Self {
        let scope = super::HIGHER_LOGIC_SCOPE.into();
        let settings = Settings { scope, token_auth_method, ..settings() };
        Self::new(behaviour, |transport| super::higher_logic(settings, transport, || NOW))
    }

    fn new(behaviour: Behaviour, community: impl FnOnce(Transport) -> Router) -> Self {
        let provider = Provider::new(behaviour);
        let community = community(Transport::router(provider.router()));
        let sites = [
            (ASSOCIATION, provider.router()),
            (COMMUNITY, community.clone()),
            (CUSTOM_DOMAIN, community),
        ];
        Self { provider, browser: Browser::new(sites) }
    }

    /// Presses the button on the front page of this origin and goes wherever that leads.
    async fn sign_in(&mut self, origin: &str) -> Page {
        self.browser.post(&format!("{origin}/users/auth/openidconnect"), origin).await
    }

    async fn sign_in_to_higher_logic(&mut self) -> Page {
        self.browser.get(&format!("{COMMUNITY}/HigherLogic/Security/LoginBounce.aspx")).await
    }

    fn token_request(&self) -> Asked {
        self.provider.asked("/oauth/token")
    }
}

/// Sets one member of a JSON object; null takes it away.
fn set(object: &mut Value, name: &str, value: Value) {
    let members = object.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
}
