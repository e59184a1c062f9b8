import { type NewList, saveList } from '#audiences'
import { readRows } from '#customers'
import { type Ctx, ch } from '#platform'
import type { PeopleRequest, SaveListRequest, Selection } from './contract.ts'
import { problem } from './problem.ts'
import { ruleHolders } from './rules/run-rules.ts'
import { rowOf } from './runs.ts'
import './tables.ts'

const { sql, u32, uuid, strings } = ch

/** Statement with one row `members`: the people that a part of an answer stands for. @throws problem.notDone, problem.unknownPart */
const membersOf = async (ctx: Ctx, id: string, selection: Selection) => {
  const { state, question, as_of: asOf } = await rowOf(ctx, id)
  if (state !== 'done') throw problem.notDone({ id })
  if ('parts' in selection)
    return sql`select groupBitmapMergeState(members) as members from insight_groups where run_id = ${uuid(id)} and part in ${strings(selection.parts)}`
  if (question.kind !== 'rules') throw problem.unknownPart({ rule: selection.rule })
  return ruleHolders({ ctx, id, asOf }, question, selection)
}

/** People of a part, by number, masked; who was erased since is left out. */
export const readPeople = async (ctx: Ctx, { id, selection, limit, after }: PeopleRequest & { id: string }) => {
  const members = await membersOf(ctx, id, selection)
  const rows = await ctx.ch.one<{ total: string; nos: number[] }>(
    sql`select bitmapCardinality(members) as total, arraySort(bitmapToArray(bitmapSubsetLimit(members, toUInt32(${u32(after)} + 1), ${u32(limit + 1)}))) as nos from (${members})`,
    { timeoutSeconds: 120 },
  )
  const nos = rows?.nos ?? []
  const shown = nos.slice(0, limit)
  return {
    items: await readRows(ctx, shown),
    total: Number(rows?.total ?? 0),
    next: nos.length > limit ? (shown.at(-1) ?? null) : null,
  }
}

/** Freezes the people of a part as a list that campaigns and definitions can use. @returns its id and size */
export const saveAsList = async (ctx: Ctx, { id, selection, name, why }: SaveListRequest & { id: string }) => {
  const { question, as_of: asOf } = await rowOf(ctx, id)
  const members = await membersOf(ctx, id, selection)
  // The question as it was asked, as plain JSON.
  const madeOf = JSON.parse(JSON.stringify({ mining: id, question, selection })) as NewList['madeOf']
  const { id: list, size } = await saveList(ctx, { name, kind: 'insight', why, madeOf, asOf, members })
  return { id: list, size }
}
