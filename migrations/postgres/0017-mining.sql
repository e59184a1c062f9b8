create schema if not exists insights;

-- Questions of mining (RFM, customer value, clusters, association rules) with their answers. People, scores and rules of
-- an answer: ClickHouse insight_*.
create table insights.mining_run (
  id uuid primary key,
  kind text not null check (kind in ('rfm', 'value', 'clusters', 'rules')),
  title text not null,
  question jsonb not null,
  -- The instant the answer is true of; facts after it are not read.
  as_of timestamptz not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  stage text not null default '',
  -- Of the whole work, 0 to 1.
  progress real not null default 0,
  cancel_asked boolean not null default false,
  result jsonb,
  -- {"code": "mining.nobody", "detail": {…}}
  error jsonb,
  created_at timestamptz not null,
  created_by text not null,
  started_at timestamptz,
  finished_at timestamptz
);
create index mining_run_order on insights.mining_run (kind, created_at desc, id desc);
