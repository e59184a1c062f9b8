import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import type { StepId, Trigger } from './campaign-shapes.ts'
import type { StepFigures } from './canvas-parts.tsx'
import { drawnExits } from './journey-exits.ts'
import { inOrder, type Place } from './journey-graph.ts'
import { KindMark } from './kind-mark.tsx'
import { startId } from './start-id.ts'
import { exitText, type StepReader, stepSummary, stepTitle, triggerText } from './step-reading.ts'
import type { JourneyEditor } from './use-journey-editor.ts'

/** The journey from top to bottom, for narrow screens and for those who do not see the canvas: the same operations. */
export const StepList = ({
  editor,
  reader,
  trigger,
  issues,
  figures,
}: {
  editor: JourneyEditor
  reader: StepReader
  trigger: Trigger
  issues: ReadonlyMap<string, number>
  figures?: ReadonlyMap<string, StepFigures> | undefined
}) => {
  const t = useText()
  const words = t.campaigns
  const { journey, chosen } = editor
  const order = inOrder(journey)
  const number = new Map(order.map((id, at) => [id, at + 1]))
  return (
    <ol className="j-list" aria-label={words.list}>
      <li>
        <div className={`j-row j-start ${chosen.start ? 'j-chosen' : ''} ${issues.has(startId) ? 'j-faulty' : ''}`}>
          <button type="button" className="j-row-main" onClick={editor.chooseStart}>
            <span className="j-mark">
              <Icon name="play" size={16} />
            </span>
            <span className="j-text">
              <span className="j-title">{words.start}</span>
              <span className="j-row-summary">{triggerText(reader, trigger)}</span>
            </span>
            {issues.has(startId) && <IssueMark count={issues.get(startId) ?? 0} />}
          </button>
        </div>
        <Way
          label={words.exits.next}
          shown={false}
          target={journey.start}
          place="start"
          editor={editor}
          reader={reader}
          number={number}
        />
      </li>
      {order.map((id) => {
        const step = journey.steps[id]
        if (!step) return null
        const exits = drawnExits(step)
        const count = issues.get(id) ?? 0
        const figure = figures?.get(id)
        return (
          <li key={id}>
            <div className={`j-row ${chosen.steps.includes(id) ? 'j-chosen' : ''} ${count > 0 ? 'j-faulty' : ''}`}>
              <button
                type="button"
                className="j-row-main"
                aria-label={words.openStep(stepTitle(reader, step))}
                onClick={() => editor.choose([id])}
              >
                <span className="j-number">{number.get(id)}</span>
                <KindMark kind={step.kind} />
                <span className="j-text">
                  <span className="j-title">{stepTitle(reader, step)}</span>
                  <span className="j-row-summary">{stepSummary(reader, step)}</span>
                </span>
                {figure && <Figures {...figure} />}
                {count > 0 && <IssueMark count={count} />}
              </button>
              {editor.editable && (
                <span className="j-row-tools">
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={`${words.copy} ${stepTitle(reader, step)}`}
                    title={words.copy}
                    onClick={() => editor.copy([id])}
                  >
                    <Icon name="copy" size={15} />
                  </button>
                  <button
                    type="button"
                    className="icon-button danger"
                    aria-label={`${words.remove} ${stepTitle(reader, step)}`}
                    title={words.remove}
                    onClick={() => editor.remove([id])}
                  >
                    <Icon name="trash" size={15} />
                  </button>
                </span>
              )}
            </div>
            {exits.map(({ key, target }) => (
              <Way
                key={key}
                label={exitText(reader, step, key)}
                shown={exits.length > 1}
                target={target ?? null}
                place={{ from: id, exit: key }}
                editor={editor}
                reader={reader}
                number={number}
              />
            ))}
          </li>
        )
      })}
    </ol>
  )
}

const IssueMark = ({ count }: { count: number }) => {
  const t = useText()
  return (
    <span className="j-issue" title={t.campaigns.findingCount(count)}>
      <Icon name="warn" size={16} />
      <span className="sr-only">{t.campaigns.findingCount(count)}</span>
    </span>
  )
}

const Figures = ({ inside, passed }: StepFigures) => {
  const t = useText()
  const format = useFormats()
  return (
    <span className="muted small nowrap">
      {t.campaigns.liveNow} {format.short(inside)} · {t.campaigns.livePassed} {format.short(passed)}
    </span>
  )
}

/** One exit: its name, where it leads, and a place to put a step in. */
const Way = ({
  label,
  shown,
  target,
  place,
  editor,
  reader,
  number,
}: {
  label: string
  shown: boolean
  target: StepId | null
  place: Place
  editor: JourneyEditor
  reader: StepReader
  number: ReadonlyMap<string, number>
}) => {
  const t = useText()
  const words = t.campaigns
  const step = target === null ? undefined : editor.journey.steps[target]
  const empty = place === 'start' && target === null
  return (
    <div className="j-list-way">
      <Icon name="down" size={14} />
      {shown && <span className="j-list-exit">{label}</span>}
      {step && target !== null ? (
        <button type="button" className="j-link" onClick={() => editor.choose([target])}>
          {number.get(target)} {stepTitle(reader, step)}
        </button>
      ) : (
        <span className="muted">{empty ? words.gaps.start : words.leaves}</span>
      )}
      {editor.editable && (
        <button
          type="button"
          className="j-plus"
          aria-label={empty ? words.addFirst : words.insertAfter(label)}
          title={empty ? words.addFirst : words.insertAfter(label)}
          onClick={() => editor.setInserting(place)}
        >
          <Icon name="plus" size={14} />
        </button>
      )}
    </div>
  )
}
