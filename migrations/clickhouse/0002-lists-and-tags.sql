-- Frozen sets of customers, one bitmap each; see audiences.list in Postgres.
-- shard by cityHash64(list_id)
create table if not exists audience_lists (
  list_id UUID,
  members AggregateFunction(groupBitmap, UInt32)
)
engine = AggregatingMergeTree
order by list_id;

-- All versions of tag values; the value of a customer as of an instant is the row with the highest (at, run) until then.
-- Only changes are written: a run that finds the value it found before writes nothing.
-- shard by customer_no
create table if not exists tag_values (
  tag_no UInt32,
  customer_no UInt32,
  -- Base date: what the value is true of, not when it was computed.
  at DateTime64(3, 'UTC'),
  run UInt32,
  -- Empty: no value from here on. One value unless the tag is multi.
  values Array(String),
  number Nullable(Float64)
)
engine = ReplacingMergeTree(run)
order by (tag_no, customer_no, at);
