-- Limits of the send gate: one document per kind, dated, with its source. The one that began last counts; what was is kept.
create table campaigns.limit_version (
  id int generated always as identity primary key,
  name text not null,
  valid_from timestamptz not null,
  value jsonb not null,
  -- Law, standard or policy that it follows.
  source text not null,
  -- Why it was changed.
  reason text not null,
  set_at timestamptz not null,
  set_by text not null,
  withdrawn_at timestamptz,
  withdrawn_by text
);
create unique index limit_version_from on campaigns.limit_version (name, valid_from) where withdrawn_at is null;

insert into campaigns.limit_version (name, valid_from, value, source, reason, set_at, set_by) values
  ('hours', '2026-01-01T00:00:00+08:00', '{"rules": [{"id": "marketing", "name": "营销消息", "category": "marketing", "channels": ["sms", "wechat", "wecom", "push", "email", "webhook"], "products": [], "purposes": [], "week": [[{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}]], "holiday": null, "makeUpWorkday": null}, {"id": "calls", "name": "营销外呼与网点任务", "category": "marketing", "channels": ["call", "branch"], "products": [], "purposes": [], "week": [[{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}]], "holiday": [], "makeUpWorkday": [{"from": "09:00", "to": "20:00"}]}, {"id": "service", "name": "服务消息", "category": "service", "channels": ["sms", "wechat", "wecom", "push"], "products": [], "purposes": [], "week": [[{"from": "08:00", "to": "21:00"}], [{"from": "08:00", "to": "21:00"}], [{"from": "08:00", "to": "21:00"}], [{"from": "08:00", "to": "21:00"}], [{"from": "08:00", "to": "21:00"}], [{"from": "08:00", "to": "21:00"}], [{"from": "08:00", "to": "21:00"}]], "holiday": null, "makeUpWorkday": null}, {"id": "serviceCalls", "name": "服务外呼", "category": "service", "channels": ["call", "branch"], "products": [], "purposes": [], "week": [[{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}]], "holiday": null, "makeUpWorkday": null}, {"id": "collection", "name": "催收类联系", "products": [], "purposes": ["collection"], "channels": ["sms", "wechat", "wecom", "push", "email", "call", "branch", "webhook"], "week": [[{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}], [{"from": "09:00", "to": "20:00"}]], "holiday": null, "makeUpWorkday": null}]}', 'M3：法律未规定商业信息的时段，按运营商与服务商惯例（08:00–20:00 或 21:00）取保守值 09:00–20:00；催收类联系依 GB/T 45251-2025（R10）取保守值，条款数值待核对', '初始值', now(), 'system'),
  ('frequency', '2026-01-01T00:00:00+08:00', '{"rules": [{"id": "marketingDay", "name": "全部营销触达 24 小时", "category": "marketing", "channels": [], "products": [], "purposes": [], "max": 2, "window": {"amount": 24, "unit": "hours"}}, {"id": "marketingMonth", "name": "全部营销触达 30 天", "category": "marketing", "channels": [], "products": [], "purposes": [], "max": 12, "window": {"amount": 30, "unit": "days"}}, {"id": "smsDay", "name": "营销短信 24 小时", "category": "marketing", "channels": ["sms"], "products": [], "purposes": [], "max": 1, "window": {"amount": 24, "unit": "hours"}}, {"id": "smsMonth", "name": "营销短信 30 天", "category": "marketing", "channels": ["sms"], "products": [], "purposes": [], "max": 4, "window": {"amount": 30, "unit": "days"}}, {"id": "callsMarketing", "name": "营销外呼 7 天", "category": "marketing", "channels": ["call"], "products": [], "purposes": [], "max": 1, "window": {"amount": 7, "unit": "days"}}, {"id": "callsDay", "name": "外呼每日", "channels": ["call"], "products": [], "purposes": [], "max": 2, "window": {"calendarDays": 1}}, {"id": "collectionDay", "name": "催收类联系每日", "channels": ["sms", "wechat", "wecom", "push", "email", "call", "branch", "webhook"], "products": [], "purposes": ["collection"], "max": 2, "window": {"calendarDays": 1}}]}', 'M4：良好实践（营销短信 24 小时不超过 1 条、30 天不超过 4 条，跨活动合并计算）；R10：GB/T 45251-2025 催收每日不超过 2 次（保守值，条款数值待核对）', '初始值', now(), 'system'),
  ('conflict', '2026-01-01T00:00:00+08:00', '{"on": true, "hours": 24, "channels": []}', '内部规则：同一时间只有一个营销活动与客户沟通', '初始值', now(), 'system'),
  ('holdout', '2026-01-01T00:00:00+08:00', '{"share": 0.05, "seed": "2026"}', '内部规则：全局留存对照 5 %，线上线下一并遵守，用于衡量营销的真实增量', '初始值', now(), 'system'),
  ('calendar', '2026-01-01T00:00:00+08:00', '{"holidays": [], "workdays": []}', '国务院办公厅历年节假日安排（chinese-days）', '初始值', now(), 'system'),
  ('zone', '2026-01-01T00:00:00+08:00', '{"standard": "Asia/Shanghai", "trait": "timezone"}', 'M3：按收件人所在时区计算', '初始值', now(), 'system'),
  ('suitability', '2026-01-01T00:00:00+08:00', '{"products": ["loan", "card"], "maxDebtBurden": 0.55, "maxExposure": 12, "maxLenders": 3, "maxEnquiries": 6, "maxCreditFen": 20000000, "missing": "pass", "traits": {"declaredIncomeFen": "monthlyIncomeFen", "estimatedIncomeFen": "", "socialBaseFen": "", "instalmentsFen": "monthlyInstalmentsFen", "revolvingBalanceFen": "", "revolvingMinimumFen": "", "unsecuredLimitsFen": "unsecuredLimitsFen", "lenders": "lenderCount", "enquiries6m": "enquiries6m", "grantedFen": "creditLimitFen", "tier": "riskTier"}}', 'R7：消费金融公司管理办法（令 2024 年第 4 号）单户消费贷款不超过 20 万元；3.9：负债收入比 0.55 取自 2004 年房贷指引，其余为内部政策', '初始值', now(), 'system'),
  ('costs', '2026-01-01T00:00:00+08:00', '{"millifen": {"sms": 4500, "email": 200, "wechat": 0, "wecom": 0, "push": 0, "call": 60000, "branch": 0, "inApp": 0, "webhook": 0}}', '内部估算：发送前占用预算的单价，发送后以供应商实际计费为准', '初始值', now(), 'system');

