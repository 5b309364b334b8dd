//! `sessions`, `devices`, `sign_ins`, `throttles`.

use super::flow::State;
use super::throttle::Count;
use super::{Ended, Session, Waiting};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};
use crate::id::{AssociationId, ClientId, EventId, MemberId, Sid, SignInId};
use crate::members::Email;
use crate::token::TokenHash;

pub async fn find(
    db: &mut Reader,
    session: &TokenHash,
    made_after: Timestamp,
) -> Result<Option<Session>, Error> {
    let now = db.now();
    db.find(
        "select s.auth_time, s.proved_at, s.seen_at, s.sid, m.member_id, m.epoch, m.first_name,
             m.last_name, m.job_title, m.phone, m.street, m.city, m.region, m.postal_code,
             m.country, m.member_status, m.admin_since, m.updated_at, m.details,
             o.name as company_name,
             l.email, l.email_verified_at
         from sessions s
         join members m on m.association_id = s.association_id and m.member_id = s.member_id
         join logins l on l.association_id = s.association_id and l.member_id = s.member_id
         left join companies o
             on o.association_id = m.association_id and o.company_id = m.company_id
         where s.association_id = $1 and s.session_hash = $2 and s.expires_at > $3
             and s.created_at > $4 and m.epoch = s.epoch and m.deactivated_at is null",
    )
    .bind(session)
    .bind(now)
    .bind(made_after)
    .optional()
    .await
}

/// Whose session this is, if it is another association's and that is not on record yet.
pub async fn unnoted_stray(
    site: &Site,
    session: &TokenHash,
    event: &EventId,
) -> Result<Option<AssociationId>, Error> {
    // `cross join` makes SQLite look each association's session up by its key, not read them all.
    let found: Option<(AssociationId,)> = site
        .app
        .db
        .across_associations(
            "select s.association_id from associations a
             cross join sessions s
             where s.association_id = a.association_id and s.session_hash = $1
                 and s.association_id <> $2
                 and not exists (select 1 from events e
                                 where e.association_id = $2 and e.event_id = $3)
             limit 1",
        )
        .bind(session)
        .bind(site.id())
        .bind(event)
        .optional()
        .await?;
    Ok(found.map(|(owner,)| owner))
}

pub async fn touch(site: &Site, session: &TokenHash, until: Timestamp) -> Result<(), Error> {
    site.once(
        "update sessions set seen_at = $3, expires_at = $4
         where association_id = $1 and session_hash = $2",
    )
    .bind(session)
    .bind(site.now)
    .bind(until)
    .run()
    .await
}

/// False when the member is out, or everything of theirs was ended since `epoch`.
pub async fn insert(
    tx: &mut Writer,
    session: &TokenHash,
    member: &MemberId,
    epoch: i64,
    expires_at: Timestamp,
    sid: &Sid,
) -> Result<bool, Error> {
    let now = tx.now();
    let still: Option<(i64,)> = tx
        .find(
            "select epoch from members
             where association_id = $1 and member_id = $2 and epoch = $3
                 and deactivated_at is null",
        )
        .bind(member)
        .bind(epoch)
        .optional()
        .await?;
    if still.is_none() {
        return Ok(false);
    }
    tx.change(
        "insert into sessions
             (association_id, session_hash, member_id, epoch, auth_time, proved_at, seen_at,
              created_at, expires_at, sid)
         values ($1, $2, $3, $4, $5, $5, $5, $5, $6, $7)",
    )
    .bind(session)
    .bind(member)
    .bind(epoch)
    .bind(now)
    .bind(expires_at)
    .bind(sid)
    .run()
    .await?;
    Ok(true)
}

/// The same session under a new id, proved now.
pub async fn prove(site: &Site, old: &TokenHash, new: &TokenHash) -> Result<(), Error> {
    site.once(
        "update sessions set session_hash = $3, proved_at = $4
         where association_id = $1 and session_hash = $2",
    )
    .bind(old)
    .bind(new)
    .bind(site.now)
    .run()
    .await
}

pub async fn delete(tx: &mut Writer, session: &TokenHash) -> Result<Option<Ended>, Error> {
    tx.change(
        "delete from sessions
         where association_id = $1 and session_hash = $2
         returning member_id, sid",
    )
    .bind(session)
    .optional()
    .await
}

pub async fn delete_some(tx: &mut Writer, most: i64) -> Result<Vec<Ended>, Error> {
    tx.change(
        "delete from sessions
         where association_id = $1 and session_hash in (
             select session_hash from sessions
             where association_id = $1
             limit $2)
         returning member_id, sid",
    )
    .bind(most)
    .all()
    .await
}

pub async fn is_known_device(
    db: &mut Reader,
    device: &TokenHash,
    email: &Email,
) -> Result<bool, Error> {
    let now = db.now();
    let found: Option<(MemberId,)> = db
        .find(
            "select d.member_id
             from devices d
             join logins l on l.association_id = d.association_id and l.member_id = d.member_id
             where d.association_id = $1 and d.device_hash = $2 and l.email = $3
                 and d.expires_at > $4",
        )
        .bind(device)
        .bind(email)
        .bind(now)
        .optional()
        .await?;
    Ok(found.is_some())
}

