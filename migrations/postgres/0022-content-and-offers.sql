-- Words and exceptions that the company adds to the rule packs; retired, never deleted.
create table compliance.content_word (
  id int generated always as identity primary key,
  kind text not null check (kind in ('word', 'exception')),
  -- The word; for an exception the phrase in which `word` means something else.
  text text not null,
  word text,
  category text,
  action text check (action in ('block', 'flag')),
  reason text not null,
  added_at timestamptz not null,
  added_by text not null,
  retired_at timestamptz,
  retired_by text,
  check ((kind = 'word') = (category is not null and action is not null)),
  check ((kind = 'exception') = (word is not null))
);
create unique index content_word_text on compliance.content_word (kind, text, coalesce(word, '')) where retired_at is null;

-- Numbers and lists that law or policy sets, from a day on. The newest not after a day is in force on it.
create table compliance.parameter (
  name text not null,
  valid_from date not null,
  value jsonb not null,
  source text not null,
  added_at timestamptz not null,
  added_by text not null,
  primary key (name, valid_from)
);
insert into compliance.parameter (name, valid_from, value, source, added_at, added_by) values
  ('ownHosts', '2000-01-01', '[]', '部署后由合规填写', now(), 'system'),
  ('maxRedirects', '2000-01-01', '1', '金融产品网络营销管理办法：跳转至机构自有平台，不得二次跳转', now(), 'system'),
  ('disclosureSeconds', '2026-08-01', '10', '个人贷款业务明示综合融资成本规定（金规〔2026〕2号）：强制阅读；秒数为本平台默认', now(), 'system'),
  ('consumerCreditMaxFen', '2024-04-18', '{"consumerFinance": 20000000, "bank": 20000000}', '消费金融公司管理办法（令2024年第4号）；商业银行互联网贷款管理暂行办法', now(), 'system'),
  ('priceAttributes', '2021-11-01', '["tier", "amountFen", "instalments"]', '个人信息保护法第24条、算法推荐管理规定第21条：价格只随风险、金额与期限变化', now(), 'system');

-- Highest annual cost by kind of lender, from a day on.
create table compliance.rate_cap (
  lender_type text not null,
  valid_from date not null,
  kind text not null check (kind in ('fixed', 'lpr')),
  -- The rate, or how many times the one-year LPR.
  value double precision not null check (value > 0),
  compare text not null check (compare in ('simple', 'compound')),
  source text not null,
  added_at timestamptz not null,
  added_by text not null,
  primary key (lender_type, valid_from)
);
insert into compliance.rate_cap (lender_type, valid_from, kind, value, compare, source, added_at, added_by) values
  ('facilitated', '2025-10-01', 'fixed', 0.24, 'simple', '金规〔2025〕9号（助贷新规）：综合融资成本不超过 24%', now(), 'system'),
  ('bank', '2017-08-04', 'fixed', 0.24, 'simple', '法发〔2017〕22号（金融借款 24% 指引，待核对）', now(), 'system'),
  ('consumerFinance', '2017-08-04', 'fixed', 0.24, 'simple', '法发〔2017〕22号（金融借款 24% 指引，待核对）', now(), 'system'),
  ('autoFinance', '2017-08-04', 'fixed', 0.24, 'simple', '法发〔2017〕22号（金融借款 24% 指引，待核对）', now(), 'system'),
  ('trust', '2017-08-04', 'fixed', 0.24, 'simple', '法发〔2017〕22号（金融借款 24% 指引，待核对）', now(), 'system'),
  ('microLender', '2017-08-04', 'fixed', 0.24, 'simple', '小额贷款公司新发放贷款不超过 24%（待核对）', now(), 'system'),
  ('microLender', '2028-01-01', 'lpr', 4, 'simple', '小额贷款公司 2027 年底前逐步降至 4 倍一年期 LPR（待核对）', now(), 'system'),
  ('private', '2020-08-20', 'lpr', 4, 'simple', '最高人民法院民间借贷规定（2020 第二次修正）第25条：不超过合同成立时一年期 LPR 四倍', now(), 'system');

