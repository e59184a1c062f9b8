import { Input, Select } from 'antd'
import { channels, products } from '../../../src/campaigns/channels-contract.ts'
import { useText } from '../i18n/text.ts'
import { Badge } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import type { HoursRule } from './limit-shapes.ts'

type Scope = Pick<HoursRule, 'channels' | 'products' | 'purposes'> & { category?: HoursRule['category'] }

/** What a rule binds, in marks. */
export const ScopeMarks = ({ scope: { category, channels, products, purposes } }: { scope: Scope }) => {
  const t = useText()
  const words = t.limits
  return (
    <span className="row">
      <Badge>{category ? words[category] : words.both}</Badge>
      {channels.length === 0 ? (
        <span className="muted small">{words.allChannels}</span>
      ) : (
        <span className="small">{channels.map((channel) => t.refusals.channels[channel]).join('、')}</span>
      )}
      {products.length > 0 && (
        <span className="small">{products.map((product) => words.productNames[product]).join('、')}</span>
      )}
      {purposes.length > 0 && <code className="small">{purposes.join(', ')}</code>}
    </span>
  )
}

/** Fields of what a rule binds. */
export const ScopeFields = <R extends Scope & { name: string }>({
  rule,
  onChange,
}: {
  rule: R
  onChange: (rule: R) => void
}) => {
  const t = useText()
  const words = t.limits
  return (
    <>
      <Field label={words.rule}>
        <Input maxLength={60} value={rule.name} onChange={(event) => onChange({ ...rule, name: event.target.value })} />
      </Field>
      <Field label={words.category}>
        <Select
          aria-label={words.category}
          value={rule.category ?? 'both'}
          onChange={(chosen) => {
            const { category: _, ...rest } = rule
            onChange((chosen === 'both' ? rest : { ...rest, category: chosen }) as R)
          }}
          options={[
            { value: 'both' as const, label: words.both },
            { value: 'marketing' as const, label: words.marketing },
            { value: 'service' as const, label: words.service },
          ]}
        />
      </Field>
      <Field label={words.channels}>
        <Select
          mode="multiple"
          allowClear
          aria-label={words.channels}
          placeholder={words.allChannels}
          value={rule.channels}
          onChange={(chosen) => onChange({ ...rule, channels: chosen })}
          options={channels.map((channel) => ({ value: channel, label: t.refusals.channels[channel] }))}
        />
      </Field>
      <Field label={words.products}>
        <Select
          mode="multiple"
          allowClear
          aria-label={words.products}
          placeholder={words.allProducts}
          value={rule.products}
          onChange={(chosen) => onChange({ ...rule, products: chosen })}
          options={products.map((product) => ({ value: product, label: words.productNames[product] }))}
        />
      </Field>
      <Field label={words.purposes}>
        <Select
          mode="tags"
          allowClear
          aria-label={words.purposes}
          placeholder={words.allPurposes}
          value={rule.purposes}
          onChange={(chosen) => onChange({ ...rule, purposes: chosen })}
          options={[]}
        />
      </Field>
    </>
  )
}
