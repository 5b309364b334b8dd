//! `hooks`, `hook_deliveries`; of `members` the columns that a tool may write, and no others.

use super::quarantine::{Kept, Waiting};
use super::{Delivery, Hook, Known, Past, Person};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};
use crate::id::{HookId, MemberId};
use crate::members::Email;

/// A delivery on its way into the database.
pub struct NewDelivery<'a> {
    pub delivery: &'a Delivery<'a>,
    pub member: &'a MemberId,
    pub fields: String,
    pub outcome: &'static str,
    pub payload: Option<String>,
}

/// What a call counts.
pub struct Use {
    pub day: i64,
    pub ignored: usize,
    pub waiting: i64,
}

pub async fn list(db: &mut Reader) -> Result<Vec<Hook>, Error> {
    db.find(
        "select hook_id, name, secret, secrets, old_secret, old_until, old_used_at, fields,
             made_at, made_by, last_used_at, calls_day, calls, ignored, waiting, counted_from,
             quarantined_at, closed_at
         from hooks
         where association_id = $1
         order by case when closed_at is null then 0 else 1 end, made_at desc, hook_id",
    )
    .all()
    .await
}

pub async fn find(db: &mut Reader, hook: &HookId) -> Result<Option<Hook>, Error> {
    db.find(
        "select hook_id, name, secret, secrets, old_secret, old_until, old_used_at, fields,
             made_at, made_by, last_used_at, calls_day, calls, ignored, waiting, counted_from,
             quarantined_at, closed_at
         from hooks
         where association_id = $1 and hook_id = $2",
    )
    .bind(hook)
    .optional()
    .await
}

/// False where there is one with this id.
pub async fn insert(
    tx: &mut Writer,
    hook: &HookId,
    name: &str,
    fields: &str,
    sealed: &str,
    by: &str,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(HookId,)> = tx
        .change(
            "insert into hooks
                 (association_id, hook_id, name, secret, secrets, fields, made_at, made_by,
                  calls_day, calls, ignored, waiting, counted_from)
             values ($1, $2, $3, $4, 1, $5, $6, $7, 0, 0, 0, 0, 0)
             on conflict do nothing
             returning hook_id",
        )
        .bind(hook)
        .bind(name)
        .bind(sealed)
        .bind(fields)
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    Ok(inserted.is_some())
}

pub async fn replace_secret(
    tx: &mut Writer,
    hook: &HookId,
    sealed: &str,
    known: i64,
    until: Timestamp,
) -> Result<bool, Error> {
    let replaced: Option<(HookId,)> = tx
        .change(
            "update hooks
             set old_secret = secret, old_until = $5, old_used_at = null, secret = $3,
                 secrets = secrets + 1
             where association_id = $1 and hook_id = $2 and secrets = $4
                 and closed_at is null
             returning hook_id",
        )
        .bind(hook)
        .bind(sealed)
        .bind(known)
        .bind(until)
        .optional()
        .await?;
    Ok(replaced.is_some())
}

pub async fn close(tx: &mut Writer, hook: &HookId) -> Result<bool, Error> {
    let now = tx.now();
    let closed: Option<(HookId,)> = tx
        .change(
            "update hooks
             set closed_at = $3, secret = '', old_secret = null, quarantined_at = null
             where association_id = $1 and hook_id = $2 and closed_at is null
             returning hook_id",
        )
        .bind(hook)
        .bind(now)
        .optional()
        .await?;
    Ok(closed.is_some())
}

pub async fn quarantine(tx: &mut Writer, hook: &HookId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update hooks set quarantined_at = $3
         where association_id = $1 and hook_id = $2 and quarantined_at is null",
    )
    .bind(hook)
    .bind(now)
    .run()
    .await
}

/// What was changed until now counts no more towards the next one.
pub async fn end_quarantine(tx: &mut Writer, hook: &HookId) -> Result<bool, Error> {
    let now = tx.now();
    let ended: Option<(HookId,)> = tx
        .change(
            "update hooks set quarantined_at = null, counted_from = $3
             where association_id = $1 and hook_id = $2 and quarantined_at is not null
                 and waiting = 0
             returning hook_id",
        )
        .bind(hook)
        .bind(now)
        .optional()
        .await?;
    Ok(ended.is_some())
}

