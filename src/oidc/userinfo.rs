//! The userinfo endpoint (OpenID Connect Core §5.3), by GET and by POST.

use axum::Json;
use axum::response::{IntoResponse, Response};

use super::bearer::Bearer;
use super::claims::{Claim, Claims, Scoped, Wanted};
use super::error::{Code, Error};
use super::scope::{Scope, Scopes};
use crate::associations::Site;
use crate::id::ClientId;
use crate::members::Profile;
use crate::{db, groups};

/// Opens for `openid`, and for the plain OAuth 2.0 login with `profile` that Higher Logic uses.
pub async fn any(site: Site, bearer: Bearer) -> Result<Response, Error> {
    let scopes = Scopes::parse(&bearer.access.scope);
    if !scopes.has(Scope::Openid) && !scopes.has(Scope::Profile) {
        let description = "this access token was issued without openid and profile";
        return Err(Error::new(Code::InsufficientScope, description));
    }
    let named = bearer.access.userinfo_claims.as_deref().map(Wanted::parse).unwrap_or_default();
    let wanted = Wanted::of(scopes).and(named);
    let claims = answer(&site, &bearer.access.client_id, &bearer.member, wanted).await?;
    Ok(Json(claims).into_response())
}

/// What a client is told about a member.
pub async fn answer<'a>(
    site: &Site,
    client: &ClientId,
    member: &'a Profile,
    wanted: Wanted,
) -> Result<Claims<'a>, db::Error> {
    let mut scoped = Scoped::of(member, wanted);
    if wanted.has(Claim::Groups) {
        let names = groups::names_for(&mut site.read(), &member.member_id, client).await?;
        scoped.groups = Some(names).filter(|names| !names.is_empty());
    }
    Ok(Claims { sub: &member.member_id, scoped })
}
