import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx } from '#test'
import { inOrder, type MadeUp, randomFrom, sceneAt, storeEvents } from '../../../test/insights/made-up-events.ts'
import { type AskedQuestion, FunnelQuestion, msOf, type QuestionOf } from './contract.ts'
import { answerFunnel, funnelMembers } from './funnel.ts'

const ctx = await aCtx()
const ask = <T>(query: ch.Sql) => ctx.ch.rows<T>(query)

const from = Date.parse('2026-03-01T00:00:00+08:00')
const hour = 3_600_000
const scene = sceneAt('2026-03-01T00:00:00+08:00', '2026-03-03T23:59:59.999+08:00', '2026-03-10T00:00:00+08:00')
const random = randomFrom(7)
const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T

// Few instants and few names, so that ties, repetitions and every order of steps occur.
const events: MadeUp[] = Array.from({ length: 1_500 }, () => ({
  no: 1 + Math.floor(random() * 150),
  event: pick(['view', 'apply', 'approve', 'cancel', 'draw']),
  ms: from - 2 * hour + Math.floor(random() * 40) * 2 * hour,
  hash: (BigInt(Math.floor(random() * 2 ** 32)) << 32n) + BigInt(Math.floor(random() * 2 ** 32)),
  properties: {
    amount: pick([1, 2, 3]),
    ...(random() < 0.9 ? { order: pick(['a', 'b']) } : {}),
    web: pick(['x', 'y', 'z']),
  },
}))
await storeEvents(ctx, events)

type Question = QuestionOf<'funnel'>
const asked = (question: Omit<Extract<AskedQuestion, { kind: 'funnel' }>, 'kind' | 'period'>): Question =>
  FunnelQuestion.parse({ kind: 'funnel', period: { from: '2026-03-01', to: '2026-03-03' }, ...question })

// ——— The definition, word by word: all passages are tried ———

const satisfies = (event: MadeUp, step: { event: string; where?: readonly object[] | undefined }) =>
  event.event === step.event &&
  (step.where ?? []).every((filter) => {
    const { property, gte, is } = filter as { property: string; gte?: number; is?: unknown }
    const value = event.properties[property]
    return gte === undefined ? value === is : typeof value === 'number' && value >= gte
  })

/** Steps that some passage of these events, all of one person, reaches, and the lengths of all passages to each. */
const reachable = (own: readonly MadeUp[], question: Question): boolean[] => {
  const { steps, order, exclusions } = question
  const windowMs = msOf(question.window)
  const required = steps.flatMap((step, i) => (step.optional ? [] : [i]))
  const reached = steps.map(() => false)
  const mayFollow = (i: number, j: number, step: number): boolean => {
    const between = own.slice(i + 1, j)
    const at = required.indexOf(step)
    for (const one of between) {
      if (exclusions.some((exclusion) => exclusion.after - 1 === step && satisfies(one, exclusion))) return false
      const also = required.filter((place) => satisfies(one, steps[place] ?? { event: '' }))
      if (order === 'strictOrder' && also.length > 0) return false
      if (order === 'strict' && also.some((place) => place <= (required[at + 1] ?? step))) return false
    }
    return true
  }
  const walk = (first: number, i: number, step: number) => {
    reached[step] = true
    for (let j = i + 1; j < own.length; j++) {
      const one = own[j]
      const start = own[first]
      if (!one || !start || one.ms - start.ms > windowMs) break
      if (!mayFollow(i, j, step)) continue
      for (let next = step + 1; next < steps.length; next++) {
        if (satisfies(one, steps[next] ?? { event: '' })) {
          if (steps[next]?.optional) reached[next] = true
          else walk(first, j, next)
        }
        if (!steps[next]?.optional) break
      }
    }
  }
  own.forEach((one, i) => {
    const inside = one.ms >= scene.from.getTime() && one.ms <= scene.to.getTime()
    if (inside && satisfies(one, steps[0] ?? { event: '' })) walk(i, i, 0)
  })
  return reached
}

const groupsOf = (question: Question): Map<number, MadeUp[][]> => {
  const people = new Map<number, MadeUp[][]>()
  const relevant = inOrder(events).filter(
    (one) => one.ms >= scene.from.getTime() && (question.hold === undefined || question.hold in one.properties),
  )
  for (const one of relevant) {
    const passages = people.get(one.no) ?? []
    people.set(one.no, passages)
    const held = question.hold === undefined ? undefined : one.properties[question.hold]
    const mine = passages.find(([first]) => question.hold === undefined || first?.properties[question.hold] === held)
    if (mine) mine.push(one)
    else passages.push([one])
  }
  return people
}

const peopleBy = (question: Question): Map<number, boolean[]> => {
  const masks = new Map<number, boolean[]>()
  for (const [no, passages] of groupsOf(question)) {
    const reached = passages.map((own) => reachable(own, question))
    masks.set(
      no,
      question.steps.map((_, i) => reached.some((one) => one[i])),
    )
  }
  return masks
}

