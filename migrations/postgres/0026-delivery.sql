-- Accounts with providers, by which sends leave. Secrets are in platform.secret, by `campaigns.provider.{id}.{field}`.
create table campaigns.provider (
  id int generated always as identity primary key,
  name text not null,
  channel text not null,
  -- The adapter: `sms.aliyun`.
  kind text not null,
  settings jsonb not null,
  -- Fields of the account that have a secret.
  secrets text[] not null default '{}',
  -- What it may carry; marketing and service messages often have accounts of their own.
  carries text not null default 'all' check (carries in ('all', 'marketing', 'service')),
  state text not null default 'off' check (state in ('on', 'off')),
  -- 1 is tried first.
  priority smallint not null default 50,
  unit_cost_millifen int not null default 0 check (unit_cost_millifen >= 0),
  per_second int check (per_second > 0),
  per_minute int check (per_minute > 0),
  per_day int check (per_day > 0),
  -- Failures of the account in a row, how often it was taken out of use since its last success, and until when it is.
  failures int not null default 0,
  opened int not null default 0,
  open_until timestamptz,
  ok_at timestamptz,
  error_at timestamptz,
  error text,
  alarmed_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  deleted_at timestamptz
);
create unique index provider_name on campaigns.provider (lower(name)) where deleted_at is null;

-- What may still leave: one row per account and span. Taken from and filled up in one statement.
create table campaigns.provider_bucket (
  provider_id int not null references campaigns.provider (id),
  span text not null check (span in ('second', 'minute', 'day')),
  tokens double precision not null,
  filled_at timestamptz not null,
  primary key (provider_id, span)
) with (fillfactor = 50);

-- Tokens of access and the like, sealed; can be had again.
create table campaigns.provider_memo (
  provider_id int not null references campaigns.provider (id),
  name text not null,
  sealed text not null,
  until timestamptz,
  primary key (provider_id, name)
);

-- How an account did, by the minute.
create table campaigns.provider_minute (
  provider_id int not null,
  minute timestamptz not null,
  requests int not null default 0,
  accepted int not null default 0,
  rejected int not null default 0,
  unknown int not null default 0,
  took_ms bigint not null default 0,
  slowest_ms int not null default 0,
  delivered int not null default 0,
  undelivered int not null default 0,
  receipts int not null default 0,
  receipt_lag_ms bigint not null default 0,
  primary key (provider_id, minute)
);

-- Attempts that did not end in acceptance. What did is in campaigns.send.
create table campaigns.attempt (
  send_id bigint not null,
  attempt smallint not null,
  provider_id int not null,
  at timestamptz not null,
  outcome text not null check (outcome in ('rejected', 'unknown')),
  code text not null,
  detail text not null,
  primary key (send_id, attempt)
);
create index attempt_provider on campaigns.attempt (provider_id, at desc);

-- Receipts whose send was not found yet: they can be faster than the answer to the request.
create table campaigns.receipt (
  id bigint generated always as identity primary key,
  provider_id int not null,
  key text,
  ref text,
  batch text,
  customer_no int,
  state text not null,
  at timestamptz not null,
  received_at timestamptz not null,
  code text,
  detail text,
  parts smallint,
  marks text[] not null default '{}',
  tries smallint not null default 0,
  due_at timestamptz not null
);
create index receipt_due on campaigns.receipt (due_at);

-- Messages of a person to himself, to try an account.
create table campaigns.test_send (
  id bigint generated always as identity primary key,
  provider_id int not null,
  key text not null unique,
  -- As shown, never whole.
  address text not null,
  at timestamptz not null,
  by text not null,
  outcome text not null,
  code text,
  detail text,
  delivered_at timestamptz
);
create index test_send_provider on campaigns.test_send (provider_id, at desc);

-- Processes that deliver. A send in the hands of one that is not here, or whose time is over, is nobody's.
create table campaigns.courier (
  owner uuid primary key,
  until timestamptz not null
);

-- What waits, by campaign and channel: a paused campaign with a million sends due must not stand in the way of the others.
create index send_planned on campaigns.send (campaign_id, channel, not_before, id) where state = 'planned';
-- Before an attempt the mark of its request, after acceptance what the provider calls the message: receipts are found by it.
create index send_provider_key on campaigns.send (provider_key) where provider_key is not null;
-- When to ask the provider about an outcome that is not known, and how often it was asked.
alter table campaigns.send add column asked_at timestamptz, add column asked smallint not null default 0;
