import fc from 'fast-check'
import {
  consentStates,
  type Definition,
  type EventCondition,
  type ReachChannel,
  reachChannels,
} from '../../src/audiences/definition-contract.ts'
import {
  ages,
  amounts,
  at,
  channels,
  edges,
  eventNames,
  incomes,
  interests,
  lists,
  maritals,
  purposes,
  refreshed,
  scores,
  segments,
} from './facts.ts'
import { type Comparison, period } from './reading.ts'

/** Definitions at random over the small world of `facts.ts`. */

const optional = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
const oneOperator = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Comparison> =>
  fc.oneof(...Object.entries(model).map(([operator, operand]) => operand.map((value) => ({ [operator]: value }))))
const pair = (values: readonly (string | number)[]) =>
  fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(...values))
    .map((both) => both.sort((a, b) => (typeof a === 'string' ? period(a)[0] - period(String(b))[0] : a - Number(b))))

const texts = (values: readonly string[]) =>
  oneOperator({
    is: fc.constantFrom(...values),
    isNot: fc.constantFrom(...values),
    in: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    notIn: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    contains: fc.constantFrom('r', 'a', '微', "'"),
    notContains: fc.constantFrom('r', 'a', '婚'),
    startsWith: fc.constantFrom('m', 's', 'we', '微'),
    endsWith: fc.constantFrom('d', 'e', 'b', '婚', '%'),
    exists: fc.boolean(),
  })
const numbers = (values: readonly number[]) =>
  oneOperator({
    is: fc.constantFrom(...values),
    isNot: fc.constantFrom(...values),
    in: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    notIn: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    gt: fc.constantFrom(...values),
    gte: fc.constantFrom(...values),
    lt: fc.constantFrom(...values),
    lte: fc.constantFrom(...values),
    between: pair(values),
    exists: fc.boolean(),
  })
const dates = ['2026-03-31', '2026-03-30', '2026-03-01', '2026-02-28', '1990-03-31']
const instants = edges
  .map((edge) => edge.toISOString())
  .concat('2026-03-31T00:00:00+08:00', '2026-03-01T00:00:00+08:00')
const windows = ['30 days', '24 hours', '1 month', '3 months', 'today', 'yesterday', 'this week', 'this month']
const spans = ['30 days', '24 hours', '1 month', '3 months']
const momentOperators = {
  before: fc.constantFrom(...dates, ...instants),
  after: fc.constantFrom(...dates, ...instants),
  withinLast: fc.constantFrom(...windows),
  withinNext: fc.constantFrom(...spans),
  olderThan: fc.constantFrom(...spans),
}
const moments = oneOperator({
  ...momentOperators,
  is: fc.constantFrom(...dates),
  isNot: fc.constantFrom(...dates),
  in: fc.uniqueArray(fc.constantFrom(...dates, ...instants), { minLength: 1 }),
  gt: fc.constantFrom(...dates, ...instants),
  gte: fc.constantFrom(...dates, ...instants),
  lt: fc.constantFrom(...dates, ...instants),
  lte: fc.constantFrom(...dates, ...instants),
  between: pair([...dates, ...instants]),
  exists: fc.boolean(),
})

const traitCondition = fc.oneof(
  texts(maritals).map((comparison) => ({ trait: 'marital', ...comparison })),
  numbers(ages).map((comparison) => ({ trait: 'age', ...comparison })),
  fc.tuple(fc.constantFrom(...ages), fc.constantFrom(...ages)).map(([gt, lte]) => ({ trait: 'age', gt, lte })),
  numbers(incomes).map((comparison) => ({ trait: 'income', ...comparison })),
  oneOperator({ is: fc.boolean(), isNot: fc.boolean() }).map((comparison) => ({ trait: 'vip', ...comparison })),
  moments.map((comparison) => ({ trait: 'birthday', ...comparison })),
  moments.map((comparison) => ({ trait: 'registeredAt', ...comparison })),
  fc.boolean().map((exists) => ({ trait: 'nowhere', exists })),
)
const propertyComparison = fc.oneof(
  numbers(amounts).map((comparison) => ({ property: 'amount', ...comparison })),
  texts(channels).map((comparison) => ({ property: 'channel', ...comparison })),
  fc.constantFrom('gold', 'tin').map((is) => ({ property: ['plan', 'tier'], is })),
  fc.boolean().map((exists) => ({ property: ['plan', 'level'], exists })),
  fc.constantFrom(1, 'x').map((is) => ({ property: 'a.b"\'\\', is })),
  oneOperator(momentOperators).map((comparison) => ({ property: 'due', ...comparison })),
)
const count = fc.oneof(
  oneOperator(
    Object.fromEntries(['is', 'isNot', 'gt', 'gte', 'lt', 'lte'].map((operator) => [operator, fc.nat({ max: 4 })])),
  ),
  pair([0, 1, 2, 3]).map((between) => ({ between })),
)
const aggregate = numbers(amounts)
  .filter((comparison) => !('exists' in comparison || 'in' in comparison || 'notIn' in comparison))
  .map((comparison) => ({ property: 'amount', ...comparison }))
