import type { Formats } from '../i18n/numbers.ts'
import type { Text } from '../i18n/text.ts'
import type { Paint, Picture } from '../insights/pictures.ts'
import type { ClustersResult, RfmResult, Rule, ValueResult } from './mining-shapes.ts'

export interface Words {
  t: Text
  format: Formats
}

const hues = ['teal', 'cinnabar', 'blue', 'amber', 'green', 'ink-3'] as const
/** The colour of the n-th thing, from 0; further rounds are lighter. */
export const hueOf = (paint: Paint, n: number) =>
  `${paint(hues[n % hues.length] ?? 'teal')}${['', '99', '55'][Math.floor(n / hues.length)] ?? '55'}`

const letters = (paint: Paint) => ({ color: paint('ink-3'), fontFamily: paint('sans'), fontSize: 12 })
const bubble = (paint: Paint) => ({
  backgroundColor: paint('surface'),
  borderColor: paint('line-2'),
  padding: [8, 12],
  textStyle: { color: paint('ink'), fontFamily: paint('sans'), fontSize: 13 },
  confine: true,
})
const room = { left: 4, right: 16, top: 34, bottom: 24, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }
const legend = (paint: Paint) => ({
  type: 'scroll',
  top: 0,
  left: 0,
  itemWidth: 12,
  itemHeight: 8,
  textStyle: letters(paint),
})
const numbers = (paint: Paint, formatter: (value: number) => string, more: Picture = {}) => ({
  type: 'value',
  splitNumber: 4,
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: paint('line'), type: [3, 4] } },
  axisLabel: { ...letters(paint), formatter },
  nameTextStyle: letters(paint),
  ...more,
})
const names = (paint: Paint, data: readonly string[], more: Picture = {}) => ({
  type: 'category',
  data,
  axisLine: { lineStyle: { color: paint('line') } },
  axisTick: { show: false },
  axisLabel: { ...letters(paint), hideOverlap: true },
  nameTextStyle: letters(paint),
  ...more,
})

/** People by recency score (across) and frequency score (up), of all money scores or one. `places` says which cell is which. */
export const rfmMatrix = (result: RfmResult, money: number | null) => {
  const places = [1, 2, 3, 4, 5].flatMap((r) =>
    [1, 2, 3, 4, 5].map((f) => {
      const cells = result.cells.filter(
        ({ part }) => part.slice(6, 8) === `${r}${f}` && (money === null || part[8] === String(money)),
      )
      return {
        r,
        f,
        parts: cells.map(({ part }) => part),
        people: cells.reduce((sum, { people }) => sum + people, 0),
        revenue: cells.reduce((sum, { revenue }) => sum + revenue, 0),
      }
    }),
  )
  const draw =
    ({ t, format }: Words) =>
    (paint: Paint): Picture => {
      const most = Math.max(1, ...places.map(({ people }) => people))
      return {
        grid: { left: 52, right: 8, top: 8, bottom: 48 },
        tooltip: {
          ...bubble(paint),
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const place = places[dataIndex]
            return place
              ? `${t.mining.cellOf(place.r, place.f)}<br/>${format.count(place.people)} ${t.mining.people} · ${t.mining.revenueShare} ${format.share(result.revenue > 0 ? place.revenue / result.revenue : 0)}`
              : ''
          },
        },
        xAxis: names(paint, ['R1', 'R2', 'R3', 'R4', 'R5'], {
          name: t.mining.recencyScore,
          nameLocation: 'middle',
          nameGap: 26,
        }),
        yAxis: names(paint, ['F1', 'F2', 'F3', 'F4', 'F5'], {
          name: t.mining.frequencyScore,
          nameLocation: 'middle',
          nameGap: 34,
        }),
        visualMap: {
          show: false,
          min: 0,
          max: most,
          inRange: { color: [paint('teal-soft'), paint('teal')] },
        },
        series: [
          {
            type: 'heatmap',
            data: places.map(({ r, f, people }) => ({
              value: [r - 1, f - 1, people],
              label: { color: people > most * 0.55 ? paint('surface') : paint('ink') },
            })),
            label: {
              show: true,
              color: paint('ink'),
              fontFamily: paint('sans'),
              formatter: ({ value }: { value: number[] }) => format.short(value[2] ?? 0),
            },
            itemStyle: { borderColor: paint('surface'), borderWidth: 2, borderRadius: 4 },
          },
        ],
      }
    }
  return { places, draw }
}

