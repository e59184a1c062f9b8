-- Every passage of an entry through a step: when he came, when and by which way he left. Copied at least once; the key makes
-- it count once.
-- shard by customer_no
create table if not exists journey_passages (
  campaign_id UInt32,
  version UInt32,
  customer_no UInt32,
  entry_id UInt64,
  hop UInt32,
  step LowCardinality(String),
  pass UInt16,
  edge LowCardinality(String),
  next_step LowCardinality(String),
  reason String,
  arrived_at DateTime64(3, 'UTC'),
  left_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree
order by (campaign_id, entry_id, hop);
