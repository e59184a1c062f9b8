import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { AutoComplete, Button, Input, InputNumber, Modal, Segmented, Select, Switch } from 'antd'
import { useId, useState } from 'react'
import { listTraits } from '../customers/customer-calls.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Badge } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { changeRule, createRule, tryRule } from './quality-calls.ts'
import type { Check, FormatName, Rule, Target } from './quality-shapes.ts'
import { reasonText } from './reasons.ts'

type Kind = Check['kind']
const kinds: readonly Kind[] = [
  'required',
  'range',
  'length',
  'pattern',
  'oneOf',
  'format',
  'compare',
  'fresh',
  'unique',
]
const formatNames: readonly FormatName[] = ['phone', 'idCard', 'bankCard', 'email', 'region', 'name', 'date', 'amount']
const operators = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const

/** What is being written, as texts: made a check when it is one. */
interface Draft {
  kind: Kind
  min: string
  max: string
  pattern: string
  list: string
  format: FormatName
  operator: (typeof operators)[number]
  other: string
  days: number
}

const draftOf = (check: Check | undefined): Draft => ({
  kind: check?.kind ?? 'range',
  min: check && 'min' in check && check.min !== undefined ? String(check.min) : '',
  max: check && 'max' in check && check.max !== undefined ? String(check.max) : '',
  pattern: check?.kind === 'pattern' ? check.pattern : '',
  list: check?.kind === 'oneOf' ? check.values.join('\n') : '',
  format: check?.kind === 'format' ? check.format : 'phone',
  operator: check?.kind === 'compare' ? check.operator : 'lte',
  other: check?.kind === 'compare' ? check.other : '',
  days: check?.kind === 'fresh' ? check.days : 365,
})

