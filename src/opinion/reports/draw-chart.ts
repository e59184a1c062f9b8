import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ReportChart } from './report-contract.ts'
import { typeface } from './typeface.ts'

const tones = { main: '#0e766c', bad: '#bf3f27', good: '#1f7547', plain: '#66756f' } as const

/** A chart as SVG, 720 × 260. The same data give the same text. */
export const chartSvg = async (chart: ReportChart): Promise<string> => {
  // Heavy, and only reports need it.
  const [{ init, use }, { BarChart, LineChart }, { GridComponent, LegendComponent }, { SVGRenderer }] =
    await Promise.all([
      import('echarts/core'),
      import('echarts/charts'),
      import('echarts/components'),
      import('echarts/renderers'),
    ])
  use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer])
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 260 })
  const lines = chart.kind === 'lines'
  drawing.setOption({
    animation: false,
    textStyle: { fontFamily: 'Noto Sans SC, sans-serif' },
    grid: { left: 48, right: 16, top: 36, bottom: lines ? 36 : 56 },
    legend: { top: 4, right: 8, itemWidth: 14, itemHeight: 8 },
    xAxis: {
      type: 'category',
      data: chart.labels,
      boundaryGap: !lines,
      axisLabel: lines ? { hideOverlap: true } : { interval: 0, rotate: chart.labels.length > 6 ? 28 : 0 },
    },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: '#eef0f3' } } },
    series: chart.series.map(({ name, tone, values }) => ({
      name,
      type: lines ? 'line' : 'bar',
      data: values,
      showSymbol: false,
      barMaxWidth: 22,
      lineStyle: { width: 2, color: tones[tone] },
      itemStyle: { color: tones[tone] },
    })),
  })
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  // Ids are counted through the life of the process; in a document they start anew.
  const ids = new Map<string, string>()
  return svg.replaceAll(/zr\d+-(?:c|cls-|g|s|p)?\d+/g, (id) => {
    const known = ids.get(id) ?? `z${ids.size}`
    ids.set(id, known)
    return known
  })
}

let ready: Promise<typeof import('@resvg/resvg-wasm')> | undefined
const rasteriser = () =>
  (ready ??= (async () => {
    const resvg = await import('@resvg/resvg-wasm')
    await resvg.initWasm(await readFile(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))))
    return resvg
  })())

/** A chart as PNG, 1,440 × 520, for documents that cannot hold SVG. */
export const chartPng = async (chart: ReportChart): Promise<Buffer> => {
  const { Resvg } = await rasteriser()
  const drawn = new Resvg(await chartSvg(chart), {
    fitTo: { mode: 'width', value: 1440 },
    font: { fontBuffers: [typeface().regular], defaultFontFamily: 'Noto Sans SC' },
    background: '#ffffff',
  })
  try {
    return Buffer.from(drawn.render().asPng())
  } finally {
    drawn.free()
  }
}
