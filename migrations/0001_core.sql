-- What belongs to the whole installation: its name, and the canary that its master key opens.
create table installation (
    name  text not null primary key,
    value text not null
);

create table associations (
    association_id text   not null primary key,
    host           text   not null unique,
    issuer         text   not null unique,
    name           text   not null,
    colour         text,
    help_email     text,
    help_phone     text,
    created_at     bigint not null,
    set_up_at      bigint
);

-- Bumped with every change that a cache of a running server must see.
create table config_versions (
    association_id text   not null primary key references associations (association_id),
    version        bigint not null
);

-- next: activated_at is null; current: retired_at is null; retired: still published until withdrawn.
create table signing_keys (
    association_id text   not null references associations (association_id),
    kid            text   not null,
    private_key    text,
    public_key     text   not null,
    created_at     bigint not null,
    activated_at   bigint,
    retired_at     bigint,
    withdrawn_at   bigint,
    primary key (association_id, kid)
);
create unique index signing_keys_next on signing_keys (association_id) where activated_at is null;
create unique index signing_keys_current on signing_keys (association_id)
    where activated_at is not null and retired_at is null;

create table companies (
    association_id text   not null references associations (association_id),
    company_id     text   not null,
    name           text   not null,
    created_at     bigint not null,
    updated_at     bigint not null,
    deactivated_at bigint,
    primary key (association_id, company_id)
);
create index companies_by_name on companies (association_id, name);

-- epoch: one more, and every session, code and token of the member is void.
create table members (
    association_id text   not null references associations (association_id),
    member_id      text   not null,
    company_id     text,
    first_name     text   not null,
    last_name      text   not null,
    job_title      text,
    contact_email  text,
    phone          text,
    street         text,
    city           text,
    region         text,
    postal_code    text,
    country        text,
    member_status  text,
    admin_since    bigint,
    epoch          bigint not null,
    created_at     bigint not null,
    updated_at     bigint not null,
    deactivated_at bigint,
    primary key (association_id, member_id),
    foreign key (association_id, company_id) references companies (association_id, company_id)
);
create index members_by_name on members (association_id, last_name, first_name, member_id);

create table logins (
    association_id    text   not null,
    member_id         text   not null,
    email             text   not null,
    email_verified_at bigint,
    password_hash     text,
    created_at        bigint not null,
    updated_at        bigint not null,
    primary key (association_id, member_id),
    foreign key (association_id, member_id) references members (association_id, member_id)
);
create unique index logins_by_email on logins (association_id, email);

create table groups (
    association_id           text   not null references associations (association_id),
    group_id                 text   not null,
    name                     text   not null,
    visible_to_clients_since bigint,
    created_at               bigint not null,
    updated_at               bigint not null,
    primary key (association_id, group_id)
);
create unique index groups_by_name on groups (association_id, name);

create table group_members (
    association_id text   not null,
    group_id       text   not null,
    member_id      text   not null,
    added_at       bigint not null,
    primary key (association_id, group_id, member_id),
    foreign key (association_id, group_id) references groups (association_id, group_id),
    foreign key (association_id, member_id) references members (association_id, member_id)
);
create index group_members_by_member on group_members (association_id, member_id);

-- A client without a secret is a public one. The hash verifies; the sealed copy can be shown again.
create table clients (
    association_id    text   not null references associations (association_id),
    client_id         text   not null,
    name              text   not null,
    token_auth_method text,
    secret_hash       text,
    secret_sealed     text,
    secret_start      text,
    secret_made_at    bigint,
    secret_shown_at   bigint,
    secret_shown_by   text,
    disabled_at       bigint,
    disabled_by       text,
    last_log_in_at    bigint,
    version           bigint not null,
    created_at        bigint not null,
    updated_at        bigint not null,
    primary key (association_id, client_id)
);

create table redirect_urls (
    association_id text   not null,
    client_id      text   not null,
    position       bigint not null,
    url            text   not null,
    primary key (association_id, client_id, url),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);

-- A browser in which a member is signed in.
create table sessions (
    association_id text   not null,
    session_hash   text   not null,
    member_id      text   not null,
    epoch          bigint not null,
    auth_time      bigint not null,
    proved_at      bigint not null,
    seen_at        bigint not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    primary key (association_id, session_hash),
    foreign key (association_id, member_id) references members (association_id, member_id)
);
create index sessions_by_member on sessions (association_id, member_id);
create index sessions_by_expiry on sessions (association_id, expires_at);

-- A request that a person must come back to: from the first click on a platform to the code.
create table sign_ins (
    association_id text   not null references associations (association_id),
    sign_in_id     text   not null,
    state          text   not null,
    browser_hash   text,
    address        text   not null,
    client_id      text   not null,
    request        text   not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    primary key (association_id, sign_in_id),
    foreign key (association_id, client_id) references clients (association_id, client_id)
);
create index sign_ins_by_address on sign_ins (association_id, address, created_at);
create index sign_ins_by_expiry on sign_ins (association_id, expires_at);
create index sign_ins_by_client on sign_ins (association_id, client_id);

-- Failures within a window, by what they have in common.
create table throttles (
    association_id text   not null references associations (association_id),
    throttle_key   text   not null,
    failures       bigint not null,
    since          bigint not null,
    free_at        bigint not null,
    primary key (association_id, throttle_key)
);
create index throttles_by_age on throttles (association_id, since);

-- Browsers in which a member has signed in before.
create table devices (
    association_id text   not null,
    device_hash    text   not null,
    member_id      text   not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    primary key (association_id, device_hash, member_id),
    foreign key (association_id, member_id) references members (association_id, member_id)
);
create index devices_by_expiry on devices (association_id, expires_at);

create table set_up_links (
    association_id text   not null references associations (association_id),
    link_hash      text   not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    used_at        bigint,
    primary key (association_id, link_hash)
);

-- A code and the token it buys are one row, so that redeeming is one statement. `claims` are those
-- of the ID token, as they were when the member signed in, so that redeeming needs no second one.
-- `asked_scope` is null when `scope` is what was asked for.
create table grants (
    association_id    text   not null,
    code_hash         text   not null,
    client_id         text   not null,
    member_id         text   not null,
    epoch             bigint not null,
    redirect_uri      text   not null,
    scope             text   not null,
    asked_scope       text,
    nonce             text,
    challenge         text,
    claims            text   not null,
    auth_time         bigint not null,
    created_at        bigint not null,
    code_expires_at   bigint not null,
    consumed_at       bigint,
    access_hash       text,
    access_expires_at bigint,
    revoked_at        bigint,
    primary key (association_id, code_hash),
    foreign key (association_id, client_id) references clients (association_id, client_id),
    foreign key (association_id, member_id) references members (association_id, member_id)
);
create unique index grants_by_access on grants (association_id, access_hash) where access_hash is not null;
create index grants_by_client on grants (association_id, client_id, created_at);
create index grants_by_age on grants (association_id, code_expires_at);

-- Append-only. `details` holds before and after, sealed, because it names people.
create table events (
    association_id text   not null references associations (association_id),
    event_id       text   not null,
    at             bigint not null,
    kind           text   not null,
    actor          text   not null,
    subject        text   not null,
    details        text   not null,
    primary key (association_id, event_id)
);
create index events_by_time on events (association_id, at, event_id);
create index events_by_subject on events (association_id, subject, at);
