-- Uploads of lists: somebody's identifiers, resolved to customers by blind index. The values are gone when it is over.
create table audiences.list_upload (
  id uuid primary key,
  name text not null,
  why text not null default '',
  kind text not null,
  -- Header of the column; null: the first.
  file_column text,
  -- The file until it was read (customers.upload); null afterwards.
  file_id uuid,
  file_name text,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  wish text check (wish in ('cancel')),
  -- Of the attempt: rejects in ClickHouse carry it.
  run int not null default 0,
  -- read = found + repeated + not_found + invalid.
  read int not null default 0,
  found int not null default 0,
  not_found int not null default 0,
  invalid int not null default 0,
  repeated int not null default 0,
  bytes_read bigint not null default 0,
  bytes_total bigint not null,
  list_id uuid references audiences.list (id) on delete set null,
  error text,
  created_at timestamptz not null,
  -- Name, and `kind:id` for the audit trail.
  created_by text not null,
  asked_by text not null,
  finished_at timestamptz
);
create index list_upload_order on audiences.list_upload (created_at desc, id desc);
