import assert from 'node:assert/strict'
import test from 'node:test'
import { PERSONAL_KINDS, Problem } from '#platform'
import { assertColumnsFit, parseMapping } from './mapping.ts'
import { PERSONAL_TRAIT_KINDS } from './mapping-contract.ts'

const issues = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error.detail
    throw error
  }
  return undefined
}

test('the mapping of the contract is accepted as it is', () => {
  const mapping = parseMapping(
    {
      format: { type: 'csv', separator: ';' },
      columns: {
        age: { trait: 'age', type: 'integer' },
        phone: { identifier: 'phone' },
        pdays: { trait: 'daysSinceContact', type: 'integer', missing: ['999'] },
      },
      missing: ['unknown', ''],
      rowIdentifier: 'accountId',
    },
    'customers',
  )
  assert.equal(mapping.others, 'ignore')
  assert.equal(
    mapping.columns.age !== undefined && 'trait' in mapping.columns.age && mapping.columns.age.type,
    'integer',
  )
})

test('every issue is told with its path', () => {
  const detail = issues(() =>
    parseMapping(
      {
        format: { type: 'csv', seperator: ';' },
        columns: {
          age: { trait: 'age', type: 'int' },
          phone: { identifier: 'phone', trait: 'phone' },
          x: {},
          since: { trait: 'since', type: 'date', colour: 'red' },
        },
        others: 'perhaps',
      },
      'customers',
    ),
  )
  const paths = ((detail?.issues ?? []) as { path: string }[]).map(({ path }) => path)
  assert.deepEqual(paths, ['columns.age.type', 'columns.phone', 'columns.x', 'columns.since', 'format', 'others'])
  assert.ok(issues(() => parseMapping('x', 'customers')))
  assert.ok(issues(() => parseMapping(null, 'customers')))
})

test('a kind of import asks for what it needs', () => {
  const first = (json: unknown, kind: 'customers' | 'events' | 'consents') => {
    const list = issues(() => parseMapping(json, kind))?.issues as { path: string; message: string }[] | undefined
    return list?.map(({ path }) => path).join(' ')
  }
  const id = { id: { identifier: 'accountId' } }
  assert.equal(first({ columns: { age: { trait: 'age' } } }, 'customers'), 'columns')
  assert.equal(first({ columns: id }, 'customers'), undefined)
  assert.equal(first({ columns: id }, 'events'), 'columns columns')
  assert.equal(first({ columns: { ...id, e: { event: 'name' }, t: { event: 'timestamp' } } }, 'events'), undefined)
  assert.equal(
    first({ columns: { ...id, t: { event: 'timestamp' } }, defaults: { event: 'Paid' } }, 'events'),
    undefined,
  )
  assert.equal(first({ columns: { ...id, e: { event: 'name' } } }, 'customers'), 'columns.e')
  assert.equal(first({ columns: id }, 'consents'), 'columns columns columns')
  assert.equal(
    first(
      { columns: { ...id, s: { consent: 'status' }, at: { consent: 'at' } }, defaults: { purpose: 'marketing' } },
      'consents',
    ),
    undefined,
  )
  assert.equal(
    first(
      { columns: { ...id, d: { trait: 'd', type: 'date', format: 'HH' }, z: { trait: 'z', zone: 'Mars/X' } } },
      'customers',
    ),
    'columns.d.format columns.z.zone',
  )
  assert.equal(first({ kind: 'events', columns: id }, 'customers'), 'kind')
})

test('columns nobody mapped, and mapped ones the file lacks, are named', () => {
  const mapping = parseMapping(
    { columns: { id: { identifier: 'accountId' }, age: { trait: 'age' }, x: { ignore: true } }, others: 'error' },
    'customers',
  )
  assert.deepEqual(
    issues(() => assertColumnsFit(mapping, ['id', 'city', 'job'])),
    { absent: ['age'], unlisted: ['city', 'job'] },
  )
  assert.equal(
    issues(() => assertColumnsFit(mapping, ['id', 'age'])),
    undefined,
  )
  assert.equal(
    issues(() => assertColumnsFit({ ...mapping, others: 'ignore' }, ['id', 'age', 'city'])),
    undefined,
  )
})

test('the kinds of personal values are those of the platform', () => {
  assert.deepEqual(PERSONAL_TRAIT_KINDS, PERSONAL_KINDS)
})
