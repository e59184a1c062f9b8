import type { Formats } from '../i18n/numbers.ts'
import type { Text } from '../i18n/text.ts'
import type { Answer, AnswerOf, AskedQuestion, TrendAnswer } from './insight-shapes.ts'
import { spanText } from './lengths.ts'

/** Colours of the page, by the names of `styles.css`. */
export type Paint = (name: string) => string

export interface Words {
  t: Text
  format: Formats
  eventName: (name: string) => string
}

/** An option of ECharts. Built here without the library, which arrives later. */
export type Picture = Record<string, unknown>

const hues = ['teal', 'blue', 'amber', 'cinnabar', 'green', 'ink-3'] as const
/** The colour of the n-th thing of a picture; the second round is lighter. */
const hue = (paint: Paint, n: number) => `${paint(hues[n % hues.length] ?? 'teal')}${n >= hues.length ? '99' : ''}`

const textStyle = (paint: Paint) => ({ color: paint('ink-3'), fontFamily: paint('sans'), fontSize: 12 })

const frame = (paint: Paint, legend: boolean) => ({
  grid: {
    left: 4,
    right: 16,
    top: legend ? 40 : 16,
    bottom: 4,
    outerBoundsMode: 'same',
    outerBoundsContain: 'axisLabel',
  },
  tooltip: {
    backgroundColor: paint('surface'),
    borderColor: paint('line-2'),
    padding: [8, 12],
    textStyle: { color: paint('ink'), fontFamily: paint('sans'), fontSize: 13 },
    confine: true,
  },
  ...(legend
    ? { legend: { type: 'scroll', top: 0, left: 0, itemWidth: 14, itemHeight: 8, textStyle: textStyle(paint) } }
    : {}),
})
const valueAxis = (paint: Paint, format: Formats) => ({
  type: 'value',
  splitNumber: 4,
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: paint('line'), type: [3, 4] } },
  axisLabel: { ...textStyle(paint), formatter: (value: number) => format.short(value) },
})
const nameAxis = (paint: Paint, data: readonly string[]) => ({
  type: 'category',
  data,
  axisLine: { lineStyle: { color: paint('line') } },
  axisTick: { show: false },
  axisLabel: { ...textStyle(paint), hideOverlap: true },
})

/** What a line of a trend is called. */
export const lineName = (
  { t, eventName }: Words,
  question: AskedQuestion,
  line: TrendAnswer['lines'][number],
): string => {
  const words = t.insights
  const series = question.kind === 'trend' && line.series !== null ? question.series[line.series] : undefined
  const measure = series?.measure ?? 'count'
  const subject = series
    ? `${eventName(series.event)} · ${series.property ? `${series.property} ` : ''}${words.measures[measure]}`
    : words.formula
  const group = line.others ? words.others : line.group === '' ? words.none : line.group
  return [subject, group, line.compared ? words.compared : null].filter((part) => part !== null).join(' · ')
}

export const bucketName = ({ format }: Words, question: AskedQuestion, at: string): string =>
  'granularity' in question && question.granularity === 'hour' ? format.dayHour(at) : format.date(at)

const trend = (words: Words, paint: Paint, question: AskedQuestion, answer: AnswerOf<'trend'>): Picture => ({
  ...frame(paint, answer.lines.length > 1),
  tooltip: { ...frame(paint, false).tooltip, trigger: 'axis' },
  xAxis: nameAxis(
    paint,
    answer.buckets.map(({ at }) => bucketName(words, question, at)),
  ),
  yAxis: valueAxis(paint, words.format),
  series: answer.lines.map((line, i) => ({
    name: lineName(words, question, line),
    type: 'line',
    smooth: 0.2,
    smoothMonotone: 'x',
    showSymbol: answer.buckets.length < 40,
    symbolSize: 6,
    itemStyle: { color: hue(paint, i) },
    lineStyle: { width: 2, color: hue(paint, i), ...(line.compared ? { type: 'dashed' } : {}) },
    data: line.values.map((value, at) => ({
      value,
      ...(answer.buckets[at]?.open ? { itemStyle: { opacity: 0.4 } } : {}),
    })),
  })),
})

