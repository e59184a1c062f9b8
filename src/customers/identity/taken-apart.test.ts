import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { aCtx, startPostgresServer, startTestApp } from '#test'
import { applySightings, type Sighting } from './apply.ts'
import type { Identifier } from './kinds.ts'
import { mergeCustomers } from './merge.ts'

const sighting = (identifiers: Identifier[], more: Partial<Sighting> = {}): Sighting => ({
  identifiers,
  mayMerge: true,
  traits: [],
  atMs: Date.UTC(2026, 0, 1),
  sourceId: 0,
  importId: 0,
  ...more,
})
const account = (value: string): Identifier => ({ kind: 'accountId', value })
const unionId = (value: string): Identifier => ({ kind: 'wechatUnionId', value })

const apply = (ctx: Ctx, ...sightings: Sighting[]) => ctx.tx((ctx) => applySightings(ctx, sightings))
const roots = async (ctx: Ctx) => {
  const { rows } = await sql<{ no: number; root_no: number }>`
    select no, root_no from customers.customer order by no`.execute(ctx.pg)
  return new Map(rows.map(({ no, root_no }) => [no, root_no]))
}

test('what somebody has taken apart is not merged again by the evidence that merged it', async () => {
  const { ctx, ok } = await startTestApp()
  const two = await apply(ctx, sighting([account('apart-a')]), sighting([unionId('union-of-apart')]))
  const [a = 0, b = 0] = two.nos
  const both = sighting([account('apart-a'), unionId('union-of-apart')])
  await apply(ctx, both)
  assert.equal((await roots(ctx)).get(b), a)

  await ok('POST', `/api/customers/${a}/unmerge`, { from: String(b), reason: 'two sisters with one phone' })
  const again = await apply(ctx, both)
  assert.deepEqual([again.nos, again.merges, (await roots(ctx)).get(b)], [[a], [], b])

  // A person may decide otherwise.
  await ok('POST', '/api/customers/merge', { into: String(a), from: String(b), reason: 'one person after all' })
  assert.equal((await roots(ctx)).get(b), a)
})

test('a value taken away later stays away, one taken away earlier changes nothing', async () => {
  const ctx = await aCtx()
  const at = (atMs: number, value: string | null): Sighting =>
    sighting([account('clears')], { atMs, traits: [{ name: 'city', type: 'string', value, personal: false }] })
  const stored = async () => {
    const { rows } = await sql<{ city: string | null }>`
      select traits->'city'->>0 as city from customers.customer`.execute(ctx.pg)
    return rows[0]?.city
  }
  await apply(ctx, at(100, '上海'))
  await apply(ctx, at(50, null))
  assert.equal(await stored(), '上海')
  await apply(ctx, at(300, null), at(200, '北京'))
  assert.equal(await stored(), null)
})

test('a trait may be called as something every object has', async () => {
  const ctx = await aCtx()
  const named = (atMs: number, value: string): Sighting =>
    sighting([account('constructor')], {
      atMs,
      traits: [
        { name: 'constructor', type: 'string', value, personal: false },
        { name: 'toString', type: 'string', value, personal: true },
      ],
    })
  await apply(ctx, sighting([account('constructor')]))
  await apply(ctx, named(1, 'a'))
  await apply(ctx, named(2, 'b'))
  const { rows } = await sql<{ value: string }>`
    select traits->'constructor'->>0 as value from customers.customer`.execute(ctx.pg)
  assert.equal(rows[0]?.value, 'b')
})

test('merges of the same people at the same time leave everyone under a root', async () => {
  const { url } = await startPostgresServer()
  const ctx = await aCtx({ postgresUrl: url })
  const size = 8
  const { nos } = await apply(ctx, ...Array.from({ length: size }, (_, i) => sighting([account(`race-${i}`)])))
  const pairs = Array.from({ length: size }, (_, i) => [nos[i] ?? 0, nos[(i + 1) % size] ?? 0] as const)
  await Promise.all(
    [...pairs, ...pairs.map(([a, b]) => [b, a] as const)].map(([into, from]) =>
      mergeCustomers(ctx, { into: String(into), from: String(from), reason: 'race' }).catch((error: unknown) => {
        const code = error instanceof Error && 'code' in error ? error.code : error
        assert.ok(code === 'customers.sameCustomer' || code === 'customers.mergeConflict', String(error))
      }),
    ),
  )
  const rootOf = await roots(ctx)
  for (const root of rootOf.values()) assert.equal(rootOf.get(root), root)
})
