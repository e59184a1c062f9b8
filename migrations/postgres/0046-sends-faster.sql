-- Attempts of `attempt` that certainly never left (the process died, or could not make the message): none of those a send has.
alter table campaigns.send add column interrupted smallint not null default 0;

-- Sends that changed and are to be copied for analysis, those of one statement together. It was a column with an index and a trigger
-- per row, which cost each send three times; whoever copies deletes what he has copied, so it needs no order of transactions.
create table campaigns.send_change (
  id bigint generated always as identity primary key,
  ids bigint[] not null
);

insert into campaigns.send_change (ids)
select array_agg(id) from (
  select id, (row_number() over (order by id) - 1) / 5000 as part from campaigns.send
  where changed >= coalesce((select until from campaigns.copied where copier = 'sends'), '0'::xid8)) s
group by part;

drop trigger send_is_marked on campaigns.send;
drop function campaigns.mark_changed();
drop index campaigns.send_changed;
alter table campaigns.send drop column changed;

-- Only people's tasks are looked for by time alone; what leaves by an account is found by campaign and channel (send_planned).
drop index campaigns.send_due;
create index send_due on campaigns.send (not_before, id) where state = 'planned' and channel in ('call', 'branch');

create or replace function campaigns.send_made() returns trigger language plpgsql as $$
begin
  if exists (select 1 from campaigns.budget_use) then
    update campaigns.budget_use u set sends = u.sends + n.sends, cost_millifen = u.cost_millifen + n.cost
    from (select campaign_id, count(*)::int as sends, coalesce(sum(cost_millifen), 0) as cost from made
      where campaigns.counts(state, sent_at) group by campaign_id) n
    where u.campaign_id = n.campaign_id;
  end if;
  insert into campaigns.verdict_day as v (campaign_id, version, step, day, reason, channel, part, count)
  select campaign_id, version, step, (decided_at at time zone 'Asia/Shanghai')::date,
    case when state = 'refused' then coalesce(refusal, '') else '' end, channel, pg_backend_pid() % 8, count(*)
  from made group by 1, 2, 3, 4, 5, 6 order by 1, 4, 2, 3, 5, 6
  on conflict (campaign_id, day, version, step, reason, channel, part) do update set count = v.count + excluded.count;
  insert into campaigns.send_change (ids)
  select array_agg(id) from (select id, (row_number() over () - 1) / 5000 as part from made) m group by part;
  return null;
end
$$;

create or replace function campaigns.send_moved() returns trigger language plpgsql as $$
begin
  if exists (select 1 from campaigns.budget_use) then
    update campaigns.budget_use u set sends = u.sends + d.sends, cost_millifen = u.cost_millifen + d.cost
    from (
      select campaign_id, sum(sends)::int as sends, sum(cost) as cost from (
        select campaign_id, 1 as sends, coalesce(cost_millifen, 0) as cost from later where campaigns.counts(state, sent_at)
        union all
        select campaign_id, -1, -coalesce(cost_millifen, 0) from sooner where campaigns.counts(state, sent_at)) x
      group by campaign_id) d
    where u.campaign_id = d.campaign_id and (d.sends <> 0 or d.cost <> 0);
  end if;
  if exists (select 1 from later where state = 'refused') then
    insert into campaigns.verdict_day as v (campaign_id, version, step, day, reason, channel, part, count)
    select l.campaign_id, l.version, l.step, (l.decided_at at time zone 'Asia/Shanghai')::date, r.reason, l.channel,
      pg_backend_pid() % 8, sum(r.count)
    from later l join sooner s on s.id = l.id and s.state <> 'refused'
    cross join lateral (values ('', -1), (coalesce(l.refusal, ''), 1)) as r (reason, count)
    where l.state = 'refused' group by 1, 2, 3, 4, 5, 6 order by 1, 4, 2, 3, 5, 6
    on conflict (campaign_id, day, version, step, reason, channel, part) do update set count = v.count + excluded.count;
  end if;
  insert into campaigns.send_change (ids)
  select array_agg(id) from (select id, (row_number() over () - 1) / 5000 as part from later) m group by part;
  return null;
end
$$;
