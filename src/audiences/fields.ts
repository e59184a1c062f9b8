import { traitEntries } from '#customers'
import { type Ctx, ch } from '#platform'
import type { Fields } from './contract.ts'

const { sql, str, u32, join } = ch

/** Suggestions may be this old; counting events by name takes 0.1–0.2 s on 50 M events. */
const freshMs = 10_000
const held = new WeakMap<Ctx['store'], { fields: Promise<Fields>; readAt: number }>()

/** What conditions can be made of: traits that are not personal, events with their properties, tags, lists, and sample values. */
export const readFields = (ctx: Ctx): Promise<Fields> => {
  const before = held.get(ctx.store)
  const now = performance.now()
  if (before && now - before.readAt < freshMs) return before.fields
  const fields = Promise.all([
    traitFields(ctx),
    eventFields(ctx),
    tagFields(ctx),
    listFields(ctx),
    consentFields(ctx),
  ]).then(([traits, events, tags, lists, consents]) => ({ traits, events, tags, lists, consents }))
  held.set(ctx.store, { fields, readAt: now })
  fields.catch(() => held.delete(ctx.store))
  return fields
}

const mostTraits = 200
const mostEvents = 60
const sampledRows = 5_000
const shownSamples = 12

const traitFields = async (ctx: Ctx): Promise<Fields['traits']> => {
  const entries = [...(await traitEntries(ctx)).values()]
    .filter(({ personal }) => !personal)
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, mostTraits)
  const sampled = entries.filter(({ type }) => type === 'string')
  // The first rows of each trait in its key's order: one granule or two, not the whole column.
  const samples =
    sampled.length === 0
      ? []
      : await ctx.ch.rows<{ trait: string; texts: string[] }>(
          join(
            sampled.map(
              ({ name }) =>
                sql`select ${str(name)} as trait, topK(${u32(shownSamples)})(text) as texts from (select text from traits where trait = ${str(name)} and cleared = 0 limit ${u32(sampledRows)})`,
            ),
            ' union all ',
          ),
        )
  const textsOf = new Map(samples.map(({ trait, texts }) => [trait, texts]))
  return entries.map(({ name, title, type, unit, allowed }) => ({
    name,
    title,
    type,
    unit,
    allowed: allowed && [...allowed],
    // A trait where no value repeats has no values worth choosing from.
    samples: textsOf.get(name) ?? [],
  }))
}

const eventFields = async (ctx: Ctx): Promise<Fields['events']> => {
  const events = await ctx.ch.rows<{ event: string; count: string }>(
    sql`select event, count() as count from events group by event order by count() desc limit 500`,
  )
  const sampled = events.slice(0, mostEvents)
  const rows =
    sampled.length === 0
      ? []
      : await ctx.ch.rows<{ event: string; properties: string[] }>(
          join(
            sampled.map(
              ({ event }) =>
                sql`select ${str(event)} as event, groupArray(properties) as properties from (select properties from events where event = ${str(event)} limit 100)`,
            ),
            ' union all ',
          ),
        )
  const propertiesOf = new Map(rows.map(({ event, properties }) => [event, describe(properties)]))
  return events.map(({ event, count }) => ({
    name: event,
    count: Number(count),
    properties: propertiesOf.get(event) ?? [],
  }))
}

const mostTags = 300
const mostLists = 200

const tagFields = async (ctx: Ctx): Promise<Fields['tags']> => {
  const tags = await ctx.pg
    .selectFrom('audiences.tag')
    .select(['no', 'key', 'title', 'type', 'multi'])
    .where('state', '=', 'active')
    .orderBy('title')
    .limit(mostTags)
    .execute()
  const texts = tags.filter(({ type }) => type === 'string')
  // As for traits: the first rows of each in the key's order. Which values there are matters, not what is true today.
  const samples =
    texts.length === 0
      ? []
      : await ctx.ch.rows<{ no: number; texts: string[] }>(
          join(
            texts.map(
              ({ no }) =>
                sql`select ${u32(no)} as no, topK(${u32(shownSamples)})(value) as texts from (select arrayJoin(values) as value from (select values from tag_values where tag_no = ${u32(no)} limit ${u32(sampledRows)}))`,
            ),
            ' union all ',
          ),
        )
  const textsOf = new Map(samples.map(({ no, texts }) => [no, texts]))
  return tags.map(({ no, ...tag }) => ({ ...tag, samples: textsOf.get(no) ?? [] }))
}

const listFields = (ctx: Ctx): Promise<Fields['lists']> =>
  ctx.pg
    .selectFrom('audiences.list')
    .select(['id', 'name', 'kind', 'size'])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(mostLists)
    .execute()

const consentFields = async (ctx: Ctx): Promise<Fields['consents']> => {
  const rows = await ctx.ch.rows<{ purpose: string; channel: string }>(
    sql`select purpose, channel from customer_consents group by purpose, channel order by count() desc limit 200`,
  )
  const distinct = (values: string[]) => [...new Set(values)].filter((value) => value !== '')
  return {
    purposes: distinct(rows.map(({ purpose }) => purpose)),
    channels: distinct(rows.map(({ channel }) => channel)),
  }
}

type Property = Fields['events'][number]['properties'][number]

/** Properties met in a sample of JSON objects: their types and values, the most frequent first. */
const describe = (texts: readonly string[]): Property[] => {
  const found = new Map<
    string,
    { types: Set<Property['types'][number]>; counts: Map<string | number | boolean, number>; seen: number }
  >()
  for (const text of texts) {
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
      if (value === null) continue
      const entry = found.get(name) ?? { types: new Set(), counts: new Map(), seen: 0 }
      found.set(name, entry)
      entry.seen += 1
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        entry.types.add(typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean')
        if (typeof value !== 'string' || value.length <= 60) entry.counts.set(value, (entry.counts.get(value) ?? 0) + 1)
      } else entry.types.add('other')
    }
  }
  return [...found]
    .sort(([, a], [, b]) => b.seen - a.seen)
    .slice(0, 50)
    .map(([name, { types, counts }]) => ({
      name,
      types: [...types],
      samples: [...counts]
        .sort(([, a], [, b]) => b - a)
        .slice(0, shownSamples)
        .map(([value]) => value),
    }))
}
