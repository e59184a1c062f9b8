import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx, aCustomer, someCustomers } from '#test'
import { newRun, runRule } from '../../src/customers/quality/base-run.ts'
import { type NewRule, NewRule as RuleSchema } from '../../src/customers/quality/contract.ts'
import { listFindings, ruleHours, testRule } from '../../src/customers/quality/findings.ts'
import { createRule, listRules, ruleRow } from '../../src/customers/quality/rules.ts'
import { runningOf } from '../../src/customers/running.ts'

const ctx = await aCtx()
const running = runningOf(ctx)

const aRule = async (rule: Omit<Partial<NewRule>, 'check'> & Pick<NewRule, 'target'> & { check: unknown }) => {
  const made = await createRule(ctx, RuleSchema.parse({ name: `rule ${randomUUID()}`, ...rule }))
  running.quality.rules.forget()
  return made
}
const findings = (id: string, where: 'base' | 'arrival') =>
  listFindings(ctx, running.origins, { id, where, limit: 100, after: 0 })
const arrived = async (id: string) => {
  await running.quality.flush(ctx)
  return (await listRules(ctx)).items.find((rule) => rule.id === id)?.arrived
}
const overBase = async (id: string) => {
  const run = await newRun(ctx, await ruleRow(ctx, id))
  await runRule(ctx, running.dictionary, run)
  return (await listRules(ctx)).items.find((rule) => rule.id === id)?.base
}

test('a message that fails a rule is stored all the same; what is rejected is out of it and among the rejects', async () => {
  const warns = await aRule({ target: { event: 'apply', property: 'amount' }, check: { kind: 'range', max: 50_000 } })
  const rejects = await aRule({
    target: { event: 'apply', property: 'term' },
    check: { kind: 'oneOf', values: [3, 6, 12] },
    severity: 'reject',
  })
  const asked = await aRule({ target: { event: 'apply', property: 'purpose' }, check: { kind: 'required' } })
  const properties = [
    { amount: 60_000, term: 12, purpose: '装修' },
    { amount: 10_000, term: 5, purpose: '装修' },
    { amount: 10_000, term: 6 },
  ]
  const { no } = await aCustomer(ctx, {
    events: properties.map((one, i) => ({ event: 'apply', messageId: `apply-${i}`, properties: one })),
  })

  const stored = await ctx.ch.rows<{ message_id: string; properties: string }>(
    ch.sql`select message_id, properties from events where event = 'apply' order by message_id`,
  )
  assert.deepEqual(
    stored.map(({ properties }) => JSON.parse(properties) as unknown),
    [properties[0], { amount: 10_000, purpose: '装修' }, properties[2]],
  )
  const left = await ctx.ch.rows(
    ch.sql`select field, value_masked, code, message_id from rejects where code = 'quality.rule'`,
  )
  assert.deepEqual(left, [{ field: 'properties.term', value_masked: '5', code: 'quality.rule', message_id: 'apply-1' }])

  for (const [rule, failed] of [
    [warns, 'apply-0'],
    [rejects, 'apply-1'],
    [asked, 'apply-2'],
  ] as const) {
    assert.deepEqual(await arrived(rule.id), { checked: 3, failed: 1 }, rule.name)
    const { items, total } = await findings(rule.id, 'arrival')
    assert.equal(total, 1)
    assert.equal(items[0]?.messageId, failed)
    assert.equal(items[0]?.customer, String(no))
  }
  const { items: hours } = await ruleHours(ctx, running.origins, { id: warns.id, hours: 24 })
  assert.deepEqual(
    hours.map(({ checked, failed }) => [checked, failed]),
    [[3, 1]],
  )

  // Sent again it is a duplicate, and counts in nothing.
  await aCustomer(ctx, { events: [{ event: 'apply', messageId: 'apply-0', properties: { amount: 70_000 } }] })
  assert.deepEqual(await arrived(warns.id), { checked: 3, failed: 1 })
})

test('traits on the stream: rejected values are not kept, the former one stays; personal ones are shown masked', async () => {
  const age = await aRule({ target: { trait: 'age' }, check: { kind: 'range', min: 18, max: 100 }, severity: 'reject' })
  const name = await aRule({ target: { trait: 'name' }, check: { kind: 'format', format: 'name' } })
  const card = await aRule({ target: { trait: 'idCard' }, check: { kind: 'format', format: 'idCard' } })
  const userId = `account-${randomUUID()}`
  await aCustomer(ctx, { userId, traits: { age: 30, name: '张三', idCard: '11010519491231002X' } })
  const { no } = await aCustomer(ctx, { userId, traits: { age: 300, name: '测试123', idCard: '110105194912310021' } })
  const row = await ctx.pg
    .selectFrom('customers.customer')
    .select('traits')
    .where('no', '=', no)
    .executeTakeFirstOrThrow()
  assert.equal((row.traits as { age: [number] }).age[0], 30)
  assert.deepEqual(await arrived(age.id), { checked: 2, failed: 1 })
  assert.deepEqual(await arrived(name.id), { checked: 2, failed: 1 })
  assert.deepEqual(await arrived(card.id), { checked: 2, failed: 1 })
  assert.deepEqual(
    (await findings(name.id, 'arrival')).items.map(({ value }) => value),
    ['测**'],
  )
  assert.deepEqual(
    (await findings(card.id, 'arrival')).items.map(({ value }) => value),
    ['110105********0021'],
  )
})

