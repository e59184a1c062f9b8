-- What likeness to a story is weighed with beside its words: texts it is told in, their aspects, posts heard lately.
alter table opinion.event_vector
  add column texts int not null default 1,
  add column aspects jsonb not null default '{}',
  add column heard int not null default 1,
  add column recent double precision not null default 0;

update opinion.event_vector v set heard = greatest(1, e.posts), texts = greatest(1, coalesce(f.clusters, 1))
  from opinion.event e left join opinion.event_figures f on f.event_id = e.id where e.id = v.event_id;

-- Grows with each change of where a cluster belongs: copies that arrive out of turn do not count against a later one.
alter table opinion.event_cluster add column number bigint not null default 0;
update opinion.event_cluster set number = (extract(epoch from now()) * 1000000)::bigint where not copied;

-- From what suspicion was told: the text, reposts of an hour, reposts of a day, and of how many.
alter table opinion.event_figures
  add column rumour_stage text not null default 'text' check (rumour_stage in ('text', 'hour', 'day')),
  add column rumour_reposts int not null default 0;

-- Posts that were found to be about further subjects after they were stored, waiting to be put to events.
create table opinion.event_gain (
  post_id text primary key,
  subjects int[] not null,
  published_at timestamptz not null,
  at timestamptz not null
);
create index event_gain_order on opinion.event_gain (published_at, post_id);

-- Two events that a person said are not one story, the smaller number first.
create table opinion.event_apart (
  event_id int not null references opinion.event (id),
  other_id int not null references opinion.event (id),
  by_name text not null,
  at timestamptz not null,
  primary key (event_id, other_id),
  check (event_id < other_id)
);
