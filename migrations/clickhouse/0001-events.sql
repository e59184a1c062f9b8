-- Facts about customers by their number. No personal data: those are in Postgres, encrypted.

-- One row per accepted message, exactly one per message id (ingest sees to it). customer_no is the identifier's own
-- customer as of ingest; reads resolve merges through the dictionary customer_override.
-- by_customer serves the timeline and per-customer conditions, by_message the check for messages seen before.
-- shard by customer_no
create table if not exists events (
  event LowCardinality(String),
  customer_no UInt32,
  ts DateTime64(3, 'UTC'),
  message_hash UInt64,
  message_id String,
  type LowCardinality(String),
  source_id UInt16,
  import_id UInt32,
  received_at DateTime64(3, 'UTC'),
  sent_at Nullable(DateTime64(3, 'UTC')),
  properties String,
  context String,
  projection by_customer (
    select customer_no, ts, event, message_hash, message_id, type, properties, source_id
    order by customer_no, ts
  ) with settings (index_granularity = 512),
  projection by_message (select message_hash order by message_hash)
)
engine = MergeTree
partition by toYYYYMM(ts)
order by (event, customer_no, ts);

-- Every version of every trait; the latest is argMax by at. Narrow, so that a condition on one trait reads one trait.
-- shard by customer_no
create table if not exists traits (
  trait LowCardinality(String),
  customer_no UInt32,
  at DateTime64(3, 'UTC'),
  type LowCardinality(String),
  text String,
  number Nullable(Float64),
  moment Nullable(DateTime64(3, 'UTC')),
  cleared UInt8,
  source_id UInt16,
  import_id UInt32
)
engine = ReplacingMergeTree
order by (trait, customer_no, at);

-- The universe. The row with the highest version wins; live 0 is an erased customer.
-- shard by customer_no
create table if not exists customers (
  customer_no UInt32,
  created_at DateTime64(3, 'UTC'),
  live UInt8,
  version UInt64
)
engine = ReplacingMergeTree(version)
order by customer_no;

-- Merges: rows of from_no count for to_no. from_no = to_no means un-merged again.
-- every shard holds all of it
create table if not exists customer_overrides (
  from_no UInt32,
  to_no UInt32,
  version UInt64
)
engine = ReplacingMergeTree(version)
order by from_no;

-- dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no). Embedded ClickHouse does not
-- refresh by itself: `system reload dictionary customer_override` after a change.
create dictionary if not exists customer_override (
  from_no UInt32,
  to_no UInt32
)
primary key from_no
source(clickhouse(query 'select from_no, argMax(to_no, version) as to_no from {database}.customer_overrides group by from_no having to_no != from_no'))
layout(hashed())
lifetime(min 1 max 2);

-- Lines of files and tracking messages that were refused; message and value_masked hold no personal data.
-- shard by import_id
create table if not exists rejects (
  at DateTime64(3, 'UTC'),
  source_id UInt16,
  import_id UInt32,
  line UInt64,
  field String,
  value_masked String,
  code LowCardinality(String),
  reason String,
  message_id String,
  message String
)
engine = MergeTree
partition by toYYYYMM(at)
order by (source_id, import_id, at)
ttl toDateTime(at) + interval 90 day;

-- Members of an audience as a bitmap of customer numbers, one row per refresh. Small: one shard holds an audience whole.
-- shard by cityHash64(audience_id)
create table if not exists audience_membership (
  audience_id UUID,
  version UInt32,
  refresh UInt32,
  members AggregateFunction(groupBitmap, UInt32),
  at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
engine = AggregatingMergeTree
order by (audience_id, version, refresh);

-- Who came and who went at a refresh, beside the bitmap it belongs to.
-- shard by cityHash64(audience_id)
create table if not exists audience_changes (
  audience_id UUID,
  version UInt32,
  refresh UInt32,
  at DateTime64(3, 'UTC'),
  customer_no UInt32,
  entered UInt8
)
engine = MergeTree
order by (audience_id, refresh, customer_no);