pub async fn used(tx: &mut Writer, hook: &HookId, known: Known, used: Use) -> Result<(), Error> {
    let now = tx.now();
    let old = (known == Known::Old).then_some(now);
    tx.change(
        "update hooks
         set last_used_at = $3, old_used_at = coalesce($4, old_used_at),
             calls = case when calls_day = $5 then calls + 1 else 1 end, calls_day = $5,
             ignored = ignored + $6, waiting = waiting + $7
         where association_id = $1 and hook_id = $2",
    )
    .bind(hook)
    .bind(now)
    .bind(old)
    .bind(used.day)
    .bind(used.ignored as i64)
    .bind(used.waiting)
    .run()
    .await
}

pub async fn is_known(
    db: &mut Reader,
    hook: &HookId,
    delivery: &Delivery<'_>,
) -> Result<bool, Error> {
    let found: Option<(String,)> = db
        .find(
            "select delivery_id from hook_deliveries
             where association_id = $1 and hook_id = $2 and delivery_id = $3
             union all
             select delivery_id from hook_deliveries
             where association_id = $1 and hook_id = $2 and signature = $4
             limit 1",
        )
        .bind(hook)
        .bind(delivery.id)
        .bind(delivery.mark)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// False where it came before.
pub async fn insert_delivery(
    tx: &mut Writer,
    hook: &HookId,
    new: &NewDelivery<'_>,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(String,)> = tx
        .change(
            "insert into hook_deliveries
                 (association_id, hook_id, delivery_id, signature, at, sent_at, member_id, fields,
                  outcome, payload)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict do nothing
             returning delivery_id",
        )
        .bind(hook)
        .bind(new.delivery.id)
        .bind(new.delivery.mark)
        .bind(now)
        .bind(new.delivery.sent_at)
        .bind(new.member)
        .bind(&new.fields)
        .bind(new.outcome)
        .bind(&new.payload)
        .optional()
        .await?;
    Ok(inserted.is_some())
}

/// The fields that later deliveries about a member were about.
pub async fn said_since(
    db: &mut Reader,
    hook: &HookId,
    member: &MemberId,
    delivery: &Delivery<'_>,
) -> Result<Vec<String>, Error> {
    let said: Vec<(String,)> = db
        .find(
            "select fields from hook_deliveries
             where association_id = $1 and hook_id = $2 and member_id = $3 and sent_at > $4
                 and outcome <> 'discarded'",
        )
        .bind(hook)
        .bind(member)
        .bind(delivery.sent_at)
        .all()
        .await?;
    Ok(said.into_iter().map(|(fields,)| fields).collect())
}

pub async fn changed_since(
    db: &mut Reader,
    hook: &HookId,
    since: Timestamp,
    most: i64,
) -> Result<Vec<MemberId>, Error> {
    let changed: Vec<(MemberId,)> = db
        .find(
            "select distinct member_id from hook_deliveries
             where association_id = $1 and hook_id = $2 and outcome = 'changed' and at > $3
             limit $4",
        )
        .bind(hook)
        .bind(since)
        .bind(most)
        .all()
        .await?;
    Ok(changed.into_iter().map(|(member,)| member).collect())
}

/// How many people are active, counted as far as `enough`.
pub async fn active(db: &mut Reader, enough: i64) -> Result<usize, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from (
                 select member_id from members
                 where association_id = $1 and deactivated_at is null
                 limit $2
             ) as counted",
        )
        .bind(enough)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(count,)| count as usize))
}

pub async fn person(db: &mut Reader, member: &MemberId) -> Result<Option<Person>, Error> {
    db.find(
        "select member_id, first_name, last_name, phone, bio, social, details
         from members
         where association_id = $1 and member_id = $2 and deactivated_at is null",
    )
    .bind(member)
    .optional()
    .await
}

pub async fn person_of_login(db: &mut Reader, email: &Email) -> Result<Option<Person>, Error> {
    db.find(
        "select m.member_id, m.first_name, m.last_name, m.phone, m.bio, m.social, m.details
         from logins l
         join members m on m.association_id = l.association_id and m.member_id = l.member_id
         where l.association_id = $1 and l.email = $2 and m.deactivated_at is null",
    )
    .bind(email)
    .optional()
    .await
}

