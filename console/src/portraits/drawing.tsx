import { Button } from 'antd'
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { downloadPng } from './download.ts'

/** Colours of sets, in the order they were chosen. */
export const paints = ['teal', 'cinnabar', 'amber', 'blue', 'green'] as const
export const paintOf = (place: number) => `var(--${paints[place % paints.length] ?? 'teal'})`

/** A drawing as wide as its place, that can be taken away as a picture; with a table of its numbers. */
export const Drawing = ({
  label,
  name,
  height,
  onCsv,
  children,
}: {
  /** What the picture shows, for those who hear it. */
  label: string
  /** Of the files. */
  name: string
  height: number
  onCsv?: () => void
  children: (width: number) => ReactNode
}) => {
  const t = useText()
  const fail = useFailureToast()
  const place = useRef<HTMLDivElement>(null)
  const drawing = useRef<SVGSVGElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = place.current
    if (!element) return
    const measure = () => setWidth(Math.floor(element.clientWidth))
    measure()
    const watcher = new ResizeObserver(measure)
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  return (
    <div className="drawing">
      <div ref={place} className="drawing-place">
        {width > 0 && (
          <svg ref={drawing} width={width} height={height} role="group" aria-label={label}>
            {children(width)}
          </svg>
        )}
      </div>
      <div className="drawing-tools">
        <Button
          size="small"
          type="text"
          icon={<Icon name="download" size={14} />}
          onClick={() => {
            if (drawing.current) downloadPng(name, drawing.current).catch(fail)
          }}
        >
          {t.portraits.png}
        </Button>
        {onCsv && (
          <Button size="small" type="text" icon={<Icon name="download" size={14} />} onClick={onCsv}>
            {t.portraits.csv}
          </Button>
        )}
      </div>
    </div>
  )
}

/** Text of at most so many points of width, by a rough width of its characters. */
export const cut = (text: string, points: number, size = 12): string => {
  let used = 0
  let kept = ''
  for (const character of text) {
    used += character.charCodeAt(0) > 0x2e80 ? size : size * 0.58
    if (used > points) return `${kept.slice(0, -1)}…`
    kept += character
  }
  return kept
}
