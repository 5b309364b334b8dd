//! `sync_links` of Higher Logic.

use super::Group;
use crate::db::{Error, Reader};
use crate::id::GroupId;

pub async fn group(db: &mut Reader, group: &GroupId) -> Result<Option<Group>, Error> {
    db.find(
        "select group_id, remote_name as name, coalesce(group_type, 'community') as group_type
         from sync_links
         where association_id = $1 and platform = 'higher_logic' and group_id = $2
             and unlinked_at is null",
    )
    .bind(group)
    .optional()
    .await
}