const boundOf = (text: string): number | string | undefined => {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  return /^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? trimmed : Number(trimmed)
}
const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** undefined while something is missing. */
const checkOf = (draft: Draft): Check | undefined => {
  const { kind } = draft
  switch (kind) {
    case 'required':
    case 'unique':
      return { kind }
    case 'range':
    case 'length': {
      const [min, max] = [boundOf(draft.min), boundOf(draft.max)]
      if ((min === undefined && max === undefined) || Number.isNaN(min) || Number.isNaN(max)) return undefined
      const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
      if (kind === 'range') return { kind, ...bounds }
      if (typeof min === 'string' || typeof max === 'string') return undefined
      return { kind, ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
    }
    case 'pattern':
      return draft.pattern === '' ? undefined : { kind, pattern: draft.pattern }
    case 'oneOf':
      return lines(draft.list).length === 0 ? undefined : { kind, values: lines(draft.list) }
    case 'format':
      return { kind, format: draft.format }
    case 'compare':
      return draft.other.trim() === '' ? undefined : { kind, operator: draft.operator, other: draft.other.trim() }
    case 'fresh':
      return { kind, days: draft.days }
  }
}

/** Makes a rule or changes one; it can be tried before it is saved. */
export const RuleEditor = ({ rule, onClose }: { rule: Rule | undefined; onClose: () => void }) => {
  const t = useText()
  const form = useId()
  const client = useQueryClient()
  const fail = useFailureToast()
  const titles = useTraitTitles()
  const traits = useQuery({ queryKey: ['traits'], queryFn: ({ signal }) => listTraits(signal), staleTime: 60_000 })
  const [name, setName] = useState(rule?.name ?? '')
  const [onEvent, setOnEvent] = useState(rule ? 'event' in rule.target : false)
  const [trait, setTrait] = useState(rule && 'trait' in rule.target ? rule.target.trait : '')
  const [event, setEvent] = useState(rule && 'event' in rule.target ? rule.target.event : '')
  const [property, setProperty] = useState(rule && 'event' in rule.target ? rule.target.property : '')
  const [draft, setDraft] = useState(() => draftOf(rule?.check))
  const [severity, setSeverity] = useState(rule?.severity ?? 'warn')
  const [owner, setOwner] = useState(rule?.owner ?? '')
  const [description, setDescription] = useState(rule?.description ?? '')
  const [enabled, setEnabled] = useState(rule?.enabled ?? true)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))

  const target: Target | undefined = onEvent
    ? event.trim() !== '' && property.trim() !== ''
      ? { event: event.trim(), property: property.trim() }
      : undefined
    : trait.trim() !== ''
      ? { trait: trait.trim() }
      : undefined
  const check = checkOf(draft)
  const ready = target !== undefined && check !== undefined && name.trim() !== ''
  const save = useMutation({
    mutationFn: async () => {
      if (!target || !check) return
      const body = {
        name: name.trim(),
        target,
        check,
        severity,
        owner: owner.trim(),
        description: description.trim(),
        enabled,
      }
      await (rule ? changeRule(rule.id, body) : createRule(body))
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['quality'] })
      onClose()
    },
    onError: fail,
  })
  const options = (traits.data?.items ?? []).map(({ name }) => ({ value: name, label: `${titles(name)} (${name})` }))
  const bounds = (
    <>
      <Field label={t.quality.min} hint={draft.kind === 'range' ? t.quality.boundHint : undefined}>
        <Input value={draft.min} onChange={({ target }) => change({ min: target.value })} />
      </Field>
      <Field label={t.quality.max}>
        <Input value={draft.max} onChange={({ target }) => change({ max: target.value })} />
      </Field>
    </>
  )
  return (
    <Modal
      open
      width={720}
      title={rule ? t.quality.editRule : t.quality.newRule}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: save.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) save.mutate()
        }}
      >
        <Field label={t.quality.ruleName}>
          <Input autoFocus maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Segmented
          aria-label={t.quality.target}
          value={onEvent ? 'event' : 'trait'}
          onChange={(value) => setOnEvent(value === 'event')}
          options={[
            { value: 'trait', label: t.quality.onTrait },
            { value: 'event', label: t.quality.onEvent },
          ]}
        />
        <div className="rule-fields">
          {onEvent ? (
            <>
              <Field label={t.quality.event}>
                <Input maxLength={200} value={event} onChange={({ target }) => setEvent(target.value)} />
              </Field>
              <Field label={t.quality.property}>
                <Input maxLength={200} value={property} onChange={({ target }) => setProperty(target.value)} />
              </Field>
            </>
          ) : (
            <Field label={t.quality.traitName}>
              <AutoComplete
                style={{ width: '100%' }}
                value={trait}
                onChange={setTrait}
                options={options}
                showSearch={{
                  filterOption: (typed, option) => (option?.label ?? '').toLowerCase().includes(typed.toLowerCase()),
                }}
              />
            </Field>
          )}
          <Field label={t.quality.checkLabel}>
            <Select
              style={{ width: '100%' }}
              value={draft.kind}
              onChange={(kind) => change({ kind })}
              options={kinds
                .filter((kind) => !(onEvent && kind === 'unique'))
                .map((value) => ({ value, label: t.quality.checks[value] }))}
            />
          </Field>
        </div>
        <div className="rule-fields">
          {(draft.kind === 'range' || draft.kind === 'length') && bounds}
          {draft.kind === 'pattern' && (
            <Field label={t.quality.pattern} hint={t.quality.patternHint}>
              <Input
                maxLength={500}
                value={draft.pattern}
                onChange={({ target }) => change({ pattern: target.value })}
              />
            </Field>
          )}
          {draft.kind === 'oneOf' && (
            <Field label={t.quality.list} hint={t.quality.listHint}>
              <Input.TextArea rows={4} value={draft.list} onChange={({ target }) => change({ list: target.value })} />
            </Field>
          )}
          {draft.kind === 'format' && (
            <Field label={t.quality.format}>
              <Select
                style={{ width: '100%' }}
                value={draft.format}
                onChange={(format) => change({ format })}
                options={formatNames.map((value) => ({ value, label: t.quality.formats[value] }))}
              />
            </Field>
          )}
          {draft.kind === 'compare' && (
            <>
              <Field label={t.quality.operator}>
                <Select
                  style={{ width: '100%' }}
                  value={draft.operator}
                  onChange={(operator) => change({ operator })}
                  options={operators.map((value) => ({ value, label: t.quality.operators[value] }))}
                />
              </Field>
              <Field label={t.quality.other}>
                <Input maxLength={200} value={draft.other} onChange={({ target }) => change({ other: target.value })} />
              </Field>
            </>
          )}
          {draft.kind === 'fresh' && (
            <Field label={t.quality.days}>
              <InputNumber min={1} max={36_500} value={draft.days} onChange={(days) => change({ days: days ?? 365 })} />
            </Field>
          )}
        </div>
        <div className="rule-fields">
          <Field label={t.quality.severity} hint={t.quality.severityHint}>
            <Select
              style={{ width: '100%' }}
              value={severity}
              onChange={setSeverity}
              options={(['warn', 'reject'] as const).map((value) => ({ value, label: t.quality.severities[value] }))}
            />
          </Field>
          <Field label={t.quality.owner}>
            <Input maxLength={100} value={owner} onChange={({ target }) => setOwner(target.value)} />
          </Field>
          <Field label={t.quality.enabled}>
            <Switch checked={enabled} onChange={setEnabled} />
          </Field>
        </div>
        <Field label={t.quality.description}>
          <Input.TextArea
            rows={2}
            maxLength={1_000}
            value={description}
            onChange={({ target }) => setDescription(target.value)}
          />
        </Field>
      </form>
      {target && check && <TryIt target={target} check={check} />}
    </Modal>
  )
}

const TryIt = ({ target, check }: { target: Target; check: Check }) => {
  const t = useText()
  const format = useFormats()
  const fail = useFailureToast()
  const [values, setValues] = useState('')
  const test = useMutation({
    mutationFn: () => tryRule({ target, check, ...(lines(values).length > 0 && { values: lines(values) }) }),
    onError: fail,
  })
  return (
    <div className="stack" style={{ marginTop: 16 }}>
      <Field label={t.quality.tryValues} hint={t.quality.tryHint}>
        <Input.TextArea rows={2} value={values} onChange={(event) => setValues(event.target.value)} />
      </Field>
      <Button loading={test.isPending} onClick={() => test.mutate()}>
        {t.quality.tryRun}
      </Button>
      {test.data && (
        <div role="status">
          <p>{t.quality.tried(format.count(test.data.checked), format.count(test.data.failed))}</p>
          <ul className="stack try-values">
            {test.data.items.slice(0, 50).map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same value may stand there twice
              <li key={index} className="row">
                <Badge tone={item.ok ? 'good' : 'bad'}>{item.ok ? t.quality.pass : t.quality.failing}</Badge>
                <span className="wrap">{item.value === '' ? t.quality.empty : item.value}</span>
                {item.reason && <span className="muted small">{reasonText(t, item.reason)}</span>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
