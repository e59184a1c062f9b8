import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select, Switch } from 'antd'
import { estimate } from '../audiences/audience-calls.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { EventField } from '../insights/event-field.tsx'
import { Icon } from '../ui/icon.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { listPurposes } from './campaign-calls.ts'
import { products } from './campaign-shapes.ts'
import { OptionalCondition } from './condition-dialog.tsx'
import { Group } from './form-parts.tsx'
import { TriggerForm } from './trigger-form.tsx'
import type { DraftTools } from './use-campaign-draft.ts'

/** Who comes in: the trigger, the door, how often, and what lets people out early. */
export const AudienceTab = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const { draft, setDefinition, editable } = tools
  const { definition } = draft
  const disabled = !editable
  return (
    <div className="grid grid-main">
      <div className="stack-16">
        <Panel title={words.trigger}>
          <TriggerForm
            value={definition.trigger}
            disabled={disabled}
            onChange={(trigger) => setDefinition({ trigger })}
          />
        </Panel>
        <Panel title={words.only} note={words.onlyHint}>
          <OptionalCondition
            title={words.only}
            value={definition.only}
            disabled={disabled}
            onChange={(only) => {
              const { only: _, ...rest } = definition
              tools.set({ ...draft, definition: only ? { ...rest, only } : rest })
            }}
          />
          {definition.only && <OnlySize definition={definition.only} />}
        </Panel>
        <Panel title={words.exitsTitle}>
          <Group label={words.exitsHint}>
            <fieldset className="j-bare stack" disabled={disabled}>
              {definition.exits.map((match, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: matches have no names of their own
                <div key={at} className="j-removable">
                  <EventField
                    value={match}
                    label={`${words.exitsTitle} ${at + 1}`}
                    onChange={(next) => setDefinition({ exits: definition.exits.with(at, next) })}
                  />
                  {!disabled && (
                    <button
                      type="button"
                      className="icon-button danger"
                      aria-label={t.ui.remove}
                      title={t.ui.remove}
                      onClick={() => setDefinition({ exits: definition.exits.toSpliced(at, 1) })}
                    >
                      <Icon name="close" size={15} />
                    </button>
                  )}
                </div>
              ))}
              {!disabled && definition.exits.length < 10 && (
                <Button
                  size="small"
                  icon={<Icon name="plus" size={14} />}
                  onClick={() => setDefinition({ exits: [...definition.exits, { event: '' }] })}
                >
                  {words.addExit}
                </Button>
              )}
            </fieldset>
          </Group>
        </Panel>
      </div>
      <div className="stack-16">
        <BasicsPanel tools={tools} />
        <ReEntryPanel tools={tools} />
        <LawPanel tools={tools} />
      </div>
    </div>
  )
}

const OnlySize = ({ definition }: { definition: Parameters<typeof estimate>[0] }) => {
  const t = useText()
  const format = useFormats()
  const size = useQuery({
    queryKey: ['audiences', 'estimate', definition],
    queryFn: ({ signal }) => estimate(definition, signal),
    retry: false,
    staleTime: 30_000,
  })
  return size.data ? <p className="muted small">{t.campaigns.triggerForm.asks(format.count(size.data.size))}</p> : null
}

export const BasicsPanel = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const { draft, set, editable } = tools
  return (
    <Panel title={words.basics}>
      <div className="stack-16">
        <Field label={words.name} error={draft.name.trim() === '' ? words.gaps.name : undefined}>
          <Input
            maxLength={100}
            disabled={!editable}
            value={draft.name}
            onChange={(event) => set({ ...draft, name: event.target.value })}
          />
        </Field>
        <Field label={words.description}>
          <Input.TextArea
            autoSize={{ minRows: 2, maxRows: 8 }}
            maxLength={1000}
            placeholder={words.descriptionHint}
            disabled={!editable}
            value={draft.description}
            onChange={(event) => set({ ...draft, description: event.target.value })}
          />
        </Field>
        <Field label={words.category} hint={words.categoryHints[draft.category]}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.category}
            disabled={!editable}
            value={draft.category}
            onChange={(category) => set({ ...draft, category })}
            options={(['marketing', 'service'] as const).map((value) => ({ value, label: words.categories[value] }))}
          />
        </Field>
      </div>
    </Panel>
  )
}

const ReEntryPanel = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const { draft, setDefinition, editable } = tools
  const { reEntry } = draft.definition
  const limited = reEntry.times !== null
  return (
    <Panel title={words.reEntry}>
      <div className="stack-16">
        <Group label={words.reEntryTimes}>
          <span className="j-pair">
            <Select
              aria-label={words.reEntry}
              disabled={!editable}
              value={limited ? 'limited' : 'unlimited'}
              onChange={(next) => setDefinition({ reEntry: { ...reEntry, times: next === 'limited' ? 1 : null } })}
              options={[
                { value: 'limited', label: words.reEntryLimited },
                { value: 'unlimited', label: words.reEntryUnlimited },
              ]}
            />
            {limited && (
              <InputNumber
                aria-label={words.reEntryTimes}
                suffix={words.times}
                min={1}
                max={1000}
                precision={0}
                disabled={!editable}
                value={reEntry.times}
                onChange={(times) => setDefinition({ reEntry: { ...reEntry, times: times ?? 1 } })}
              />
            )}
          </span>
        </Group>
        <Field label={words.reEntryAfter}>
          <InputNumber
            style={{ width: '100%' }}
            suffix={words.daysUnit}
            min={0}
            max={365}
            precision={0}
            disabled={!editable || reEntry.times === 1}
            value={reEntry.afterDays}
            onChange={(afterDays) => setDefinition({ reEntry: { ...reEntry, afterDays: afterDays ?? 0 } })}
          />
        </Field>
      </div>
    </Panel>
  )
}

const LawPanel = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const { draft, setDefinition, editable } = tools
  const { definition } = draft
  const purposes = useQuery({
    queryKey: ['consents', 'purposes', 'choices'],
    queryFn: ({ signal }) => listPurposes(signal),
    staleTime: 60_000,
    retry: false,
  })
  // Only what people are asked about for messages; giving data to others is another question.
  const offered = (purposes.data?.items ?? []).filter(
    ({ key, retired, basis, separate }) =>
      key === definition.purpose || (!retired && basis === 'consent' && separate !== 'recipient'),
  )
  return (
    <Panel title={words.lawTitle}>
      <div className="stack-16">
        {draft.category === 'marketing' && (
          <Field label={words.consentPurpose} hint={words.consentPurposeHint}>
            <Select
              style={{ width: '100%' }}
              showSearch
              aria-label={words.consentPurpose}
              disabled={!editable}
              value={definition.purpose}
              onChange={(purpose) => setDefinition({ purpose })}
              options={[
                ...offered.map(({ key, title }) => ({ value: key, label: title })),
                ...(offered.some(({ key }) => key === definition.purpose)
                  ? []
                  : [{ value: definition.purpose, label: words.purposes[definition.purpose] ?? definition.purpose }]),
              ]}
            />
          </Field>
        )}
        <Field label={words.product} hint={words.productHint}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.product}
            disabled={!editable}
            value={definition.product}
            onChange={(product) => setDefinition({ product })}
            options={products.map((value) => ({ value, label: words.products[value] }))}
          />
        </Field>
        <div>
          <div className="row">
            <Switch
              aria-label={words.personalised}
              disabled={!editable}
              checked={definition.personalised}
              onChange={(personalised) => setDefinition({ personalised })}
            />
            <span>{words.personalised}</span>
          </div>
          <p className="field-hint">{words.personalisedHint}</p>
        </div>
      </div>
    </Panel>
  )
}
