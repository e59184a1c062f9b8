import './tags.css'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Blank } from '../ui/states.tsx'
import type { Distribution } from './tag-shapes.ts'

/** What leads from a bar to the people behind it: a condition on the tag. */
export type TagCondition = { is: string | number } | { gte?: number; lt?: number }

interface Bar {
  label: string
  count: number
  condition: TagCondition | undefined
}

/** How many hold which value; each bar leads to the people behind it, where the page says how. */
export const DistributionBars = ({
  distribution,
  covered,
  numeric,
  onPick,
}: {
  distribution: Distribution
  covered: number
  numeric: boolean
  onPick?: ((label: string, condition: TagCondition) => void) | undefined
}) => {
  const t = useText()
  const format = useFormats()
  if (covered === 0) return <Blank compact icon="tags" title={t.tags.noValues} />
  const { number, values, others } = distribution
  const edge = (value: number) => format.amount('', value)
  const bars: Bar[] =
    number && number.bars.length > 0
      ? number.bars
          .filter(({ from, to, count }) => count > 0 || (from !== null && to !== null))
          .map(({ from, to, count }) => ({
            label:
              from === null
                ? t.tags.below(edge(to ?? 0))
                : to === null
                  ? t.tags.above(edge(from))
                  : `${edge(from)}–${edge(to)}`,
            count,
            condition: { ...(from !== null && { gte: from }), ...(to !== null && { lt: to }) },
          }))
      : (numeric ? [...values].sort((a, b) => Number(a.value) - Number(b.value)) : values).map(({ value, count }) => ({
          label: value,
          count,
          condition: { is: numeric ? Number(value) : value },
        }))
  if (others > 0) bars.push({ label: t.tags.others, count: others, condition: undefined })
  const most = Math.max(...bars.map(({ count }) => count), 1)
  return (
    <div className="stack">
      <ul className="dist" aria-label={t.tags.distribution}>
        {bars.map(({ label, count, condition }) => {
          const inside = (
            <>
              <span className="dist-label" title={label}>
                {label}
              </span>
              <span className="dist-track">
                <span className="dist-fill" style={{ width: `${(100 * count) / most}%` }} />
              </span>
              <span className="dist-count">
                {format.count(count)} <span className="muted">{format.share(count / covered)}</span>
              </span>
            </>
          )
          return (
            <li key={label}>
              {onPick && condition && count > 0 ? (
                <button
                  type="button"
                  className="dist-row dist-link"
                  aria-label={`${t.tags.toAudienceHint(label)} ${t.tags.people(format.count(count))}`}
                  title={t.tags.toAudienceHint(label)}
                  onClick={() => onPick(label, condition)}
                >
                  {inside}
                </button>
              ) : (
                <div className="dist-row">{inside}</div>
              )}
            </li>
          )
        })}
      </ul>
      {number && numeric && (
        <p className="muted small">
          {t.tags.average} {edge(number.mean)} · {t.tags.median} {edge(number.median)} · {t.tags.middleHalf}{' '}
          {edge(number.p25)}–{edge(number.p75)} · {t.tags.range} {edge(number.min)}–{edge(number.max)}
        </p>
      )}
    </div>
  )
}
