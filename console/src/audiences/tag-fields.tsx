import { Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { known, Named, NegatedMark, useTools, useUpdate } from './builder-tools.tsx'
import { ComparisonField, firstOperator } from './comparison-field.tsx'
import type { TagDraft } from './draft.ts'
import { AsOfField } from './window-fields.tsx'

export const TagFields = ({ draft }: { draft: TagDraft }) => {
  const t = useText()
  const { fields } = useTools()
  const tag = fields.tags.find((one) => one.key === draft.tag)
  const update = useUpdate(draft)
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <span className="muted">{t.conditions.add.tag}</span>
      <TagSelect
        value={draft.tag}
        onChange={(key) => {
          const type = fields.tags.find((one) => one.key === key)?.type ?? 'string'
          // A score is asked for as a band.
          update({ tag: key, operator: type === 'number' ? 'between' : firstOperator(type), value: undefined })
        }}
      />
      {draft.tag !== '' && (
        <>
          <ComparisonField
            draft={draft}
            type={tag?.type ?? 'string'}
            values={tag?.samples}
            onChange={(next) => update(next)}
          />
          <AsOfField value={draft.asOf} onChange={(asOf) => update({ asOf })} />
        </>
      )}
    </>
  )
}

/** @param ranked only tags by which people can be put in order */
export const TagSelect = ({
  value,
  ranked = false,
  onChange,
}: {
  value: string
  ranked?: boolean
  onChange: (key: string) => void
}) => {
  const t = useText()
  const { fields } = useTools()
  const offered = ranked ? fields.tags.filter(({ type, multi }) => type !== 'string' && !multi) : fields.tags
  return (
    <Select
      className="b-subject"
      showSearch={{ optionFilterProp: 'search' }}
      aria-label={t.conditions.tag}
      placeholder={t.conditions.tag}
      notFoundContent={t.conditions.noTags}
      status={value === '' ? 'warning' : ''}
      popupMatchSelectWidth={false}
      value={value === '' ? null : value}
      onChange={onChange}
      options={known(
        offered.map(({ key, title }) => ({
          value: key,
          search: `${key} ${title}`,
          label: <Named title={title} name={key} />,
        })),
        value,
      )}
    />
  )
}
