//! What the endpoints would answer about a member: the protocol's own functions are asked, so that the
//! preview cannot say anything else.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::associations::Site;
use crate::clients::Client;
use crate::db;
use crate::members::Profile;
use crate::oidc::claims::Wanted;
use crate::oidc::claims_request::ClaimsRequest;
use crate::oidc::scope::{Scope, Scopes};
use crate::oidc::{id_token, userinfo};

/// JSON objects, ready to read.
pub struct Answers {
    /// Without what each log-in adds. Plain OAuth 2.0 has no ID token.
    pub id_token: Option<String>,
    /// None where the access token does not open it.
    pub userinfo: Option<String>,
    /// What each scope adds, by its name.
    pub scopes: Vec<(&'static str, String)>,
}

/// The scopes that a client may ask for, by name.
pub fn every_scope() -> impl Iterator<Item = &'static str> {
    Scope::ALL.into_iter().map(Scope::as_text)
}

pub async fn answers(
    site: &Site,
    client: &Client,
    member: &Profile,
    scopes: &str,
) -> Result<Answers, db::Error> {
    let scopes = Scopes::parse(scopes);
    let asked = async |wanted| {
        let claims = userinfo::answer(site, &client.client_id, member, wanted).await?;
        Ok::<_, db::Error>(object(&claims))
    };
    let id_token = match scopes.has(Scope::Openid) {
        true => {
            let wanted = id_token::wanted(client, scopes, &ClaimsRequest::default());
            let kept = id_token::kept(site, client, member, None, wanted).await?;
            let mut claims = Map::new();
            claims.insert("iss".to_owned(), json!(site.association.issuer.as_str()));
            claims.insert("sub".to_owned(), json!(member.member_id));
            claims.insert("aud".to_owned(), json!(client.client_id));
            claims.extend(object(&kept));
            Some(pretty(claims))
        }
        false => None,
    };
    let userinfo = match scopes.has(Scope::Openid) || scopes.has(Scope::Profile) {
        true => Some(pretty(asked(Wanted::of(scopes)).await?)),
        false => None,
    };
    let mut each = Vec::new();
    for scope in Scope::ALL {
        let mut added = asked(Wanted::of(Scopes::of(&[scope]))).await?;
        if scope != Scope::Openid {
            added.remove("sub");
        }
        let added = if added.is_empty() { String::new() } else { pretty(added) };
        each.push((scope.as_text(), added));
    }
    Ok(Answers { id_token, userinfo, scopes: each })
}

fn object(claims: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn pretty(claims: Map<String, Value>) -> String {
    format!("{:#}", Value::Object(claims))
}
