/** What the demo's company has made with the product: each is a request that anybody could have sent from the console. */

const days = (count: number) => `${count} days`

export const exampleTags = [
  {
    key: 'life_stage',
    title: '客户阶段',
    owner: '客户运营',
    purpose: '区分沟通内容',
    meaning: '依次判断：90 天内还过款为在贷；90 天内申请过为申请中；90 天内看过产品为意向；其余为沉默',
    definition: {
      kind: 'rule',
      values: [
        { value: '在贷', when: { event: 'Installment Paid', within: days(90) } },
        { value: '申请中', when: { event: 'Application Submitted', within: days(90) } },
        { value: '意向', when: { event: 'Loan Viewed', within: days(90) } },
      ],
      otherwise: '沉默',
    },
    schedule: { dailyAt: '05:00' },
  },
  {
    key: 'loan_views_30d',
    title: '近 30 天浏览产品次数',
    owner: '客户运营',
    purpose: '衡量意向强弱',
    meaning: '近 30 天浏览贷款的次数，没有记为 0',
    definition: {
      kind: 'statistic',
      events: { event: 'Loan Viewed', within: days(30) },
      measure: 'count',
      none: 'zero',
    },
    schedule: { dailyAt: '05:10' },
  },
  {
    key: 'preferred_channel',
    title: '偏好渠道',
    owner: '客户运营',
    purpose: '选择触达渠道',
    meaning: '近 90 天会话最多的渠道，占比不低于 40%',
    definition: {
      kind: 'preference',
      events: { event: 'Session Started', within: days(90) },
      property: 'channel',
      minShare: 0.4,
      minEvents: 2,
    },
    schedule: { dailyAt: '05:20' },
  },
  {
    key: 'repayment_value',
    title: '还款价值分层',
    owner: '数据分析',
    purpose: '区分服务与权益',
    meaning: '按近 180 天还款的最近时间、次数与金额分八类（RFM，均值为界）',
    definition: {
      kind: 'rfm',
      events: { event: 'Installment Paid', within: days(180) },
      amount: 'amount_fen',
    },
    schedule: { dailyAt: '05:30' },
  },
] as const

export const exampleAudiences = [
  {
    name: '高学历高收入',
    description: '本科及以上, 月收入一万元以上',
    definition: {
      all: [
        { trait: 'education', in: ['本科', '硕士及以上'] },
        { trait: 'monthlyIncomeFen', gte: 1_000_000 },
      ],
    },
  },
  {
    name: '近 30 天活跃',
    description: '近 30 天至少看过两次贷款产品',
    live: true,
    definition: { all: [{ event: 'Loan Viewed', count: { gte: 2 }, within: days(30) }] },
  },
  {
    name: '看过未申请',
    description: '近 60 天看过贷款产品, 近 90 天没有申请',
    definition: {
      all: [
        { event: 'Loan Viewed', count: { gte: 1 }, within: days(60) },
        { not: { event: 'Application Started', within: days(90) } },
      ],
    },
  },
  {
    name: '已婚 35–50 岁',
    description: '已婚, 1976 至 1991 年出生',
    definition: {
      all: [
        { trait: 'maritalStatus', is: '已婚' },
        { trait: 'birthday', between: ['1976-01-01', '1991-12-31'] },
      ],
    },
  },
] as const

const steps = ['Loan Viewed', 'Application Started', 'Application Submitted', 'Application Approved', 'Loan Drawn']

export const exampleReports = [
  {
    name: '每周浏览与申请',
    question: {
      kind: 'trend',
      period: { within: days(90) },
      granularity: 'week',
      series: [
        { event: 'Loan Viewed', measure: 'people' },
        { event: 'Application Submitted', measure: 'people' },
      ],
    },
    width: 2,
  },
  {
    name: '借款漏斗',
    question: {
      kind: 'funnel',
      period: { within: days(90) },
      window: days(14),
      steps: steps.map((event) => ({ event })),
      timing: true,
    },
    width: 2,
  },
  {
    name: '还款客户的周留存',
    question: {
      kind: 'retention',
      period: { within: days(90) },
      start: { event: 'Installment Paid' },
      back: { event: 'Session Started' },
      unit: 'week',
      units: 8,
      entry: 'each',
    },
    width: 4,
  },
] as const

export const exampleRules = [
  {
    name: '月收入在合理范围',
    target: { trait: 'monthlyIncomeFen' },
    check: { kind: 'range', min: 100_000, max: 50_000_000 },
    owner: '数据分析',
    description: '月收入 1,000 元至 50 万元，超出多为单位填错',
  },
  {
    name: '学历取值',
    target: { trait: 'education' },
    check: { kind: 'oneOf', values: ['初中及以下', '高中', '中专', '大专', '本科', '硕士及以上'] },
    owner: '数据分析',
    description: '字典之外的学历需要清洗',
  },
  {
    name: '授信不低于一千元',
    target: { trait: 'creditLimitFen' },
    check: { kind: 'range', min: 100_000 },
    owner: '数据分析',
    description: '更低的授信多为录入错误',
  },
] as const

/** Asked for once the data are in; they run in the background. */
export const exampleMining = [
  {
    kind: 'rfm',
    title: '还款价值分层',
    event: 'Installment Paid',
    amount: 'amount_fen',
    days: 180,
  },
  {
    kind: 'clusters',
    title: '按收入、授信与行为聚类',
    features: [
      { trait: 'monthlyIncomeFen', log: true },
      { trait: 'creditLimitFen', log: true },
      { event: 'Loan Viewed', measure: 'count', days: 90, log: true, missing: 'zero' },
      { event: 'Installment Paid', measure: 'count', days: 180, log: true, missing: 'zero' },
    ],
    kTo: 6,
  },
  {
    kind: 'rules',
    title: '一天里常一起发生的行为',
    baskets: {
      of: 'events',
      events: [...steps, 'Quota Queried', 'Rate Calculated', 'Coupon Viewed', 'Repayment Plan Viewed', 'Bill Viewed'],
      item: null,
      basket: 'day',
      days: 90,
    },
    minSupport: 0.01,
    minConfidence: 0.3,
  },
] as const
