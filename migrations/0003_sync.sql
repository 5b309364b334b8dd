-- Names and addresses as Rust made them comparable, to list and search people and companies by: lower
-- case, without accents. Null in rows of the release before, until housekeeping has filled them.
alter table members add column sort_name   text;
alter table members add column search_text text;
create index members_by_sort_name on members (association_id, sort_name, member_id);
alter table members add column bio         text;
-- Their pages elsewhere, as one JSON object.
alter table members add column social      text;

alter table companies add column sort_name   text;
alter table companies add column search_text text;
alter table companies add column email       text;
alter table companies add column phone       text;
alter table companies add column website     text;
create index companies_by_sort_name on companies (association_id, sort_name, company_id);
create index members_by_company on members (association_id, company_id, member_id);

-- A login that is switched off opens nothing, and counts as none for the platforms.
alter table logins add column disabled_at bigint;
alter table logins add column last_log_in_at bigint;

-- What an association keeps of its records beyond the standard fields. `shown_since`: in the Members
-- section; `higher_logic_since`: in the feed of Higher Logic, as long as it is shown.
create table custom_fields (
    association_id     text   not null references associations (association_id),
    field_id           text   not null,
    key                text   not null,
    label              text   not null,
    kind               text   not null,
    shown_since        bigint,
    higher_logic_since bigint,
    position           bigint not null,
    created_at         bigint not null,
    updated_at         bigint not null,
    primary key (association_id, field_id)
);
create unique index custom_fields_by_key on custom_fields (association_id, key);

-- `record_id` is a member's or a company's.
create table custom_values (
    association_id text   not null,
    record_id      text   not null,
    field_id       text   not null,
    value          text   not null,
    updated_at     bigint not null,
    primary key (association_id, record_id, field_id),
    foreign key (association_id, field_id) references custom_fields (association_id, field_id)
);
create index custom_values_by_field on custom_values (association_id, field_id);

create table group_companies (
    association_id text   not null,
    group_id       text   not null,
    company_id     text   not null,
    added_at       bigint not null,
    primary key (association_id, group_id, company_id),
    foreign key (association_id, group_id) references groups (association_id, group_id),
    foreign key (association_id, company_id) references companies (association_id, company_id)
);
create index group_companies_by_company on group_companies (association_id, company_id);
alter table groups add column deleted_at bigint;
drop index groups_by_name;
create unique index groups_by_name on groups (association_id, name) where deleted_at is null;

-- People and companies alike.
create view records as
select association_id, member_id as record_id, 'person' as kind, sort_name, search_text, deactivated_at
from members
union all
select association_id, company_id as record_id, 'company' as kind, sort_name, search_text, deactivated_at
from companies;

-- Who is in a group: the one place that says so.
create view group_records as
select association_id, group_id, member_id as record_id, 'person' as kind, added_at
from group_members
union all
select association_id, group_id, company_id as record_id, 'company' as kind, added_at
from group_companies;

-- Whom else a thing happened to: the member of "added to a group", the group of "linked".
alter table events add column object text;
create index events_by_object on events (association_id, object, at) where object is not null;
create index events_by_kind on events (association_id, kind, at);
create index events_by_actor on events (association_id, actor, at);

-- Who wants to hear of changes to records, and what each has not heard yet.
create table subscriptions (
    association_id text   not null references associations (association_id),
    subscriber     text   not null,
    since          bigint not null,
    primary key (association_id, subscriber)
);
create table outbox (
    association_id text   not null references associations (association_id),
    subscriber     text   not null,
    event_id       text   not null,
    at             bigint not null,
    kind           text   not null,
    subject        text   not null,
    object         text,
    primary key (association_id, subscriber, event_id)
);
create index outbox_by_age on outbox (subscriber, at);

-- A staging association does not sync until the operator says so from the command line.
alter table associations add column staging_since   bigint;
alter table associations add column staging_sync_at bigint;
-- The issuer before the last move, until an admin has seen everything moved.
alter table associations add column moved_from text;
alter table associations add column moved_at   bigint;

-- What connects an association to a platform. `family` and `community` say which community it is, so
-- that no other association connects to the same. Key and secret are sealed; `credentials` counts up
-- with every change of them.
create table integrations (
    association_id   text   not null references associations (association_id),
    platform         text   not null,
    family           text   not null,
    community        text   not null,
    base_url         text   not null,
    profile          text,
    api_key          text   not null,
    api_secret       text   not null,
    tenant_code      text,
    credentials      bigint not null,
    saved_at         bigint not null,
    saved_by         text   not null,
    -- The last test of these credentials, and the last good one.
    tested_at        bigint,
    test_answer      text,
    proved_at        bigint,
    -- Since when these credentials are known to open the community that the groups are linked to.
    recognised_at    bigint,
    -- Why removals are not to be trusted yet: 'credentials' were changed, the database was 'restored'.
    doubt            text,
    bio_since        bigint,
    image_since      bigint,
    social_since     bigint,
    go_ahead_at      bigint,
    email_left_since bigint,
    paused_at        bigint,
    paused_by        text,
    -- The breaker: failures in a row, until when it stays open, and what stopped it for good.
    failures         bigint not null,
    open_until       bigint,
    stopped_at       bigint,
    stopped_answer   text,
    -- Asked by the platform to wait.
    not_before       bigint,
    last_success_at  bigint,
    last_check_at    bigint,
    next_check_at    bigint,
    -- One bulk and one listing at a time.
    lease_until      bigint,
    fence            bigint not null,
    primary key (association_id, platform)
);
create unique index integrations_by_community on integrations (family, community);

