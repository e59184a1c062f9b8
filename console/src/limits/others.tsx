import { Checkbox, Input, InputNumber, Segmented, Select, Switch } from 'antd'
import { channels, products } from '../../../src/campaigns/channels-contract.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import type { Limits } from './limit-shapes.ts'

interface FormOf<Value> {
  value: Value
  onChange: (value: Value) => void
}

export const ConflictView = ({ value }: { value: Limits['conflict'] }) => {
  const t = useText()
  const words = t.limits
  return (
    <div className="stack">
      <p>
        {value.on ? words.conflictOn : words.conflictOff}
        {value.on && <strong> · {words.windowText(value.hours, words.windowUnits.hours)}</strong>}
      </p>
      {value.on && <p className="muted small">{words.conflictNote}</p>}
    </div>
  )
}
export const ConflictForm = ({ value, onChange }: FormOf<Limits['conflict']>) => {
  const t = useText()
  const words = t.limits
  return (
    <div className="stack-16">
      <span className="row">
        <Switch checked={value.on} aria-label={words.conflictOn} onChange={(on) => onChange({ ...value, on })} />
        {words.conflictOn}
      </span>
      <Field label={words.conflictHours}>
        <InputNumber
          min={1}
          max={720}
          precision={0}
          aria-label={words.conflictHours}
          value={value.hours}
          onChange={(hours) => onChange({ ...value, hours: hours ?? 24 })}
        />
      </Field>
      <Field label={words.channels}>
        <Select
          mode="multiple"
          allowClear
          aria-label={words.channels}
          placeholder={words.allChannels}
          value={value.channels}
          onChange={(chosen) => onChange({ ...value, channels: chosen })}
          options={channels.map((channel) => ({ value: channel, label: t.refusals.channels[channel] }))}
        />
      </Field>
    </div>
  )
}

export const HoldoutView = ({ value }: { value: Limits['holdout'] }) => {
  const t = useText()
  const format = useFormats()
  return (
    <div className="stack">
      <p>
        <strong>{t.limits.holdoutText(format.share(value.share), value.seed)}</strong>
      </p>
      <p className="muted small">{t.limits.holdoutNote}</p>
    </div>
  )
}
/** Changing the draw lets people go who were left alone; so it is confirmed once more. */
export const HoldoutForm = ({
  value,
  onChange,
  before,
  confirmed,
  onConfirm,
}: FormOf<Limits['holdout']> & {
  before: Limits['holdout']
  confirmed: boolean
  onConfirm: (confirmed: boolean) => void
}) => {
  const t = useText()
  const words = t.limits
  return (
    <div className="stack-16">
      <Field label={words.holdoutShare}>
        <InputNumber
          min={0}
          max={30}
          step={0.5}
          aria-label={words.holdoutShare}
          value={Math.round(value.share * 1000) / 10}
          onChange={(share) => onChange({ ...value, share: Math.round((share ?? 0) * 10) / 1000 })}
        />
      </Field>
      <Field label={words.holdoutSeed}>
        <Input
          maxLength={60}
          aria-label={words.holdoutSeed}
          value={value.seed}
          onChange={(event) => onChange({ ...value, seed: event.target.value })}
        />
      </Field>
      {letsGo(before, value) && (
        <>
          <Notice tone="warn">{words.holdoutWarning}</Notice>
          <Checkbox checked={confirmed} onChange={(event) => onConfirm(event.target.checked)}>
            {words.holdoutConfirm}
          </Checkbox>
        </>
      )}
    </div>
  )
}
/** Whether somebody who is left alone now would be reached afterwards. */
export const letsGo = (before: Limits['holdout'], after: Limits['holdout']): boolean =>
  before.share > 0 && (before.seed !== after.seed || after.share < before.share)

export const ZoneView = ({ value }: { value: Limits['zone'] }) => (
  <p>{useText().limits.zoneText(value.standard, value.trait)}</p>
)
export const ZoneForm = ({ value, onChange }: FormOf<Limits['zone']>) => {
  const t = useText()
  const words = t.limits
  return (
    <div className="stack-16">
      <Field label={words.zoneStandard}>
        <Select
          showSearch
          aria-label={words.zoneStandard}
          value={value.standard}
          onChange={(standard) => onChange({ ...value, standard })}
          options={Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone }))}
        />
      </Field>
      <Field label={words.zoneTrait} hint={words.zoneTraitHint}>
        <Input
          maxLength={100}
          aria-label={words.zoneTrait}
          value={value.trait}
          onChange={(event) => onChange({ ...value, trait: event.target.value })}
        />
      </Field>
    </div>
  )
}

const bounds = ['maxDebtBurden', 'maxExposure', 'maxLenders', 'maxEnquiries', 'maxCreditFen'] as const
/** As it is written on the page: percent, yuan, or as it is. */
const scaleOf = (name: (typeof bounds)[number]): number =>
  name === 'maxDebtBurden' ? 100 : name === 'maxCreditFen' ? 0.01 : 1
