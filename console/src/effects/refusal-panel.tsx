import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Panel } from '../ui/page.tsx'
import type { Effects } from './effect-shapes.ts'

/** Why people were not reached, as plainly as who converted. */
export const RefusalPanel = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const format = useFormats()
  const { refusals, total } = effects
  return (
    <Panel title={t.effects.refusals} note={t.effects.refusalsNote}>
      {refusals.length === 0 ? (
        <p className="muted">{t.effects.noRefusals}</p>
      ) : (
        <ul className="stage-bars">
          {refusals.map(({ code, sends, people }) => (
            <li key={code} className="stage-bar stage-bar-refused" title={t.refusals.codes[code].why}>
              <span>{t.refusals.codes[code].name}</span>
              <div className="stage-bar-track">
                <div className="stage-bar-fill" style={{ width: `${(sends / total.refused) * 100}%` }} />
              </div>
              <span className="stage-bar-figure">
                <strong>{format.count(people)}</strong>{' '}
                <span className="muted small">{format.share(sends / total.asked)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
