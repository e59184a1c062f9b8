import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Ctx } from '#platform'
import { aCtx } from '#test'
import { takeIn } from '../intake/take-in.ts'
import { createRule, createSubject } from '../subjects/store.ts'
import { NewSubject, RuleDefinition } from '../subjects/subject-contract.ts'
import { FactQuery, FactText } from './facts-contract.ts'
import { decideLink, linkFacts, shareOf, vectorOf } from './links.ts'
import { createFact, decideFact, listFacts, readFact, submitFact, withdrawFact, writeFact } from './store.ts'

const stories = readFileSync(join(import.meta.dirname, '../events/stories.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as [string, string])

test('a post that makes a claim holds two fifths of it, others less', () => {
  const claims: Record<string, string> = {
    'lingyun-rate': '凌云实际年化利率超过36%，担保费没有公示',
    'lingyun-celebrity': '林小曼代言凌云，粉丝借款换海报',
    'lingyun-collect': '凌云催收员冒充民警恐吓老人致晕倒',
    'lingyun-early': '凌云提前还款要收3%违约金',
  }
  for (const [story, claim] of Object.entries(claims))
    for (const [told, text] of stories) {
      const share = shareOf(vectorOf(claim), vectorOf(text))
      assert.equal(share >= 0.4, told === story, `${claim} ${share}: ${text}`)
    }
})

test('a fact counts when somebody else approved it and while it is valid; posts that make its claim are found', async () => {
  const clock = { now: new Date('2026-03-10T02:00:00Z') }
  const plain = await aCtx({ now: () => clock.now })
  const ctx: Ctx = { ...plain, jobs: { ...plain.jobs, send: async () => undefined } }
  const as = (name: string): Ctx => ({ ...ctx, actor: { ...ctx.actor, id: name, name } })
  const given = FactText.parse({
    claim: '凌云提前还款要收3%违约金',
    fact: '提前还款不收违约金，电话 13812345678 可查',
    evidence: '借款合同第 7 条，2026 年 1 月版',
    validFrom: '2026-03-01T00:00:00+08:00',
    validUntil: '2026-03-20T00:00:00+08:00',
  })
  const { id, fact } = await createFact(as('lin'), given)
  assert.ok(fact.includes('138****5678'))
  const standing = async () => (await readFact(ctx, { id })).standing
  await submitFact(as('lin'), { id })
  assert.equal(await standing(), 'waiting')
  await assert.rejects(decideFact(as('lin'), { id, approve: true, note: '' }), { code: 'opinionFacts.ownWork' })
  await decideFact(as('wang'), { id, approve: true, note: '' })
  assert.equal(await standing(), 'valid')

  const subject = await createSubject(ctx, NewSubject.parse({ kind: 'brand', name: '凌云', own: true }))
  const definition = RuleDefinition.parse({ expression: '凌云' })
  await createRule(ctx, { id: subject.id, name: '主规则', on: true, reason: '', definition })
  clock.now = new Date(clock.now.getTime() + 5_000)
  const items = stories
    .filter(([story]) => ['lingyun-early', 'lingyun-good', 'lingyun-quota'].includes(story))
    .map(([, text], n) => ({ guid: `f${n}`, platform: 'weibo', text, publishedAt: clock.now.toISOString() }))
  await takeIn(ctx, { sourceId: 1, items })
  const since = new Date(clock.now.getTime() - 60_000)
  assert.equal(await linkFacts(ctx, { since }), 1)
  const [link] = (await readFact(ctx, { id })).linked
  assert.match(link?.text ?? '', /提前还款/)
  await decideLink(as('lin'), { id, clusterId: link?.clusterId ?? '0', state: 'confirmed' })
  await linkFacts(ctx, { since })
  assert.deepEqual((await readFact(ctx, { id })).links, { suggested: 0, confirmed: 1 }, 'what was decided stays')

  // A new version does not count before it is approved; the old one goes on.
  await writeFact(as('lin'), { id, ...given, fact: '提前还款不收违约金' })
  await writeFact(as('chen'), { id, ...given, fact: '提前还款不收违约金，也不收手续费' })
  await submitFact(as('chen'), { id })
  for (const name of ['lin', 'chen'])
    await assert.rejects(decideFact(as(name), { id, approve: true, note: '' }), { code: 'opinionFacts.ownWork' })
  const key: Ctx = { ...ctx, actor: { ...ctx.actor, kind: 'key', id: 'a-key' } }
  await assert.rejects(decideFact(key, { id, approve: true, note: '' }), { code: 'opinionFacts.ownWork' })
  // Two who both wrote are not stuck: either sends it back.
  await decideFact(as('lin'), { id, approve: false, note: '再改一处' })
  await writeFact(as('lin'), { id, ...given, fact: '提前还款不收违约金，也不收手续费' })
  await submitFact(as('lin'), { id })
  const both = await readFact(ctx, { id })
  assert.deepEqual([both.standing, both.waiting, both.version], ['valid', true, 1])
  await decideFact(as('wang'), { id, approve: true, note: '' })
  assert.equal((await readFact(ctx, { id })).version, 3, 'what was sent back was the second')
  clock.now = new Date('2026-03-21T02:00:00Z')
  assert.equal(await standing(), 'expired')
  const page = await listFacts(ctx, FactQuery.parse({ standing: 'expired', search: '违约金' }))
  assert.deepEqual([page.total, page.items[0]?.id], [1, id])
  await withdrawFact(as('wang'), { id, reason: '合同换版' })
  assert.equal(await standing(), 'ended')
})
