import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { downloadCsv } from './download.ts'
import { cut, Drawing, paintOf } from './drawing.tsx'
import type { FieldPortrait, Portrait, PortraitClass } from './portrait-shapes.ts'
import { useSay } from './say.ts'

const barHeight = 10
const gap = 10
const head = 16

/** A field as bars: each class with its share in every set over that of the base, and the index at the right. */
export const FieldChart = ({
  title,
  field,
  portrait,
  onPick,
}: {
  title: string
  field: FieldPortrait
  portrait: Portrait
  /** A bar was chosen: the class, and which set. */
  onPick?: ((one: PortraitClass, set: number) => void) | undefined
}) => {
  const t = useText()
  const say = useSay()
  const format = useFormats()
  const { classes } = field
  const sets = portrait.sets.length
  const rowHeight = Math.max(20, sets * (barHeight + 2)) + gap
  const most = Math.max(
    0.01,
    ...classes.flatMap(({ base, sets }) => [base.share ?? 0, ...sets.map((one) => one.share ?? 0)]),
  )
  const share = (value: number | null) => (value === null ? t.portraits.fewer : format.share(value))
  const csv = () =>
    downloadCsv(title, [
      [
        t.portraits.class,
        t.portraits.set,
        t.portraits.count,
        t.portraits.share,
        t.portraits.baseShare,
        t.portraits.tgi,
      ],
      ...classes.flatMap((one) =>
        one.sets.map((ofSet, i) => [
          say(one.label),
          portrait.sets[i]?.name ?? '',
          ofSet.count ?? t.portraits.fewer,
          ofSet.share,
          one.base.share,
          ofSet.tgi === null ? null : Math.round(ofSet.tgi * 10) / 10,
        ]),
      ),
    ])
  return (
    <Drawing label={title} name={title} height={head + classes.length * rowHeight + 4} onCsv={csv}>
      {(width) => {
        const left = Math.min(150, Math.round(width * 0.3))
        const right = 104
        const scale = Math.max(20, width - left - right) / most
        const rows = classes.map((one, row) => {
          const top = head + row * rowHeight
          const label = say(one.label)
          return (
            <g key={one.key}>
              <text x={left - 8} y={top + (rowHeight - gap) / 2 + 2} className="draw-label" textAnchor="end">
                {cut(label, left - 12)}
              </text>
              {one.base.share !== null && (
                <rect
                  x={left}
                  y={top + 1}
                  width={Math.max(1, one.base.share * scale)}
                  height={rowHeight - gap + 2}
                  rx={3}
                  className="draw-base"
                />
              )}
              {one.sets.map((ofSet, set) => {
                const y = top + 2 + set * (barHeight + 2) + (sets === 1 ? 4 : 0)
                const end = left + (ofSet.share ?? 0) * scale
                const name = portrait.sets[set]?.name ?? ''
                const index = ofSet.tgi === null ? '' : ` TGI ${Math.round(ofSet.tgi)}`
                const told = `${name} ${label}: ${share(ofSet.share)}${index}`
                const canPick = onPick !== undefined && one.condition !== null && ofSet.count !== 0
                return (
                  <g
                    // biome-ignore lint/suspicious/noArrayIndexKey: sets have their place
                    key={set}
                    {...(canPick
                      ? {
                          role: 'button',
                          tabIndex: 0,
                          className: 'draw-pick',
                          'aria-label': told,
                          onClick: () => onPick(one, set),
                          onKeyDown: (event: React.KeyboardEvent) => {
                            if (event.key !== 'Enter' && event.key !== ' ') return
                            // Or the same key would press the first button of the dialog that opens.
                            event.preventDefault()
                            onPick(one, set)
                          },
                        }
                      : {})}
                  >
                    <title>
                      {[
                        told,
                        `${t.portraits.baseShare} ${share(one.base.share)}`,
                        ofSet.low !== null && ofSet.high !== null
                          ? t.portraits.interval(format.share(ofSet.low), format.share(ofSet.high))
                          : '',
                        ofSet.significant ? '' : t.portraits.notSignificant,
                      ]
                        .filter(Boolean)
                        .join('\n')}
                    </title>
                    <rect x={left} y={y - 1} width={width - left} height={barHeight + 2} fill="transparent" />
                    <rect
                      x={left}
                      y={y}
                      width={Math.max(1, (ofSet.share ?? 0) * scale)}
                      height={barHeight}
                      rx={2}
                      style={{ fill: paintOf(set) }}
                      opacity={ofSet.significant ? 1 : 0.55}
                    />
                    <text x={Math.min(end + 6, width - right + 6)} y={y + barHeight / 2} className="draw-share">
                      {share(ofSet.share)}
                    </text>
                    <text
                      x={width - 2}
                      y={y + barHeight / 2}
                      textAnchor="end"
                      className={tone(ofSet.tgi, ofSet.significant)}
                    >
                      {ofSet.tgi === null ? '—' : Math.round(ofSet.tgi)}
                    </text>
                  </g>
                )
              })}
            </g>
          )
        })
        return (
          <>
            <text x={width - 2} y={head / 2 - 1} textAnchor="end" className="draw-tick">
              {t.portraits.tgi}
            </text>
            {rows}
          </>
        )
      }}
    </Drawing>
  )
}

const tone = (tgi: number | null, significant: boolean) =>
  tgi === null || !significant
    ? 'draw-index'
    : tgi >= 110
      ? 'draw-index draw-more'
      : tgi <= 90
        ? 'draw-index draw-less'
        : 'draw-index'