-- Loan prime rates by the day they were published; only days on which one changed are here to begin with.
create table compliance.lpr (
  published_on date primary key,
  one_year double precision not null,
  five_year double precision,
  source text not null,
  added_at timestamptz not null,
  added_by text not null
);
insert into compliance.lpr (published_on, one_year, five_year, source, added_at, added_by)
select published_on::date, one_year, five_year, '中国人民银行授权全国银行间同业拆借中心公布', now(), 'system'
from (values
  ('2019-08-20', 0.0425, 0.0485), ('2019-09-20', 0.0420, 0.0485), ('2019-11-20', 0.0415, 0.0480),
  ('2020-02-20', 0.0405, 0.0475), ('2020-04-20', 0.0385, 0.0465), ('2021-12-20', 0.0380, 0.0465),
  ('2022-01-20', 0.0370, 0.0460), ('2022-05-20', 0.0370, 0.0445), ('2022-08-22', 0.0365, 0.0430),
  ('2023-06-20', 0.0355, 0.0420), ('2023-08-21', 0.0345, 0.0420), ('2024-02-20', 0.0345, 0.0395),
  ('2024-07-22', 0.0335, 0.0385), ('2024-10-21', 0.0310, 0.0360), ('2025-05-20', 0.0300, 0.0350)
) as known (published_on, one_year, five_year);

-- Platforms that may market for a lender or with it (R4, R9), while their contract runs.
create table compliance.partner (
  id int generated always as identity primary key,
  name text not null,
  licence text not null default '',
  contract text not null,
  valid_from date not null,
  valid_until date,
  added_at timestamptz not null,
  added_by text not null,
  removed_at timestamptz,
  removed_by text
);
create unique index partner_name on compliance.partner (name) where removed_at is null;

-- What is offered: a loan with its lender, price and conditions.
create table campaigns.offer (
  id int generated always as identity primary key,
  name text not null,
  state text not null default 'draft' check (state in ('draft', 'published', 'retired')),
  -- The draft; what is published stands in offer_version.
  content jsonb not null,
  draft_version int not null default 1,
  live_version int,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  -- `kind:id` of who wrote the draft last.
  edited_by text not null
);
create unique index offer_name on campaigns.offer (lower(name)) where state <> 'retired';

create table campaigns.offer_version (
  offer_id int not null references campaigns.offer (id),
  version int not null,
  content jsonb not null,
  -- SHA-256 of the canonical JSON of content.
  content_hash text not null,
  -- What the engine found, and against which cap.
  cost jsonb not null,
  disclosure jsonb not null,
  disclosure_hash text not null,
  -- Flags that remained, with the reason given for publishing.
  findings jsonb not null,
  published_at timestamptz not null,
  published_by text not null,
  retired_at timestamptz,
  primary key (offer_id, version)
);

-- Prices at which an offer was really to be had: what a reference price ("原利率") is held against.
create table campaigns.price_record (
  offer_id int not null references campaigns.offer (id),
  version int not null,
  lowest_rate double precision not null,
  since timestamptz not null,
  until timestamptz,
  primary key (offer_id, version)
);

-- A customer's way to one version of a disclosure sheet. The address carries a signature of the id.
create table campaigns.disclosure_link (
  id uuid primary key,
  offer_id int not null,
  version int not null,
  customer_no int,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz not null,
  foreign key (offer_id, version) references campaigns.offer_version (offer_id, version)
);

-- One reading of a sheet. Time on display is counted by the server from the page's signs of life.
create table campaigns.disclosure_reading (
  id uuid primary key,
  link_id uuid not null references campaigns.disclosure_link (id),
  disclosure_hash text not null,
  needed_seconds int not null,
  opened_at timestamptz not null,
  seen_at timestamptz not null,
  shown_ms int not null default 0,
  scrolled boolean not null default false,
  confirmed_at timestamptz,
  device text not null
);
create index disclosure_reading_link on campaigns.disclosure_reading (link_id, opened_at);
