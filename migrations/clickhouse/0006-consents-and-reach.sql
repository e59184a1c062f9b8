-- What customers said about a purpose and channel, every word: a copy of customers.consent, without its evidence.
-- Channel '' stands for every channel. The newest word by (at, id) counts.
-- shard by customer_no
create table if not exists customer_consents (
  purpose LowCardinality(String),
  channel LowCardinality(String),
  customer_no UInt32,
  at DateTime64(3, 'UTC'),
  status Enum8('granted' = 1, 'refused' = 2, 'withdrawn' = 3),
  id UInt64
)
engine = ReplacingMergeTree
order by (purpose, channel, customer_no, at, id);

-- By which kinds of identifiers a customer can be reached: a bit per kind, its number in customers.identifier. All rows
-- of a customer count together.
-- shard by customer_no
create table if not exists customer_reach (
  customer_no UInt32,
  kinds SimpleAggregateFunction(groupBitOr, UInt16)
)
engine = AggregatingMergeTree
order by customer_no;
