//! `id_token_hint`: whom the client believes to be signed in (OpenID Connect Core §3.1.2.1).

use super::error::Error;
use crate::associations::Site;
use crate::id::ClientId;
use crate::signing::{self, Issued};

/// "The Authorization Server need not be listed as an audience of the ID Token when it is used as an
/// id_token_hint value", but the client that brings it must be, or it is somebody else's.
pub async fn read(site: &Site, client: &ClientId, hint: &str) -> Result<Issued, Error> {
    let issued = signing::issued(site, hint).await?;
    issued.filter(|issued| issued.aud == client.as_str()).ok_or_else(|| {
        Error::invalid_request("id_token_hint is no ID token that was issued here to this client")
    })
}
