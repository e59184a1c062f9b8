import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import type { Refusal } from '../refusals/refusal-shapes.ts'
import { RefusedPeople } from '../refusals/refused-people.tsx'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/page.tsx'
import type { Effects } from './effect-shapes.ts'

/** Why people were not reached, as plainly as who converted; each reason leads to the people, by permission. */
export const RefusalPanel = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const [shown, setShown] = useState<Refusal>()
  const { refusals, total, campaignId } = effects
  const leads = (group: Effects['refusals'][number]['group']) =>
    can('customers.read') && ((group !== 'exclusion' && group !== 'suitability') || can('exclusions.read'))
  return (
    <Panel
      title={t.effects.refusals}
      note={t.effects.refusalsNote}
      extra={
        <Link className="small" to="/refusals" search={{ campaign: campaignId }}>
          {t.effects.seeRefusals} <Icon name="right" size={12} />
        </Link>
      }
    >
      {refusals.length === 0 ? (
        <p className="muted">{t.effects.noRefusals}</p>
      ) : (
        <ul className="stage-bars">
          {refusals.map(({ code, group, sends, people }) => {
            const { name, why } = t.refusals.codes[code]
            return (
              <li key={code} className="stage-bar stage-bar-refused" title={why}>
                <span>{name}</span>
                <div className="stage-bar-track">
                  <div className="stage-bar-fill" style={{ width: `${(sends / total.refused) * 100}%` }} />
                </div>
                <span className="stage-bar-figure">
                  {leads(group) ? (
                    <button
                      type="button"
                      className="effects-people"
                      aria-label={t.effects.seePeople(name)}
                      onClick={() => setShown(code)}
                    >
                      {format.count(people)}
                    </button>
                  ) : (
                    <strong>{format.count(people)}</strong>
                  )}{' '}
                  <span className="muted small">{format.share(sends / total.asked)}</span>
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {shown && <RefusedPeople campaignId={campaignId} code={shown} onClose={() => setShown(undefined)} />}
    </Panel>
  )
}
