import type { z } from 'zod'
import type { Ctx } from '#platform'
import { checkContent, isPublishable, packsAt, rulePacks } from './check.ts'
import type { ContentRequest, ContentVerdict } from './content-contract.ts'
import { foldWord } from './fold.ts'
import { hostFindings } from './landing.ts'
import type { RulePack } from './packs/pack.ts'
import { allParameters, dayOf, parametersOn } from './parameters.ts'
import { partnersOf } from './partners.ts'
import { problem } from './problem.ts'
import type { NewOwnWord, OwnWord, RulePage, WordCategory } from './rules-contract.ts'
import { type CompiledRules, compileRules } from './word-match.ts'
import './tables.ts'

/** The company's own words and exceptions that count now, newest first. */
export const ownWords = async (ctx: Pick<Ctx, 'pg'>): Promise<OwnWord[]> => {
  const rows = await ctx.pg
    .selectFrom('compliance.content_word')
    .selectAll()
    .where('retired_at', 'is', null)
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    text: row.text,
    word: row.word,
    category: row.category as WordCategory | null,
    action: row.action,
    reason: row.reason,
    addedAt: row.added_at.toISOString(),
    addedBy: row.added_by,
  }))
}

/** Own words come first, so that one which a pack has too is judged as the company wants. White space parts words of a pack. */
const ownPack = (own: readonly OwnWord[]): RulePack => ({
  from: '1970-01-01',
  source: '',
  reviewBy: '9999-12-31',
  rules: own.flatMap(({ kind, text, category, action }) =>
    kind === 'word' && category && action
      ? [{ category, action, article: 'own' as const, reason: 'ownWord' as const, words: text.replaceAll(/\s+/g, '') }]
      : [],
  ),
  exceptions: own.flatMap(({ kind, text, word }) =>
    kind === 'exception' && word ? [{ word, phrases: text.replaceAll(/\s+/g, '') }] : [],
  ),
})

let held: { key: string; rules: CompiledRules } | undefined

/** The rules in force now: packs, own words, own exceptions. Compiled anew only when they change. */
export const contentRules = async (ctx: Pick<Ctx, 'pg' | 'now'>): Promise<CompiledRules> => {
  const own = await ownWords(ctx)
  const packs = packsAt(dayOf(ctx.now()))
  const name = `${packs.at(-1)?.from ?? 'none'}+${own.length === 0 ? 0 : own[0]?.id}.${own.length}`
  const key = JSON.stringify([name, own.map(({ id }) => id)])
  if (held?.key === key) return held.rules
  const rules = compileRules([ownPack(own), ...packs], name)
  held = { key, rules }
  return rules
}

/** What `checkContent` finds by the rules in force, and links that do not lead to our own hosts, or partners off the list. */
export const judgeContent = async (ctx: Pick<Ctx, 'pg' | 'now'>, request: ContentRequest): Promise<ContentVerdict> => {
  const rules = await contentRules(ctx)
  const day = dayOf(ctx.now())
  const { ownHosts } = await parametersOn(ctx, day)
  const findings = [...checkContent(request, rules), ...hostFindings(request, ownHosts)]
  const partner = request.offer?.partner
  if (partner) {
    const known = (await partnersOf(ctx)).some(({ name, inForce }) => inForce && name === partner)
    if (!known)
      findings.push({
        rule: 'E.partnerUnknown',
        category: 'E',
        action: 'block',
        article: 'facilitated.2025',
        reason: 'partnerUnknown',
        manner: 'missing',
        start: null,
        end: null,
        matched: '',
        values: { partner },
      })
  }
  return { publishable: isPublishable(findings), findings, rules: rules.name }
}

/** Packs, own rules, parameters and partners, as the rule page shows them. */
export const readRules = async (ctx: Ctx): Promise<RulePage> => {
  const day = dayOf(ctx.now())
  const [rules, own, parameters, partners] = [
    await contentRules(ctx),
    await ownWords(ctx),
    await allParameters(ctx),
    await partnersOf(ctx),
  ]
  const list = (words: string) => words.split(/\s+/).filter(Boolean)
  return {
    name: rules.name,
    packs: rulePacks.map(({ from, source, reviewBy, rules, exceptions }) => ({
      from,
      source,
      reviewBy,
      inForce: from <= day,
      rules: rules.map(({ category, action, article, words }) => ({ category, action, article, words: list(words) })),
      exceptions: exceptions.map(({ word, phrases }) => ({ word, phrases: list(phrases) })),
    })),
    own,
    parameters,
    partners,
  }
}

/** @throws problem.wordTaken, problem.exceptionWithoutWord */
export const addOwnWord = (ctx: Ctx, input: z.output<typeof NewOwnWord>): Promise<OwnWord[]> =>
  ctx.tx(async (ctx) => {
    const { kind, text, reason } = input
    const word = input.kind === 'exception' ? input.word : null
    if (word !== null && !foldWord(text).includes(foldWord(word))) throw problem.exceptionWithoutWord({ word })
    const row = await ctx.pg
      .insertInto('compliance.content_word')
      .values({
        kind,
        text,
        word,
        category: input.kind === 'word' ? input.category : null,
        action: input.kind === 'word' ? input.action : null,
        reason,
        added_at: ctx.now(),
        added_by: ctx.actor.name,
        retired_at: null,
        retired_by: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.wordTaken({ text })
    const all = await ownWords(ctx)
    await ctx.audit.record(ctx, {
      action: 'content.addWord',
      subject: `contentWord:${row.id}`,
      detail: { ...input, reason },
    })
    return all
  })

/** @throws problem.wordUnknown */
export const retireOwnWord = (ctx: Ctx, { id }: { id: number }): Promise<OwnWord[]> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('compliance.content_word')
      .set({ retired_at: ctx.now(), retired_by: ctx.actor.name })
      .where('id', '=', id)
      .where('retired_at', 'is', null)
      .returning(['kind', 'text'])
      .executeTakeFirst()
    if (!row) throw problem.wordUnknown({ id })
    const all = await ownWords(ctx)
    await ctx.audit.record(ctx, { action: 'content.retireWord', subject: `contentWord:${id}`, detail: row })
    return all
  })
