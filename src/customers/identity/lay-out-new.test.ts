import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { aCtx } from '#test'
import { readProfile } from '../profile.ts'
import { runningOf } from '../running.ts'
import { applySightings, keyIdentifiers, planNew, type Sighting, takeNumbers, writeNew } from './apply.ts'

const sighting = (n: number): Sighting => ({
  identifiers: [
    { kind: 'accountId', value: `account-${n}` },
    { kind: 'phone', value: `13900${String(n).padStart(6, '0')}` },
    { kind: 'phone', value: `13800${String(n + 1).padStart(6, '0')}` },
    { kind: 'email', value: `p${n}@example.com` },
  ],
  mayMerge: true,
  traits: [
    { name: 'name', type: 'string', value: '王"小"\n明', personal: true },
    { name: 'city', type: 'string', value: '上海\t\\', personal: false },
    { name: 'age', type: 'integer', value: 30 + n, personal: false },
    { name: 'vip', type: 'boolean', value: true, personal: false },
    { name: 'age', type: 'integer', value: 40 + n, personal: false },
  ],
  atMs: 1_795_302_813_513,
  sourceId: 3,
  importId: 7,
})

test('people who are all new are stored just as the general way stores them', async () => {
  const ctx = await aCtx()
  const quick = [0, 1, 2].map(sighting)
  const general = [10, 11, 12].map(sighting)
  const keyed = quick.map(({ identifiers }) => keyIdentifiers(ctx, identifiers))
  const numbers = await takeNumbers(ctx, 3)
  const written = await ctx.tx(async (tx) =>
    writeNew(
      tx,
      await planNew(
        ctx,
        quick,
        keyed,
        () => numbers.pop() ?? 0,
        async () => undefined,
      ),
    ),
  )
  const applied = await ctx.tx((tx) => applySightings(tx, general))
  assert.deepEqual(written.isNew, applied.isNew)
  const profile = async (no: number | undefined) =>
    JSON.stringify({ ...(await readProfile(ctx, runningOf(ctx), String(no))), id: '' }).replaceAll(
      /"customerNo":\d+/g,
      '',
    )
  for (const [index, no] of written.nos.entries()) {
    const other = await profile(applied.nos[index])
    assert.equal(
      (await profile(no))
        .replaceAll(`account-${index}`, `account-1${index}`)
        .replaceAll(`00${index}"`, `01${index}"`)
        .replaceAll(`00${index + 1}"`, `01${index + 1}"`)
        .replaceAll(`"value":${40 + index}`, `"value":${50 + index}`),
      other,
    )
  }
  const { rows } = await sql<{
    kind: number
    n: number
  }>`select kind, count(*)::int as n from customers.identifier group by kind order by kind`.execute(ctx.pg)
  assert.deepEqual(rows, [
    { kind: 1, n: 6 },
    { kind: 3, n: 12 },
    { kind: 4, n: 6 },
  ])
})

test('an identifier that was known after all is a unique violation, and nothing of the piece is kept', async () => {
  const ctx = await aCtx()
  await ctx.tx((tx) => applySightings(tx, [sighting(1)]))
  const piece = [sighting(5), sighting(1)]
  const numbers = await takeNumbers(ctx, 2)
  const people = await planNew(
    ctx,
    piece,
    piece.map(({ identifiers }) => keyIdentifiers(ctx, identifiers)),
    () => numbers.pop() ?? 0,
    async () => undefined,
  )
  await assert.rejects(
    ctx.tx((tx) => writeNew(tx, people)),
    { code: '23505' },
  )
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from customers.customer`.execute(ctx.pg)
  assert.equal(rows[0]?.n, 1)
  const applied = await ctx.tx((tx) => applySightings(tx, piece))
  assert.deepEqual(applied.isNew, [true, false])
})