-- A place to stand in line: who decides over sends to a person holds his row until the transaction ends, so that no two
-- decide over the same person at once. Servers only; the embedded store has one connection.
create table campaigns.gate_turn (
  customer_no int primary key
);

-- What a campaign with a budget has used: sends that are planned or made, and what they cost or are taken to cost. A row is
-- made when a campaign first has a budget; from then on every change of a send moves it, in the same transaction.
create table campaigns.budget_use (
  campaign_id int primary key references campaigns.campaign (id),
  sends int not null,
  cost_millifen bigint not null
);

-- Verdicts per day of the calendar in Shanghai, for reports. reason '' counts sends that were not refused; one refused
-- later moves from there to its reason, on the day it was decided. Several rows per count (`part`), so that workers do not
-- wait for each other.
create table campaigns.verdict_day (
  campaign_id int not null,
  version int not null,
  step text not null,
  day date not null,
  reason text not null,
  channel text not null,
  part smallint not null,
  count int not null,
  primary key (campaign_id, day, version, step, reason, channel, part)
);

create index send_refused on campaigns.send (campaign_id, refusal, id) where state = 'refused';

-- Counts while on its way and for ever once it left: not refused, and not failed before it was sent.
create function campaigns.counts(state text, sent_at timestamptz) returns boolean language sql immutable parallel safe as $$
  select state in ('planned', 'queued', 'sent', 'delivered', 'unknown') or (state = 'failed' and sent_at is not null)
$$;

-- Where a send is made: it takes of the budget, and its verdict is counted. In the database, so that whoever writes sends
-- cannot forget it.
create function campaigns.send_made() returns trigger language plpgsql as $$
begin
  update campaigns.budget_use u set sends = u.sends + n.sends, cost_millifen = u.cost_millifen + n.cost
  from (select campaign_id, count(*)::int as sends, coalesce(sum(cost_millifen), 0) as cost from made
    where campaigns.counts(state, sent_at) group by campaign_id) n
  where u.campaign_id = n.campaign_id;
  insert into campaigns.verdict_day as v (campaign_id, version, step, day, reason, channel, part, count)
  select campaign_id, version, step, (decided_at at time zone 'Asia/Shanghai')::date,
    case when state = 'refused' then coalesce(refusal, '') else '' end, channel, pg_backend_pid() % 8, count(*)
  from made group by 1, 2, 3, 4, 5, 6 order by 1, 4, 2, 3, 5, 6
  on conflict (campaign_id, day, version, step, reason, channel, part) do update set count = v.count + excluded.count;
  return null;
end
$$;
create trigger send_is_counted after insert on campaigns.send referencing new table as made
  for each statement execute function campaigns.send_made();

create function campaigns.send_moved() returns trigger language plpgsql as $$
begin
  update campaigns.budget_use u set sends = u.sends + d.sends, cost_millifen = u.cost_millifen + d.cost
  from (
    select campaign_id, sum(sends)::int as sends, sum(cost) as cost from (
      select campaign_id, 1 as sends, coalesce(cost_millifen, 0) as cost from later where campaigns.counts(state, sent_at)
      union all
      select campaign_id, -1, -coalesce(cost_millifen, 0) from sooner where campaigns.counts(state, sent_at)) x
    group by campaign_id) d
  where u.campaign_id = d.campaign_id and (d.sends <> 0 or d.cost <> 0);
  if exists (select 1 from later where state = 'refused') then
    insert into campaigns.verdict_day as v (campaign_id, version, step, day, reason, channel, part, count)
    select l.campaign_id, l.version, l.step, (l.decided_at at time zone 'Asia/Shanghai')::date, r.reason, l.channel,
      pg_backend_pid() % 8, sum(r.count)
    from later l join sooner s on s.id = l.id and s.state <> 'refused'
    cross join lateral (values ('', -1), (coalesce(l.refusal, ''), 1)) as r (reason, count)
    where l.state = 'refused' group by 1, 2, 3, 4, 5, 6 order by 1, 4, 2, 3, 5, 6
    on conflict (campaign_id, day, version, step, reason, channel, part) do update set count = v.count + excluded.count;
  end if;
  return null;
end
$$;
create trigger send_moves_counts after update on campaigns.send referencing old table as sooner new table as later
  for each statement execute function campaigns.send_moved();
