//! `session_clients`, `logout_notices`, `log_outs`.

use super::Notice;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Db, Error, Reader, Writer};
use crate::id::{AssociationId, ClientId, LogOutId, MemberId, Sid};

pub async fn remember(
    site: &Site,
    sid: &Sid,
    client: &ClientId,
    member: &MemberId,
) -> Result<(), Error> {
    site.once(
        "insert into session_clients (association_id, sid, client_id, member_id, created_at)
         values ($1, $2, $3, $4, $5)
         on conflict do nothing",
    )
    .bind(sid)
    .bind(client)
    .bind(member)
    .bind(site.now)
    .run()
    .await
}

pub async fn tell_of_session(tx: &mut Writer, sid: &Sid) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into logout_notices
             (association_id, sid, client_id, member_id, created_at, next_try_at, tries)
         select s.association_id, s.sid, s.client_id, s.member_id, $3, $3, 0
         from session_clients s
         join clients c on c.association_id = s.association_id and c.client_id = s.client_id
         where s.association_id = $1 and s.sid = $2 and c.backchannel_logout_url is not null
             and c.disabled_at is null
         on conflict do nothing",
    )
    .bind(sid)
    .bind(now)
    .run()
    .await?;
    tx.change("delete from session_clients where association_id = $1 and sid = $2")
        .bind(sid)
        .run()
        .await
}

pub async fn tell_of_member(tx: &mut Writer, member: &MemberId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into logout_notices
             (association_id, sid, client_id, member_id, created_at, next_try_at, tries)
         select s.association_id, s.sid, s.client_id, s.member_id, $3, $3, 0
         from session_clients s
         join clients c on c.association_id = s.association_id and c.client_id = s.client_id
         where s.association_id = $1 and s.member_id = $2 and c.backchannel_logout_url is not null
             and c.disabled_at is null
         on conflict do nothing",
    )
    .bind(member)
    .bind(now)
    .run()
    .await?;
    tx.change("delete from session_clients where association_id = $1 and member_id = $2")
        .bind(member)
        .run()
        .await
}

pub async fn waiting(db: &Db, now: Timestamp) -> Result<Vec<AssociationId>, Error> {
    let found: Vec<(AssociationId,)> = db
        .across_associations(
            "select distinct association_id from logout_notices
             where next_try_at is not null and next_try_at <= $1",
        )
        .bind(now)
        .all()
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Asked once more outside of the list, so that of two nodes that claim at once one gets nothing.
pub async fn claim(site: &Site, lease: Timestamp, most: i64) -> Result<Vec<Notice>, Error> {
    site.once(
        "update logout_notices set next_try_at = $3, tries = tries + 1
         where association_id = $1 and next_try_at <= $2 and (sid, client_id) in (
             select sid, client_id from logout_notices
             where association_id = $1 and next_try_at <= $2
             order by next_try_at
             limit $4)
         returning sid, client_id, member_id, created_at, tries",
    )
    .bind(site.now)
    .bind(lease)
    .bind(most)
    .all()
    .await
}

pub async fn answered(
    site: &Site,
    notice: &Notice,
    answer: &str,
    next: Option<Timestamp>,
    done_at: Option<Timestamp>,
    given_up_at: Option<Timestamp>,
) -> Result<(), Error> {
    site.once(
        "update logout_notices
         set answer = $5, answered_at = $6, next_try_at = $7, done_at = $8, given_up_at = $9
         where association_id = $1 and sid = $2 and client_id = $3 and tries = $4",
    )
    .bind(&notice.sid)
    .bind(&notice.client_id)
    .bind(notice.tries)
    .bind(answer)
    .bind(site.now)
    .bind(next)
    .bind(done_at)
    .bind(given_up_at)
    .run()
    .await
}

pub async fn keep(
    site: &Site,
    id: &LogOutId,
    request: &str,
    address: &str,
    expires_at: Timestamp,
) -> Result<(), Error> {
    site.once(
        "insert into log_outs
             (association_id, log_out_id, request, address, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(request)
    .bind(address)
    .bind(site.now)
    .bind(expires_at)
    .run()
    .await
}

/// Keeps the newest `most` of an address, so that nobody can fill the table (SEC-DOS11).
pub async fn drop_oldest(site: &Site, address: &str, most: i64) -> Result<(), Error> {
    site.once(
        "delete from log_outs
         where association_id = $1 and log_out_id in (
             select log_out_id from log_outs
             where association_id = $1 and address = $2
             order by created_at desc, log_out_id
             limit 100 offset $3)",
    )
    .bind(address)
    .bind(most)
    .run()
    .await
}

pub async fn kept(db: &mut Reader, id: &LogOutId) -> Result<Option<String>, Error> {
    let now = db.now();
    let found: Option<(String,)> = db
        .find(
            "select request from log_outs
             where association_id = $1 and log_out_id = $2 and expires_at > $3",
        )
        .bind(id)
        .bind(now)
        .optional()
        .await?;
    Ok(found.map(|(request,)| request))
}

pub async fn forget_requests(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(LogOutId,)> = site
        .once(
            "delete from log_outs
             where association_id = $1 and log_out_id in (
                 select log_out_id from log_outs
                 where association_id = $1 and expires_at <= $2
                 limit $3)
             returning log_out_id",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

pub async fn forget_sessions(site: &Site, oldest: Timestamp, most: i64) -> Result<usize, Error> {
    let gone: Vec<(Sid,)> = site
        .once(
            "delete from session_clients
             where association_id = $1 and (sid, client_id) in (
                 select sid, client_id from session_clients
                 where association_id = $1 and created_at < $2
                 limit $3)
             returning sid",
        )
        .bind(oldest)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

pub async fn forget_notices(site: &Site, oldest: Timestamp, most: i64) -> Result<usize, Error> {
    let gone: Vec<(Sid,)> = site
        .once(
            "delete from logout_notices
             where association_id = $1 and (sid, client_id) in (
                 select sid, client_id from logout_notices
                 where association_id = $1 and created_at < $2 and next_try_at is null
                 limit $3)
             returning sid",
        )
        .bind(oldest)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}
