import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { Step, StepId } from './campaign-shapes.ts'
import { Group } from './form-parts.tsx'
import type { Issue } from './issues.ts'
import { drawnExits } from './journey-exits.ts'
import { placesInto } from './journey-graph.ts'
import { KindMark } from './kind-mark.tsx'
import { BestForm, BranchForm, ExperimentForm, SplitForm } from './step-form-forks.tsx'
import { ExitForm, GoalForm, UpdateForm } from './step-form-others.tsx'
import { MessageForm, TaskForm } from './step-form-reach.tsx'
import { WaitDateForm, WaitEventForm, WaitForm, WaitWindowForm } from './step-form-waits.tsx'
import { exitText, type StepReader, stepTitle } from './step-reading.ts'
import type { JourneyEditor } from './use-journey-editor.ts'

/** The form of one step: its name, what it does, where it leads. */
export const StepPanel = ({
  id,
  step,
  editor,
  reader,
  issues,
}: {
  id: StepId
  step: Step
  editor: JourneyEditor
  reader: StepReader
  issues: readonly Issue[]
}) => {
  const t = useText()
  const words = t.campaigns
  const disabled = !editor.editable
  const set = (next: Step) => editor.setStep(id, next)
  return (
    <div className="j-form">
      <div className="j-form-head">
        <KindMark kind={step.kind} />
        <span className="strong">{words.kinds[step.kind]}</span>
        <span className="b-spring" />
        {editor.editable && (
          <>
            <button
              type="button"
              className="icon-button"
              aria-label={words.copy}
              title={words.copy}
              onClick={() => editor.copy([id])}
            >
              <Icon name="copy" size={16} />
            </button>
            <button
              type="button"
              className="icon-button danger"
              aria-label={`${words.remove} ${stepTitle(reader, step)}`}
              title={words.remove}
              onClick={() => editor.remove([id])}
            >
              <Icon name="trash" size={16} />
            </button>
          </>
        )}
      </div>
      {issues.length > 0 && (
        <ul className="j-form-issues">
          {issues.map(({ key, text, action }) => (
            <li key={key} className={action === 'block' ? 'j-block' : 'j-flag'}>
              <Icon name={action === 'block' ? 'warn' : 'info'} size={14} />
              {text}
            </li>
          ))}
        </ul>
      )}
      <Field label={words.stepName}>
        <Input
          id="j-step-name"
          maxLength={60}
          placeholder={words.kinds[step.kind]}
          disabled={disabled}
          value={step.name ?? ''}
          onChange={(event) => {
            const { name: _, ...rest } = step
            set(event.target.value === '' ? rest : { ...step, name: event.target.value })
          }}
        />
      </Field>
      <KindForm step={step} disabled={disabled} onChange={set} />
      <Ways id={id} step={step} editor={editor} reader={reader} />
      <IdField key={id} id={id} editor={editor} />
    </div>
  )
}

const KindForm = ({ step, ...rest }: { step: Step; disabled: boolean; onChange: (step: Step) => void }) => {
  switch (step.kind) {
    case 'message':
      return <MessageForm step={step} {...rest} />
    case 'task':
      return <TaskForm step={step} {...rest} />
    case 'wait':
      return <WaitForm step={step} {...rest} />
    case 'waitDate':
      return <WaitDateForm step={step} {...rest} />
    case 'waitEvent':
      return <WaitEventForm step={step} {...rest} />
    case 'waitWindow':
      return <WaitWindowForm step={step} {...rest} />
    case 'branch':
      return <BranchForm step={step} {...rest} />
    case 'split':
      return <SplitForm step={step} {...rest} />
    case 'experiment':
      return <ExperimentForm step={step} {...rest} />
    case 'best':
      return <BestForm step={step} {...rest} />
    case 'update':
      return <UpdateForm step={step} {...rest} />
    case 'goal':
      return <GoalForm />
    case 'exit':
      return <ExitForm step={step} {...rest} />
  }
}

const leave = '$leave'

/** Where each exit leads, to be chosen by keyboard as well. */
const Ways = ({ id, step, editor, reader }: { id: StepId; step: Step; editor: JourneyEditor; reader: StepReader }) => {
  const t = useText()
  const words = t.campaigns
  const { journey } = editor
  const exits = drawnExits(step)
  const sources = placesInto(journey, id)
  const others = Object.entries(journey.steps).filter(([other]) => other !== id)
  return (
    <>
      {exits.length > 0 && (
        <Group label={words.leadsTo}>
          <div className="j-ways">
            {exits.map(({ key, target }) => {
              const label = exitText(reader, step, key)
              return (
                <div key={key} className="j-way-row">
                  {exits.length > 1 && <span className="muted small">{label}</span>}
                  <div className="j-pair">
                    <Select
                      style={{ flex: 1, minWidth: 0 }}
                      showSearch={{ optionFilterProp: 'label' }}
                      aria-label={`${words.leadsTo} ${label}`}
                      disabled={!editor.editable}
                      value={target ?? leave}
                      onChange={(next: string) => editor.connect({ from: id, exit: key }, next === leave ? null : next)}
                      options={[
                        { value: leave, label: words.leaves },
                        ...others.map(([other, one]) => ({ value: other, label: stepTitle(reader, one) })),
                      ]}
                    />
                    {editor.editable && (
                      <Button
                        aria-label={words.insertAfter(label)}
                        title={words.insertAfter(label)}
                        icon={<Icon name="plus" size={15} />}
                        onClick={() => editor.setInserting({ from: id, exit: key })}
                      />
                    )}
                  </div>
                </div>
              )
            })}
          </div>
        </Group>
      )}
      <p className="muted small">
        {sources.length === 0
          ? words.notReached
          : `${words.connectedFrom} ${sources
              .map((place) => {
                if (place === 'start') return words.start
                const from = journey.steps[place.from]
                return from ? `${stepTitle(reader, from)} · ${exitText(reader, from, place.exit)}` : place.from
              })
              .join(t.reading.listed)}`}
      </p>
    </>
  )
}

const isId = (text: string) => /^[a-z][a-zA-Z0-9]{0,31}$/.test(text)

const IdField = ({ id, editor }: { id: StepId; editor: JourneyEditor }) => {
  const t = useText()
  const [text, setText] = useState(id)
  const taken = text !== id && Object.hasOwn(editor.journey.steps, text)
  const rename = () => {
    if (isId(text) && !taken && text !== id) editor.rename(id, text)
    else setText(id)
  }
  return (
    <details className="j-more">
      <summary className="muted small">
        {t.campaigns.stepId} <code>{id}</code>
      </summary>
      <Field
        label={t.campaigns.stepId}
        hint={t.campaigns.stepIdHint}
        error={taken ? t.campaigns.stepIdTaken : isId(text) ? undefined : t.campaigns.stepIdHint}
      >
        <Input
          className="mono"
          maxLength={32}
          disabled={!editor.editable}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onPressEnter={rename}
          onBlur={rename}
        />
      </Field>
    </details>
  )
}
