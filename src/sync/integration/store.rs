//! `integrations`, `integration_drafts`.

use super::{Integration, Sealed, SealedDraft, Switches};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Db, Error, Reader, Writer};
use crate::id::AssociationId;

pub async fn all(db: &mut Reader) -> Result<Vec<Integration>, Error> {
    db.find(
        "select platform, base_url, profile, tenant_code, credentials,
             cast(case when api_key = '' then 0 else 1 end as bigint) as is_connected,
             saved_at, saved_by, tested_at, test_answer, proved_at, recognised_at, doubt,
             bio_since, image_since, social_since, go_ahead_at, email_left_since, paused_at,
             paused_by, failures, open_until, stopped_at, stopped_answer, not_before,
             last_success_at, next_check_at
         from integrations
         where association_id = $1
         order by platform",
    )
    .all()
    .await
}

pub async fn find(db: &mut Reader, platform: &str) -> Result<Option<Integration>, Error> {
    let all = all(db).await?;
    Ok(all.into_iter().find(|integration| integration.platform == platform))
}

pub async fn sealed(db: &mut Reader, platform: &str) -> Result<Option<Sealed>, Error> {
    db.find(
        "select api_key, api_secret from integrations
         where association_id = $1 and platform = $2",
    )
    .bind(platform)
    .optional()
    .await
}

pub async fn has_links(db: &mut Reader, platform: &str) -> Result<bool, Error> {
    let found: Option<(String,)> = db
        .find(
            "select group_id from sync_links
             where association_id = $1 and platform = $2 and unlinked_at is null
             limit 1",
        )
        .bind(platform)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// By another association of this installation, on the same community.
pub async fn community_is_taken(
    db: &Db,
    association: &AssociationId,
    family: &str,
    community: &str,
) -> Result<bool, Error> {
    let found: Option<(AssociationId,)> = db
        .across_associations(
            "select association_id from integrations
             where family = $1 and community = $2 and association_id <> $3",
        )
        .bind(family)
        .bind(community)
        .bind(association)
        .optional()
        .await?;
    Ok(found.is_some())
}

pub struct Saved<'a> {
    pub platform: &'a str,
    pub family: &'a str,
    pub community: &'a str,
    pub base_url: &'a str,
    pub profile: Option<&'a str>,
    pub api_key: String,
    pub api_secret: String,
    pub tenant_code: Option<&'a str>,
    pub by: &'a str,
    pub proved_at: Option<Timestamp>,
    pub recognised_at: Option<Timestamp>,
    pub doubt: Option<&'a str>,
    pub next_check_at: Timestamp,
}

/// False when another association took the community meanwhile.
pub async fn save(tx: &mut Writer, row: &Saved<'_>) -> Result<bool, Error> {
    let now = tx.now();
    tx.change(
        "insert into integrations
             (association_id, platform, family, community, base_url, profile, api_key, api_secret,
              tenant_code, credentials, saved_at, saved_by, failures, fence)
         values ($1, $2, $3, $4, $5, $6, '', '', $7, 0, $8, $9, 0, 0)
         on conflict do nothing",
    )
    .bind(row.platform)
    .bind(row.family)
    .bind(row.community)
    .bind(row.base_url)
    .bind(row.profile)
    .bind(row.tenant_code)
    .bind(now)
    .bind(row.by)
    .run()
    .await?;
    let changed: Option<(String,)> = tx
        .change(
            "update integrations
             set community = $3, base_url = $4, profile = $5, api_key = $6, api_secret = $7,
                 tenant_code = $8, credentials = credentials + 1, saved_at = $9, saved_by = $10,
                 proved_at = $11, tested_at = $11, test_answer = null, recognised_at = $12,
                 doubt = coalesce($13, doubt), next_check_at = $14, failures = 0,
                 open_until = null, stopped_at = null, stopped_answer = null, not_before = null
             where association_id = $1 and platform = $2
                 and not exists (select 1 from integrations taken
                                 where taken.association_id <> $1 and taken.family = $15
                                     and taken.community = $3)
             returning platform",
        )
        .bind(row.platform)
        .bind(row.community)
        .bind(row.base_url)
        .bind(row.profile)
        .bind(&row.api_key)
        .bind(&row.api_secret)
        .bind(row.tenant_code)
        .bind(now)
        .bind(row.by)
        .bind(row.proved_at)
        .bind(row.recognised_at)
        .bind(row.doubt)
        .bind(row.next_check_at)
        .bind(row.family)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn tested(
    tx: &mut Writer,
    platform: &str,
    answer: &str,
    is_good: bool,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update integrations set tested_at = $3, test_answer = $4
         where association_id = $1 and platform = $2",
    )
    .bind(platform)
    .bind(now)
    .bind(answer)
    .run()
    .await?;
    if is_good {
        tx.change(
            "update integrations
             set proved_at = $3, stopped_at = null, stopped_answer = null, failures = 0,
                 open_until = null
             where association_id = $1 and platform = $2",
        )
        .bind(platform)
        .bind(now)
        .run()
        .await?;
    }
    Ok(())
}

