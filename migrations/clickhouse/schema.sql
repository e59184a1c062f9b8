-- Made from the migrations by `node src/platform/clickhouse/schema.ts`; a test compares it.

CREATE TABLE audience_changes
(
    `audience_id` UUID,
    `version` UInt32,
    `refresh` UInt32,
    `at` DateTime64(3, 'UTC'),
    `customer_no` UInt32,
    `entered` UInt8
)
ENGINE = MergeTree
ORDER BY (audience_id, refresh, customer_no)
SETTINGS index_granularity = 8192;

CREATE TABLE audience_list_rejects
(
    `upload_id` UUID,
    `run` UInt32,
    `line` UInt64,
    `value_masked` String,
    `code` LowCardinality(String),
    `at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (upload_id, run, line)
TTL toDateTime(at) + toIntervalDay(90)
SETTINGS index_granularity = 8192;

CREATE TABLE audience_lists
(
    `list_id` UUID,
    `members` AggregateFunction(groupBitmap, UInt32),
    `at` SimpleAggregateFunction(max, DateTime('UTC')) DEFAULT now('UTC')
)
ENGINE = AggregatingMergeTree
ORDER BY list_id
SETTINGS index_granularity = 8192;

CREATE TABLE audience_membership
(
    `audience_id` UUID,
    `version` UInt32,
    `refresh` UInt32,
    `members` AggregateFunction(groupBitmap, UInt32),
    `at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (audience_id, version, refresh)
SETTINGS index_granularity = 8192;

CREATE TABLE cluster_events
(
    `drill_id` UInt32,
    `cluster_id` UInt64,
    `event_id` UInt32,
    `number` UInt64
)
ENGINE = ReplacingMergeTree(number)
ORDER BY (drill_id, cluster_id)
SETTINGS index_granularity = 8192;

CREATE TABLE customer_changes
(
    `at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `customer_no` UInt32
)
ENGINE = MergeTree
ORDER BY at
TTL toDateTime(at) + toIntervalDay(1)
SETTINGS index_granularity = 8192;

CREATE TABLE customer_consents
(
    `purpose` LowCardinality(String),
    `channel` LowCardinality(String),
    `customer_no` UInt32,
    `at` DateTime64(3, 'UTC'),
    `status` Enum8('granted' = 1, 'refused' = 2, 'withdrawn' = 3),
    `id` UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (purpose, channel, customer_no, at, id)
SETTINGS index_granularity = 8192;

CREATE TABLE customer_export_sets
(
    `export_id` UInt32,
    `members` AggregateFunction(groupBitmap, UInt32),
    `at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY export_id
SETTINGS index_granularity = 8192;

CREATE DICTIONARY customer_override
(
    `from_no` UInt32,
    `to_no` UInt32
)
PRIMARY KEY from_no
SOURCE(CLICKHOUSE(QUERY 'select from_no, argMax(to_no, version) as to_no from customer_overrides group by from_no having to_no != from_no'))
LIFETIME(MIN 1 MAX 2)
LAYOUT(HASHED());

CREATE TABLE customer_overrides
(
    `from_no` UInt32,
    `to_no` UInt32,
    `version` UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY from_no
SETTINGS index_granularity = 8192;

CREATE TABLE customer_reach
(
    `customer_no` UInt32,
    `kinds` SimpleAggregateFunction(groupBitOr, UInt16)
)
ENGINE = AggregatingMergeTree
ORDER BY customer_no
SETTINGS index_granularity = 8192;

CREATE TABLE customers
(
    `customer_no` UInt32,
    `created_at` DateTime64(3, 'UTC'),
    `live` UInt8,
    `version` UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY customer_no
SETTINGS index_granularity = 8192;

CREATE TABLE events
(
    `event` LowCardinality(String),
    `customer_no` UInt32,
    `ts` DateTime64(3, 'UTC'),
    `message_hash` UInt64,
    `message_id` String,
    `type` LowCardinality(String),
    `source_id` UInt16,
    `import_id` UInt32,
    `received_at` DateTime64(3, 'UTC'),
    `sent_at` Nullable(DateTime64(3, 'UTC')),
    `properties` String,
    `context` String,
    PROJECTION by_customer
    (
        SELECT
            customer_no,
            ts,
            event,
            message_hash,
            message_id,
            type,
            properties,
            source_id
        ORDER BY
            customer_no,
            ts
    ) WITH SETTINGS (index_granularity = 512),
    PROJECTION by_message
    (
        SELECT message_hash
        ORDER BY message_hash
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (event, customer_no, ts)
SETTINGS index_granularity = 8192;

CREATE TABLE insight_groups
(
    `run_id` UUID,
    `part` String,
    `members` AggregateFunction(groupBitmap, UInt32)
)
ENGINE = AggregatingMergeTree
ORDER BY (run_id, part)
SETTINGS index_granularity = 8192;

CREATE TABLE insight_items
(
    `run_id` UUID,
    `id` UInt32,
    `item` String,
    `baskets` UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (run_id, id)
SETTINGS index_granularity = 8192;

CREATE TABLE insight_rules
(
    `run_id` UUID,
    `no` UInt32,
    `if_items` Array(String),
    `then_items` Array(String),
    `baskets` UInt32,
    `support` Float64,
    `confidence` Float64,
    `lift` Float64,
    `leverage` Float64,
    `conviction` Float64,
    `zhang` Float64,
    `jaccard` Float64,
    `redundant` UInt8
)
ENGINE = ReplacingMergeTree
ORDER BY (run_id, no)
SETTINGS index_granularity = 8192;

CREATE TABLE insight_scores
(
    `run_id` UUID,
    `score` LowCardinality(String),
    `customer_no` UInt32,
    `value` Float64
)
ENGINE = ReplacingMergeTree
ORDER BY (run_id, score, customer_no)
SETTINGS index_granularity = 8192;

CREATE TABLE journey_passages
(
    `campaign_id` UInt32,
    `version` UInt32,
    `customer_no` UInt32,
    `entry_id` UInt64,
    `hop` UInt32,
    `step` LowCardinality(String),
    `pass` UInt16,
    `edge` LowCardinality(String),
    `next_step` LowCardinality(String),
    `reason` String,
    `arrived_at` DateTime64(3, 'UTC'),
    `left_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (campaign_id, entry_id, hop)
SETTINGS index_granularity = 8192;

CREATE TABLE mentions
(
    `drill_id` UInt32,
    `subject_id` UInt32,
    `published_at` DateTime64(3, 'UTC'),
    `post_id` UInt64,
    `batch` UInt64,
    `source_id` UInt32,
    `platform` LowCardinality(String),
    `kind` LowCardinality(String),
    `author` UInt64,
    `author_class` LowCardinality(String),
    `followers` UInt32,
    `speaker` LowCardinality(String),
    `sentiment` Int8,
    `toward` Int8,
    `negative_p` Float32,
    `aspects` Array(LowCardinality(String)),
    `urgency` Array(LowCardinality(String)),
    `rumour` Float32,
    `spam` Float32,
    `rule` UInt32,
    `disguised` UInt8,
    `cluster_id` UInt64,
    `number` UInt64,
    INDEX mentions_by_batch batch TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(number)
ORDER BY (drill_id, subject_id, published_at, post_id)
SETTINGS index_granularity = 8192;

CREATE TABLE post_engagement
(
    `drill_id` UInt32,
    `post_id` UInt64,
    `at` DateTime64(3, 'UTC'),
    `likes` UInt64,
    `comments` UInt64,
    `reposts` UInt64,
    `views` UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (drill_id, post_id, at)
SETTINGS index_granularity = 8192;

CREATE TABLE post_keys
(
    `drill_id` UInt32,
    `key` UInt64,
    `post_id` UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (drill_id, key)
SETTINGS index_granularity = 512;

CREATE TABLE posts
(
    `drill_id` UInt32,
    `published_at` DateTime64(3, 'UTC'),
    `post_id` UInt64,
    `batch` UInt64,
    `source_id` UInt32,
    `platform` LowCardinality(String),
    `kind` LowCardinality(String),
    `guid` String,
    `url` String,
    `title` String,
    `text` String,
    `parent_id` UInt64,
    `root_id` UInt64,
    `author` UInt64,
    `author_name` String,
    `author_class` LowCardinality(String),
    `followers` UInt32,
    `likes` UInt64,
    `comments` UInt64,
    `reposts` UInt64,
    `views` UInt64,
    `first_seen_at` DateTime64(3, 'UTC'),
    `seen_at` DateTime64(3, 'UTC'),
    `date_doubt` LowCardinality(String),
    `extra` String,
    `subjects` Array(UInt32),
    `sentiment` Int8,
    `sentiment_p` Float32,
    `aspects` Array(LowCardinality(String)),
    `speaker` LowCardinality(String),
    `emotion` LowCardinality(String),
    `urgency` Array(LowCardinality(String)),
    `rumour` Float32,
    `spam` Float32,
    `unsure` Array(LowCardinality(String)),
    `corrected` Array(LowCardinality(String)),
    `reading` UInt32,
    `cluster_id` UInt64,
    `number` UInt64,
    INDEX posts_by_id post_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX posts_by_batch batch TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(number)
ORDER BY (drill_id, published_at, post_id)
SETTINGS index_granularity = 8192;

CREATE TABLE quality_counts
(
    `rule_no` UInt32,
    `hour` DateTime('UTC'),
    `source_id` UInt16,
    `import_id` UInt32,
    `line` UInt64,
    `checked` UInt64,
    `failed` UInt64
)
ENGINE = SummingMergeTree
ORDER BY (rule_no, hour, source_id, import_id, line)
TTL hour + toIntervalDay(400)
SETTINGS index_granularity = 8192;

CREATE TABLE quality_daily
(
    `scope` LowCardinality(String),
    `key` String,
    `day` Date,
    `at` DateTime64(3, 'UTC'),
    `customers` UInt64,
    `held` UInt64,
    `score` Float32,
    `completeness` Float32,
    `validity` Float32,
    `freshness` Float32,
    `consistency` Float32,
    `bands` Array(UInt64)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (scope, key, day)
SETTINGS index_granularity = 8192;

CREATE TABLE quality_findings
(
    `rule_no` UInt32,
    `run` UInt32,
    `at` DateTime64(3, 'UTC'),
    `customer_no` UInt32,
    `source_id` UInt16,
    `import_id` UInt32,
    `line` UInt64,
    `message_id` String,
    `field` LowCardinality(String),
    `value_masked` String,
    `reason` LowCardinality(String),
    `rejected` UInt8
)
ENGINE = ReplacingMergeTree
ORDER BY (rule_no, run, source_id, import_id, line, message_id, customer_no)
TTL toDateTime(at) + toIntervalDay(90)
SETTINGS index_granularity = 8192;

CREATE TABLE quality_scores
(
    `customer_no` UInt32,
    `at` DateTime64(3, 'UTC'),
    `score` Float32,
    `completeness` Float32,
    `validity` Float32,
    `freshness` Float32,
    `consistency` Float32
)
ENGINE = MergeTree
ORDER BY (customer_no, at)
SETTINGS index_granularity = 8192;

CREATE TABLE rejects
(
    `at` DateTime64(3, 'UTC'),
    `source_id` UInt16,
    `import_id` UInt32,
    `line` UInt64,
    `field` String,
    `value_masked` String,
    `code` LowCardinality(String),
    `reason` String,
    `message_id` String,
    `message` String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (source_id, import_id, at)
TTL toDateTime(at) + toIntervalDay(90)
SETTINGS index_granularity = 8192;

CREATE TABLE schema_migrations
(
    `name` String,
    `checksum` String,
    `applied_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY name
SETTINGS index_granularity = 8192;

CREATE TABLE sends
(
    `campaign_id` UInt32,
    `version` UInt32,
    `step` LowCardinality(String),
    `customer_no` UInt32,
    `entry_no` UInt32,
    `pass` UInt16,
    `id` UInt64,
    `entry_id` UInt64,
    `category` LowCardinality(String),
    `channel` LowCardinality(String),
    `creative_id` UInt32,
    `offer_id` UInt32,
    `arm` LowCardinality(String),
    `state` LowCardinality(String),
    `refusal` LowCardinality(String),
    `decided_at` DateTime64(3, 'UTC'),
    `sent_at` Nullable(DateTime64(3, 'UTC')),
    `delivered_at` Nullable(DateTime64(3, 'UTC')),
    `read_at` Nullable(DateTime64(3, 'UTC')),
    `clicked_at` Nullable(DateTime64(3, 'UTC')),
    `failed_at` Nullable(DateTime64(3, 'UTC')),
    `provider_id` UInt32,
    `cost_millifen` UInt32,
    `number` UInt64
)
ENGINE = ReplacingMergeTree(number)
ORDER BY (campaign_id, customer_no, id)
SETTINGS index_granularity = 8192;

CREATE TABLE tag_scores
(
    `score` LowCardinality(String),
    `customer_no` UInt32,
    `at` DateTime64(3, 'UTC'),
    `value` Float64,
    `label` String
)
ENGINE = ReplacingMergeTree
ORDER BY (score, customer_no, at)
SETTINGS index_granularity = 8192;

CREATE TABLE tag_staging
(
    `tag_no` UInt32,
    `run` UInt32,
    `customer_no` UInt32,
    `value` String,
    `made_at` DateTime DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (tag_no, run, customer_no)
TTL made_at + toIntervalDay(1)
SETTINGS index_granularity = 8192;

CREATE TABLE tag_texts
(
    `customer_no` UInt32,
    `ts` DateTime64(3, 'UTC'),
    `message_hash` UInt64,
    `event` LowCardinality(String),
    `property` LowCardinality(String),
    `sentiment` LowCardinality(String),
    `score` Float32,
    `keywords` Array(String),
    `topics` Array(String),
    `model` LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (customer_no, ts, message_hash, event, property)
SETTINGS index_granularity = 8192;

CREATE TABLE tag_values
(
    `tag_no` UInt32,
    `customer_no` UInt32,
    `at` DateTime64(3, 'UTC'),
    `run` UInt32,
    `values` Array(String),
    `number` Nullable(Float64)
)
ENGINE = ReplacingMergeTree(run)
ORDER BY (tag_no, customer_no, at)
SETTINGS index_granularity = 8192;

CREATE TABLE traits
(
    `trait` LowCardinality(String),
    `customer_no` UInt32,
    `at` DateTime64(3, 'UTC'),
    `type` LowCardinality(String),
    `text` String,
    `number` Nullable(Float64),
    `moment` Nullable(DateTime64(3, 'UTC')),
    `cleared` UInt8,
    `source_id` UInt16,
    `import_id` UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (trait, customer_no, at)
SETTINGS index_granularity = 8192;
