//! The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1): read from its parameters
//! once, then kept as it was understood until its member has signed in.

use serde::{Deserialize, Serialize};

use super::claims_request::ClaimsRequest;
use super::error::{Code, Error};
use super::params::Params;
use super::response_mode::ResponseMode;
use super::scope::Scopes;
use super::{pkce, prompt};
use crate::clients::Settings;
use crate::grants::Challenge;
use crate::id::ClientId;
use crate::sessions::flow::Policy;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub redirect_uri: String,
    #[serde(default)]
    pub response_mode: ResponseMode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_challenge: Option<String>,
    /// The words of `prompt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// Whom it is about: the `sub` of an `id_token_hint`, or of the claims parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    /// The resource server that the access token is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<ClientId>,
    /// It came to `/sso/auth`, and is answered as that is ([`super::legacy_jwt`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_legacy: bool,
}

impl AuthorizationRequest {
    /// Refuses what is wrong with it. What only the database knows (`id_token_hint`, `resource`) is
    /// added by [`super::authorize`].
    pub fn parse(
        client: &Settings,
        params: &Params,
        response_mode: ResponseMode,
    ) -> Result<Self, Error> {
        // OpenID Connect Core §3.1.2.6: their own errors.
        for (name, code) in [
            ("request", Code::RequestNotSupported),
            ("request_uri", Code::RequestUriNotSupported),
            ("registration", Code::RegistrationNotSupported),
        ] {
            if params.get(name).is_some() {
                return Err(Error::new(code, format!("{name} is not supported")));
            }
        }
        match params.require("response_type")? {
            "code" => {}
            _ => {
                let description = "response_type must be code";
                return Err(Error::new(Code::UnsupportedResponseType, description));
            }
        }
        let challenge = pkce::challenge(client, params)?;
        let (_, max_age) = prompt::policy(params)?;
        let claims = params.get("claims").map(ClaimsRequest::parse).transpose()?;
        if Scopes::requested(params.get("scope")).to_string().is_empty() {
            return Err(Error::new(Code::InvalidScope, "none of the scopes asked for is known"));
        }
        let owned = |name| params.get(name).map(str::to_owned);
        Ok(Self {
            redirect_uri: owned("redirect_uri").unwrap_or_default(),
            response_mode,
            scope: owned("scope"),
            state: owned("state"),
            nonce: owned("nonce"),
            code_challenge: challenge.map(|challenge| challenge.as_str().to_owned()),
            prompt: owned("prompt"),
            max_age,
            expected: claims.and_then(|claims| claims.sub),
            login_hint: owned("login_hint"),
            ui_locales: owned("ui_locales"),
            claims: owned("claims"),
            audience: None,
            is_legacy: false,
        })
    }

    /// A request to `/sso/auth`, which has nothing but its client and redirect URL.
    pub fn legacy(redirect_uri: &str) -> Self {
        Self {
            redirect_uri: redirect_uri.to_owned(),
            response_mode: ResponseMode::Query,
            scope: Some(super::legacy_jwt::scopes().to_string()),
            state: None,
            nonce: None,
            code_challenge: None,
            prompt: None,
            max_age: None,
            expected: None,
            login_hint: None,
            ui_locales: None,
            claims: None,
            audience: None,
            is_legacy: true,
        }
    }

    pub fn scopes(&self) -> Scopes {
        Scopes::requested(self.scope.as_deref())
    }

    pub fn challenge(&self) -> Option<Challenge> {
        self.code_challenge.as_deref().and_then(Challenge::parse)
    }

    /// It was parsed before, so it parses.
    pub fn claims(&self) -> ClaimsRequest {
        let parsed = self.claims.as_deref().map(ClaimsRequest::parse);
        parsed.and_then(Result::ok).unwrap_or_default()
    }

    pub fn policy(&self) -> Policy {
        let words = self.prompt.as_deref().unwrap_or_default();
        let has = |word| words.split_ascii_whitespace().any(|it| it == word);
        Policy {
            is_silent: has("none"),
            asks_password: has("login") || self.max_age == Some(0),
            asks_account: has("select_account"),
            asks_consent: has("consent"),
        }
    }
}
