import { Button, Select } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Tile } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Waiting } from '../ui/states.tsx'
import type { Journey, Step, Trigger } from './campaign-shapes.ts'
import type { Passage, StepFigures } from './canvas-parts.tsx'
import { drawnExits } from './journey-exits.ts'
import { edgeOf } from './live-ways.ts'
import type { ShownVerdict, SimulatedPath, Simulation } from './simulate-calls.ts'
import { exitText, type StepReader, stepTitle } from './step-reading.ts'
import { useJourneyEditor } from './use-journey-editor.ts'
import { useNarrow } from './use-narrow.ts'

const JourneyCanvas = lazy(async () => ({ default: (await import('./journey-canvas.tsx')).JourneyCanvas }))

const noIssues: ReadonlyMap<string, number> = new Map()
const ignore = () => undefined

/** What came of a simulation: everybody's ways together, or one person's way to step through. */
export const SimulatedPaths = ({
  journey,
  trigger,
  result,
  reader,
}: {
  journey: Journey
  trigger: Trigger
  result: Simulation
  reader: StepReader
}) => {
  const t = useText()
  const format = useFormats()
  const narrow = useNarrow()
  const words = t.campaigns
  const single = result.people === 1 && result.paths.length === 1
  const [shown, setShown] = useState<number | undefined>(single ? 0 : undefined)
  const [at, setAt] = useState<number>()
  const editor = useJourneyEditor(journey, false, ignore)
  const path = shown === undefined ? undefined : result.paths[shown]
  const upTo = at ?? (path ? path.visits.length - 1 : 0)
  const overlay = useMemo(
    () => (path ? pathOverlay(reader, journey, path, upTo) : sampleOverlay(journey, result)),
    [reader, journey, path, upTo, result],
  )
  const focus = useMemo(() => {
    const id = at === undefined ? undefined : path?.visits[at]?.step
    return id === undefined ? undefined : { id, nonce: at ?? 0 }
  }, [path, at])
  const nameOf = (one: SimulatedPath) => Object.values(one.display).slice(0, 2).join(' ') || one.customerId
  return (
    <>
      {!single && (
        <div className="tiles c-tiles">
          <Tile label={words.simulated} value={format.count(result.people)} />
          {Object.entries(result.ends).map(([end, count]) => (
            <Tile key={end} label={words.simulationEnds[end] ?? end} value={format.count(count)} />
          ))}
          <Tile label={words.simulatedCost} value={format.amount('costFen', result.costMillifen / 1000)} />
        </div>
      )}
      <Panel
        title={path ? nameOf(path) : words.allPaths}
        extra={
          !single &&
          result.paths.length > 0 && (
            <Select
              aria-label={words.onePath}
              style={{ minWidth: 200 }}
              allowClear
              placeholder={words.onePath}
              value={shown ?? null}
              onChange={(next: number | null | undefined) => {
                setShown(next ?? undefined)
                setAt(undefined)
              }}
              options={result.paths.map((one, index) => ({
                value: index,
                label: `${nameOf(one)} · ${words.simulationEnds[one.end] ?? one.end}`,
              }))}
            />
          )
        }
      >
        {path && (
          <div className="row c-through">
            <Button
              size="small"
              aria-label={words.previousStep}
              disabled={upTo <= 0}
              icon={<Icon name="left" size={14} />}
              onClick={() => setAt(upTo - 1)}
            />
            <span className="num">{words.pathOf(upTo + 1, path.visits.length)}</span>
            <Button
              size="small"
              aria-label={words.nextStep}
              disabled={upTo >= path.visits.length - 1}
              icon={<Icon name="right" size={14} />}
              onClick={() => setAt(upTo + 1)}
            />
            <Button size="small" type="text" disabled={upTo === 0} onClick={() => setAt(0)}>
              {words.fromStart}
            </Button>
            <span className="b-spring" />
            <Badge tone={path.end === 'failed' || path.end === 'notAllowed' ? 'bad' : 'plain'}>
              {words.simulationEnds[path.end] ?? path.end}
            </Badge>
          </div>
        )}
        {!narrow && (
          <div className="j-design c-simulated">
            <Suspense fallback={<Waiting lines={6} />}>
              <JourneyCanvas
                editor={editor}
                reader={reader}
                trigger={trigger}
                issues={noIssues}
                overlay={overlay}
                focus={focus}
              />
            </Suspense>
          </div>
        )}
        {path ? (
          <PathList path={path} journey={journey} reader={reader} at={upTo} onGo={setAt} />
        ) : (
          <SampleList journey={journey} result={result} reader={reader} />
        )}
      </Panel>
    </>
  )
}

const wayOf = (reader: StepReader, step: Step, edge: string): string => {
  const exit = drawnExits(step).find(({ key }) => edgeOf(step, key) === edge)
  return exit ? exitText(reader, step, exit.key) : (reader.t.campaigns.edges[edge] ?? edge)
}

