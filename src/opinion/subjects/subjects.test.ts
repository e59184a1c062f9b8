import assert from 'node:assert/strict'
import test from 'node:test'
import { type Ctx, ch } from '#platform'
import { aCtx } from '#test'
import { takeIn } from '../intake/take-in.ts'
import { matchSubjects } from './match.ts'
import { askRematch, cancelRematch, listRematches, rematch } from './rematch.ts'
import { ruleSet, subjectMatcher } from './rule-book.ts'
import {
  changeRule,
  changeSubject,
  createRule,
  createSubject,
  deleteSubject,
  listSubjects,
  readSubject,
} from './store.ts'
import { NewSubject, RuleDefinition } from './subject-contract.ts'
import { tryRule, tryText } from './trial.ts'

const ctx = await aCtx()
/** Another process, which looks at the rules for the first time. */
const elsewhere = (): Ctx => ({ ...ctx, store: { ...ctx.store } })

const aSubject = (ctx: Ctx, name: string, more: Record<string, unknown> = {}) =>
  createSubject(ctx, NewSubject.parse({ kind: 'brand', name, own: true, ...more }))
const aDefinition = (expression: string, more: Record<string, unknown> = {}) =>
  RuleDefinition.parse({ expression, ...more })
const aRule = async (ctx: Ctx, id: number, expression: string, more: Record<string, unknown> = {}) => {
  const { rulesList } = await createRule(ctx, {
    id,
    name: '主规则',
    on: true,
    reason: '',
    definition: aDefinition(expression, more),
  })
  const rule = rulesList.at(-1)
  assert.ok(rule)
  return rule
}
const isProblem = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code

test('a subject and its rules: names once, no circles, versions kept, the wrong refused with its place', async () => {
  const brand = await aSubject(ctx, '知音消费金融')
  await assert.rejects(aSubject(ctx, '知音消费金融'), isProblem('subjects.nameTaken'))
  const product = await aSubject(ctx, '知音贷', { kind: 'product', parentId: brand.id, productKey: 'zhiyin-loan' })
  await assert.rejects(changeSubject(ctx, { id: brand.id, parentId: product.id }), isProblem('subjects.parentWrong'))
  await assert.rejects(deleteSubject(ctx, { id: brand.id }), isProblem('subjects.hasParts'))
  await assert.rejects(aRule(ctx, brand.id, '知音 +('), isProblem('subjects.ruleWrong'))
  const initials = [{ word: '知音贷', text: 'zyd', kind: 'initials', risk: 'high', perMillion: null }]
  await assert.rejects(aRule(ctx, brand.id, '知音贷', { variants: initials }), isProblem('subjects.contextNeeded'))

  const rule = await aRule(ctx, brand.id, '知音')
  const first = await subjectMatcher(ctx)
  const changed = await changeRule(ctx, {
    id: rule.id,
    basedOn: 1,
    definition: aDefinition('知音消费金融'),
    reason: '太宽',
  })
  assert.equal(changed.rulesList[0]?.version, 2)
  await assert.rejects(changeRule(ctx, { id: rule.id, basedOn: 1, on: false }), isProblem('subjects.changed'))
  // Another process looks once a second; so does this one.
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  const second = await subjectMatcher(ctx)
  assert.ok(second.version > first.version)
  const post = { title: '', text: '高山流水遇知音', platform: 'weibo', sourceId: 1 }
  assert.deepEqual(matchSubjects(second, post), [])
  assert.equal((await listSubjects(ctx, {})).book.inForce, second.version)
  await changeSubject(ctx, { id: brand.id, state: 'off' })
  assert.equal((await ruleSet(elsewhere())).rules.length, 0, 'what is not watched is not matched')
})

