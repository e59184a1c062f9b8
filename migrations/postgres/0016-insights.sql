create schema if not exists insights;

-- A question with a name. Seen by its owner and by the roles it is shared with.
create table insights.report (
  id uuid primary key,
  name text not null,
  description text not null default '',
  question jsonb not null,
  owner_id text not null,
  owner_name text not null,
  roles text[] not null default '{}',
  -- Of funnels: {"sensitivity": "normal"} when they are watched for drop-offs hour by hour.
  watch jsonb,
  -- The last hour that was looked at (its first instant).
  watched_hour timestamptz,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create index report_order on insights.report (changed_at desc, id desc);
create index report_watched on insights.report (id) where watch is not null;

create table insights.dashboard (
  id uuid primary key,
  name text not null,
  description text not null default '',
  owner_id text not null,
  owner_name text not null,
  roles text[] not null default '{}',
  -- Null: only when somebody asks.
  refresh_seconds int,
  -- In order: [{"report": uuid, "width": 1 to 4 quarters, "height": 1 or 2}].
  tiles jsonb not null default '[]',
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create index dashboard_order on insights.dashboard (changed_at desc, id desc);

-- An hour in which fewer people than usual entered a watched funnel (step 1) or took a step of it.
create table insights.funnel_alarm (
  id uuid primary key,
  report_id uuid not null references insights.report (id) on delete cascade,
  hour timestamptz not null,
  step int not null,
  step_name text not null,
  -- People, and of how many; of step 1 of how many is null.
  observed int not null,
  of int,
  -- As many as the same hour of four weeks lets expect.
  expected real not null,
  -- How likely so few or fewer are when nothing has changed.
  probability real not null,
  raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  unique (report_id, hour, step)
);
create index funnel_alarm_order on insights.funnel_alarm (raised_at desc, id desc);