test('over the base a rule says of each value what it says of one', async () => {
  const texts = [
    '330106',
    '999999',
    '3301',
    'x',
    '2024-02-29',
    '2023-02-30',
    '12',
    '-3.5',
    '1e3',
    '1380013',
    '6222',
    'Ab-9',
  ]
  const people = await someCustomers(
    ctx,
    texts.map((code, i) => ({ traits: { code, limit: i, used: i % 3 === 0 ? i + 1 : i } })),
  )
  const checks = [
    { kind: 'range', min: 0, max: 20_000 },
    { kind: 'range', min: '2024-01-01' },
    { kind: 'length', min: 2, max: 6 },
    { kind: 'pattern', pattern: '^\\d+$' },
    { kind: 'oneOf', values: ['x', 12] },
    { kind: 'format', format: 'region' },
    { kind: 'format', format: 'date' },
    { kind: 'format', format: 'phone' },
    { kind: 'compare', operator: 'gte', other: 'limit' },
  ]
  for (const check of checks) {
    const rule = await aRule({ target: { trait: 'code' }, check })
    const one = await testRule(ctx, running.dictionary, { target: rule.target, check: rule.check, values: texts })
    const expected =
      check.kind === 'compare'
        ? people.filter(
            (_, i) =>
              !(
                ['12', '-3.5', '1e3', '330106', '999999', '3301', '1380013', '6222'].includes(texts[i] ?? '') &&
                Number(texts[i]) >= i
              ),
          )
        : people.filter((_, i) => !one.items[i]?.ok)
    const base = await overBase(rule.id)
    assert.equal(base?.error, null)
    assert.equal(base?.checked, texts.length, JSON.stringify(check))
    const found = (await findings(rule.id, 'base')).items.map(({ customer }) => Number(customer)).sort((a, b) => a - b)
    assert.deepEqual(
      found,
      expected.map(({ no }) => no),
      JSON.stringify(check),
    )
  }
  const cross = await aRule({ target: { trait: 'used' }, check: { kind: 'compare', operator: 'lte', other: 'limit' } })
  assert.equal((await overBase(cross.id))?.failed, 4)
})

test('required, unique, fresh and sealed fields are asked of everybody at once', async () => {
  await someCustomers(ctx, [
    { traits: { badge: 'A1' }, at: '2020-01-01T00:00:00Z' },
    { traits: { badge: 'A1', realName: '李四' } },
    { traits: { badge: 'A2', realName: '测试' } },
  ])
  const unique = await aRule({ target: { trait: 'badge' }, check: { kind: 'unique' } })
  assert.deepEqual(await overBase(unique.id).then((base) => [base?.checked, base?.failed]), [3, 2])
  const fresh = await aRule({ target: { trait: 'badge' }, check: { kind: 'fresh', days: 365 } })
  assert.deepEqual(await overBase(fresh.id).then((base) => [base?.checked, base?.failed]), [3, 1])
  const everybody = await ctx.ch.one<{ n: number }>(
    ch.sql`select toUInt32(count()) as n from customers final where live = 1`,
  )
  const required = await aRule({ target: { trait: 'badge' }, check: { kind: 'required' } })
  assert.deepEqual(await overBase(required.id).then((base) => [base?.checked, base?.failed]), [
    everybody?.n,
    (everybody?.n ?? 0) - 3,
  ])
  const sealed = await aRule({ target: { trait: 'realName' }, check: { kind: 'format', format: 'name' } })
  assert.deepEqual(await overBase(sealed.id).then((base) => [base?.checked, base?.failed]), [2, 1])
  assert.equal((await findings(sealed.id, 'base')).items[0]?.value, '测*')
  // A second run takes the place of the first.
  await overBase(sealed.id)
  assert.equal((await findings(sealed.id, 'base')).total, 1)
})

test('a rule over events of the base', async () => {
  await aCustomer(ctx, {
    events: [
      { event: 'repay', properties: { due: 100, paid: 90 } },
      { event: 'repay', properties: { due: '100', paid: 100 } },
      { event: 'repay', properties: { due: 100 } },
      { event: 'repay', properties: { detail: { due: 5 }, paid: 'x' } },
    ],
  })
  const of = async (check: unknown, property: string) => {
    const rule = await aRule({ target: { event: 'repay', property }, check })
    const base = await overBase(rule.id)
    return [base?.checked, base?.failed, base?.error]
  }
  assert.deepEqual(await of({ kind: 'required' }, 'paid'), [4, 1, null])
  assert.deepEqual(await of({ kind: 'range', min: 95 }, 'paid'), [3, 2, null])
  assert.deepEqual(await of({ kind: 'compare', operator: 'gte', other: 'due' }, 'paid'), [3, 1, null])
  assert.deepEqual(await of({ kind: 'range', max: 4 }, 'detail.due'), [1, 1, null])
})
