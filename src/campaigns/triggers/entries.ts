import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type LookUpKind, lookUp } from '#customers'
import { type Ctx, canonicalJson, problem as platformProblem, scanValue } from '#platform'
import { rowOf } from '../plans/store.ts'
import { among } from './among.ts'
import type { Enter } from './calls.ts'
import { problem } from './problem.ts'
import { letsIn, type Published, publishedVersions } from './rules.ts'
import { tally } from './tally.ts'
import type { EntryAnswer, EntryRequest } from './triggers-contract.ts'
import './tables.ts'

/** Answers are kept for a day: whoever asks again later has not waited for an answer. */
const keptMs = 86_400_000

type Asked = EntryRequest['people'][number]
type Told = EntryAnswer['people'][number]

const kindOf = ({ identifier }: Asked): LookUpKind => identifier?.kind ?? 'customerId'

/** The customers meant, in the order asked; undefined where nobody is. */
const meant = async (ctx: Ctx, people: readonly Asked[]): Promise<(number | undefined)[]> => {
  const nos: (number | undefined)[] = people.map(() => undefined)
  const kinds = people.map(kindOf)
  for (const kind of new Set(kinds)) {
    const places = people.flatMap((_, i) => (kinds[i] === kind ? [i] : []))
    const values = places.map((i) => people[i]?.identifier?.value ?? people[i]?.customerId ?? '')
    const found = await lookUp(ctx, kind, values)
    places.forEach((place, i) => {
      nos[place] = found[i]?.no ?? undefined
    })
  }
  return nos
}

const openVersion = async (ctx: Ctx, id: number): Promise<Published> => {
  await rowOf(ctx, id)
  const of = (await publishedVersions(ctx, id)).find(({ live }) => live)
  if (!of || !letsIn(of, ctx.now())) throw problem.notOpen({ campaign: id })
  if (of.definition.trigger.kind !== 'api')
    throw problem.notByApi({ campaign: id, trigger: of.definition.trigger.kind })
  return of
}

/** The answer that was given to this key before. @throws problem.keyReused */
const earlierAnswer = async (ctx: Ctx, id: number, key: string, bodyHash: string): Promise<EntryAnswer | undefined> => {
  const row = await ctx.pg
    .selectFrom('campaigns.entry_request')
    .select(['body_hash', 'answer'])
    .where('campaign_id', '=', id)
    .where('key', '=', key)
    .executeTakeFirst()
  if (row && row.body_hash !== bodyHash) throw problem.keyReused({ campaign: id })
  return row?.answer as EntryAnswer | undefined
}

/**
 * Lets people in whom a program names. Asked again with the same key it answers the same and lets nobody in twice; without a
 * key every call is a new occurrence.
 * @throws problem.notByApi, problem.notOpen, problem.keyReused
 */
export const enterByApi = async (
  ctx: Ctx,
  { id, people }: EntryRequest & { id: number },
  given: string | undefined,
  enter: Enter,
): Promise<EntryAnswer> => {
  if (given !== undefined && !/^[\x21-\x7e]{1,200}$/.test(given))
    throw platformProblem.invalid({ header: 'Idempotency-Key', expected: '1 to 200 visible ASCII characters' })
  // The bodies hold identifiers, which are personal data: their hash is under the workspace's key.
  const key = given ?? randomUUID()
  const text = canonicalJson(people)
  const bodyHash = ctx.vault.blindIndex('entryRequest', createHash('sha256').update(text).digest('hex'))
  const before = given === undefined ? undefined : await earlierAnswer(ctx, id, key, bodyHash)
  if (before) return before
  const of = await openVersion(ctx, id)
  const nos = await meant(ctx, people)
  const personal = people.map(({ properties }) =>
    Object.keys(properties).filter((name) => scanValue({ [name]: properties[name] }).found.length > 0),
  )
  const known = [...new Set(nos.filter((no) => no !== undefined))]
  const { only } = of.definition
  const may = only ? await among(ctx, only, known, of.audiences) : new Set(known)
  const told = people.map((_, i): Told => {
    const no = nos[i]
    if (no === undefined) return { outcome: 'unknown' }
    if (personal[i]?.length) return { outcome: 'personal', properties: personal[i] }
    return { outcome: may.has(no) ? 'taken' : 'notAllowed' }
  })
  const occurrence = createHash('sha256').update(key).digest('hex').slice(0, 32)
  const entering = people.flatMap(({ properties }, i) => {
    const no = nos[i]
    if (no === undefined || told[i]?.outcome !== 'taken') return []
    return [{ customerNo: no, triggerKey: `api:${occurrence}:${i}`, trigger: properties }]
  })
  return ctx.tx(async (ctx) => {
    const now = ctx.now()
    const { rows } = await sql`
      insert into campaigns.entry_request (campaign_id, key, body_hash, created_at)
      values (${id}, ${key}, ${bodyHash}, ${now}) on conflict (campaign_id, key) do nothing returning key`.execute(
      ctx.pg,
    )
    if (rows.length === 0) {
      // The same request came twice at once; the other one has committed by now.
      const answered = await earlierAnswer(ctx, id, key, bodyHash)
      if (answered) return answered
    }
    const entered =
      entering.length > 0 ? await enter(ctx, { campaignId: id, version: of.version, people: entering }) : 0
    await tally(ctx, [{ campaignId: id, outcome: 'matched', count: entering.length }], now)
    const answer: EntryAnswer = { people: told, taken: entering.length, entered }
    await sql`update campaigns.entry_request set answer = ${JSON.stringify(answer)}::jsonb
      where campaign_id = ${id} and key = ${key}`.execute(ctx.pg)
    await ctx.audit.record(ctx, {
      action: 'campaign.enter',
      subject: `campaign:${id}`,
      detail: { people: people.length, taken: answer.taken, entered },
    })
    return answer
  })
}

/** Forgets answers that nobody asks for again. */
export const dropOldAnswers = async (ctx: Ctx): Promise<void> => {
  await sql`delete from campaigns.entry_request where created_at < ${new Date(ctx.now().getTime() - keptMs)}`.execute(
    ctx.pg,
  )
}
