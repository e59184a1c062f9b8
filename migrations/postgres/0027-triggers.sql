-- Each process that stores events lets people in for those it stored. Everything it received before `done_until` has been
-- looked at; when it gives no sign of life any more, another looks at the rest.
create table campaigns.trigger_reader (
  id uuid primary key,
  done_until timestamptz not null,
  alive_until timestamptz not null
);

-- The last event of a person that completed a count: events up to it count for no other.
create table campaigns.trigger_fired (
  campaign_id int not null references campaigns.campaign (id),
  customer_no int not null,
  at timestamptz not null,
  hash numeric(20) not null,
  primary key (campaign_id, customer_no)
);

-- What let nobody in though it happened, by hour: nothing is dropped without being counted.
create table campaigns.trigger_tally (
  campaign_id int not null references campaigns.campaign (id),
  hour timestamptz not null,
  -- late: received long after it happened; missed: this program was away too long; failed: the campaign's own question fails.
  outcome text not null check (outcome in ('matched', 'late', 'missed', 'failed')),
  count bigint not null,
  -- Of the failure.
  detail text,
  primary key (campaign_id, hour, outcome)
);

-- One working through of an audience or list: all who belonged then enter, in batches, each once.
create table campaigns.run (
  id bigint generated always as identity primary key,
  campaign_id int not null references campaigns.campaign (id),
  version int not null,
  kind text not null check (kind in ('once', 'recurring', 'list', 'date', 'audience')),
  -- Which occurrence it is: one runs once.
  occurrence text not null,
  due_at timestamptz not null,
  state text not null check (state in ('waiting', 'running', 'done', 'missed', 'cancelled', 'failed')),
  -- overdue, overlap, audienceGone …
  reason text,
  -- Who was in it when it ran (audiences.list); what is worked through.
  list_id uuid,
  total int,
  -- Numbers up to here have been handed over.
  position int not null default 0,
  handed int not null default 0,
  entered int not null default 0,
  -- One process works at a time; the fence rises with every taking, and what it writes goes through it.
  owner uuid,
  fence int not null default 0,
  lease_until timestamptz,
  attempts smallint not null default 0,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz
);
create unique index run_occurrence on campaigns.run (campaign_id, occurrence);
create index run_open on campaigns.run (due_at) where state in ('waiting', 'running');

-- Up to when the occurrences of a campaign have been planned, or told as missed.
create table campaigns.run_planned (
  campaign_id int primary key references campaigns.campaign (id),
  until timestamptz not null
);

-- Answers to requests that may be repeated (POST /campaigns/{id}/entries), kept for a day.
create table campaigns.entry_request (
  campaign_id int not null references campaigns.campaign (id),
  key text not null,
  -- Of the body: the same key with another body is refused.
  body_hash text not null,
  answer jsonb,
  created_at timestamptz not null,
  primary key (campaign_id, key)
);
create index entry_request_age on campaigns.entry_request (created_at);
