//! The protocol, one file per part of a specification.
//!
//! | specification | section | file |
//! |---|---|---|
//! | OpenID Connect Discovery 1.0 | 3, 4 | [`discovery`] |
//! | RFC 8414 (authorization server metadata) | 3 | [`discovery`] |
//! | RFC 7517 (JSON Web Key) | 5 | [`jwks`] |
//! | RFC 6749 (OAuth 2.0) | 3.1, 4.1.1 | [`authorize`], [`params`] |
//! | RFC 6749 | 4.1.2, 4.1.2.1 | [`callback`] |
//! | RFC 9207 (issuer in the response) | 2 | [`callback`] |
//! | RFC 6749 | 3.3 | [`scope`] |
//! | RFC 6749 | 2.3.1 | [`client_auth`] |
//! | RFC 6749 | 3.2, 5 | [`token`], [`error`] |
//! | RFC 6749 | 4.1.3 | [`code_grant`], `grants` |
//! | RFC 7636 (PKCE) | 4 | [`authorize`], `grants::Challenge` |
//! | OpenID Connect Core 1.0 | 2 | [`id_token`] |
//! | OpenID Connect Core 1.0 | 5.1, 5.4 | [`claims`] |
//! | OpenID Connect Core 1.0 | 5.3 | [`userinfo`] |
//! | RFC 6750 (bearer tokens) | 2, 3 | [`bearer`] |
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
