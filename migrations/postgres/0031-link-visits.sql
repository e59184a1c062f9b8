-- Visits of a send's links and its picture of opening, machines apart from people. A row per link that was followed, not per click.
create table campaigns.link_visit (
  send_id bigint not null,
  -- Place of the link in the message, from 0; -1 for the picture.
  link smallint not null,
  machine boolean not null,
  -- Host and path of where it led; nothing personal.
  page text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  times int not null default 1,
  primary key (send_id, link, machine)
);
