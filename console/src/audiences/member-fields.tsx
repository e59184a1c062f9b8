import { Select } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Choice, known, Named, useTools, useUpdate } from './builder-tools.tsx'
import { type AudienceDraft, type ListDraft, memberships } from './draft.ts'
import { WindowFields } from './window-fields.tsx'

const InOrOut = ({ negated, onChange }: { negated: boolean; onChange: (negated: boolean) => void }) => {
  const t = useText()
  return (
    <Choice
      label={t.builder.inOrOut}
      value={negated ? 'out' : 'in'}
      onChange={(side) => onChange(side === 'out')}
      options={[
        { value: 'in', label: t.builder.inAudience },
        { value: 'out', label: t.builder.outAudience },
      ]}
    />
  )
}

export const AudienceFields = ({ draft }: { draft: AudienceDraft }) => {
  const t = useText()
  const { audiences } = useTools()
  const update = useUpdate(draft)
  const isChange = draft.membership === 'entered' || draft.membership === 'left'
  return (
    <>
      <InOrOut negated={draft.negated} onChange={(negated) => update({ negated })} />
      <Select
        className="b-subject b-wide"
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t.nav.audiences}
        placeholder={t.nav.audiences}
        status={draft.audience === '' ? 'warning' : ''}
        value={draft.audience === '' ? null : draft.audience}
        onChange={(audience) => update({ audience })}
        options={known(
          audiences.map((one) => ({ value: one.id, label: one.name })),
          draft.audience,
        )}
      />
      <Choice
        className="b-measure"
        label={t.conditions.memberships.now}
        value={draft.membership}
        onChange={(membership) => update({ membership })}
        options={memberships.map((value) => ({ value, label: t.conditions.memberships[value] }))}
      />
      {isChange && <WindowFields always window={draft.window} onChange={(window) => update({ window })} />}
    </>
  )
}

export const ListFields = ({ draft }: { draft: ListDraft }) => {
  const t = useText()
  const format = useFormats()
  const { fields } = useTools()
  const update = useUpdate(draft)
  return (
    <>
      <InOrOut negated={draft.negated} onChange={(negated) => update({ negated })} />
      <Select
        className="b-subject b-wide"
        showSearch={{ optionFilterProp: 'search' }}
        aria-label={t.conditions.list}
        placeholder={t.conditions.list}
        notFoundContent={t.conditions.noLists}
        status={draft.list === '' ? 'warning' : ''}
        value={draft.list === '' ? null : draft.list}
        onChange={(list) => update({ list })}
        options={known(
          fields.lists.map(({ id, name, kind, size }) => ({
            value: id,
            search: name,
            label: <Named title={name} name={t.conditions.listKinds[kind] ?? kind} note={format.count(size)} />,
          })),
          draft.list,
        )}
      />
    </>
  )
}
