//! The protocol, as platforms and their attackers speak it.

mod access_tokens;
mod authorize;
mod client_assertion;
mod client_auth;
mod conformance;
mod discovery;
mod health;
mod id_token;
mod introspection;
mod jwks;
mod machines;
mod pkce;
mod plain_oauth2;
mod pushed_requests;
mod redirect_urls;
mod refresh;
mod relying_party;
mod revocation;
mod scopes;
mod signing_keys;
mod states;
mod token;
mod userinfo;
mod waiting;
