-- What an admin decides about a client beyond its name and redirect URLs. An instant that is null is a
-- switch that is off.
alter table clients add column consent_asked_since      bigint;
alter table clients add column pkce_required_since      bigint;
alter table clients add column lean_id_token_since      bigint;
alter table clients add column legacy_sso_since         bigint;
alter table clients add column machine_since            bigint;
alter table clients add column resource_url             text;
alter table clients add column jwks                     text;
alter table clients add column backchannel_logout_url   text;
-- How it authenticated last: learned from its requests.
alter table clients add column auth_method_used         text;
alter table clients add column auth_method_used_at      bigint;
create unique index clients_by_resource on clients (association_id, resource_url)
    where resource_url is not null;

-- Standard claims that few associations keep, as one JSON object.
alter table members add column details text;

-- Up to two live Secret Keys of a client. The first one a client had before this table has the Client Id
-- as its id, because its sealed copy is bound to that. `clients.secret_*` stay for the release before.
create table client_secrets (
    association_id text   not null,
    client_id      text   not null,
    secret_id      text   not null,
    name           text   not null,
    secret_hash    text   not null,
    secret_sealed  text   not null,
    secret_start   text   not null,
    made_at        bigint not null,
    expires_at     bigint,
    last_used_at   bigint,
    shown_at       bigint,
    shown_by       text,
    primary key (association_id, client_id, secret_id),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
insert into client_secrets
    (association_id, client_id, secret_id, name, secret_hash, secret_sealed, secret_start, made_at, shown_at, shown_by)
select association_id, client_id, client_id, '', secret_hash, secret_sealed, secret_start, secret_made_at,
    secret_shown_at, secret_shown_by
from clients
where secret_hash is not null;

create table post_logout_urls (
    association_id text   not null,
    client_id      text   not null,
    position       bigint not null,
    url            text   not null,
    primary key (association_id, client_id, url),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);

-- Who may log in at a client: the members of these groups, or everybody where there is none.
create table client_groups (
    association_id text not null,
    client_id      text not null,
    group_id       text not null,
    primary key (association_id, client_id, group_id),
    foreign key (association_id, client_id) references clients (association_id, client_id),
    foreign key (association_id, group_id) references groups (association_id, group_id)
);
create index client_groups_by_group on client_groups (association_id, group_id);

-- How a client does, a row for each day (of UTC) and outcome: 'sign_in', or why not.
create table client_days (
    association_id text   not null,
    client_id      text   not null,
    day            bigint not null,
    outcome        text   not null,
    times          bigint not null,
    last_at        bigint not null,
    primary key (association_id, client_id, day, outcome),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
create index client_days_by_age on client_days (association_id, day);

-- What a member allowed a client that asks. Withdrawn: the row is gone.
create table consents (
    association_id text   not null,
    member_id      text   not null,
    client_id      text   not null,
    scope          text   not null,
    claims         text   not null,
    granted_at     bigint not null,
    updated_at     bigint not null,
    primary key (association_id, member_id, client_id),
    foreign key (association_id, member_id) references members (association_id, member_id),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
create index consents_by_client on consents (association_id, client_id);

-- `sid` is what clients know a session by; it stays when the cookie's secret is renewed.
alter table sessions add column sid text;

-- A grant may be refreshed until `refresh_until`. Its refresh tokens are one family: the live one, and the
-- one before it, which a client may present again for some seconds when the answer was lost.
alter table grants add column userinfo_claims    text;
alter table grants add column audience           text;
alter table grants add column access_scope       text;
alter table grants add column refresh_until      bigint;
alter table grants add column refresh_family     text;
alter table grants add column refresh_hash       text;
alter table grants add column refresh_before     text;
alter table grants add column refreshed_at       bigint;
alter table grants add column refresh_expires_at bigint;
create unique index grants_by_refresh on grants (association_id, refresh_hash) where refresh_hash is not null;
create unique index grants_by_family on grants (association_id, refresh_family) where refresh_family is not null;
create index grants_by_refresh_expiry on grants (association_id, refresh_expires_at)
    where refresh_expires_at is not null;
create index grants_by_member on grants (association_id, member_id, client_id);
drop index grants_by_age;
create index grants_by_age on grants (association_id, code_expires_at) where refresh_expires_at is null;

-- Access tokens of machines (RFC 6749 §4.4): no member stands behind them.
create table machine_tokens (
    association_id text   not null,
    access_hash    text   not null,
    client_id      text   not null,
    scope          text   not null,
    audience       text,
    created_at     bigint not null,
    expires_at     bigint not null,
    revoked_at     bigint,
    primary key (association_id, access_hash),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
create index machine_tokens_by_client on machine_tokens (association_id, client_id);
create index machine_tokens_by_expiry on machine_tokens (association_id, expires_at);

-- Assertions that clients authenticated with, until they have expired: each counts once (RFC 7523 §3).
create table client_assertions (
    association_id text   not null,
    client_id      text   not null,
    jti_hash       text   not null,
    expires_at     bigint not null,
    primary key (association_id, client_id, jti_hash),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
create index client_assertions_by_expiry on client_assertions (association_id, expires_at);

-- Authorization requests that a client pushed (RFC 9126), for the one browser that brings its reference.
create table pushed_requests (
    association_id text   not null,
    request_hash   text   not null,
    client_id      text   not null,
    request        text   not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    used_at        bigint,
    primary key (association_id, request_hash),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
create index pushed_requests_by_expiry on pushed_requests (association_id, expires_at);
create index pushed_requests_by_client on pushed_requests (association_id, client_id, created_at);

-- A log-out that came by a cross-site POST, until its browser asks for it by GET.
create table log_outs (
    association_id text   not null references associations (association_id),
    log_out_id     text   not null,
    address        text   not null,
    request        text   not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    primary key (association_id, log_out_id)
);
create index log_outs_by_address on log_outs (association_id, address, created_at);
create index log_outs_by_expiry on log_outs (association_id, expires_at);

-- The clients that a session signed in to and that want to be told when it ends.
create table session_clients (
    association_id text   not null,
    sid            text   not null,
    client_id      text   not null,
    member_id      text   not null,
    created_at     bigint not null,
    primary key (association_id, sid, client_id),
    foreign key (association_id, client_id) references clients (association_id, client_id),
    foreign key (association_id, member_id) references members (association_id, member_id)
);
create index session_clients_by_member on session_clients (association_id, member_id);
create index session_clients_by_client on session_clients (association_id, client_id);
create index session_clients_by_age on session_clients (association_id, created_at);

-- Log-outs that clients are still to be told of, and how it went (OpenID Connect Back-Channel Logout 1.0).
-- To claim one is to move `next_try_at` on, so that a node that dies holds nothing up for long.
create table logout_notices (
    association_id text   not null,
    sid            text   not null,
    client_id      text   not null,
    member_id      text   not null,
    created_at     bigint not null,
    next_try_at    bigint,
    tries          bigint not null,
    answer         text,
    answered_at    bigint,
    done_at        bigint,
    given_up_at    bigint,
    primary key (association_id, sid, client_id),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
create index logout_notices_due on logout_notices (association_id, next_try_at) where next_try_at is not null;
create index logout_notices_by_client on logout_notices (association_id, client_id, created_at);
create index logout_notices_by_age on logout_notices (association_id, created_at);

-- A key that was given up in an emergency vouches for nothing any more.
alter table signing_keys add column compromised_at bigint;

-- Who may hold tokens of which client now: the client is on, the member active, consent there where it is
-- asked, and a Permitted Group where there are any. Every statement that makes or reads a token asks this,
-- with the epoch of its grant, so that nothing has to be revoked in time.
create view holders as
select c.association_id, c.client_id, m.member_id, m.epoch
from clients c
join members m on m.association_id = c.association_id
where c.disabled_at is null and m.deactivated_at is null
    and (c.consent_asked_since is null
         or exists (select 1 from consents k
                    where k.association_id = c.association_id and k.client_id = c.client_id
                        and k.member_id = m.member_id))
    and (not exists (select 1 from client_groups cg
                     where cg.association_id = c.association_id and cg.client_id = c.client_id)
         or exists (select 1 from client_groups cg
                    join group_members gm
                        on gm.association_id = cg.association_id and gm.group_id = cg.group_id
                    where cg.association_id = c.association_id and cg.client_id = c.client_id
                        and gm.member_id = m.member_id));
