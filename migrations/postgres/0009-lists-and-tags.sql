-- Frozen sets of customers: an uploaded list, a snapshot of an audience, people picked in a chart. Members: ClickHouse audience_lists.
create table audiences.list (
  id uuid primary key,
  name text not null,
  kind text not null check (kind in ('upload', 'snapshot', 'lookalike', 'insight', 'sample')),
  -- Why it was made, in the words of who made it.
  why text not null default '',
  -- What it was made of: the definition and version of the audience, the question of the chart, the file.
  made_of jsonb not null default '{}',
  audience_id uuid references audiences.audience (id) on delete set null,
  size int not null,
  -- SHA-256 over what it was made of and its members; see src/audiences/lists.
  content_hash text not null,
  as_of timestamptz not null,
  created_at timestamptz not null,
  created_by text not null
);
create index list_order on audiences.list (created_at desc, id desc);
create index list_audience on audiences.list (audience_id) where audience_id is not null;

-- What a tag is. Values: ClickHouse tag_values.
create table audiences.tag (
  no int generated always as identity primary key,
  -- Its name in conditions: letters, digits, underscore; never re-used.
  key text not null unique,
  title text not null,
  kind text not null check (kind in ('manual', 'rule', 'statistic', 'preference', 'rfm', 'bands', 'sql', 'model', 'text')),
  -- Of one value.
  type text not null check (type in ('string', 'number', 'date')),
  -- A customer may hold several values at once.
  multi boolean not null default false,
  state text not null default 'draft' check (state in ('draft', 'review', 'active', 'paused', 'expired', 'retired')),
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null
);
