-- A file that came through the API, until the import that uses it is over and its days of grace have passed.
create table customers.upload (
  id uuid primary key,
  name text not null,
  path text not null,
  bytes bigint not null,
  sha256 text not null,
  -- Host and data directory whose disk holds it.
  place text not null,
  created_at timestamptz not null,
  created_by text not null,
  deleted_at timestamptz
);

create table customers.mapping (
  name text not null,
  version int not null,
  kind text not null check (kind in ('customers', 'events', 'consents')),
  mapping jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null,
  -- The newest version counts; a deleted name has one with true.
  deleted boolean not null default false,
  primary key (name, version)
);

create table customers.import (
  id int generated always as identity primary key,
  name text not null,
  kind text not null check (kind in ('customers', 'events', 'consents')),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled', 'paused')),
  mapping jsonb not null,
  basis text,
  source text,
  upload_id uuid,
  file_path text not null,
  file_bytes bigint not null,
  -- Changed since: the file is another one, and going on would mix the two.
  file_changed_at timestamptz not null,
  place text not null,
  -- read = accepted + merged + rejected, at every moment.
  accepted bigint not null default 0,
  merged bigint not null default 0,
  rejected bigint not null default 0,
  fields_rejected bigint not null default 0,
  bytes_read bigint not null default 0,
  -- First mark: rows to this line are in Postgres (for events: stored) and counted.
  line bigint not null default 0,
  -- Second mark: rows to this line are also in ClickHouse, rejects included. The rows between the two are sent again after a crash.
  copied_line bigint not null default 0,
  -- Events: the lines being stored right now, and the instant they carry as received; tells them apart after a crash.
  intent_line bigint,
  intent_at timestamptz,
  rows_per_second real,
  seconds_worked real not null default 0,
  wish text check (wish in ('cancel', 'pause')),
  owner text,
  lease_until timestamptz,
  rejects_path text,
  created_at timestamptz not null,
  created_by text not null,
  started_at timestamptz,
  finished_at timestamptz,
  error text
);
create index import_open on customers.import (id) where state in ('queued', 'running');

-- What a customer said about a purpose and channel, every time it was said. The newest counts.
create table customers.consent (
  id bigint generated always as identity primary key,
  customer_no int not null,
  purpose text not null,
  -- '' stands for every channel.
  channel text not null default '',
  status text not null check (status in ('granted', 'refused', 'withdrawn')),
  at timestamptz not null,
  notice_version text,
  -- How and by what it can be shown: {"method", "evidence", …}. No personal data.
  evidence jsonb not null default '{}',
  source_id smallint not null default 0,
  import_id int not null default 0,
  unique (customer_no, purpose, channel, at, status)
);

create table customers.export (
  id int generated always as identity primary key,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  -- What was asked for: {"set": {"all": true}, "format", "columns", "unmasked", "purpose"}. Holds no customer numbers.
  request jsonb not null,
  nos int[],
  written bigint not null default 0,
  total bigint,
  bytes bigint,
  sha256 text,
  file_path text,
  place text not null,
  created_at timestamptz not null,
  created_by text not null,
  started_at timestamptz,
  finished_at timestamptz,
  deleted_at timestamptz,
  error text
);
