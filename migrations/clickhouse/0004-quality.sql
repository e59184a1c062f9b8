-- Values that a quality rule (customers.quality_rule in Postgres) did not find as they have to be; masked. A row is the same
-- when it is written again after a crash.
-- shard by rule_no
create table if not exists quality_findings (
  rule_no UInt32,
  -- 0: found in an import or a message; otherwise the run over the base (customers.quality_run).
  run UInt32,
  at DateTime64(3, 'UTC'),
  -- 0: the row or message became no customer's.
  customer_no UInt32,
  source_id UInt16,
  import_id UInt32,
  line UInt64,
  message_id String,
  field LowCardinality(String),
  value_masked String,
  reason LowCardinality(String),
  rejected UInt8
)
engine = ReplacingMergeTree
order by (rule_no, run, source_id, import_id, line, message_id, customer_no)
ttl toDateTime(at) + interval 90 day;

-- Values looked at on arrival. line: last line of the piece of a file, so that a piece stored again after a crash counts once.
-- shard by rule_no
create table if not exists quality_counts (
  rule_no UInt32,
  hour DateTime('UTC'),
  source_id UInt16,
  import_id UInt32,
  line UInt64,
  checked UInt64,
  failed UInt64
)
engine = SummingMergeTree
order by (rule_no, hour, source_id, import_id, line)
ttl hour + interval 400 day;

-- Scores of the last scoring, one row per customer who has any trait; shares 0 to 1, score 0 to 100. docs/data-quality.md.
-- shard by customer_no
create table if not exists quality_scores (
  customer_no UInt32,
  at DateTime64(3, 'UTC'),
  score Float32,
  completeness Float32,
  validity Float32,
  freshness Float32,
  consistency Float32
)
engine = MergeTree
order by (customer_no, at);

-- Per day: of everybody (scope all), of what each source or import last said (source), of each trait (trait). The newest of a day counts.
-- shard by cityHash64(scope)
create table if not exists quality_daily (
  scope LowCardinality(String),
  key String,
  day Date,
  at DateTime64(3, 'UTC'),
  customers UInt64,
  held UInt64,
  score Float32,
  completeness Float32,
  validity Float32,
  freshness Float32,
  consistency Float32,
  -- Scope all: customers by tens of their score, the last one 90 to 100.
  bands Array(UInt64)
)
engine = ReplacingMergeTree(at)
order by (scope, key, day);