const questions: Record<string, Question> = {
  'three steps': asked({ steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }], window: '12 hours' }),
  'a short window': asked({ steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }], window: '8 hours' }),
  'filters on steps': asked({
    steps: [
      { event: 'view', where: [{ property: 'amount', gte: 2 }] },
      { event: 'apply', where: [{ property: 'web', is: 'x' }] },
    ],
    window: '1 day',
  }),
  'the same event twice': asked({
    steps: [{ event: 'view' }, { event: 'view' }, { event: 'apply' }],
    window: '20 hours',
  }),
  'steps that overlap': asked({
    steps: [{ event: 'view' }, { event: 'view', where: [{ property: 'amount', gte: 2 }] }, { event: 'view' }],
    window: '12 hours',
  }),
  strict: asked({
    steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }],
    window: '30 hours',
    order: 'strict',
  }),
  'strict order': asked({
    steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }, { event: 'draw' }],
    window: '30 hours',
    order: 'strictOrder',
  }),
  'an exclusion': asked({
    steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }],
    window: '30 hours',
    exclusions: [{ event: 'cancel', after: 2 }],
  }),
  'an exclusion that is also a step': asked({
    steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }],
    window: '30 hours',
    exclusions: [{ event: 'view', where: [{ property: 'amount', gte: 2 }], after: 1 }],
  }),
  'a property held constant': asked({
    steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }],
    window: '30 hours',
    hold: 'order',
  }),
  'held and excluded': asked({
    steps: [{ event: 'view' }, { event: 'apply' }, { event: 'approve' }],
    window: '30 hours',
    hold: 'order',
    exclusions: [{ event: 'cancel', after: 1 }],
    order: 'strict',
  }),
  'optional steps': asked({
    steps: [
      { event: 'view' },
      { event: 'cancel', optional: true },
      { event: 'apply' },
      { event: 'draw', optional: true },
      { event: 'approve' },
    ],
    window: '1 day',
  }),
}

for (const [name, question] of Object.entries(questions))
  test(`a funnel counts who took each step as its definition says: ${name}`, async () => {
    const masks = [...peopleBy(question).values()].filter(([first]) => first)
    const expected = question.steps.map((_, i) => masks.filter((mask) => mask[i]).length)
    assert.ok((expected[0] ?? 0) > 50 && (expected.at(-1) ?? 0) > 0, `the made-up events are too few: ${expected}`)
    for (const timing of [false, true]) {
      const { groups } = await answerFunnel(ask, { ...question, timing }, scene)
      assert.deepEqual(
        groups[0]?.steps.map(({ people }) => people),
        expected,
        `timing ${timing}`,
      )
    }
  })

test('the people behind a step are those who took it, and those who took the one before and not it', async () => {
  const question = questions['an exclusion'] as Question
  const masks = [...peopleBy(question)]
  for (const outcome of ['reached', 'dropped'] as const) {
    const members = funnelMembers(question, { kind: 'funnel', step: 3, outcome }, scene)
    assert.ok(members)
    const [row] = await ask<{ nos: number[] }>(
      ch.sql`select arraySort(bitmapToArray(members)) as nos from (${members})`,
    )
    const expected = masks
      .filter(([, mask]) => (outcome === 'reached' ? mask[2] : mask[1] && !mask[2]))
      .map(([no]) => no)
    assert.deepEqual(
      row?.nos,
      expected.sort((a, b) => a - b),
    )
  }
})

test('a breakdown tells people apart by the first of their first steps, and adds up', async () => {
  const question = { ...(questions['three steps'] as Question), breakdown: { property: 'web', most: 2 } }
  const { groups } = await answerFunnel(ask, question, scene)
  assert.deepEqual(
    groups.map(({ others }) => others),
    [false, false, true],
  )
  const whole = await answerFunnel(ask, questions['three steps'] as Question, scene)
  for (const i of [0, 1, 2])
    assert.equal(
      groups.reduce((sum, { steps }) => sum + (steps[i]?.people ?? 0), 0),
      whole.groups[0]?.steps[i]?.people,
    )
  const firstWeb = new Map<number, unknown>()
  for (const one of inOrder(events))
    if (one.event === 'view' && one.ms >= scene.from.getTime() && one.ms <= scene.to.getTime() && !firstWeb.has(one.no))
      firstWeb.set(one.no, one.properties.web)
  const [top] = groups
  assert.equal(top?.steps[0]?.people, [...firstWeb.values()].filter((web) => web === top?.group).length)
})

test('time to convert: from the last first step that leads there, when the step is first taken', async () => {
  const second = 1_000
  const at = (ms: number, event: string, no: number): MadeUp => ({
    no,
    event,
    ms: from + ms,
    hash: BigInt(ms + no) << 40n,
    properties: {},
  })
  await storeEvents(ctx, [
    at(0, 'in', 1),
    at(10 * second, 'in', 1),
    at(30 * second, 'mid', 1),
    at(90 * second, 'out', 1),
    at(0, 'in', 2),
    at(40 * second, 'mid', 2),
    at(0, 'in', 3),
    at(60 * second, 'mid', 3),
    at(65 * second, 'out', 3),
  ])
  const question = asked({
    steps: [{ event: 'in' }, { event: 'mid' }, { event: 'out' }],
    window: '1 hour',
    timing: true,
  })
  const { groups } = await answerFunnel(ask, question, scene)
  const [group] = groups
  assert.deepEqual(
    group?.steps.map(({ people, fromFirst, fromBefore }) => [people, fromFirst?.median, fromBefore?.median]),
    [
      [3, 0, 0],
      [3, 40 * second, 40 * second],
      [2, 72.5 * second, 32.5 * second],
    ],
  )
  const shown = group?.histogram?.filter(({ people }) => people > 0)
  assert.deepEqual(shown, [{ fromMs: 60_000, toMs: 120_000, people: 2 }])
})
