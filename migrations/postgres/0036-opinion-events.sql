-- Batches of posts that wait to be put to events. Filled in the transaction that tells of the batch.
create table opinion.event_queue (
  batch bigint primary key,
  drill_id int not null default 0,
  posts int not null,
  at timestamptz not null
);

-- Counts up with each change of what belongs to which event: whoever computed on an older number computes again.
create table opinion.event_turn (
  drill_id int primary key,
  number bigint not null default 0
);

-- Which event a cluster of near-duplicates belongs to: the truth, copied to ClickHouse `cluster_events`.
create table opinion.event_cluster (
  drill_id int not null default 0,
  cluster_id text not null,
  event_id int not null references opinion.event (id),
  first_post_id text not null,
  first_at timestamptz not null,
  by_hand boolean not null default false,
  copied boolean not null default false,
  primary key (drill_id, cluster_id)
);
create index event_cluster_event on opinion.event_cluster (event_id);
create index event_cluster_to_copy on opinion.event_cluster (drill_id) where not copied;

-- What an event is told in: words with weights, as it stands at its last post.
create table opinion.event_vector (
  event_id int primary key references opinion.event (id),
  vector jsonb not null
);

create index event_changed on opinion.event (changed_at) where merged_into is null;

-- What an event was when it was looked at last, for lists: shares, flags, the test of its last half hour.
create table opinion.event_figures (
  event_id int primary key references opinion.event (id),
  drill_id int not null default 0,
  clusters int not null default 0,
  reach bigint not null default 0,
  engagement bigint not null default 0,
  negative double precision not null default 0,
  rumour double precision not null default 0,
  spam double precision not null default 0,
  per_hour double precision not null default 0,
  z double precision not null default 0,
  rank int,
  platform_names text[] not null default '{}',
  aspects text[] not null default '{}',
  urgency text[] not null default '{}',
  speakers text[] not null default '{}',
  -- Clusters there were when title and gist were taken from them.
  gist_clusters int not null default 0,
  -- `changed_at` of the event as it was counted: later changes are not in it.
  at timestamptz not null
);

-- Merged, split, renamed, closed, reopened: by whom and why, with what undoing needs.
create table opinion.event_change (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  event_id int not null references opinion.event (id),
  other_id int references opinion.event (id),
  kind text not null check (kind in ('merged', 'split', 'renamed', 'closed', 'reopened', 'undone')),
  detail jsonb not null default '{}',
  reason text not null default '',
  by_name text,
  by_id text,
  at timestamptz not null,
  undone_at timestamptz
);
create index event_change_event on opinion.event_change (event_id, id desc);
create index event_change_other on opinion.event_change (other_id);

-- Posts about a subject, and growth of engagement under them, by the hour of publication: what a burst is measured against.
create table opinion.subject_hour (
  drill_id int not null default 0,
  subject_id int not null,
  hour timestamptz not null,
  posts int not null default 0,
  grown bigint not null default 0,
  primary key (drill_id, subject_id, hour)
);

-- When more was said of a subject than chance explains.
create table opinion.burst (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  subject_id int not null,
  event_id int references opinion.event (id),
  state text not null check (state in ('suspected', 'confirmed', 'over', 'passed')),
  began_at timestamptz not null,
  confirmed_at timestamptz,
  last_at timestamptz not null,
  ended_at timestamptz,
  p double precision not null,
  z double precision not null,
  minutes int not null,
  posts int not null,
  authors int not null,
  per_hour double precision not null,
  confirmed_by text[] not null default '{}'
);
create unique index burst_now on opinion.burst (drill_id, subject_id) where ended_at is null;
create index burst_event on opinion.burst (event_id);

-- What we know to be true about a claim, for answers and statements. Versions are kept; one approved version counts.
create table opinion.fact (
  id int generated always as identity primary key,
  claim text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);

create table opinion.fact_version (
  fact_id int not null references opinion.fact (id),
  version int not null,
  claim text not null,
  fact text not null,
  evidence text not null,
  evidence_url text not null default '',
  valid_from timestamptz not null,
  valid_until timestamptz,
  state text not null default 'draft' check (state in ('draft', 'submitted', 'approved', 'refused', 'withdrawn', 'replaced')),
  written_by text not null,
  written_name text not null,
  written_at timestamptz not null,
  decided_by text,
  decided_name text,
  decided_at timestamptz,
  note text not null default '',
  primary key (fact_id, version)
);
create unique index fact_version_approved on opinion.fact_version (fact_id) where state = 'approved';

-- Clusters of posts that say what a fact is about.
create table opinion.fact_link (
  drill_id int not null default 0,
  fact_id int not null references opinion.fact (id),
  cluster_id text not null,
  post_id text not null,
  likeness double precision not null,
  state text not null default 'suggested' check (state in ('suggested', 'confirmed', 'rejected')),
  by_name text,
  at timestamptz not null,
  primary key (drill_id, fact_id, cluster_id)
);
create index fact_link_cluster on opinion.fact_link (drill_id, cluster_id);

-- Each time a fact was used in an answer or a statement.
create table opinion.fact_use (
  id int generated always as identity primary key,
  fact_id int not null references opinion.fact (id),
  version int not null,
  used_in text not null,
  by_name text not null,
  at timestamptz not null
);
create index fact_use_fact on opinion.fact_use (fact_id);
