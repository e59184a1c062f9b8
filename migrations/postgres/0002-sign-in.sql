-- Somebody who may sign in. Never deleted, only disabled: the audit trail names him.
create table platform.app_user (
  id uuid primary key,
  -- lower case, without spaces around it
  login text not null unique check (login = lower(login) and length(login) between 2 and 200),
  name text not null,
  -- lower case; signs in as well as the login does
  email text unique check (email = lower(email)),
  roles text[] not null check (cardinality(roles) > 0),
  -- scrypt$log2N$r$p$salt$hash
  password_hash text not null,
  must_change_password boolean not null,
  password_changed_at timestamptz not null,
  disabled_at timestamptz,
  -- sealed by the vault; enrolled but not in force while totp_confirmed_at is null
  totp_seed text,
  totp_confirmed_at timestamptz,
  -- 30-second step of the last code accepted: an earlier or the same step is a replay
  totp_last_step integer,
  last_sign_in_at timestamptz,
  created_at timestamptz not null,
  created_by text not null
);

create table platform.totp_backup_code (
  user_id uuid not null references platform.app_user (id) on delete cascade,
  code_hash text not null,
  primary key (user_id, code_hash)
);

create table platform.session (
  id uuid primary key,
  -- sha-256 of the cookie's value: who reads this table cannot sign in with it
  token_hash text not null unique,
  user_id uuid not null references platform.app_user (id) on delete cascade,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  -- the network, not the host: 203.0.113.0/24, 2001:db8:1:2::/64
  network text not null,
  user_agent text not null
);
create index session_by_user on platform.session (user_id);

-- Failed attempts by account (user:<id>, or the hash of a login nobody has) and by hashed address.
create table platform.sign_in_attempt (
  key text primary key,
  failures integer not null,
  locked_until timestamptz,
  last_at timestamptz not null
);
create index sign_in_attempt_last_at on platform.sign_in_attempt (last_at);

create table platform.api_key (
  id uuid primary key,
  name text not null,
  -- sha-256 of the whole key; the prefix is what lists show
  key_hash text not null unique,
  prefix text not null,
  roles text[] not null check (cardinality(roles) > 0),
  -- permissions the key is narrowed to; null: all of its roles
  scope text[],
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
