import '../audiences/builder.css'
import './tags.css'
import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select, Switch } from 'antd'
import { listAudiences } from '../audiences/audience-calls.ts'
import { Builder } from '../audiences/builder.tsx'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { EventsForm, type FormProps, IconButton, PropertyField } from './events-form.tsx'
import { listModels, listTags } from './tag-calls.ts'
import { emptyRuleValue, mayBeZero, needsProperty, type RuleValueDraft } from './tag-draft.ts'
import { measures } from './tag-shapes.ts'

/** The part of the editor that is different for each kind. */
export const KindForm = (props: FormProps) => {
  switch (props.draft.kind) {
    case 'manual':
      return <ManualForm {...props} />
    case 'rule':
      return <RuleForm {...props} />
    case 'statistic':
      return <FigureForm {...props} />
    case 'preference':
      return <PreferenceForm {...props} />
    case 'rfm':
      return <RfmForm {...props} />
    case 'bands':
      return <BandsForm {...props} />
    case 'sql':
      return <SqlForm {...props} />
    case 'model':
      return <ModelForm {...props} />
    case 'text':
      return <TextForm {...props} />
  }
}

const ManualForm = ({ draft, set }: FormProps) => {
  const t = useText()
  return (
    <div className="stack-16">
      <Field label={t.tags.choices} hint={t.tags.choicesHint}>
        <Select
          mode="tags"
          open={false}
          suffixIcon={null}
          aria-label={t.tags.choices}
          style={{ width: '100%' }}
          value={draft.choices}
          onChange={(choices) => set({ choices })}
        />
      </Field>
      <div className="fields-2">
        <TypeField draft={draft} set={set} />
        <MultiField draft={draft} set={set} />
      </div>
    </div>
  )
}

const TypeField = ({ draft, set }: Pick<FormProps, 'draft' | 'set'>) => {
  const t = useText()
  return (
    <Field label={t.tags.type}>
      <Select
        aria-label={t.tags.type}
        style={{ width: '100%' }}
        value={draft.type}
        onChange={(type) => set({ type })}
        options={(['string', 'number', 'date'] as const).map((value) => ({ value, label: t.tags.types[value] }))}
      />
    </Field>
  )
}

const MultiField = ({ draft, set }: Pick<FormProps, 'draft' | 'set'>) => {
  const t = useText()
  return (
    <Field label={t.tags.multi}>
      <Switch
        aria-label={t.tags.multi}
        disabled={draft.type !== 'string'}
        checked={draft.multi && draft.type === 'string'}
        onChange={(multi) => set({ multi })}
      />
    </Field>
  )
}

const RuleForm = ({ draft, fields, traitTitle, set }: FormProps) => {
  const t = useText()
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) })
  const change = (id: string, next: Partial<RuleValueDraft>) =>
    set({ values: draft.values.map((value) => (value.id === id ? { ...value, ...next } : value)) })
  const move = (index: number, step: -1 | 1) => {
    const values = [...draft.values]
    const [moved] = values.splice(index, 1)
    if (moved) values.splice(index + step, 0, moved)
    set({ values })
  }
  return (
    <div className="stack-16">
      {draft.values.map((value, index) => (
        <div key={value.id} className="rule-value stack">
          <div className="row row-between">
            <span className="row">
              <span className="muted">{index + 1}</span>
              <Input
                aria-label={`${t.tags.ruleValue} ${index + 1}`}
                placeholder={t.tags.ruleValue}
                maxLength={100}
                style={{ width: 200 }}
                value={value.value}
                onChange={(event) => change(value.id, { value: event.target.value })}
              />
            </span>
            <span className="row">
              <IconButton icon="up" label={t.tags.moveUp} disabled={index === 0} onClick={() => move(index, -1)} />
              <IconButton
                icon="down"
                label={t.tags.moveDown}
                disabled={index === draft.values.length - 1}
                onClick={() => move(index, 1)}
              />
              <IconButton
                icon="trash"
                label={t.tags.removeValue}
                disabled={draft.values.length === 1}
                onClick={() => set({ values: draft.values.filter(({ id }) => id !== value.id) })}
              />
            </span>
          </div>
          <Builder
            root={value.when}
            fields={fields}
            audiences={audiences.data?.items ?? []}
            traitTitle={traitTitle}
            sizes={noSizes}
            onChange={(when) => change(value.id, { when })}
          />
        </div>
      ))}
      {draft.values.length < 24 && (
        <Button
          icon={<Icon name="plus" size={16} />}
          onClick={() => set({ values: [...draft.values, emptyRuleValue()] })}
        >
          {t.tags.addValue}
        </Button>
      )}
      <Field label={t.tags.otherwise} hint={t.tags.otherwiseHint}>
        <Input
          maxLength={100}
          style={{ maxWidth: 240 }}
          value={draft.otherwise}
          onChange={(event) => set({ otherwise: event.target.value })}
        />
      </Field>
    </div>
  )
}
const noSizes: ReadonlyMap<string, number> = new Map()

