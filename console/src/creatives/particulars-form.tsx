import { useQuery } from '@tanstack/react-query'
import { Input, Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Field } from '../ui/page.tsx'
import { listOffers } from './creative-calls.ts'
import { categories, products } from './creative-shapes.ts'
import type { Draft } from './draft.ts'

/** What a creative is called and what it is about. */
export const ParticularsForm = ({
  draft,
  disabled,
  isNew,
  changed,
  onChange,
}: {
  draft: Draft
  disabled: boolean
  isNew: boolean
  /** Whether saving makes a new version, which a note may explain. */
  changed: boolean
  onChange: (change: Partial<Draft>) => void
}) => {
  const t = useText()
  const words = t.creatives
  const can = useCan()
  const offers = useQuery({
    queryKey: ['offers', 'published'],
    queryFn: ({ signal }) => listOffers(signal),
    enabled: can('offers.read'),
    staleTime: 30_000,
  })
  return (
    <div className="stack-16">
      <Field label={words.name} hint={words.nameHint}>
        <Input
          disabled={disabled}
          maxLength={100}
          value={draft.name}
          onChange={({ target }) => onChange({ name: target.value })}
        />
      </Field>
      <div className="field-pair">
        <Field label={words.category} hint={words.categoryHint}>
          <Select
            aria-label={words.category}
            className="wide-select"
            disabled={disabled}
            value={draft.category}
            onChange={(category) =>
              onChange({
                category,
                // A service message has nothing to opt out of.
                ...(draft.content.channel === 'sms' &&
                  category === 'service' && { content: { ...draft.content, optOut: '' } }),
              })
            }
            options={categories.map((value) => ({ value, label: words.categories[value] }))}
          />
        </Field>
        <Field label={words.product}>
          <Select
            aria-label={words.product}
            className="wide-select"
            disabled={disabled}
            value={draft.product}
            onChange={(product) => onChange({ product })}
            options={products.map((value) => ({ value, label: words.products[value] }))}
          />
        </Field>
      </div>
      <div className="field-pair">
        <Field label={words.offer} hint={words.offerHint}>
          <Select
            aria-label={words.offer}
            className="wide-select"
            showSearch={{ optionFilterProp: 'label' }}
            disabled={disabled}
            value={draft.offerId ?? 0}
            onChange={(offerId: number) => onChange({ offerId: offerId === 0 ? null : offerId })}
            options={[
              { value: 0, label: words.noOffer },
              ...(offers.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Field>
        <Field label={words.purpose} hint={words.purposeHint}>
          <Input
            disabled={disabled}
            maxLength={200}
            value={draft.purpose}
            onChange={({ target }) => onChange({ purpose: target.value })}
          />
        </Field>
      </div>
      {!isNew && changed && !disabled && (
        <Field label={words.note}>
          <Input
            maxLength={300}
            placeholder={words.notePlaceholder}
            value={draft.note}
            onChange={({ target }) => onChange({ note: target.value })}
          />
        </Field>
      )}
    </div>
  )
}