pub async fn pause(tx: &mut Writer, platform: &str, by: &str) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(String,)> = tx
        .change(
            "update integrations set paused_at = $3, paused_by = $4
             where association_id = $1 and platform = $2 and paused_at is null
             returning platform",
        )
        .bind(platform)
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn resume(tx: &mut Writer, platform: &str) -> Result<bool, Error> {
    let changed: Option<(String,)> = tx
        .change(
            "update integrations set paused_at = null, paused_by = null
             where association_id = $1 and platform = $2 and paused_at is not null
             returning platform",
        )
        .bind(platform)
        .optional()
        .await?;
    Ok(changed.is_some())
}

/// Only while these credentials are the ones that are saved.
pub async fn stop(
    tx: &mut Writer,
    platform: &str,
    credentials: i64,
    answer: &str,
) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(String,)> = tx
        .change(
            "update integrations set stopped_at = $3, stopped_answer = $4
             where association_id = $1 and platform = $2 and stopped_at is null
                 and credentials = $5
             returning platform",
        )
        .bind(platform)
        .bind(now)
        .bind(answer)
        .bind(credentials)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn succeeded(site: &Site, platform: &str) -> Result<(), Error> {
    site.once(
        "update integrations set failures = 0, open_until = null, last_success_at = $3
         where association_id = $1 and platform = $2",
    )
    .bind(platform)
    .bind(site.now)
    .run()
    .await
}

pub async fn failed(site: &Site, platform: &str, most: i64) -> Result<i64, Error> {
    let failures: Option<(i64,)> = site
        .once(
            "update integrations
             set failures = case when failures < $3 then failures + 1 else failures end
             where association_id = $1 and platform = $2
             returning failures",
        )
        .bind(platform)
        .bind(most)
        .optional()
        .await?;
    Ok(failures.map_or(0, |(failures,)| failures))
}

pub async fn open_until(site: &Site, platform: &str, until: Timestamp) -> Result<(), Error> {
    site.once(
        "update integrations set open_until = $3
         where association_id = $1 and platform = $2",
    )
    .bind(platform)
    .bind(until)
    .run()
    .await
}

pub async fn open(
    site: &Site,
    platform: &str,
    failures: i64,
    until: Timestamp,
) -> Result<(), Error> {
    site.once(
        "update integrations set failures = $3, open_until = $4
         where association_id = $1 and platform = $2 and failures < $3",
    )
    .bind(platform)
    .bind(failures)
    .bind(until)
    .run()
    .await
}

pub async fn may_probe(site: &Site, platform: &str, until: Timestamp) -> Result<bool, Error> {
    let leave: Option<(String,)> = site
        .once(
            "update integrations set open_until = $4, failures = failures + 1
             where association_id = $1 and platform = $2
                 and (open_until is null or open_until <= $3)
             returning platform",
        )
        .bind(platform)
        .bind(site.now)
        .bind(until)
        .optional()
        .await?;
    Ok(leave.is_some())
}

pub async fn wait(site: &Site, platform: &str, until: Timestamp) -> Result<(), Error> {
    site.once(
        "update integrations set not_before = $3
         where association_id = $1 and platform = $2
             and (not_before is null or not_before < $3)",
    )
    .bind(platform)
    .bind(until)
    .run()
    .await
}

pub async fn recognised(site: &Site, platform: &str, credentials: i64) -> Result<(), Error> {
    site.once(
        "update integrations set recognised_at = $3
         where association_id = $1 and platform = $2 and credentials = $4",
    )
    .bind(platform)
    .bind(site.now)
    .bind(credentials)
    .run()
    .await
}

pub async fn trust(tx: &mut Writer, platform: &str) -> Result<(), Error> {
    tx.change(
        "update integrations set doubt = null
         where association_id = $1 and platform = $2 and doubt is not null",
    )
    .bind(platform)
    .run()
    .await
}

pub async fn doubt_all(tx: &mut Writer) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update integrations set doubt = 'restored', recognised_at = null
         where association_id = $1",
    )
    .run()
    .await?;
    tx.change(
        "update sync_links set check_at = $2, check_cause = 'restored'
         where association_id = $1 and unlinked_at is null",
    )
    .bind(now)
    .run()
    .await
}

