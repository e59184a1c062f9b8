import assert from 'node:assert/strict'
import test from 'node:test'
import { type Ctx, Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'
import { importLinks } from '../../src/customers/links/file.ts'
import { readLinkGraph } from '../../src/customers/links/graph.ts'
import { householdKey, proposeHouseholds } from '../../src/customers/links/households.ts'
import { decideLink, listProposed, makeLink } from '../../src/customers/links/store.ts'

const is = (code: string) => (error: unknown) => error instanceof Problem && error.code === `customers.${code}`
const people = (ctx: Ctx, count: number) =>
  someCustomers(
    ctx,
    Array.from({ length: count }, (_, i) => ({
      traits: { name: `王小${'甲乙丙丁戊己'[i]}`, phone: `1391234000${i}` },
    })),
  )
const link = (from: string | undefined, to: string | undefined, more = {}) => ({
  kind: 'guarantor' as const,
  from: from ?? '',
  to: to ?? '',
  evidence: '',
  ...more,
})

test('a link leads from one to the other, is found two steps away, and never merges', async () => {
  const ctx = await aCtx()
  const [a, b, c, d] = await people(ctx, 4)
  await makeLink(ctx, link(a?.id, b?.id, { evidence: '保证合同 2026-18', since: '2026-03-01' }))
  await makeLink(ctx, link(c?.id, b?.id, { kind: 'household' }))
  await makeLink(ctx, link(c?.id, d?.id, { kind: 'referrer' }))
  const near = await readLinkGraph(ctx, a?.id ?? '', 1)
  assert.deepEqual(
    near.links.map(({ kind, from, to, since, source, evidence }) => ({ kind, from, to, since, source, evidence })),
    [
      {
        kind: 'guarantor',
        from: a?.id,
        to: b?.id,
        since: '2026-03-01',
        source: 'person',
        evidence: '保证合同 2026-18',
      },
    ],
  )
  const far = await readLinkGraph(ctx, a?.id ?? '', 2)
  assert.deepEqual(
    far.customers.map(({ id, distance }) => [id, distance]).sort((x, y) => Number(x[1]) - Number(y[1])),
    [
      [a?.id, 0],
      [b?.id, 1],
      [c?.id, 2],
    ],
  )
  assert.equal(far.links.length, 2)
  assert.ok(!JSON.stringify(far).includes('王小甲') && !JSON.stringify(far).includes('13912340000'))
  const home = far.links.find(({ kind }) => kind === 'household')
  assert.deepEqual([home?.from, home?.to], [b?.id, c?.id], 'a home is shared both ways: the lower number first')
})

test('nobody is linked to himself, not after a merge either; evidence carries no phone', async () => {
  const ctx = await aCtx()
  const [a, b, c] = await people(ctx, 3)
  await assert.rejects(makeLink(ctx, link(a?.id, a?.id)), is('linkToSelf'))
  await assert.rejects(makeLink(ctx, link(a?.id, '99999')), is('customerUnknown'))
  await assert.rejects(makeLink(ctx, link(a?.id, b?.id, { evidence: '电话 13912345678' })), is('linkPersonal'))
  await makeLink(ctx, link(a?.id, b?.id))
  await makeLink(ctx, link(c?.id, b?.id))
  await mergeCustomers(ctx, { into: a?.id ?? '', from: b?.id ?? '', reason: '同一人' })
  const graph = await readLinkGraph(ctx, b?.id ?? '', 1)
  assert.deepEqual(
    graph.links.map(({ from, to }) => [from, to]),
    [[c?.id, a?.id]],
  )
})

test('a file of pairs is taken in, its bad lines are named without their text, twice is once', async () => {
  const ctx = await aCtx()
  const [a, b] = await people(ctx, 2)
  const text = [
    'kind,from,to,since,evidence',
    `guarantor,phone:13912340000,#${b?.id},2026-01-02,"合同, 第3号"`,
    `emergencyContact,#${b?.id},accountId:${a?.userId},,`,
    'lover,#1,#2,,',
    `referrer,phone:13999999999,#${b?.id},,`,
    `referrer,#${a?.id},#${a?.id},,`,
    `referrer,张三,#${b?.id},,`,
    `referrer,#${a?.id},#${b?.id},二月,`,
  ].join('\n')
  const report = await importLinks(ctx, text)
  assert.deepEqual(report, {
    read: 7,
    made: 2,
    known: 0,
    rejected: [
      { line: 4, code: 'kindUnknown' },
      { line: 5, code: 'customerUnknown' },
      { line: 6, code: 'sameCustomer' },
      { line: 7, code: 'customerUnreadable' },
      { line: 8, code: 'dateWrong' },
    ],
    rejectedTotal: 5,
  })
  const again = await importLinks(ctx, text)
  assert.deepEqual([again.made, again.known], [0, 2])
  await assert.rejects(importLinks(ctx, 'a,b\n1,2'), is('linkFileHeading'))
})

test('one surname at one address is proposed as a household, and what is refused stays refused', async () => {
  const ctx = await aCtx()
  const at = (name: string, address: string) => ({ traits: { name, address } })
  const [a, b] = await someCustomers(ctx, [
    at('李建国', '上海市浦东新区世纪大道100号3栋501室'),
    at('李小红', '上海浦东新区 世纪大道100号3幢501'),
    at('李小明', '上海市浦东新区世纪大道100号3栋502室'),
    at('王芳', '上海市浦东新区世纪大道100号3栋501室'),
  ])
  assert.equal(householdKey('李建国', '上海市浦东新区'), undefined)
  const signal = new AbortController().signal
  const first = await proposeHouseholds(ctx, signal)
  const { items } = await listProposed(ctx, { limit: 10 })
  assert.deepEqual([first, items.length], [1, 1])
  assert.ok(items.every(({ from, to }) => from === a?.id && to === b?.id))
  for (const { id } of items) await decideLink(ctx, { id, decision: 'refuse' })
  assert.equal(await proposeHouseholds(ctx, signal), 0)
  assert.deepEqual((await readLinkGraph(ctx, a?.id ?? '', 1)).links, [])
})
