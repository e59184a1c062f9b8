-- With servers: whose facts changed, for the process that follows the living audiences. Times are the servers' own.
-- shard by customer_no
create table if not exists customer_changes (
  at DateTime64(3, 'UTC') default now64(3),
  customer_no UInt32
)
engine = MergeTree
order by at
ttl toDateTime(at) + interval 1 day;
