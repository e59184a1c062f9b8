-- Searches for people who are like a seed: the model with its curve. A list saved from one is in audiences.list.
create table audiences.lookalike (
  id uuid primary key,
  name text not null,
  -- {"audience": id} or {"list": id}; base null: everybody.
  seed jsonb not null,
  base jsonb,
  -- Traits, tags and events asked for; null: all that may be used.
  features jsonb,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  wish text check (wish in ('cancel')),
  progress real not null default 0,
  -- What was learnt; see src/audiences/portraits/lookalike.ts.
  model jsonb,
  error text,
  created_at timestamptz not null,
  -- Name, and `kind:id` for the audit trail.
  created_by text not null,
  asked_by text not null,
  finished_at timestamptz
);
create index lookalike_order on audiences.lookalike (created_at desc, id desc);