const FigureForm = (props: FormProps) => {
  const { draft, fields, set } = props
  const t = useText()
  return (
    <div className="stack-16">
      <EventsForm {...props} />
      <div className="fields-2">
        <Field label={t.tags.measure}>
          <Select
            aria-label={t.tags.measure}
            style={{ width: '100%' }}
            value={draft.measure}
            onChange={(measure) => set({ measure })}
            options={measures.map((value) => ({ value, label: t.tags.measures[value] }))}
          />
        </Field>
        {needsProperty(draft.measure) && (
          <PropertyField
            label={t.tags.property}
            event={draft.events.event}
            fields={fields}
            value={draft.property}
            onChange={(property) => set({ property })}
          />
        )}
        {(draft.measure === 'first' || draft.measure === 'last') && draft.kind === 'statistic' && (
          <Field label={t.tags.type}>
            <Select
              aria-label={t.tags.type}
              style={{ width: '100%' }}
              value={draft.as}
              onChange={(as) => set({ as })}
              options={(['string', 'number', 'date'] as const).map((value) => ({ value, label: t.tags.types[value] }))}
            />
          </Field>
        )}
        {mayBeZero(draft.measure) && (
          <Field label={t.tags.withoutEvents}>
            <Select
              aria-label={t.tags.withoutEvents}
              style={{ width: '100%' }}
              value={draft.none}
              onChange={(none) => set({ none })}
              options={(['empty', 'zero'] as const).map((value) => ({ value, label: t.tags.withoutEventsAre[value] }))}
            />
          </Field>
        )}
      </div>
    </div>
  )
}

const NumberField = ({
  label,
  value,
  min,
  max,
  onChange,
}: {
  label: string
  value: number
  min?: number
  max?: number
  onChange: (value: number) => void
}) => (
  <Field label={label}>
    <InputNumber
      aria-label={label}
      style={{ width: '100%' }}
      value={value}
      {...(min !== undefined && { min })}
      {...(max !== undefined && { max })}
      onChange={(next) => onChange(next ?? min ?? 0)}
    />
  </Field>
)

const PreferenceForm = (props: FormProps) => {
  const { draft, fields, set } = props
  const t = useText()
  return (
    <div className="stack-16">
      <EventsForm {...props} />
      <div className="fields-2">
        <PropertyField
          label={t.tags.property}
          event={draft.events.event}
          fields={fields}
          value={draft.property}
          onChange={(property) => set({ property })}
        />
        <Field label={t.tags.weigh}>
          <Select
            aria-label={t.tags.weigh}
            style={{ width: '100%' }}
            value={draft.weighBy}
            onChange={(weighBy) => set({ weighBy })}
            options={[
              { value: 'count' as const, label: t.tags.weighCount },
              { value: 'sum' as const, label: t.tags.weighSum },
            ]}
          />
        </Field>
        {draft.weighBy === 'sum' && (
          <PropertyField
            label={t.tags.amount}
            event={draft.events.event}
            fields={fields}
            value={draft.weighProperty}
            onChange={(weighProperty) => set({ weighProperty })}
          />
        )}
        <NumberField label={t.tags.top} value={draft.top} min={1} max={10} onChange={(top) => set({ top })} />
        <NumberField
          label={t.tags.minShare}
          value={draft.minSharePercent}
          min={0}
          max={100}
          onChange={(minSharePercent) => set({ minSharePercent })}
        />
        <NumberField
          label={t.tags.minEvents}
          value={draft.minEvents}
          min={1}
          onChange={(minEvents) => set({ minEvents })}
        />
      </div>
    </div>
  )
}

