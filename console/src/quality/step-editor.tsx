import { Button, Checkbox, Input, Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { FillWith, Step } from './quality-shapes.ts'

type Kind = Step['do']
const kinds: readonly Kind[] = ['normalise', 'date', 'amount', 'map', 'fill', 'correct', 'deduplicate']
const fills = ['constant', 'median', 'field', 'regionOfPhone', 'regionOfIdCard', 'birthdayOfIdCard'] as const
type FillKind = (typeof fills)[number]

/** A step as it begins. */
export const newStep = (kind: Kind): Step => {
  switch (kind) {
    case 'normalise':
      return { do: kind, fields: [], simplify: true, case: 'keep', spaces: 'one' }
    case 'date':
      return { do: kind, fields: [], format: 'auto' }
    case 'amount':
      return { do: kind, fields: [], unit: 'yuan' }
    case 'map':
      return { do: kind, fields: [], values: {}, others: 'keep' }
    case 'fill':
      return { do: kind, field: '', with: { constant: '' } }
    case 'correct':
      return { do: kind, fields: [], kind: 'phone' }
    case 'deduplicate':
      return { do: kind, by: [] }
  }
}

/** Whether nothing is missing. */
export const isComplete = (step: Step): boolean => {
  if (step.do === 'deduplicate') return true
  if (step.do === 'fill') {
    const source = step.with
    const from =
      'constant' in source
        ? String(source.constant)
        : 'median' in source
          ? 'median'
          : 'field' in source
            ? source.field
            : 'regionOfPhone' in source
              ? source.regionOfPhone
              : 'regionOfIdCard' in source
                ? source.regionOfIdCard
                : source.birthdayOfIdCard
    return step.field !== '' && from !== ''
  }
  return step.fields.length > 0 && (step.do !== 'map' || Object.keys(step.values).length > 0)
}

const pairsText = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values)
    .map(([from, to]) => `${from} = ${String(to)}`)
    .join('\n')
const pairsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      const from = line.slice(0, at).trim()
      return at > 0 && from !== '' ? [[from, line.slice(at + 1).trim()]] : []
    }),
  )

interface Options {
  value: string
  label: string
}

export const StepEditor = ({
  step,
  number,
  options,
  onChange,
  onRemove,
  onMove,
}: {
  step: Step
  number: number
  options: readonly Options[]
  onChange: (step: Step) => void
  onRemove: () => void
  onMove: ((by: -1 | 1) => void) | undefined
}) => {
  const t = useText()
  const fields = (label: string, value: readonly string[], set: (fields: string[]) => void) => (
    <Field label={label} hint={t.quality.fieldsHint}>
      <Select
        aria-label={label}
        mode="tags"
        style={{ width: '100%' }}
        value={[...value]}
        onChange={set}
        options={[...options]}
      />
    </Field>
  )
  return (
    <li className="recipe-step">
      <div className="row row-between">
        <span className="row">
          <span className="strong">{t.quality.step(number)}</span>
          <Select
            aria-label={t.quality.step(number)}
            value={step.do}
            style={{ width: 190 }}
            onChange={(kind) => onChange(newStep(kind))}
            options={kinds.map((value) => ({ value, label: t.quality.kinds[value] }))}
          />
        </span>
        <span className="row">
          {onMove && (
            <>
              <Button
                size="small"
                aria-label={t.quality.moveUp}
                icon={<Icon name="up" size={14} />}
                onClick={() => onMove(-1)}
              />
              <Button
                size="small"
                aria-label={t.quality.moveDown}
                icon={<Icon name="down" size={14} />}
                onClick={() => onMove(1)}
              />
            </>
          )}
          <Button
            size="small"
            aria-label={t.quality.removeStep}
            icon={<Icon name="trash" size={14} />}
            onClick={onRemove}
          />
        </span>
      </div>
      <div className="rule-fields">
        {step.do === 'deduplicate' && fields(t.quality.by, step.by, (by) => onChange({ ...step, by }))}
        {step.do !== 'deduplicate' &&
          step.do !== 'fill' &&
          fields(t.quality.fields, step.fields, (value) => onChange({ ...step, fields: value }))}
        {step.do === 'normalise' && (
          <>
            <Field label={t.quality.letterCase}>
              <Select
                style={{ width: '100%' }}
                value={step.case}
                onChange={(value) => onChange({ ...step, case: value })}
                options={(['keep', 'upper', 'lower'] as const).map((value) => ({
                  value,
                  label: t.quality.cases[value],
                }))}
              />
            </Field>
            <span className="stack">
              <Checkbox
                checked={step.simplify}
                onChange={({ target }) => onChange({ ...step, simplify: target.checked })}
              >
                {t.quality.simplify}
              </Checkbox>
              <Checkbox
                checked={step.spaces === 'none'}
                onChange={({ target }) => onChange({ ...step, spaces: target.checked ? 'none' : 'one' })}
              >
                {t.quality.dropSpaces}
              </Checkbox>
            </span>
          </>
        )}
        {step.do === 'date' && (
          <Field label={t.quality.dateFormat} hint={t.quality.dateFormatHint}>
            <Input
              maxLength={64}
              value={step.format}
              onChange={({ target }) => onChange({ ...step, format: target.value })}
            />
          </Field>
        )}
        {step.do === 'amount' && (
          <Field label={t.quality.unit}>
            <Select
              style={{ width: '100%' }}
              value={step.unit}
              onChange={(unit) => onChange({ ...step, unit })}
              options={(['yuan', 'fen'] as const).map((value) => ({ value, label: t.quality.units[value] }))}
            />
          </Field>
        )}
        {step.do === 'correct' && (
          <Field label={t.quality.numberKind}>
            <Select
              style={{ width: '100%' }}
              value={step.kind}
              onChange={(kind) => onChange({ ...step, kind })}
              options={(['phone', 'idCard', 'bankCard'] as const).map((value) => ({
                value,
                label: t.quality.numberKinds[value],
              }))}
            />
          </Field>
        )}
        {step.do === 'map' && (
          <>
            <Field label={t.quality.pairs} hint={t.quality.pairsHint}>
              <Input.TextArea
                rows={4}
                defaultValue={pairsText(step.values)}
                onChange={({ target }) => onChange({ ...step, values: pairsOf(target.value) })}
              />
            </Field>
            <Field label={t.quality.others}>
              <Select
                style={{ width: '100%' }}
                value={step.others}
                onChange={(others) => onChange({ ...step, others })}
                options={(['keep', 'clear'] as const).map((value) => ({ value, label: t.quality.othersOf[value] }))}
              />
            </Field>
          </>
        )}
        {step.do === 'fill' && <FillFields step={step} options={options} onChange={onChange} />}
      </div>
    </li>
  )
}

