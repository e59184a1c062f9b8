import { lazy, Suspense, useCallback } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import type { LinkGraph, RunDetail } from './matching-shapes.ts'
import type { Paint } from './picture.tsx'

const Drawn = lazy(async () => ({ default: (await import('./picture.tsx')).Picture }))

const height = { histogram: 300, graph: 380 }

/** Pairs by weight, with the lines where review and merging begin. */
export const WeightHistogram = ({ outcome }: { outcome: NonNullable<RunDetail['outcome']> }) => {
  const t = useText()
  const format = useFormats()
  const { histogram, linkWeight, reviewWeight } = outcome
  const label = t.matching.histogramLabel(reviewWeight.toFixed(1), linkWeight.toFixed(1))
  const draw = useCallback(
    (paint: Paint) => {
      const first = histogram.counts.findIndex((count) => count > 0)
      const last = histogram.counts.findLastIndex((count) => count > 0)
      const from = Math.max(0, Math.min(first, Math.floor(reviewWeight - histogram.from)) - 2)
      const to = Math.min(histogram.counts.length, Math.max(last, Math.ceil(linkWeight - histogram.from)) + 3)
      const bins = histogram.counts.slice(from, to).map((count, index) => [histogram.from + from + index + 0.5, count])
      const word = { color: paint('ink-3'), fontFamily: paint('sans'), fontSize: 12 }
      const line = (weight: number, name: string, color: string, align: 'left' | 'right') => ({
        xAxis: weight,
        lineStyle: { color: paint(color), width: 2 },
        label: {
          formatter: name,
          color: paint(color),
          fontFamily: paint('sans'),
          position: 'end',
          align,
          padding: [0, 3],
        },
      })
      return {
        grid: { left: 4, right: 18, top: 34, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        tooltip: {
          trigger: 'axis',
          backgroundColor: paint('surface'),
          borderColor: paint('line-2'),
          textStyle: { color: paint('ink'), fontFamily: paint('sans'), fontSize: 13 },
          formatter: ([point]: { value: [number, number] }[]) =>
            point ? t.matching.pairsAt(Math.floor(point.value[0]), format.count(point.value[1])) : '',
        },
        xAxis: {
          type: 'value',
          min: histogram.from + from,
          max: histogram.from + to,
          axisLine: { lineStyle: { color: paint('line') } },
          splitLine: { show: false },
          axisLabel: word,
        },
        yAxis: {
          type: 'log',
          min: 0.5,
          axisLine: { show: false },
          splitLine: { lineStyle: { color: paint('line'), type: [3, 4] } },
          axisLabel: { ...word, formatter: (value: number) => (value < 1 ? '' : format.short(value)) },
        },
        series: [
          {
            type: 'bar',
            barWidth: '92%',
            itemStyle: { color: paint('teal'), borderRadius: [2, 2, 0, 0] },
            data: bins.filter(([, count]) => (count ?? 0) > 0),
            markLine: {
              symbol: 'none',
              silent: true,
              data: [
                line(reviewWeight, t.matching.reviewFrom, 'amber', 'right'),
                line(linkWeight, t.matching.linkFrom, 'cinnabar', 'left'),
              ],
            },
          },
        ],
      }
    },
    [histogram, linkWeight, reviewWeight, t, format],
  )
  return (
    <Suspense fallback={<div className="chart" style={{ height: height.histogram }} />}>
      <Drawn draw={draw} label={label} height={height.histogram} />
    </Suspense>
  )
}

/**
 * Where customers stand: the one in question in the middle, those linked with him around him, theirs further out behind
 * each. The same links always give the same picture.
 */
const placesOf = ({ customers, links }: LinkGraph, middle: string): Map<string, { x: number; y: number }> => {
  const near = customers.filter(({ distance }) => distance === 1).map(({ id }) => id)
  const behind = Map.groupBy(
    customers.filter(({ distance }) => distance === 2).map(({ id }) => id),
    (id) => {
      const link = links.find(
        ({ from, to }) => (from === id && near.includes(to)) || (to === id && near.includes(from)),
      )
      return link ? (link.from === id ? link.to : link.from) : (near[0] ?? middle)
    },
  )
  const places = new Map([[middle, { x: 0, y: 0 }]])
  near.forEach((id, index) => {
    // Not straight down, where the name of the one in the middle stands.
    const angle = 0.6 - Math.PI / 2 + (2 * Math.PI * index) / near.length
    places.set(id, { x: Math.cos(angle), y: Math.sin(angle) })
    const others = behind.get(id) ?? []
    const room = (2 * Math.PI) / near.length
    others.forEach((other, place) => {
      const turned = angle + room * ((place + 1) / (others.length + 1) - 0.5) * 0.9
      places.set(other, { x: 2 * Math.cos(turned), y: 2 * Math.sin(turned) })
    })
  })
  return places
}

const linkColors = {
  household: 'teal',
  employer: 'blue',
  guarantor: 'cinnabar',
  referrer: 'green',
  emergencyContact: 'amber',
} as const

/** Customers and how they are linked; arrows lead from who acts. */
export const LinkPicture = ({
  graph,
  middle,
  nameOf,
  onCustomer,
}: {
  graph: LinkGraph
  middle: string
  nameOf: (id: string) => string
  onCustomer: (id: string) => void
}) => {
  const t = useText()
  const label = t.matching.graphLabel(graph.customers.length, graph.links.length)
  const draw = useCallback(
    (paint: Paint) => {
      const word = { color: paint('ink-2'), fontFamily: paint('sans'), fontSize: 12 }
      const places = placesOf(graph, middle)
      return {
        tooltip: {
          backgroundColor: paint('surface'),
          borderColor: paint('line-2'),
          textStyle: { color: paint('ink'), fontFamily: paint('sans'), fontSize: 13 },
          formatter: '{b}',
        },
        series: [
          {
            type: 'graph',
            layout: 'none',
            preserveAspect: 'contain',
            left: 60,
            right: 60,
            top: 40,
            bottom: 60,
            cursor: 'pointer',
            data: graph.customers.map(({ id, distance }) => ({
              id,
              name: nameOf(id),
              ...places.get(id),
              symbolSize: id === middle ? 46 : distance === 1 ? 32 : 22,
              itemStyle: {
                color: id === middle ? paint('teal') : paint('surface'),
                borderColor: paint('teal'),
                borderWidth: id === middle ? 0 : 2,
              },
            })),
            label: { show: true, position: 'bottom', ...word },
            edgeLabel: { show: true, fontSize: 11, color: paint('ink-3'), fontFamily: paint('sans') },
            edges: graph.links.map((link) => ({
              source: link.from,
              target: link.to,
              name: t.matching.linkKinds[link.kind],
              symbol: link.kind === 'household' || link.kind === 'employer' ? ['none', 'none'] : ['none', 'arrow'],
              symbolSize: 9,
              label: { formatter: t.matching.linkKinds[link.kind] },
              lineStyle: {
                color: paint(linkColors[link.kind]),
                width: 2,
                type: link.state === 'proposed' ? 'dashed' : 'solid',
                curveness: 0.06,
              },
            })),
          },
        ],
      }
    },
    [graph, middle, nameOf, t],
  )
  return (
    <Suspense fallback={<div className="chart" style={{ height: height.graph }} />}>
      <Drawn draw={draw} label={label} height={height.graph} onNode={onCustomer} />
    </Suspense>
  )
}
