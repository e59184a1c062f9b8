import { InputNumber } from 'antd'
import { useText } from '../i18n/text.ts'
import { Choice, NegatedMark, useUpdate } from './builder-tools.tsx'
import { type RankDraft, statisticMeasures } from './draft.ts'
import { EventSelect, numbersFirst, PropertySelect, useProperties, WhereFields } from './event-fields.tsx'
import { TagSelect } from './tag-fields.tsx'
import { TraitSelect } from './trait-fields.tsx'
import { AsOfField, WindowFields } from './window-fields.tsx'

export const RankFields = ({ draft }: { draft: RankDraft }) => {
  const t = useText()
  const update = useUpdate(draft)
  const properties = useProperties(draft.event)
  const [low, high] = draft.band
  const percent = (label: string, value: number | undefined, set: (value: number | undefined) => void) => (
    <InputNumber
      className="b-amount"
      aria-label={label}
      min={0}
      max={100}
      status={value === undefined ? 'warning' : ''}
      value={value ?? null}
      onChange={(next) => set(next ?? undefined)}
    />
  )
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <span className="muted">{t.conditions.ranked}</span>
      <Choice
        label={t.conditions.ranked}
        value={draft.of}
        onChange={(of) => update({ of })}
        options={(['event', 'trait', 'tag'] as const).map((value) => ({ value, label: t.conditions.ofKinds[value] }))}
      />
      {draft.of === 'event' && (
        <>
          <EventSelect value={draft.event} onChange={(event) => update({ event, where: [], property: '' })} />
          <Choice
            className="b-measure"
            label={t.builder.measure}
            value={draft.measure}
            onChange={(measure) => update({ measure, ...(measure === 'count' && { property: '' }) })}
            options={statisticMeasures.map((value) => ({ value, label: t.conditions.statistics[value] }))}
          />
          {draft.measure !== 'count' && (
            <PropertySelect
              value={draft.property}
              properties={numbersFirst(properties)}
              onChange={(property) => update({ property })}
            />
          )}
        </>
      )}
      {draft.of === 'trait' && (
        <TraitSelect
          value={draft.trait}
          types={['integer', 'number', 'date', 'datetime']}
          onChange={(trait) => update({ trait })}
        />
      )}
      {draft.of === 'tag' && (
        <>
          <TagSelect value={draft.tag} ranked onChange={(tag) => update({ tag })} />
          <AsOfField value={draft.asOf} onChange={(asOf) => update({ asOf })} />
        </>
      )}
      <Choice
        label={t.conditions.add.rank}
        value={draft.end}
        onChange={(end) => update({ end })}
        options={(['top', 'bottom', 'percentile'] as const).map((value) => ({
          value,
          label: t.conditions.ends[value],
        }))}
      />
      {draft.end === 'percentile' ? (
        <span className="b-pair">
          {percent(t.ui.from, low, (value) => update({ band: [value, high] }))}
          <span className="muted">–</span>
          {percent(t.ui.to, high, (value) => update({ band: [low, value] }))}
          <span className="muted">{t.conditions.percent}</span>
        </span>
      ) : (
        <span className="b-pair">
          <InputNumber
            className="b-value"
            aria-label={t.builder.amount}
            min={1}
            max={10_000_000}
            precision={0}
            status={draft.size === undefined ? 'warning' : ''}
            value={draft.size ?? null}
            onChange={(size) => update({ size: size ?? undefined })}
          />
          <span className="muted">{t.conditions.people}</span>
        </span>
      )}
      {draft.of === 'event' && (
        <>
          <WindowFields window={draft.window} onChange={(window) => update({ window })} />
          <WhereFields event={draft.event} where={draft.where} onChange={(where) => update({ where })} />
        </>
      )}
    </>
  )
}
