//! The userinfo endpoint (OpenID Connect Core §5.3), by GET and by POST.

use axum::Json;
use axum::response::{IntoResponse, Response};

use super::bearer::Bearer;
use super::claims::{Claims, Scoped};
use super::error::{Code, Error};
use super::scope::{Scope, Scopes};
use crate::associations::Site;
use crate::groups;

/// Opens for `openid`, and for the plain OAuth 2.0 login with `profile` that Higher Logic uses.
pub async fn any(site: Site, bearer: Bearer) -> Result<Response, Error> {
    let scopes = Scopes::parse(&bearer.access.scope);
    if !scopes.has(Scope::Openid) && !scopes.has(Scope::Profile) {
        let description = "this access token was issued without openid and profile";
        return Err(Error::new(Code::InsufficientScope, description));
    }
    let groups = if scopes.has(Scope::Groups) {
        let names = groups::visible_names_of(&mut site.read(), &bearer.member.member_id).await?;
        Some(names).filter(|names| !names.is_empty())
    } else {
        None
    };
    let scoped = Scoped::of(&bearer.member, scopes);
    Ok(Json(Claims { sub: &bearer.member.member_id, scoped, groups }).into_response())
}
