-- People of anonymous exports: a later one may not differ from them by a few. Kept thirty days.
-- shard by cityHash64(export_id)
create table if not exists customer_export_sets (
  export_id UInt32,
  members AggregateFunction(groupBitmap, UInt32),
  at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
engine = AggregatingMergeTree
order by export_id;
