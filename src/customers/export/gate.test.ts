import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Coded, type GateRules, gateRules, type Ladder, passGate } from './gate.ts'
import { type Column, coded, ladderOf, provinceOf, tellsApart } from './ladder.ts'

const rules: GateRules = { k: 3, suppressed: 0.05, diversity: 2 }
const plainLadder = (name: string, ...steps: string[][]): Ladder => ({
  name,
  steps: steps.map((texts, i) => ({ called: String(i), ...coded(texts) })),
})
const repeat = (text: string, times: number) => Array.from({ length: times }, () => text)

test('classes of at least k people pass as they are', () => {
  const verdict = passGate(6, [plainLadder('city', [...repeat('上海', 3), ...repeat('成都', 3)])], [], rules)
  assert.ok(verdict.passed)
  assert.deepEqual([verdict.steps, verdict.suppressed, verdict.classes, verdict.smallest], [[0], 0, 2, 3])
})

test('a small class is generalised first', () => {
  const verdict = passGate(
    6,
    [plainLadder('city', [...repeat('广州市', 4), ...repeat('深圳市', 2)], repeat('广东省', 6))],
    [],
    rules,
  )
  assert.ok(verdict.passed)
  assert.deepEqual([verdict.steps, verdict.suppressed, verdict.smallest], [[1], 0, 6])
})

test('what generalising cannot mend is suppressed up to five in a hundred', () => {
  const verdict = passGate(40, [plainLadder('city', [...repeat('上海', 38), '拉萨', '三沙'])], [], rules)
  assert.ok(verdict.passed)
  assert.deepEqual([verdict.suppressed, [...verdict.kept].slice(-3)], [2, [1, 0, 0]])
})

test('beyond that nothing leaves, and the report says which classes and which column to leave out', () => {
  const verdict = passGate(
    12,
    [
      plainLadder('gender', [...repeat('男', 6), ...repeat('女', 6)]),
      plainLadder('city', [...repeat('上海', 5), ...repeat('成都', 1), ...repeat('上海', 5), ...repeat('昆明', 1)]),
    ],
    [],
    rules,
  )
  assert.ok(!verdict.passed)
  assert.equal(verdict.failing, 2)
  assert.deepEqual(verdict.classes, [
    { values: { gender: '男', city: '成都' }, fault: 'small', size: 1 },
    { values: { gender: '女', city: '昆明' }, fault: 'small', size: 1 },
  ])
  assert.deepEqual(verdict.without, ['city'])
})

test('a class where all share the sensitive value does not pass: to know somebody is in it tells it', () => {
  const city = plainLadder('city', [...repeat('上海', 5), ...repeat('成都', 5)], repeat('全国', 10))
  const overdue = coded([...repeat('逾期', 5), '逾期', '正常', '正常', '正常', '正常'])
  const verdict = passGate(10, [city], [overdue], rules)
  assert.ok(verdict.passed)
  assert.deepEqual(verdict.steps, [1])
  assert.ok(!passGate(5, [], [coded(repeat('逾期', 5))], rules).passed)
})

test('fewer people than k never leave', () => {
  assert.ok(!passGate(9, [], []).passed)
  assert.ok(passGate(10, [], []).passed)
  assert.ok(passGate(0, [], []).passed, 'nobody is nobody')
})

const classesOf = (columns: readonly Coded[], kept: Uint8Array) => {
  const classes = new Map<string, number[]>()
  kept.forEach((keep, row) => {
    if (!keep) return
    const key = JSON.stringify(columns.map(({ codes, texts }) => texts[codes[row] ?? 0]))
    classes.set(key, [...(classes.get(key) ?? []), row])
  })
  return [...classes.values()]
}

test('whatever the table: what passes has classes of k and two values each, and little was left out', () => {
  const cities = ['上海市', '广州市', '深圳市', '成都市', '拉萨市', '昆明市']
  let passed = 0
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          age: fc.option(fc.integer({ min: 18, max: 70 }), { nil: undefined }),
          city: fc.constantFrom(...cities),
          limit: fc.integer({ min: 1, max: 40 }).map((n) => n * 100_000),
          overdue: fc.constantFrom('是', '否', '否'),
        }),
        { maxLength: 400, size: 'max' },
      ),
      fc.subarray(['age', 'city', 'limit'] as const),
      (people, chosen) => {
        const types = { age: 'integer', city: 'string', limit: 'integer' } as const
        const ladders = chosen.map((name) =>
          ladderOf(
            { name, type: types[name], unit: null },
            people.map((one): Column[number] => one[name]),
            gateRules.k,
          ),
        )
        const overdue = coded(people.map((one) => one.overdue))
        const verdict = passGate(people.length, ladders, [overdue])
        if (!verdict.passed) return
        passed += 1
        assert.ok(verdict.suppressed <= people.length * gateRules.suppressed)
        const columns = ladders.flatMap(({ steps }, i) => steps[verdict.steps[i] ?? 0] ?? [])
        for (const rows of classesOf(columns, verdict.kept)) {
          assert.ok(rows.length >= gateRules.k)
          assert.ok(new Set(rows.map((row) => overdue.codes[row])).size >= 2)
        }
      },
    ),
    { numRuns: 60 },
  )
  assert.ok(passed > 5, `${passed} passed`)
})

test('ages leave in bands, cities become provinces, rare words one', () => {
  const ages = Array.from({ length: 100 }, (_, i) => 20 + (i % 45))
  const ladder = ladderOf({ name: 'age', type: 'integer', unit: null }, ages, 10)
  assert.deepEqual(ladder.steps[0]?.texts.toSorted(), ['30以下', '30–39', '40–49', '50–59', '60及以上'].toSorted())
  assert.ok(ladder.steps.every(({ texts }, i) => i === 0 || texts.length < (ladder.steps[i - 1]?.texts.length ?? 0)))
  const city = ladderOf({ name: 'city', type: 'string', unit: null }, ['广州市', '深圳', '成都市', undefined], 10)
  assert.deepEqual(city.steps[1]?.texts, ['广东省', '四川省', ''])
  assert.equal(provinceOf('440300'), '广东省')
  assert.equal(provinceOf('不存在市'), undefined)
  const job = ladderOf({ name: 'job', type: 'string', unit: null }, [...repeat('教师', 12), '宇航员', '灯塔看守'], 10)
  assert.deepEqual(job.steps[1]?.texts, ['教师', '其他'])
  const born = ladderOf({ name: 'birthday', type: 'date', unit: null }, ['1990-05-01', '1994-01-01', '1971-01-01'], 10)
  assert.deepEqual(born.steps[1]?.texts, ['1990–1994年', '1970–1974年'])
})

test('a column whose values few share tells people apart, whatever it is called', () => {
  assert.equal(
    tellsApart(
      Array.from({ length: 100 }, (_, i) => i),
      10,
      0.05,
    ),
    true,
  )
  assert.equal(
    tellsApart(
      Array.from({ length: 100 }, (_, i) => i % 5),
      10,
      0.05,
    ),
    false,
  )
  assert.equal(tellsApart([...Array.from({ length: 97 }, () => 'a'), 'b', 'c', 'd'], 10, 0.05), false)
})
