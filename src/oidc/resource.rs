//! `resource`: the server that an access token is meant for (RFC 8707 §2).

use super::error::{Code, Error};
use super::params::Params;
use crate::associations::Site;
use crate::id::ClientId;
use crate::{clients, db};

/// Where a member signs in, a resource that nobody has is passed over: some clients always name one,
/// and a token that is meant for nobody opens nothing but userinfo.
pub async fn known(site: &Site, params: &Params) -> Result<Option<ClientId>, db::Error> {
    match params.get("resource") {
        Some(url) => clients::resource_server(site, url).await,
        None => Ok(None),
    }
}

/// For a machine, whose token is of no use elsewhere. §2: "invalid_target: The requested resource is
/// invalid, missing, unknown, or malformed."
pub async fn required(site: &Site, params: &Params) -> Result<Option<ClientId>, Error> {
    let found = known(site, params).await?;
    if found.is_none() && params.get("resource").is_some() {
        return Err(Error::new(Code::InvalidTarget, "no resource server has this resource URL"));
    }
    Ok(found)
}
