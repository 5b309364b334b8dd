//! The way to a platform: its credentials opened, its profile read, its pace shared by all calls of this
//! process.

use std::sync::OnceLock;

use super::integration::{self, Integration};
use super::platform::{
    Connection, Credentials, Field, HigherLogic, Mistake, Mobilize, Paces, Platform, Profile,
    Secret,
};
use crate::associations::Site;

/// A client of the platform that an integration connects to.
pub enum Channel {
    Mobilize(Box<Mobilize>),
    HigherLogic(Box<HigherLogic>),
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Integration(#[from] integration::Error),
    #[error(transparent)]
    Mistake(#[from] Mistake),
    #[error("nothing is connected")]
    NotConnected,
}

impl Channel {
    /// Whether more than half of its calls failed lately.
    pub fn is_shaky(&self) -> bool {
        match self {
            Self::Mobilize(client) => client.is_shaky(),
            Self::HigherLogic(client) => client.is_shaky(),
        }
    }
}

/// All calls of this process to one connection go at one pace.
fn paces() -> &'static Paces {
    static PACES: OnceLock<Paces> = OnceLock::new();
    PACES.get_or_init(Paces::default)
}

/// With the credentials that are saved.
pub async fn open(site: &Site, integration: &Integration) -> Result<Channel, Error> {
    let platform = integration.platform().ok_or(Error::NotConnected)?;
    let credentials = integration::credentials(site, platform).await?.ok_or(Error::NotConnected)?;
    let typed = integration::Typed {
        credentials,
        tenant_code: integration.tenant_code.clone(),
        base_url: integration.base_url.clone(),
        profile: integration.profile.clone(),
    };
    let mut profile = profile(platform, &typed)?;
    // DEC1: the e-mail is not in Forj Community's list of fields, and follows all the same unless the
    // association leaves it.
    if platform == Platform::Forj && integration.email_left_since.is_none() {
        profile.keep(Field::Email);
    }
    connected(site, platform, &typed, profile)
}

/// With credentials that were typed and may not be saved.
pub fn open_with(
    site: &Site,
    platform: Platform,
    typed: &integration::Typed,
) -> Result<Channel, Error> {
    connected(site, platform, typed, profile(platform, typed)?)
}

fn profile(platform: Platform, typed: &integration::Typed) -> Result<Profile, Error> {
    Ok(Profile::of(platform, typed.profile.as_deref()).map_err(Mistake::from)?)
}

fn connected(
    site: &Site,
    platform: Platform,
    typed: &integration::Typed,
    profile: Profile,
) -> Result<Channel, Error> {
    let secret = |text: &str| {
        Secret::parse(text).map_err(|_| Mistake::BadKey("the key holds characters that no key has"))
    };
    let api_key = secret(&typed.credentials.api_key)?;
    let credentials = match platform {
        Platform::HigherLogic => {
            let tenant_code = secret(typed.tenant_code.as_deref().unwrap_or_default())?;
            Credentials::KeyAndTenant { api_key, tenant_code }
        }
        Platform::Mobilize | Platform::Forj => {
            let api_secret = secret(&typed.credentials.api_secret)?;
            Credentials::KeyAndSecret { api_key, api_secret }
        }
    };
    // The number of the credentials is not part of it: whoever changes them goes on at the same pace.
    let name = format!("{} {} {}", site.id(), platform.as_text(), typed.base_url);
    let pace = paces().of(&name, profile.calls());
    let connection =
        Connection { platform, base_url: typed.base_url.clone(), profile, credentials };
    let outbound = &site.app.outbound;
    Ok(match platform {
        Platform::HigherLogic => {
            Channel::HigherLogic(Box::new(HigherLogic::new(outbound, pace, &connection)?))
        }
        Platform::Mobilize | Platform::Forj => {
            Channel::Mobilize(Box::new(Mobilize::new(outbound, pace, &connection)?))
        }
    })
}
