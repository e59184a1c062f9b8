import assert from 'node:assert/strict'
import test from 'node:test'
import type { Definition } from '../../../src/audiences/contract.ts'
import { en } from '../i18n/en.ts'
import { zh } from '../i18n/zh.ts'
import { readDefinition } from './reading.ts'

const titles: Readonly<Record<string, string>> = {
  marital: '婚姻状况',
  age: '年龄',
  education: '学历',
  loan: '个人贷款',
}

const read = (definition: Definition, t = zh) =>
  readDefinition(
    {
      t,
      format: { amount: (name, value) => (name.endsWith('Fen') ? `¥${value / 100}` : value.toLocaleString('en-US')) },
      traitTitle: (name) => (t === zh ? (titles[name] ?? name) : name),
      audienceName: () => '老客户',
      tagTitle: (key) => (key === 'score' ? '响应分' : key),
      listName: () => '国庆名单',
    },
    definition,
  )

const marriedMiddleAged: Definition = {
  all: [
    { trait: 'marital', is: 'married' },
    { trait: 'age', between: [35, 50] },
    {
      any: [
        { trait: 'education', in: ['university.degree'] },
        { trait: 'loan', is: false },
      ],
    },
    { event: 'loan_viewed', count: { gte: 2 }, within: '30 days', where: [{ property: 'amount', gte: 5000 }] },
    { not: { event: 'loan_applied', within: '90 days' } },
  ],
}

test('a definition reads as one Chinese sentence', () => {
  assert.equal(
    read(marriedMiddleAged),
    '婚姻状况是“married”，且年龄在 35 到 50 之间，且（学历是“university.degree”之一，或个人贷款为“否”），且最近 30 天内做过“浏览贷款（amount不小于 5,000）”的次数不小于 2，且最近 90 天内没有做过“申请贷款”的客户。',
  )
})

test('and as one English sentence', () => {
  assert.equal(
    read(marriedMiddleAged, en),
    'Customers where marital is “married” and age is between 35 and 50 and (education is one of “university.degree” or loan is no) and the number of “loan_viewed (amount is at least 5,000)” in the last 30 days is at least 2 and did not do “loan_applied” in the last 90 days.',
  )
})

test('everybody, nobody, audiences, calendar windows, what is missing', () => {
  assert.equal(read({ all: [] }), '全部客户。')
  assert.equal(read({ any: [] }), '没有任何客户。')
  assert.equal(
    read({ any: [{ audience: '0198f2a0-0000-7000-8000-000000000001' }, { trait: 'age', exists: false }] }),
    '属于人群“老客户”，或没有年龄的客户。',
  )
  assert.equal(
    read({ all: [{ event: 'repaid', sum: { property: 'amountFen', lt: 100 }, within: 'this month' }] }),
    '本月“还款”的 amountFen 合计小于 ¥1的客户。',
  )
})

test('what was done in order, how people rank, what they consented to', () => {
  const id = '0198f2a0-0000-7000-8000-000000000001'
  for (const [definition, zhText, enText] of [
    [
      {
        sequence: [
          { event: 'loan_viewed' },
          { event: 'loan_applied', within: '7 days', without: [{ event: 'complained' }] },
          { event: 'repaid', did: false, within: '2 days' },
        ],
        by: 'applicationNo',
        within: '90 days',
      },
      '最近 90 天内同一 applicationNo 下先做“浏览贷款”，之后 7 天内（期间没有“complained”）做“申请贷款”，之后 2 天内没有做“还款”的客户。',
      'Customers where did “loan_viewed”, then “loan_applied” within 7 days without “complained” in between, then no “repaid” for 2 days of one applicationNo, in the last 90 days.',
    ],
    [
      { top: 1000, of: { event: 'repaid', sum: 'amountFen', within: '30 days' } },
      '最近 30 天内“还款”的 amountFen 合计居前 1,000 名的客户。',
      undefined,
    ],
    [
      { percentile: [90, 100], of: { tag: 'score' } },
      '标签“响应分”处于全体第 90 到 100 百分位的客户。',
      'Customers where the tag “响应分” is between percentile 90 and 100 of everybody.',
    ],
    [
      { tag: 'score', between: [0.5, 1], asOf: '2026-01-31' },
      '截至 2026-01-31 标签“响应分”在 0.5 到 1 之间的客户。',
      undefined,
    ],
    [
      { consent: { purpose: 'marketing', channel: 'sms' }, in: ['none', 'refused'] },
      '对“营销”（短信）未表态或已拒绝的客户。',
      undefined,
    ],
    [{ reachable: 'wechat', consent: { purpose: 'marketing' } }, '可通过微信触达且已同意“营销”的客户。', undefined],
    [{ audience: id, left: { within: '30 days' } }, '最近 30 天内离开过人群“老客户”的客户。', undefined],
    [{ list: id }, '在名单“国庆名单”中的客户。', 'Customers where in the list “国庆名单”.'],
    [{ split: { seed: 'exp1', from: 0, to: 0.5 } }, '在“exp1”随机分流的 0% 至 50% 中的客户。', undefined],
    [
      { sample: { of: { trait: 'age', gte: 18 }, size: 1000, seed: 's' } },
      '在从“年龄不小于 18”中随机抽取的 1,000 人之内的客户。',
      undefined,
    ],
    [
      { event: 'repaid', count: { gte: 2 }, by: 'applicationNo', keys: { gte: 3 } },
      '满足“做过“还款”的次数不小于 2”的 applicationNo 个数不小于 3的客户。',
      undefined,
    ],
  ] as [Definition, string, string | undefined][]) {
    assert.equal(read(definition), zhText)
    if (enText !== undefined) assert.equal(read(definition, en), enText)
  }
})
