import { traitEntries } from '#customers'
import type { Ctx } from '#platform'
import type { PortraitField } from './contract.ts'

/** A trait, a tag or the number of an event as a source of values. */
export interface Field extends PortraitField {
  source: { trait: string } | { tag: string; no: number } | { event: string }
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime'
  multi: boolean
  /** Why it may not speak for a look-alike; undefined where it may. */
  sensitive: boolean
}

interface TagRow {
  no: number
  key: string
  title: string
  type: 'string' | 'number' | 'date'
  multi: boolean
  sensitive: unknown
}

/** Traits that are not personal and active tags, by key; and the events that `wanted` names. */
export const fieldsOf = async (ctx: Ctx, wanted: readonly string[] = []): Promise<Map<string, Field>> => {
  const [entries, tags] = await Promise.all([traitEntries(ctx), activeTags(ctx)])
  const traits = [...entries.values()]
    .filter(({ personal }) => !personal)
    .map(
      ({ name, title, type, unit }): Field => ({
        key: `trait:${name}`,
        title,
        kind: 'trait',
        type,
        unit: unit ?? (/(Fen|_fen)$/.test(name) ? 'fen' : null),
        source: { trait: name },
        multi: false,
        sensitive: isSensitiveName(`${name} ${title}`),
      }),
    )
  const fields = [
    ...traits.sort((a, b) => (a.key < b.key ? -1 : 1)),
    ...tags.map(
      ({ no, key, title, type, multi, sensitive }): Field => ({
        key: `tag:${key}`,
        title,
        kind: 'tag',
        type,
        unit: null,
        source: { tag: key, no },
        multi,
        sensitive: (Array.isArray(sensitive) && sensitive.length > 0) || isSensitiveName(`${key} ${title}`),
      }),
    ),
    ...wanted
      .filter((key) => key.startsWith('event:'))
      .map((key): Field => {
        const event = key.slice('event:'.length)
        const sensitive = isSensitiveName(event)
        return {
          key,
          title: event,
          kind: 'event',
          type: 'integer',
          unit: null,
          source: { event },
          multi: false,
          sensitive,
        }
      }),
  ]
  return new Map(fields.map((field) => [field.key, field]))
}

const activeTags = async (ctx: Ctx): Promise<TagRow[]> => {
  const rows = await ctx.pg
    .selectFrom('audiences.tag')
    .selectAll()
    .where('state', '=', 'active')
    .orderBy('key')
    .execute()
  return rows
}

/**
 * Sensitive personal information by its name: PIPL article 28 (biometrics, religion, identity, health, finance accounts,
 * whereabouts, minors) and what may not decide whom to address.
 */
const isSensitiveName = (text: string): boolean =>
  /religio|faith|ethnic|race\b|nationality|health|illness|disease|disab|medical|pregnan|politic|union_?member|biometric|criminal|宗教|信仰|民族|种族|国籍|健康|疾病|病史|残疾|医疗|怀孕|政治|生物识别|犯罪|前科/i.test(
    text,
  )

/** Without what only the server needs. */
export const shownField = ({ key, title, kind, type, unit }: Field): PortraitField => ({
  key,
  title,
  kind,
  type,
  unit,
})
