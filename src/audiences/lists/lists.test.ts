import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import test from 'node:test'
import { canonicalJson, ch, Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { refreshAudience } from '../refresh.ts'
import { createAudience } from '../store.ts'
import { listNos, saveList } from './save.ts'
import type { SetExpression } from './set-contract.ts'
import { saveSnapshot, sizeOfSets } from './sets.ts'
import { changeList, deleteList, pruneLists, readList, readListMembers, readLists, verifyList } from './store.ts'
import { allUploadRejects, cancelUpload, readUpload, runUpload, startUpload, valuesIn } from './upload.ts'

const sent: { name: string; input: unknown }[] = []
const stores = await aCtx()
const ctx = {
  ...stores,
  jobs: { ...stores.jobs, send: async (name: string, input: unknown) => void sent.push({ name, input }) },
}
const phoneOf = (i: number) => `1391234${String(1000 + i)}`
const people = await someCustomers(
  ctx,
  Array.from({ length: 40 }, (_, i) => ({
    userId: `list-${i}`,
    traits: { age: 20 + i, phone: phoneOf(i), name: '王小明' },
  })),
)
const no = (i: number) => people[i]?.no ?? -1
const nosOf = async (id: string) => {
  const nos: number[] = []
  for await (const block of listNos(ctx, id, 7)) nos.push(...block)
  return nos
}
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected
const aList = (nos: readonly number[], name = 'list') =>
  saveList(ctx, { name, kind: 'insight', why: 'test', madeOf: { nos: nos.length }, members: nos })
let named = 0
const anAudience = async (from: number, to: number) => {
  const { id } = await createAudience(ctx, {
    name: `ages ${++named}`,
    description: '',
    definition: { trait: 'age', between: [from, to] },
    schedule: null,
  })
  await refreshAudience(ctx, { id })
  return id
}

test('a list keeps its members under a hash that anybody can compute again', async () => {
  const members = [no(3), no(1), no(2)]
  const madeOf = { question: 'who dropped out', step: 2 }
  const { id, size, contentHash } = await saveList(ctx, { name: 'a', kind: 'insight', why: 'x', madeOf, members })
  assert.equal(size, 3)
  const text = `${canonicalJson(madeOf)}\n${members.toSorted((a, b) => a - b).join(',')}`
  assert.equal(contentHash, createHash('sha256').update(text).digest('hex'))
  assert.deepEqual(
    await nosOf(id),
    members.toSorted((a, b) => a - b),
  )
  assert.deepEqual(await verifyList(ctx, { id }), { matches: true, contentHash, size: 3 })
  const shown = await readList(ctx, { id })
  assert.deepEqual([shown.kind, shown.why, shown.madeOf, shown.createdBy], ['insight', 'x', madeOf, 'test'])
  await ctx.ch.command(
    ch.sql`insert into audience_lists (list_id, members) select ${ch.uuid(id)}, groupBitmapState(toUInt32(9))`,
  )
  assert.equal((await verifyList(ctx, { id })).matches, false, 'a member that was added shows')
})

test('members may come as a statement, also none and more than one block of them', async () => {
  const many = await saveList(ctx, {
    name: 'many',
    kind: 'insight',
    why: '',
    madeOf: {},
    members: ch.sql`select groupBitmapState(toUInt32(number + 1)) as members from numbers(250000)`,
  })
  assert.equal(many.size, 250_000)
  const nos = Array.from({ length: 250_000 }, (_, i) => i + 1)
  assert.equal(
    many.contentHash,
    createHash('sha256')
      .update(`{}\n${nos.join(',')}`)
      .digest('hex'),
  )
  const same = await saveList(ctx, { name: 'same', kind: 'insight', why: '', madeOf: {}, members: nos })
  assert.equal(same.contentHash, many.contentHash, 'however they came')
  const none = await aList([])
  assert.deepEqual([none.size, await nosOf(none.id)], [0, []])
  await Promise.all([many, same, none].map(({ id }) => deleteList(ctx, { id })))
})

test('members are shown in pages, masked', async () => {
  const { id } = await aList([no(0), no(1), no(2)])
  const first = await readListMembers(ctx, { id, limit: 2 })
  assert.deepEqual([first.items.length, first.total, first.next], [2, 3, String(no(1))])
  const rest = await readListMembers(ctx, { id, limit: 2, after: Number(first.next) })
  assert.deepEqual([rest.items.map(({ id }) => Number(id)), rest.next], [[no(2)], null])
  for (const { display } of [...first.items, ...rest.items]) assert.match(display['phone'] ?? '', /^139\*{4}\d{4}$/)
})

test('lists are found by name and kind and can be renamed; their members cannot be changed', async () => {
  const { id } = await aList([no(5)], '春季流失')
  const found = await readLists(ctx, { search: '春季', kind: 'insight', limit: 10 })
  assert.deepEqual(
    found.items.map((one) => one.id),
    [id],
  )
  const changed = await changeList(ctx, { id, name: '夏季流失' })
  assert.equal(changed.name, '夏季流失')
  assert.equal((await readLists(ctx, { search: '春季', limit: 10 })).total, 0)
  await assert.rejects(readList(ctx, { id: crypto.randomUUID() }), code('audiences.listUnknown'))
})

test('a list that an audience is defined by cannot be deleted; another leaves nothing behind', async () => {
  const { id } = await aList([no(1)])
  const audience = await createAudience(ctx, {
    name: 'by list',
    description: '',
    definition: { all: [] },
    schedule: null,
  })
  await ctx.pg
    .updateTable('audiences.audience')
    .set({ definition: JSON.stringify({ all: [{ list: id.toUpperCase() }] }) })
    .where('id', '=', audience.id)
    .execute()
  await assert.rejects(deleteList(ctx, { id }), code('audiences.listUsed'))
  await ctx.pg.deleteFrom('audiences.audience').where('id', '=', audience.id).execute()
  await deleteList(ctx, { id })
  await assert.rejects(readList(ctx, { id }), code('audiences.listUnknown'))
  const rows = () =>
    ctx.ch.one<{ n: number }>(ch.sql`select toUInt32(count()) as n from audience_lists where list_id = ${ch.uuid(id)}`)
  for (let tries = 0; (await rows())?.n !== 0 && tries < 50; tries++) await new Promise((r) => setTimeout(r, 50))
  assert.equal((await rows())?.n, 0)
})

test('bitmaps without a list are dropped once they are a day old', async () => {
  const [old, fresh] = [crypto.randomUUID(), crypto.randomUUID()]
  for (const [id, days] of [
    [old, 2],
    [fresh, 0],
  ] as const)
    await ctx.ch.command(
      ch.sql`insert into audience_lists (list_id, members, at) select ${ch.uuid(id)}, groupBitmapState(toUInt32(1)), now() - interval ${ch.u32(days)} day`,
    )
  await pruneLists(ctx)
  const held = () => ctx.ch.rows<{ id: string }>(ch.sql`select distinct toString(list_id) as id from audience_lists`)
  for (let tries = 0; (await held()).some(({ id }) => id === old) && tries < 50; tries++)
    await new Promise((r) => setTimeout(r, 50))
  const ids = (await held()).map(({ id }) => id)
  assert.ok(!ids.includes(old) && ids.includes(fresh))
})

test('set algebra equals that of sets', async () => {
  const a = await anAudience(20, 39)
  const b = await anAudience(30, 49)
  const c = await aList([no(0), no(12), no(35)], 'c')
  const [A, B, C] = [
    new Set(Array.from({ length: 20 }, (_, i) => no(i))),
    new Set(Array.from({ length: 20 }, (_, i) => no(10 + i))),
    new Set([no(0), no(12), no(35)]),
  ]
  const cases: [SetExpression, ReadonlySet<number>][] = [
    [{ audience: a }, A],
    [{ union: [{ audience: a }, { audience: b }, { list: c.id }] }, A.union(B).union(C)],
    [{ intersect: [{ audience: a }, { audience: b }] }, A.intersection(B)],
    [{ minus: [{ audience: a }, { audience: b }, { list: c.id }] }, A.difference(B).difference(C)],
    [
      { minus: [{ union: [{ audience: a }, { list: c.id }] }, { intersect: [{ audience: a }, { audience: b }] }] },
      A.union(C).difference(A.intersection(B)),
    ],
  ]
  for (const [of, expected] of cases) {
    assert.equal((await sizeOfSets(ctx, { of })).size, expected.size, JSON.stringify(of))
    const list = await saveSnapshot(ctx, { name: 'algebra', why: '', of })
    assert.deepEqual(
      await nosOf(list.id),
      [...expected].sort((x, y) => x - y),
    )
  }
})

test('a snapshot says the definition, version and refresh it froze, and stays when the audience moves on', async () => {
  const id = await anAudience(20, 24)
  const list = await saveSnapshot(ctx, { name: 'frozen', why: 'sent on 1 May', of: { audience: id } })
  assert.deepEqual([list.kind, list.audienceId, list.size], ['snapshot', id, 5])
  assert.deepEqual(list.madeOf['definition'], { trait: 'age', between: [20, 24] })
  assert.equal(list.madeOf['refresh'], 1)
  const unborn = await createAudience(ctx, { name: 'unborn', description: '', definition: { all: [] }, schedule: null })
  await assert.rejects(
    saveSnapshot(ctx, { name: 'x', why: '', of: { audience: unborn.id } }),
    code('audiences.notRefreshed'),
  )
  await assert.rejects(sizeOfSets(ctx, { of: { list: crypto.randomUUID() } }), code('audiences.listUnknown'))
})

test('a sample is the same people for the same salt, others for another', async () => {
  const id = await anAudience(20, 59)
  const drawn = async (salt: string) =>
    nosOf((await saveSnapshot(ctx, { name: 's', why: '', of: { audience: id }, sample: { size: 10, salt } })).id)
  const [first, again, other] = [await drawn('a'), await drawn('a'), await drawn('b')]
  assert.equal(first.length, 10)
  assert.deepEqual(first, again)
  assert.notDeepEqual(first, other)
})

const run = async (id: string) => {
  await runUpload(ctx, { id }, new AbortController().signal)
  return readUpload(ctx, { id })
}

test('pasted phones become a list; who was not found is told masked, and the values are gone', async () => {
  const values = `${phoneOf(1)}\n${phoneOf(2)}，+86 ${phoneOf(3)},13900009999；not-a-phone ${phoneOf(1)}`
  const { id } = await startUpload(ctx, { name: '电话名单', why: '活动报名', kind: 'phone', values })
  assert.ok(!JSON.stringify(sent.at(-1)).includes('139'), 'nothing personal in the queue')
  const file = await ctx.pg
    .selectFrom('customers.upload')
    .select('path')
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  assert.ok(file && existsSync(file.path))
  const done = await run(id)
  assert.deepEqual(
    [done.state, done.read, done.found, done.notFound, done.invalid, done.repeated],
    ['done', 6, 3, 1, 1, 1],
  )
  assert.deepEqual(await nosOf(done.listId ?? ''), [no(1), no(2), no(3)])
  assert.ok(!existsSync(file.path), 'the file is gone')
  const rejects = await Array.fromAsync(allUploadRejects(ctx, id))
  assert.deepEqual(
    rejects.map(({ line, code }) => [line, code]),
    [
      [4, 'notFound'],
      [5, 'invalid'],
    ],
  )
  assert.equal(rejects[0]?.value, '139****9999')
  const again = await run(id)
  assert.equal(again.listId, done.listId, 'a second run of the job changes nothing')
})

test('account ids and customer numbers name people too; a cancelled upload leaves no list', async () => {
  const byAccount = await startUpload(ctx, { name: 'a', why: '', kind: 'accountId', values: 'list-4 list-5 list-99' })
  assert.deepEqual((await run(byAccount.id)).found, 2)
  const byNumber = await startUpload(ctx, { name: 'n', why: '', kind: 'customerId', values: `${no(6)} 999999 x` })
  const { found, notFound, invalid } = await run(byNumber.id)
  assert.deepEqual([found, notFound, invalid], [1, 1, 1])
  const cancelled = await startUpload(ctx, { name: 'c', why: '', kind: 'accountId', values: 'list-1' })
  await cancelUpload(ctx, { id: cancelled.id })
  assert.deepEqual(((one) => [one.state, one.listId])(await run(cancelled.id)), ['cancelled', null])
  await assert.rejects(
    startUpload(ctx, { name: 'e', why: '', kind: 'phone', values: ' ,; ' }),
    code('audiences.listEmpty'),
  )
})

test('pasted text is split at white space, commas and semicolons of both scripts', () => {
  assert.deepEqual(valuesIn('+86 139 1234 5678\n13912345679 139-1234-5680', 'phone'), [
    '+86 139 1234 5678',
    '13912345679',
    '139-1234-5680',
  ])
  assert.deepEqual(valuesIn('a，b、c;d；e,f\r\n g\t', 'accountId'), ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
})
