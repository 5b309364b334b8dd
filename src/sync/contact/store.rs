//! `sync_links` of Higher Logic.

use super::Group;
use crate::db::{Error, Many, Reader};
use crate::id::{GroupId, RecordId};

pub async fn groups(db: &mut Reader, groups: Many) -> Result<Vec<Group>, Error> {
    db.find(
        "select group_id, remote_name as name, coalesce(group_type, 'community') as group_type
         from sync_links
         where association_id = $1 and platform = 'higher_logic'
             and group_id in (select key from jsonb_each($2))",
    )
    .bind(groups)
    .all()
    .await
}

pub async fn left(db: &mut Reader, records: Many) -> Result<Vec<(RecordId, GroupId)>, Error> {
    db.find(
        "select p.record_id, p.group_id
         from sync_places p
         join sync_links k
             on k.association_id = p.association_id and k.platform = p.platform
             and k.group_id = p.group_id and k.unlinked_at is not null
         where p.association_id = $1 and p.platform = 'higher_logic'
             and p.record_id in (select key from jsonb_each($2)) and p.confirmed_at is not null",
    )
    .bind(records)
    .all()
    .await
}
