import { useLaw } from '../creatives/findings.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Badge } from '../ui/marks.tsx'
import type { OfferFinding, OfferState } from './offer-shapes.ts'

export const OfferBadge = ({ state }: { state: OfferState }) => {
  const t = useText()
  const tones = { draft: 'plain', published: 'good', retired: 'warn' } as const
  return <Badge tone={tones[state]}>{t.offers.states[state]}</Badge>
}

/** What keeps an offer from being published, with the article behind it and the figures. */
export const OfferFindings = ({ findings }: { findings: readonly OfferFinding[] }) => {
  const t = useText()
  const format = useFormats()
  const law = useLaw()
  const words = t.offers
  if (findings.length === 0) return <p className="muted">{words.noFindings}</p>
  const shown = (name: string, value: string | number) =>
    typeof value === 'number'
      ? format.amount(name, value)
      : name === 'compare'
        ? value === 'compound'
          ? words.methods.compound
          : words.methods.simple
        : ['stated', 'true', 'cost', 'cap', 'lowest'].includes(name)
          ? `${value}%`
          : value
  return (
    <ul>
      {findings.map(({ rule, where, action, article, values }) => (
        <li key={`${rule} ${where} ${JSON.stringify(values)}`} className="offer-finding">
          <div className="row">
            <Badge tone={action === 'block' ? 'bad' : 'warn'}>{action === 'block' ? words.block : words.flag}</Badge>
            <span className="strong">
              {words.rules[rule] ?? rule}
              {words.wheres[where] && `：${words.wheres[where]}`}
            </span>
          </div>
          {Object.keys(values).length > 0 && (
            <p className="small">
              {Object.entries(values)
                .filter(([, value]) => value !== '')
                .map(([name, value]) => `${words.findingValues[name] ?? name} ${shown(name, value)}`)
                .join(' · ')}
            </p>
          )}
          <p className="muted small">{law(article).article}</p>
        </li>
      ))}
    </ul>
  )
}