/** Bars by name, one series; the whole bar can be clicked. */
export const bars =
  (labels: readonly string[], values: readonly number[], name: string, { format }: Words) =>
  (paint: Paint): Picture => ({
    grid: { ...room, top: 12, bottom: 4 },
    tooltip: { ...bubble(paint), trigger: 'axis', valueFormatter: (value: number) => format.count(Math.round(value)) },
    xAxis: names(paint, labels),
    yAxis: numbers(paint, (value) => format.short(value)),
    series: [
      {
        type: 'bar',
        name,
        data: values,
        barMaxWidth: 34,
        itemStyle: { color: paint('teal'), borderRadius: [4, 4, 0, 0] },
      },
    ],
  })

/** How many bought again how often, and how many the model says would. */
export const fitBars =
  (fit: ValueResult['fit'], { t, format }: Words) =>
  (paint: Paint): Picture => ({
    grid: { ...room, bottom: 4 },
    legend: legend(paint),
    tooltip: { ...bubble(paint), trigger: 'axis', valueFormatter: (value: number) => format.count(Math.round(value)) },
    xAxis: names(
      paint,
      fit.map(({ repeats }) => (repeats === fit.length - 1 ? t.mining.orMore(repeats) : String(repeats))),
    ),
    yAxis: numbers(paint, (value) => format.short(value)),
    series: [
      {
        type: 'bar',
        name: t.mining.actual,
        data: fit.map(({ actual }) => actual),
        barMaxWidth: 26,
        itemStyle: { color: paint('teal'), borderRadius: [3, 3, 0, 0] },
      },
      {
        type: 'bar',
        name: t.mining.modelled,
        data: fit.map(({ expected }) => expected),
        barMaxWidth: 26,
        itemStyle: { color: `${paint('amber')}aa`, borderRadius: [3, 3, 0, 0] },
      },
    ],
  })

/** A sample of people along the two principal axes, coloured by cluster. */
export const clusterScatter =
  (result: ClustersResult, nameOf: (no: number) => string) =>
  (paint: Paint): Picture => ({
    grid: room,
    legend: legend(paint),
    tooltip: { ...bubble(paint), formatter: ({ seriesName }: { seriesName: string }) => seriesName },
    xAxis: numbers(paint, () => ''),
    yAxis: numbers(paint, () => ''),
    series: result.clusters.map(({ no }, c) => ({
      type: 'scatter',
      name: nameOf(no),
      symbolSize: 5,
      itemStyle: { color: hueOf(paint, c), opacity: 0.7 },
      data: result.scatter.points.filter(([, , cluster]) => cluster === no).map(([x, y]) => [x, y]),
    })),
  })

/** Silhouette and inertia by number of clusters; the number taken stands out. */
export const choiceCurve =
  (result: ClustersResult, { t, format }: Words) =>
  (paint: Paint): Picture => ({
    grid: room,
    legend: legend(paint),
    tooltip: { ...bubble(paint), trigger: 'axis', valueFormatter: (value: number) => format.decimal(value) },
    xAxis: names(
      paint,
      result.tried.map(({ k }) => String(k)),
      { name: t.mining.k, nameLocation: 'middle', nameGap: 24 },
    ),
    yAxis: [
      numbers(paint, (value) => format.decimal(value), { scale: true }),
      numbers(paint, (value) => format.short(value), { scale: true, splitLine: { show: false } }),
    ],
    series: [
      {
        type: 'line',
        name: t.mining.silhouette,
        data: result.tried.map(({ k, silhouette }) => ({ value: silhouette, symbolSize: k === result.k ? 13 : 6 })),
        symbol: 'circle',
        lineStyle: { width: 2 },
        itemStyle: { color: paint('teal') },
      },
      {
        type: 'line',
        name: t.mining.inertia,
        yAxisIndex: 1,
        data: result.tried.map(({ k, inertia }) => ({ value: inertia, symbolSize: k === result.elbow ? 13 : 6 })),
        symbol: 'circle',
        lineStyle: { width: 2, type: [5, 4] },
        itemStyle: { color: paint('amber') },
      },
    ],
  })

