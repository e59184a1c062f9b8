-- People of one part of an answer (an RFM cell, a cluster), as a bitmap.
-- shard by cityHash64(run_id)
create table if not exists insight_groups (
  run_id UUID,
  part String,
  members AggregateFunction(groupBitmap, UInt32)
)
engine = AggregatingMergeTree
order by (run_id, part);

-- A number per customer that an answer gave: the chance that he is still a customer, what he is expected to bring.
-- shard by customer_no
create table if not exists insight_scores (
  run_id UUID,
  score LowCardinality(String),
  customer_no UInt32,
  value Float64
)
engine = ReplacingMergeTree
order by (run_id, score, customer_no);

-- Items that association rules were looked for among, the most frequent first.
-- shard by cityHash64(run_id)
create table if not exists insight_items (
  run_id UUID,
  id UInt32,
  item String,
  baskets UInt32
)
engine = ReplacingMergeTree
order by (run_id, id);

-- Association rules of a run, those of the highest lift first. conviction is infinite for a rule without exception.
-- shard by cityHash64(run_id)
create table if not exists insight_rules (
  run_id UUID,
  no UInt32,
  if_items Array(String),
  then_items Array(String),
  baskets UInt32,
  support Float64,
  confidence Float64,
  lift Float64,
  leverage Float64,
  conviction Float64,
  zhang Float64,
  jaccard Float64,
  redundant UInt8
)
engine = ReplacingMergeTree
order by (run_id, no);
