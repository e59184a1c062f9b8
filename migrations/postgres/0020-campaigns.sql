create schema campaigns;
create schema compliance;

create table campaigns.campaign (
  id int generated always as identity primary key,
  name text not null,
  description text not null default '',
  category text not null check (category in ('marketing', 'service')),
  -- 1 gives way to all, 100 to none.
  priority smallint not null check (priority between 1 and 100),
  state text not null default 'draft' check (state in ('draft', 'running', 'paused', 'stopping', 'ended')),
  definition jsonb not null,
  draft_version int not null default 1,
  live_version int,
  live_hash text,
  published_at timestamptz,
  -- A change of what runs or whether it runs; whoever keeps published campaigns in memory compares it.
  run_no int not null default 0,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  -- Who wrote the definition last may not approve it.
  edited_by text not null
);
create unique index campaign_name on campaigns.campaign (lower(name));

-- What was published, with everything it is made of: never changed.
create table campaigns.version (
  campaign_id int not null references campaigns.campaign (id),
  version int not null,
  frozen jsonb not null,
  content_hash text not null,
  review_id int,
  published_at timestamptz not null,
  published_by text not null,
  primary key (campaign_id, version)
);

-- One run of a customer through a journey. One row holds his place, so a million people are a million rows.
create table campaigns.entry (
  id bigint generated always as identity primary key,
  campaign_id int not null,
  version int not null,
  customer_no int not null,
  -- His how manieth run in this campaign.
  entry_no int not null default 1,
  -- What let him in. The same key never lets him in twice.
  trigger_key text not null,
  -- Properties of the trigger for templates and conditions; no personal data.
  trigger jsonb not null default '{}',
  entered_at timestamptz not null,
  step text not null,
  -- The how manieth passage through this step in this run.
  pass smallint not null default 1,
  arrived_at timestamptz not null,
  -- When something is to be done; null while an outcome or event is awaited without a time, or all is over.
  due_at timestamptz,
  state text not null default 'active' check (state in ('active', 'finished', 'exited', 'converted', 'stopped', 'failed')),
  ended_at timestamptz,
  -- When he did what the campaign is for.
  goal_at timestamptz
);
create unique index entry_visit on campaigns.entry (campaign_id, customer_no, entry_no);
create unique index entry_trigger on campaigns.entry (campaign_id, customer_no, trigger_key);
create index entry_due on campaigns.entry (due_at, id) where state = 'active' and due_at is not null;
create index entry_person on campaigns.entry (customer_no) where state = 'active';

-- One attempt to reach one customer. The unique key is the promise: one send per step and visit.
create table campaigns.send (
  id bigint generated always as identity primary key,
  campaign_id int not null,
  version int not null,
  step text not null,
  customer_no int not null,
  entry_no int not null,
  pass smallint not null,
  entry_id bigint not null,
  category text not null check (category in ('marketing', 'service')),
  channel text not null,
  creative_id int,
  offer_id int,
  -- The arm of the experiment he came through, `key:arm`.
  arm text,
  state text not null check (state in ('planned', 'refused', 'queued', 'sent', 'delivered', 'failed', 'unknown')),
  refusal text,
  refusal_detail jsonb,
  decided_at timestamptz not null,
  -- Not to be sent before, nor after.
  not_before timestamptz,
  not_after timestamptz,
  -- Goes to the provider as its idempotency key; made of the unique key, so the same send has the same one for ever.
  key text not null,
  provider_id int,
  provider_key text,
  attempt smallint not null default 0,
  queued_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  clicked_at timestamptz,
  failed_at timestamptz,
  error text,
  parts smallint,
  -- A thousandth of a fen: a text message costs a few fen, and not always whole ones.
  cost_millifen int,
  lease uuid,
  lease_until timestamptz,
  -- The transaction of the last change: the copy for analysis reads what is older than every transaction still open, so
  -- it misses nothing, and a send that changes twice meanwhile is copied once.
  changed xid8 not null default pg_current_xact_id()
);
create unique index send_visit on campaigns.send (campaign_id, version, step, customer_no, entry_no, pass);
create unique index send_key on campaigns.send (key);
create index send_due on campaigns.send (not_before, id) where state = 'planned';
create index send_flying on campaigns.send (lease_until) where state in ('queued', 'unknown');
create index send_person on campaigns.send (customer_no, decided_at);
create index send_changed on campaigns.send (changed);

create function campaigns.mark_changed() returns trigger language plpgsql as $$
begin
  new.changed := pg_current_xact_id();
  return new;
end
$$;
create trigger send_is_marked before update on campaigns.send for each row execute function campaigns.mark_changed();

-- How far a copier has come, by its name.
create table campaigns.copied (
  copier text primary key,
  until xid8 not null,
  at timestamptz not null
);
