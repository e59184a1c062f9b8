-- Incidents: the joint case of public relations, legal and service for one or more opinion events. Numbers and addresses of
-- persons are masked in every text before it is stored; what comes as a file is sealed.

-- Handling figures with the day they count from, and where each comes from: deadlines of complaints, of regulators, which
-- grades open an incident. The newest whose day has come counts.
create table opinion.handling_setting (
  id int generated always as identity primary key,
  name text not null,
  from_day date not null,
  value jsonb not null,
  source text not null,
  changed_at timestamptz not null,
  changed_by text not null
);
create index handling_setting_day on opinion.handling_setting (name, from_day desc, id desc);

create table opinion.incident (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  title text not null,
  summary text not null default '',
  level text not null check (level in ('minor', 'moderate', 'severe')),
  state text not null default 'open' check (state in ('open', 'acknowledged', 'acting', 'closing', 'closed')),
  opened_how text not null check (opened_how in ('grade', 'hand')),
  reason text not null default '',
  plan jsonb,
  sign_offs text[] not null default '{}',
  product_keys text[] not null default '{}',
  opened_at timestamptz not null,
  opened_by text not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acted_at timestamptz,
  closing_at timestamptz,
  closed_at timestamptz,
  closed_by text,
  outcome text check (outcome in ('resolved', 'faded', 'false-alarm', 'duplicate', 'transferred')),
  conclusion text not null default '',
  reopened int not null default 0,
  changed_at timestamptz not null
);
create index incident_open on opinion.incident (drill_id, opened_at desc) where state <> 'closed';
create index incident_opened on opinion.incident (drill_id, opened_at desc);

create table opinion.incident_event (
  incident_id int not null references opinion.incident (id) on delete cascade,
  event_id int not null references opinion.event (id),
  linked_at timestamptz not null,
  linked_by text not null,
  unlinked_at timestamptz,
  primary key (incident_id, event_id)
);
-- An event is handled in one place.
create unique index incident_of_event on opinion.incident_event (event_id) where unlinked_at is null;

create table opinion.incident_lane (
  incident_id int not null references opinion.incident (id) on delete cascade,
  lane text not null check (lane in ('pr', 'legal', 'service')),
  owner_id text,
  owner_name text,
  deputy_id text,
  deputy_name text,
  primary key (incident_id, lane)
);

-- Who stands for the case being over: a lane, or whoever else the contract of the level names.
create table opinion.incident_signature (
  incident_id int not null references opinion.incident (id) on delete cascade,
  party text not null check (party in ('pr', 'legal', 'service', 'compliance', 'admin')),
  at timestamptz not null,
  by_name text not null,
  note text not null default '',
  primary key (incident_id, party)
);

-- A deadline: minutes over a calendar, without the spans in which it was held.
create table opinion.incident_clock (
  id int generated always as identity primary key,
  incident_id int not null references opinion.incident (id) on delete cascade,
  kind text not null check (kind in ('acknowledge', 'act', 'statement', 'close', 'regulator')),
  calendar text not null check (calendar in ('always', 'work')),
  minutes int not null check (minutes > 0),
  -- Minutes after the deadline at which somebody above is told.
  escalate_minutes int not null check (escalate_minutes >= 0),
  started_at timestamptz not null,
  due_at timestamptz not null,
  escalate_at timestamptz not null,
  pauses jsonb not null default '[]',
  stopped_at timestamptz,
  stopped_why text,
  -- Told as late, and as late for so long that it was escalated; each once.
  told_due_at timestamptz,
  told_escalate_at timestamptz,
  unique (incident_id, kind, started_at)
);
create index incident_clock_running on opinion.incident_clock (due_at) where stopped_at is null;

create table opinion.incident_task (
  id int generated always as identity primary key,
  incident_id int not null references opinion.incident (id) on delete cascade,
  lane text not null check (lane in ('pr', 'legal', 'service')),
  title text not null,
  detail text not null default '',
  step text,
  owner_id text,
  owner_name text,
  due_at timestamptz,
  state text not null default 'open' check (state in ('open', 'doing', 'done', 'dropped')),
  result text not null default '',
  created_at timestamptz not null,
  created_by text not null,
  done_at timestamptz,
  done_by text,
  told_due_at timestamptz
);
create index incident_task_incident on opinion.incident_task (incident_id, id);
create index incident_task_owner on opinion.incident_task (owner_id, due_at) where state in ('open', 'doing');