const fillKind = (source: FillWith): FillKind => fills.find((kind) => kind in source) ?? 'constant'

const newFill = (kind: FillKind): FillWith => {
  switch (kind) {
    case 'constant':
      return { constant: '' }
    case 'median':
      return { median: true }
    case 'field':
      return { field: '' }
    case 'regionOfPhone':
      return { regionOfPhone: 'phone', level: 'city' }
    case 'regionOfIdCard':
      return { regionOfIdCard: 'idCard', level: 'city' }
    case 'birthdayOfIdCard':
      return { birthdayOfIdCard: 'idCard' }
  }
}

const FillFields = ({
  step,
  options,
  onChange,
}: {
  step: Extract<Step, { do: 'fill' }>
  options: readonly Options[]
  onChange: (step: Step) => void
}) => {
  const t = useText()
  const source = step.with
  const set = (next: FillWith) => onChange({ ...step, with: next })
  const one = (label: string, value: string, change: (value: string) => void) => (
    <Field label={label}>
      <Select
        aria-label={label}
        mode="tags"
        maxCount={1}
        style={{ width: '100%' }}
        value={value === '' ? [] : [value]}
        onChange={(values: string[]) => change(values.at(-1) ?? '')}
        options={[...options]}
      />
    </Field>
  )
  const level = (value: 'province' | 'city', change: (level: 'province' | 'city') => void) => (
    <Field label={t.quality.level}>
      <Select
        style={{ width: '100%' }}
        value={value}
        onChange={change}
        options={(['province', 'city'] as const).map((value) => ({ value, label: t.quality.levels[value] }))}
      />
    </Field>
  )
  return (
    <>
      {one(t.quality.field, step.field, (field) => onChange({ ...step, field }))}
      <Field label={t.quality.fillFrom}>
        <Select
          style={{ width: '100%' }}
          value={fillKind(source)}
          onChange={(kind) => set(newFill(kind))}
          options={fills.map((value) => ({ value, label: t.quality.fills[value] }))}
        />
      </Field>
      {'constant' in source && (
        <Field label={t.quality.constant}>
          <Input value={String(source.constant)} onChange={({ target }) => set({ constant: target.value })} />
        </Field>
      )}
      {'median' in source &&
        one(t.quality.medianBy, source.by ?? '', (by) => set({ median: true, ...(by !== '' && { by }) }))}
      {'field' in source && one(t.quality.fromField, source.field, (field) => set({ field }))}
      {'regionOfPhone' in source && (
        <>
          {one(t.quality.fromField, source.regionOfPhone, (regionOfPhone) => set({ ...source, regionOfPhone }))}
          {level(source.level, (value) => set({ ...source, level: value }))}
        </>
      )}
      {'regionOfIdCard' in source && (
        <>
          {one(t.quality.fromField, source.regionOfIdCard, (regionOfIdCard) => set({ ...source, regionOfIdCard }))}
          {level(source.level, (value) => set({ ...source, level: value }))}
        </>
      )}
      {'birthdayOfIdCard' in source &&
        one(t.quality.fromField, source.birthdayOfIdCard, (birthdayOfIdCard) => set({ birthdayOfIdCard }))}
    </>
  )
}
