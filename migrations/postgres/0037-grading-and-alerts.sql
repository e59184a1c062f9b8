-- What people decide about grades and alerts: rules of grading, contracts of the levels, work time, contingency plans. A version
-- is written by one person and put in force by another; what was in force stays.
create table opinion.policy (
  id int generated always as identity primary key,
  kind text not null check (kind in ('grading', 'contracts', 'workTime', 'plan')),
  -- Which plan; '' elsewhere.
  key text not null default '',
  version int not null,
  document jsonb not null,
  state text not null default 'draft' check (state in ('draft', 'submitted', 'inForce', 'refused', 'withdrawn', 'past')),
  reason text not null,
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  decided_by text,
  decided_by_name text,
  decided_at timestamptz,
  note text,
  unique (kind, key, version)
);
create unique index policy_in_force on opinion.policy (kind, key) where state = 'inForce';
create unique index policy_pending on opinion.policy (kind, key) where state in ('draft', 'submitted');

-- Facts of an event as they were when it was looked at: kept when they would change a grade, so that rules can be tried on them.
create table opinion.event_facts (
  id bigint generated always as identity primary key,
  event_id int not null,
  drill_id int not null default 0,
  at timestamptz not null,
  facts jsonb not null
);
create index event_facts_of on opinion.event_facts (event_id, at desc);
create index event_facts_recent on opinion.event_facts (at) where drill_id = 0;

-- Every grade an event ever had, by whom, why, and under which rules. Never changed.
create table opinion.grade (
  id bigint generated always as identity primary key,
  event_id int not null,
  drill_id int not null default 0,
  level text not null check (level in ('minor', 'moderate', 'severe')),
  before text check (before in ('minor', 'moderate', 'severe')),
  score double precision not null,
  by_machine boolean not null,
  reason text not null,
  verdict jsonb not null,
  policy_version int not null,
  contract_version int not null,
  contract jsonb not null,
  plan_id int references opinion.policy (id),
  at timestamptz not null,
  actor text not null,
  actor_name text not null,
  approved_by text,
  approved_by_name text
);
create index grade_of on opinion.grade (event_id, id);
create index grade_recent on opinion.grade (drill_id, at);
create function opinion.refuse_grade_change() returns trigger language plpgsql as $$
begin
  raise exception 'Grades are append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;
create trigger grade_is_append_only before update or delete or truncate on opinion.grade
  for each statement execute function opinion.refuse_grade_change();

-- Where an event stands now.
create table opinion.event_level (
  event_id int primary key,
  drill_id int not null default 0,
  level text not null check (level in ('minor', 'moderate', 'severe')),
  score double precision not null,
  grade_id bigint not null references opinion.grade (id),
  since timestamptz not null,
  -- When a person brought the level down: what held then raises it no more, only what is new.
  lowered_rules text[] not null default '{}',
  evaluated_at timestamptz not null
);

-- Events to be looked at, taken by whoever works. One row per event however often it changed.
create table opinion.grade_due (
  event_id int primary key,
  drill_id int not null default 0,
  asked_at timestamptz not null,
  next_at timestamptz not null,
  attempts int not null default 0,
  error text
);
create index grade_due_next on opinion.grade_due (next_at);

-- Somebody asks for a lower level; another person decides.
create table opinion.level_request (
  id int generated always as identity primary key,
  event_id int not null,
  drill_id int not null default 0,
  level text not null check (level in ('minor', 'moderate', 'severe')),
  reason text not null,
  state text not null default 'open' check (state in ('open', 'approved', 'refused', 'withdrawn')),
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  decided_by text,
  decided_by_name text,
  decided_at timestamptz,
  note text
);
create unique index level_request_open on opinion.level_request (event_id) where state = 'open';

-- Clocks of an event. Stretches are when the clock runs until it is due, over the calendar and the pauses; they can be computed again.
create table opinion.deadline (
  id bigint generated always as identity primary key,
  event_id int not null,
  drill_id int not null default 0,
  grade_id bigint not null references opinion.grade (id),
  level text not null,
  kind text not null check (kind in ('acknowledge', 'act', 'statement', 'close', 'regulator')),
  runs text not null check (runs in ('work', 'always')),
  due_minutes int not null,
  escalate_minutes int not null,
  work_time_version int not null,
  started_at timestamptz not null,
  -- Null while a pause is open.
  due_at timestamptz,
  escalate_at timestamptz,
  stretches jsonb not null,
  state text not null default 'running' check (state in ('running', 'met', 'replaced', 'dropped')),
  ended_at timestamptz,
  ended_by text,
  told_due_at timestamptz,
  told_escalate_at timestamptz
);
create unique index deadline_running on opinion.deadline (event_id, kind) where state = 'running';
create index deadline_of on opinion.deadline (event_id, id);
create index deadline_due on opinion.deadline (least(due_at, escalate_at)) where state = 'running';

