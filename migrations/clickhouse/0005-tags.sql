-- Scores that models give, as of a date: what tags of kind model are made of.
-- shard by customer_no
create table if not exists tag_scores (
  score LowCardinality(String),
  customer_no UInt32,
  at DateTime64(3, 'UTC'),
  value Float64,
  label String
)
engine = ReplacingMergeTree
order by (score, customer_no, at);

-- Rows that a guarded query of a tag returned, on their way to tag_values.
-- shard by customer_no
create table if not exists tag_staging (
  tag_no UInt32,
  run UInt32,
  customer_no UInt32,
  value String,
  made_at DateTime default now()
)
engine = MergeTree
order by (tag_no, run, customer_no)
ttl made_at + interval 1 day;

-- What was found in the text of an event: never the text itself.
-- shard by customer_no
create table if not exists tag_texts (
  customer_no UInt32,
  ts DateTime64(3, 'UTC'),
  message_hash UInt64,
  event LowCardinality(String),
  property LowCardinality(String),
  sentiment LowCardinality(String),
  -- Probability of positive, 0 to 1.
  score Float32,
  keywords Array(String),
  topics Array(String),
  model LowCardinality(String)
)
engine = ReplacingMergeTree
order by (customer_no, ts, message_hash, event, property);