const shownBound = (name: (typeof bounds)[number], value: number): number =>
  Math.round(value * scaleOf(name) * 100) / 100

export const SuitabilityView = ({ value }: { value: Limits['suitability'] }) => {
  const t = useText()
  const format = useFormats()
  const words = t.limits
  return (
    <div className="stack">
      <p className="muted small">{words.suitabilityNote}</p>
      <dl className="facts">
        {bounds.map((name) => (
          <div key={name} className="fact">
            <dt>{words.fields[name]}</dt>
            <dd>{format.decimal(shownBound(name, value[name]))}</dd>
          </div>
        ))}
        <div className="fact">
          <dt>{words.missing}</dt>
          <dd>{value.missing === 'refuse' ? words.missingRefuse : words.missingPass}</dd>
        </div>
        <div className="fact">
          <dt>{words.products}</dt>
          <dd>{value.products.map((product) => words.productNames[product]).join('、')}</dd>
        </div>
      </dl>
    </div>
  )
}
export const SuitabilityForm = ({ value, onChange }: FormOf<Limits['suitability']>) => {
  const t = useText()
  const words = t.limits
  return (
    <div className="rule-fields">
      {bounds.map((name) => (
        <Field key={name} label={words.fields[name]}>
          <InputNumber
            min={0}
            aria-label={words.fields[name]}
            value={shownBound(name, value[name])}
            onChange={(next) =>
              onChange({
                ...value,
                [name]:
                  name === 'maxCreditFen'
                    ? Math.round((next ?? 0) * 100)
                    : Math.round(((next ?? 0) / scaleOf(name)) * 10_000) / 10_000,
              })
            }
          />
        </Field>
      ))}
      <Field label={words.missing}>
        <Segmented
          aria-label={words.missing}
          value={value.missing}
          onChange={(missing) => onChange({ ...value, missing })}
          options={[
            { value: 'pass' as const, label: words.missingPass },
            { value: 'refuse' as const, label: words.missingRefuse },
          ]}
        />
      </Field>
      <div className="rule-wide">
        <Field label={words.products}>
          <Select
            mode="multiple"
            aria-label={words.products}
            value={value.products}
            onChange={(chosen) => onChange({ ...value, products: chosen })}
            options={products.map((product) => ({ value: product, label: words.productNames[product] }))}
          />
        </Field>
      </div>
      <p className="rule-wide muted small">
        {words.traits}：{words.traitsHint}
      </p>
      {(Object.keys(value.traits) as (keyof typeof value.traits)[]).map((name) => (
        <Field key={name} label={words.traitNames[name]}>
          <Input
            maxLength={100}
            aria-label={words.traitNames[name]}
            value={value.traits[name]}
            onChange={(event) => onChange({ ...value, traits: { ...value.traits, [name]: event.target.value } })}
          />
        </Field>
      ))}
    </div>
  )
}

/** A thousandth of a fen → fen. */
const fen = (millifen: number) => millifen / 1000

export const CostsView = ({ value: { millifen } }: { value: Limits['costs'] }) => {
  const t = useText()
  const format = useFormats()
  return (
    <div className="stack">
      <p className="muted small">{t.limits.costsNote}</p>
      <dl className="facts">
        {channels.map((channel) => (
          <div key={channel} className="fact">
            <dt>{t.refusals.channels[channel]}</dt>
            <dd>{format.decimal(fen(millifen[channel] ?? 0))}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
export const CostsForm = ({ value, onChange }: FormOf<Limits['costs']>) => {
  const t = useText()
  return (
    <div className="rule-fields">
      {channels.map((channel) => {
        const label = t.limits.costOf(t.refusals.channels[channel])
        return (
          <Field key={channel} label={label}>
            <InputNumber
              min={0}
              step={0.1}
              aria-label={label}
              value={fen(value.millifen[channel] ?? 0)}
              onChange={(next) =>
                onChange({ millifen: { ...value.millifen, [channel]: Math.round((next ?? 0) * 1000) } })
              }
            />
          </Field>
        )
      })}
    </div>
  )
}

const terms = ['sendDays', 'disclosureDays'] as const

export const RecordsView = ({ value }: { value: Limits['records'] }) => {
  const words = useText().limits
  const format = useFormats()
  return (
    <div className="stack">
      <p className="muted small">{words.recordsNote}</p>
      <dl className="facts">
        {terms.map((term) => (
          <div key={term} className="fact">
            <dt>{words[term]}</dt>
            <dd>{words.daysText(format.count(value[term]))}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
export const RecordsForm = ({ value, onChange }: FormOf<Limits['records']>) => {
  const words = useText().limits
  return (
    <div className="rule-fields">
      {terms.map((term) => (
        <Field key={term} label={words[term]}>
          <InputNumber
            min={1}
            max={3_650}
            precision={0}
            aria-label={words[term]}
            value={value[term]}
            onChange={(days) => onChange({ ...value, [term]: days ?? value[term] })}
          />
        </Field>
      ))}
    </div>
  )
}
