//! `client_days`, and the sign-ins among the `grants` of today.

use super::{Counted, CountedOf, SignIns, SignInsOf};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};
use crate::id::ClientId;

/// More than any code lives: what was consumed today was made at most so long before today.
const BEFORE_SECONDS: i64 = 3600;

/// One statement for a client that exists, and nothing for one that does not.
pub async fn count_failure(
    site: &Site,
    id: &ClientId,
    day: i64,
    outcome: &str,
) -> Result<(), Error> {
    site.once(
        "insert into client_days (association_id, client_id, day, outcome, times, last_at)
         select c.association_id, c.client_id, $3, $4, 1, $5 from clients c
         where c.association_id = $1 and c.client_id = $2
         on conflict (association_id, client_id, day, outcome) do update
         set times = client_days.times + 1, last_at = excluded.last_at",
    )
    .bind(id)
    .bind(day)
    .bind(outcome)
    .bind(site.now)
    .run()
    .await
}

pub async fn count_sign_in(
    tx: &mut Writer,
    id: &ClientId,
    day: i64,
    at: Timestamp,
) -> Result<(), Error> {
    tx.change(
        "insert into client_days (association_id, client_id, day, outcome, times, last_at)
         values ($1, $2, $3, 'sign_in', 1, $4)
         on conflict (association_id, client_id, day, outcome) do update
         set times = client_days.times + 1,
             last_at = case when client_days.last_at < excluded.last_at
                            then excluded.last_at else client_days.last_at end",
    )
    .bind(id)
    .bind(day)
    .bind(at)
    .run()
    .await
}

pub async fn counted(db: &mut Reader, id: &ClientId, day: i64) -> Result<Vec<Counted>, Error> {
    db.find(
        "select outcome, times, last_at from client_days
         where association_id = $1 and client_id = $2 and day = $3
         order by times desc, outcome",
    )
    .bind(id)
    .bind(day)
    .all()
    .await
}

/// Those whose grants are not forgotten yet. A code that bought nothing was no sign-in.
pub async fn sign_ins_since(
    db: &mut Reader,
    id: &ClientId,
    start: Timestamp,
) -> Result<SignIns, Error> {
    let counted: Option<SignIns> = db
        .find(
            "select count(*) as times, max(consumed_at) as last_at from grants
             where association_id = $1 and client_id = $2 and created_at >= $4
                 and consumed_at >= $3 and access_hash is not null",
        )
        .bind(id)
        .bind(start)
        .bind(start.plus_seconds(-BEFORE_SECONDS))
        .optional()
        .await?;
    Ok(counted.unwrap_or(SignIns { times: 0, last_at: None }))
}

pub async fn counted_of_all(db: &mut Reader, day: i64) -> Result<Vec<CountedOf>, Error> {
    db.find(
        "select client_id, outcome, times from client_days
         where association_id = $1 and day = $2",
    )
    .bind(day)
    .all()
    .await
}

pub async fn sign_ins_of_all(db: &mut Reader, start: Timestamp) -> Result<Vec<SignInsOf>, Error> {
    db.find(
        "select client_id, count(*) as times from grants
         where association_id = $1 and created_at >= $3 and consumed_at >= $2
             and access_hash is not null
         group by client_id",
    )
    .bind(start)
    .bind(start.plus_seconds(-BEFORE_SECONDS))
    .all()
    .await
}

pub async fn forget_days(site: &Site, oldest: i64, most: i64) -> Result<usize, Error> {
    let gone: Vec<(ClientId,)> = site
        .once(
            "delete from client_days
             where association_id = $1 and (client_id, day, outcome) in (
                 select client_id, day, outcome from client_days
                 where association_id = $1 and day < $2
                 limit $3)
             returning client_id",
        )
        .bind(oldest)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}
