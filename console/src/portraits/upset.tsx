import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { downloadCsv } from './download.ts'
import { cut, Drawing, paintOf } from './drawing.tsx'
import type { Overlap } from './portrait-shapes.ts'

const barsHeight = 150
const rowHeight = 26
const columnWidth = 34

/** UpSet: a column per combination, its size above and its members marked below. */
export const Upset = ({ overlap, onPick }: { overlap: Overlap; onPick?: ((place: number) => void) | undefined }) => {
  const t = useText()
  const format = useFormats()
  const { sets, intersections } = overlap
  const told = (size: number | null) => (size === null ? t.portraits.fewer : format.count(size))
  const csv = () =>
    downloadCsv(t.portraits.overlap, [
      [...sets.map(({ name }) => name), t.portraits.count],
      ...intersections.map((one) => [
        ...sets.map((_, i) => (one.sets.includes(i) ? 1 : 0)),
        one.size ?? t.portraits.fewer,
      ]),
    ])
  return (
    <Drawing
      label={t.portraits.overlap}
      name={t.portraits.overlap}
      height={barsHeight + 26 + sets.length * rowHeight}
      onCsv={csv}
    >
      {(width) => {
        const left = Math.min(200, Math.round(width * 0.34))
        const columns = intersections.slice(0, Math.max(1, Math.floor((width - left - 8) / columnWidth)))
        const most = Math.max(1, ...columns.map(({ size }) => size ?? 1))
        const mostSet = Math.max(1, ...sets.map(({ size }) => size ?? 1))
        const below = barsHeight + 22
        return (
          <>
            {sets.map((set, row) => {
              const y = below + row * rowHeight
              const bar = ((set.size ?? 1) / mostSet) * (left - 12)
              return (
                <g key={`${set.kind}:${set.id}`}>
                  <rect x={left - 8 - bar} y={y + 3} width={bar} height={rowHeight - 8} rx={3} className="draw-base" />
                  <text x={left - 12} y={y + rowHeight / 2 - 1} textAnchor="end" className="draw-label">
                    {cut(`${set.name} ${told(set.size)}`, left - 14)}
                  </text>
                </g>
              )
            })}
            {columns.map((one, column) => {
              const x = left + column * columnWidth + columnWidth / 2
              const height = Math.max(2, ((one.size ?? 1) / most) * (barsHeight - 20))
              const first = Math.min(...one.sets)
              const last = Math.max(...one.sets)
              const names = one.sets.map((i) => sets[i]?.name ?? '').join(' ∩ ')
              const label = `${names}: ${told(one.size)}`
              return (
                <g
                  key={one.sets.join('-')}
                  {...(onPick
                    ? {
                        role: 'button',
                        tabIndex: 0,
                        className: 'draw-pick',
                        'aria-label': label,
                        onClick: () => onPick(column),
                        onKeyDown: (event: React.KeyboardEvent) => {
                          if (event.key !== 'Enter' && event.key !== ' ') return
                          // Or the same key would press the first button of the dialog that opens.
                          event.preventDefault()
                          onPick(column)
                        },
                      }
                    : {})}
                >
                  <title>{label}</title>
                  <rect
                    x={x - columnWidth / 2}
                    y={0}
                    width={columnWidth}
                    height={below + sets.length * rowHeight}
                    fill="transparent"
                  />
                  <rect
                    x={x - 9}
                    y={barsHeight - height + 10}
                    width={18}
                    height={height}
                    rx={3}
                    style={{ fill: one.sets.length === 1 ? paintOf(first) : 'var(--ink-2)' }}
                  />
                  <text x={x} y={barsHeight - height + 1} textAnchor="middle" className="draw-share">
                    {one.size === null ? t.portraits.fewer : format.short(one.size)}
                  </text>
                  {last > first && (
                    <line
                      x1={x}
                      x2={x}
                      y1={below + first * rowHeight + rowHeight / 2}
                      y2={below + last * rowHeight + rowHeight / 2}
                      className="draw-link"
                    />
                  )}
                  {sets.map((set, row) => (
                    <circle
                      key={`${set.kind}:${set.id}`}
                      cx={x}
                      cy={below + row * rowHeight + rowHeight / 2}
                      r={6}
                      className={one.sets.includes(row) ? 'draw-dot' : 'draw-dot-off'}
                    />
                  ))}
                </g>
              )
            })}
          </>
        )
      }}
    </Drawing>
  )
}
