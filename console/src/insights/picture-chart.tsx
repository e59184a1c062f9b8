import { BarChart, HeatmapChart, LineChart, SankeyChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { usePreferences } from '../preferences.ts'
import type { Paint, Picture } from './pictures.ts'

use([
  BarChart,
  HeatmapChart,
  LineChart,
  SankeyChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
  AriaComponent,
  SVGRenderer,
  CanvasRenderer,
])

const still = window.matchMedia('(prefers-reduced-motion: reduce)')

const paintOf = (): Paint => {
  const style = getComputedStyle(document.documentElement)
  return (name) => style.getPropertyValue(`--${name}`).trim()
}

/** Which part of a picture was clicked. */
export interface Picked {
  seriesIndex: number
  dataIndex: number
}

/** Draws an answer. What can be clicked here can also be reached as a button in the table beside it. */
export const PictureChart = ({
  draw,
  label,
  height = 320,
  onPick,
}: {
  draw: (paint: Paint) => Picture
  /** What the picture shows, for those who hear it. */
  label: string
  height?: number
  onPick?: ((picked: Picked) => void) | undefined
}) => {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init>>(undefined)
  const pick = useRef(onPick)
  pick.current = onPick
  const { mode } = usePreferences()

  useEffect(() => {
    const element = place.current
    if (!element) return
    const made = init(element, undefined, { renderer: 'svg' })
    chart.current = made
    made.on('click', ({ seriesIndex, dataIndex }) => {
      if (seriesIndex !== undefined) pick.current?.({ seriesIndex, dataIndex })
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
    const aria = { enabled: true, label: { description: label } }
    chart.current?.setOption({ animation: !still.matches, animationDuration: 400, aria, ...draw(paintOf()) }, true)
  }, [draw, label, mode])

  return <div ref={place} className="chart" style={{ height }} role="img" aria-label={label} />
}

/** The picture as the data: address of a PNG, 2,400 points wide. */
export const pngOf = (draw: (paint: Paint) => Picture, height = 560): string => {
  const paint = paintOf()
  const element = document.createElement('div')
  const chart = init(element, undefined, { renderer: 'canvas', width: 1200, height, devicePixelRatio: 2 })
  try {
    chart.setOption({ animation: false, ...draw(paint) })
    return chart.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: paint('surface') })
  } finally {
    chart.dispose()
  }
}