pub async fn check_is_due(site: &Site, platform: &str, next: Timestamp) -> Result<bool, Error> {
    let due: Option<(String,)> = site
        .once(
            "update integrations set next_check_at = $4
             where association_id = $1 and platform = $2 and next_check_at <= $3
             returning platform",
        )
        .bind(platform)
        .bind(site.now)
        .bind(next)
        .optional()
        .await?;
    Ok(due.is_some())
}

pub async fn due_checks(db: &Db, now: Timestamp) -> Result<Vec<(AssociationId, String)>, Error> {
    db.across_associations(
        "select association_id, platform from integrations
         where next_check_at <= $1 and api_key <> ''",
    )
    .bind(now)
    .all()
    .await
}

pub async fn keep_draft(
    site: &Site,
    platform: &str,
    admin: &str,
    sealed: &str,
) -> Result<(), Error> {
    site.once(
        "insert into integration_drafts (association_id, platform, member_id, sealed, made_at)
         values ($1, $2, $3, $4, $5)
         on conflict (association_id, platform, member_id)
             do update set sealed = excluded.sealed, made_at = excluded.made_at",
    )
    .bind(platform)
    .bind(admin)
    .bind(sealed)
    .bind(site.now)
    .run()
    .await
}

pub async fn draft(
    db: &mut Reader,
    platform: &str,
    admin: &str,
) -> Result<Option<SealedDraft>, Error> {
    db.find(
        "select sealed, made_at from integration_drafts
         where association_id = $1 and platform = $2 and member_id = $3",
    )
    .bind(platform)
    .bind(admin)
    .optional()
    .await
}

pub async fn forget_drafts(site: &Site, oldest: Timestamp) -> Result<(), Error> {
    site.once("delete from integration_drafts where association_id = $1 and made_at < $2")
        .bind(oldest)
        .run()
        .await
}

pub async fn drop_draft(site: &Site, platform: &str, admin: &str) -> Result<(), Error> {
    site.once(
        "delete from integration_drafts
         where association_id = $1 and platform = $2 and member_id = $3",
    )
    .bind(platform)
    .bind(admin)
    .run()
    .await
}

pub async fn switch(tx: &mut Writer, platform: &str, switches: Switches) -> Result<(), Error> {
    let now = tx.now();
    let since = |on: bool| on.then_some(now);
    tx.change(
        "update integrations
         set bio_since = case when cast($3 as bigint) is null then null else coalesce(bio_since, $3) end,
             image_since = case when cast($4 as bigint) is null then null else coalesce(image_since, $4) end,
             social_since = case when cast($5 as bigint) is null then null else coalesce(social_since, $5) end,
             go_ahead_at = case when cast($6 as bigint) is null then null else coalesce(go_ahead_at, $6) end,
             email_left_since =
                 case when cast($7 as bigint) is null then null else coalesce(email_left_since, $7) end
         where association_id = $1 and platform = $2",
    )
    .bind(platform)
    .bind(since(switches.bio))
    .bind(since(switches.image))
    .bind(since(switches.social))
    .bind(since(switches.go_ahead))
    .bind(since(switches.leaves_email))
    .run()
    .await?;
    tx.change(
        "update sync_links
         set check_at = $3,
             check_cause = case when check_at is not null
                                    and check_cause in ('asked', 'restored') then check_cause
                           else 'settings' end
         where association_id = $1 and platform = $2 and unlinked_at is null",
    )
    .bind(platform)
    .bind(now)
    .run()
    .await
}

pub async fn set_profile(
    tx: &mut Writer,
    platform: &str,
    profile: Option<&str>,
) -> Result<bool, Error> {
    let changed: Option<(String,)> = tx
        .change(
            "update integrations set profile = $3
             where association_id = $1 and platform = $2 and api_key <> ''
             returning platform",
        )
        .bind(platform)
        .bind(profile)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn disconnect(tx: &mut Writer, platform: &str, community: &str) -> Result<(), Error> {
    tx.change(
        "update integrations
         set api_key = '', api_secret = '', profile = null, community = $3, proved_at = null,
             tested_at = null, test_answer = null, stopped_at = null, stopped_answer = null,
             paused_at = null, go_ahead_at = null, next_check_at = null
         where association_id = $1 and platform = $2",
    )
    .bind(platform)
    .bind(community)
    .run()
    .await
}

/// Who was in groups of another tenant, all of which are unlinked, is nobody's business in this one.
pub async fn forget_places(tx: &mut Writer, platform: &str) -> Result<(), Error> {
    tx.change(
        "delete from sync_places
         where association_id = $1 and platform = $2
             and group_id in (select group_id from sync_links
                              where association_id = $1 and platform = $2)",
    )
    .bind(platform)
    .run()
    .await
}
