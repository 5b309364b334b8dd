//! `sync_runs`.

use super::{Run, Tally};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Reader};
use crate::id::{GroupId, RunId};

pub async fn begin(
    site: &Site,
    id: &RunId,
    platform: &str,
    group: &GroupId,
    cause: &str,
) -> Result<(), Error> {
    site.once(
        "insert into sync_runs
             (association_id, run_id, platform, group_id, cause, started_at, added, updated,
              removed, held, failed)
         values ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0)",
    )
    .bind(id)
    .bind(platform)
    .bind(group)
    .bind(cause)
    .bind(site.now)
    .run()
    .await
}

pub async fn end(
    site: &Site,
    run: &RunId,
    at: Timestamp,
    tally: &Tally,
    outcome: Option<&str>,
) -> Result<(), Error> {
    site.once(
        "update sync_runs
         set ended_at = $3, there = $4, added = $5, updated = $6, held = $7, outcome = $8
         where association_id = $1 and run_id = $2",
    )
    .bind(run)
    .bind(at)
    .bind(tally.there)
    .bind(tally.added)
    .bind(tally.updated)
    .bind(tally.held)
    .bind(outcome)
    .run()
    .await
}

pub async fn of_group(db: &mut Reader, group: &GroupId, most: i64) -> Result<Vec<Run>, Error> {
    db.find(
        "select run_id, platform, group_id, cause, started_at, ended_at, there, added, updated,
             held, outcome
         from sync_runs
         where association_id = $1 and group_id = $2
         order by started_at desc, run_id
         limit $3",
    )
    .bind(group)
    .bind(most)
    .all()
    .await
}

pub async fn of_platform(db: &mut Reader, platform: &str, most: i64) -> Result<Vec<Run>, Error> {
    db.find(
        "select run_id, platform, group_id, cause, started_at, ended_at, there, added, updated,
             held, outcome
         from sync_runs
         where association_id = $1 and platform = $2
         order by started_at desc, run_id
         limit $3",
    )
    .bind(platform)
    .bind(most)
    .all()
    .await
}

pub async fn nightly(db: &mut Reader, most: i64) -> Result<Vec<Run>, Error> {
    db.find(
        "select run_id, platform, group_id, cause, started_at, ended_at, there, added, updated,
             held, outcome
         from sync_runs
         where association_id = $1 and cause = 'nightly'
         order by started_at desc, run_id
         limit $2",
    )
    .bind(most)
    .all()
    .await
}

pub async fn forget_old(site: &Site, oldest: Timestamp, most: i64) -> Result<usize, Error> {
    let gone: Vec<(RunId,)> = site
        .once(
            "delete from sync_runs
             where association_id = $1 and run_id in (
                 select run_id from sync_runs
                 where association_id = $1 and started_at < $2
                 limit $3)
             returning run_id",
        )
        .bind(oldest)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}