const funnel = (
  { t, format, eventName }: Words,
  paint: Paint,
  question: AskedQuestion,
  answer: AnswerOf<'funnel'>,
): Picture => {
  const names = question.kind === 'funnel' ? question.steps.map(({ event }, i) => `${i + 1} ${eventName(event)}`) : []
  const groupName = (group: string | null, others: boolean) =>
    others ? t.insights.others : group === '' ? t.insights.none : (group ?? t.insights.reached)
  return {
    ...frame(paint, answer.groups.length > 1),
    xAxis: nameAxis(paint, names),
    yAxis: valueAxis(paint, format),
    series: answer.groups.map(({ group, others, steps }, i) => ({
      name: groupName(group, others),
      type: 'bar',
      barMaxWidth: 72,
      itemStyle: { color: hue(paint, i), borderRadius: [4, 4, 0, 0] },
      label: {
        show: answer.groups.length === 1,
        position: 'top',
        ...textStyle(paint),
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const share = steps[dataIndex]?.ofFirst
          return share === null || share === undefined ? '' : format.share(share)
        },
      },
      data: steps.map(({ people }) => people),
    })),
  }
}

const retention = ({ t, format }: Words, paint: Paint, answer: AnswerOf<'retention'>): Picture => {
  const [group] = answer.groups
  const cohorts = (group?.cohorts ?? []).filter(({ people }) => people > 0)
  const units = group?.shares.length ?? 0
  return {
    ...frame(paint, false),
    grid: { left: 4, right: 16, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...frame(paint, false).tooltip,
      formatter: ({ value }: { value: [number, number, number] }) => format.share(value[2] / 100),
    },
    visualMap: { show: false, min: 0, max: 100, inRange: { color: [paint('surface'), paint('teal')] } },
    xAxis: nameAxis(
      paint,
      Array.from({ length: units }, (_, i) => String(i)),
    ),
    yAxis: {
      ...nameAxis(
        paint,
        cohorts.map(({ at, people }) => `${format.date(at)} · ${format.count(people)}`),
      ),
      inverse: true,
    },
    series: [
      {
        name: t.insights.kinds.retention,
        type: 'heatmap',
        label: {
          show: true,
          fontSize: 11,
          formatter: ({ value }: { value: [number, number, number] }) => format.share(value[2] / 100),
        },
        data: cohorts.flatMap(({ people, units }, row) =>
          units.flatMap((unit, i) => (unit ? [[i, row, Math.round((unit.people / people) * 1000) / 10]] : [])),
        ),
      },
    ],
  }
}

const bars = (
  { format }: Words,
  paint: Paint,
  name: string,
  data: readonly { name: string; value: number }[],
): Picture => ({
  ...frame(paint, false),
  xAxis: nameAxis(
    paint,
    data.map((one) => one.name),
  ),
  yAxis: valueAxis(paint, format),
  series: [
    {
      name,
      type: 'bar',
      barMaxWidth: 48,
      itemStyle: { color: paint('teal'), borderRadius: [4, 4, 0, 0] },
      data: data.map(({ value }) => value),
    },
  ],
})

/** Classes of lengths with something in them, and those between. */
export const trimmed = <B extends object>(classes: readonly B[], countOf: (one: B) => number): B[] => {
  const first = classes.findIndex((one) => countOf(one) > 0)
  const last = classes.findLastIndex((one) => countOf(one) > 0)
  return first < 0 ? [] : classes.slice(first, last + 1)
}
export const className = ({ t, format }: Words, toMs: number | null): string =>
  toMs === null ? '…' : t.insights.spans.upTo(spanText(t, format, toMs))

/** How long people took, of one group of a funnel. */
export const convertTimes = (
  words: Words,
  paint: Paint,
  histogram: readonly { toMs: number; people: number }[],
): Picture =>
  bars(
    words,
    paint,
    words.t.insights.timeHistogram,
    trimmed(histogram, ({ people }) => people).map(({ toMs, people }) => ({
      name: className(words, toMs),
      value: people,
    })),
  )

export const sessionLengths = (words: Words, paint: Paint, answer: AnswerOf<'sessions'>): Picture =>
  bars(
    words,
    paint,
    words.t.insights.lengthHistogram,
    trimmed(answer.histogram, ({ sessions }) => sessions).map(({ toMs, sessions }) => ({
      name: className(words, toMs),
      value: sessions,
    })),
  )

const sessions = (words: Words, paint: Paint, question: AskedQuestion, answer: AnswerOf<'sessions'>): Picture =>
  bars(
    words,
    paint,
    words.t.insights.sessions,
    answer.buckets.map(({ at, sessions }) => ({ name: bucketName(words, question, at), value: sessions })),
  )