const RfmForm = (props: FormProps) => {
  const { draft, fields, set } = props
  const t = useText()
  return (
    <div className="stack-16">
      <EventsForm {...props} />
      <div className="fields-2">
        <PropertyField
          label={t.tags.amount}
          event={draft.events.event}
          fields={fields}
          value={draft.amount}
          onChange={(amount) => set({ amount })}
        />
        <PropertyField
          label={t.tags.order}
          hint={t.tags.orderHint}
          event={draft.events.event}
          fields={fields}
          value={draft.order}
          onChange={(order) => set({ order })}
        />
        <Field label={t.tags.rfmAs}>
          <Select
            aria-label={t.tags.rfmAs}
            style={{ width: '100%' }}
            value={draft.rfmAs}
            onChange={(rfmAs) => set({ rfmAs })}
            options={[
              { value: 'class' as const, label: t.tags.rfmAsClass },
              { value: 'score' as const, label: t.tags.rfmAsScore },
            ]}
          />
        </Field>
        {draft.rfmAs === 'class' && (
          <Field label={t.tags.cut}>
            <Select
              aria-label={t.tags.cut}
              style={{ width: '100%' }}
              value={draft.rfmCut}
              onChange={(rfmCut) => set({ rfmCut })}
              options={(['mean', 'median', 'fixed'] as const).map((value) => ({ value, label: t.tags.cuts[value] }))}
            />
          </Field>
        )}
        {draft.rfmAs === 'class' && draft.rfmCut === 'fixed' && (
          <>
            <NumberField
              label={t.tags.recencyDays}
              value={draft.recency}
              min={0}
              onChange={(recency) => set({ recency })}
            />
            <NumberField
              label={t.tags.frequencyTimes}
              value={draft.frequency}
              min={1}
              onChange={(frequency) => set({ frequency })}
            />
            <NumberField
              label={t.tags.monetaryAmount}
              value={draft.monetary}
              onChange={(monetary) => set({ monetary })}
            />
          </>
        )}
      </div>
    </div>
  )
}

const CutForm = ({ draft, set }: Pick<FormProps, 'draft' | 'set'>) => {
  const t = useText()
  return (
    <div className="fields-2">
      <Field label={t.tags.cutBy}>
        <Select
          aria-label={t.tags.cutBy}
          style={{ width: '100%' }}
          value={draft.cutBy}
          onChange={(cutBy) => set({ cutBy })}
          options={(['edges', 'quantiles'] as const).map((value) => ({ value, label: t.tags.cutBys[value] }))}
        />
      </Field>
      {draft.cutBy === 'edges' ? (
        <Field label={t.tags.edges} hint={t.tags.edgesHint}>
          <Input value={draft.edges} onChange={(event) => set({ edges: event.target.value })} />
        </Field>
      ) : (
        <NumberField
          label={t.tags.quantiles}
          value={draft.quantiles}
          min={2}
          max={20}
          onChange={(quantiles) => set({ quantiles })}
        />
      )}
      <Field label={t.tags.bandNames} hint={t.tags.bandNamesHint}>
        <Input value={draft.labels} onChange={(event) => set({ labels: event.target.value })} />
      </Field>
    </div>
  )
}

/** A choice among the number tags in use. */
const TagField = ({ draft, ownKey, set }: Pick<FormProps, 'draft' | 'ownKey' | 'set'>) => {
  const t = useText()
  const tags = useQuery({
    queryKey: ['tags', 'choices'],
    queryFn: ({ signal }) => listTags({ state: 'active' }, signal),
  })
  const numbers = (tags.data?.items ?? []).filter(({ type, key }) => type === 'number' && key !== ownKey)
  return (
    <Field label={t.tags.bandsOfs.tag}>
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t.tags.bandsOfs.tag}
        loading={tags.isPending}
        style={{ width: '100%' }}
        {...(draft.tag !== '' && { value: draft.tag })}
        onChange={(tag: string) => set({ tag })}
        options={numbers.map(({ key, title }) => ({ value: key, label: title }))}
      />
    </Field>
  )
}

const BandsForm = (props: FormProps) => {
  const { draft, fields, traitTitle, set } = props
  const t = useText()
  const numbers = fields.traits.filter(({ type }) => type === 'number' || type === 'integer')
  return (
    <div className="stack-16">
      <div className="fields-2">
        <Field label={t.tags.bandsOf}>
          <Select
            aria-label={t.tags.bandsOf}
            style={{ width: '100%' }}
            value={draft.bandsOf}
            onChange={(bandsOf) => set({ bandsOf })}
            options={(['trait', 'tag', 'figure'] as const).map((value) => ({ value, label: t.tags.bandsOfs[value] }))}
          />
        </Field>
        {draft.bandsOf === 'trait' && (
          <Field label={t.tags.bandsOfs.trait}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t.tags.bandsOfs.trait}
              style={{ width: '100%' }}
              {...(draft.trait !== '' && { value: draft.trait })}
              onChange={(trait: string) => set({ trait })}
              options={numbers.map(({ name }) => ({ value: name, label: traitTitle(name) }))}
            />
          </Field>
        )}
        {draft.bandsOf === 'tag' && <TagField {...props} />}
      </div>
      {draft.bandsOf === 'figure' && <FigureForm {...props} />}
      <CutForm draft={draft} set={set} />
    </div>
  )
}

