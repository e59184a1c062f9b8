import { type Ctx, ch } from '#platform'
import type { Platform } from '../contract.ts'
import { compileRules } from './compile.ts'
import { checkDefinition } from './definition.ts'
import { matchSubjects } from './match.ts'
import { problem } from './problem.ts'
import { ruleSetNow } from './rule-book.ts'
import type { RuleTrial, TextToTry, TextTried, TrialPost, TrialSlice } from './subject-contract.ts'

const { sql, u64, moment } = ch
const dayMs = 86_400_000
const page = 4_000
/** One answer takes no longer, so that its reader sees it move and can stop. */
const budgetMs = 700
const mostSamples = 40

const cursorOf = (text: string | undefined): { at: Date; id: bigint } | undefined => {
  if (text === undefined) return
  const [, at, id] = /^(\d{1,15})\.(\d{1,20})$/.exec(text) ?? []
  if (at === undefined || id === undefined) throw problem.cursorWrong()
  return { at: new Date(Number(at)), id: BigInt(id) }
}

interface Row {
  id: string
  at: string
  ms: string
  day: string
  platform: Platform
  source_id: number
  title: string
  text: string
}

/** Whether a draft applies to a text, and where. Global filters hold as they are. @throws as `checkDefinition` */
export const tryText = async (
  ctx: Ctx,
  { definition, title, text, platform, sourceId }: TextToTry,
): Promise<TextTried> => {
  checkDefinition(definition)
  const rules = [{ id: 1, subjectId: 1, ...definition }]
  const post = { title, text, platform, sourceId }
  const [match] = matchSubjects(compileRules({ version: 0, rules, filters: [] }), post)
  const { filters } = await ruleSetNow(ctx)
  const filtered = match !== undefined && matchSubjects(compileRules({ version: 0, rules, filters }), post).length === 0
  return {
    matches: match !== undefined && !filtered,
    disguised: match?.disguised ?? false,
    filtered,
    spans: match?.spans ?? [],
  }
}

/**
 * What a draft would have matched among stored posts, newest first, beside the rule as it stands. Looks as far as it gets
 * in less than a second.
 * @returns the slice looked at; `next` asks for the one before it in time, null at the end
 * @throws as `checkDefinition`, problem.cursorWrong
 */
export const tryRule = async (ctx: Ctx, { definition, ruleId, days, next }: RuleTrial): Promise<TrialSlice> => {
  checkDefinition(definition)
  const { rules, filters } = await ruleSetNow(ctx)
  const live = rules.find(({ id }) => id === ruleId)
  const draft = compileRules({ version: 0, rules: [{ id: 1, subjectId: 1, ...definition }], filters })
  const before = live && compileRules({ version: 0, rules: [live], filters })
  const until = ctx.now()
  const from = new Date(until.getTime() - days * dayMs)
  let cursor = cursorOf(next)
  const range = sql`drill_id = 0 and published_at >= ${moment(from)} and published_at <= ${moment(new Date(until.getTime() + dayMs))}`
  const counted = await ctx.ch.one<{ total: string }>(sql`select uniq(post_id) as total from posts where ${range}`)
  const slice: TrialSlice = {
    looked: 0,
    total: Number(counted?.total ?? 0),
    matched: 0,
    disguised: 0,
    gained: 0,
    lost: 0,
    days: [],
    sample: [],
    next: null,
  }
  const byDay = new Map<string, TrialSlice['days'][number]>()
  const started = performance.now()
  for (;;) {
    const older = cursor ? sql` and (published_at, post_id) < (${moment(cursor.at)}, ${u64(cursor.id)})` : sql``
    const rows = await ctx.ch.rows<Row>(
      sql`select toString(post_id) as id, published_at as at, toString(toUnixTimestamp64Milli(published_at)) as ms,
          toString(toDate(published_at, 'Asia/Shanghai')) as day, platform, source_id, title, text
        from posts where ${range}${older} order by published_at desc, post_id desc, number desc limit 1 by post_id limit ${ch.u32(page)}`,
    )
    for (const row of rows) {
      const post = { title: row.title, text: row.text, platform: row.platform, sourceId: row.source_id }
      const [now] = matchSubjects(draft, post)
      const was = before && matchSubjects(before, post)[0]
      slice.looked += 1
      if (!now && !was) continue
      const key = `${row.day} ${row.platform}`
      const count = byDay.get(key) ?? { day: row.day, platform: row.platform, matched: 0, before: 0 }
      byDay.set(key, count)
      if (now) {
        count.matched += 1
        slice.matched += 1
        if (now.disguised) slice.disguised += 1
      }
      if (was) count.before += 1
      const change: TrialPost['change'] = now && was ? 'same' : now ? 'gained' : 'lost'
      if (change === 'gained') slice.gained += 1
      if (change === 'lost') slice.lost += 1
      if (slice.sample.filter((one) => one.change === change).length < mostSamples / 2)
        slice.sample.push({
          id: row.id,
          platform: row.platform,
          title: row.title,
          text: row.text,
          publishedAt: new Date(row.at).toISOString(),
          spans: (now ?? was)?.spans ?? [],
          disguised: (now ?? was)?.disguised ?? false,
          change,
        })
    }
    const last = rows.at(-1)
    if (!last || rows.length < page) break
    cursor = { at: new Date(Number(last.ms)), id: BigInt(last.id) }
    slice.next = `${last.ms}.${last.id}`
    if (performance.now() - started > budgetMs) break
    slice.next = null
  }
  slice.days = [...byDay.values()]
  return slice
}
