import { Button, Checkbox, InputNumber, Select } from 'antd'
import type { Fields } from '../audiences/audience-shapes.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useText } from '../i18n/text.ts'
import { EventSelect, PropertySelect, Remove } from '../insights/pickers.tsx'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { ClusterFeature, Measure, QuestionOf } from './mining-shapes.ts'

type Question = QuestionOf<'clusters'>
const measures: readonly Measure[] = ['count', 'days', 'daysSince', 'sum', 'avg', 'min', 'max', 'distinct']
const plainMeasures: readonly Measure[] = ['count', 'days', 'daysSince']
const missings = ['median', 'mean', 'zero', 'drop'] as const

/** Which features clusters are looked for in, how they are prepared, and how many clusters. */
export const ClustersForm = ({
  value,
  fields,
  onChange,
}: {
  value: Question
  fields: Pick<Fields, 'traits' | 'tags'>
  onChange: (change: Partial<Question>) => void
}) => {
  const t = useText()
  const words = t.mining
  const { features } = value
  const set = (at: number, feature: ClusterFeature) =>
    onChange({ features: features.map((one, i) => (i === at ? feature : one)) })
  const add = (feature: ClusterFeature) => onChange({ features: [...features, feature] })
  const automatic = value.k === null || value.k === undefined
  return (
    <>
      <div className="wide">
        <div className="field-label">{words.features}</div>
        {features.map((feature, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: features have no names of their own and are not moved
          <div key={i} className="mining-line">
            <FeatureFields feature={feature} fields={fields} onChange={(next) => set(i, next)} />
            <Remove onClick={() => onChange({ features: features.filter((_, at) => at !== i) })} />
          </div>
        ))}
        <div className="row">
          {(['trait', 'event', 'tag'] as const).map((kind) => (
            <Button
              key={kind}
              size="small"
              icon={<Icon name="plus" size={14} />}
              onClick={() =>
                add(
                  kind === 'trait'
                    ? { trait: '' }
                    : kind === 'tag'
                      ? { tag: '' }
                      : { event: '', measure: 'count', missing: 'zero' },
                )
              }
            >
              {words.featureKinds[kind]}
            </Button>
          ))}
        </div>
      </div>
      <Field label={words.scale}>
        <Select
          aria-label={words.scale}
          value={value.scale ?? 'standard'}
          onChange={(scale) => onChange({ scale })}
          options={(['standard', 'robust', 'minMax', 'none'] as const).map((scale) => ({
            value: scale,
            label: words.scales[scale],
          }))}
        />
      </Field>
      <Field label={words.method}>
        <Select
          aria-label={words.method}
          value={value.method ?? 'kmeans'}
          onChange={(method) => onChange({ method })}
          options={(['kmeans', 'miniBatch', 'hierarchical'] as const).map((method) => ({
            value: method,
            label: words.methods[method],
          }))}
        />
      </Field>
      <Field label={words.k}>
        <Select
          aria-label={words.k}
          value={automatic ? 'auto' : 'fixed'}
          onChange={(way) => onChange({ k: way === 'auto' ? null : 4 })}
          options={[
            { value: 'auto', label: words.kAuto },
            { value: 'fixed', label: words.cuts.fixed },
          ]}
        />
      </Field>
      {automatic ? (
        <Field label={words.kRange}>
          <span className="row" style={{ flexWrap: 'nowrap' }}>
            <InputNumber
              aria-label={t.ui.from}
              min={2}
              max={50}
              precision={0}
              value={value.kFrom ?? 2}
              onChange={(kFrom) => onChange({ kFrom: kFrom ?? 2 })}
            />
            –
            <InputNumber
              aria-label={t.ui.to}
              min={2}
              max={50}
              precision={0}
              value={value.kTo ?? 10}
              onChange={(kTo) => onChange({ kTo: kTo ?? 10 })}
            />
          </span>
        </Field>
      ) : (
        <Field label={words.kRange}>
          <InputNumber
            aria-label={words.kRange}
            min={2}
            max={50}
            precision={0}
            value={value.k ?? 4}
            onChange={(k) => onChange({ k: k ?? 4 })}
          />
        </Field>
      )}
    </>
  )
}

const FeatureFields = ({
  feature,
  fields,
  onChange,
}: {
  feature: ClusterFeature
  fields: Pick<Fields, 'traits' | 'tags'>
  onChange: (feature: ClusterFeature) => void
}) => {
  const t = useText()
  const words = t.mining
  const traitTitle = useTraitTitles()
  const type =
    'trait' in feature
      ? fields.traits.find(({ name }) => name === feature.trait)?.type
      : 'tag' in feature
        ? fields.tags.find(({ key }) => key === feature.tag)?.type
        : 'number'
  return (
    <>
      {'trait' in feature && (
        <Select
          aria-label={words.featureKinds.trait}
          placeholder={words.featureKinds.trait}
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          status={feature.trait === '' ? 'warning' : ''}
          value={feature.trait === '' ? null : feature.trait}
          onChange={(trait: string) => onChange({ ...feature, trait })}
          options={fields.traits.map(({ name }) => ({ value: name, label: traitTitle(name) }))}
        />
      )}
      {'tag' in feature && (
        <Select
          aria-label={words.featureKinds.tag}
          placeholder={words.featureKinds.tag}
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          status={feature.tag === '' ? 'warning' : ''}
          value={feature.tag === '' ? null : feature.tag}
          onChange={(tag: string) => onChange({ ...feature, tag })}
          options={fields.tags.map(({ key, title }) => ({ value: key, label: title }))}
        />
      )}
      {'event' in feature && (
        <>
          <EventSelect
            value={feature.event}
            label={words.featureKinds.event}
            onChange={(event) => onChange({ ...feature, event })}
          />
          <Select
            aria-label={words.measure}
            value={feature.measure}
            onChange={(measure) =>
              onChange({
                ...feature,
                measure,
                property: plainMeasures.includes(measure) ? null : (feature.property ?? ''),
              })
            }
            options={measures.map((measure) => ({ value: measure, label: words.measures[measure] }))}
          />
          {!plainMeasures.includes(feature.measure) && (
            <PropertySelect
              value={feature.property ?? ''}
              events={[feature.event]}
              numeric
              onChange={(property) => onChange({ ...feature, property })}
            />
          )}
          <InputNumber
            aria-label={words.days}
            placeholder={words.days}
            min={1}
            max={36_500}
            precision={0}
            value={feature.days ?? null}
            onChange={(days) => onChange({ ...feature, days })}
          />
        </>
      )}
      {type !== 'string' && (
        <>
          <Select
            aria-label={words.missing}
            prefix={words.missing}
            popupMatchSelectWidth={false}
            value={feature.missing ?? 'median'}
            onChange={(missing) => onChange({ ...feature, missing })}
            options={missings.map((missing) => ({ value: missing, label: words.missings[missing] }))}
          />
          <Checkbox
            checked={feature.log ?? false}
            onChange={({ target }) => onChange({ ...feature, log: target.checked })}
          >
            {words.log}
          </Checkbox>
        </>
      )}
    </>
  )
}
