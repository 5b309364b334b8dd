//! Linking groups, as a group's form says it: what an admin chose against what is linked, what that would
//! do on the platform, and doing it.

pub mod desk;
pub mod details;
pub mod impact;
pub mod pages;
pub mod views;

use super::channel::{self, Channel};
use super::integration::Integration;
use super::link::{self, GroupType, Link, Refusal, Target};
use super::platform::mobilize::Group as There;
use super::platform::{Failure, Platform};
use super::preview::{self, Preview};
use super::release;
use super::status::Connection;
use crate::associations::Site;
use crate::db;
use crate::events::Actor;
use crate::id::GroupId;
use crate::token::{base64url, sha256};

/// A group of the platform that may be chosen, or why it may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub there: There,
    pub obstacle: Option<Obstacle>,
}

/// R32 to R34.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    LinkedTo(String),
    HasParent,
    NotPrivate,
}

/// The groups of a platform, as it lists them now. `group` is the one here that is to be linked.
pub async fn choices(
    site: &Site,
    integration: &Integration,
    group: &GroupId,
) -> Result<Vec<Choice>, preview::Error> {
    let Channel::Mobilize(client) = channel::open(site, integration).await? else {
        return Ok(Vec::new());
    };
    let there = client.groups().await?;
    let Some(platform) = integration.platform() else { return Ok(Vec::new()) };
    let links = link::list(&mut site.read(), platform).await?;
    let mut choices: Vec<Choice> = there
        .into_iter()
        .map(|there| {
            let obstacle = obstacle(&there, &links, group);
            Choice { there, obstacle }
        })
        .collect();
    choices.sort_by_key(|choice| choice.there.name.to_lowercase());
    Ok(choices)
}

fn obstacle(there: &There, links: &[Link], group: &GroupId) -> Option<Obstacle> {
    let other = links.iter().find(|link| {
        link.is_linked() && link.remote_group_id == there.remote_id && link.group_id != *group
    });
    if let Some(other) = other {
        Some(Obstacle::LinkedTo(other.group_name.clone()))
    } else if there.parent_id.is_some() {
        Some(Obstacle::HasParent)
    } else if !there.is_private() {
        Some(Obstacle::NotPrivate)
    } else {
        None
    }
}

/// What the form asks of one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// By its id there.
    Group(String),
    /// Sync to Higher Logic, as this.
    Push(GroupType),
    /// Switched on, and no Group Type chosen.
    PushUntyped,
    Unlink,
}

/// What saving would do on one platform.
pub struct Change {
    pub platform: Platform,
    pub integration: Integration,
    /// Its counterpart until now.
    pub from: Option<String>,
    pub to: Option<To>,
    /// It was linked before, so that there may be people there who came meanwhile (DEC10).
    pub is_again: bool,
}

/// A counterpart to be, and what linking does to it.
pub struct To {
    pub remote_group_id: String,
    pub name: String,
    pub group_type: Option<GroupType>,
    pub asks_approval: bool,
    pub preview: Preview,
}

/// Why a wish is not fulfilled. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Link(Refusal),
    #[error("a group that has a parent group, or is not Private, cannot be linked")]
    Obstacle(Obstacle),
    #[error("the platform does not have this group any more")]
    Gone,
    #[error("choose a Group Type")]
    Untyped,
    /// R84.
    #[error("the Rep has not given the go-ahead yet")]
    NoGoAhead,
    #[error("{0}")]
    Platform(Failure),
    #[error("{0}")]
    Channel(String),
}

impl From<preview::Error> for Refused {
    fn from(error: preview::Error) -> Self {
        match error {
            preview::Error::Database(error) => Self::Database(error),
            preview::Error::Platform(failure) => Self::Platform(failure),
            preview::Error::Channel(error) => Self::Channel(error.to_string()),
        }
    }
}

