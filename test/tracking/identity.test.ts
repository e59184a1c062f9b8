import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ch } from '#platform'
import { aSource, startPostgresServer, startTestApp } from '#test'

// Who is who, as seen through the API, on both kinds of Postgres.

interface Profile {
  id: string
  identifiers: { kind: string; value: string; customerNo: number }[]
  traits: { name: string; value: unknown }[]
  merged: { id: string; into: string; reason: string; by: string }[]
  conflicts: { id: string; other: string; kind: string; reason: string }[]
}
interface Event {
  event: string
  messageId: string
  properties: Record<string, unknown>
}

const postgres = await startPostgresServer()

for (const [store, env] of [
  ['embedded Postgres', {}],
  ['a PostgreSQL server', { ZHIYIN_POSTGRES_URL: postgres.url }],
] as const) {
  test(`identity on ${store}`, async (t) => {
    const { ctx, ok, call, send } = await startTestApp({ env })
    const { writeKey } = await aSource(ctx)
    let serial = 0
    const post = async (path: string, body: Record<string, unknown>) => {
      const messageId = `identity-${++serial}`
      const answer = await send(writeKey, path, { messageId, ...body })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      return messageId
    }
    const identify = (userId: string, traits: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
      post('/v1/identify', { userId, traits, ...more })
    const track = (event: string, who: Record<string, unknown>) => post('/v1/track', { event, ...who })
    const alias = (userId: string, previousId: string) => post('/v1/alias', { userId, previousId })
    const find = async (kind: string, value: string): Promise<string | undefined> =>
      (await ok<{ items: { id: string }[] }>('POST', '/api/customers/search', { identifier: { kind, value } })).items[0]
        ?.id
    const found = async (kind: string, value: string): Promise<string> => {
      const id = await find(kind, value)
      assert.ok(id, `${kind} ${value} is nobody’s`)
      return id
    }
    const profile = (id: string) => ok<Profile>('GET', `/api/customers/${id}`)
    const events = async (id: string) =>
      (await ok<{ items: Event[] }>('GET', `/api/customers/${id}/timeline?limit=200`)).items
    const namesOf = async (id: string) =>
      (await events(id))
        .map(({ event }) => event)
        .filter((event) => !event.startsWith('$'))
        .sort()
    const customers = async () => (await ok<{ customers: number }>('GET', '/api/stats')).customers
    const audited = async (action: string) =>
      (
        await ok<{ items: { action: string; subject?: string; detail?: Record<string, unknown>; actor: string }[] }>(
          'GET',
          `/api/audit?action=${action}&limit=500`,
        )
      ).items
    const phoneOf = (i: number) => `139${String(20_000_000 + i)}`

    await t.test('the same phone, e-mail, ID card, account or union id is the same person', async () => {
      const before = await customers()
      await identify('same-1', { phone: phoneOf(1) })
      await identify('same-2', { phone: `+86 ${phoneOf(1)}`, email: 'Same@Example.com' })
      await identify('same-2', { email: 'same@example.com', idCard: '110101199003077774' })
      await identify('same-4', { idCard: '110101199003077774', unionId: 'union-same' })
      const union = { context: { externalIds: [{ id: 'union-same', type: 'wechatUnionId' }] } }
      await track('Seen', { userId: 'same-5', ...union })
      assert.equal(await customers(), before + 1, 'a new account with a known union id is that person’s')
      await identify('same-6')
      await track('Seen', { userId: 'same-6', ...union })
      assert.equal(await customers(), before + 2, 'a call that merely carries two people’s ids merges nobody')
      await identify('same-6', { unionId: 'union-same' })
      assert.equal(await customers(), before + 1)
      const id = await found('phone', phoneOf(1))
      for (const [kind, value] of [
        ['accountId', 'same-1'],
        ['accountId', 'same-4'],
        ['accountId', 'same-5'],
        ['accountId', 'same-6'],
        ['email', 'SAME@example.com'],
        ['idCard', '110101199003077774'],
        ['wechatUnionId', 'union-same'],
      ] as const)
        assert.equal(await find(kind, value), id, kind)
    })

    await t.test('a device and a browser attach to a customer and never merge two', async () => {
      await identify(
        'tablet-a',
        { phone: phoneOf(10) },
        { anonymousId: 'tablet-browser', context: { device: { id: 'tablet' } } },
      )
      await identify(
        'tablet-b',
        { phone: phoneOf(11) },
        { anonymousId: 'tablet-browser', context: { device: { id: 'tablet' } } },
      )
      for (let i = 0; i < 3; i++) {
        await track('Tapped', {
          userId: 'tablet-b',
          anonymousId: 'tablet-browser',
          context: { device: { id: 'tablet' } },
        })
        await track('Tapped', { anonymousId: 'tablet-browser', context: { device: { id: 'tablet' } } })
      }
      const [a, b] = [await found('phone', phoneOf(10)), await found('phone', phoneOf(11))]
      assert.notEqual(a, b)
      assert.equal(await find('anonymousId', 'tablet-browser'), a)
      assert.equal((await namesOf(b)).length, 3)
    })

    await t.test('what a visitor did before he said who he is, is his', async () => {
      const first = await track('Visited', { anonymousId: 'visitor-1' })
      await identify('visitor', { phone: phoneOf(20) }, { anonymousId: 'visitor-1' })
      await track('Visited Elsewhere', { anonymousId: 'visitor-2' })
      await track('Came Back', { userId: 'visitor', anonymousId: 'visitor-2' })
      const id = await found('phone', phoneOf(20))
      assert.deepEqual(await namesOf(id), ['Came Back', 'Visited', 'Visited Elsewhere'])
      assert.ok((await events(id)).some(({ messageId }) => messageId === first))
    })

    await t.test(
      'two ID cards never merge: a conflict is raised, shown on both sides, and decided by a person',
      async () => {
        await identify('card-a', { idCard: '110101199003071073', phone: phoneOf(30) })
        await identify('card-b', { idCard: '11010119900307109X', phone: phoneOf(31) })
        await identify('card-b', { phone: phoneOf(30) })
        const [a, b] = [await found('accountId', 'card-a'), await found('accountId', 'card-b')]
        assert.notEqual(a, b)
        assert.equal(await find('phone', phoneOf(30)), a, 'the phone stays with whom it was')
        const [conflict] = (await profile(a)).conflicts
        assert.deepEqual([conflict?.other, conflict?.kind, conflict?.reason], [b, 'idCard', 'limit'])
        assert.equal((await profile(b)).conflicts[0]?.other, a)
        const merge = await call<{ code: string }>('POST', '/api/customers/merge', {
          into: a,
          from: b,
          reason: 'the same phone',
        })
        assert.deepEqual([merge.status, merge.body.code], [409, 'customers.mergeConflict'])
        await ok('POST', `/api/conflicts/${conflict?.id}/decide`, { decision: 'different', reason: 'father and son' })
        assert.deepEqual((await profile(a)).conflicts, [])
        assert.equal((await audited('conflict.decide')).length, 1)
      },
    )

    await t.test('placeholders tie nobody together', async () => {
      const before = await customers()
      for (const [user, phone] of [
        ['blocked-1', '13800138000'],
        ['blocked-2', '13800138000'],
        ['blocked-3', '13900000000'],
        ['blocked-4', '11111111111'],
      ])
        await identify(user ?? '', { phone, email: 'unknown' })
      assert.equal(await customers(), before + 4)
      const nobody = await customers()
      await track('Nobody', { userId: 'null' })
      await track('Nobody', { userId: '0000', anonymousId: 'undefined' })
      assert.equal(await customers(), nobody)
      assert.equal(
        (await ok<{ count: number }>('GET', '/api/events/count?event=Nobody')).count,
        2,
        'their events are kept',
      )
    })

    await t.test('past the limit a further phone is left out and the source hears of it', async () => {
      for (let i = 0; i < 6; i++) await identify('many-phones', { phone: phoneOf(40 + i) })
      const { id, identifiers } = await profile(await found('accountId', 'many-phones'))
      assert.equal(identifiers.filter(({ kind }) => kind === 'phone').length, 5)
      assert.equal(await find('phone', phoneOf(45)), undefined)
      assert.ok(id)
    })

    await t.test(
      'alias and identify merge; the merge is listed, audited, and undone it gives both their own events back',
      async () => {
        await identify('merge-a', { phone: phoneOf(50), plan: 'gold' })
        await track('Of A', { userId: 'merge-a' })
        await identify('merge-b', { phone: phoneOf(51), city: '上海' })
        await track('Of B', { userId: 'merge-b' })
        const [a, b] = [await found('phone', phoneOf(50)), await found('phone', phoneOf(51))]
        const before = await customers()
        const mergesBefore = (await audited('customer.merge')).length
        await alias('merge-a', 'merge-b')
        assert.equal(await customers(), before - 1)
        assert.equal(await found('phone', phoneOf(51)), a)
        await track('After', { userId: 'merge-b' })
        assert.deepEqual(await namesOf(a), ['After', 'Of A', 'Of B'])
        const one = await profile(a)
        assert.deepEqual(Object.fromEntries(one.traits.map(({ name, value }) => [name, value])), {
          plan: 'gold',
          city: '上海',
        })
        assert.deepEqual(
          one.merged.map(({ id, into }) => [id, into]),
          [[b, a]],
        )
        assert.equal((await profile(b)).id, a, 'the old number leads to the one he is now')
        const [merge, ...others] = (await audited('customer.merge')).slice(
          0,
          (await audited('customer.merge')).length - mergesBefore,
        )
        assert.equal(others.length, 0)
        assert.match(JSON.stringify(merge), /accountId/)

        await ok('POST', `/api/customers/${a}/unmerge`, { from: b, reason: 'two people after all' })
        assert.equal(await customers(), before)
        assert.deepEqual([await found('phone', phoneOf(50)), await found('phone', phoneOf(51))], [a, b])
        assert.deepEqual([await namesOf(a), await namesOf(b)], [['Of A'], ['After', 'Of B']])
        assert.deepEqual(Object.fromEntries((await profile(a)).traits.map(({ name, value }) => [name, value])), {
          plan: 'gold',
        })
        assert.deepEqual(Object.fromEntries((await profile(b)).traits.map(({ name, value }) => [name, value])), {
          city: '上海',
        })
        assert.equal((await audited('customer.unmerge')).length, 1)
        const again = await call<{ code: string }>('POST', `/api/customers/${a}/unmerge`, {
          from: b,
          reason: 'once more',
        })
        assert.deepEqual([again.status, again.body.code], [409, 'customers.notMerged'])
        // New events go where they belong from now on.
        await track('Later', { userId: 'merge-b' })
        assert.deepEqual([await namesOf(a), await namesOf(b)], [['Of A'], ['After', 'Later', 'Of B']])
      },
    )

    await t.test('chains of merges: everyone below comes along, and comes out with whom he went in', async () => {
      const ids: string[] = []
      for (const name of ['chain-a', 'chain-b', 'chain-c', 'chain-d']) {
        await identify(name, {})
        await track(`Of ${name}`, { userId: name })
        ids.push(await found('accountId', name))
      }
      const [a = '', b = '', c = '', d = ''] = ids
      const merge = (into: string, from: string) => ok('POST', '/api/customers/merge', { into, from, reason: 'chain' })
      await merge(c, d)
      await merge(b, c)
      await merge(a, b)
      assert.deepEqual(await namesOf(a), ['Of chain-a', 'Of chain-b', 'Of chain-c', 'Of chain-d'])
      for (const id of [b, c, d]) assert.equal((await profile(id)).id, a)
      assert.equal((await call('POST', '/api/customers/merge', { into: d, from: a, reason: 'a circle' })).status, 409)
      await ok('POST', `/api/customers/${a}/unmerge`, { from: b, reason: 'b with his own' })
      assert.deepEqual(
        [await namesOf(a), await namesOf(b)],
        [['Of chain-a'], ['Of chain-b', 'Of chain-c', 'Of chain-d']],
      )
      await ok('POST', `/api/customers/${b}/unmerge`, { from: d, reason: 'd alone' })
      assert.deepEqual([await namesOf(b), await namesOf(d)], [['Of chain-b', 'Of chain-c'], ['Of chain-d']])
      // The copy in ClickHouse says the same: who counts for whom.
      await sleep(100)
      const overrides = await ctx.ch.rows<{ from_no: number; to_no: number }>(
        ch.sql`select from_no, argMax(to_no, version) as to_no from customer_overrides group by from_no having from_no <> to_no`,
      )
      const mine = overrides.filter(({ from_no }) => ids.includes(String(from_no)))
      assert.deepEqual(mine, [{ from_no: Number(c), to_no: Number(b) }])
    })

    await t.test('merging asks for the permission, two customers and a reason', async () => {
      const id = await found('accountId', 'chain-a')
      const body = { into: id, from: await found('accountId', 'chain-b'), reason: 'asked' }
      assert.equal((await call('POST', '/api/customers/merge', body, { roles: ['marketer'] })).status, 403)
      assert.equal(
        (await call('POST', '/api/customers/merge', { ...body, reason: '' }, { roles: ['service'] })).status,
        400,
      )
      assert.equal(
        (await call('POST', '/api/customers/merge', { ...body, from: id }, { roles: ['service'] })).status,
        409,
      )
      assert.equal(
        (await call('POST', '/api/customers/merge', { ...body, from: '999999' }, { roles: ['service'] })).status,
        404,
      )
    })

    await t.test('the audit trail holds after all that', async () => {
      assert.deepEqual(await ok<{ ok: boolean }>('POST', '/api/audit/verify', {}).then((result) => result.ok), true)
    })
  })
}
