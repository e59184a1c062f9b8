-- Reports with the facts they were made from: drawn again from these, they are the same to the byte.
create table opinion.report (
  id int generated always as identity primary key,
  kind text not null check (kind in ('daily', 'weekly', 'monthly', 'period', 'event')),
  drill_id int not null default 0,
  event_id int references opinion.event (id),
  language text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  subjects int[] not null,
  title text not null,
  posts int not null,
  level text,
  facts jsonb not null,
  hash text not null,
  made_at timestamptz not null,
  made_by text not null,
  took_ms int not null,
  rephrased jsonb
);
create index report_recent on opinion.report (drill_id, made_at desc);

create table opinion.report_schedule (
  id int generated always as identity primary key,
  name text not null,
  definition jsonb not null,
  next_at timestamptz not null,
  last_report_id int references opinion.report (id),
  last_error text,
  changed_at timestamptz not null,
  changed_by text not null,
  deleted_at timestamptz
);
create index report_schedule_due on opinion.report_schedule (next_at) where deleted_at is null;
