import { useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import { Choice } from './builder-tools.tsx'
import { SpanField } from './comparison-field.tsx'
import type { WindowDraft } from './draft.ts'

const starts: Record<WindowDraft['kind'], WindowDraft> = {
  within: { kind: 'within', within: '30 days' },
  ever: { kind: 'ever' },
  between: { kind: 'between', from: '', to: '' },
  since: { kind: 'since', since: '' },
  until: { kind: 'until', until: '' },
}

/** When events count. @param always whether there may be no window at all */
export const WindowFields = ({
  window,
  always = false,
  onChange,
}: {
  window: WindowDraft
  always?: boolean
  onChange: (window: WindowDraft) => void
}) => {
  const t = useText()
  const kinds = (Object.keys(starts) as WindowDraft['kind'][]).filter((kind) => !always || kind !== 'ever')
  return (
    <span className="b-pair">
      <Choice
        className="b-window"
        label={t.builder.window}
        value={window.kind}
        onChange={(kind) => onChange(starts[kind])}
        options={kinds.map((kind) => ({ value: kind, label: t.windows[kind] }))}
      />
      {window.kind === 'within' && (
        <SpanField value={window.within} calendar onChange={(within) => onChange({ kind: 'within', within })} />
      )}
      {window.kind === 'between' && (
        <>
          <DayField label={t.ui.from} value={window.from} onChange={(from) => onChange({ ...window, from })} />
          <span className="muted">–</span>
          <DayField label={t.ui.to} value={window.to} onChange={(to) => onChange({ ...window, to })} />
        </>
      )}
      {window.kind === 'since' && (
        <DayField label={t.ui.from} value={window.since} onChange={(since) => onChange({ kind: 'since', since })} />
      )}
      {window.kind === 'until' && (
        <DayField label={t.ui.to} value={window.until} onChange={(until) => onChange({ kind: 'until', until })} />
      )}
    </span>
  )
}

const DayField = ({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) => (
  <DayInput
    className="b-value"
    aria-label={label}
    status={value === '' ? 'warning' : ''}
    value={value.slice(0, 10)}
    onChange={onChange}
  />
)

/** Now, or as of the end of a day. */
export const AsOfField = ({ value, onChange }: { value: string; onChange: (asOf: string) => void }) => {
  const t = useText()
  return (
    <span className="b-pair">
      <Choice
        className="b-window"
        label={t.conditions.asOf}
        value={value === '' ? 'now' : 'then'}
        onChange={(when) => onChange(when === 'now' ? '' : new Date().toISOString().slice(0, 10))}
        options={[
          { value: 'now', label: t.conditions.now },
          { value: 'then', label: t.conditions.asOf },
        ]}
      />
      {value !== '' && <DayField label={t.conditions.asOf} value={value} onChange={onChange} />}
    </span>
  )
}
