//! `sync_links` of Higher Logic.

use super::Group;
use crate::db::{Error, Many, Reader};

pub async fn groups(db: &mut Reader, groups: Many) -> Result<Vec<Group>, Error> {
    db.find(
        "select group_id, remote_name as name, coalesce(group_type, 'community') as group_type
         from sync_links
         where association_id = $1 and platform = 'higher_logic' and unlinked_at is null
             and group_id in (select key from jsonb_each($2))",
    )
    .bind(groups)
    .all()
    .await
}
