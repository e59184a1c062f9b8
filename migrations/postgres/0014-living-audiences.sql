-- Up to which refresh the change feed may be read. Members now: the bitmap of refresh_shown with the changes after it.
alter table audiences.audience add column feed_refresh int not null default 0;
update audiences.audience set feed_refresh = coalesce(refresh_shown, 0);
-- Rows that the last full computation read, and when it began to fail.
alter table audiences.audience add column rows_read bigint;
alter table audiences.audience add column built_at timestamptz;
update audiences.audience set built_at = as_of;
alter table audiences.audience add column failing_since timestamptz;
-- An alarm was raised for it; cleared by the next success.
alter table audiences.audience add column alarmed_at timestamptz;
alter table audiences.refresh add column rows_read bigint;

-- Numbers of refreshes whose changes must not be read: their writer died or failed between ClickHouse and here.
create table audiences.void (
  audience_id uuid not null references audiences.audience (id) on delete cascade,
  from_refresh int not null,
  to_refresh int not null,
  primary key (audience_id, from_refresh)
);

-- Audiences that follow events within seconds. The row stays when it is switched off.
create table audiences.live (
  audience_id uuid primary key references audiences.audience (id) on delete cascade,
  switched_on boolean not null,
  switched_at timestamptz not null,
  switched_by text not null,
  -- Asked for by a person or a timetable; the follower computes it anew and clears this.
  rebuild_wanted_at timestamptz,
  rebuild_started_at timestamptz,
  failures int not null default 0,
  retry_at timestamptz,
  -- Of the last increment.
  tick_ms int,
  tick_touched int,
  -- Why increments do not do: it depends on everybody, so it is computed anew on a short timetable.
  whole boolean not null default false
);

-- Which process follows. One row.
create table audiences.live_lease (
  one_row boolean primary key default true check (one_row),
  owner uuid not null,
  fence int not null,
  until timestamptz not null
);

create table audiences.webhook (
  id uuid primary key,
  audience_id uuid not null references audiences.audience (id) on delete cascade,
  url text not null,
  -- Sealed in the vault; the former one signs beside it for a day after a change.
  secret text not null,
  former_secret text,
  former_until timestamptz,
  state text not null check (state in ('on', 'off', 'failed')),
  -- Everything up to here in the feed was taken by the receiver.
  cursor_refresh int not null,
  cursor_no bigint not null,
  failures int not null default 0,
  failing_since timestamptz,
  due_at timestamptz,
  error text,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null
);
create index webhook_audience on audiences.webhook (audience_id);

create table audiences.webhook_delivery (
  id bigint generated always as identity primary key,
  webhook_id uuid not null references audiences.webhook (id) on delete cascade,
  -- The `webhook-id` header: the same for each attempt of one message.
  message text not null,
  at timestamptz not null,
  changes int not null,
  status int,
  error text,
  took_ms int not null,
  test boolean not null default false
);
create index webhook_delivery_order on audiences.webhook_delivery (webhook_id, id desc);
