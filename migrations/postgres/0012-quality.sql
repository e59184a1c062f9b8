-- What data have to be like.
create table customers.quality_rule (
  id int generated always as identity primary key,
  name text not null unique,
  -- {"trait": …} or {"event": …, "property": …}
  target jsonb not null,
  -- {"kind": "range", "min": 18, …}; see src/customers/quality/contract.ts.
  asks jsonb not null,
  severity text not null check (severity in ('warn', 'reject')),
  owner text not null default '',
  description text not null default '',
  enabled boolean not null,
  version int not null default 1,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null
);

-- A rule put to the whole base. What it found: ClickHouse quality_findings under this number.
create table customers.quality_run (
  id int generated always as identity primary key,
  rule_id int not null references customers.quality_rule (id) on delete cascade,
  rule_version int not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed')),
  checked bigint not null default 0,
  failed bigint not null default 0,
  created_at timestamptz not null,
  created_by text not null,
  finished_at timestamptz,
  took_ms int,
  error text
);
create index quality_run_rule on customers.quality_run (rule_id, id);

-- Steps that clean fields, under a name.
create table customers.recipe (
  id int generated always as identity primary key,
  name text not null unique,
  description text not null default '',
  steps jsonb not null,
  version int not null default 1,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null
);

-- One use of steps: on the rows of a file, or on the traits of the whole base.
create table customers.cleaning (
  id int generated always as identity primary key,
  recipe text not null,
  -- As they were then, with what they looked up (medians); a recipe that changes later changes nothing here.
  steps jsonb not null,
  import_id int unique,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone')),
  -- Per step: {"tried", "changed", "unable"}.
  counts jsonb not null default '[]',
  read bigint not null default 0,
  -- Rows or customers of whom at least one value changed.
  changed bigint not null default 0,
  total bigint,
  -- Customers up to this number are done; while undoing, those above it still hold what was cleaned.
  reached int not null default 0,
  wish text check (wish = 'cancel'),
  created_at timestamptz not null,
  created_by text not null,
  finished_at timestamptz,
  undone_by text,
  undone_at timestamptz,
  error text
);

-- What stood there before a cleaning changed it, written in the transaction of the change.
create table customers.cleaned (
  cleaning_id int not null references customers.cleaning (id) on delete cascade,
  -- 0: the row of an event file.
  customer_no int not null,
  -- Line of the file; 0 in the base.
  line bigint not null default 0,
  -- Fields that are not personal: {"city": "ＳＨ"} in files, {"city": [["ＳＨ", at, source, import], ["SH", …]]} in the base.
  plain jsonb not null default '{}',
  -- The same of personal fields, sealed under the customer's key.
  sealed bytea,
  primary key (cleaning_id, customer_no, line)
);
create index cleaned_customer on customers.cleaned (customer_no);