const occurrence = fc.oneof(propertyComparison, oneOperator(momentOperators))
const eventCondition = fc
  .tuple(
    fc.constantFrom(...eventNames, 'never_happened'),
    fc.oneof(
      fc.constant({}),
      fc.constantFrom(...windows).map((within) => ({ within })),
      pair([...dates, ...instants]).map((between) => ({ between })),
      optional({ since: fc.constantFrom(...dates, ...instants), until: fc.constantFrom(...dates, ...instants) }),
    ),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant({}) },
      { weight: 3, arbitrary: count.map((count) => ({ count })) },
      fc.constantFrom('sum', 'avg', 'min', 'max').chain((kind) => aggregate.map((rule) => ({ [kind]: rule }))),
      fc.constantFrom('first', 'last').chain((end) => occurrence.map((rule) => ({ [end]: rule }))),
      fc.tuple(count, occurrence).map(([count, last]) => ({ count, last })),
    ),
    optional({ did: fc.boolean(), where: fc.array(propertyComparison, { maxLength: 2 }) }),
  )
  .map(([event, window, measure, more]) => ({ event, ...window, ...measure, ...more }) as unknown as EventCondition)

const eventMatch = fc
  .tuple(fc.constantFrom(...eventNames), fc.array(propertyComparison, { maxLength: 1 }))
  .map(([event, where]) => (where.length === 0 ? { event } : { event, where }))
const keyProperty = fc.constantFrom<string | string[]>('channel', 'amount', ['plan', 'tier'])
const keyed = fc
  .tuple(eventCondition, keyProperty, fc.option(count, { nil: undefined }))
  .map(([event, by, keys]) => ({ ...event, by, ...(keys && { keys }) }) as unknown as EventCondition)

const gaps = ['1 day', '24 hours', '30 days', '5 weeks', '90 minutes']
const anyWindow = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.constantFrom(...windows).map((within) => ({ within })),
  pair([...dates, ...instants]).map((between) => ({ between })),
)
const sequenceCondition = fc
  .tuple(
    eventMatch,
    fc.array(
      fc
        .tuple(
          eventMatch,
          optional({ within: fc.constantFrom(...gaps), without: fc.array(eventMatch, { minLength: 1, maxLength: 2 }) }),
        )
        .map(([match, more]) => ({ ...match, ...more })),
      { minLength: 1, maxLength: 3 },
    ),
    fc.option(
      fc.tuple(eventMatch, fc.constantFrom(...gaps)).map(([match, within]) => ({ ...match, did: false, within })),
      { nil: undefined },
    ),
    optional({ overall: fc.constantFrom(...gaps), by: keyProperty }),
    anyWindow,
  )
  .map(([first, following, absent, more, window]) => ({
    sequence: [first, ...following, ...(absent ? [absent] : [])],
    ...more,
    ...window,
  }))

const tagMoments = fc.option(
  fc.constantFrom('2026-03-31', '2026-03-27', '2026-02-10', at.toISOString(), '2020-01-01'),
  {
    nil: undefined,
  },
)
const tagCondition = fc
  .tuple(
    fc.oneof(
      texts(segments).map((comparison) => ({ tag: 'segment', ...comparison })),
      texts(interests).map((comparison) => ({ tag: 'interests', ...comparison })),
      numbers(scores).map((comparison) => ({ tag: 'score', ...comparison })),
      numbers(scores).map((comparison) => ({ tag: 'limits', ...comparison })),
      moments.map((comparison) => ({ tag: 'nextDue', ...comparison })),
    ),
    tagMoments,
  )
  .map(([condition, asOf]) => (asOf === undefined ? condition : { ...condition, asOf }))

