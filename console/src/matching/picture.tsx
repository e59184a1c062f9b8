import { BarChart, GraphChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { usePreferences } from '../preferences.ts'

use([
  BarChart,
  GraphChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  AriaComponent,
  SVGRenderer,
])

const still = window.matchMedia('(prefers-reduced-motion: reduce)')

/** A colour or font of the page by its name. */
export type Paint = (name: string) => string

/** Draws what `draw` says, again when the data or the appearance change. */
export const Picture = ({
  draw,
  label,
  height,
  onNode,
}: {
  draw: (paint: Paint) => object
  /** What the picture shows, for those who hear it. */
  label: string
  height: number
  /** A node of a graph was clicked: its id. */
  onNode?: (id: string) => void
}) => {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init>>(undefined)
  const pick = useRef(onNode)
  pick.current = onNode
  const { mode } = usePreferences()

  useEffect(() => {
    const element = place.current
    if (!element) return
    const made = init(element, undefined, { renderer: 'svg' })
    chart.current = made
    made.on('click', (event) => {
      const data: unknown = event.data
      if (event.dataType === 'node' && typeof data === 'object' && data !== null && 'id' in data)
        pick.current?.(String(data.id))
    })
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
    const aria = { enabled: true, label: { description: label } }
    chart.current?.setOption(
      {
        animation: !still.matches,
        animationDuration: 400,
        aria,
        ...draw((name) => style.getPropertyValue(`--${name}`).trim()),
      },
      true,
    )
  }, [draw, label, mode])

  return <div ref={place} className="chart" style={{ height }} role="img" aria-label={label} />
}
