//! Log-outs that clients are told of: which client a session signed in to, the notices that are still
//! to be delivered, and how it went. What a notice says and how it is sent is `oidc::backchannel`'s.

mod store;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer, rows};
use crate::id::{AssociationId, ClientId, LogOutId, MemberId, Sid};

/// A log-out that waits for its browser, and a log-in page, live equally long.
const KEPT_SECONDS: i64 = 3600;
/// Until somebody who claimed a notice is taken for gone.
const LEASE_SECONDS: i64 = 60;
/// How long after each failure the next try comes; then every day (SECURITY.md 4.10).
const DELAYS: [i64; 5] = [5, 30, 120, 600, 3600];
const DAY_SECONDS: i64 = 24 * 3600;
const GIVEN_UP_SECONDS: i64 = 3 * DAY_SECONDS;
/// No session lives longer (`sessions::LONGEST_SECONDS`), so nobody needs to be told of it later.
const SESSION_SECONDS: i64 = 8 * DAY_SECONDS;
const SHOWN_SECONDS: i64 = 30 * DAY_SECONDS;

rows! {
    /// One client to be told of the end of one session, claimed by whoever holds this.
    pub struct Notice {
        pub sid: Sid,
        pub client_id: ClientId,
        pub member_id: MemberId,
        pub created_at: Timestamp,
        /// This one included.
        pub tries: i64,
    }
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The client will never take it.
    Refused,
    /// It may be better later.
    Failed,
}

/// Notes that a session signed in to a client which wants to be told of its end.
pub async fn remember(
    site: &Site,
    sid: &Sid,
    client: &ClientId,
    member: &MemberId,
) -> Result<(), db::Error> {
    store::remember(site, sid, client, member).await
}

/// In the transaction that ends a session: its clients are to be told.
pub async fn session_ended(tx: &mut Writer, sid: &Sid) -> Result<(), db::Error> {
    store::tell_of_session(tx, sid).await
}

/// In the transaction that ends everything of a member: all clients of all sessions are to be told.
pub async fn member_ended(tx: &mut Writer, member: &MemberId) -> Result<(), db::Error> {
    store::tell_of_member(tx, member).await
}

/// Whose notices are due. Asked across associations, because most have none.
pub async fn waiting(db: &db::Db, now: Timestamp) -> Result<Vec<AssociationId>, db::Error> {
    store::waiting(db, now).await
}

/// Claims up to `most` notices that are due: nobody else gets them for a minute.
pub async fn claim(site: &Site, most: i64) -> Result<Vec<Notice>, db::Error> {
    store::claim(site, site.now.plus_seconds(LEASE_SECONDS), most).await
}

/// Writes down how a try went, in words for the client's page. A claim that somebody else took over
/// meanwhile writes nothing.
pub async fn answered(
    site: &Site,
    notice: &Notice,
    outcome: Outcome,
    answer: &str,
) -> Result<(), db::Error> {
    let next = match outcome {
        Outcome::Failed => next_try(notice, site.now),
        Outcome::Done | Outcome::Refused => None,
    };
    let done_at = (outcome == Outcome::Done).then_some(site.now);
    let given_up_at = (outcome != Outcome::Done && next.is_none()).then_some(site.now);
    store::answered(site, notice, answer, next, done_at, given_up_at).await
}

fn next_try(notice: &Notice, now: Timestamp) -> Option<Timestamp> {
    let place = usize::try_from(notice.tries - 1).unwrap_or(0);
    let delay = DELAYS.get(place).copied().unwrap_or(DAY_SECONDS);
    let next = now.plus_seconds(delay);
    (next.seconds_since(notice.created_at) <= GIVEN_UP_SECONDS).then_some(next)
}

/// Keeps the parameters of a log-out that came by a cross-site POST, until its browser asks by GET.
pub async fn keep(site: &Site, request: &str, address: &str) -> Result<LogOutId, db::Error> {
    let id = LogOutId::random();
    store::keep(site, &id, request, address, site.now.plus_seconds(KEPT_SECONDS)).await?;
    if let Some(most) = site.app.settings.limits.pending_requests {
        store::drop_oldest(site, address, i64::from(most)).await?;
    }
    Ok(id)
}

/// As [`keep`] was given it.
pub async fn kept(site: &Site, id: &LogOutId) -> Result<Option<String>, db::Error> {
    store::kept(&mut site.read(), id).await
}

/// Forgets up to `most` rows of each kind that are of no use any more; answers how many there were of
/// the most frequent one.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    let requests = store::forget_requests(site, most).await?;
    let sessions = site.now.plus_seconds(-SESSION_SECONDS);
    let sessions = store::forget_sessions(site, sessions, most).await?;
    let notices = store::forget_notices(site, site.now.plus_seconds(-SHOWN_SECONDS), most).await?;
    Ok(requests.max(sessions).max(notices))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SECURITY.md 4.10.
    #[test]
    fn tries_come_further_and_further_apart_and_end_after_three_days() {
        let made = Timestamp::from_unix_seconds(1_000_000);
        let (mut now, mut waits) = (made, Vec::new());
        for tries in 1..20 {
            let notice = Notice {
                sid: Sid::presented("sid_1"),
                client_id: ClientId::presented("forj"),
                member_id: MemberId::presented("ann"),
                created_at: made,
                tries,
            };
            let Some(next) = next_try(&notice, now) else { break };
            waits.push(next.seconds_since(now));
            now = next;
        }
        assert_eq!(waits, [5, 30, 120, 600, 3600, DAY_SECONDS, DAY_SECONDS]);
    }
}
