import type { Level } from '../contract.ts'
import type { EventFacts } from './facts-contract.ts'
import type { Condition, GradingRules, LevelRule, NumberFact, ScorePart } from './policy-contract.ts'

/** Risk score and level of an event from its facts, with all that led to them. Pure. */

export interface Component {
  part: ScorePart
  /** What was measured, in its own unit. */
  raw: number
  /** Brought to 0 … 1. */
  value: number
  weight: number
  /** weight · value, in log-odds. */
  contribution: number
}

export interface Verdict {
  level: Level
  /** 0 … 100. */
  score: number
  components: Component[]
  /** Rows of the table that held, the highest level first. */
  held: { id: string; name: string; level: Level }[]
  /** A cap that brought the level down, by kind of subject. */
  cappedBy: string | null
}

export const rankOf = (level: Level): number => ({ minor: 0, moderate: 1, severe: 2 })[level]

const unit = (value: number): number => Math.min(1, Math.max(0, value))
const logShare = (value: number, decades: number): number => unit(Math.log10(1 + Math.max(0, value)) / decades)
const most = (values: readonly number[]): number => values.reduce((top, value) => Math.max(top, value), 0)

/**
 * Values of the parts: shares as they are; reach and authors by decades (eight and four of them are 1); velocity by twelve
 * standard deviations; platforms by five; place 1 of a hot list is 1 and place 51 is 0.
 */
const partsOf = (facts: EventFacts, rules: GradingRules): Record<ScorePart, readonly [raw: number, value: number]> => {
  const aspect = most(
    facts.aspects.filter(({ share }) => share >= rules.aspectShare).map(({ aspect }) => rules.aspectWeights[aspect]),
  )
  const author = most(facts.authorClasses.map((one) => rules.authorWeights[one]))
  const trigger = most([
    ...facts.urgencies.map((one) => rules.triggerWeights[one]),
    facts.authorClasses.includes('regulator') ? 1 : 0,
  ])
  const rank = facts.hotListRank
  return {
    negative: [facts.negative, unit(facts.negative)],
    aspect: [aspect, aspect],
    author: [author, author],
    reach: [facts.reach, logShare(facts.reach, 8)],
    velocity: [facts.z, unit(facts.z / 12)],
    authors: [facts.authors, logShare(facts.authors, 4)],
    platforms: [facts.platforms.length, unit((facts.platforms.length - 1) / 4)],
    hotList: [rank ?? 0, rank === null ? 0 : unit((51 - rank) / 50)],
    rumour: [facts.rumour, unit(facts.rumour)],
    trigger: [trigger, trigger],
  }
}

const numberOf = (fact: NumberFact, facts: EventFacts, score: number): number | null => {
  if (fact === 'score') return score
  if (fact === 'platforms') return facts.platforms.length
  return facts[fact]
}

const meets = <T>(wanted: readonly T[], found: readonly T[]): boolean => wanted.some((one) => found.includes(one))

/** Whether one condition holds. A fact that is not known (no hot list) holds no condition. */
export const holds = (condition: Condition, facts: EventFacts, score: number, aspectShare: number): boolean => {
  switch (condition.fact) {
    case 'authorClass':
      return meets(condition.anyOf, facts.authorClasses)
    case 'urgency':
      return meets(condition.anyOf, facts.urgencies)
    case 'aspect':
      return meets(
        condition.anyOf,
        facts.aspects.filter(({ share }) => share >= aspectShare).map(({ aspect }) => aspect),
      )
    case 'speaker':
      return meets(condition.anyOf, facts.speakers)
    case 'platform':
      return meets(condition.anyOf, facts.platforms)
    case 'subjectKind':
      return meets(
        condition.anyOf,
        facts.subjects.map(({ kind }) => kind),
      )
    case 'bursting':
      return facts.bursting === condition.is
    default: {
      const value = numberOf(condition.fact, facts, score)
      if (value === null) return false
      return (
        (condition.atLeast === undefined || value >= condition.atLeast) &&
        (condition.atMost === undefined || value <= condition.atMost)
      )
    }
  }
}

const ruleHolds = (rule: LevelRule, facts: EventFacts, score: number, aspectShare: number): boolean =>
  rule.all.every((condition) => holds(condition, facts, score, aspectShare))

/**
 * Grades an event: score 100 · σ(bias + Σ weight · value); the level is the highest of the rows that hold, else minor, and
 * never above the cap of a kind when every subject is of a capped kind.
 * Source: `reference` sketch of the issue; the weights are the policy's.
 */
export const gradeOf = (facts: EventFacts, rules: GradingRules): Verdict => {
  const values = partsOf(facts, rules)
  const components = (Object.keys(values) as ScorePart[]).map((part): Component => {
    const [raw, value] = values[part]
    const weight = rules.weights[part]
    return { part, raw, value, weight, contribution: weight * value }
  })
  const logit = components.reduce((sum, { contribution }) => sum + contribution, rules.bias)
  const score = Math.round(1_000 / (1 + Math.exp(-logit))) / 10
  const held = rules.rules
    .filter((rule) => ruleHolds(rule, facts, score, rules.aspectShare))
    .map(({ id, name, level }) => ({ id, name, level }))
    .sort((a, b) => rankOf(b.level) - rankOf(a.level))
  const byTable = held[0]?.level ?? 'minor'
  const caps = facts.subjects.map(({ kind }) => rules.caps.find(({ subjectKind }) => subjectKind === kind))
  // One subject of ours among them, and the event is ours.
  const allCapped = caps.length > 0 && caps.every((cap) => cap !== undefined)
  const cap = allCapped
    ? caps.reduce((top, one) => (one && top && rankOf(one.level) > rankOf(top.level) ? one : top))
    : undefined
  const isCapped = cap !== undefined && rankOf(byTable) > rankOf(cap.level)
  return { level: isCapped ? cap.level : byTable, score, components, held, cappedBy: isCapped ? cap.subjectKind : null }
}
