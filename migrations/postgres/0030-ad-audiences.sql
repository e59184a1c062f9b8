-- Audiences given to advertising platforms: to whom, for what, who is there now, and a record of every time data were provided.
create table campaigns.ad_target (
  id int generated always as identity primary key,
  name text not null,
  platform text not null check (platform in ('tencent', 'oceanEngine', 'other')),
  -- The register of recipients (PIPL 23; regulations on network data security 12). Consents name the recipient as it stands here.
  recipient text not null,
  contact text not null,
  contract text not null,
  purpose text not null,
  form text not null,
  set_kind text not null check (set_kind in ('audience', 'list')),
  set_id uuid not null,
  product text not null,
  min_people int not null check (min_people > 0),
  daily boolean not null default false,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  -- `kind:id` of who wrote it last: he cannot approve it.
  edited_by text not null,
  retired_at timestamptz
);
create unique index ad_target_name on campaigns.ad_target (lower(name)) where retired_at is null;

-- One run. Rows are the record of data provided and are never deleted (three years at least).
create table campaigns.ad_export (
  id int generated always as identity primary key,
  target_id int not null references campaigns.ad_target (id),
  mode text not null check (mode in ('difference', 'full', 'clear')),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- The target as it was then: recipient, contact, contract, purpose, kind of identifier.
  target jsonb not null,
  content_hash text not null,
  review_id int,
  people int not null default 0,
  left_out jsonb not null default '{}',
  members int,
  added int,
  removed int,
  -- Fewer people than the target asks for: nobody was added.
  too_few boolean not null default false,
  error text,
  created_at timestamptz not null,
  -- `kind:id`.
  created_by text not null,
  created_name text not null,
  started_at timestamptz,
  finished_at timestamptz
);
create unique index ad_export_one on campaigns.ad_export (target_id) where state in ('queued', 'running');
create index ad_export_of on campaigns.ad_export (target_id, id desc);

create table campaigns.ad_file (
  id int generated always as identity primary key,
  export_id int not null references campaigns.ad_export (id),
  operation text not null check (operation in ('APPEND', 'REDUCE')),
  part int not null,
  rows int not null,
  bytes int not null,
  sha256 text not null,
  -- In the folder of ad audiences of the machine named.
  file_name text not null,
  place text not null,
  downloads int not null default 0,
  downloaded_at timestamptz,
  downloaded_by text,
  deleted_at timestamptz
);
create index ad_file_of on campaigns.ad_file (export_id);

-- Who is in a target's audience at the platform. The identifier as it was given is kept sealed, so that it can be taken back
-- when the customer has another one by then, or was erased; its mark is a keyed hash.
create table campaigns.ad_member (
  target_id int not null references campaigns.ad_target (id),
  mark uuid not null,
  customer_no int not null,
  sealed text not null,
  given boolean not null,
  -- The last run that found him.
  run int not null,
  primary key (target_id, mark)
);
create index ad_member_no on campaigns.ad_member (customer_no);
