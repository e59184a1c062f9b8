-- What customers are compared by, to find those who are one person without a shared key.
create table customers.match_project (
  id int generated always as identity primary key,
  name text not null check (length(name) between 1 and 100),
  -- {fields, blocking, linkFrom, reviewFrom}
  plan jsonb not null,
  -- Links above the threshold without a person; off until somebody turns it on.
  auto_link boolean not null default false,
  -- Looks at the new customers of each import.
  after_imports boolean not null default false,
  -- Imports finished up to here were looked at.
  imports_seen_at timestamptz,
  -- Weights of the last run over everybody, for runs over a few; dropped when the plan changes.
  learned jsonb,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null
);
create unique index match_project_name on customers.match_project (lower(name));

create table customers.match_run (
  id int generated always as identity primary key,
  project_id int not null references customers.match_project (id) on delete cascade,
  -- Null: everybody. Otherwise the customers that this import made.
  import_id int,
  state text not null check (state in ('waiting', 'running', 'ending', 'done', 'cancelled', 'failed', 'undone')),
  -- As they were when it was asked for.
  plan jsonb not null,
  auto_link boolean not null,
  step text not null default 'wait',
  share real not null default 0,
  records int not null default 0,
  candidates bigint,
  linked int not null default 0,
  review int not null default 0,
  -- Pairs above the threshold of linking or review that strong identifiers forbid.
  contradicted int,
  -- What was learned, the histogram of weights, keys left out: {learned, histogram, keysLeftOut, priorBits, refused, split}.
  outcome jsonb,
  error text,
  asked_at timestamptz not null,
  asked_by text not null,
  started_at timestamptz,
  finished_at timestamptz,
  undone_at timestamptz,
  undone_by text
);
create unique index match_run_one on customers.match_run (project_id) where state in ('waiting', 'running', 'ending');
create index match_run_order on customers.match_run (project_id, id desc);

-- Two customers who may be one person. Numbers, weights and levels only: the values stay sealed with the customers.
create table customers.match_pair (
  id bigint generated always as identity primary key,
  -- Null: the run was deleted with its project; what was decided stays.
  run_id int references customers.match_run (id) on delete set null,
  a_no int not null,
  b_no int not null,
  weight real not null,
  probability real not null,
  -- Level per field of the run's plan; the number of levels says that one side has no value.
  levels smallint[] not null,
  state text not null check (state in ('open', 'linked', 'rejected', 'undone')),
  -- Who was merged when this pair was linked; null: the two were one already through others.
  merged_no int,
  decided_at timestamptz,
  decided_by text,
  reason text,
  check (a_no < b_no),
  unique (a_no, b_no)
);
create index match_pair_open on customers.match_pair (weight desc, id) where state = 'open';
create index match_pair_run on customers.match_pair (run_id, state);
create index match_pair_b on customers.match_pair (b_no);

-- How customers stand to each other. Never a reason to merge them.
create table customers.link (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('household', 'employer', 'guarantor', 'referrer', 'emergencyContact')),
  -- For household and employer the lower number first; otherwise who guarantees, referred or is called for whom.
  from_no int not null,
  to_no int not null,
  -- 'proposed' by a rule until somebody confirms it; 'refused' is never proposed again.
  state text not null check (state in ('confirmed', 'proposed', 'refused', 'ended')),
  source text not null,
  evidence text not null default '',
  since date,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  check (from_no <> to_no),
  unique (kind, from_no, to_no)
);
create index link_to on customers.link (to_no);
create index link_from on customers.link (from_no);
create index link_proposed on customers.link (id) where state = 'proposed';
