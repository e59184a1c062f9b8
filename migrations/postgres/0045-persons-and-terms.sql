-- Tries of a call or of a word at the branch: each is a contact, also when nobody answered.
create table campaigns.contact_try (
  send_id bigint not null,
  at timestamptz not null,
  customer_no int not null,
  outcome text not null,
  primary key (send_id, at)
);
create index contact_try_person on campaigns.contact_try (customer_no, at);

-- Erased customers whom campaigns have followed. What the law has us keep stays until `held_until`.
create table campaigns.erasure (
  customer_no int primary key,
  begun_at timestamptz not null,
  -- What was ended, emptied or deleted, by kind.
  counts jsonb not null default '{}',
  held_until timestamptz,
  finished_at timestamptz
);
create index erasure_open on campaigns.erasure (held_until) where finished_at is null;
-- They are few, and asked for every minute.
create index customer_erased on customers.customer (no) where erased_at is not null;

-- Takes back from a platform who was erased, and nobody else.
alter table campaigns.ad_export drop constraint ad_export_mode_check,
  add constraint ad_export_mode_check check (mode in ('difference', 'full', 'clear', 'erased'));

-- How long records of an erased customer stay: proof of what was sent and of what was disclosed.
insert into campaigns.limit_version (name, valid_from, value, source, reason, set_at, set_by) values
  ('records', '2026-01-01T00:00:00+08:00', '{"sendDays": 183, "disclosureDays": 1825}', 'M1：通信短信息服务管理规定（2026-05-01 起施行）发送记录保存不少于 6 个月；网络安全法 21(3) 日志不少于 6 个月；披露确认按 5 年保守取值（金规〔2026〕2号未见年限，待法务核对）；个人信息保护法 47：法定期限内只存储、不作他用', '初始值', now(), 'system');

-- How long posts are kept, by kind: one dated document, the one that began last counts.
create table opinion.post_term (
  id int generated always as identity primary key,
  valid_from timestamptz not null,
  -- Days since they were collected; null: without end.
  value jsonb not null,
  source text not null,
  reason text not null,
  set_at timestamptz not null,
  set_by text not null
);
insert into opinion.post_term (valid_from, value, source, reason, set_at, set_by) values
  ('2026-01-01T00:00:00+08:00', '{"post": 365, "comment": 365, "repost": 365, "article": 1095, "complaint": 1095, "hot-list": 365, "drill": 30}', 'P6：个人信息保护法 19，保存期限为实现处理目的所必要的最短时间；文章与投诉取三年（民法典 188 诉讼时效），其余为内部政策，待法务核定', '初始值', now(), 'system');

-- Each round of deleting what is past its term, with counts; nothing of the posts themselves.
create table opinion.post_purge (
  id int generated always as identity primary key,
  term_id int not null references opinion.post_term (id),
  started_at timestamptz not null,
  finished_at timestamptz,
  posts int not null default 0,
  -- Past their term, and held by an incident, a report, a fact, a complaint pack or a ticket.
  held int not null default 0,
  counts jsonb not null default '{}'
);
create index post_purge_recent on opinion.post_purge (id desc);

-- Whether people were told that a source went blind, and that it sees again.
alter table opinion.source_blind add column told_at timestamptz, add column told_over_at timestamptz;