const SqlForm = ({ draft, set }: FormProps) => {
  const t = useText()
  const can = useCan()
  return (
    <div className="stack-16">
      {!can('tags.sql') && <Notice tone="warn">{t.tags.sqlNotAllowed}</Notice>}
      <Field label={t.tags.sqlText} hint={t.tags.sqlHint}>
        <Input.TextArea
          className="mono"
          spellCheck={false}
          autoSize={{ minRows: 8, maxRows: 24 }}
          maxLength={20_000}
          placeholder={
            "select customer_no, count() as value\nfrom events\nwhere event = 'loan_repaid'\ngroup by customer_no"
          }
          value={draft.sql}
          onChange={(event) => set({ sql: event.target.value })}
        />
      </Field>
      <div className="fields-2">
        <TypeField draft={draft} set={set} />
        <MultiField draft={draft} set={set} />
      </div>
    </div>
  )
}

const ModelForm = (props: FormProps) => {
  const { draft, set } = props
  const t = useText()
  const models = useQuery({ queryKey: ['tags', 'models'], queryFn: ({ signal }) => listModels(signal) })
  const offered = models.data?.items ?? []
  return (
    <div className="stack-16">
      <div className="fields-2">
        <Field label={t.tags.modelOf}>
          <Select
            aria-label={t.tags.modelOf}
            style={{ width: '100%' }}
            value={draft.modelOf}
            onChange={(modelOf) => set({ modelOf })}
            options={(['score', 'model', 'tag'] as const).map((value) => ({
              value,
              label: t.tags.modelKinds[value],
              disabled: value === 'model' && offered.length === 0,
            }))}
          />
        </Field>
        {draft.modelOf === 'score' && (
          <Field label={t.tags.modelScore} hint={offered.length === 0 ? t.tags.modelNone : undefined}>
            <Input maxLength={100} value={draft.score} onChange={(event) => set({ score: event.target.value })} />
          </Field>
        )}
        {draft.modelOf === 'model' && (
          <Field label={t.tags.modelKinds.model}>
            <Select
              aria-label={t.tags.modelKinds.model}
              style={{ width: '100%' }}
              {...(draft.model !== '' && { value: draft.model })}
              onChange={(model: string) => set({ model })}
              options={offered.map(({ model, id, title }) => ({ value: `${model}/${id}`, label: title }))}
            />
          </Field>
        )}
        {draft.modelOf === 'tag' && <TagField {...props} />}
        {draft.modelOf !== 'tag' && (
          <Field label={t.tags.modelTake}>
            <Select
              aria-label={t.tags.modelTake}
              style={{ width: '100%' }}
              value={draft.take}
              onChange={(take) => set({ take })}
              options={(['label', 'value', 'bands'] as const).map((value) => ({
                value,
                label: t.tags.modelTakes[value],
              }))}
            />
          </Field>
        )}
        {draft.modelOf === 'score' && (
          <Field label={t.tags.freshDays}>
            <InputNumber
              aria-label={t.tags.freshDays}
              style={{ width: '100%' }}
              min={1}
              max={3650}
              value={draft.freshDays}
              onChange={(freshDays) => set({ freshDays })}
            />
          </Field>
        )}
      </div>
      {(draft.modelOf === 'tag' || draft.take === 'bands') && <CutForm draft={draft} set={set} />}
    </div>
  )
}

const TextForm = ({ draft, fields, set }: FormProps) => {
  const t = useText()
  return (
    <div className="fields-2">
      <Field label={t.tags.textMeasure}>
        <Select
          aria-label={t.tags.textMeasure}
          style={{ width: '100%' }}
          value={draft.textMeasure}
          onChange={(textMeasure) => set({ textMeasure })}
          options={(['topics', 'keywords', 'sentiment', 'negatives'] as const).map((value) => ({
            value,
            label: t.tags.textMeasures[value],
          }))}
        />
      </Field>
      <NumberField
        label={t.tags.textDays}
        value={draft.textDays}
        min={1}
        max={3650}
        onChange={(textDays) => set({ textDays })}
      />
      {(draft.textMeasure === 'topics' || draft.textMeasure === 'keywords') && (
        <NumberField label={t.tags.top} value={draft.top} min={1} max={10} onChange={(top) => set({ top })} />
      )}
      <Field label={t.tags.textEvents} hint={t.tags.textEventsHint}>
        <Select
          mode="multiple"
          aria-label={t.tags.textEvents}
          style={{ width: '100%' }}
          value={draft.textEvents}
          onChange={(textEvents) => set({ textEvents })}
          options={fields.events.map(({ name }) => ({ value: name, label: name }))}
        />
      </Field>
    </div>
  )
}
