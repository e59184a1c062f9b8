-- Versions of models of text. The one that comes with the product is version 0 and stands in the program, not here.
create table models.version (
  id int generated always as identity primary key,
  task text not null,
  name text not null unique,
  card jsonb not null,
  weights bytea not null,
  state text not null default 'candidate' check (state in ('candidate', 'shadow', 'active', 'retired')),
  made_by text not null,
  made_at timestamptz not null,
  changed_by text not null,
  changed_at timestamptz not null,
  why text not null default ''
);
create unique index version_active on models.version (task) where state = 'active';
create unique index version_shadow on models.version (task) where state = 'shadow';

-- How a version in the shadow reads live posts beside the one in force, per head. Counts only.
create table models.comparison (
  version int not null references models.version (id),
  head text not null,
  posts int not null default 0,
  agreed int not null default 0,
  -- Posts that a person put right meanwhile: how often either version had it right.
  judged int not null default 0,
  active_right int not null default 0,
  shadow_right int not null default 0,
  primary key (version, head)
);

-- One run of training, with how far it is.
create table models.training (
  id int generated always as identity primary key,
  task text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  step text not null default '',
  corrections int not null default 0,
  version int references models.version (id),
  problem text,
  asked_by text not null,
  asked_at timestamptz not null,
  ended_at timestamptz
);

-- What an analyst put right in what was read in a post. The post itself stays in ClickHouse.
create table opinion.correction (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  post_id text not null,
  -- The mention it is about; null for what is said of the whole post.
  subject_id int,
  head text not null,
  given jsonb not null,
  right_answer jsonb not null,
  -- Whether the person agreed with the machine.
  confirmed boolean not null,
  reading int not null,
  why text not null default '',
  by_login text not null,
  at timestamptz not null,
  undone_by text,
  undone_at timestamptz
);
create index correction_post on opinion.correction (post_id) where undone_at is null;
create index correction_time on opinion.correction (at desc);
