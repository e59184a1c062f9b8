alter table campaigns.entry
  -- Steps left behind in this run. Every move raises it, so whoever read the row knows whether somebody else moved it since.
  add column hop int not null default 0,
  -- Passages by step, of journeys with loops only.
  add column passes jsonb,
  -- The arm of the experiment he came through last, `key:arm`.
  add column arm text,
  -- What the step waited for and has come: an event, or the outcome of a task.
  add column heard text,
  -- Why he failed, was stopped or left.
  add column reason text;

-- Each index costs every person in a campaign of a million, so what another one answers too goes. Entries of a campaign are
-- made under a lock of the campaign, which keeps numbers of runs apart.
drop index campaigns.entry_visit;
drop index campaigns.entry_trigger;
drop index campaigns.entry_due;
drop index campaigns.entry_person;
create unique index entry_trigger on campaigns.entry (customer_no, campaign_id, trigger_key);
-- By campaign: those that are held do not stand in the way, and a large one does not keep a small one waiting.
create index entry_due on campaigns.entry (campaign_id, due_at) where state = 'active';
create index entry_failed on campaigns.entry (campaign_id, step) where state = 'failed';

-- How many came to a step (`in`) and left it by each way; of step '' how many entered, and how they ended. Written in the
-- transaction of the moves themselves.
create table campaigns.step_count (
  campaign_id int not null,
  version int not null,
  step text not null,
  edge text not null,
  n bigint not null,
  primary key (campaign_id, version, step, edge)
) with (fillfactor = 50);

-- Passages on their way to ClickHouse, those of one transaction as one text of lines: a row of their own would cost more
-- than the move.
create table campaigns.passage_batch (
  id bigint generated always as identity primary key,
  passages int not null,
  lines text not null
);
