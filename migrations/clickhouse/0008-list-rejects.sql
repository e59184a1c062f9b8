-- Lines of uploaded lists that named nobody; value_masked holds no personal data.
-- shard by cityHash64(upload_id)
create table if not exists audience_list_rejects (
  upload_id UUID,
  run UInt32,
  line UInt64,
  value_masked String,
  code LowCardinality(String),
  at DateTime64(3, 'UTC')
)
engine = MergeTree
partition by toYYYYMM(at)
order by (upload_id, run, line)
ttl toDateTime(at) + interval 90 day;

-- When the bitmap was written: one that has no list may belong to a list that is being saved right now.
alter table audience_lists add column if not exists at SimpleAggregateFunction(max, DateTime('UTC')) default now('UTC');
