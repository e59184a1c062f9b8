-- Where posts come from: how they are read, when, by what right, and how that goes.
create table opinion.source (
  id int generated always as identity primary key,
  name text not null,
  kind text not null,
  platform text not null,
  post_kind text not null,
  -- NewSource of src/opinion/sources/sources-contract.ts.
  config jsonb not null,
  timetable jsonb not null,
  politeness jsonb not null,
  terms jsonb not null,
  -- The secret itself stands in platform.secret under `opinion.source.<id>`.
  has_secret boolean not null default false,
  -- SHA-256 of the key that messages name; null for sources that are fetched.
  key_hash text unique,
  "on" boolean not null default true,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  -- Kept for its posts, runs and evidence.
  removed_at timestamptz
);
create unique index source_name on opinion.source (name) where removed_at is null;

-- How a source goes. Written by its runs only.
create table opinion.source_state (
  source_id int primary key references opinion.source (id),
  -- Null: it is not fetched.
  next_at timestamptz,
  owner uuid,
  lease_until timestamptz,
  etag text,
  last_modified text,
  -- How far a mailbox was read.
  cursor jsonb,
  failures int not null default 0,
  fault text,
  fault_text text not null default '',
  last_run_at timestamptz,
  last_success_at timestamptz,
  last_new_at timestamptz,
  last_item_at timestamptz,
  lag_seconds double precision,
  -- Its own rhythm: longest time without anything new by day (Shanghai), last eight days.
  quiet jsonb not null default '{}',
  blind_since timestamptz,
  blind_reason text
);
create index source_due on opinion.source_state (next_at) where next_at is not null;

create table opinion.source_run (
  id bigint generated always as identity primary key,
  source_id int not null references opinion.source (id),
  started_at timestamptz not null,
  took_ms int not null,
  outcome text not null check (outcome in ('new', 'unchanged', 'failed')),
  found int not null default 0,
  stored int not null default 0,
  known int not null default 0,
  refused int not null default 0,
  bytes int not null default 0,
  cut boolean not null default false,
  fault text,
  fault_text text not null default '',
  -- The first twenty: index, field, reason. No values.
  rejects jsonb not null default '[]',
  lag_seconds double precision
);
create index source_run_of on opinion.source_run (source_id, id desc);
create index source_run_at on opinion.source_run (started_at);

-- Times in which a source saw nothing.
create table opinion.source_blind (
  id bigint generated always as identity primary key,
  source_id int not null references opinion.source (id),
  from_at timestamptz not null,
  to_at timestamptz,
  reason text not null check (reason in ('failing', 'silent', 'off'))
);
create index source_blind_of on opinion.source_blind (source_id, from_at);
create unique index source_blind_open on opinion.source_blind (source_id) where to_at is null;

-- Manners toward a host: shared by all processes.
create table opinion.source_host (
  origin text primary key,
  free_at timestamptz not null,
  robots text,
  robots_status int,
  robots_at timestamptz
);

-- Posts whose counts are asked again, ever more seldom.
create table opinion.recount (
  post_id text not null,
  source_id int not null references opinion.source (id),
  guid text not null,
  url text not null,
  platform text not null,
  step int not null default 0,
  due_at timestamptz not null,
  primary key (post_id)
);
create index recount_due on opinion.recount (due_at);

-- Entries of hot lists and where they stood.
create table opinion.hot_entry (
  id bigint generated always as identity primary key,
  source_id int not null references opinion.source (id),
  list text not null,
  guid text not null,
  post_id text not null,
  title text not null,
  url text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  -- Null: off the list.
  rank int,
  heat double precision,
  best_rank int not null,
  best_heat double precision,
  unique (source_id, list, guid)
);
create index hot_entry_now on opinion.hot_entry (source_id, list, last_at desc);
create table opinion.hot_place (
  entry_id bigint not null references opinion.hot_entry (id) on delete cascade,
  at timestamptz not null,
  rank int not null,
  heat double precision,
  primary key (entry_id, at)
);

-- What came, byte for byte, sealed: evidence of the posts that were new with it.
create table opinion.snapshot (
  id uuid primary key,
  source_id int not null references opinion.source (id),
  url text not null,
  fetched_at timestamptz not null,
  status int not null,
  headers jsonb not null,
  sha256 text not null,
  bytes int not null,
  content_type text not null,
  salt bytea not null,
  -- gzip, then sealed under the salt.
  sealed bytea,
  keep_until timestamptz not null
);
create index snapshot_of on opinion.snapshot (source_id, fetched_at desc);
create index snapshot_old on opinion.snapshot (keep_until) where sealed is not null;
create table opinion.snapshot_post (
  post_id text not null,
  snapshot_id uuid not null references opinion.snapshot (id) on delete cascade,
  primary key (post_id, snapshot_id)
);
create index snapshot_post_of on opinion.snapshot_post (snapshot_id);

create table opinion.post_import (
  id int generated always as identity primary key,
  source_id int not null references opinion.source (id),
  upload_id uuid not null,
  file text not null,
  bytes bigint not null,
  preset text not null,
  map jsonb not null,
  state text not null check (state in ('waiting', 'running', 'done', 'cancelled', 'failed')),
  wish_cancel boolean not null default false,
  -- All rows up to this line are done.
  line int not null default 0,
  read int not null default 0,
  stored int not null default 0,
  known int not null default 0,
  rejected int not null default 0,
  share double precision,
  fault text not null default '',
  created_at timestamptz not null,
  created_by text not null,
  finished_at timestamptz
);
create index post_import_of on opinion.post_import (source_id, id desc);
create table opinion.post_import_reject (
  import_id int not null references opinion.post_import (id),
  line int not null,
  field text not null,
  reason text not null,
  primary key (import_id, line)
);
