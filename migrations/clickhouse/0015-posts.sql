-- Published things, from every source and with what was read in them. Personal values are masked; a private person's
-- name is not kept. The row with the highest number counts. `drill_id` 0 is real.
-- shard by post_id
create table if not exists posts (
  drill_id UInt32,
  published_at DateTime64(3, 'UTC'),
  post_id UInt64,
  batch UInt64,
  source_id UInt32,
  platform LowCardinality(String),
  kind LowCardinality(String),
  guid String,
  url String,
  title String,
  text String,
  parent_id UInt64,
  root_id UInt64,
  author UInt64,
  author_name String,
  author_class LowCardinality(String),
  followers UInt32,
  likes UInt64,
  comments UInt64,
  reposts UInt64,
  views UInt64,
  first_seen_at DateTime64(3, 'UTC'),
  seen_at DateTime64(3, 'UTC'),
  date_doubt LowCardinality(String),
  -- Complaint record, ranks of a hot list: JSON, empty when there is none.
  extra String,
  subjects Array(UInt32),
  sentiment Int8,
  sentiment_p Float32,
  aspects Array(LowCardinality(String)),
  speaker LowCardinality(String),
  emotion LowCardinality(String),
  urgency Array(LowCardinality(String)),
  rumour Float32,
  spam Float32,
  -- Heads that leave the answer to a person.
  unsure Array(LowCardinality(String)),
  corrected Array(LowCardinality(String)),
  reading UInt32,
  cluster_id UInt64,
  number UInt64,
  index posts_by_id post_id type bloom_filter(0.001) granularity 1,
  index posts_by_batch batch type minmax granularity 1
)
engine = ReplacingMergeTree(number)
order by (drill_id, published_at, post_id);

-- Whether a post is known: its id and the hash of its normalised address.
-- shard by key
create table if not exists post_keys (
  drill_id UInt32,
  key UInt64,
  post_id UInt64
)
engine = ReplacingMergeTree
order by (drill_id, key)
settings index_granularity = 512;

-- A post that is about one of our subjects.
-- shard by post_id
create table if not exists mentions (
  drill_id UInt32,
  subject_id UInt32,
  published_at DateTime64(3, 'UTC'),
  post_id UInt64,
  batch UInt64,
  source_id UInt32,
  platform LowCardinality(String),
  kind LowCardinality(String),
  author UInt64,
  author_class LowCardinality(String),
  followers UInt32,
  speaker LowCardinality(String),
  sentiment Int8,
  -- Toward the subject: -1, 0, 1, and the probability of a negative one.
  toward Int8,
  negative_p Float32,
  aspects Array(LowCardinality(String)),
  urgency Array(LowCardinality(String)),
  rumour Float32,
  spam Float32,
  rule UInt32,
  disguised UInt8,
  cluster_id UInt64,
  number UInt64,
  index mentions_by_batch batch type minmax granularity 1
)
engine = ReplacingMergeTree(number)
order by (drill_id, subject_id, published_at, post_id);

-- How a post's counts grew.
-- shard by post_id
create table if not exists post_engagement (
  drill_id UInt32,
  post_id UInt64,
  at DateTime64(3, 'UTC'),
  likes UInt64,
  comments UInt64,
  reposts UInt64,
  views UInt64
)
engine = ReplacingMergeTree
order by (drill_id, post_id, at);

-- Which event a cluster of near-duplicates belongs to; 0 when a person took it out. The highest number counts.
-- shard by cluster_id
create table if not exists cluster_events (
  drill_id UInt32,
  cluster_id UInt64,
  event_id UInt32,
  number UInt64
)
engine = ReplacingMergeTree(number)
order by (drill_id, cluster_id);
