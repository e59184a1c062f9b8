-- Sends for analysis: a copy of campaigns.send as of its last change. No address, no text.
-- `number` is the transaction of the change; the newest row of a send counts.
-- shard by customer_no
create table if not exists sends (
  campaign_id UInt32,
  version UInt32,
  step LowCardinality(String),
  customer_no UInt32,
  entry_no UInt32,
  pass UInt16,
  id UInt64,
  entry_id UInt64,
  category LowCardinality(String),
  channel LowCardinality(String),
  creative_id UInt32,
  offer_id UInt32,
  arm LowCardinality(String),
  state LowCardinality(String),
  refusal LowCardinality(String),
  decided_at DateTime64(3, 'UTC'),
  sent_at Nullable(DateTime64(3, 'UTC')),
  delivered_at Nullable(DateTime64(3, 'UTC')),
  read_at Nullable(DateTime64(3, 'UTC')),
  clicked_at Nullable(DateTime64(3, 'UTC')),
  failed_at Nullable(DateTime64(3, 'UTC')),
  provider_id UInt32,
  cost_millifen UInt32,
  number UInt64
)
engine = ReplacingMergeTree(number)
order by (campaign_id, customer_no, id);