/** What the gate would say, in a few words. */
const verdictText = (reader: StepReader, verdict: ShownVerdict): string => {
  const words = reader.t.campaigns
  if (verdict.decision === 'refused')
    return `${words.edges.refused ?? ''} ${verdict.refusal === null ? reader.t.refusals.hidden : refusalTitle(reader, verdict.refusal)}`
  const channel = verdict.channel === null ? '' : words.channels[verdict.channel]
  if (verdict.notBefore !== null) return words.sendHeld(channel, reader.format.dayHour(verdict.notBefore))
  return words.sendPlanned(channel)
}

const refusalTitle = (reader: StepReader, code: string): string => {
  const titles: Readonly<Record<string, { name: string }>> = reader.t.refusals.codes
  return titles[code]?.name ?? code
}

const pathOverlay = (reader: StepReader, journey: Journey, path: SimulatedPath, upTo: number) => {
  const passages = new Map<string, Passage>()
  const walked = new Set<string>(['start'])
  for (const [index, visit] of path.visits.entries()) {
    if (index > upTo) break
    passages.set(visit.step, {
      order: index + 1,
      at: visit.at,
      note: visit.verdict ? verdictText(reader, visit.verdict) : undefined,
      current: index === upTo,
    })
    const step = journey.steps[visit.step]
    if (!step || visit.edge === null || index === upTo) continue
    const exit =
      drawnExits(step).find(({ key }) => edgeOf(step, key) === visit.edge) ??
      (visit.edge === 'refused' ? drawnExits(step).find(({ key }) => key === 'next') : undefined)
    if (exit) walked.add(`${visit.step}:${exit.key}`)
  }
  return { passages, walked }
}

const sampleOverlay = (journey: Journey, result: Simulation) => {
  const figures = new Map<string, StepFigures>()
  const ways = new Map<string, number>([['start', result.people - (result.ends.notAllowed ?? 0)]])
  for (const [id, step] of Object.entries(journey.steps)) {
    const found = result.steps[id]
    const out = found?.edges ?? {}
    const passed = Object.values(out).reduce((sum, count) => sum + count, 0)
    figures.set(id, { inside: (found?.entered ?? 0) - passed, passed, failed: out.failed ?? 0 })
    const exits = drawnExits(step)
    for (const { key } of exits) {
      const joined = key === 'next' && !exits.some((exit) => exit.key === 'onRefused') ? (out.refused ?? 0) : 0
      ways.set(`${id}:${key}`, (out[edgeOf(step, key)] ?? 0) + joined)
    }
  }
  return { figures, ways }
}

const PathList = ({
  path,
  journey,
  reader,
  at,
  onGo,
}: {
  path: SimulatedPath
  journey: Journey
  reader: StepReader
  at: number
  onGo: (at: number) => void
}) => {
  const t = useText()
  const format = useFormats()
  if (path.visits.length === 0) return <p className="muted panel-space">{t.campaigns.noPath}</p>
  return (
    <ol className="c-story panel-space">
      {path.visits.map((visit, index) => {
        const step = journey.steps[visit.step]
        return (
          <li key={`${visit.step} ${visit.at}`} className={index === at ? 'c-story-now' : ''}>
            <span className="muted small">{format.dateTime(visit.at)}</span>
            <button type="button" className="j-link" onClick={() => onGo(index)}>
              {step ? stepTitle(reader, step) : visit.step}
              {step && visit.edge !== null && ` → ${wayOf(reader, step, visit.edge)}`}
            </button>
            {visit.verdict && (
              <span className={visit.verdict.decision === 'planned' ? 'small' : 'small bad-text'}>
                {verdictText(reader, visit.verdict)}
              </span>
            )}
          </li>
        )
      })}
    </ol>
  )
}

/** What messages and tasks came to, step by step. */
const SampleList = ({ journey, result, reader }: { journey: Journey; result: Simulation; reader: StepReader }) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns
  const rows = Object.entries(result.steps).flatMap(([id, { planned, refused }]) => {
    const step = journey.steps[id]
    const counts = [
      ...Object.entries(planned).map(([channel, count]) => ({
        text: words.sendPlanned(words.channels[channel as keyof typeof words.channels] ?? channel),
        count,
        bad: false,
      })),
      ...Object.entries(refused).map(([code, count]) => ({ text: refusalTitle(reader, code), count, bad: true })),
    ]
    return step && counts.length > 0 ? [{ id, title: stepTitle(reader, step), counts }] : []
  })
  if (rows.length === 0) return null
  return (
    <div className="stack-16 panel-space">
      {rows.map(({ id, title, counts }) => (
        <section key={id}>
          <h3 className="strong">{title}</h3>
          {counts
            .toSorted((a, b) => b.count - a.count)
            .map(({ text, count, bad }) => (
              <div key={text} className="row row-between">
                <span className={bad ? 'bad-text' : ''}>{text}</span>
                <span className="num">{words.peopleCount(format.count(count))}</span>
              </div>
            ))}
        </section>
      ))}
    </div>
  )
}