/// Looks at what a wish would do. Changes nothing, here or there.
pub async fn look(
    site: &Site,
    connection: &Connection,
    group: (&GroupId, &str),
    wish: &Wish,
) -> Result<Change, Refused> {
    let (platform, integration) = (connection.platform, &connection.integration);
    let before = link::find(&mut site.read(), platform, group.0).await?;
    let to = match wish {
        Wish::Unlink => None,
        Wish::PushUntyped => return Err(Refused::Untyped),
        Wish::Push(_) if !integration.may_link() => return Err(Refused::NoGoAhead),
        Wish::Push(group_type) => {
            let preview = preview::of(site, integration, group.0, group.0.as_str()).await?;
            Some(To {
                remote_group_id: group.0.to_string(),
                name: group.1.to_owned(),
                group_type: Some(*group_type),
                asks_approval: false,
                preview,
            })
        }
        Wish::Group(id) => {
            let choices = choices(site, integration, group.0).await?;
            let choice = choices.into_iter().find(|choice| choice.there.remote_id == *id);
            let choice = choice.ok_or(Refused::Gone)?;
            if let Some(obstacle) = choice.obstacle {
                return Err(Refused::Obstacle(obstacle));
            }
            let preview = preview::of(site, integration, group.0, id).await?;
            Some(To {
                remote_group_id: id.clone(),
                name: choice.there.name,
                group_type: None,
                asks_approval: choice.there.requires_approval == Some(true),
                preview,
            })
        }
    };
    let linked = before.as_ref().filter(|link| link.is_linked());
    Ok(Change {
        platform,
        integration: integration.clone(),
        from: linked.map(|link| link.remote_name.clone()),
        is_again: before.as_ref().is_some_and(|link| !link.is_linked()),
        to,
    })
}

impl Change {
    /// People there who would go.
    pub fn removes(&self) -> usize {
        self.to.as_ref().map_or(0, |to| to.preview.removes.len())
    }

    /// Whether an admin is asked first: whoever links a group that nobody would be removed from is not.
    pub fn asks(&self) -> bool {
        self.from.is_some() || self.removes() > 0
    }

    /// Exactly whom an admin was shown.
    pub fn digest(&self) -> String {
        let removes = self.to.iter().flat_map(|to| &to.preview.removes);
        let mut ids: Vec<&str> = removes.map(|entry| entry.record_id.as_str()).collect();
        ids.sort_unstable();
        let there = self.to.as_ref().map_or("", |to| to.remote_group_id.as_str());
        base64url(sha256(format!("{there} {}", ids.join(" "))))
    }
}

/// Does what was confirmed, in an order in which a sync that begins meanwhile removes nobody unasked.
pub async fn make(
    site: &Site,
    group: &GroupId,
    change: &Change,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    if change.from.is_some() {
        link::unlink(site, change.platform, group, actor).await?;
    }
    let Some(to) = &change.to else { return Ok(Ok(())) };
    let target = Target {
        base_url: &change.integration.base_url,
        remote_group_id: &to.remote_group_id,
        remote_name: &to.name,
        group_type: to.group_type,
    };
    if let Err(refusal) = link::link_first(site, change.platform, group, &target, actor).await? {
        return Ok(Err(refusal));
    }
    let preview = &to.preview;
    let count = |people: usize| i64::try_from(people).unwrap_or(i64::MAX);
    let numbers = (count(preview.adds.len()), count(preview.updates.len()), preview.there);
    let entries = &preview.removes;
    release::make_confirmed(site, change.platform, group, numbers, entries, actor).await?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(parent: Option<&str>, privacy: i64) -> There {
        There {
            remote_id: "1".to_owned(),
            name: "Board".to_owned(),
            parent_id: parent.map(str::to_owned),
            privacy: Some(privacy),
            public_form: Some(false),
            requires_approval: Some(false),
            members_count: None,
        }
    }

    /// R33, R34.
    #[test]
    fn only_a_private_top_level_group_may_be_chosen() {
        let group = GroupId::presented("g");
        assert_eq!(obstacle(&there(None, 10), &[], &group), None);
        assert_eq!(obstacle(&there(Some("7"), 10), &[], &group), Some(Obstacle::HasParent));
        assert_eq!(obstacle(&there(None, 20), &[], &group), Some(Obstacle::NotPrivate));
    }
}
