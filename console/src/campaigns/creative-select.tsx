import { Button, Select } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge } from '../ui/marks.tsx'
import { Failure } from '../ui/states.tsx'
import type { Channel } from './campaign-shapes.ts'
import { useCreatives, useOffers } from './material-calls.ts'

// What draws messages comes when somebody looks at one.
const CreativePreview = lazy(async () => ({ default: (await import('./creative-preview.tsx')).CreativePreview }))

/** What a message says on one channel: chosen by name, with its first words under it. */
export const CreativeSelect = ({
  channel,
  value,
  disabled,
  onChange,
}: {
  channel: Channel
  /** 0: none yet. */
  value: number
  disabled: boolean
  onChange: (id: number) => void
}) => {
  const t = useText()
  const { form } = t.campaigns
  const creatives = useCreatives()
  const [shown, setShown] = useState(false)
  const fitting = (creatives.data ?? []).filter(
    (one) => one.channel === channel && (!one.archivedAt || one.id === value),
  )
  const chosen = creatives.data?.find(({ id }) => id === value)
  if (creatives.isError) {
    return <Failure compact error={creatives.error} onRetry={() => void creatives.refetch()} />
  }
  return (
    <div className="j-creative">
      <Select
        style={{ width: '100%' }}
        showSearch={{ optionFilterProp: 'search' }}
        aria-label={`${t.campaigns.channels[channel]} ${form.creative}`}
        placeholder={form.chooseCreative}
        loading={creatives.isPending}
        notFoundContent={form.noCreatives}
        status={value === 0 ? 'warning' : ''}
        disabled={disabled}
        value={value === 0 ? null : value}
        onChange={(id: number | null) => onChange(id ?? 0)}
        options={[
          ...fitting.map(({ id, name, excerpt }) => ({ value: id, search: `${name} ${excerpt}`, label: name })),
          ...(value !== 0 && creatives.data && !fitting.some(({ id }) => id === value)
            ? [{ value, search: '', label: chosen?.name ?? `#${value}` }]
            : []),
        ]}
      />
      {chosen && (
        <figure className="j-excerpt">
          <blockquote>{chosen.excerpt}</blockquote>
          <figcaption>
            <Badge tone={chosen.review?.state === 'approved' ? 'good' : 'plain'}>
              {chosen.review
                ? (t.campaigns.reviewStates[chosen.review.state] ?? chosen.review.state)
                : t.campaigns.notReviewed}
            </Badge>
            <span className="row">
              <Button
                size="small"
                icon={<Icon name="eye" size={14} />}
                aria-label={`${form.preview} ${chosen.name}`}
                onClick={() => setShown(true)}
              >
                {form.preview}
              </Button>
              <a href={`/creatives/${chosen.id}`} target="_blank" rel="noreferrer">
                {form.openCreative} <Icon name="right" size={12} />
              </a>
            </span>
          </figcaption>
        </figure>
      )}
      {shown && chosen && (
        <Suspense fallback={null}>
          <CreativePreview id={chosen.id} name={chosen.name} onClose={() => setShown(false)} />
        </Suspense>
      )}
      {value === 0 && !disabled && (
        <a className="small" href="/creatives/new" target="_blank" rel="noreferrer">
          {form.newCreative} <Icon name="right" size={12} />
        </a>
      )}
    </div>
  )
}

export const OfferSelect = ({
  value,
  disabled,
  onChange,
}: {
  value: number | undefined
  disabled: boolean
  onChange: (id: number | undefined) => void
}) => {
  const t = useText()
  const offers = useOffers()
  return (
    <Select
      style={{ width: '100%' }}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={t.campaigns.form.offer}
      placeholder={t.campaigns.form.noOffer}
      loading={offers.isPending}
      disabled={disabled}
      value={value ?? null}
      onChange={(id: number | null | undefined) => onChange(id ?? undefined)}
      options={[
        ...(offers.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ...(value !== undefined && offers.data && !offers.data.some(({ id }) => id === value)
          ? [{ value, label: `#${value}` }]
          : []),
      ]}
    />
  )
}
