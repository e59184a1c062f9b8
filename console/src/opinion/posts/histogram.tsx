import { useRef, useState } from 'react'
import type { Facets } from '../../../../src/opinion/posts/post-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'

const height = 88

/** Posts over time, the negative ones below. Dragging over it chooses a span. */
export const Histogram = ({ of, onBrush }: { of: Facets['histogram']; onBrush: (from: Date, to: Date) => void }) => {
  const t = useText()
  const format = useFormats()
  const place = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  const [over, setOver] = useState<number>()
  const { bars, stepMs } = of
  const most = Math.max(1, ...bars.map(({ posts }) => posts))
  const barAt = (x: number): number => {
    const box = place.current?.getBoundingClientRect()
    if (!box || bars.length === 0) return 0
    return Math.min(bars.length - 1, Math.max(0, Math.floor(((x - box.left) / box.width) * bars.length)))
  }
  const timeOf = (index: number) => new Date(bars[index]?.at ?? of.from).getTime()
  const finish = () => {
    if (drag) {
      const [first, last] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
      onBrush(new Date(timeOf(first)), new Date(timeOf(last) + stepMs))
    }
    setDrag(undefined)
  }
  const shown = over === undefined ? undefined : bars[over]
  return (
    <div className="histogram">
      <div
        ref={place}
        className="histogram-plot"
        role="img"
        aria-label={t.posts.histogram}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          const at = barAt(event.clientX)
          setDrag({ from: at, to: at })
        }}
        onPointerMove={(event) => {
          const at = barAt(event.clientX)
          setOver(at)
          if (drag) setDrag({ ...drag, to: at })
        }}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setOver(undefined)}
      >
        <svg
          width="100%"
          height={height}
          viewBox={`0 0 ${Math.max(1, bars.length)} ${height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {bars.map(({ at, posts, negative }, index) => {
            const whole = (posts / most) * (height - 4)
            const bad = (negative / most) * (height - 4)
            const inside = drag && index >= Math.min(drag.from, drag.to) && index <= Math.max(drag.from, drag.to)
            return (
              <g key={at} className={inside ? 'histogram-in' : index === over ? 'histogram-over' : ''}>
                <rect x={index} y={0} width={1} height={height} className="histogram-hit" />
                <rect x={index + 0.12} y={height - whole} width={0.76} height={whole} className="histogram-all" />
                <rect x={index + 0.12} y={height - bad} width={0.76} height={bad} className="histogram-bad" />
              </g>
            )
          })}
        </svg>
      </div>
      <div className="histogram-foot">
        <span>{format.dayHour(of.from)}</span>
        <span className="histogram-told">
          {shown
            ? t.posts.barText(format.dayHour(shown.at), format.count(shown.posts), format.count(shown.negative))
            : t.posts.brushHint}
        </span>
        <span>{format.dayHour(of.to)}</span>
      </div>
    </div>
  )
}
