//! `sync_links` of Higher Logic.

use super::Group;
use crate::db::{Error, Reader};
use crate::id::{GroupId, RecordId};

pub async fn group(db: &mut Reader, group: &GroupId) -> Result<Option<Group>, Error> {
    db.find(
        "select group_id, remote_name as name, coalesce(group_type, 'community') as group_type
         from sync_links
         where association_id = $1 and platform = 'higher_logic' and group_id = $2",
    )
    .bind(group)
    .optional()
    .await
}

pub async fn left(db: &mut Reader, record: &RecordId) -> Result<Vec<GroupId>, Error> {
    let found: Vec<(GroupId,)> = db
        .find(
            "select p.group_id
             from sync_places p
             join sync_links k
                 on k.association_id = p.association_id and k.platform = p.platform
                 and k.group_id = p.group_id and k.unlinked_at is not null
             where p.association_id = $1 and p.platform = 'higher_logic' and p.record_id = $2
                 and p.confirmed_at is not null
             order by p.group_id",
        )
        .bind(record)
        .all()
        .await?;
    Ok(found.into_iter().map(|(group,)| group).collect())
}
