//! `logout_notices`, to be read.

use super::Notice;
use crate::db::{Error, Reader};
use crate::id::ClientId;

pub async fn latest(db: &mut Reader, id: &ClientId, most: i64) -> Result<Vec<Notice>, Error> {
    db.find(
        "select created_at, next_try_at, tries, answer, answered_at, done_at, given_up_at
         from logout_notices
         where association_id = $1 and client_id = $2
         order by created_at desc, sid
         limit $3",
    )
    .bind(id)
    .bind(most)
    .all()
    .await
}