-- The one timeline. Only ever grows.
create table opinion.incident_entry (
  id bigint generated always as identity primary key,
  incident_id int not null references opinion.incident (id) on delete cascade,
  drill_id int not null default 0,
  at timestamptz not null,
  -- When it was written; `at` may lie before it (a post, a phone call told later).
  written_at timestamptz not null,
  kind text not null,
  lane text,
  by_id text not null,
  by_name text not null,
  text text not null default '',
  detail jsonb not null default '{}',
  mentions text[] not null default '{}',
  -- What wrote it, so that nothing is written twice.
  key text
);
create index incident_entry_time on opinion.incident_entry (incident_id, at, id);
create unique index incident_entry_once on opinion.incident_entry (incident_id, key) where key is not null;
create index incident_entry_mentions on opinion.incident_entry using gin (mentions);
create index incident_entry_feed on opinion.incident_entry (drill_id, id desc);

create function opinion.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name;
end $$;
create trigger incident_entry_grows before update on opinion.incident_entry
  for each row execute function opinion.refuse_change();

-- Files of incidents, statements, packs and tickets; sealed under a salt of their own.
create table opinion.attachment (
  id uuid primary key,
  about text not null check (about in ('incident', 'statement', 'ticket')),
  about_id int not null,
  name text not null,
  type text not null,
  bytes int not null,
  sha256 text not null,
  salt bytea,
  sealed bytea,
  note text not null default '',
  lane text,
  added_at timestamptz not null,
  added_by text not null,
  removed_at timestamptz,
  removed_by text,
  remove_reason text
);
create index attachment_about on opinion.attachment (about, about_id, added_at);

-- Statements (声明): every version stays.
create table opinion.statement (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  incident_id int references opinion.incident (id),
  kind text not null check (kind in ('holding', 'apology', 'clarification', 'progress', 'rebuttal', 'media')),
  version int not null default 1,
  withdrawn_at timestamptz,
  withdraw_reason text,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null
);
create index statement_incident on opinion.statement (incident_id);

create table opinion.statement_version (
  statement_id int not null references opinion.statement (id) on delete cascade,
  version int not null,
  title text not null,
  body text not null,
  facts int[] not null default '{}',
  hash text not null,
  findings jsonb not null default '[]',
  note text not null default '',
  created_at timestamptz not null,
  created_by text not null,
  writer text not null,
  primary key (statement_id, version)
);

create table opinion.statement_publication (
  id int generated always as identity primary key,
  statement_id int not null references opinion.statement (id) on delete cascade,
  version int not null,
  hash text not null,
  review_id int not null,
  place text not null,
  url text not null,
  at timestamptz not null,
  screenshot uuid,
  note text not null default '',
  logged_at timestamptz not null,
  logged_by text not null
);
create index statement_publication_of on opinion.statement_publication (statement_id, at);

create table opinion.statement_template (
  id int generated always as identity primary key,
  kind text not null,
  name text not null,
  title text not null,
  body text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  retired_at timestamptz
);

-- Reports to platforms and to 12377, lawful ones only.
create table opinion.complaint_pack (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  incident_id int references opinion.incident (id),
  target text not null check (target in ('platform', '12377')),
  platform text not null,
  category text not null,
  claim text not null,
  bases text[] not null,
  posts text[] not null,
  documents uuid[] not null default '{}',
  bytes int not null,
  sha256 text not null,
  salt bytea not null,
  sealed bytea not null,
  made_at timestamptz not null,
  made_by text not null,
  submitted_at timestamptz,
  submitted_by text,
  receipt text,
  answer text check (answer in ('accepted', 'partly', 'refused')),
  answer_note text,
  answered_at timestamptz
);
create index complaint_pack_made on opinion.complaint_pack (drill_id, made_at desc);

-- Tickets of the customer-relations loop.
create table opinion.ticket_reason (
  key text primary key,
  parent text references opinion.ticket_reason (key),
  name text not null,
  name_en text not null,
  retired_at timestamptz
);
insert into opinion.ticket_reason (key, parent, name, name_en) values
  ('fee', null, '息费', 'Interest and fees'),
  ('fee.hidden', 'fee', '隐形收费', 'Hidden fees'),
  ('fee.rate', 'fee', '利率争议', 'Rate dispute'),
  ('fee.membership', 'fee', '会员费捆绑', 'Bundled membership'),
  ('fee.refund', 'fee', '退息退费', 'Refund of interest and fees'),
  ('fee.early', 'fee', '提前还款', 'Early repayment'),
  ('collection', null, '催收', 'Collection'),
  ('collection.harsh', 'collection', '暴力催收', 'Harsh collection'),
  ('collection.third', 'collection', '骚扰第三人', 'Third parties harassed'),
  ('privacy', null, '隐私', 'Privacy'),
  ('privacy.leak', 'privacy', '隐私泄露', 'Privacy leak'),
  ('privacy.marketing', 'privacy', '营销骚扰', 'Unwanted marketing'),
  ('credit', null, '征信', 'Credit record'),
  ('credit.record', 'credit', '征信异议', 'Credit record disputed'),
  ('sales', null, '营销', 'Sales'),
  ('sales.induced', 'sales', '诱导借贷', 'Induced borrowing'),
  ('sales.impersonation', 'sales', '冒名诈骗', 'Impersonation'),
  ('service', null, '服务', 'Service'),
  ('service.poor', 'service', '客服差', 'Poor service'),
  ('service.app', 'service', 'App 问题', 'App trouble'),
  ('praise', null, '表扬', 'Praise'),
  ('praise.person', 'praise', '表扬员工', 'Praise of staff'),
  ('praise.product', 'praise', '表扬产品', 'Praise of products'),
  ('other', null, '其他', 'Other');

