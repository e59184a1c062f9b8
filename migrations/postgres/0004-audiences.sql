create schema audiences;

create table audiences.audience (
  id uuid primary key,
  name text not null,
  description text not null default '',
  definition jsonb not null,
  -- Of the definition.
  version int not null default 1,
  -- {"everyMinutes": 15} or {"dailyAt": "06:00"}; null: by hand only.
  schedule jsonb,
  due_at timestamptz,
  -- Numbers of refreshes: the last one given out, and the one whose members are shown. A failed one leaves a gap.
  refresh_given int not null default 0,
  refresh_shown int,
  size int,
  as_of timestamptz,
  refreshed_version int,
  took_ms int,
  error text,
  -- Who refreshes it now; a lease that ran out belongs to a process that died.
  lease uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null
);
create unique index audience_name on audiences.audience (lower(name));
create index audience_order on audiences.audience (created_at desc, id desc);
create index audience_due on audiences.audience (due_at) where due_at is not null;

-- Which audience is defined by which: what is mentioned cannot be deleted.
create table audiences.mention (
  audience_id uuid not null references audiences.audience (id) on delete cascade,
  mentioned_id uuid not null references audiences.audience (id),
  primary key (audience_id, mentioned_id)
);
create index mention_mentioned on audiences.mention (mentioned_id);

create table audiences.refresh (
  audience_id uuid not null references audiences.audience (id) on delete cascade,
  refresh int not null,
  version int not null,
  as_of timestamptz not null,
  size int not null,
  entered int not null,
  "left" int not null,
  took_ms int not null,
  by text not null,
  -- Its bitmap was dropped from ClickHouse; the figures stay.
  pruned boolean not null default false,
  primary key (audience_id, refresh)
);
