-- Sync in groups of a hundred thousand: each of these answers a question about one record, or hands out
-- the next few of a queue, without reading past the others.

drop index sync_records_to_look;
create index sync_records_to_look on sync_records (association_id, platform, look_at, record_id)
    where look_at is not null;

drop index sync_records_to_send;
create index sync_records_to_send on sync_records (association_id, platform, send_at, record_id)
    where send_at is not null;

-- The platform comes last, for whoever asks about a record on all of them.
drop index sync_places_by_record;
create index sync_places_by_record on sync_places (association_id, record_id, platform);

create index sync_sent_by_age on sync_sent (association_id, at);
