-- Whom we watch, by which rules, and questions to posts that are asked again.
create table opinion.subject (
  id int generated always as identity primary key,
  kind text not null check (kind in ('brand', 'product', 'executive', 'partner', 'competitor')),
  -- What a partner does: agency, guarantor, traffic.
  role text not null default '',
  name text not null,
  own boolean not null,
  -- As offers and campaigns name their product.
  product_key text,
  parent_id int references opinion.subject (id),
  owner text,
  colour text not null,
  note text not null default '',
  state text not null default 'on' check (state in ('on', 'off')),
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  deleted_at timestamptz
);
create unique index subject_name on opinion.subject (lower(name)) where deleted_at is null;

create table opinion.subject_rule (
  id int generated always as identity primary key,
  subject_id int not null references opinion.subject (id),
  name text not null,
  is_on boolean not null default true,
  version int not null,
  definition jsonb not null,
  -- Since when posts are matched by this version.
  applied_at timestamptz not null,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  deleted_at timestamptz
);
create index subject_rule_of on opinion.subject_rule (subject_id) where deleted_at is null;

create table opinion.subject_rule_version (
  rule_id int not null references opinion.subject_rule (id),
  version int not null,
  name text not null,
  is_on boolean not null,
  definition jsonb not null,
  reason text not null default '',
  at timestamptz not null,
  by text not null,
  primary key (rule_id, version)
);

-- Posts with this are about nobody of ours.
create table opinion.subject_filter (
  id int generated always as identity primary key,
  expression text not null,
  platforms text[] not null default '{}',
  sources int[] not null default '{}',
  note text not null default '',
  is_on boolean not null default true,
  changed_at timestamptz not null,
  changed_by text not null,
  deleted_at timestamptz
);

-- Grows with every change of what decides whom a post is about; every process looks at it and compiles anew.
create table opinion.rule_book (
  id int primary key check (id = 1),
  version bigint not null,
  changed_at timestamptz not null
);
insert into opinion.rule_book (id, version, changed_at) values (1, 1, now());

-- Stored posts matched again by the rules of now.
create table opinion.rematch (
  id int generated always as identity primary key,
  subject_ids int[] not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  total int not null default 0,
  looked int not null default 0,
  gained int not null default 0,
  lost int not null default 0,
  -- Where it has come: the last post looked at.
  place_at timestamptz,
  place_id text,
  error text,
  asked_at timestamptz not null,
  asked_by text not null,
  finished_at timestamptz
);
create unique index rematch_going_on on opinion.rematch ((true)) where state in ('waiting', 'running');

create table opinion.saved_search (
  id int generated always as identity primary key,
  name text not null,
  query jsonb not null,
  shared boolean not null default false,
  owner text not null,
  owner_name text not null,
  changed_at timestamptz not null,
  deleted_at timestamptz
);
create index saved_search_of on opinion.saved_search (owner) where deleted_at is null;
