//! The authorization code grant (RFC 6749 §4.1.3).

use super::client_auth::Authenticated;
use super::error::Error;
use super::token::TokenResponse;
use crate::associations::Site;
use crate::clients::health::{self, Failure};
use crate::grants::{self, Refusal};
use crate::token::Token;

/// An extra `scope` or `state` is ignored: the strict Ruby client sends its scope here too.
pub async fn exchange(site: &Site, request: &Authenticated) -> Result<TokenResponse, Error> {
    let (client, params) = (&request.client, &request.params);
    let code = Token::presented(params.require("code")?);
    let redirect_uri = params.require("redirect_uri")?;
    let verifier = params.get("code_verifier");

    match grants::redeem(site, &client.client_id, &code, redirect_uri, verifier).await? {
        Ok(bought) => TokenResponse::of(site, client, bought).await,
        Err(refusal) => {
            let failure = match refusal {
                Refusal::Expired => Failure::CodeExpired,
                Refusal::Replayed => Failure::CodeReplayed,
                Refusal::RedirectUri | Refusal::Verifier => Failure::CodeMismatch,
                Refusal::Void => Failure::Ended,
                Refusal::Unknown | Refusal::AnotherClient | Refusal::Scope => Failure::CodeUnknown,
            };
            health::failed(site, &client.client_id, failure).await?;
            Err(refusal.into())
        }
    }
}
