import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { dateBands, numberEdges, numberLabel, roundStep, valueLabel } from './bands.ts'

const spread = (values: number[]) => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return {
    quantiles: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)] as const,
    min: at(0),
    max: at(1),
    whole: values.every(Number.isInteger),
  }
}

test('ages are cut by tens, incomes by 1-2-5', () => {
  assert.deepEqual(numberEdges(spread(Array.from({ length: 100 }, (_, i) => 20 + (i % 45)))), [30, 40, 50, 60])
  const incomes = Array.from({ length: 1000 }, (_, i) => Math.round(2000 * 1.006 ** i))
  const edges = numberEdges(spread(incomes))
  assert.deepEqual(edges, [5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000])
  // Counts with many zeros.
  assert.ok(
    numberEdges(spread([...Array.from({ length: 60 }, () => 0), ...Array.from({ length: 40 }, (_, i) => 1 + i * 5)]))
      .length >= 2,
  )
})

test('edges ascend, lie within the values, and are few, whatever the values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -1000, max: 1_000_000 }), fc.double({ min: -5, max: 1e9, noNaN: true })), {
        minLength: 2,
        maxLength: 60,
      }),
      (values) => {
        const known = spread(values)
        const edges = numberEdges(known)
        assert.ok(edges.length <= 18)
        edges.forEach((edge, i) => {
          assert.ok(i === 0 || edge > (edges[i - 1] ?? edge), `${edges}`)
          assert.ok(edge > known.min && edge <= known.max)
        })
        if (known.max > known.min) assert.ok(edges.length > 0)
      },
    ),
  )
})

test('steps are 1, 2, 2.5 or 5 times a power of ten', () => {
  assert.deepEqual([0.03, 7, 11, 24, 260, 1].map(roundStep), [0.05, 10, 20, 25, 500, 1])
})

test('bands are called as people say them', () => {
  const ages = { unit: '岁', whole: true }
  assert.deepEqual(numberLabel(30, 40, ages), { zh: '30–39岁', en: '30–39 岁' })
  assert.equal(numberLabel(undefined, 30, ages).zh, '30岁以下')
  assert.equal(numberLabel(60, undefined, ages).zh, '60岁及以上')
  assert.equal(numberLabel(3, 4, { unit: null, whole: true }).zh, '3')
  assert.deepEqual(numberLabel(500_000, 1_000_000, { unit: 'fen', whole: true }), {
    zh: '5000–1万元',
    en: '5000–10k CNY',
  })
  assert.equal(numberLabel(0.5, 1, { unit: null, whole: false }).zh, '0.5–1')
  assert.equal(valueLabel(3, '人').zh, '3人')
})

test('dates fall into periods of the calendar that follow each other', () => {
  const day = (text: string) => Date.parse(`${text}T00:00:00Z`)
  const months = dateBands(day('2026-01-10'), day('2026-06-20'))
  assert.deepEqual(
    months.map(({ label }) => label.zh),
    ['2026-01-01 以前', '2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06', '2026-07-01 及以后'],
  )
  for (const [low, high] of [
    ['2026-03-02', '2026-03-09'],
    ['2026-03-02', '2026-05-09'],
    ['2024-03-02', '2026-05-09'],
    ['2018-03-02', '2026-05-09'],
    ['1950-03-02', '2005-05-09'],
    ['1900-03-02', '2005-05-09'],
  ] as const) {
    const bands = dateBands(day(low), day(high))
    assert.ok(bands.length <= 16, `${low} ${bands.length}`)
    for (const [i, { from }] of bands.slice(1).entries()) assert.equal(from, bands[i]?.to)
  }
  assert.ok(dateBands(day('1950-03-02'), day('2005-05-09')).some(({ label }) => label.zh === '1990–1994年'))
})