-- What an admin typed and tested, and has not saved: kept sealed for an hour, never shown.
create table integration_drafts (
    association_id text   not null references associations (association_id),
    platform       text   not null,
    member_id      text   not null,
    sealed         text   not null,
    made_at        bigint not null,
    primary key (association_id, platform, member_id)
);
create index integration_drafts_by_age on integration_drafts (association_id, made_at);

-- A group and its counterpart on a platform. Stays when it is unlinked, because the type of a group at
-- Higher Logic and its first name are for ever. `confirmed` counts who is there as the platform said.
create table sync_links (
    association_id  text   not null,
    platform        text   not null,
    group_id        text   not null,
    base_url        text   not null,
    remote_group_id text   not null,
    remote_name     text   not null,
    group_type      text,
    linked_at       bigint not null,
    linked_by       text   not null,
    unlinked_at     bigint,
    unlinked_by     text,
    confirmed       bigint not null,
    -- When to decide which removals may go.
    decide_at       bigint,
    -- A full check: wanted from when, why, and how the last one ended.
    check_at        bigint,
    check_cause     text,
    checked_at      bigint,
    first_done_at   bigint,
    lease_until     bigint,
    fence           bigint not null,
    -- Removals are held: since when, why, and what they are.
    held_at         bigint,
    held_reason     text,
    plan_id         text,
    -- The link itself does not work: the group is gone there.
    failed_at       bigint,
    failure         text,
    primary key (association_id, platform, group_id),
    foreign key (association_id, platform) references integrations (association_id, platform),
    foreign key (association_id, group_id) references groups (association_id, group_id)
);
create unique index sync_links_by_remote on sync_links (base_url, remote_group_id) where unlinked_at is null;
create index sync_links_by_group on sync_links (association_id, group_id);
create index sync_links_to_check on sync_links (check_at) where check_at is not null;
create index sync_links_to_decide on sync_links (decide_at) where decide_at is not null;

-- A record on a platform: who it is there, what was sent last, and the work that is left: from when its
-- desired state is to be looked at, and from when something is to be sent. `marks` counts up whenever
-- something may have changed; work is done when nothing was marked while it went on.
create table sync_records (
    association_id  text   not null,
    platform        text   not null,
    record_id       text   not null,
    remote_id       text,
    sent            text,
    sent_hash       text,
    sent_at         bigint,
    answer          text,
    look_at         bigint,
    send_at         bigint,
    marks           bigint not null,
    marked_at       bigint,
    tries           bigint not null,
    failure         text,
    failed_at       bigint,
    given_up_at     bigint,
    lease_until     bigint,
    fence           bigint not null,
    primary key (association_id, platform, record_id),
    foreign key (association_id, platform) references integrations (association_id, platform)
);
create unique index sync_records_by_remote on sync_records (association_id, platform, remote_id)
    where remote_id is not null;
create index sync_records_to_look on sync_records (look_at, association_id, platform) where look_at is not null;
create index sync_records_to_send on sync_records (association_id, platform, send_at) where send_at is not null;

-- A record in a linked group. `wanted_at`: it should be there; `confirmed_at`: the platform said that it
-- is. `state`: up_to_date, pending, failed, na; of what is there and should not be: leaving (to be decided),
-- going (decided), held, manager. A stranger, added by hand there, has `remote:` and their id as record_id.
create table sync_places (
    association_id text   not null,
    platform       text   not null,
    group_id       text   not null,
    record_id      text   not null,
    remote_id      text,
    name           text,
    wanted_at      bigint,
    confirmed_at   bigint,
    state          text   not null,
    reason         text,
    changed_at     bigint not null,
    -- Why it leaves: 'asked' for by an admin one by one, or 'deactivated'. Whoever is kept stays all the same.
    leaves_why     text,
    kept_at        bigint,
    primary key (association_id, platform, group_id, record_id),
    foreign key (association_id, platform, group_id) references sync_links (association_id, platform, group_id)
);
create index sync_places_by_record on sync_places (association_id, platform, record_id);
create index sync_places_by_state on sync_places (association_id, platform, group_id, state, record_id);

