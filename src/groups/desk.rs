//! What all pages of one group share: the group that is asked for.

use super::Group;
use super::views::Head;
use crate::associations::Site;
use crate::id::GroupId;
use crate::web::Error;

pub async fn found(site: &Site, id: &str) -> Result<Group, Error> {
    let id = id.parse::<GroupId>().map_err(|_| Error::not_found())?;
    super::load(&mut site.read(), &id).await?.ok_or_else(Error::not_found)
}

/// For whoever needs no more than that it is there.
pub async fn known(site: &Site, id: &str) -> Result<GroupId, Error> {
    let id = id.parse::<GroupId>().map_err(|_| Error::not_found())?;
    match super::is_there(&mut site.read(), &id).await? {
        true => Ok(id),
        false => Err(Error::not_found()),
    }
}

/// The top of each of its pages.
pub fn head(group: &Group) -> Head {
    Head { id: group.group_id.to_string(), name: group.name.clone(), size: group.size }
}
