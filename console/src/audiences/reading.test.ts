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