create table opinion.clock_pause (
  id int generated always as identity primary key,
  event_id int not null,
  drill_id int not null default 0,
  reason text not null,
  from_at timestamptz not null,
  to_at timestamptz,
  paused_by text not null,
  resumed_by text
);
create unique index clock_pause_open on opinion.clock_pause (event_id) where to_at is null;

-- Bots, mailboxes and gateways that alerts leave by. Secrets are in platform.secret, by `opinion.channel.{id}.{field}`.
create table opinion.alert_channel (
  id int generated always as identity primary key,
  name text not null,
  kind text not null check (kind in ('dingtalk', 'wecom', 'feishu', 'email', 'sms', 'webhook')),
  -- Real events, drills, or both; a drill is marked wherever it goes.
  serves text not null default 'real' check (serves in ('real', 'drill', 'both')),
  settings jsonb not null,
  secrets text[] not null default '{}',
  -- Only this person reads it: messages may carry his link.
  person text,
  per_minute int not null check (per_minute between 1 and 10000),
  most_bytes int not null check (most_bytes between 200 and 1000000),
  state text not null default 'off' check (state in ('on', 'off')),
  ok_at timestamptz,
  error_at timestamptz,
  error text,
  tokens double precision not null,
  filled_at timestamptz not null,
  -- Nothing is tried before: the provider said so.
  rests_until timestamptz,
  version int not null default 1,
  made_at timestamptz not null,
  made_by text not null,
  deleted_at timestamptz
);
create unique index alert_channel_name on opinion.alert_channel (lower(name)) where deleted_at is null;

-- Of whom we know how he is reached. Numbers and names are in platform.secret, by `opinion.contact.{user_id}`.
create table opinion.contact (
  user_id uuid primary key,
  changed_at timestamptz not null,
  changed_by text not null
);

-- The routing tree with its receivers, intervals and rules of inhibition. The newest version holds.
create table opinion.routing (
  version int primary key,
  document jsonb not null,
  reason text not null,
  made_by text not null,
  made_at timestamptz not null
);

create table opinion.silence (
  id int generated always as identity primary key,
  match jsonb not null,
  reason text not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  -- The loop has looked again at what it had muted.
  over boolean not null default false,
  check (until_at > from_at)
);
create index silence_open on opinion.silence (until_at) where not over;

-- One per event.
create table opinion.alert (
  id int generated always as identity primary key,
  event_id int not null unique,
  drill_id int not null default 0,
  level text not null,
  -- What it is matched by: subjects, aspects, platforms, kinds of subjects.
  labels jsonb not null,
  title text not null,
  detail jsonb not null,
  state text not null default 'firing' check (state in ('firing', 'acknowledged', 'resolved')),
  fired_at timestamptz not null,
  -- Raised with each change worth telling.
  edition int not null default 1,
  changed_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_by_name text,
  acknowledged_via text check (acknowledged_via in ('console', 'link')),
  resolved_at timestamptz
);
create index alert_recent on opinion.alert (drill_id, changed_at desc);

-- Alerts that are told together, and when they are looked at next: state is stored, never derived when a message is due.
create table opinion.alert_group (
  id bigint generated always as identity primary key,
  route text not null,
  group_key text not null,
  drill_id int not null default 0,
  receiver text not null,
  state text not null default 'waiting' check (state in ('waiting', 'told', 'muted', 'silenced', 'inhibited', 'quiet', 'over')),
  reason text not null default '',
  -- To be looked at, and not to be told before.
  next_at timestamptz,
  tell_at timestamptz not null,
  told_at timestamptz,
  told_times int not null default 0,
  group_interval_s int not null,
  repeat_minutes int not null,
  mute text[] not null default '{}',
  active text[] not null default '{}',
  made_at timestamptz not null,
  unique (route, group_key, drill_id)
);
create index alert_group_next on opinion.alert_group (next_at) where next_at is not null;

