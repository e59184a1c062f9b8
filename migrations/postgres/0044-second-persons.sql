-- Two people means two ids: names are neither unique nor lasting.
alter table opinion.incident_signature add column by_id text;
update opinion.incident_signature s set by_id = u.id::text from platform.app_user u
  where u.name = s.by_name and (select count(*) from platform.app_user v where v.name = s.by_name) = 1;

-- Everybody who wrote any part of what is to be approved.
alter table opinion.fact_version add column writers text[] not null default '{}';
update opinion.fact_version set writers = array[written_by];
alter table opinion.review add column writers text[] not null default '{}';
update opinion.review set writers = array[edited_by];

-- A clock that was over while its alert was kept quiet is looked at again from here on.
alter table opinion.deadline add column held_until timestamptz;

-- Severe alerts go on sounding under a silence until another person says with a reason that they need not.
alter table opinion.silence
  add column severe_reason text,
  add column severe_by text,
  add column severe_by_name text,
  add column severe_at timestamptz,
  add column severe_until timestamptz;

-- Whoever made a version of a model, or put it where it is: another person puts it in force.
alter table models.version
  add column made_by_id text,
  add column changed_by_id text;

-- What was approved was approved as it stood: another text is another version.
create trigger statement_version_stays before update on opinion.statement_version
  for each row execute function opinion.refuse_change();

insert into opinion.handling_setting (name, from_day, value, source, changed_at, changed_by) values
  ('silence', '2000-01-01', '{"longestMinutes": 1440, "severeLongestMinutes": 240}', '产品默认', now(), 'system'),
  ('takeover', '2000-01-01', '{"comparedPosts": 500}', '产品默认', now(), 'system');