/** Nodes are told apart by step, so that the same event may come again: Sankey knows no circles. */
const nodeId = (step: number, event: string | null) => `${step}\u0000${event ?? ''}`
const nodeEvent = (words: Words, id: string) => {
  const event = id.slice(id.indexOf('\u0000') + 1)
  return event === '' ? words.t.insights.others : words.eventName(event)
}
const paths = (words: Words, paint: Paint, answer: AnswerOf<'paths'>): Picture => {
  const names = [...new Set(answer.nodes.map(({ event }) => event))]
  const shown = ({ name }: { name: string }) => nodeEvent(words, name)
  return {
    tooltip: {
      ...frame(paint, false).tooltip,
      formatter: ({
        dataType,
        data,
      }: {
        dataType: string
        data: { name?: string; source?: string; target?: string; value: number }
      }) =>
        dataType === 'edge'
          ? `${nodeEvent(words, data.source ?? '')} → ${nodeEvent(words, data.target ?? '')}: ${words.format.count(data.value)}`
          : `${nodeEvent(words, data.name ?? '')}: ${words.format.count(data.value)}`,
    },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: 120,
        top: 8,
        bottom: 8,
        nodeGap: 12,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        lineStyle: { color: 'source', opacity: 0.28, curveness: 0.5 },
        label: { ...textStyle(paint), formatter: shown },
        data: answer.nodes.map(({ step, event, paths }) => ({
          name: nodeId(step, event),
          value: paths,
          depth: step - 1,
          itemStyle: { color: event === null ? paint('line-2') : hue(paint, names.indexOf(event)) },
        })),
        links: answer.links.map(({ step, from, to, paths }) => ({
          source: nodeId(step, from),
          target: nodeId(step + 1, to),
          value: paths,
        })),
      },
    ],
  }
}

const interval = (words: Words, paint: Paint, answer: AnswerOf<'interval'>): Picture => {
  const classes = trimmed(
    answer.groups[0]?.histogram.map(({ toMs }, i) => ({
      toMs,
      counts: answer.groups.map((group) => group.histogram[i]?.pairs ?? 0),
    })) ?? [],
    ({ counts }) => Math.max(...counts),
  )
  return {
    ...frame(paint, answer.groups.length > 1),
    xAxis: nameAxis(
      paint,
      classes.map(({ toMs }) => className(words, toMs)),
    ),
    yAxis: valueAxis(paint, words.format),
    series: answer.groups.map(({ group }, i) => ({
      name: group === '' ? words.t.insights.none : (group ?? words.t.insights.pairs),
      type: 'bar',
      barMaxWidth: 48,
      itemStyle: { color: hue(paint, i), borderRadius: [4, 4, 0, 0] },
      data: classes.map(({ counts }) => counts[i] ?? 0),
    })),
  }
}

export const modelNames = ['first', 'last', 'linear', 'timeDecay', 'position', 'markov'] as const

const attribution = (words: Words, paint: Paint, answer: AnswerOf<'attribution'>): Picture => {
  const shown = answer.channels.slice(0, 10)
  return {
    ...frame(paint, true),
    xAxis: nameAxis(
      paint,
      shown.map(({ channel }) => (channel === '' ? words.t.insights.direct : channel)),
    ),
    yAxis: valueAxis(paint, words.format),
    series: modelNames.map((model, i) => ({
      name: words.t.insights.models[model],
      type: 'bar',
      barMaxWidth: 18,
      itemStyle: { color: hue(paint, i), borderRadius: [3, 3, 0, 0] },
      data: shown.map(({ conversions }) => Math.round(conversions[model] * 100) / 100),
    })),
  }
}

/** The picture of an answer. */
export const pictureOf = (words: Words, paint: Paint, question: AskedQuestion, answer: Answer): Picture => {
  switch (answer.kind) {
    case 'trend':
      return trend(words, paint, question, answer)
    case 'funnel':
      return funnel(words, paint, question, answer)
    case 'retention':
      return retention(words, paint, answer)
    case 'sessions':
      return sessions(words, paint, question, answer)
    case 'paths':
      return paths(words, paint, answer)
    case 'interval':
      return interval(words, paint, answer)
    case 'attribution':
      return attribution(words, paint, answer)
  }
}

/** Whether there is nothing to show. */
export const isEmpty = (answer: Answer): boolean => {
  switch (answer.kind) {
    case 'trend':
      return !answer.lines.some(({ values }) => values.some(Boolean))
    case 'funnel':
      return !answer.groups.some(({ steps }) => steps[0]?.people)
    case 'retention':
      return !answer.groups.some(({ cohorts }) => cohorts.some(({ people }) => people > 0))
    case 'sessions':
      return answer.sessions === 0
    case 'paths':
      return answer.paths === 0
    case 'interval':
      return !answer.groups.some(({ pairs }) => pairs > 0)
    case 'attribution':
      return answer.conversions === 0
  }
}