create table opinion.alert_group_member (
  group_id bigint not null references opinion.alert_group (id),
  alert_id int not null references opinion.alert (id),
  state text not null default 'new' check (state in ('new', 'told', 'silenced', 'inhibited', 'acknowledged', 'resolved', 'left')),
  reason text not null default '',
  told_edition int not null default 0,
  joined_at timestamptz not null,
  primary key (group_id, alert_id)
);
create index alert_group_member_alert on opinion.alert_group_member (alert_id);

-- Going up: owner, deputy, manager, until somebody acknowledges.
create table opinion.escalation (
  alert_id int primary key references opinion.alert (id),
  drill_id int not null default 0,
  edition int not null,
  -- 0 owner, 1 deputy, 2 manager.
  step smallint not null,
  state text not null default 'running' check (state in ('running', 'stopped', 'done')),
  reason text not null default '',
  next_at timestamptz
);
create index escalation_next on opinion.escalation (next_at) where state = 'running';

-- Messages. The text is kept as it left, without the links of acknowledging.
create table opinion.notice (
  id bigint generated always as identity primary key,
  drill_id int not null default 0,
  channel_id int not null references opinion.alert_channel (id),
  group_id bigint references opinion.alert_group (id),
  alert_ids int[] not null default '{}',
  why text not null check (why in ('first', 'changed', 'repeat', 'silenceEnded', 'resolved', 'escalate', 'due', 'overdue', 'digest', 'test')),
  -- Whom it is for, where it is for one person.
  person text,
  person_name text,
  -- People called by name in a group; who they are is asked when it leaves.
  calls jsonb not null default '[]',
  title text not null,
  body text not null,
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed', 'digested', 'dropped')),
  digest_id bigint references opinion.notice (id),
  attempts int not null default 0,
  next_at timestamptz,
  made_at timestamptz not null,
  sent_at timestamptz,
  answer text
);
create index notice_next on opinion.notice (next_at) where state in ('queued', 'sending');
create index notice_recent on opinion.notice (made_at desc);
create index notice_alerts on opinion.notice using gin (alert_ids);

-- Proof: what each provider answered to each attempt.
create table opinion.notice_attempt (
  notice_id bigint not null references opinion.notice (id),
  attempt int not null,
  at timestamptz not null,
  took_ms int not null,
  outcome text not null check (outcome in ('accepted', 'rejected', 'unclear')),
  code text not null,
  answer text not null,
  primary key (notice_id, attempt)
);
create trigger notice_attempt_is_append_only before update or delete or truncate on opinion.notice_attempt
  for each statement execute function opinion.refuse_grade_change();

-- A link with which one person acknowledges one alert. The link itself is not kept: it is signed with a key of the vault.
create table opinion.ack_link (
  id bigint generated always as identity primary key,
  alert_id int not null references opinion.alert (id),
  edition int not null,
  person text not null,
  person_name text not null,
  notice_id bigint not null references opinion.notice (id),
  expires_at timestamptz not null,
  opened_at timestamptz,
  used_at timestamptz
);

create table opinion.rota (
  id int generated always as identity primary key,
  name text not null,
  document jsonb not null,
  version int not null default 1,
  changed_at timestamptz not null,
  changed_by text not null,
  deleted_at timestamptz
);
create unique index rota_name on opinion.rota (lower(name)) where deleted_at is null;
create table opinion.rota_override (
  id int generated always as identity primary key,
  rota_id int not null references opinion.rota (id),
  -- Null: nobody is on call, and it shows as a gap.
  person text,
  from_at timestamptz not null,
  until_at timestamptz not null,
  reason text not null,
  made_by text not null,
  made_at timestamptz not null,
  deleted_at timestamptz,
  check (until_at > from_at)
);
create index rota_override_of on opinion.rota_override (rota_id, from_at) where deleted_at is null;

