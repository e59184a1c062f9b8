import { TreeChart } from 'echarts/charts'
import { TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import type { SpreadNode } from '../../../../src/opinion/events/events-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'

use([TreeChart, TooltipComponent, SVGRenderer])

interface Drawn {
  name: string
  value: number
  symbolSize: number
  itemStyle: { color: string; borderColor: string }
  children: Drawn[]
  note: string
}

/** Who copied whom, the original in the middle. Larger dots led to more copies. */
export const SpreadTree = ({ nodes }: { nodes: readonly SpreadNode[] }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const { mode } = usePreferences()
  const place = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, so they follow the mode
  useEffect(() => {
    const element = place.current
    if (!element) return
    const style = getComputedStyle(document.documentElement)
    const color = (name: string) => style.getPropertyValue(`--${name}`).trim()
    const most = Math.max(1, ...nodes.map(({ below }) => below))
    const made = new Map<string, Drawn>(
      nodes.map((node) => [
        node.id,
        {
          name: node.author || words.someone,
          value: node.below,
          symbolSize: 5 + 26 * Math.sqrt(node.below / most),
          itemStyle: {
            color:
              node.layer === 0 ? color('cinnabar') : node.authorClass === 'person' ? color('teal') : color('amber'),
            borderColor: color('surface'),
          },
          children: [],
          note: `${words.layer(String(node.layer))} · ${format.dateTime(node.at)} · ${words.followers} ${format.short(node.followers)} · ${words.below} ${format.count(node.below)}`,
        },
      ]),
    )
    const roots: Drawn[] = []
    for (const node of nodes) {
      const drawn = made.get(node.id)
      if (!drawn) continue
      const parent = node.parent === null ? undefined : made.get(node.parent)
      if (parent) parent.children.push(drawn)
      else roots.push(drawn)
    }
    const [only] = roots
    const top: Drawn =
      roots.length === 1 && only
        ? only
        : {
            name: '',
            value: 0,
            symbolSize: 1,
            itemStyle: { color: 'transparent', borderColor: 'transparent' },
            children: roots,
            note: '',
          }
    const chart = init(element, undefined, { renderer: 'svg' })
    chart.setOption({
      animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      tooltip: {
        trigger: 'item',
        confine: true,
        backgroundColor: color('surface'),
        borderColor: color('line'),
        textStyle: { color: color('ink'), fontFamily: color('sans'), fontSize: 12 },
        // The library would take markup: what people wrote is put in as text.
        renderMode: 'richText',
        formatter: ({ data }: { data: Drawn }) => (data.note === '' ? '' : `${data.name}\n${data.note}`),
      },
      series: [
        {
          type: 'tree',
          data: [top],
          layout: 'radial',
          roam: true,
          expandAndCollapse: false,
          initialTreeDepth: -1,
          symbol: 'circle',
          lineStyle: { color: color('line'), width: 1, curveness: 0.4 },
          label: { show: false },
          top: '4%',
          bottom: '4%',
          left: '4%',
          right: '4%',
        },
      ],
    })
    const watcher = new ResizeObserver(() => chart.resize())
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      chart.dispose()
    }
  }, [nodes, mode, words, format])
  return <div ref={place} className="spread-tree" role="img" aria-label={words.treeLabel} />
}
