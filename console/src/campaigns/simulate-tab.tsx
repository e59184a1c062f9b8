import './journey.css'
import { useMutation } from '@tanstack/react-query'
import { Button, Input, InputNumber, Segmented, Select, Switch } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { MomentInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Blank, Failure, Waiting } from '../ui/states.tsx'
import type { Campaign } from './campaign-shapes.ts'
import { Group } from './form-parts.tsx'
import { localInput, localInstant } from './local-moment.ts'
import { type SimulationRequest, simulate } from './simulate-calls.ts'
import { SimulatedPaths } from './simulated-paths.tsx'
import { type StepReader, stepSummary, stepTitle } from './step-reading.ts'
import type { DraftTools } from './use-campaign-draft.ts'

type Assumed = NonNullable<SimulationRequest['assume']>

/** A customer or a sample walked through the draft, with a moved clock: nothing is sent or written. */
export const SimulateTab = ({
  campaign,
  tools,
  reader,
}: {
  campaign: Campaign
  tools: DraftTools
  reader: StepReader
}) => {
  const t = useText()
  const can = useCan()
  const words = t.campaigns
  const [mode, setMode] = useState<'one' | 'sample'>(can('customers.read') ? 'one' : 'sample')
  const [customer, setCustomer] = useState('')
  const [size, setSize] = useState(200)
  const [startAt, setStartAt] = useState<string>()
  const [assume, setAssume] = useState<Assumed>({})
  const { journey } = tools.draft.definition
  const run = useMutation({
    mutationFn: async () => {
      await tools.flush()
      const asked = {
        who: mode === 'one' ? { customerId: customer.trim() } : { sample: size },
        assume: Object.fromEntries(Object.entries(assume).filter(([id]) => journey.steps[id])),
        ...(startAt !== undefined && { startAt }),
      }
      return { journey, result: await simulate(campaign.id, asked) }
    },
  })
  const saved = tools.state === 'saved' || tools.state === 'unsaved'
  const ready = saved && journey.start !== null && (mode === 'sample' || /^\d{1,10}$/.test(customer.trim()))
  const waits = Object.entries(journey.steps).filter(
    ([, step]) => step.kind === 'waitEvent' || (step.kind === 'task' && step.outcomes !== undefined),
  )
  return (
    <div className="grid c-simulate">
      <div className="stack-16">
        <Panel title={words.tabs.simulate}>
          <form
            className="stack-16"
            onSubmit={(event) => {
              event.preventDefault()
              if (ready) run.mutate()
            }}
          >
            <p className="muted small">{words.simulateHint}</p>
            <Segmented
              block
              value={mode}
              onChange={setMode}
              options={[
                { value: 'one', label: words.simulateOne, disabled: !can('customers.read') },
                { value: 'sample', label: words.simulateSample },
              ]}
            />
            {mode === 'one' ? (
              <Field label={words.customer} hint={words.customerHint}>
                <Input
                  inputMode="numeric"
                  maxLength={10}
                  value={customer}
                  onChange={(event) => setCustomer(event.target.value.replace(/\D/g, ''))}
                />
              </Field>
            ) : (
              <Field label={words.sampleSize}>
                <InputNumber
                  style={{ width: '100%' }}
                  min={1}
                  max={1000}
                  precision={0}
                  value={size}
                  onChange={(next) => setSize(next ?? 200)}
                />
              </Field>
            )}
            <Field label={words.simulateAt} hint={words.simulateNow}>
              <MomentInput value={localInput(startAt)} onChange={(moment) => setStartAt(localInstant(moment))} />
            </Field>
            {waits.length > 0 && (
              <Group label={words.assume} hint={words.assumeHint}>
                <div className="stack">
                  {waits.map(([id, step]) => (
                    <div key={id} className="j-arm">
                      <span className="strong">{stepTitle(reader, step)}</span>
                      <span className="muted small">{stepSummary(reader, step)}</span>
                      {step.kind === 'waitEvent' ? (
                        <span className="row">
                          <Switch
                            aria-label={`${stepTitle(reader, step)} ${words.assumeHappens}`}
                            checked={assume[id] !== undefined}
                            onChange={(on) => setAssume(assumed(assume, id, on ? 'event' : undefined))}
                          />
                          {words.assumeHappens}
                        </span>
                      ) : (
                        <Select
                          style={{ width: '100%' }}
                          allowClear
                          aria-label={`${stepTitle(reader, step)} ${words.assume}`}
                          placeholder={words.exits.noOutcome}
                          value={assume[id]?.what ?? null}
                          onChange={(what: string | null | undefined) =>
                            setAssume(assumed(assume, id, what ?? undefined))
                          }
                          options={Object.keys(step.kind === 'task' ? (step.outcomes ?? {}) : {}).map((name) => ({
                            value: name,
                            label: name,
                          }))}
                        />
                      )}
                      {assume[id] !== undefined && mode === 'sample' && (
                        <InputNumber
                          aria-label={`${stepTitle(reader, step)} %`}
                          suffix="%"
                          min={0}
                          max={100}
                          precision={0}
                          value={Math.round((assume[id]?.share ?? 1) * 100)}
                          onChange={(percent) => {
                            const one = assume[id]
                            if (one) setAssume({ ...assume, [id]: { ...one, share: (percent ?? 100) / 100 } })
                          }}
                        />
                      )}
                    </div>
                  ))}
                </div>
              </Group>
            )}
            <Button
              block
              htmlType="submit"
              type="primary"
              disabled={!ready}
              loading={run.isPending}
              icon={<Icon name="play" size={15} />}
            >
              {words.simulateRun}
            </Button>
            {!saved && <p className="muted small">{words.simulateSaveFirst}</p>}
          </form>
        </Panel>
      </div>
      <div className="stack-16">
        {run.isPending ? (
          <Panel>
            <Waiting lines={8} />
          </Panel>
        ) : run.isError ? (
          <Panel>
            <Failure error={run.error} onRetry={() => run.mutate()} />
          </Panel>
        ) : run.data ? (
          <>
            <SimulatedPaths
              key={run.submittedAt}
              journey={run.data.journey}
              trigger={tools.draft.definition.trigger}
              result={run.data.result}
              reader={reader}
            />
            <Notes notes={run.data.result.notes} />
          </>
        ) : (
          <Panel>
            <Blank icon="play" title={words.simulateBlank} hint={words.simulateHint} />
          </Panel>
        )}
      </div>
    </div>
  )
}

const assumed = (assume: Assumed, id: string, what: string | undefined): Assumed => {
  const { [id]: _, ...rest } = assume
  return what === undefined ? rest : { ...rest, [id]: { what, share: 1 } }
}

/** What a simulation takes for granted. */
export const Notes = ({ notes }: { notes: readonly string[] }) => {
  const t = useText()
  const said = notes.flatMap((note) => t.campaigns.simulationNotes[note] ?? [])
  if (said.length === 0) return null
  return (
    <Notice>
      <span className="small">{said.join(' ')}</span>
    </Notice>
  )
}
