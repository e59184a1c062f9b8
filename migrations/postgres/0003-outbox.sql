-- What happened, waiting to be told to the features above: one row per subscriber, deleted when delivered.
create table platform.outbox (
  id bigint generated always as identity primary key,
  subscriber text not null,
  event text not null,
  key text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  parked_at timestamptz,
  error text
);
create index outbox_order on platform.outbox (subscriber, key, id);
create index outbox_due on platform.outbox (due_at) where parked_at is null;

-- Small facts of the installation: company name, whether outgoing sends are armed.
create table platform.setting (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now(),
  changed_by text not null
);
