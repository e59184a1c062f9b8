import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { Problem } from '#platform'
import { aCtx, aCustomer } from '#test'
import { compile } from '../../src/audiences/condition.ts'
import type { Definition } from '../../src/audiences/contract.ts'
import { readFields } from '../../src/audiences/fields.ts'
import { createAudience, deleteAudience } from '../../src/audiences/store.ts'
import { worldOf } from '../../src/audiences/world.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'
import { reconcile } from '../../src/customers/mirror.ts'
import { reconcileReach } from '../../src/customers/reach.ts'

const ctx = await aCtx()

const membersOf = async (definition: Definition): Promise<number[]> => {
  const { customerNos } = compile(definition, await worldOf(ctx, definition))
  return (await ctx.ch.rows<{ customer_no: number }>(customerNos)).map(({ customer_no }) => customer_no)
}

test('a customer is reachable on a channel as soon as he has an identifier for it, merges included', async () => {
  const nobody = await aCustomer(ctx)
  const caller = await aCustomer(ctx, { traits: { phone: '13912345601' } })
  const writer = await aCustomer(ctx, { traits: { email: 'w@example.com' } })
  assert.deepEqual(await membersOf({ reachable: 'sms' }), [caller.no])
  assert.deepEqual(await membersOf({ reachable: 'call' }), [caller.no])
  assert.deepEqual(await membersOf({ reachable: 'email' }), [writer.no])
  assert.deepEqual(await membersOf({ reachable: 'push' }), [])
  await aCustomer(ctx, { userId: caller.userId, traits: { email: 'c@example.com' } })
  assert.deepEqual(await membersOf({ reachable: 'email' }), [caller.no, writer.no])
  await mergeCustomers(ctx, { into: nobody.id, from: writer.id, reason: 'one person' })
  assert.deepEqual(await membersOf({ reachable: 'email' }), [nobody.no, caller.no])
})

test('what a crash kept from ClickHouse is copied again: kinds of identifiers and words of consent', async () => {
  const { no } = await aCustomer(ctx, { traits: { phone: '13912345602' } })
  const reachable = await membersOf({ reachable: 'sms' })
  await ctx.ch.command('truncate table customer_reach')
  assert.deepEqual(await membersOf({ reachable: 'sms' }), [])
  assert.ok((await reconcileReach(ctx, { latest: 1 })) === 1)
  assert.deepEqual(await membersOf({ reachable: 'sms' }), [no])
  assert.equal(await reconcileReach(ctx), 2)
  assert.deepEqual(await membersOf({ reachable: 'sms' }), reachable)
  assert.equal(await reconcileReach(ctx), 0)

  await sql`insert into compliance.consent (customer_no, purpose, channel, status, at) values
    (${no}, 'marketing', '', 'granted', '2026-01-01T00:00:00Z'), (${no}, 'marketing', 'sms', 'withdrawn', '2026-02-01T00:00:00Z')`.execute(
    ctx.pg,
  )
  assert.equal((await reconcile(ctx)).consents, 2)
  assert.equal((await reconcile(ctx)).consents, 0)
  const consent = { purpose: 'marketing', channel: 'sms' }
  assert.deepEqual(await membersOf({ consent, is: 'withdrawn' }), [no])
  assert.deepEqual(await membersOf({ consent, is: 'granted', asOf: '2026-01-31' }), [no])
  assert.deepEqual(await membersOf({ reachable: 'sms', consent: { purpose: 'marketing' } }), [])
  assert.deepEqual(await membersOf({ reachable: 'call', consent: { purpose: 'marketing' } }), [no])
})

test('a list or a tag that an audience is defined with cannot be deleted before it', async () => {
  const list = '1c9a3a51-30a8-4c6f-8d0a-52f3a2f0a009'
  await sql`insert into audiences.list (id, name, kind, size, content_hash, as_of, created_at, created_by) values
    (${list}, 'a list', 'upload', 0, '', now(), now(), 'test')`.execute(ctx.pg)
  await sql`insert into audiences.tag (key, title, kind, type, state, created_at, created_by, changed_at, changed_by) values
    ('score', 'Score', 'model', 'number', 'active', now(), 'test', now(), 'test'),
    ('rested', 'Rested', 'manual', 'string', 'paused', now(), 'test', now(), 'test')`.execute(ctx.pg)
  const definition: Definition = { all: [{ list }, { top: 5, of: { tag: 'score' } }] }
  const { id } = await createAudience(ctx, { name: 'with both', description: '', definition, schedule: null })
  const code = '23503'
  await assert.rejects(sql`delete from audiences.list where id = ${list}`.execute(ctx.pg), { code })
  await assert.rejects(sql`delete from audiences.tag where key = 'score'`.execute(ctx.pg), { code })
  await deleteAudience(ctx, { id })
  await sql`delete from audiences.list where id = ${list}`.execute(ctx.pg)

  const refusal = (definition: Definition) =>
    membersOf(definition).then(
      () => assert.fail('it was accepted'),
      (error: unknown) => {
        assert.ok(error instanceof Problem)
        return { code: error.code, path: error.detail['path'] }
      },
    )
  assert.deepEqual(await refusal({ all: [{ tag: 'rested', exists: true }] }), {
    code: 'audiences.unknownTag',
    path: 'all.0.tag',
  })
  assert.deepEqual(await refusal({ any: [{ list }] }), { code: 'audiences.unknownList', path: 'any.0' })
})

test('fields offer tags in use with their values, lists, and what was consented to', async () => {
  await sql`insert into audiences.tag (key, title, kind, type, multi, state, created_at, created_by, changed_at, changed_by) values
    ('interests', '兴趣', 'manual', 'string', true, 'active', now(), 'test', now(), 'test')`.execute(ctx.pg)
  const tag = await ctx.pg
    .selectFrom('audiences.tag')
    .select('no')
    .where('key', '=', 'interests')
    .executeTakeFirstOrThrow()
  await ctx.ch.insert('tag_values', [
    { tag_no: tag.no, customer_no: 1, at: '2026-01-01 00:00:00.000', run: 1, values: ['旅行', '汽车'] },
  ])
  const { tags, lists, consents } = await readFields(ctx)
  assert.deepEqual(
    tags.map(({ key, type, multi }) => ({ key, type, multi })),
    [
      { key: 'score', type: 'number', multi: false },
      { key: 'interests', type: 'string', multi: true },
    ],
  )
  assert.deepEqual(new Set(tags[1]?.samples), new Set(['旅行', '汽车']))
  assert.deepEqual(lists, [])
  assert.deepEqual(consents, { purposes: ['marketing'], channels: ['sms'] })
})