insert into opinion.policy (kind, version, document, state, reason, made_by, made_by_name, made_at, decided_by, decided_by_name, decided_at)
values
  ('workTime', 1, '{
    "week": [
      [{"from": "09:00", "to": "12:00"}, {"from": "13:30", "to": "18:00"}],
      [{"from": "09:00", "to": "12:00"}, {"from": "13:30", "to": "18:00"}],
      [{"from": "09:00", "to": "12:00"}, {"from": "13:30", "to": "18:00"}],
      [{"from": "09:00", "to": "12:00"}, {"from": "13:30", "to": "18:00"}],
      [{"from": "09:00", "to": "12:00"}, {"from": "13:30", "to": "18:00"}],
      [], []
    ],
    "holiday": [], "makeUpWorkday": null, "holidays": [], "workdays": []
  }', 'inForce', '系统初始值，请按本单位作息核定', 'system', 'system', now(), 'system', 'system', now()),
  ('grading', 1, '{
    "bias": -4.5,
    "weights": {"negative": 2.2, "aspect": 1.2, "author": 1.5, "reach": 1.5, "velocity": 2, "authors": 1.2, "platforms": 1, "hotList": 2, "rumour": 0.8, "trigger": 2},
    "aspectWeights": {"hidden-fee": 0.6, "rate-dispute": 0.6, "harsh-collection": 1, "privacy-leak": 1, "credit-record": 0.7, "poor-service": 0.3, "induced-borrowing": 0.8, "early-repayment": 0.4, "refund": 0.4, "impersonation": 0.9, "bundled-membership": 0.6},
    "authorWeights": {"person": 0, "verified": 0.3, "organisation": 0.3, "media": 0.6, "central-media": 1, "regulator": 1},
    "triggerWeights": {"self-harm": 1, "media-inquiry": 0.5, "lawsuit": 0.6, "group-action": 0.7, "regulator-report": 0.5},
    "aspectShare": 0.2,
    "rules": [
      {"id": "selfHarm", "name": "出现自伤或轻生表述", "level": "severe", "all": [{"fact": "urgency", "anyOf": ["self-harm"]}]},
      {"id": "centralMedia", "name": "中央媒体或监管机构发声且负面", "level": "severe", "all": [{"fact": "authorClass", "anyOf": ["central-media", "regulator"]}, {"fact": "negative", "atLeast": 0.5}]},
      {"id": "hotList", "name": "登上热搜前 50 且负面", "level": "severe", "all": [{"fact": "hotListRank", "atMost": 50}, {"fact": "negative", "atLeast": 0.5}]},
      {"id": "acrossPlatforms", "name": "三个以上平台同时激增且负面", "level": "severe", "all": [{"fact": "platforms", "atLeast": 3}, {"fact": "z", "atLeast": 6}, {"fact": "negative", "atLeast": 0.5}]},
      {"id": "score", "name": "风险分达到 60", "level": "moderate", "all": [{"fact": "score", "atLeast": 60}]},
      {"id": "loudVoice", "name": "十万粉以上认证账号发声且负面", "level": "moderate", "all": [{"fact": "verifiedFollowers", "atLeast": 100000}, {"fact": "negative", "atLeast": 0.5}]},
      {"id": "burst", "name": "声量突发且负面", "level": "moderate", "all": [{"fact": "bursting", "is": true}, {"fact": "negative", "atLeast": 0.5}]},
      {"id": "groupAction", "name": "出现群体维权或媒体采访", "level": "moderate", "all": [{"fact": "urgency", "anyOf": ["group-action", "media-inquiry"]}]}
    ],
    "caps": [{"subjectKind": "competitor", "level": "minor"}]
  }', 'inForce', '系统初始值，请按历史事件试算后核定', 'system', 'system', now(), 'system', 'system', now()),
  ('plan', 1, '{
    "title": "一般舆情处置预案", "summary": "核实情况，由客服先行答复，公关跟踪走势。",
    "steps": [
      {"title": "核实帖文所述", "text": "查订单、通话与投诉记录；只在有权限和用途时关联客户。", "lane": "service", "withinMinutes": 240},
      {"title": "答复当事人", "text": "说明处理办法与时间，不要求删帖。", "lane": "service", "withinMinutes": 1440},
      {"title": "跟踪走势并归档", "text": "", "lane": "pr", "withinMinutes": 4320}
    ]
  }', 'inForce', '系统初始值', 'system', 'system', now(), 'system', 'system', now());
