create schema if not exists compliance;

-- What a customer said about a purpose and channel; was customers.consent. Compliance writes it, whoever says so calls recordConsents.
alter table customers.consent set schema compliance;
alter table compliance.consent
  -- What it was said through: import, staff, preferenceCentre, oneClick, smsReply, api.
  add column source text not null default 'import',
  -- A yes ends by itself then; null: never.
  add column expires_at timestamptz,
  -- Of the notice that was shown.
  add column text_hash text,
  -- The click or call it was said in: one act grants one separate consent at most.
  add column act text,
  add column recorded_at timestamptz,
  add column recorded_by text;
create index consent_act on compliance.consent (act) where act is not null;

-- What personal data are used for.
create table compliance.purpose (
  key text primary key,
  title text not null,
  description text not null default '',
  -- Item of PIPL 13. Only consent is asked for.
  basis text not null check (basis in ('consent', 'contract', 'legalDuty', 'emergency', 'publicInterest', 'selfDisclosed', 'other')),
  -- Needs a consent of its own: sensitive data (PIPL 29) or giving data to another (PIPL 23), who is named.
  separate text check (separate in ('sensitive', 'recipient')),
  recipient text,
  channels text[] not null default '{}',
  position int not null default 0,
  retired_at timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  check ((separate = 'recipient') = (recipient is not null))
);
create unique index purpose_recipient on compliance.purpose (recipient) where recipient is not null and retired_at is null;
insert into compliance.purpose (key, title, description, basis, channels, position, created_at, created_by) values
  ('marketing', '营销推广', '向您介绍我们的产品、优惠与活动', 'consent', '{sms,email,wechat,call,push}', 1, now(), 'system'),
  ('service', '服务通知', '还款提醒、账户与交易通知等履行合同所必需的消息', 'contract', '{sms,email,wechat,call,push}', 2, now(), 'system');

-- What was told before asking (PIPL 17, 23, 30), version by version. A published one never changes.
create table compliance.notice (
  purpose text not null references compliance.purpose (key),
  number int not null,
  -- How consents name it: v1, 2026-09, …
  label text not null,
  state text not null check (state in ('draft', 'published')),
  content jsonb not null,
  -- SHA-256 of the canonical JSON of content.
  text_hash text,
  -- Consents to earlier versions no longer count.
  asks_anew boolean not null default false,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  published_at timestamptz,
  published_by text,
  primary key (purpose, number),
  unique (purpose, label)
);
create unique index notice_draft on compliance.notice (purpose) where state = 'draft';

-- What a file calls a version: without a line here an unknown name opens nothing.
create table compliance.notice_alias (
  purpose text not null references compliance.purpose (key),
  said text not null,
  number int not null,
  at timestamptz not null,
  by text not null,
  reason text not null,
  primary key (purpose, said),
  foreign key (purpose, number) references compliance.notice (purpose, number)
);

-- Numbers of the law and of the house with the day they hold from; the latest day not after today counts.
create table compliance.dated_setting (
  name text not null,
  valid_from date not null,
  value jsonb not null,
  source text not null,
  set_at timestamptz not null,
  set_by text not null,
  primary key (name, valid_from)
);

-- Addresses nobody writes to or calls: by keyed blind index, for all brands and purposes, known customer or not.
create table compliance.do_not_contact (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('phone', 'email')),
  hash uuid not null,
  -- 138****5678: so that people recognise it.
  masked text not null,
  origin text not null check (origin in ('reply', 'complaint', 'regulator', 'wrongPerson', 'bounce', 'manual', 'import')),
  note text not null default '',
  at timestamptz not null,
  by text not null,
  -- Two persons take an address off.
  removal_asked_at timestamptz,
  removal_asked_by text,
  removal_asked_by_name text,
  removal_reason text,
  removed_at timestamptz,
  removed_by text
);
create unique index do_not_contact_hash on compliance.do_not_contact (hash) where removed_at is null;
create index do_not_contact_at on compliance.do_not_contact (id desc) where removed_at is null;

-- Who is not to be reached with what, and why. Ends are kept.
create table compliance.exclusion (
  id bigint generated always as identity primary key,
  customer_no int not null,
  kind text not null check (kind in ('deceased', 'inCollection', 'hardship', 'complaint', 'selfExcluded', 'student', 'minor', 'warningTier', 'notPersonalised')),
  since timestamptz not null,
  until timestamptz,
  reason text not null default '',
  -- How it can be shown: {"document", "case", …}. No personal data.
  evidence jsonb not null default '{}',
  source text not null check (source in ('staff', 'import', 'preferenceCentre', 'api', 'rule')),
  import_id uuid,
  created_at timestamptz not null,
  created_by text not null,
  ended_at timestamptz,
  ended_by text,
  end_reason text
);
create index exclusion_customer on compliance.exclusion (customer_no) where ended_at is null;
create unique index exclusion_open on compliance.exclusion (customer_no, kind) where ended_at is null and until is null;

-- Files of addresses or customers: who is not to be contacted, who is excluded.
create table compliance.file_import (
  id uuid primary key,
  target text not null check (target in ('doNotContact', 'exclusion')),
  value_kind text not null,
  file_column text,
  file_id uuid,
  file_name text,
  -- What every line gets: {"origin", "note"} or {"kind", "since", "until", "reason"}.
  given jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  wish text check (wish = 'cancel'),
  -- read = added + known + not_found + invalid
  read int not null default 0,
  added int not null default 0,
  known int not null default 0,
  not_found int not null default 0,
  invalid int not null default 0,
  -- Lines before this one are done; a second run goes on there.
  line int not null default 0,
  bytes_read bigint not null default 0,
  bytes_total bigint not null default 0,
  error text,
  created_at timestamptz not null,
  created_by text not null,
  asked_by text not null,
  finished_at timestamptz
);
create table compliance.file_reject (
  import_id uuid not null references compliance.file_import (id),
  line int not null,
  masked text not null,
  code text not null check (code in ('notFound', 'invalid')),
  primary key (import_id, line)
);

-- What came back by SMS that was understood; the text itself is not kept.
create table compliance.sms_reply (
  id bigint generated always as identity primary key,
  hash uuid not null,
  word text not null,
  provider text not null,
  at timestamptz not null,
  received_at timestamptz not null,
  unique (hash, provider, at)
);
