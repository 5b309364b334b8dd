//! The protocol, one file per part of a specification.
//!
//! | specification | section | file | test in `tests/it/oidc/` |
//! |---|---|---|---|
//! | OpenID Connect Discovery 1.0; RFC 8414 | 3, 4; 3 | [`discovery`] | `discovery`, `conformance/config` |
//! | RFC 7517 (JSON Web Key) | 5 | [`jwks`] | `jwks`, `signing_keys`, `emergency` |
//! | RFC 6749 (OAuth 2.0) | 3.1, 4.1.1 | [`authorize`], [`params`], [`request`] | `authorize`, `waiting`, `redirect_urls`, `bounds` |
//! | RFC 6749 | 4.1.2, 4.1.2.1 | [`callback`] | `authorize`, `redirect_urls` |
//! | RFC 9207 (issuer in the response) | 2 | [`callback`] | `authorize` |
//! | OAuth 2.0 Multiple Response Type Encoding; Form Post Response Mode | 2.1; 2 | [`response_mode`], [`callback`] | `response_modes` |
//! | RFC 6749 | 3.3 | [`scope`] | `scopes` |
//! | OpenID Connect Core 1.0 | 3.1.2.1 (`prompt`, `max_age`) | [`prompt`], `sessions::flow` | `prompts` |
//! | OpenID Connect Core 1.0 | 3.1.2.1 (`id_token_hint`) | [`id_token_hint`], `signing::issued` | `id_token_hint` |
//! | OpenID Connect Core 1.0 | 3.1.2.1 (`ui_locales`, `login_hint`, `display`), 5.2 | [`request`], [`authorize`] | `locales` |
//! | OpenID Connect Core 1.0 | 3.1.2.4 | [`consent`], `consents` | `consent`, `permitted_groups` |
//! | OpenID Connect Core 1.0 | 5.5 | [`claims_request`] | `claims_parameter` |
//! | OpenID Connect Core 1.0; RFC 8176 | 2 (`acr`, `amr`) | [`acr`] | `acr` |
//! | RFC 7636 (PKCE) | 4 | [`pkce`], `grants::Challenge` | `pkce` |
//! | RFC 8707 (resource indicators) | 2 | [`resource`] | `introspection`, `machines` |
//! | RFC 6749; OpenID Connect Core 1.0 | 2.3; 9 | [`client_auth`] | `client_auth` |
//! | RFC 7523, RFC 7521 (`private_key_jwt`) | 2.2, 3; 4.2 | [`client_assertion`], `clients::keys` | `client_assertion` |
//! | RFC 6749 | 3.2, 5 | [`token`], [`error`] | `token` |
//! | RFC 6749 | 4.1.3 | [`code_grant`], `grants` | `token`, `access_tokens`, `states` |
//! | RFC 6749; OpenID Connect Core 1.0; RFC 9700 | 6; 11, 12; 4.14 | [`refresh_grant`], `grants::refresh` | `refresh`, `states` |
//! | RFC 6749 | 4.4 | [`client_credentials`], `grants::machine` | `machines` |
//! | OpenID Connect Core 1.0 | 2, 3.1.3.6 | [`id_token`] | `id_token` |
//! | OpenID Connect Core 1.0 | 5.1, 5.4 | [`claims`] | `scopes`, `userinfo` |
//! | OpenID Connect Core 1.0 | 5.3 | [`userinfo`] | `userinfo`, `plain_oauth2` |
//! | RFC 6750 (bearer tokens) | 2, 3 | [`bearer`] | `access_tokens`, `userinfo` |
//! | RFC 7009 (revocation) | 2 | [`revoke`] | `revocation` |
//! | RFC 7662 (introspection) | 2 | [`introspect`] | `introspection` |
//! | RFC 9126 (pushed requests) | 2, 4 | [`par`] | `pushed_requests` |
//! | OpenID Connect RP-Initiated Logout 1.0 | 2, 3 | [`logout`] | `rp_initiated_logout` |
//! | OpenID Connect Back-Channel Logout 1.0 | 2 | [`backchannel`], `logouts` | `backchannel_logout` |
//! | Novi's JWT sign-on (for moving over) |  | [`legacy_jwt`] | `legacy_jwt` |
//!
//! Every module of the OpenID Foundation's plans has its test in `tests/it/oidc/conformance/`; relying
//! parties of other makers drive the program in `tests/rp/`. Discovery lists exactly what the router
//! mounts, and a test compares them.
//!
//! What a member reads on the way to a client is in [`views`].

pub mod acr;
pub mod authorize;
pub mod backchannel;
pub mod bearer;
pub mod callback;
pub mod claims;
pub mod claims_request;
pub mod client_assertion;
pub mod client_auth;
pub mod client_credentials;
pub mod code_grant;
pub mod consent;
pub mod discovery;
pub mod error;
pub mod id_token;
pub mod id_token_hint;
pub mod introspect;
pub mod jwks;
pub mod legacy_jwt;
pub mod logout;
pub mod par;
pub mod params;
pub mod pkce;
pub mod prompt;
pub mod refresh_grant;
pub mod request;
pub mod resource;
pub mod response_mode;
pub mod revoke;
pub mod scope;
pub mod token;
pub mod userinfo;
pub mod views;
