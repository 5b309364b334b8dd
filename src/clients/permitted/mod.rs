//! Permitted Groups: who may log in at an SSO client. None is everybody with a login (DEC14).

mod store;
pub mod views;

use super::Client;
use crate::associations::Site;
use crate::db::{self, Reader, Writer, rows};
use crate::id::{ClientId, GroupId, MemberId};

/// More than an admin can look through are a group that is missing.
pub const MOST: usize = 20;

rows! {
    /// What another list would change, in people with an active login.
    pub struct Change {
        /// All of the association.
        pub everybody: i64,
        /// Who may log in now.
        pub before: i64,
        /// Who could not any more.
        pub lose: i64,
        /// Who could from now on.
        pub gain: i64,
    }
}

/// Whether a member may log in at a client, as its groups are now.
pub async fn allows(
    db: &mut Reader,
    client: &Client,
    member: &MemberId,
) -> Result<bool, db::Error> {
    if client.permitted_groups.is_empty() {
        return Ok(true);
    }
    store::is_permitted(db, &client.client_id, member).await
}

/// What would happen if these were the groups. None as the client is a new one.
pub async fn change(
    site: &Site,
    client: Option<&ClientId>,
    groups: &[GroupId],
) -> Result<Change, db::Error> {
    store::permission_change(&mut site.read(), client, groups).await
}

/// The names of the groups of every client that has some.
pub async fn names(db: &mut Reader) -> Result<Vec<(ClientId, String)>, db::Error> {
    store::names(db).await
}

pub(super) async fn groups(db: &mut Reader, id: &ClientId) -> Result<Vec<GroupId>, db::Error> {
    store::groups(db, id).await
}

/// What the client holds of members who may not log in any more is void, and stays so if they may again.
pub(super) async fn set(
    tx: &mut Writer,
    id: &ClientId,
    groups: &[GroupId],
) -> Result<(), db::Error> {
    store::set(tx, id, groups).await?;
    match groups {
        [] => Ok(()),
        _ => store::revoke_unpermitted(tx, id).await,
    }
}
