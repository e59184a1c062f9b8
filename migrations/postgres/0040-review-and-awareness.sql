-- How fast handling is to be: hours from the first post to the end, by level. The newest that holds counts.
create table opinion.review_target (
  id int generated always as identity primary key,
  valid_from date not null,
  level text not null check (level in ('minor', 'moderate', 'severe', 'all')),
  hours double precision not null check (hours > 0),
  reason text not null,
  set_at timestamptz not null,
  set_by text not null
);
insert into opinion.review_target (valid_from, level, hours, reason, set_at, set_by) values
  ('2000-01-01', 'all', 48, '起点 / starting point', now(), 'system');

-- One review of a month. Final ones are never changed; a later insight makes a note of the next month.
create table opinion.review (
  month date primary key check (extract(day from month) = 1),
  state text not null default 'draft' check (state in ('draft', 'final')),
  worked text not null default '',
  failed text not null default '',
  assessment jsonb not null default '{}',
  figures jsonb,
  hash text,
  edited_at timestamptz not null,
  edited_by text not null,
  edited_by_name text not null,
  final_at timestamptz,
  final_by_name text
);

create table opinion.review_action (
  id int generated always as identity primary key,
  month date not null references opinion.review (month),
  what text not null,
  owner text not null,
  due date not null,
  state text not null default 'open' check (state in ('open', 'done', 'dropped')),
  result text not null default '',
  made_at timestamptz not null,
  made_by text not null,
  done_at timestamptz
);
create index review_action_open on opinion.review_action (due) where state = 'open';

-- What people were asked, elsewhere, about us and others.
create table opinion.survey (
  id int generated always as identity primary key,
  name text not null,
  method text not null,
  from_day date not null,
  to_day date not null,
  asked int not null check (asked > 0),
  brands jsonb not null,
  made_at timestamptz not null,
  made_by text not null,
  deleted_at timestamptz
);

-- How often a name was searched for, as an index publishes it.
create table opinion.search_index (
  name text not null,
  brand text not null,
  day date not null,
  value double precision not null check (value >= 0),
  primary key (name, brand, day)
);

-- Loans given out, to set complaints against.
create table opinion.loan_count (
  month date not null check (extract(day from month) = 1),
  product text not null default '',
  loans int not null check (loans >= 0),
  source text not null default '',
  set_at timestamptz not null,
  set_by text not null,
  primary key (month, product)
);