const sides = ({ left, right }: Rule) => `${left.join(' + ')} → ${right.join(' + ')}`

export const ruleScatter =
  (rules: readonly Rule[], { t, format }: Words) =>
  (paint: Paint): Picture => {
    const lifts = rules.map(({ lift }) => lift)
    return {
      grid: { ...room, top: 16, bottom: 40, right: 24 },
      tooltip: {
        ...bubble(paint),
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const rule = rules[dataIndex]
          if (!rule) return ''
          const { format: write } = echartsText
          return `${write(sides(rule))}<br/>${t.mining.support} ${format.share(rule.support)} · ${t.mining.confidence} ${format.share(rule.confidence)} · ${t.mining.lift} ${format.decimal(rule.lift)}`
        },
      },
      xAxis: numbers(paint, (value) => format.share(value), {
        name: t.mining.support,
        nameLocation: 'middle',
        nameGap: 26,
        scale: true,
      }),
      yAxis: numbers(paint, (value) => format.share(value), { scale: true }),
      visualMap: {
        show: false,
        dimension: 2,
        min: Math.min(...lifts, 1),
        max: Math.max(...lifts, 2),
        inRange: { color: [paint('amber'), paint('cinnabar')] },
      },
      series: [
        {
          type: 'scatter',
          symbolSize: 9,
          itemStyle: { opacity: 0.75 },
          data: rules.map(({ support, confidence, lift }) => [support, confidence, lift]),
        },
      ],
    }
  }

/** Names come from customers' data and stand in HTML here. */
const echartsText = {
  format: (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
}

/** Items as dots, rules as lines from each item on the left to those on the right. */
export const ruleGraph =
  (rules: readonly Rule[], { format }: Words) =>
  (paint: Paint): Picture => {
    const items = new Map<string, number>()
    for (const { left, right } of rules)
      for (const item of [...left, ...right]) items.set(item, (items.get(item) ?? 0) + 1)
    const most = Math.max(1, ...items.values())
    const highest = Math.max(1, ...rules.map(({ lift }) => lift))
    const lines = new Map<string, { source: string; target: string; lift: number }>()
    for (const { left, right, lift } of rules)
      for (const source of left)
        for (const target of right) {
          const key = JSON.stringify([source, target])
          if ((lines.get(key)?.lift ?? 0) < lift) lines.set(key, { source, target, lift })
        }
    return {
      tooltip: {
        ...bubble(paint),
        formatter: ({
          dataType,
          data,
        }: {
          dataType: string
          data: { name?: string; source?: string; target?: string; lift?: number }
        }) =>
          dataType === 'edge'
            ? `${echartsText.format(`${data.source} → ${data.target}`)} · ${format.decimal(data.lift ?? 0)}`
            : echartsText.format(data.name ?? ''),
      },
      series: [
        {
          type: 'graph',
          layout: 'force',
          roam: true,
          force: {
            repulsion: items.size < 15 ? 1_400 : 260,
            edgeLength: [70, 190],
            gravity: 0.1,
            layoutAnimation: false,
          },
          edgeSymbol: ['none', 'arrow'],
          edgeSymbolSize: 7,
          label: {
            show: true,
            position: 'right',
            ...letters(paint),
            formatter: ({ name }: { name: string }) => (name.length > 16 ? `${name.slice(0, 15)}…` : name),
          },
          labelLayout: { hideOverlap: true },
          lineStyle: { color: paint('line-2'), curveness: 0.12 },
          emphasis: { focus: 'adjacency', lineStyle: { color: paint('cinnabar') } },
          data: [...items].map(([name, count]) => ({
            name,
            symbolSize: 10 + (22 * count) / most,
            itemStyle: { color: paint('teal') },
          })),
          links: [...lines.values()].map((line) => ({ ...line, lineStyle: { width: 1 + (4 * line.lift) / highest } })),
        },
      ],
    }
  }
