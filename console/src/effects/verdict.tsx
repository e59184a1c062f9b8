import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Notice } from '../ui/marks.tsx'
import type { Effects } from './effect-shapes.ts'
import { useFigures } from './use-figures.ts'

/** What the campaign brought, in a sentence; where it cannot be said, why not. */
export const Verdict = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const format = useFormats()
  const figures = useFigures()
  const { holdout, goal, cost } = effects
  const words = t.effects.verdict
  const say = (
    tone: 'info' | 'warn' | 'bad' | 'good',
    title: string,
    ...more: (string | false | null | undefined)[]
  ) => (
    <Notice tone={tone}>
      <p className="verdict">{title}</p>
      {more.filter(Boolean).map((line) => (
        <p className="small" key={String(line)}>
          {line}
        </p>
      ))}
    </Notice>
  )
  if (!goal) return say('info', words.noGoal)
  if (!holdout) return say('info', words.noControl, words.noControlHint)
  const { comparison, control, incremental, ratio, matured } = holdout
  const early = matured < 1 && words.early(figures.share(matured), goal.withinDays)
  if (ratio?.alarm) return say('bad', words.ratio(figures.p(ratio.p)))
  if (!comparison || !incremental) return say('info', words.tooFew, early)
  const per100 = (value: number) => figures.per100(Math.abs(value))
  const { value, low, high } = comparison.difference
  const base = control.share ? words.base(figures.per100(control.share.value)) : ''
  if (low <= 0 && high >= 0)
    return say(
      'warn',
      words.unsure(figures.signed100(value), figures.signed100(low), figures.signed100(high)),
      base,
      early,
    )
  const said = value > 0 ? words.more : words.less
  const [least, most] = value > 0 ? [low, high] : [high, low]
  const count = (people: number) => format.count(Math.round(Math.abs(people)))
  const per = cost.perIncrementalFen
  return say(
    value > 0 ? 'good' : 'bad',
    said(per100(value), per100(least), per100(most), count(incremental.value)),
    base,
    per &&
      words.cost(
        figures.money(cost.costFen),
        count(incremental.value),
        figures.money(per.value),
        per.high === null
          ? t.effects.atLeast(figures.money(per.low))
          : t.effects.between(figures.money(per.low), figures.money(per.high)),
      ),
    early,
  )
}
