//! What a member is asked on the way: which login, whether a client may learn about them, and what it
//! says when they may not go there (OpenID Connect Core §3.1.2.4).

use askama::Template;
use axum::response::Response;

use super::claims::Wanted;
use super::request::AuthorizationRequest;
use super::scope::Scope;
use super::views::{ChooseAccount, Consent, NotPermitted, Share, ShareOf};
use crate::associations::Site;
use crate::clients::Client;
use crate::clients::health::{self, Failure};
use crate::events::Actor;
use crate::id::{MemberId, SignInId};
use crate::members::Profile;
use crate::sessions::flow::Next;
use crate::sessions::views::Asking;
use crate::sessions::{Session, Visitor};
use crate::web::page::{Here, html, initials};
use crate::web::{Error, frame};
use crate::{consents, groups};

/// All that a request would tell a client, beyond who it is.
fn wanted(request: &AuthorizationRequest) -> Wanted {
    let named = request.claims();
    Wanted::of(request.scopes()).and(named.id_token).and(named.userinfo)
}

/// Whether the member has allowed all of this before.
pub async fn is_remembered(
    site: &Site,
    member: &MemberId,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<bool, Error> {
    let (scope, claims) = (request.scopes().to_string(), wanted(request).to_string());
    let mut db = site.read();
    Ok(consents::covers(&mut db, member, &client.client_id, &scope, &claims).await?)
}

pub async fn remember(
    site: &Site,
    session: &Session,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<(), Error> {
    let (scope, claims) = (request.scopes().to_string(), wanted(request).to_string());
    let (member, vault) = (&session.member.member_id, &site.app.vault);
    let actor = Actor::Member(member.clone());
    let mut tx = site.write().await?;
    consents::allow(&mut tx, vault, member, &client.client_id, &scope, &claims, &actor).await?;
    Ok(tx.commit().await?)
}

/// The page for what `flow` asks of a member who is signed in.
pub async fn page(
    site: &Site,
    visitor: Visitor,
    client: &Client,
    request: &AuthorizationRequest,
    id: &SignInId,
    what: Next,
) -> Result<Response, Error> {
    let Some(session) = &visitor.session else { return Err(Error::too_old()) };
    let member = &session.member;
    let (page, name) = (visitor.page(site, Here::Elsewhere), member.name());
    let (id, client_id) = (id.to_string(), client.client_id.to_string());
    let asking =
        Asking { name: client.name.clone(), host: client.host(), initials: initials(&client.name) };
    let body = match what {
        Next::AskForAccount => {
            let email = member.email.clone();
            ChooseAccount { page, client: asking, request: id, client_id, name, email }.render()
        }
        Next::SayNotPermitted => {
            health::failed(site, &client.client_id, Failure::NotPermitted).await?;
            let groups = groups::names(&mut site.read(), &client.permitted_groups).await?;
            NotPermitted { page, client: asking, request: id, client_id, name, groups }.render()
        }
        _ => {
            let shares = shares(site, client, member, wanted(request)).await?;
            let stays = request.scopes().has(Scope::OfflineAccess);
            let is_new = !is_remembered(site, &member.member_id, client, request).await?;
            let (request, client) = (id, asking);
            Consent { page, client, request, client_id, name, shares, stays, is_new }.render()
        }
    };
    let response = visitor.keep_browser(site, html(body.map_err(Error::broken)?));
    Ok(frame::leading_out(site, response))
}

/// What the client would see, and what that is now.
async fn shares(
    site: &Site,
    client: &Client,
    member: &Profile,
    wanted: Wanted,
) -> Result<Vec<Share>, Error> {
    let address =
        [&member.street, &member.city, &member.region, &member.postal_code, &member.country];
    let mut shares = Vec::new();
    for what in consents::shared("", &wanted.to_string()) {
        let value = match what {
            ShareOf::Name => text(&[Some(&member.name())]),
            ShareOf::Email => text(&[Some(&member.email)]),
            ShareOf::Work => text(&[member.company_name.as_deref(), member.job_title.as_deref()]),
            ShareOf::MemberStatus => text(&[member.member_status.as_deref()]),
            ShareOf::Phone => text(&[member.phone.as_deref()]),
            ShareOf::Address => text(&address.map(|part| part.as_deref())),
            ShareOf::About => {
                // Most associations keep none of it, and then there is nothing to ask about.
                let about = about(member);
                if about.is_none() {
                    continue;
                }
                about
            }
            ShareOf::Groups => {
                let (mut db, id) = (site.read(), &member.member_id);
                let names = groups::names_for(&mut db, id, &client.client_id).await?;
                text(&names.iter().map(|name| Some(&**name)).collect::<Vec<_>>())
            }
        };
        shares.push(Share { what, value });
    }
    Ok(shares)
}

fn about(member: &Profile) -> Option<String> {
    let kept = member.details();
    let parts = [
        &kept.profile,
        &kept.picture,
        &kept.website,
        &kept.gender,
        &kept.birthdate,
        &kept.zoneinfo,
        &kept.locale,
    ];
    text(&parts.map(|part| part.as_deref()))
}

/// What there is of these, as one line.
fn text(parts: &[Option<&str>]) -> Option<String> {
    let parts = parts.iter().flatten().map(|part| part.trim());
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    Some(parts.join(", ")).filter(|text| !text.is_empty())
}
