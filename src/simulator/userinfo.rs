//! Asking who the member is (OpenID Connect Core §5.3), with the access token as proof.

use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::transport::Transport;
use super::{answers, claims};

/// The claims, with a `sub` among them and each of the type it has to have.
pub async fn ask(
    transport: &Transport,
    endpoint: &str,
    access_token: &str,
) -> Result<Map<String, Value>, Refusal> {
    let found = answers::get(transport, endpoint, Some(access_token), "userinfo_failed").await?;
    claims::check(&found).map_err(|what| Refusal::new("invalid_userinfo", what))?;
    Ok(found)
}
