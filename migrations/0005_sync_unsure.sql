-- Group sync: additions of which nobody knows whether they were carried out.

-- Since when; null once the platform said. Whoever is not wanted any more is removed all the same.
alter table sync_places add column unsure_at bigint;
