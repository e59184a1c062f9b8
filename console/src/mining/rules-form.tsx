import { InputNumber, Segmented, Select } from 'antd'
import type { Fields } from '../audiences/audience-shapes.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useText } from '../i18n/text.ts'
import { EventField } from '../insights/event-field.tsx'
import { useEventName } from '../insights/pickers.tsx'
import { Field } from '../ui/page.tsx'
import type { QuestionOf } from './mining-shapes.ts'
import { DaysField, OptionalProperty } from './scope-fields.tsx'

type Question = QuestionOf<'rules'>
type Source = Question['baskets']

/** What stands in a basket, and how strong a rule must be. */
export const RulesForm = ({
  value,
  fields,
  onChange,
}: {
  value: Question
  fields: Pick<Fields, 'traits' | 'events' | 'tags'>
  onChange: (change: Partial<Question>) => void
}) => {
  const t = useText()
  const words = t.mining
  const traitTitle = useTraitTitles()
  const { baskets } = value
  const begin = (of: Source['of']) =>
    onChange({
      baskets:
        of === 'events'
          ? { of, events: [], item: null, basket: 'customer' }
          : of === 'tags'
            ? { of, tags: [] }
            : { of, traits: [] },
    })
  const share = (key: 'minSupport' | 'minConfidence', step: number) => (
    <Field label={words[key]}>
      <InputNumber
        aria-label={words[key]}
        min={key === 'minSupport' ? 0.001 : 0}
        max={100}
        step={step}
        suffix="%"
        value={Number(((value[key] ?? 0) * 100).toPrecision(6))}
        onChange={(percent) => onChange({ [key]: (percent ?? 0) / 100 })}
      />
    </Field>
  )
  return (
    <>
      <div className="wide">
        <div className="field-label">{words.basketsOf}</div>
        <Segmented
          value={baskets.of}
          onChange={begin}
          options={(['events', 'tags', 'traits'] as const).map((of) => ({ value: of, label: words.basketSources[of] }))}
        />
      </div>
      {baskets.of === 'events' && (
        <EventBaskets value={baskets} onChange={(next) => onChange({ baskets: next })} fields={fields} />
      )}
      {baskets.of === 'tags' && (
        <Field label={words.basketSources.tags}>
          <Select
            aria-label={words.basketSources.tags}
            mode="multiple"
            value={baskets.tags}
            onChange={(tags: string[]) => onChange({ baskets: { of: 'tags', tags } })}
            options={fields.tags.map(({ key, title }) => ({ value: key, label: title }))}
          />
        </Field>
      )}
      {baskets.of === 'traits' && (
        <Field label={words.basketSources.traits}>
          <Select
            aria-label={words.basketSources.traits}
            mode="multiple"
            value={baskets.traits}
            onChange={(traits: string[]) => onChange({ baskets: { of: 'traits', traits } })}
            options={fields.traits.map(({ name }) => ({ value: name, label: traitTitle(name) }))}
          />
        </Field>
      )}
      <Field label={words.without}>
        <Select
          aria-label={words.without}
          mode="tags"
          tokenSeparators={[',', '，', ';', '；']}
          value={value.without ?? []}
          onChange={(without: string[]) => onChange({ without })}
        />
      </Field>
      {share('minSupport', 0.1)}
      {share('minConfidence', 5)}
      <Field label={words.minLift}>
        <InputNumber
          aria-label={words.minLift}
          min={0}
          step={0.1}
          value={value.minLift ?? 0}
          onChange={(minLift) => onChange({ minLift: minLift ?? 0 })}
        />
      </Field>
      <Field label={words.maxLength}>
        <InputNumber
          aria-label={words.maxLength}
          min={2}
          max={10}
          precision={0}
          value={value.maxLength ?? 10}
          onChange={(most) => onChange({ maxLength: most ?? 10 })}
        />
      </Field>
      <Field label={words.right}>
        <Select
          aria-label={words.right}
          value={value.right ?? 'one'}
          onChange={(right) => onChange({ right })}
          options={(['one', 'any'] as const).map((one) => ({ value: one, label: words.rights[one] }))}
        />
      </Field>
    </>
  )
}

const EventBaskets = ({
  value,
  fields,
  onChange,
}: {
  value: Extract<Source, { of: 'events' }>
  fields: Pick<Fields, 'events'>
  onChange: (value: Extract<Source, { of: 'events' }>) => void
}) => {
  const t = useText()
  const words = t.mining
  const eventName = useEventName()
  const set = (change: Partial<typeof value>) => onChange({ ...value, ...change })
  const [only] = value.events
  // One event has properties to filter and to take items from; several are items themselves.
  const single = value.item !== null || value.events.length === 1
  return (
    <>
      <Field label={words.item}>
        <Segmented
          value={value.item === null ? 'event' : 'property'}
          onChange={(item) =>
            item === 'event'
              ? set({ item: null, where: [] })
              : set({ item: '', events: value.events.slice(0, 1), where: [] })
          }
          options={[
            { value: 'property', label: words.property },
            { value: 'event', label: words.itemIsEvent },
          ]}
        />
      </Field>
      {value.item === null ? (
        <Field label={words.events}>
          <Select
            aria-label={words.events}
            mode="multiple"
            value={value.events}
            onChange={(events: string[]) => set({ events })}
            options={fields.events.map(({ name }) => ({ value: name, label: eventName(name) }))}
          />
        </Field>
      ) : (
        <>
          <div className="wide">
            <div className="field-label">{words.events}</div>
            <EventField
              label={words.events}
              value={{ event: only ?? '', where: value.where }}
              onChange={({ event, where }) => set({ events: event === '' ? [] : [event], where: where ?? [] })}
            />
          </div>
          <OptionalProperty
            label={words.item}
            events={value.events}
            value={value.item}
            onChange={(item) => set({ item: item ?? '' })}
          />
        </>
      )}
      <Field label={words.basket}>
        <Select
          aria-label={words.basket}
          value={value.basket ?? 'customer'}
          onChange={(basket) => set({ basket })}
          options={(['customer', 'day', ...(single ? (['property'] as const) : [])] as const).map((basket) => ({
            value: basket,
            label: words.baskets[basket],
          }))}
        />
      </Field>
      {value.basket === 'property' && (
        <OptionalProperty
          label={words.basketProperty}
          events={value.events}
          value={value.basketProperty}
          onChange={(basketProperty) => set({ basketProperty })}
        />
      )}
      <DaysField label={words.days} hint={words.daysHint} value={value.days} onChange={(days) => set({ days })} />
    </>
  )
}
