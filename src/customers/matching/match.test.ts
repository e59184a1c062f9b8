import assert from 'node:assert/strict'
import test from 'node:test'
import { columnsOf, type MatchPlan, matchRecords } from './match.ts'

const plan: MatchPlan = {
  fields: [
    { field: 'name', comparison: 'chineseName', termFrequency: true, own: true },
    { field: 'birthday', comparison: 'date', own: true },
    { field: 'idCard', comparison: 'digits', strong: true },
    { field: 'address', comparison: 'address' },
  ],
  blocking: [
    [
      { field: 'name', form: 'nameKey' },
      { field: 'birthday', form: 'whole' },
    ],
    [{ field: 'address', form: 'road' }],
  ],
  linkFrom: 0.9,
  reviewFrom: 0.1,
}

const surnames = '王李张刘陈杨黄赵周吴'
const given = '强静磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰'
/** Records 2i and 2i+1 are one person for i < 60, the rest are single; some share an address. */
const people = () => {
  const records: Record<string, string>[] = []
  for (let i = 0; i < 200; i++) {
    const person = {
      name: `${surnames[i % 10]}${given[(i * 7) % 20]}${given[(i * 3 + Math.floor(i / 10)) % 20]}`,
      birthday: `19${60 + (i % 40)}-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + ((i * 5) % 28)).padStart(2, '0')}`,
      address: `上海市浦东新区${given[i % 20]}${given[(i * 11) % 20]}路${1 + (i % 90)}号`,
    }
    records.push(person)
    if (i < 60) records.push({ ...person, ...(i % 5 === 0 && { address: '' }) })
  }
  return records
}
const linked = (records: readonly Record<string, string>[], change: Partial<MatchPlan> = {}) => {
  const { clusters, ...rest } = matchRecords({ ...plan, ...change }, columnsOf(plan, records))
  return { ...rest, of: clusters.of }
}

test('doubles are found and nobody else', () => {
  const { of, learned } = linked(people())
  for (let i = 0; i < 60; i++) assert.equal(of[2 * i + 1], 2 * i, `person ${i}`)
  for (let i = 120; i < of.length; i++) assert.equal(of[i], i)
  assert.ok(Math.abs(learned.matches - 60) < 2, String(learned.matches))
})

test('the same input gives the same answer', () => {
  const [one, two] = [linked(people()), linked(people())]
  assert.deepEqual(one.of, two.of)
  assert.deepEqual(one.learned, two.learned)
})

test('different ID cards keep equal names and birthdays apart; a family at one address is not one person', () => {
  const records = people()
  const twin = records[0] ?? {}
  const extra = [
    { ...twin, idCard: '110105194912310020' },
    { ...twin, idCard: '440524188001010014' },
    { name: '诸葛亮', birthday: '1981-07-23', address: '上海市杨浦区卧龙路1号' },
    { name: '黄月英', birthday: '1983-02-11', address: '上海市杨浦区卧龙路1号' },
  ]
  const { of, edges } = linked([...records, ...extra])
  const at = records.length
  assert.notEqual(of[at], of[at + 1])
  assert.notEqual(of[at + 2], of[at + 3])
  for (let i = 0; i < edges.length; i++)
    assert.ok(!(edges.a[i] === at + 2 && edges.b[i] === at + 3), 'not even for review')
})

test('with new records marked, only their pairs are looked at, by the weights given', () => {
  const records = people()
  const { learned, candidates } = linked(records)
  const only = new Uint8Array(records.length)
  only[1] = 1
  const again = matchRecords(plan, columnsOf(plan, records), { only, learned })
  assert.deepEqual(again.learned, learned)
  assert.ok(again.candidates < candidates / 4)
  assert.equal(again.clusters.of[1], 0)
  assert.equal(again.clusters.of[3], 3)
})
