import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx, someCustomers, startCluster } from '#test'
import { listNos, saveList } from '../../src/audiences/lists/save.ts'
import { saveSnapshot, sizeOfSets } from '../../src/audiences/lists/sets.ts'
import { readUpload, readUploadRejects, runUpload, startUpload } from '../../src/audiences/lists/upload.ts'
import {
  readLookalike,
  runLookalike,
  saveLookalikeList,
  startLookalike,
} from '../../src/audiences/portraits/lookalike-run.ts'
import { overlap } from '../../src/audiences/portraits/overlap.ts'
import { portray } from '../../src/audiences/portraits/portrait.ts'
import { exportCustomers, runExport } from '../../src/customers/export/export.ts'
import { readExport } from '../../src/customers/export/store.ts'
import { runningOf } from '../../src/customers/running.ts'

test('lists, algebra, portraits, look-alikes and the differencing guard count right on two shards', async () => {
  const cluster = await startCluster({ shards: 2 })
  try {
    const stores = await aCtx({ cluster })
    const ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
    const people = await someCustomers(
      ctx,
      Array.from({ length: 160 }, (_, i) => ({
        userId: `shard-${i}`,
        traits: { age: i % 2 ? 30 + (i % 9) : 50 + (i % 9), city: i % 4 ? '上海' : '成都' },
      })),
    )
    const nos = people.map(({ no }) => no)
    const odd = nos.filter((_, i) => i % 2 === 1)
    const seed = await saveList(ctx, { name: 'odd', kind: 'insight', why: '', madeOf: {}, members: odd })
    const half = await saveList(ctx, { name: 'half', kind: 'insight', why: '', madeOf: {}, members: nos.slice(0, 80) })
    assert.deepEqual((await Array.fromAsync(listNos(ctx, seed.id))).flat(), odd)
    const of = { minus: [{ list: seed.id }, { list: half.id }] }
    assert.equal((await sizeOfSets(ctx, { of })).size, 40)
    assert.equal((await saveSnapshot(ctx, { name: 'rest', why: '', of })).size, 40)

    const { fields } = await portray(ctx, { of: [{ list: seed.id }], base: null })
    const city = fields.find(({ key }) => key === 'trait:city')
    const counted = new Map(city?.classes.map(({ label, base, sets }) => [label.zh, [base.count, sets[0]?.count]]))
    assert.deepEqual([counted.get('上海'), counted.get('成都'), counted.size], [[120, 80], [40, 0], 2])

    assert.deepEqual(
      (await overlap(ctx, { of: [{ list: seed.id }, { list: half.id }] })).intersections.map(({ size }) => size),
      [40, 40, 40],
    )

    const { id } = await startLookalike(ctx, { name: 'like', seed: { list: half.id }, base: null, events: [] })
    const halfOfOdd = await saveList(ctx, {
      name: 's',
      kind: 'insight',
      why: '',
      madeOf: {},
      members: odd.slice(0, 40),
    })
    await runLookalike(ctx, { id }, new AbortController().signal)
    const like = await startLookalike(ctx, { name: 'like', seed: { list: halfOfOdd.id }, base: null, events: [] })
    await runLookalike(ctx, { id: like.id }, new AbortController().signal)
    const { result } = await readLookalike(ctx, { id: like.id })
    assert.deepEqual([result?.seedSize, result?.candidates], [40, 120])
    const list = await saveLookalikeList(ctx, { id: like.id, name: 'forty', why: '', size: 40 })
    assert.deepEqual((await Array.fromAsync(listNos(ctx, list.id))).flat(), odd.slice(40))

    const upload = await startUpload(ctx, { name: 'u', why: '', kind: 'accountId', values: 'shard-1 shard-2 nobody' })
    await runUpload(ctx, { id: upload.id }, new AbortController().signal)
    assert.equal((await readUpload(ctx, { id: upload.id })).found, 2)
    assert.equal((await readUploadRejects(ctx, { id: upload.id, limit: 10, after: 0 })).items.length, 1)

    const exported = async (chosen: readonly number[]) => {
      const id = await exportCustomers(
        ctx,
        { set: 'ids', format: 'csv', columns: ['city'], unmasked: false, purpose: null, use: 'anonymous' },
        chosen,
      )
      await runExport(ctx, runningOf(ctx).dictionary, Number(id), new AbortController().signal)
      return readExport(ctx, Number(id))
    }
    assert.equal((await exported(nos)).state, 'done')
    assert.equal((await exported(nos.slice(2))).report?.fault, 'difference')
    assert.equal((await exported(nos.slice(12))).state, 'done')
  } finally {
    await cluster.stop()
  }
})
