import type { Answer, Question } from './contract.ts'

type Cell = string | number | null
export interface AnswerTable {
  columns: string[]
  rows: Record<string, Cell>[]
}

const words = {
  zh: {
    time: '时间',
    series: '指标',
    group: '分组',
    compared: '对比',
    value: '值',
    total: '合计',
    formula: '公式',
    step: '步骤',
    event: '事件',
    people: '人数',
    ofFirst: '占首步',
    ofBefore: '占上一步',
    dropped: '流失',
    median: '距首步中位时长（秒）',
    stepMedian: '距上一步中位时长（秒）',
    cohort: '起始时间',
    unit: '第',
    sessions: '会话数',
    medianSeconds: '中位时长（秒）',
    from: '从',
    to: '到',
    paths: '路径数',
    fromSeconds: '大于（秒）',
    toSeconds: '至多（秒）',
    pairs: '次数',
    channel: '渠道',
    touches: '触点数',
    removal: '移除效应',
    conversions: '转化',
    worth: '价值',
    others: '其他',
    none: '（无）',
    yes: '是',
    no: '否',
    direct: '（直接）',
    models: {
      first: '首次',
      last: '末次',
      linear: '线性',
      timeDecay: '时间衰减',
      position: '位置',
      markov: '马尔可夫',
    },
  },
  en: {
    time: 'time',
    series: 'series',
    group: 'group',
    compared: 'compared',
    value: 'value',
    total: 'total',
    formula: 'formula',
    step: 'step',
    event: 'event',
    people: 'people',
    ofFirst: 'share of first',
    ofBefore: 'share of step before',
    dropped: 'dropped',
    median: 'median from first step (s)',
    stepMedian: 'median from step before (s)',
    cohort: 'cohort',
    unit: 'unit',
    sessions: 'sessions',
    medianSeconds: 'median length (s)',
    from: 'from',
    to: 'to',
    paths: 'paths',
    fromSeconds: 'more than (s)',
    toSeconds: 'at most (s)',
    pairs: 'pairs',
    channel: 'channel',
    touches: 'touches',
    removal: 'removal effect',
    conversions: 'conversions',
    worth: 'value',
    others: 'others',
    none: '(none)',
    yes: 'yes',
    no: 'no',
    direct: '(direct)',
    models: {
      first: 'first',
      last: 'last',
      linear: 'linear',
      timeDecay: 'time decay',
      position: 'position',
      markov: 'Markov',
    },
  },
} as const

/** An instant as the clocks of Shanghai show it: `2026-03-01 08:00`. */
const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
})
const at = (instant: string) => clock.format(new Date(instant))
const seconds = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : ms / 1_000)

/** An answer as one table, for files. Columns are named in the language of the reader. */
export const tableOf = (question: Question, answer: Answer, language: 'zh' | 'en'): AnswerTable => {
  const w = words[language]
  const groupOf = ({ group, others }: { group: string | null; others: boolean }): Cell =>
    others ? w.others : group === null ? null : group === '' ? w.none : group
  const table = (columns: readonly string[], rows: readonly (readonly Cell[])[]): AnswerTable => ({
    columns: [...columns],
    rows: rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null]))),
  })
  switch (answer.kind) {
    case 'trend':
      return table(
        [w.time, w.series, w.group, w.compared, w.value],
        answer.lines.flatMap((line) => {
          const series = question.kind === 'trend' && line.series !== null ? question.series[line.series] : undefined
          const name = series
            ? `${series.event} · ${series.property ?? ''}${series.property ? ' ' : ''}${series.measure}`
            : w.formula
          const compared = line.compared ? w.yes : w.no
          const values = answer.buckets.map((bucket, i): Cell[] => [
            at(bucket.at),
            name,
            groupOf(line),
            compared,
            line.values[i] ?? null,
          ])
          return [...values, [w.total, name, groupOf(line), compared, line.total]]
        }),
      )
    case 'funnel':
      return table(
        [w.group, w.step, w.event, w.people, w.ofFirst, w.ofBefore, w.dropped, w.median, w.stepMedian],
        answer.groups.flatMap((group) =>
          group.steps.map((step, i) => [
            groupOf(group),
            i + 1,
            question.kind === 'funnel' ? (question.steps[i]?.event ?? '') : '',
            step.people,
            step.ofFirst,
            step.ofBefore,
            step.dropped,
            seconds(step.fromFirst?.median),
            seconds(step.fromBefore?.median),
          ]),
        ),
      )
    case 'retention': {
      const [first] = answer.groups
      const units = first?.shares.map((_, i) => `${w.unit} ${i}`) ?? []
      return table(
        [w.group, w.cohort, w.people, ...units],
        answer.groups.flatMap((group) =>
          group.cohorts.map((cohort) => [
            groupOf(group),
            at(cohort.at),
            cohort.people,
            ...cohort.units.map((unit) => unit?.people ?? null),
          ]),
        ),
      )
    }
    case 'sessions':
      return table(
        [w.time, w.sessions, w.people, w.medianSeconds],
        answer.buckets.map((bucket) => [at(bucket.at), bucket.sessions, bucket.people, seconds(bucket.medianMs)]),
      )
    case 'paths':
      return table(
        [w.step, w.from, w.to, w.paths],
        answer.links.map((link) => [link.step, link.from ?? w.others, link.to ?? w.others, link.paths]),
      )
    case 'interval':
      return table(
        [w.group, w.fromSeconds, w.toSeconds, w.pairs],
        answer.groups.flatMap((group) =>
          group.histogram.map(({ fromMs, toMs, pairs }) => [
            groupOf(group),
            seconds(Math.max(0, fromMs)),
            seconds(toMs),
            pairs,
          ]),
        ),
      )
    case 'attribution': {
      const models = Object.entries(w.models) as [keyof typeof w.models, string][]
      return table(
        [
          w.channel,
          w.touches,
          w.removal,
          ...models.map(([, name]) => `${w.conversions} · ${name}`),
          ...models.map(([, name]) => `${w.worth} · ${name}`),
        ],
        answer.channels.map((channel) => [
          channel.channel === '' ? w.direct : channel.channel,
          channel.touches,
          channel.removal,
          ...models.map(([model]) => channel.conversions[model]),
          ...models.map(([model]) => channel.value[model]),
        ]),
      )
    }
  }
}
