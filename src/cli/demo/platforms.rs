//! The stand-ins' APIs, connected to the sample association, with two of its groups linked.

use anyhow::{Context as _, Result};
use zeroize::Zeroizing;

use super::now;
use crate::associations::Site;
use crate::events::Actor;
use crate::groups;
use crate::simulator::api::Api;
use crate::simulator::api::higher_logic::{self, Tenant};
use crate::simulator::api::mobilize::{self, Community, Group, Member};
use crate::simulator::sample;
use crate::sync::integration::{self, Credentials, Switches, Typed};
use crate::sync::link::{self, Cause, GroupType, Target};
use crate::sync::platform::Platform;

/// Made up, and good for the stand-ins of this machine only.
const KEY: &str = "demo-key";
const SECRET: &str = "demo-secret";
const TENANT: &str = "HARBORTRADES";
/// The group there that is the counterpart of the sample's board.
const BOARD: u64 = 4711;
const BY: Actor = Actor::System;

/// A community whose group "Board" has somebody in it whom nobody here put there.
pub fn mobilize() -> Api<Community> {
    let api = Api::mobilize(mobilize::Settings::new(KEY, SECRET), || now() * 1000);
    api.seed_group(Group::private(BOARD, "Board"));
    api.seed_group(Group::private(4712, "Women in Trades"));
    api.seed_group(Group { privacy: 5, ..Group::private(4713, "Swap Meet") });
    api.seed_member(BOARD, Member::new("guest@elsewhere.example").named("Kofi", "Mensah"));
    api
}

pub fn higher_logic() -> Api<Tenant> {
    Api::higher_logic(higher_logic::Settings::new(KEY, TENANT), || now() * 1000)
}

/// Connects both and links the board and the apprentices; later starts only look again, for the stand-ins have
/// forgotten everything.
pub async fn connect(site: &Site, mobilize_origin: &str, higher_logic_origin: &str) -> Result<()> {
    if integration::find(&mut site.read(), Platform::Mobilize).await?.is_some() {
        for platform in [Platform::Mobilize, Platform::HigherLogic] {
            let mut tx = site.write().await?;
            link::ask_all(&mut tx, platform, Cause::Asked).await?;
            tx.commit().await?;
        }
        return Ok(());
    }
    let base_url = format!("{mobilize_origin}/v1");
    save(site, Platform::Mobilize, &base_url, SECRET, None).await?;
    save(site, Platform::HigherLogic, higher_logic_origin, "", Some(TENANT)).await?;
    let all = groups::list(&mut site.read()).await?;
    let named = |name: &str| {
        let found = all.iter().find(|group| group.name == name);
        found.with_context(|| format!("the sample association has no group {name}"))
    };
    let (board, apprentices) = (named(sample::BOARD)?, named(sample::APPRENTICES)?);
    let target = Target {
        base_url: &base_url,
        remote_group_id: &BOARD.to_string(),
        remote_name: "Board",
        group_type: None,
    };
    link::link(site, Platform::Mobilize, &board.group_id, &target, &BY).await??;
    let target = Target {
        base_url: higher_logic_origin,
        remote_group_id: apprentices.group_id.as_str(),
        remote_name: &apprentices.name,
        group_type: Some(GroupType::Community),
    };
    link::link(site, Platform::HigherLogic, &apprentices.group_id, &target, &BY).await??;
    Ok(())
}

async fn save(
    site: &Site,
    platform: Platform,
    base_url: &str,
    secret: &str,
    tenant: Option<&str>,
) -> Result<()> {
    let text = |text: &str| Zeroizing::new(text.to_owned());
    let typed = Typed {
        credentials: Credentials { api_key: text(KEY), api_secret: text(secret) },
        tenant_code: tenant.map(str::to_owned),
        base_url: base_url.to_owned(),
        profile: None,
    };
    integration::save(site, platform, &typed, true, &BY).await??;
    let switches = Switches { go_ahead: true, ..Switches::default() };
    integration::switch(site, platform, switches, &BY).await?;
    Ok(())
}
