import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { NewPurpose, Purpose, PurposeChange, PurposeList } from './contract.ts'
import { problem } from './problem.ts'
import './tables.ts'
import type { PurposeRules } from './words.ts'

interface RulesRow {
  key: string
  title: string
  basis: string
  separate: 'sensitive' | 'recipient' | null
  recipient: string | null
  channels: string[]
  retired: boolean
  versions: string | null
  aliases: string | null
}

type VersionRow = [number: number, label: string, asksAnew: boolean, textHash: string, validDays: number | null]

/** What decides over consents, by purpose, in the order people see them. One statement. */
export const purposeRules = async (ctx: Ctx): Promise<Map<string, PurposeRules>> => {
  const { rows } = await sql<RulesRow>`
    select p.key, p.title, p.basis, p.separate, p.recipient, p.channels, p.retired_at is not null as retired,
      (select json_agg(json_build_array(number, label, asks_anew, text_hash, (content->>'validDays')::int) order by number)::text
        from compliance.notice n where n.purpose = p.key and n.state = 'published') as versions,
      (select json_agg(json_build_array(said, number))::text from compliance.notice_alias a where a.purpose = p.key) as aliases
    from compliance.purpose p order by p.position, p.key`.execute(ctx.pg)
  return new Map(rows.map((row) => [row.key, rulesOf(row)]))
}

const rulesOf = ({ versions, aliases, ...purpose }: RulesRow): PurposeRules => {
  const published = versions === null ? [] : (JSON.parse(versions) as VersionRow[])
  const mapped = aliases === null ? [] : (JSON.parse(aliases) as [string, number][])
  const last = published.at(-1)
  return {
    ...purpose,
    versions: new Map([...mapped, ...published.map(([number, label]) => [label, number] as const)]),
    oldestValid: published.findLast(([, , asksAnew]) => asksAnew)?.[0] ?? published[0]?.[0] ?? 0,
    current: last && { number: last[0], label: last[1], textHash: last[3], validDays: last[4] },
  }
}

/** The purpose under which data go to one recipient; undefined: nobody was asked for that. */
export const recipientPurpose = async (ctx: Ctx, recipient: string): Promise<PurposeRules | undefined> =>
  [...(await purposeRules(ctx)).values()].find((purpose) => purpose.recipient === recipient && !purpose.retired)

interface ShownRow {
  key: string
  title: string
  description: string
  basis: Purpose['basis']
  separate: Purpose['separate']
  recipient: string | null
  channels: string[]
  retired: boolean
  current_number: number | null
  current_label: string | null
  published_at: Date | null
  draft_number: number | null
  draft_label: string | null
  unknown: string | null
}

/** Purposes with the version in force, the draft, and names of versions that nobody knows. */
export const readPurposes = async (ctx: Ctx): Promise<PurposeList> => {
  const { rows } = await sql<ShownRow>`
    select p.key, p.title, p.description, p.basis, p.separate, p.recipient, p.channels, p.retired_at is not null as retired,
      c.number as current_number, c.label as current_label, c.published_at, d.number as draft_number, d.label as draft_label,
      u.unknown::text as unknown
    from compliance.purpose p
    left join lateral (select number, label, published_at from compliance.notice where purpose = p.key and state = 'published'
      order by number desc limit 1) c on true
    left join compliance.notice d on d.purpose = p.key and d.state = 'draft'
    left join lateral (select json_agg(json_build_object('said', said, 'words', words) order by words desc) as unknown from (
      select coalesce(w.notice_version, '') as said, count(*)::int as words from compliance.consent w
      where w.purpose = p.key and w.status = 'granted'
        and not exists (select 1 from compliance.notice n where n.purpose = p.key and n.state = 'published' and n.label = w.notice_version)
        and not exists (select 1 from compliance.notice_alias a where a.purpose = p.key and a.said = w.notice_version)
      group by 1 order by 2 desc limit 20) s) u on p.basis = 'consent'
    order by p.retired_at is not null, p.position, p.key`.execute(ctx.pg)
  const { rows: unknown } = await sql<{ said: string; words: number }>`
    select purpose as said, count(*)::int as words from compliance.consent w
    where not exists (select 1 from compliance.purpose p where p.key = w.purpose) group by 1 order by 2 desc limit 20`.execute(
    ctx.pg,
  )
  return {
    unknown,
    items: rows.map((row) => ({
      key: row.key,
      title: row.title,
      description: row.description,
      basis: row.basis,
      separate: row.separate,
      recipient: row.recipient,
      channels: row.channels,
      retired: row.retired,
      current:
        row.current_number === null || row.current_label === null || row.published_at === null
          ? null
          : { number: row.current_number, label: row.current_label, publishedAt: row.published_at.toISOString() },
      draft:
        row.draft_number === null || row.draft_label === null
          ? null
          : { number: row.draft_number, label: row.draft_label },
      unknownVersions: row.unknown === null ? [] : (JSON.parse(row.unknown) as Purpose['unknownVersions']),
    })),
  }
}

const shownOne = async (ctx: Ctx, key: string): Promise<Purpose> => {
  const found = (await readPurposes(ctx)).items.find((purpose) => purpose.key === key)
  if (!found) throw problem.purposeUnknown({ key })
  return found
}

/** @throws problem.purposeTaken when the key, or the recipient of another purpose, is the same */
export const createPurpose = (ctx: Ctx, purpose: NewPurpose): Promise<Purpose> =>
  ctx.tx(async (ctx) => {
    const made = await ctx.pg
      .insertInto('compliance.purpose')
      .values(({ selectFrom, eb }) => ({
        ...purpose,
        position: selectFrom('compliance.purpose').select(({ fn }) =>
          eb(fn.coalesce(fn.max('position'), eb.val(0)), '+', 1).as('position'),
        ),
        retired_at: null,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
      }))
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst()
    if (!made) throw problem.purposeTaken({ key: purpose.key })
    const { key, basis, separate, recipient } = purpose
    const shown = await shownOne(ctx, key)
    await ctx.audit.record(ctx, {
      action: 'purpose.create',
      subject: `purpose:${key}`,
      detail: { basis, separate, recipient },
    })
    return shown
  })

/** What it rests on and whom it names never change: that would be another purpose. @throws problem.purposeUnknown */
export const changePurpose = (
  ctx: Ctx,
  { key, retired, ...change }: PurposeChange & { key: string },
): Promise<Purpose> =>
  ctx.tx(async (ctx) => {
    const changed = await ctx.pg
      .updateTable('compliance.purpose')
      .set({
        key,
        ...(change.title !== undefined && { title: change.title }),
        ...(change.description !== undefined && { description: change.description }),
        ...(change.channels !== undefined && { channels: change.channels }),
        ...(retired !== undefined && { retired_at: retired ? ctx.now() : null }),
      })
      .where('key', '=', key)
      .returning('key')
      .executeTakeFirst()
    if (!changed) throw problem.purposeUnknown({ key })
    const shown = await shownOne(ctx, key)
    await ctx.audit.record(ctx, {
      action: 'purpose.change',
      subject: `purpose:${key}`,
      detail: { ...change, ...(retired !== undefined && { retired }) },
    })
    return shown
  })
