import { Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { known, Named, NegatedMark, Unit, useTools, useUpdate } from './builder-tools.tsx'
import { asValueType, ComparisonField, firstOperator } from './comparison-field.tsx'
import type { TraitDraft } from './draft.ts'

export const TraitFields = ({ draft }: { draft: TraitDraft }) => {
  const { fields } = useTools()
  const field = fields.traits.find((one) => one.name === draft.trait)
  const update = useUpdate(draft)
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <TraitSelect
        value={draft.trait}
        onChange={(trait) => {
          const type = fields.traits.find((one) => one.name === trait)?.type
          update({ trait, operator: firstOperator(asValueType(type)), value: undefined })
        }}
      />
      {draft.trait !== '' && (
        <ComparisonField
          draft={draft}
          type={asValueType(field?.type)}
          values={field?.allowed?.map(String) ?? field?.samples}
          onChange={(next) => update(next)}
        />
      )}
      <Unit name={draft.trait} unit={field?.unit ?? undefined} />
    </>
  )
}

/** @param types only traits of these types */
export const TraitSelect = ({
  value,
  types,
  onChange,
}: {
  value: string
  types?: readonly string[]
  onChange: (trait: string) => void
}) => {
  const t = useText()
  const { fields, traitTitle } = useTools()
  const offered = types ? fields.traits.filter(({ type }) => types.includes(type)) : fields.traits
  return (
    <Select
      className="b-subject"
      showSearch={{ optionFilterProp: 'search' }}
      aria-label={t.builder.trait}
      placeholder={t.builder.trait}
      status={value === '' ? 'warning' : ''}
      popupMatchSelectWidth={false}
      value={value === '' ? null : value}
      onChange={onChange}
      options={known(
        offered.map((one) => ({
          value: one.name,
          search: `${one.name} ${traitTitle(one.name)}`,
          label: <Named title={traitTitle(one.name)} name={one.name} />,
        })),
        value,
      )}
    />
  )
}