const property = fc.constantFrom<string | string[]>('amount', ['plan', 'level'])
const statistic = fc.oneof(
  fc
    .tuple(
      eventMatch,
      fc.oneof(
        fc.constantFrom({}, { count: true }),
        fc
          .tuple(fc.constantFrom('sum', 'avg', 'min', 'max', 'first', 'last'), property)
          .map(([measure, property]) => ({ [measure]: property })),
      ),
      anyWindow,
    )
    .map(([match, measure, window]) => ({ ...match, ...measure, ...window })),
  fc.constantFrom('age', 'income', 'birthday', 'registeredAt').map((trait) => ({ trait })),
  fc
    .tuple(fc.constantFrom('score', 'nextDue'), tagMoments)
    .map(([tag, asOf]) => (asOf === undefined ? { tag } : { tag, asOf })),
)
const size = fc.constantFrom(1, 3, 10, 1000)
const rankCondition = fc
  .tuple(
    statistic,
    fc.oneof(
      size.map((top) => ({ top })),
      size.map((bottom) => ({ bottom })),
      fc.constantFrom([0, 10], [90, 100], [33.3, 66.6], [0, 100]).map((percentile) => ({ percentile })),
    ),
  )
  .map(([of, rank]) => ({ ...rank, of }))

const purpose = fc.constantFrom(...purposes, 'never')
const consentCondition = fc
  .tuple(
    fc.oneof(
      purpose.map((purpose) => ({ purpose })),
      fc.tuple(purpose, fc.constantFrom('sms', 'email', 'push')).map(([purpose, channel]) => ({ purpose, channel })),
    ),
    fc.oneof(
      fc.constantFrom(...consentStates).map((is) => ({ is })),
      fc.uniqueArray(fc.constantFrom(...consentStates), { minLength: 1 }).map((states) => ({ in: states })),
    ),
    tagMoments,
  )
  .map(([consent, state, asOf]) => (asOf === undefined ? { consent, ...state } : { consent, ...state, asOf }))
const reachCondition = fc
  .tuple(fc.constantFrom(...(Object.keys(reachChannels) as ReachChannel[])), fc.option(purpose, { nil: undefined }))
  .map(([reachable, purpose]) => (purpose === undefined ? { reachable } : { reachable, consent: { purpose } }))

const seed = fc.constantFrom('exp1', '中文 seed', '')
const splitCondition = fc
  .tuple(seed, fc.constantFrom([0, 0.5], [0.5, 1], [0.1, 0.2], [0, 1]))
  .map(([seed, [from = 0, to = 1]]) => ({ split: { seed: `${seed}s`, from, to } }))

const changeWindows = [{ within: '30 days' }, { within: '24 hours' }, { until: '2026-02-20' }, { since: '2026-03-20' }]
export const named = refreshed
/** One condition of every kind but the samples. */
export const anyLeaf = fc.oneof(
  { weight: 2, arbitrary: traitCondition },
  { weight: 2, arbitrary: eventCondition },
  keyed,
  { weight: 3, arbitrary: sequenceCondition as fc.Arbitrary<Definition> },
  { weight: 2, arbitrary: tagCondition },
  { weight: 2, arbitrary: rankCondition as fc.Arbitrary<Definition> },
  consentCondition as fc.Arbitrary<Definition>,
  reachCondition,
  splitCondition,
  fc.constantFrom(...lists.keys()).map((list): Definition => ({ list })),
  fc.constant<Definition>({ audience: named }),
  fc
    .oneof(
      fc.constantFrom('at last refresh', 'ever').map((member) => ({ member })),
      fc
        .tuple(fc.constantFrom('entered', 'left'), fc.constantFrom(...changeWindows))
        .map(([change, window]) => ({ [change]: window })),
    )
    .map((kept) => ({ audience: named, ...kept })),
)
const { definition } = fc.letrec<{ definition: Definition }>((tie) => ({
  definition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyLeaf,
    fc.array(tie('definition'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('definition'), { maxLength: 3 }).map((any) => ({ any })),
    tie('definition').map((not) => ({ not })),
    fc
      .tuple(
        tie('definition'),
        seed,
        fc.oneof(
          fc.constantFrom(0.1, 0.5, 1).map((share) => ({ share })),
          size.map((size) => ({ size })),
        ),
      )
      .map(([of, seed, rule]) => ({ sample: { of, seed: `${seed}s`, ...rule } })),
  ),
}))
export const anyDefinition = definition

export const audiences = new Map<string, Definition>([
  [
    named,
    {
      any: [
        { trait: 'age', gte: 35 },
        { event: 'loan_applied', within: '30 days' },
      ],
    },
  ],
])