pub async fn insert_device(
    tx: &mut Writer,
    device: &TokenHash,
    member: &MemberId,
    expires_at: Timestamp,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into devices (association_id, device_hash, member_id, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(device)
    .bind(member)
    .bind(now)
    .bind(expires_at)
    .run()
    .await
}

pub async fn delete_device(
    tx: &mut Writer,
    device: &TokenHash,
    member: &MemberId,
) -> Result<(), Error> {
    tx.change(
        "delete from devices
         where association_id = $1 and device_hash = $2 and member_id = $3",
    )
    .bind(device)
    .bind(member)
    .run()
    .await
}

pub async fn keep(
    site: &Site,
    id: &SignInId,
    client: &ClientId,
    request: &str,
    browser: Option<&TokenHash>,
    address: &str,
    expires_at: Timestamp,
) -> Result<(), Error> {
    site.once(
        "insert into sign_ins
             (association_id, sign_in_id, state, browser_hash, address, client_id, request,
              created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(State::Waiting.as_text())
    .bind(browser)
    .bind(address)
    .bind(client)
    .bind(request)
    .bind(site.now)
    .bind(expires_at)
    .run()
    .await
}

/// Keeps the newest `most` of an address, so that nobody can fill the table (SEC-DOS11).
pub async fn drop_oldest(site: &Site, address: &str, most: i64) -> Result<(), Error> {
    site.once(
        "delete from sign_ins
         where association_id = $1 and sign_in_id in (
             select sign_in_id from sign_ins
             where association_id = $1 and address = $2
             order by created_at desc, sign_in_id
             limit 100 offset $3)",
    )
    .bind(address)
    .bind(most)
    .run()
    .await
}

pub async fn pending(db: &mut Reader, id: &SignInId) -> Result<Option<Waiting>, Error> {
    db.find(
        "select state, browser_hash, client_id, request, created_at, expires_at from sign_ins
         where association_id = $1 and sign_in_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

pub async fn bind(site: &Site, id: &SignInId, browser: &TokenHash) -> Result<bool, Error> {
    let bound: Option<(SignInId,)> = site
        .once(
            "update sign_ins set browser_hash = $3
             where association_id = $1 and sign_in_id = $2 and browser_hash is null
             returning sign_in_id",
        )
        .bind(id)
        .bind(browser)
        .optional()
        .await?;
    Ok(bound.is_some())
}

pub async fn move_on(site: &Site, id: &SignInId, from: State, to: State) -> Result<bool, Error> {
    let moved: Option<(SignInId,)> = site
        .once(
            "update sign_ins set state = $4
             where association_id = $1 and sign_in_id = $2 and state = $3
             returning sign_in_id",
        )
        .bind(id)
        .bind(from.as_text())
        .bind(to.as_text())
        .optional()
        .await?;
    Ok(moved.is_some())
}

pub async fn throttle(db: &mut Reader, key: &str) -> Result<Option<Count>, Error> {
    db.find(
        "select failures, since, free_at from throttles
         where association_id = $1 and throttle_key = $2",
    )
    .bind(key)
    .optional()
    .await
}

/// One statement, so that tries at the same moment are all counted. A window that began before
/// `oldest` is over, and the next one begins.
pub async fn count_failure(site: &Site, key: &str, oldest: Timestamp) -> Result<i64, Error> {
    let counted: Option<(i64,)> = site
        .once(
            "insert into throttles (association_id, throttle_key, failures, since, free_at)
             values ($1, $2, 1, $3, 0)
             on conflict (association_id, throttle_key) do update
             set failures = case when throttles.since < $4 then 1 else throttles.failures + 1 end,
                 since = case when throttles.since < $4 then $3 else throttles.since end
             returning failures",
        )
        .bind(key)
        .bind(site.now)
        .bind(oldest)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(failures,)| failures))
}

pub async fn space(site: &Site, key: &str, free_at: Timestamp) -> Result<(), Error> {
    site.once(
        "update throttles set free_at = $3
         where association_id = $1 and throttle_key = $2 and free_at < $3",
    )
    .bind(key)
    .bind(free_at)
    .run()
    .await
}

pub async fn forget_throttle(tx: &mut Writer, key: &str) -> Result<(), Error> {
    tx.change("delete from throttles where association_id = $1 and throttle_key = $2")
        .bind(key)
        .run()
        .await
}

/// Sign-ins that nobody came back to in time.
pub async fn forget_sign_ins(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(String,)> = site
        .once(
            "delete from sign_ins
             where association_id = $1 and sign_in_id in (
                 select sign_in_id from sign_ins
                 where association_id = $1 and expires_at <= $2
                 limit $3)
             returning sign_in_id",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

pub async fn forget_sessions(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(String,)> = site
        .once(
            "delete from sessions
             where association_id = $1 and session_hash in (
                 select session_hash from sessions
                 where association_id = $1 and expires_at <= $2
                 limit $3)
             returning session_hash",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

pub async fn forget_devices(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(String,)> = site
        .once(
            "delete from devices
             where association_id = $1 and (device_hash, member_id) in (
                 select device_hash, member_id from devices
                 where association_id = $1 and expires_at <= $2
                 limit $3)
             returning device_hash",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

/// Counts of windows that began before `oldest` and hold nobody up any more.
pub async fn forget_throttles(site: &Site, oldest: Timestamp, most: i64) -> Result<usize, Error> {
    let gone: Vec<(String,)> = site
        .once(
            "delete from throttles
             where association_id = $1 and throttle_key in (
                 select throttle_key from throttles
                 where association_id = $1 and since < $2 and free_at <= $3
                 limit $4)
             returning throttle_key",
        )
        .bind(oldest)
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}
