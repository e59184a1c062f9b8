import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { judgeContent } from '#compliance'
import { type Ctx, canonicalJson, scanText } from '#platform'
import type { CitedFact, StatementFinding, StatementText } from './statement-contract.ts'

/** What an approval is bound to: SHA-256 of kind, title, text and the versions of the facts it cites. */
export const hashOf = (
  { kind, title, body }: Pick<StatementText, 'kind' | 'title' | 'body'>,
  facts: readonly Pick<CitedFact, 'id' | 'version'>[],
): string =>
  createHash('sha256')
    .update(
      canonicalJson({
        kind,
        title,
        body,
        facts: facts.map(({ id, version }) => `${id}/${version}`).sort(),
      }),
    )
    .digest('hex')

/** Facts that are approved and count now, the newest first. */
export const factsInForce = async (ctx: Pick<Ctx, 'pg' | 'now'>, ids?: readonly number[]): Promise<CitedFact[]> => {
  const now = ctx.now()
  const { rows } = await sql<{
    id: number
    version: number
    claim: string
    fact: string
    evidence: string
    valid_until: Date | null
  }>`
    select fact_id as id, version, claim, fact, evidence, valid_until from opinion.fact_version
    where state = 'approved' and valid_from <= ${now} and (valid_until is null or valid_until > ${now})
      and (${ids === undefined}::boolean or fact_id = any(${[...(ids ?? [])]}::int[]))
    order by written_at desc, fact_id limit 500`.execute(ctx.pg)
  return rows.map(({ valid_until, ...row }) => ({ ...row, validUntil: valid_until?.toISOString() ?? null }))
}

/** Kinds that say what is so: they have to rest on a fact. */
const factual: readonly StatementText['kind'][] = ['clarification', 'rebuttal', 'apology']

const open = /【[^】]*】|\{\{[^}]*\}\}/gu

/**
 * What is wrong with a text: words that the law does not allow, places left open, facts that are not approved or not valid any
 * more, personal values.
 */
export const judgeStatement = async (
  ctx: Ctx,
  { kind, title, body, facts }: StatementText,
): Promise<StatementFinding[]> => {
  const findings: StatementFinding[] = []
  const empty = body.trim() === ''
  if (empty)
    findings.push({
      rule: 'S.empty',
      action: 'block',
      reason: 'empty',
      where: 'body',
      start: null,
      end: null,
      matched: '',
    })
  for (const [where, text] of [
    ['title', title],
    ['body', body],
  ] as const) {
    for (const { index, 0: matched } of text.matchAll(open))
      findings.push({
        rule: 'S.placeholder',
        action: 'block',
        reason: 'placeholder',
        where,
        start: index,
        end: index + matched.length,
        matched,
      })
    for (const found of scanText(text).found)
      findings.push({
        rule: `S.personal.${found.kind}`,
        // Our own hotline is a number too: a person looks at it.
        action: 'flag',
        reason: 'personalData',
        where,
        start: found.start,
        end: null,
        matched: '',
      })
    if (text.trim() === '') continue
    const verdict = await judgeContent(ctx, { text, category: 'service', product: 'other' })
    for (const { rule, action, reason, start, end, matched } of verdict.findings)
      findings.push({ rule, action, reason, where, start, end, matched })
  }
  const known = new Set((await factsInForce(ctx, facts)).map(({ id }) => id))
  for (const id of facts)
    if (!known.has(id))
      findings.push({
        rule: `S.fact.${id}`,
        action: 'block',
        reason: 'factUnknown',
        where: '',
        start: null,
        end: null,
        matched: `#${id}`,
      })
  if (factual.includes(kind) && facts.length === 0)
    findings.push({
      rule: 'S.factMissing',
      action: 'block',
      reason: 'factMissing',
      where: '',
      start: null,
      end: null,
      matched: '',
    })
  return findings
}
