import { type ChSql, ch } from '#platform'
import type { PostFilter } from './post-contract.ts'
import { problem } from './problem.ts'
import { readSearchText } from './search-text.ts'

const { sql, join, u32, u64, u32s, u64s, strings, moment } = ch

/** Whether a text has letters that are written large and small. */
const hasCase = (word: string) => word.toLowerCase() !== word.toUpperCase()

/** Without joining or lowering the texts, which would take longer than the search. */
const occurs = (words: readonly string[]): ChSql => {
  const among = strings(words)
  return words.some(hasCase)
    ? sql`(multiSearchAnyCaseInsensitiveUTF8(text, ${among}) or multiSearchAnyCaseInsensitiveUTF8(title, ${among}))`
    : sql`(multiSearchAny(text, ${among}) or multiSearchAny(title, ${among}))`
}

const signs = (values: readonly number[]) =>
  join(
    values.map((value) => sql`${ch.i64(value)}`),
    ', ',
  )

/** Rows of `mentions` a filter means; the posts of these. */
const mentionCondition = (filter: PostFilter, among: readonly ChSql[]): ChSql | undefined => {
  const { subjects, toward, disguised } = filter
  if (!toward?.length && !disguised) return
  const parts = [sql`drill_id = ${u32(filter.drill)}`]
  if (subjects?.length) parts.push(sql`subject_id in ${u32s(subjects)}`)
  if (toward?.length) parts.push(sql`toward in (${signs(toward)})`)
  if (disguised) parts.push(sql`disguised = 1`)
  parts.push(...timeCondition(filter), ...among)
  return sql`post_id in (select post_id from mentions final where ${join(parts, ' and ')})`
}

const timeCondition = ({ from, to }: PostFilter): ChSql[] => {
  if (from !== undefined && to !== undefined && new Date(from) >= new Date(to)) throw problem.timesWrong()
  return [
    ...(from === undefined ? [] : [sql`published_at >= ${moment(new Date(from))}`]),
    ...(to === undefined ? [] : [sql`published_at < ${moment(new Date(to))}`]),
  ]
}

/**
 * Which rows of `posts final`: `prewhere … where …`. What never changes in a post is asked before its versions are merged,
 * so that only those that may fit are; what a person or a count may have changed is asked after.
 * @param ids only these
 * @throws problem.timesWrong
 */
export const postCondition = (filter: PostFilter, ids?: ReadonlySet<string>): ChSql => {
  const among = ids ? [sql`post_id in ${u64s([...ids].map(BigInt))}`] : []
  const parts = [sql`drill_id = ${u32(filter.drill)}`, ...timeCondition(filter), ...among]
  const anyOf = (column: ChSql, values: readonly string[] | undefined, into = parts) => {
    if (values?.length) into.push(sql`${column} in ${strings(values)}`)
  }
  const lasting = [sql`drill_id = ${u32(filter.drill)}`]
  anyOf(sql`platform`, filter.platforms, lasting)
  anyOf(sql`kind`, filter.kinds, lasting)
  anyOf(sql`speaker`, filter.speakers)
  anyOf(sql`author_class`, filter.authorClasses)
  if (filter.sources?.length) parts.push(sql`source_id in ${u32s(filter.sources)}`)
  if (filter.sentiment?.length) parts.push(sql`sentiment in (${signs(filter.sentiment)})`)
  if (filter.subjects?.length) parts.push(sql`hasAny(subjects, ${u32s(filter.subjects)})`)
  if (filter.mentioned) parts.push(sql`notEmpty(subjects)`)
  if (filter.aspects?.length) parts.push(sql`hasAny(aspects, ${strings(filter.aspects)})`)
  if (filter.urgency?.length) parts.push(sql`hasAny(urgency, ${strings(filter.urgency)})`)
  if (filter.cluster !== undefined) parts.push(sql`cluster_id = ${u64(BigInt(filter.cluster))}`)
  if (filter.author !== undefined) parts.push(sql`author = ${u64(BigInt(filter.author))}`)
  if (filter.followersFrom !== undefined) parts.push(sql`followers >= ${u64(filter.followersFrom)}`)
  if (filter.engagementFrom !== undefined) parts.push(sql`likes + comments + reposts >= ${u64(filter.engagementFrom)}`)
  if (filter.unsure) parts.push(sql`notEmpty(unsure)`)
  if (filter.noSpam) parts.push(sql`spam < 0.8`)
  if (filter.event !== undefined)
    parts.push(
      sql`cluster_id in (select cluster_id from cluster_events final where drill_id = ${u32(filter.drill)} and event_id = ${u32(filter.event)})`,
    )
  const mentions = mentionCondition(filter, among)
  if (mentions) parts.push(mentions)
  if (filter.q) {
    const { all, none } = readSearchText(filter.q)
    for (const words of all) lasting.push(occurs(words))
    if (none.length > 0) lasting.push(sql`not ${occurs(none)}`)
  }
  return sql`prewhere ${join(lasting, ' and ')} where ${join(parts, ' and ')}`
}
