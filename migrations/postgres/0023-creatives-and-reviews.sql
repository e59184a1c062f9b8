create schema if not exists compliance;
create schema if not exists campaigns;

-- Numbers of law for reviews, from a day on; src/compliance/review/rules.ts reads the newest that is in force.
create table compliance.review_rule (
  valid_from date primary key,
  -- How long what was reviewed is kept.
  keep_years int not null check (keep_years between 1 and 30),
  -- Hours a review may wait before it counts as late.
  due_hours int not null check (due_hours between 1 and 720),
  -- Kinds of subjects that need the opinion of consumer protection.
  opinion_kinds text[] not null,
  source text not null
);
insert into compliance.review_rule values ('2021-04-29', 3, 48, '{campaign,offer}',
  '广告法（2021修正）第34条：登记、审核、档案；《银行保险机构消费者权益保护管理办法》（令2022年第9号）：消费者权益保护审查');

-- What was reviewed, word for word: canonical JSON under its SHA-256.
create table compliance.review_material (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  body text not null,
  kept_until timestamptz not null,
  created_at timestamptz not null
);
-- Kept whatever a program or a hand asks: only the end of the term may be moved, and only later.
create function compliance.keep_material() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    raise exception 'reviewed material is kept until its term ends';
  end if;
  if tg_op = 'DELETE' then
    if old.kept_until > now() then
      raise exception 'reviewed material is kept until %', old.kept_until;
    end if;
    return old;
  end if;
  if new.hash <> old.hash or new.body <> old.body or new.kept_until < old.kept_until then
    raise exception 'reviewed material does not change';
  end if;
  return new;
end $$;
create trigger keep_material before update or delete on compliance.review_material
  for each row execute function compliance.keep_material();
create trigger keep_all_material before truncate on compliance.review_material
  for each statement execute function compliance.keep_material();

create table compliance.review (
  id int generated always as identity primary key,
  subject_kind text not null check (subject_kind ~ '^[a-z][a-zA-Z]*$'),
  subject_id text not null,
  title text not null,
  -- What the approval is bound to.
  content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
  material_hash text not null references compliance.review_material (hash),
  state text not null check (state in ('review', 'opinion', 'approved', 'returned', 'refused', 'withdrawn', 'void')),
  opinion_required boolean not null,
  -- Which rules of content were asked.
  rules text not null default '',
  note text not null default '',
  submitted_at timestamptz not null,
  submitted_by text not null,
  submitter text not null,
  -- `kind:id` of whoever wrote the material: they cannot judge it.
  writers text[] not null,
  due_at timestamptz not null,
  -- The second person's word, while consumer protection has not spoken yet.
  approved_at timestamptz,
  approved_by text,
  approver text,
  opinion text check (opinion in ('agree', 'agreeWithAdvice', 'object')),
  opinion_text text,
  opinion_at timestamptz,
  opinion_by text,
  decided_at timestamptz,
  decided_by text,
  reason text
);
create index review_subject on compliance.review (subject_kind, subject_id, id desc);
create index review_open on compliance.review (due_at) where state in ('review', 'opinion');
-- One at a time waits for each subject.
create unique index review_one_open on compliance.review (subject_kind, subject_id) where state in ('review', 'opinion');

create table compliance.review_finding (
  review_id int not null references compliance.review (id),
  no int not null,
  -- As the check gave it, with the field it stands in.
  finding jsonb not null,
  action text not null check (action in ('block', 'flag')),
  justification text,
  justified_at timestamptz,
  justified_by text,
  primary key (review_id, no)
);

create table compliance.review_step (
  id int generated always as identity primary key,
  review_id int not null references compliance.review (id),
  at timestamptz not null,
  by text not null,
  what text not null,
  note text not null default ''
);
create index review_step_order on compliance.review_step (review_id, id);

create table campaigns.creative (
  id int generated always as identity primary key,
  name text not null,
  description text not null default '',
  channel text not null,
  category text not null check (category in ('marketing', 'service')),
  product text not null,
  -- Why personal values stand in the text; needed where they do.
  purpose text not null default '',
  -- The offer whose figures it speaks of.
  offer_id int,
  version int not null,
  content jsonb not null,
  content_hash text not null,
  -- Made as another wording of that one.
  variant_of int references campaigns.creative (id),
  archived_at timestamptz,
  archived_by text,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  -- `kind:id` of whoever wrote the version in force.
  author text not null
);
create index creative_order on campaigns.creative (changed_at desc, id desc);

-- Never deleted: what was sent can always be shown.
create table campaigns.creative_version (
  creative_id int not null references campaigns.creative (id),
  version int not null,
  category text not null,
  product text not null,
  purpose text not null,
  offer_id int,
  content jsonb not null,
  content_hash text not null,
  note text not null default '',
  created_at timestamptz not null,
  created_by text not null,
  author text not null,
  primary key (creative_id, version)
);
create index creative_version_hash on campaigns.creative_version (content_hash);

-- What one part of a message costs, for the estimate while writing; the newest row of a channel counts.
create table campaigns.creative_price (
  channel text not null,
  valid_from date not null,
  price_millifen int not null check (price_millifen between 0 and 100000000),
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (channel, valid_from)
);
insert into campaigns.creative_price values ('sms', '2020-01-01', 4500, now(), 'system');