-- What was sent: each change that a platform answered, with the fields as they went out (sealed).
create table sync_sent (
    association_id text   not null,
    sent_id        text   not null,
    platform       text   not null,
    group_id       text,
    record_id      text   not null,
    at             bigint not null,
    what           text   not null,
    fields         text,
    payload        text,
    status         bigint,
    answer         text,
    -- A removal that the guard does not count: an admin's single one, a deactivation, or one released.
    uncounted_why  text,
    primary key (association_id, sent_id),
    foreign key (association_id, platform) references integrations (association_id, platform)
);
create index sync_sent_by_record on sync_sent (association_id, record_id, at);
create index sync_sent_by_time on sync_sent (association_id, platform, at);
create index sync_sent_by_group on sync_sent (association_id, platform, group_id, what, at);
create index sync_sent_removals on sync_sent (association_id, at) where what = 'remove';

-- What a full check or a held change would do. Rows are never changed but for their end.
create table sync_plans (
    association_id text   not null,
    plan_id        text   not null,
    platform       text   not null,
    group_id       text   not null,
    made_at        bigint not null,
    cause          text   not null,
    adds           bigint not null,
    updates        bigint not null,
    removes        bigint not null,
    size_before    bigint not null,
    state          text   not null,
    decided_at     bigint,
    decided_by     text,
    primary key (association_id, plan_id),
    foreign key (association_id, platform, group_id) references sync_links (association_id, platform, group_id)
);
create index sync_plans_by_link on sync_plans (association_id, platform, group_id, made_at);
create index sync_plans_held on sync_plans (association_id) where state = 'held';

create table sync_plan_removals (
    association_id text   not null,
    plan_id        text   not null,
    record_id      text   not null,
    remote_id      text,
    name           text   not null,
    why            text   not null,
    removed_at     bigint,
    restored_at    bigint,
    primary key (association_id, plan_id, record_id),
    foreign key (association_id, plan_id) references sync_plans (association_id, plan_id)
);
create index sync_plan_removals_by_age on sync_plan_removals (association_id, removed_at)
    where removed_at is not null;

-- Full checks, as the history of a group shows them.
create table sync_runs (
    association_id text   not null,
    run_id         text   not null,
    platform       text   not null,
    group_id       text   not null,
    cause          text   not null,
    started_at     bigint not null,
    ended_at       bigint,
    there          bigint,
    added          bigint not null,
    updated        bigint not null,
    removed        bigint not null,
    held           bigint not null,
    failed         bigint not null,
    outcome        text,
    primary key (association_id, run_id),
    foreign key (association_id, platform, group_id) references sync_links (association_id, platform, group_id)
);
create index sync_runs_by_link on sync_runs (association_id, platform, group_id, started_at);
create index sync_runs_by_time on sync_runs (association_id, started_at);
create index sync_runs_nightly on sync_runs (association_id, started_at) where cause = 'nightly';

-- Automation tools that may write a few fields of members (`POST /hooks/{connection}`). `fields` has
-- commas between them. The secret is sealed, and blank once the hook is closed; the one before it works
-- until `old_until`; `secrets` counts them all. `calls` are those of the day `calls_day`, in days since 1970; `waiting` counts the
-- deliveries that wait for an admin. Changes before `counted_from` were looked at already.
create table hooks (
    association_id text   not null references associations (association_id),
    hook_id        text   not null,
    name           text   not null,
    secret         text   not null,
    secrets        bigint not null,
    old_secret     text,
    old_until      bigint,
    old_used_at    bigint,
    fields         text   not null,
    made_at        bigint not null,
    made_by        text   not null,
    last_used_at   bigint,
    calls_day      bigint not null,
    calls          bigint not null,
    ignored        bigint not null,
    waiting        bigint not null,
    counted_from   bigint not null,
    quarantined_at bigint,
    closed_at      bigint,
    primary key (association_id, hook_id)
);
-- What was taken, so that it is not taken again. `sent_at` is what the tool said; `fields` are those that
-- it is about, with commas around each; `payload` is sealed, and gone once it was decided.
create table hook_deliveries (
    association_id text   not null,
    hook_id        text   not null,
    delivery_id    text   not null,
    signature      text   not null,
    at             bigint not null,
    sent_at        bigint not null,
    member_id      text   not null,
    fields         text   not null,
    -- 'changed', 'same', 'waiting', 'applied', 'discarded'
    outcome        text   not null,
    payload        text,
    primary key (association_id, hook_id, delivery_id),
    foreign key (association_id, hook_id) references hooks (association_id, hook_id),
    foreign key (association_id, member_id) references members (association_id, member_id)
);
create unique index hook_deliveries_by_signature on hook_deliveries (association_id, hook_id, signature);
create index hook_deliveries_by_member on hook_deliveries (association_id, hook_id, member_id, sent_at);
create index hook_deliveries_by_time on hook_deliveries (association_id, hook_id, at);
create index hook_deliveries_by_age on hook_deliveries (association_id, at);
create index hook_deliveries_waiting on hook_deliveries (association_id, hook_id, sent_at, delivery_id)
    where outcome = 'waiting';
create index hook_deliveries_changed on hook_deliveries (association_id, hook_id, at)
    where outcome = 'changed';