test('a draft is held against stored posts beside the rule in force; matching again brings mentions, and takes them', async () => {
  const jobs: Ctx = { ...ctx, jobs: { ...ctx.jobs, send: async () => undefined } }
  const subject = await aSubject(ctx, '捷信')
  // This process has just looked at the rules, and would not look again within a second.
  await subjectMatcher(ctx)
  const rule = await aRule(ctx, subject.id, '捷信')
  const texts = ['捷信利息高', '捷*信催收', '王捷信得了冠军', '招联的利息', '天气不错']
  const at = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000).toISOString()
  await takeIn(ctx, {
    sourceId: 1,
    items: texts.map((text, n) => ({
      guid: `p${n}`,
      platform: n % 2 ? 'zhihu' : 'weibo',
      text,
      publishedAt: at(n + 1),
    })),
  })
  await takeIn(ctx, {
    sourceId: 1,
    drillId: 3,
    items: [{ guid: 'd', platform: 'weibo', text: '捷信演练', publishedAt: at(1) }],
  })
  const draft = aDefinition('捷信 招联', { context: { words: ['利息', '催收'] } })
  const tried = await tryRule(ctx, { definition: draft, subjectId: subject.id, ruleId: rule.id, days: 30 })
  assert.deepEqual(
    [tried.looked, tried.total, tried.matched, tried.disguised, tried.gained, tried.lost, tried.next],
    [5, 5, 3, 1, 1, 1, null],
  )
  assert.deepEqual(
    tried.sample.map(({ text, change }) => [text, change]),
    [
      ['捷信利息高', 'same'],
      ['捷*信催收', 'same'],
      ['王捷信得了冠军', 'lost'],
      ['招联的利息', 'gained'],
    ],
  )
  assert.deepEqual(
    tried.days.map(({ platform, matched, before }) => [platform, matched, before]),
    [
      ['weibo', 1, 1],
      ['zhihu', 1, 1],
      ['weibo', 0, 1],
      ['zhihu', 1, 0],
    ],
  )
  assert.equal(
    (await tryText(ctx, { definition: draft, title: '', text: '捷信利息', platform: 'weibo', sourceId: 0 })).matches,
    true,
  )

  await changeRule(ctx, { id: rule.id, basedOn: 1, definition: draft, reason: '' })
  const run = await askRematch(jobs, { subjectIds: [], days: 30 })
  await assert.rejects(askRematch(jobs, { subjectIds: [], days: 30 }), isProblem('subjects.rematchGoingOn'))
  await rematch(elsewhere(), run.id, new AbortController().signal)
  const mentioned = async () =>
    (
      await ctx.ch.rows<{ guid: string; disguised: number }>(
        ch.sql`select guid, disguised from mentions final join (select post_id, guid from posts final where drill_id = 0) as p using post_id where drill_id = 0 order by guid`,
      )
    ).map(({ guid, disguised }) => [guid, disguised])
  const { items } = await listRematches(ctx)
  assert.deepEqual([items[0]?.state, items[0]?.looked], ['done', 5])
  assert.deepEqual(await mentioned(), [
    ['p0', 0],
    ['p1', 1],
    ['p3', 0],
  ])
  const detail = await readSubject(ctx, { id: subject.id })
  assert.deepEqual([detail.mentions30d, detail.rulesList[0]?.hits30d, detail.rulesList[0]?.disguised30d], [3, 3, 1])

  // A rule that finds less takes mentions back; a run that was cancelled does nothing.
  await changeRule(ctx, { id: rule.id, basedOn: 2, definition: aDefinition('招联'), reason: '' })
  const cancelled = await askRematch(jobs, { subjectIds: [], days: 30 })
  await cancelRematch(ctx, { id: cancelled.id })
  await rematch(elsewhere(), cancelled.id, new AbortController().signal)
  assert.equal((await mentioned()).length, 3)
  const again = await askRematch(jobs, { subjectIds: [subject.id], days: 30 })
  await rematch(elsewhere(), again.id, new AbortController().signal)
  assert.deepEqual(await mentioned(), [['p3', 0]])
})
