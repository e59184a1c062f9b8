create schema if not exists platform;

-- Keys of the installation, wrapped by the master key. A new seal key version takes over when the one before it retires.
create table platform.workspace_key (
  purpose text not null check (purpose in ('seal', 'index')),
  version int not null check (version between 1 and 65535),
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (purpose, version)
);

-- One random salt per customer: half of the customer's key. Deleting the row makes everything sealed for them unreadable.
create table platform.customer_key (
  customer_no int primary key,
  salt bytea not null check (octet_length(salt) = 32),
  -- Everything sealed for the customer is under this version of the seal key or a later one.
  key_version int not null
);

-- Secrets of the system itself (signing keys, provider credentials), sealed by the vault.
create table platform.secret (
  name text primary key,
  sealed text not null,
  created_at timestamptz not null default now()
);

-- The record's canonical text is the only truth; every other column is computed from it and cannot differ.
create table platform.audit (
  seq bigint generated always as ((record::jsonb ->> 'seq')::bigint) stored primary key,
  ts text collate "C" not null generated always as (record::jsonb ->> 'ts') stored,
  actor text collate "C" not null generated always as (record::jsonb ->> 'actor') stored,
  action text collate "C" not null generated always as (record::jsonb ->> 'action') stored,
  subject text collate "C" generated always as (record::jsonb ->> 'subject') stored,
  purpose text generated always as (record::jsonb ->> 'purpose') stored,
  record text not null,
  hash bytea not null check (octet_length(hash) = 32)
);
create index audit_by_actor on platform.audit (actor, seq);
create index audit_by_action on platform.audit (action, seq);
create index audit_by_subject on platform.audit (subject, seq) where subject is not null;
-- A record with a purpose is a read of unmasked personal data: who saw whom, by time.
create index audit_reads on platform.audit (ts, seq) where purpose is not null;

-- The writer lock, and where the chain ends.
create table platform.audit_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  hash bytea not null check (octet_length(hash) = 32)
);
-- Before the first record the chain stands at sixty-four zeros in hexadecimal, which are thirty-two zero bytes.
insert into platform.audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

create table platform.audit_anchor (
  to_seq bigint primary key,
  -- Signed text: canonical JSON of the records covered, their Merkle root and the chain's hash at the end.
  statement text not null,
  signature text not null
);

create function platform.refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit trail is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_is_append_only before update or delete or truncate on platform.audit
  for each statement execute function platform.refuse_audit_change();
create trigger audit_anchor_is_append_only before update or delete or truncate on platform.audit_anchor
  for each statement execute function platform.refuse_audit_change();
create trigger audit_head_stays before delete or truncate on platform.audit_head
  for each statement execute function platform.refuse_audit_change();
