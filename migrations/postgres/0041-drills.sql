-- Made-up stories to practise with.
create table opinion.scenario (
  id int generated always as identity primary key,
  name text not null,
  definition jsonb not null,
  version int not null default 1,
  changed_at timestamptz not null,
  changed_by text not null,
  deleted_at timestamptz
);
create unique index scenario_name on opinion.scenario (lower(name)) where deleted_at is null;

-- One run of a story. Everything it brings about carries its id as drill_id.
create table opinion.drill (
  id int generated always as identity primary key,
  name text not null,
  scenario_id int references opinion.scenario (id),
  -- The story as it was when the drill began.
  definition jsonb not null,
  subject_id int not null references opinion.subject (id),
  state text not null default 'planned' check (state in ('planned', 'running', 'paused', 'ended', 'cancelled')),
  -- How many minutes of the story pass in one of the clock.
  speed double precision not null check (speed > 0),
  seed int not null,
  planned_at timestamptz,
  started_at timestamptz,
  paused_at timestamptz,
  -- Time spent in pauses, ms.
  paused_ms bigint not null default 0,
  -- How many posts of the plan came out.
  told int not null default 0,
  lease_until timestamptz,
  ended_at timestamptz,
  score jsonb,
  note text not null default '',
  made_at timestamptz not null,
  made_by text not null
);
create index drill_running on opinion.drill (id) where state = 'running';
