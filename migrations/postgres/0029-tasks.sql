-- Work for people: calls and words at the branch. One per send, which passed the gate; the text is made anew when it is read,
-- so no name and no number lies here.
create table campaigns.task (
  id bigint generated always as identity primary key,
  send_id bigint not null unique references campaigns.send (id),
  campaign_id int not null,
  version int not null,
  step text not null,
  customer_no int not null,
  channel text not null check (channel in ('call', 'branch')),
  title text not null,
  team text,
  priority smallint not null,
  state text not null default 'open' check (state in ('open', 'claimed', 'done', 'expired', 'cancelled')),
  created_at timestamptz not null,
  -- Not to be worked on before (a retry), and to be done by.
  from_at timestamptz not null,
  due_at timestamptz not null,
  claimed_by text,
  claimed_name text,
  claimed_at timestamptz,
  tries smallint not null default 0,
  outcome text,
  -- Numbers and mail addresses in it are masked before it is stored.
  note text,
  done_at timestamptz,
  done_by text
);
create index task_open on campaigns.task (priority, due_at, id) where state in ('open', 'claimed');
create index task_done on campaigns.task (done_at desc) where done_at is not null;
create index task_person on campaigns.task (customer_no);