update opinion.policy set key = 'routine' where kind = 'plan';
insert into opinion.policy (kind, key, version, document, state, reason, made_by, made_by_name, made_at, decided_by, decided_by_name, decided_at)
values
  ('plan', 'major', 1, '{
    "title": "重大舆情处置预案", "summary": "统一口径，法务审核，先处置人的风险，再回应公众。",
    "steps": [
      {"title": "成立联合处置小组", "text": "公关牵头，法务、客服各派负责人。", "lane": "pr", "withinMinutes": 15},
      {"title": "有人身风险先联系当事人与有关部门", "text": "", "lane": "service", "withinMinutes": 15},
      {"title": "固定证据", "text": "导出证据包，核对哈希。", "lane": "legal", "withinMinutes": 60},
      {"title": "形成事实清单并由法务核定", "text": "未核定的内容不得对外使用。", "lane": "legal", "withinMinutes": 120},
      {"title": "准备监管报告材料", "text": "", "lane": "legal", "withinMinutes": 120},
      {"title": "发布声明并记录渠道", "text": "", "lane": "pr", "withinMinutes": 240},
      {"title": "回访受影响客户并补救", "text": "", "lane": "service", "withinMinutes": 720}
    ]
  }', 'inForce', '系统初始值', 'system', 'system', now(), 'system', 'system', now()),
  ('contracts', '', 1, '{"contracts": [
    {"level": "minor", "owner": {"kind": "role", "role": "service"}, "deputy": {"kind": "role", "role": "pr"}, "manager": {"kind": "role", "role": "pr"},
      "clocks": [
        {"kind": "acknowledge", "dueMinutes": 240, "escalateMinutes": 480, "runs": "work", "source": "内部制度（初始值，待核定）"},
        {"kind": "act", "dueMinutes": 450, "escalateMinutes": 600, "runs": "work", "source": "内部制度：一个工作日（初始值，待核定）"},
        {"kind": "close", "dueMinutes": 1350, "escalateMinutes": 1800, "runs": "work", "source": "内部制度：三个工作日（初始值，待核定）"}],
      "plan": "routine", "signOffs": [], "regulator": null},
    {"level": "moderate", "owner": {"kind": "role", "role": "pr"}, "deputy": {"kind": "role", "role": "legal"}, "manager": {"kind": "role", "role": "admin"},
      "clocks": [
        {"kind": "acknowledge", "dueMinutes": 60, "escalateMinutes": 90, "runs": "work", "source": "内部制度（初始值，待核定）"},
        {"kind": "act", "dueMinutes": 240, "escalateMinutes": 360, "runs": "work", "source": "内部制度（初始值，待核定）"},
        {"kind": "close", "dueMinutes": 450, "escalateMinutes": 675, "runs": "work", "source": "内部制度：一个工作日（初始值，待核定）"}],
      "plan": "routine", "signOffs": ["pr", "legal"], "regulator": null},
    {"level": "severe", "owner": {"kind": "role", "role": "pr"}, "deputy": {"kind": "role", "role": "legal"}, "manager": {"kind": "role", "role": "admin"},
      "clocks": [
        {"kind": "acknowledge", "dueMinutes": 15, "escalateMinutes": 20, "runs": "always", "source": "内部制度（初始值，待核定）"},
        {"kind": "act", "dueMinutes": 60, "escalateMinutes": 90, "runs": "always", "source": "内部制度（初始值，待核定）"},
        {"kind": "statement", "dueMinutes": 240, "escalateMinutes": 300, "runs": "always", "source": "内部制度（初始值，待核定）"},
        {"kind": "close", "dueMinutes": 720, "escalateMinutes": 960, "runs": "always", "source": "内部目标 12 小时（初始值，待核定）"},
        {"kind": "regulator", "dueMinutes": 120, "escalateMinutes": 150, "runs": "always", "source": "监管报告材料备妥时限（初始值，请法务核定适用规定）"}],
      "plan": "major", "signOffs": ["pr", "legal", "admin"],
      "regulator": {"authority": "属地金融监管机构", "rule": "银行保险机构声誉风险管理办法（试行），是否适用及时限请法务核定"}}
  ]}', 'inForce', '系统初始值，时限由法务与公关核定', 'system', 'system', now(), 'system', 'system', now());

insert into opinion.routing (version, document, reason, made_by, made_at) values (1, '{
  "root": {"id": "root", "name": "全部预警", "match": {}, "continue": false, "receiver": "duty", "groupBy": ["event"], "groupWaitSeconds": 30, "groupIntervalSeconds": 300, "repeatMinutes": 240, "mute": [], "active": [], "routes": []},
  "receivers": [{"name": "duty", "title": "值守", "channels": [], "people": []}],
  "intervals": [],
  "inhibit": []
}', '系统初始值', 'system', now());
