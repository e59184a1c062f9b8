import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'

interface Profile {
  id: string
  identifiers: { kind: string; value: string }[]
  traits: { name: string; value: unknown; source: string | null }[]
  merged: { id: string }[]
  conflicts: { other: string }[]
}

test('profiles asked for at the same time are each their own, with what was merged into them; an unknown one is 404', async () => {
  const { ok, send, call } = await startTestApp()
  const { writeKey } = await ok<{ writeKey: string }>('POST', '/api/sources', { name: 'web' })
  const names = ['a', 'b', 'c', 'd', 'e']
  for (const name of names) await send(writeKey, '/v1/identify', { userId: `reader-${name}`, traits: { city: name } })
  const numberOf = async (name: string) => {
    const identifier = { kind: 'accountId', value: `reader-${name}` }
    const { items } = await ok<{ items: { id: string }[] }>('POST', '/api/customers/search', { identifier })
    return items[0]?.id ?? ''
  }
  const ids = await Promise.all(names.map(numberOf))
  const [a = '', b = ''] = ids
  await ok('POST', '/api/customers/merge', { from: b, into: a, reason: 'one person' })

  const answers = await Promise.all(
    [...ids, ...ids, '99999999'].map((id) => call<Profile>('GET', `/api/customers/${id}`)),
  )
  const shown = answers.slice(0, -1).map(({ body }) => body)
  // The merged number leads to whom it was merged into.
  assert.deepEqual(
    shown.map(({ id }) => id),
    [...ids, ...ids].map((id) => (id === b ? a : id)),
  )
  for (const [index, { id, identifiers, traits, merged }] of shown.entries()) {
    const own = id === a ? ['reader-a', 'reader-b'] : [`reader-${names[index % names.length]}`]
    assert.deepEqual(identifiers.map(({ value }) => value).sort(), own)
    assert.deepEqual(
      merged.map(({ id }) => id),
      id === a ? [b] : [],
    )
    // Of two values the later one.
    const city = id === a ? 'b' : names[index % names.length]
    assert.deepEqual(
      traits.map(({ name, value, source }) => [name, value, source]),
      [['city', city, 'web']],
    )
  }
  assert.equal(answers.at(-1)?.status, 404)
})
