create schema customers;

create sequence customers.customer_no as int;

-- One row per customer number ever given out. A merged customer keeps its row: undoing the merge only clears `parent_no`.
create table customers.customer (
  no int primary key,
  created_at timestamptz not null,
  -- Into whom this one was merged, and where that chain ends. root_no = no: stands for himself.
  parent_no int,
  root_no int not null,
  -- Latest value per trait that is not personal: {"city": ["上海", at in ms, source, import]}.
  traits jsonb not null default '{}',
  -- Everything personal (identifier values, personal traits) as one sealed document; null when there is nothing.
  sealed bytea,
  erased_at timestamptz
);
create index customer_root on customers.customer (root_no) where root_no <> no;

-- What may point to a customer; `hash` is its keyed blind index. Values of personal kinds are only in the sealed document.
create table customers.identifier (
  kind smallint not null,
  hash uuid not null,
  no int not null,
  value text,
  seen_at timestamptz not null,
  source_id smallint not null default 0,
  import_id int not null default 0,
  verified_at timestamptz,
  primary key (kind, hash)
);
create index identifier_customer on customers.identifier (no);

-- Every merge ever made, undone or not.
create table customers.merge (
  id bigint generated always as identity primary key,
  from_no int not null,
  into_no int not null,
  at timestamptz not null,
  by text not null,
  reason text not null,
  -- The kind of identifier that tied them, and the source it came through.
  evidence jsonb not null default '{}',
  undone_at timestamptz,
  undone_by text
);
create index merge_from on customers.merge (from_no);
create index merge_into on customers.merge (into_no);

-- Two customers who share an identifier but may not be one: for a person to decide.
create table customers.conflict (
  id bigint generated always as identity primary key,
  a_no int not null,
  b_no int not null,
  kind text not null,
  reason text not null,
  at timestamptz not null,
  source_id smallint not null default 0,
  import_id int not null default 0,
  decided_at timestamptz,
  decided_by text,
  decision text,
  decision_reason text,
  check (a_no < b_no),
  unique (a_no, b_no, kind)
);
create index conflict_open on customers.conflict (at) where decided_at is null;

-- The dictionary of traits.
create table customers.trait (
  name text primary key,
  title text not null,
  type text not null check (type in ('string', 'integer', 'number', 'boolean', 'date', 'datetime')),
  unit text,
  allowed jsonb,
  personal boolean not null default false,
  owner text,
  basis text not null default 'contract',
  description text,
  -- 'seen' when a message or file brought it, 'declared' when a person wrote it down.
  origin text not null default 'seen',
  created_at timestamptz not null default now(),
  version int not null default 1
);

create table customers.source (
  id smallint generated always as identity primary key,
  name text not null unique,
  kind text not null default 'server',
  -- SHA-256 of the write key as hex; the key itself is shown once.
  key_hash text not null unique,
  enabled boolean not null default true,
  quota_per_second int not null default 100000,
  -- What happens to a phone, ID card, card or e-mail found in event properties: 'mask' or 'identify' (mask and attach).
  personal_rule text not null default 'mask' check (personal_rule in ('mask', 'identify')),
  basis text not null default 'contract',
  created_at timestamptz not null default now(),
  created_by text not null,
  last_seen_at timestamptz
);

create table customers.source_minute (
  source_id smallint not null,
  minute timestamptz not null,
  accepted int not null default 0,
  duplicates int not null default 0,
  rejected int not null default 0,
  primary key (source_id, minute)
);

-- Message ids being stored by one of several processes that share a Postgres server; unused on the embedded store.
create table customers.message_claim (
  hash bigint primary key,
  claimed_at timestamptz not null default now()
);
