import { Button } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Choice, NegatedMark, useUpdate } from './builder-tools.tsx'
import { SpanField } from './comparison-field.tsx'
import { emptyMatch, emptyStep, type MatchDraft, type SequenceDraft, type StepDraft } from './draft.ts'
import { EventSelect, PropertySelect, useProperties, WhereFields } from './event-fields.tsx'
import { gapUnits, mostSteps } from './spans.ts'
import { WindowFields } from './window-fields.tsx'

/** Steps one under another, each with what may lie between it and the one before. */
export const SequenceFields = ({ draft }: { draft: SequenceDraft }) => {
  const t = useText()
  const update = useUpdate(draft)
  const properties = useProperties(draft.steps[0]?.event ?? '')
  const last = draft.steps.at(-1)
  const change = (id: string, next: StepDraft | undefined) =>
    update({ steps: draft.steps.flatMap((step) => (step.id === id ? (next ?? []) : step)) })
  return (
    <div className="b-sequence">
      {draft.negated && <NegatedMark id={draft.id} />}
      <ol className="b-steps">
        {draft.steps.map((step, index) => (
          <li key={step.id}>
            <StepFields
              step={step}
              index={index}
              isLast={step === last}
              canGo={draft.steps.length > 2}
              onChange={(next) => change(step.id, next)}
            />
          </li>
        ))}
      </ol>
      <div className="b-pair">
        {draft.steps.length < mostSteps && !last?.absent && (
          <Button
            size="small"
            type="text"
            className="b-filter"
            icon={<Icon name="plus" size={14} />}
            onClick={() => update({ steps: [...draft.steps, emptyStep()] })}
          >
            {t.conditions.addStep}
          </Button>
        )}
      </div>
      <div className="b-pair">
        <Choice
          className="b-window"
          label={t.conditions.overall}
          value={draft.overall === '' ? 'any' : 'within'}
          onChange={(kind) => update({ overall: kind === 'any' ? '' : '14 days' })}
          options={[
            { value: 'any', label: t.conditions.anyLength },
            { value: 'within', label: t.conditions.overall },
          ]}
        />
        {draft.overall !== '' && (
          <SpanField value={draft.overall} units={gapUnits} onChange={(overall) => update({ overall })} />
        )}
        <Choice
          className="b-window"
          label={t.conditions.by}
          value={draft.by === '' ? 'any' : 'by'}
          onChange={(kind) => update({ by: kind === 'any' ? '' : (properties[0]?.name ?? 'id') })}
          options={[
            { value: 'any', label: t.conditions.byNothing },
            { value: 'by', label: t.conditions.by },
          ]}
        />
        {draft.by !== '' && (
          <span title={t.conditions.byHint}>
            <PropertySelect value={draft.by} properties={properties} onChange={(by) => update({ by })} />
          </span>
        )}
        <WindowFields window={draft.window} onChange={(window) => update({ window })} />
      </div>
    </div>
  )
}

const StepFields = ({
  step,
  index,
  isLast,
  canGo,
  onChange,
}: {
  step: StepDraft
  index: number
  isLast: boolean
  canGo: boolean
  onChange: (step: StepDraft | undefined) => void
}) => {
  const t = useText()
  return (
    <fieldset className="b-step">
      <legend className="sr-only">{t.conditions.step(index + 1)}</legend>
      {index > 0 && (
        <div className="b-pair">
          {!step.absent && (
            <Choice
              className="b-window"
              label={t.conditions.within}
              value={step.within === '' ? 'any' : 'within'}
              onChange={(kind) => onChange({ ...step, within: kind === 'any' ? '' : '7 days' })}
              options={[
                { value: 'within', label: t.conditions.within },
                { value: 'any', label: t.conditions.anyGap },
              ]}
            />
          )}
          {step.absent && <span className="muted">{t.conditions.waited}</span>}
          {step.within !== '' && (
            <SpanField value={step.within} units={gapUnits} onChange={(within) => onChange({ ...step, within })} />
          )}
          {isLast && (
            <Choice
              label={t.builder.didOrNot}
              value={step.absent ? 'absent' : 'happened'}
              onChange={(kind) =>
                onChange(
                  kind === 'absent'
                    ? { ...step, absent: true, without: [], within: step.within === '' ? '7 days' : step.within }
                    : { ...step, absent: false },
                )
              }
              options={[
                { value: 'happened', label: t.conditions.happened },
                { value: 'absent', label: t.conditions.absent },
              ]}
            />
          )}
        </div>
      )}
      {step.without.map((match) => (
        <MatchFields
          key={match.id}
          label={t.conditions.without}
          match={match}
          onChange={(next) =>
            onChange({ ...step, without: step.without.flatMap((one) => (one.id === match.id ? (next ?? []) : one)) })
          }
        />
      ))}
      <div className="b-fields">
        <span className="b-number" aria-hidden="true">
          {index + 1}
        </span>
        <EventSelect value={step.event} onChange={(event) => onChange({ ...step, event, where: [] })} />
        <WhereFields event={step.event} where={step.where} onChange={(where) => onChange({ ...step, where })}>
          {index > 0 && !step.absent && step.without.length < 5 && (
            <Button
              size="small"
              type="text"
              className="b-filter"
              onClick={() => onChange({ ...step, without: [...step.without, emptyMatch()] })}
            >
              {t.conditions.addWithout}
            </Button>
          )}
        </WhereFields>
        {canGo && (
          <button
            type="button"
            className="icon-button danger"
            aria-label={t.ui.remove}
            onClick={() => onChange(undefined)}
          >
            <Icon name="close" size={15} />
          </button>
        )}
      </div>
    </fieldset>
  )
}

const MatchFields = ({
  label,
  match,
  onChange,
}: {
  label: string
  match: MatchDraft
  onChange: (match: MatchDraft | undefined) => void
}) => {
  const t = useText()
  return (
    <div className="b-where b-without">
      <span className="muted">{label}</span>
      <EventSelect value={match.event} onChange={(event) => onChange({ ...match, event, where: [] })} />
      <WhereFields event={match.event} where={match.where} onChange={(where) => onChange({ ...match, where })} />
      <button type="button" className="icon-button danger" aria-label={t.ui.remove} onClick={() => onChange(undefined)}>
        <Icon name="close" size={15} />
      </button>
    </div>
  )
}
