import { type Ctx, ch } from '#platform'

const { sql, u32, moment } = ch
const dayMs = 86_400_000

export interface RuleHits {
  day: number
  month: number
  /** In the last 30 days, in disguise. */
  disguised: number
  lastAt: string | null
}

export interface SubjectMentions {
  day: number
  month: number
  negative: number
  /** Each of the last 30 days in Shanghai, the oldest first. */
  daily: number[]
  lastAt: string | null
}

/** How often each rule of a subject told a post, by when the post was published. Real posts only. */
export const hitsOfRules = async (ctx: Ctx, subjectId: number): Promise<Map<number, RuleHits>> => {
  const now = ctx.now().getTime()
  const rows = await ctx.ch.rows<{ rule: number; day: string; month: string; disguised: string; last: string }>(
    sql`select rule, countIf(published_at >= ${moment(new Date(now - dayMs))}) as day,
        countIf(published_at >= ${moment(new Date(now - 30 * dayMs))}) as month,
        countIf(published_at >= ${moment(new Date(now - 30 * dayMs))} and disguised = 1) as disguised, max(published_at) as last
      from mentions final where drill_id = 0 and subject_id = ${u32(subjectId)} group by rule`,
  )
  return new Map(
    rows.map(({ rule, day, month, disguised, last }) => [
      rule,
      { day: Number(day), month: Number(month), disguised: Number(disguised), lastAt: new Date(last).toISOString() },
    ]),
  )
}

/** What was heard of subjects in the last 30 days. Real posts only. */
export const mentionsOfSubjects = async (ctx: Ctx, subjectId?: number): Promise<Map<number, SubjectMentions>> => {
  const now = ctx.now().getTime()
  const only = subjectId === undefined ? sql`` : sql` and subject_id = ${u32(subjectId)}`
  const rows = await ctx.ch.rows<{
    subject_id: number
    ago: number
    count: string
    day: string
    negative: string
    last: string
  }>(
    sql`select subject_id, toUInt16(dateDiff('day', toDate(published_at, 'Asia/Shanghai'), toDate(${moment(ctx.now())}, 'Asia/Shanghai'))) as ago,
        count() as count, countIf(published_at >= ${moment(new Date(now - dayMs))}) as day, countIf(toward < 0) as negative,
        max(published_at) as last
      from mentions final
      where drill_id = 0 and published_at >= ${moment(new Date(now - 30 * dayMs))} and published_at <= ${moment(new Date(now + dayMs))}${only}
      group by subject_id, ago`,
  )
  const made = new Map<number, SubjectMentions>()
  for (const { subject_id, ago, count, day, negative, last } of rows) {
    const one = made.get(subject_id) ?? {
      day: 0,
      month: 0,
      negative: 0,
      daily: Array.from({ length: 30 }, () => 0),
      lastAt: null,
    }
    one.day += Number(day)
    one.month += Number(count)
    one.negative += Number(negative)
    const place = 29 - Math.min(29, ago > 60_000 ? 0 : ago)
    one.daily[place] = (one.daily[place] ?? 0) + Number(count)
    const at = new Date(last).toISOString()
    if (one.lastAt === null || at > one.lastAt) one.lastAt = at
    made.set(subject_id, one)
  }
  return made
}
