import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { downloadCsv } from './download.ts'
import { Drawing } from './drawing.tsx'
import type { CurvePoint } from './portrait-shapes.ts'

const height = 240
const top = 12
const bottom = 30
const left = 40
const right = 44

/** Similarity (left) and the held-out seed included (right, dashed) against size; the chosen size is marked. */
export const Curve = ({ curve, size }: { curve: readonly CurvePoint[]; size: number }) => {
  const t = useText()
  const format = useFormats()
  const most = Math.max(1, curve.at(-1)?.size ?? 1)
  const csv = () =>
    downloadCsv(t.portraits.lookalike.curve, [
      [
        t.portraits.lookalike.size,
        t.portraits.lookalike.similarity,
        t.portraits.lookalike.lowest,
        t.portraits.lookalike.recall,
      ],
      ...curve.map((one) => [one.size, one.similarity, one.lowest, one.recall]),
    ])
  return (
    <Drawing label={t.portraits.lookalike.curve} name={t.portraits.lookalike.curve} height={height} onCsv={csv}>
      {(width) => {
        const x = (value: number) => left + (value / most) * (width - left - right)
        const y = (share: number) => top + (1 - share) * (height - top - bottom)
        const path = (shareOf: (one: CurvePoint) => number | null) =>
          curve
            .flatMap((one) => {
              const share = shareOf(one)
              return share === null ? [] : [`${x(one.size).toFixed(1)},${y(share).toFixed(1)}`]
            })
            .join(' L')
        const similar = path((one) => one.similarity / 100)
        const recall = path((one) => one.recall)
        return (
          <>
            {[0, 0.25, 0.5, 0.75, 1].map((share) => (
              <g key={share}>
                <line x1={left} x2={width - right} y1={y(share)} y2={y(share)} className="draw-grid" />
                <text x={left - 6} y={y(share)} textAnchor="end" className="draw-tick">
                  {Math.round(share * 100)}
                </text>
                <text x={width - right + 6} y={y(share)} className="draw-tick">
                  {Math.round(share * 100)}%
                </text>
              </g>
            ))}
            {[0.25, 0.5, 0.75, 1].map((share) => (
              <text key={share} x={x(share * most)} y={height - 12} textAnchor="middle" className="draw-tick">
                {format.short(Math.round(share * most))}
              </text>
            ))}
            {similar !== '' && <path d={`M${similar}`} className="draw-line" />}
            {recall !== '' && <path d={`M${recall}`} className="draw-line-2" />}
            <line x1={x(size)} x2={x(size)} y1={top} y2={height - bottom} className="draw-link" />
          </>
        )
      }}
    </Drawing>
  )
}

/** Straight between the points of the curve. */
export const pointAt = (curve: readonly CurvePoint[], size: number): CurvePoint | undefined => {
  const after = curve.findIndex((one) => one.size >= size)
  const next = curve[after]
  const before = curve[after - 1]
  if (!next) return curve.at(-1)
  if (!before) return next
  const part = (size - before.size) / (next.size - before.size)
  const between = (a: number, b: number) => a + (b - a) * part
  return {
    size,
    similarity: between(before.similarity, next.similarity),
    lowest: between(before.lowest, next.lowest),
    recall: before.recall === null || next.recall === null ? null : between(before.recall, next.recall),
  }
}
