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
mod id_token_hint;
mod jwks;
mod legacy_jwt;
mod locales;
mod permitted_groups;
mod pkce;
mod plain_oauth2;
mod prompts;
mod redirect_urls;
mod relying_party;
mod response_modes;
mod rp_initiated_logout;
mod scopes;
mod signing_keys;
mod token;
mod userinfo;
mod waiting;
