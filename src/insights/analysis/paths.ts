import { ch } from '#platform'
import type { PathsAnswer, PlaceOf, QuestionOf } from './contract.ts'
import type { Scene } from './scene.ts'
import { anchorCode, codeOf, namesOf, otherCode, sessionRows } from './steps-of-people.ts'

const { sql, u8, u32 } = ch
type Sql = ch.Sql
type Question = QuestionOf<'paths'>
type Ask = <T>(query: Sql) => Promise<T[]>

/** Sequences read into one answer; beyond it only the rarest are missing. */
const mostSequences = 50_000

/** A row per path: `no`, `path`, the codes of its events in order. One path per session. */
const pathRows = (question: Question, scene: Scene, names: readonly string[]): Sql => {
  const { anchor, steps, collapse } = question
  const selection = anchor && { event: anchor.event, ...(anchor.where && { where: anchor.where }) }
  const { rows } = sessionRows(scene, {
    names,
    only: question.events,
    gapMinutes: question.gapMinutes,
    anchor: selection,
  })
  const codes = sql`arrayMap(x -> toUInt8(${codeOf(sql`x`)}), steps)`
  const seen = collapse ? sql`arrayCompact(${codes})` : codes
  if (!anchor) return sql`select no, arraySlice(${seen}, 1, ${u8(steps)}) as path from (${rows})`
  if (anchor.at === 'start')
    return sql`select no, arraySlice(codes, indexOf(codes, ${u8(anchorCode)}), ${u8(steps)}) as path from (select no, ${seen} as codes from (${rows})) where has(codes, ${u8(anchorCode)})`
  // The last time the anchor happens, and what led there.
  return sql`select no, arraySlice(upTo, greatest(1, length(upTo) - ${u8(steps)} + 1)) as path from (
      select no, arraySlice(codes, 1, length(codes) - indexOf(arrayReverse(codes), ${u8(anchorCode)}) + 1) as upTo from (select no, ${seen} as codes from (${rows})) where has(codes, ${u8(anchorCode)}))`
}

/** A row per sequence: `path`, `paths`. */
export const sequenceRows = (question: Question, scene: Scene, names: readonly string[]): Sql =>
  sql`select path, count() as paths from (${pathRows(question, scene, names)}) group by path order by paths desc, path limit ${u32(mostSequences)}`

/** Steps are numbered in the order of time; paths that end with the anchor are numbered so that the anchor stands last. */
const firstStep = ({ anchor, steps }: Question, length: number) => (anchor?.at === 'end' ? steps - length + 1 : 1)

interface Node {
  event: string | null
  code: number
}

/** Nodes and links of sequences: at each step the most frequent events and the others together. Pure. */
export const woven = (
  question: Question,
  names: readonly string[],
  sequences: readonly { path: readonly number[]; paths: number }[],
): Pick<PathsAnswer, 'nodes' | 'links'> => {
  const { steps, most, minShare, anchor } = question
  const nameOf = (code: number): string | null =>
    code === anchorCode ? (anchor?.event ?? null) : code === otherCode ? null : (names[code - 1] ?? null)
  const counts = Array.from({ length: steps + 1 }, () => new Map<number, number>())
  for (const { path, paths } of sequences)
    path.forEach((code, i) => {
      const at = counts[firstStep(question, path.length) + i]
      at?.set(code, (at.get(code) ?? 0) + paths)
    })
  const shown = counts.map((at) => {
    const total = [...at.values()].reduce((sum, n) => sum + n, 0)
    const ranked = [...at]
      .filter(([code, n]) => code !== otherCode && n >= minShare * total)
      .sort(([a, n], [b, m]) => m - n || a - b)
    return new Set(ranked.slice(0, most).map(([code]) => code))
  })
  const nodeAt = (step: number, code: number): Node =>
    shown[step]?.has(code) ? { event: nameOf(code), code } : { event: null, code: otherCode }
  const nodes = new Map<string, PathsAnswer['nodes'][number]>()
  const links = new Map<string, PathsAnswer['links'][number]>()
  for (const { path, paths } of sequences) {
    const first = firstStep(question, path.length)
    path.forEach((code, i) => {
      const step = first + i
      const here = nodeAt(step, code)
      const key = `${step} ${here.code}`
      const node = nodes.get(key) ?? { step, event: here.event, paths: 0 }
      nodes.set(key, { ...node, paths: node.paths + paths })
      const next = path[i + 1]
      if (next === undefined) return
      const there = nodeAt(step + 1, next)
      const linkKey = `${key} ${there.code}`
      const link = links.get(linkKey) ?? { step, from: here.event, to: there.event, paths: 0 }
      links.set(linkKey, { ...link, paths: link.paths + paths })
    })
  }
  return {
    nodes: [...nodes.values()].sort((a, b) => a.step - b.step || b.paths - a.paths),
    links: [...links.values()].sort((a, b) => a.step - b.step || b.paths - a.paths),
  }
}

export const answerPaths = async (ask: Ask, question: Question, scene: Scene): Promise<PathsAnswer> => {
  const names = await namesOf(ask, scene, question.events)
  const [rows, [all]] = await Promise.all([
    ask<{ path: number[]; paths: string | number }>(sequenceRows(question, scene, names)),
    ask<{ paths: number; people: number }>(
      sql`select toUInt32(count()) as paths, toUInt32(uniqExact(no)) as people from (${pathRows(question, scene, names)})`,
    ),
  ])
  const sequences = rows.map(({ path, paths }) => ({ path, paths: Number(paths) }))
  return {
    kind: 'paths',
    period: { from: scene.from.toISOString(), to: scene.to.toISOString() },
    paths: all?.paths ?? 0,
    people: all?.people ?? 0,
    ...woven(question, names, sequences),
    cut: rows.length === mostSequences,
  }
}

/** One row, `members`: whose path has an event at a step, and another at the next. */
export const pathMembers = (
  question: Question,
  place: PlaceOf<'paths'>,
  shown: Pick<PathsAnswer, 'nodes'>,
  scene: Scene,
  names: readonly string[],
): Sql | undefined => {
  if (place.step > question.steps) return undefined
  const { anchor, steps } = question
  const position = (step: number) =>
    anchor?.at === 'end' ? sql`toInt16(length(path)) - ${u8(steps - step)}` : sql`toInt16(${u8(step)})`
  const codeAt = (step: number) =>
    sql`if(${position(step)} between 1 and length(path), toInt32(path[${position(step)}]), -1)`
  const codesShown = (step: number) =>
    shown.nodes.filter((node) => node.step === step && node.event !== null).flatMap(({ event }) => codesOf(event ?? ''))
  const codesOf = (event: string) => [
    ...(anchor?.event === event ? [anchorCode] : []),
    ...(names.includes(event) ? [names.indexOf(event) + 1] : []),
  ]
  const is = (step: number, event: string | null) => {
    const code = codeAt(step)
    return event === null
      ? sql`(${code} >= 0 and ${code} not in ${ch.u32s(codesShown(step))})`
      : sql`${code} in ${ch.u32s(codesOf(event))}`
  }
  const next = place.next === undefined ? sql`1` : is(place.step + 1, place.next)
  return sql`select groupBitmapState(no) as members from (${pathRows(question, scene, names)}) where ${is(place.step, place.event)} and ${next}`
}