/// The only statement through which a tool changes a member.
pub async fn write(tx: &mut Writer, person: &Person) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update members set phone = $3, bio = $4, social = $5, details = $6, updated_at = $7
         where association_id = $1 and member_id = $2",
    )
    .bind(&person.member_id)
    .bind(&person.phone)
    .bind(&person.bio)
    .bind(&person.social)
    .bind(&person.details)
    .bind(now)
    .run()
    .await
}

pub async fn kept(db: &mut Reader, hook: &HookId, delivery: &str) -> Result<Option<Kept>, Error> {
    db.find(
        "select delivery_id, at, sent_at, payload from hook_deliveries
         where association_id = $1 and hook_id = $2 and delivery_id = $3",
    )
    .bind(hook)
    .bind(delivery)
    .optional()
    .await
}

/// In the order they were sent; those that came until then.
pub async fn waiting(
    db: &mut Reader,
    hook: &HookId,
    after: Option<(Timestamp, &str)>,
    until: Timestamp,
    most: i64,
) -> Result<Vec<Waiting>, Error> {
    let (sent_at, delivery) = after.unwrap_or((Timestamp::from_unix_seconds(-1), ""));
    db.find(
        "select d.delivery_id, d.at, d.sent_at, d.payload, m.member_id, m.first_name, m.last_name,
             m.phone, m.bio, m.social, m.details
         from hook_deliveries d
         join members m on m.association_id = d.association_id and m.member_id = d.member_id
         where d.association_id = $1 and d.hook_id = $2 and d.outcome = 'waiting'
             and (d.sent_at, d.delivery_id) > ($3, $4) and d.at <= $5
         order by d.sent_at, d.delivery_id
         limit $6",
    )
    .bind(hook)
    .bind(sent_at)
    .bind(delivery)
    .bind(until)
    .bind(most)
    .all()
    .await
}

/// The first of them, in the same order; answers how many.
pub async fn decide(
    tx: &mut Writer,
    hook: &HookId,
    until: Timestamp,
    outcome: &'static str,
    most: i64,
) -> Result<usize, Error> {
    let decided: Vec<(String,)> = tx
        .change(
            "update hook_deliveries set outcome = $4, payload = null
             where association_id = $1 and hook_id = $2 and delivery_id in (
                 select d.delivery_id from hook_deliveries d
                 where d.association_id = $1 and d.hook_id = $2 and d.outcome = 'waiting'
                     and d.at <= $3
                 order by d.sent_at, d.delivery_id
                 limit $5)
             returning delivery_id",
        )
        .bind(hook)
        .bind(until)
        .bind(outcome)
        .bind(most)
        .all()
        .await?;
    tx.change(
        "update hooks set waiting = waiting - $3
         where association_id = $1 and hook_id = $2",
    )
    .bind(hook)
    .bind(decided.len() as i64)
    .run()
    .await?;
    Ok(decided.len())
}

pub async fn latest(db: &mut Reader, hook: &HookId, most: i64) -> Result<Vec<Past>, Error> {
    db.find(
        "select d.at, m.first_name, m.last_name, d.fields, d.outcome
         from hook_deliveries d
         join members m on m.association_id = d.association_id and m.member_id = d.member_id
         where d.association_id = $1 and d.hook_id = $2
         order by d.at desc, d.delivery_id
         limit $3",
    )
    .bind(hook)
    .bind(most)
    .all()
    .await
}

pub async fn forget_old_secrets(site: &Site) -> Result<(), Error> {
    site.once(
        "update hooks set old_secret = null
         where association_id = $1 and old_secret is not null and old_until <= $2",
    )
    .bind(site.now)
    .run()
    .await
}

pub async fn forget_deliveries(site: &Site, before: Timestamp, most: i64) -> Result<usize, Error> {
    let gone: Vec<(String,)> = site
        .once(
            "delete from hook_deliveries
             where association_id = $1 and outcome <> 'waiting' and at < $2
                 and (hook_id, delivery_id) in (
                     select d.hook_id, d.delivery_id from hook_deliveries d
                     where d.association_id = $1 and d.outcome <> 'waiting' and d.at < $2
                     limit $3)
             returning delivery_id",
        )
        .bind(before)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}
