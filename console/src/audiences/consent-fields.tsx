import { Select } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { Choice, known, NegatedMark, useTools, useUpdate } from './builder-tools.tsx'
import type { ConsentDraft, ReachDraft } from './draft.ts'
import { consentStates, reachChannels } from './spans.ts'
import { AsOfField } from './window-fields.tsx'

export const ConsentFields = ({ draft }: { draft: ConsentDraft }) => {
  const t = useText()
  const { fields } = useTools()
  const update = useUpdate(draft)
  const channels = [...new Set<string>([...reachChannels, ...fields.consents.channels])]
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <span className="muted">{t.conditions.consent}</span>
      <PurposeSelect value={draft.purpose} onChange={(purpose) => update({ purpose })} />
      <Select
        className="b-did"
        aria-label={t.conditions.channel}
        popupMatchSelectWidth={false}
        value={draft.channel}
        onChange={(channel) => update({ channel })}
        options={[
          { value: '', label: t.conditions.anyChannel },
          ...known(
            channels.map((value) => ({ value, label: t.conditions.channels[value] ?? value })),
            draft.channel,
          ),
        ]}
      />
      <Select
        className="b-value b-wide"
        mode="multiple"
        aria-label={t.conditions.add.consent}
        status={draft.states.length === 0 ? 'warning' : ''}
        value={draft.states}
        onChange={(states) => update({ states })}
        options={consentStates.map((value) => ({ value, label: t.conditions.consentStates[value] }))}
      />
      <AsOfField value={draft.asOf} onChange={(asOf) => update({ asOf })} />
    </>
  )
}

export const ReachFields = ({ draft }: { draft: ReachDraft }) => {
  const t = useText()
  const update = useUpdate(draft)
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <span className="muted">{t.conditions.reach}</span>
      <Choice
        label={t.conditions.channel}
        value={draft.channel}
        onChange={(channel) => update({ channel })}
        options={reachChannels.map((value) => ({ value, label: t.conditions.channels[value] ?? value }))}
      />
      <span className="muted">{t.conditions.reachEnd}</span>
      <Choice
        className="b-measure"
        label={t.conditions.withConsent}
        value={draft.purpose === '' ? 'no' : 'yes'}
        onChange={(asked) => update({ purpose: asked === 'no' ? '' : 'marketing' })}
        options={[
          { value: 'no', label: t.conditions.noConsent },
          { value: 'yes', label: t.conditions.withConsent },
        ]}
      />
      {draft.purpose !== '' && <PurposeSelect value={draft.purpose} onChange={(purpose) => update({ purpose })} />}
    </>
  )
}

/** A purpose of consent; one may be named before anybody was asked. */
const PurposeSelect = ({ value, onChange }: { value: string; onChange: (purpose: string) => void }) => {
  const t = useText()
  const { fields } = useTools()
  const [typed, setTyped] = useState('')
  const purposes = [...new Set(['marketing', ...fields.consents.purposes])]
  return (
    <Select
      className="b-property"
      showSearch={{ onSearch: setTyped }}
      aria-label={t.conditions.purpose}
      popupMatchSelectWidth={false}
      value={value}
      onChange={onChange}
      options={known(
        known(
          purposes.map((purpose) => ({ value: purpose, label: t.conditions.purposes[purpose] ?? purpose })),
          value,
        ),
        typed.trim(),
      )}
    />
  )
}
