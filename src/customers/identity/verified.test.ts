import assert from 'node:assert/strict'
import test from 'node:test'
import type { Ctx } from '#platform'
import { aCtx } from '#test'
import { rowConverter } from '../import/convert-row.ts'
import { parseMapping } from '../import/mapping.ts'
import { identifierReader } from '../import/run-traits.ts'
import { readProfile } from '../profile.ts'
import { runningOf } from '../running.ts'
import { type Prepared, readMessage } from '../tracking/message.ts'
import { applySightings } from './apply.ts'

const at = new Date('2026-11-01T08:00:00Z')
const message = (raw: Record<string, unknown>, { mayVerify = true, on = at } = {}): Prepared => {
  const read = readMessage(
    { type: 'identify', messageId: crypto.randomUUID(), timestamp: on.toISOString(), ...raw },
    {
      receivedAtMs: on.getTime(),
      source: { id: 0, personalRule: 'mask', mayVerify },
      historical: true,
      pseudonym: (text) => text,
    },
  )
  if ('code' in read) throw new Error(read.reason)
  return read
}
const verifiedOf = async (ctx: Ctx, id: string) =>
  Object.fromEntries(
    (await readProfile(ctx, runningOf(ctx), id)).identifiers.map(({ kind, verifiedAt }) => [kind, verifiedAt]),
  )
const said = (verified: unknown, raw: Record<string, unknown> = {}) => ({
  userId: 'A-1',
  traits: { phone: '13912345678', email: 'a@example.com' },
  context: { verified },
  ...raw,
})

test('a server says which identifiers it has checked; the profile shows when', async () => {
  const ctx = await aCtx()
  await runningOf(ctx).committer.add([message(said(['phone']))])
  assert.deepEqual(await verifiedOf(ctx, '1'), { accountId: null, phone: at.toISOString(), email: null })

  const later = new Date('2026-11-05T08:00:00Z')
  await runningOf(ctx).committer.add([message(said(true), { on: later })])
  assert.deepEqual(await verifiedOf(ctx, '1'), {
    accountId: null,
    phone: later.toISOString(),
    email: later.toISOString(),
  })
  // What was checked before stays checked by a message that arrives late or says nothing of it.
  await runningOf(ctx).committer.add([
    message(said(true)),
    message(said(undefined), { on: new Date('2026-11-09T08:00:00Z') }),
  ])
  assert.equal((await verifiedOf(ctx, '1')).phone, later.toISOString())
})

test('a page or an app cannot say so: its key is anybody’s', async () => {
  const ctx = await aCtx()
  await runningOf(ctx).committer.add([message(said(true), { mayVerify: false })])
  assert.deepEqual(await verifiedOf(ctx, '1'), { accountId: null, phone: null, email: null })
})

test('somebody else’s phone is not checked by his own word', async () => {
  const ctx = await aCtx()
  await runningOf(ctx).committer.add([
    message({ userId: 'A-1', traits: { phone: '13912345678', idCard: '11010519491231002X' } }),
  ])
  await runningOf(ctx).committer.add([
    message({
      userId: 'A-2',
      traits: { phone: '13912345678', idCard: '440524188001010014' },
      context: { verified: ['phone'] },
    }),
  ])
  assert.equal((await verifiedOf(ctx, '1')).phone, null)
})

test('a file says it by column in its mapping', async () => {
  const ctx = await aCtx()
  const mapping = parseMapping(
    {
      columns: { 客户号: { identifier: 'accountId' }, 手机号: { identifier: 'phone', verified: true } },
      missing: [''],
    },
    'customers',
  )
  const read = rowConverter(mapping, 'customers', ['客户号', '手机号'])({
    line: 2,
    number: 1,
    values: ['A-1', '13912345678'],
    unreadable: undefined,
  })
  assert.ok(read.ok)
  const identifiers = read.record.identifiers.flatMap(identifierReader(mapping))
  const sighting = { identifiers, mayMerge: true, traits: [], atMs: at.getTime(), sourceId: 0, importId: 1 }
  await ctx.tx((ctx) => applySightings(ctx, [sighting]))
  assert.deepEqual(await verifiedOf(ctx, '1'), { accountId: null, phone: at.toISOString() })
})
