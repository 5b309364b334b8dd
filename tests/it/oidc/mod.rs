//! The protocol, as platforms and their attackers speak it.

mod access_tokens;
mod acr;
mod authorize;
mod claims_parameter;
mod client_auth;
mod conformance;
mod consent;
mod discovery;
mod id_token;
mod jwks;
mod locales;
mod permitted_groups;
mod pkce;
mod plain_oauth2;
mod prompts;
mod redirect_urls;
pub mod relying_party;
mod response_modes;
mod scopes;
mod signing_keys;
mod token;
mod userinfo;
mod waiting;
