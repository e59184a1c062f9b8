create schema opinion;
create schema models;

-- One batch of posts on its way to ClickHouse. Written before the posts, closed after them: one that a crash left open is
-- told of again, so that no stored post is forgotten by events, grades and alerts.
create table opinion.intake (
  id bigint generated always as identity primary key,
  drill_id int not null default 0,
  source_id int not null,
  at timestamptz not null,
  posts int not null,
  state text not null default 'open' check (state in ('open', 'told', 'empty')),
  closed_at timestamptz
);
create index intake_open on opinion.intake (at) where state = 'open';

-- Posts that tell one story.
create table opinion.event (
  id int generated always as identity primary key,
  drill_id int not null default 0,
  title text not null,
  -- Taken from the posts, with the posts it was taken from.
  gist text not null default '',
  gist_posts text[] not null default '{}',
  named_by text,
  state text not null default 'open' check (state in ('open', 'watching', 'closed')),
  merged_into int references opinion.event (id),
  subjects int[] not null default '{}',
  first_post_id text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  posts int not null default 0,
  authors int not null default 0,
  platforms int not null default 0,
  -- Engagement-weighted size, see src/opinion/events.
  heat double precision not null default 0,
  bursting boolean not null default false,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create index event_recent on opinion.event (drill_id, last_at desc) where merged_into is null;
create index event_first on opinion.event (drill_id, first_at);
