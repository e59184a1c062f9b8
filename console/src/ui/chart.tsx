import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { type Formats, useFormats } from '../i18n/numbers.ts'
import { usePreferences } from '../preferences.ts'

use([BarChart, LineChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer])

export interface Series {
  name: string
  kind: 'line' | 'bar'
  /** A name of the palette. */
  color: 'teal' | 'cinnabar' | 'amber' | 'ink-3'
  /** `open`: its time is not over, so the value still grows. */
  points: readonly { at: string; value: number; open?: boolean }[]
  /** Series of one stack stand on each other. */
  stack?: string
}

const still = window.matchMedia('(prefers-reduced-motion: reduce)')

/** Values over time. New points slide in; nothing is drawn anew. */
export const TimeChart = ({
  series,
  height = 260,
  label,
  tick = 'dayHour',
}: {
  series: readonly Series[]
  height?: number
  /** What the picture shows, for those who hear it. */
  label: string
  tick?: keyof Pick<Formats, 'dayHour' | 'minute' | 'date'>
}) => {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init>>(undefined)
  const format = useFormats()
  const { mode } = usePreferences()

  useEffect(() => {
    const element = place.current
    if (!element) return
    const made = init(element, undefined, { renderer: 'svg' })
    chart.current = made
    const watcher = new ResizeObserver(() => made.resize())
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      made.dispose()
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, so they follow the mode
  useEffect(() => {
    const style = getComputedStyle(document.documentElement)
    const color = (name: string) => style.getPropertyValue(`--${name}`).trim()
    const grid = color('line')
    const word = { color: color('ink-3'), fontFamily: color('sans'), fontSize: 12 }
    chart.current?.setOption({
      animation: !still.matches,
      animationDuration: 500,
      animationDurationUpdate: 400,
      aria: { enabled: true, label: { description: label } },
      grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        trigger: 'axis',
        backgroundColor: color('surface'),
        borderColor: color('line-2'),
        padding: [8, 12],
        textStyle: { color: color('ink'), fontFamily: color('sans'), fontSize: 13 },
        axisPointer: { type: 'line', lineStyle: { color: color('line-2') } },
        valueFormatter: (value: unknown) => format.count(Number(value)),
      },
      xAxis: {
        type: 'time',
        axisLine: { lineStyle: { color: grid } },
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { ...word, hideOverlap: true, formatter: (value: number) => format[tick](value) },
        axisPointer: { label: { formatter: ({ value }: { value: number }) => format.dateTime(value) } },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        splitNumber: 4,
        axisLine: { show: false },
        axisTick: { show: false },
        splitLine: { lineStyle: { color: grid, type: [3, 4] } },
        axisLabel: { ...word, formatter: (value: number) => format.short(value) },
      },
      series: series.map((one) => ({
        name: one.name,
        type: one.kind,
        ...(one.stack ? { stack: one.stack } : {}),
        showSymbol: one.points.length < 3,
        symbolSize: 6,
        smooth: 0.25,
        smoothMonotone: 'x',
        barMaxWidth: 14,
        itemStyle: { color: color(one.color), borderRadius: one.kind === 'bar' ? [3, 3, 0, 0] : 0 },
        lineStyle: { width: 2, color: color(one.color) },
        ...(one.kind === 'line'
          ? {
              areaStyle: {
                color: {
                  type: 'linear',
                  x: 0,
                  y: 0,
                  x2: 0,
                  y2: 1,
                  colorStops: [
                    { offset: 0, color: `${color(one.color)}3d` },
                    { offset: 1, color: `${color(one.color)}00` },
                  ],
                },
              },
            }
          : {}),
        data: one.points.map(({ at, value, open }) => ({
          value: [new Date(at).getTime(), value],
          ...(open ? { itemStyle: { opacity: 0.4 } } : {}),
        })),
      })),
    })
  }, [series, format, mode, label, tick])

  return <div ref={place} className="chart" style={{ height }} role="img" aria-label={label} />
}
