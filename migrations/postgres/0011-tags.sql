-- What makes a tag more than a name: who answers for it, what it means, how and when it is computed.
alter table audiences.tag
  add column owner text not null default '',
  add column purpose text not null default '',
  -- The definition in words, for whoever reads the catalogue.
  add column meaning text not null default '',
  -- Definition in force; see src/audiences/tags/contract.ts.
  add column definition jsonb not null default '{"kind": "manual"}',
  add column version int not null default 1,
  -- What the values are true of: now, startOfDay, startOfWeek, startOfMonth.
  add column base text not null default 'startOfDay',
  add column schedule jsonb,
  add column empty_policy text not null default 'empty' check (empty_policy in ('empty', 'keep')),
  add column keep_versions int not null default 20 check (keep_versions between 1 and 200),
  -- A day, YYYY-MM-DD, of the company's calendar.
  add column expires_on text check (expires_on ~ '^\d{4}-\d{2}-\d{2}$'),
  -- Why a second person must look at it: names of traits and words; empty when nobody must.
  add column sensitive jsonb not null default '[]',
  -- The version that waits for a second person.
  add column review_version int,
  add column due_at timestamptz,
  add column queued_at timestamptz,
  add column lease uuid,
  add column lease_until timestamptz,
  -- Of the run under way: 0 to 1.
  add column progress real,
  add column run_given int not null default 0,
  -- Of the last run that succeeded.
  add column as_of timestamptz,
  add column run_version int,
  add column covered int,
  add column of_all int,
  add column took_ms int,
  add column error text;
create index tag_due on audiences.tag (due_at) where due_at is not null and state = 'active';

create table audiences.tag_version (
  tag_no int not null references audiences.tag (no) on delete cascade,
  version int not null,
  definition jsonb not null,
  meaning text not null,
  state text not null check (state in ('current', 'past', 'review', 'refused')),
  note text not null default '',
  created_at timestamptz not null,
  created_by text not null,
  -- Kind and id of who wrote it: the reviewer must be somebody else.
  author text not null,
  reviewed_at timestamptz,
  reviewed_by text,
  review_note text,
  primary key (tag_no, version)
);

-- Figures of each run; values are in ClickHouse tag_values under the same number.
create table audiences.tag_run (
  tag_no int not null references audiences.tag (no) on delete cascade,
  run int not null,
  version int not null,
  -- rule and so on: computed; manual: by hand, upload or bulk; removal: somebody asked.
  why text not null check (why in ('computed', 'manual', 'bulk', 'upload', 'removal')),
  state text not null check (state in ('running', 'done', 'failed')),
  at timestamptz not null,
  started_at timestamptz not null,
  took_ms int,
  covered int,
  of_all int,
  changed int,
  distribution jsonb,
  detail jsonb not null default '{}',
  error text,
  by text not null,
  primary key (tag_no, run)
);

-- Whose values a tag is computed from.
create table audiences.tag_dependency (
  tag_no int not null references audiences.tag (no) on delete cascade,
  on_no int not null references audiences.tag (no),
  primary key (tag_no, on_no)
);
create index tag_dependents on audiences.tag_dependency (on_no);

-- Customers who had a tag removed from themselves for good: every later run leaves them out.
create table audiences.tag_removal (
  tag_no int not null references audiences.tag (no) on delete cascade,
  customer_no int not null,
  at timestamptz not null,
  by text not null,
  reason text not null,
  primary key (tag_no, customer_no)
);
create index tag_removal_customer on audiences.tag_removal (customer_no);

-- Events whose property holds text to be read, and topics by their words.
create table audiences.text_source (
  id int generated always as identity primary key,
  event text not null,
  property text not null,
  -- What is read: events received until then.
  read_until timestamptz not null default '1970-01-01',
  unique (event, property)
);
create table audiences.text_topic (
  name text primary key,
  words text[] not null,
  changed_at timestamptz not null,
  changed_by text not null
);
