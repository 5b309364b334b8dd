//! Refreshing (RFC 6749 §6, OpenID Connect Core §12).

use super::client_auth::Authenticated;
use super::error::{Code, Error};
use super::scope::Scopes;
use super::token::TokenResponse;
use crate::associations::Site;
use crate::clients::health::{self, Failure};
use crate::grants::Refusal;
use crate::grants::refresh::{self, Kept};
use crate::token::Token;

pub async fn refresh(site: &Site, request: &Authenticated) -> Result<TokenResponse, Error> {
    let (client, params) = (&request.client, &request.params);
    let token = Token::presented(params.require("refresh_token")?);
    // §6: "if omitted is treated as equal to the scope originally granted". What we do not know, we
    // have not granted.
    let scope = params.get("scope").map(|asked| (asked, Scopes::parse(asked).to_string()));
    if scope.as_ref().is_some_and(|(asked, known)| {
        asked.split_ascii_whitespace().count() != known.split_ascii_whitespace().count()
    }) {
        return Err(too_wide());
    }
    let narrowed = scope.as_ref().map(|(_, known)| known.as_str());
    let kept = if client.is_public() { Kept::Public } else { Kept::Confidential };

    match refresh::redeem(site, &client.client_id, kept, &token, narrowed).await? {
        Ok(bought) => TokenResponse::of(site, client, bought).await,
        Err(Refusal::Scope) => Err(too_wide()),
        Err(refusal) => {
            let failure = match refusal {
                Refusal::Replayed => Failure::RefreshReplayed,
                Refusal::Void | Refusal::Expired => Failure::Ended,
                _ => Failure::CodeUnknown,
            };
            health::failed(site, &client.client_id, failure).await?;
            Err(Error::refresh_refused(refusal))
        }
    }
}

fn too_wide() -> Error {
    Error::new(Code::InvalidScope, "the scope is wider than the one that was granted")
}