create table opinion.ticket (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  kind text not null check (kind in ('complaint', 'praise', 'suggestion', 'inquiry')),
  origin text not null check (origin in ('post', 'source', 'hand', 'link')),
  platform text,
  post_id text,
  -- As the complaint platform has it.
  number text,
  appeal text[] not null default '{}',
  amount_fen bigint,
  reply_state text,
  title text not null,
  text text not null default '',
  reason text references opinion.ticket_reason (key),
  regulated boolean not null default false,
  state text not null default 'new' check (state in ('new', 'acknowledged', 'answered', 'solved', 'closed')),
  owner_id text,
  owner_name text,
  customer_no int,
  incident_id int references opinion.incident (id),
  received_at timestamptz not null,
  created_at timestamptz not null,
  created_by text not null,
  acknowledged_at timestamptz,
  answered_at timestamptz,
  solved_at timestamptz,
  closed_at timestamptz,
  close_reason text,
  acknowledge_due_at timestamptz not null,
  answer_due_at timestamptz not null,
  solve_due_at timestamptz not null,
  -- Minutes and calendar they were reckoned with, and the spans in which the ticket was held.
  terms jsonb not null,
  pauses jsonb not null default '[]',
  satisfaction smallint check (satisfaction between 1 and 5),
  satisfied_at timestamptz,
  satisfied_how text check (satisfied_how in ('link', 'entered')),
  satisfied_note text,
  changed_at timestamptz not null
);
create unique index ticket_of_post on opinion.ticket (drill_id, post_id) where post_id is not null;
create unique index ticket_of_number on opinion.ticket (drill_id, platform, number) where number is not null;
create index ticket_open on opinion.ticket (drill_id, solve_due_at) where state not in ('solved', 'closed');
create index ticket_received on opinion.ticket (drill_id, received_at desc);
create index ticket_customer on opinion.ticket (customer_no, received_at) where customer_no is not null;

create table opinion.ticket_entry (
  id bigint generated always as identity primary key,
  ticket_id int not null references opinion.ticket (id) on delete cascade,
  at timestamptz not null,
  kind text not null,
  by_name text not null,
  text text not null default '',
  detail jsonb not null default '{}'
);
create index ticket_entry_time on opinion.ticket_entry (ticket_id, id);
create trigger ticket_entry_grows before update on opinion.ticket_entry
  for each row execute function opinion.refuse_change();

-- Who a complaining post is by: said by whom, for what purpose, until when.
create table opinion.customer_link (
  id int generated always as identity primary key,
  ticket_id int not null references opinion.ticket (id) on delete cascade,
  customer_no int not null,
  purpose text not null,
  linked_at timestamptz not null,
  linked_by text not null,
  unlinked_at timestamptz,
  unlinked_by text,
  unlink_reason text
);
create unique index customer_link_one on opinion.customer_link (ticket_id) where unlinked_at is null;
create index customer_link_person on opinion.customer_link (customer_no);

create table opinion.answer_template (
  id int generated always as identity primary key,
  name text not null,
  reason text references opinion.ticket_reason (key),
  body text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  retired_at timestamptz
);

insert into opinion.handling_setting (name, from_day, value, source, changed_at, changed_by) values
  ('opening', '2000-01-01', '{"levels": ["moderate", "severe"]}', '产品默认', now(), 'system'),
  ('tickets', '2000-01-01', '{
    "complaint": {"acknowledge": [240, "work"], "answer": [1440, "always"], "solve": [10080, "always"]},
    "regulated": {"acknowledge": [240, "work"], "answer": [1440, "always"], "solve": [21600, "always"]},
    "praise": {"acknowledge": [1440, "work"], "answer": [4320, "always"], "solve": [10080, "always"]},
    "suggestion": {"acknowledge": [1440, "work"], "answer": [4320, "always"], "solve": [20160, "always"]},
    "inquiry": {"acknowledge": [480, "work"], "answer": [1440, "always"], "solve": [4320, "always"]},
    "repeatDays": 90, "surveyDays": 14
  }', '产品默认；监管转办投诉 15 日内作出处理决定，参照《银行业保险业消费投诉处理管理办法》（银保监会令 2020 年第 3 号）第二十条，适用性请法务确认', now(), 'system');
