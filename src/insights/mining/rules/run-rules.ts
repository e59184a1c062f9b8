import { ch } from '#platform'
import type { RulesQuestion, RulesResult } from '../contract.ts'
import { scopeOf } from '../facts.ts'
import { inThread } from '../in-thread.ts'
import { problem } from '../problem.ts'
import type { RunScope } from '../run-scope.ts'
import { fetchBaskets, holders, pairsOf } from './baskets.ts'
import type { Rule } from './derive-rules.ts'

const mostSets = 3_000_000
const mostRules = 200_000

/** Finds the rules and keeps them in `insight_rules`. */
export const runRules = async (
  { ctx, id, asOf, signal, report }: RunScope,
  question: RulesQuestion,
): Promise<RulesResult> => {
  report('reading', 0)
  const scope = await scopeOf(ctx, { who: question.who, asOf })
  const pairs = await pairsOf(ctx, scope, question)
  const { minSupport, minConfidence, minLift, minLength, maxLength, right } = question
  const { baskets, total, minCount, names } = await fetchBaskets(ctx, { id, pairs, minSupport, signal })
  report('searching', 0.4)
  const found = await inThread(
    'rules',
    {
      baskets,
      minCount,
      maxLength,
      mostSets,
      mostRules,
      rules: { baskets: total, minConfidence, minLift, minLength, right },
    },
    [baskets.starts.buffer as ArrayBuffer, baskets.items.buffer as ArrayBuffer],
    { signal, onProgress: (share) => report('searching', 0.4 + share * 0.5) },
  ).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'TooManySets') throw problem.tooManySets({ most: mostSets, minCount })
    throw error
  })
  report('writing', 0.9)
  for (let at = 0; at < found.rules.length; at += 5_000) {
    signal.throwIfAborted()
    const rows = found.rules.slice(at, at + 5_000).map((rule, i) => stored(id, at + i, rule, names))
    await ctx.ch.insert('insight_rules', rows)
  }
  return {
    kind: 'rules',
    baskets: total,
    items: names.length,
    itemSets: found.itemSets,
    rules: found.total,
    redundant: found.redundant,
  }
}

const stored = (run_id: string, no: number, rule: Rule, names: readonly string[]) => ({
  run_id,
  no,
  if_items: rule.left.map((item) => names[item]),
  then_items: rule.right.map((item) => names[item]),
  baskets: rule.count,
  support: rule.support,
  confidence: rule.confidence,
  lift: rule.lift,
  leverage: rule.leverage,
  // JSON has no infinity; ClickHouse reads this text as one.
  conviction: Number.isFinite(rule.conviction) ? rule.conviction : 'inf',
  zhang: rule.zhang,
  jaccard: rule.jaccard,
  redundant: rule.redundant ? 1 : 0,
})

/** Statement with one row `members`: the people of one rule. @throws problem.unknownPart */
export const ruleHolders = async (
  { ctx, id, asOf }: Pick<RunScope, 'ctx' | 'id' | 'asOf'>,
  question: RulesQuestion,
  { rule, holds }: { rule: number; holds: 'both' | 'leftOnly' },
) => {
  const row = await ctx.ch.one<{ if_items: string[]; then_items: string[] }>(
    ch.sql`select if_items, then_items from insight_rules final where run_id = ${ch.uuid(id)} and no = ${ch.u32(rule)}`,
  )
  if (!row) throw problem.unknownPart({ rule })
  const scope = await scopeOf(ctx, { who: question.who, asOf })
  return holders(await pairsOf(ctx, scope, question), { left: row.if_items, right: row.then_items, holds })
}
