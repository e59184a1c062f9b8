import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { EventFacts } from './facts-contract.ts'
import { type Condition, GradingRules } from './policy-contract.ts'
import { gradeOf, holds } from './score.ts'

// The rules the program brings along.
const migration = readFileSync(
  join(import.meta.dirname, '../../../migrations/postgres/0037-grading-and-alerts.sql'),
  'utf8',
)
const rules = GradingRules.parse(JSON.parse(/\('grading', 1, '(\{[\s\S]*?\})', 'inForce'/.exec(migration)?.[1] ?? ''))

const quiet: EventFacts = {
  eventId: 1,
  drillId: 0,
  at: '2026-11-20T02:00:00.000Z',
  title: '会员费扣款',
  state: 'open',
  subjects: [{ id: 1, name: '明月消费金融', kind: 'brand' }],
  posts: 1,
  authors: 1,
  platforms: ['weibo'],
  negative: 0.9,
  aspects: [{ aspect: 'hidden-fee', share: 1 }],
  authorClasses: ['person'],
  speakers: ['consumer'],
  verifiedFollowers: 0,
  reach: 120,
  z: 0,
  bursting: false,
  hotListRank: null,
  rumour: 0.1,
  urgencies: [],
  keyPosts: ['1'],
}
const grade = (change: Partial<EventFacts>) => gradeOf({ ...quiet, ...change }, rules)

test('one complaint of a private person is minor; its parts add up to the score', () => {
  const { level, score, components } = grade({})
  assert.equal(level, 'minor')
  const logit = components.reduce((sum, { contribution }) => sum + contribution, rules.bias)
  assert.ok(Math.abs(score - 100 / (1 + Math.exp(-logit))) <= 0.05)
  assert.equal(components.length, 10)
  for (const { value, weight, contribution } of components) {
    assert.ok(value >= 0 && value <= 1)
    assert.equal(contribution, value * weight)
  }
})

test('the table decides before the score does', () => {
  const cases: [string, Partial<EventFacts>, string][] = [
    ['severe', { hotListRank: 50 }, 'hotList'],
    ['severe', { urgencies: ['self-harm'] }, 'selfHarm'],
    ['severe', { authorClasses: ['person', 'central-media'] }, 'centralMedia'],
    ['severe', { authorClasses: ['regulator'] }, 'centralMedia'],
    ['severe', { platforms: ['weibo', 'douyin', 'zhihu'], z: 6 }, 'acrossPlatforms'],
    ['moderate', { verifiedFollowers: 100_000 }, 'loudVoice'],
    ['moderate', { bursting: true }, 'burst'],
  ]
  for (const [level, change, rule] of cases) {
    const verdict = grade(change)
    assert.equal(verdict.level, level, rule)
    assert.ok(
      verdict.held.some(({ id }) => id === rule),
      rule,
    )
  }
  assert.equal(grade({ hotListRank: 51 }).level, 'minor')
  assert.equal(grade({ platforms: ['weibo', 'douyin'], z: 6 }).level === 'severe', false)
  assert.equal(
    grade({ authorClasses: ['regulator'], negative: 0.1 }).level === 'severe',
    false,
    'praise of a regulator',
  )
})

test('more of what is bad never lowers the score', () => {
  const steps: Partial<EventFacts>[] = [
    { negative: 1 },
    { reach: 10_000_000 },
    { z: 9 },
    { authors: 4_000 },
    { platforms: ['weibo', 'douyin', 'zhihu', 'news'] },
    { hotListRank: 3 },
    { rumour: 0.9 },
    { urgencies: ['lawsuit'] },
    { authorClasses: ['central-media'] },
    { aspects: [{ aspect: 'harsh-collection', share: 0.5 }] },
  ]
  for (const step of steps) assert.ok(grade(step).score > grade({}).score, JSON.stringify(step))
})

test('an aspect counts from its share of the posts on', () => {
  const rare = grade({ aspects: [{ aspect: 'privacy-leak', share: 0.19 }] })
  assert.equal(rare.components.find(({ part }) => part === 'aspect')?.value, 0)
})

test('a crisis of a rival alone is minor; together with ours it is ours', () => {
  const rival = { id: 2, name: '对手', kind: 'competitor' }
  assert.deepEqual(
    [grade({ subjects: [rival], hotListRank: 3 }).level, grade({ subjects: [rival], hotListRank: 3 }).cappedBy],
    ['minor', 'competitor'],
  )
  assert.equal(grade({ subjects: [...quiet.subjects, rival], hotListRank: 3 }).level, 'severe')
})

test('what is not known holds no condition', () => {
  const condition: Condition = { fact: 'hotListRank', atMost: 1_000 }
  assert.equal(holds(condition, quiet, 0, 0.2), false)
})
