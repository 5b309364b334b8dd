//! PKCE at the authorization endpoint (RFC 7636 §4.3, §4.4). The other half is `grants::Challenge`.

use super::error::Error;
use super::params::Params;
use crate::clients::Settings;
use crate::grants::Challenge;

/// The challenge of a request. Public clients must send one, and those that an admin asks it of.
pub fn challenge(client: &Settings, params: &Params) -> Result<Option<Challenge>, Error> {
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) => {
            let malformed =
                || Error::invalid_request("code_challenge must be 43 characters of base64url");
            Challenge::parse(challenge).map(Some).ok_or_else(malformed)
        }
        // §4.4.1: without a method it would be `plain`, which protects nobody.
        (Some(_), _) => Err(Error::invalid_request("code_challenge_method must be S256")),
        (None, Some(_)) => Err(Error::missing("code_challenge")),
        (None, None) if client.is_public() => {
            Err(Error::invalid_request("a public client must send a code_challenge"))
        }
        // §4.4.1: "the authorization server MUST return the authorization error response with the
        // "error" value set to "invalid_request". […] e.g., code challenge required".
        (None, None) if client.requires_pkce => {
            Err(Error::invalid_request("code challenge required"))
        }
        (None, None) => Ok(None),
    }
}
