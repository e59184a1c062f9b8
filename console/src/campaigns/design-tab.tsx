import './journey.css'
import { Button, Drawer, Segmented } from 'antd'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Waiting } from '../ui/states.tsx'
import { useCanvasKeys } from './canvas-keys.ts'
import { InsertDialog } from './insert-dialog.tsx'
import { IssueList } from './issue-list.tsx'
import { type Issue, issueCounts } from './issues.ts'
import { startId } from './start-id.ts'
import { StepList } from './step-list.tsx'
import { StepPalette } from './step-palette.tsx'
import { StepPanel } from './step-panel.tsx'
import type { StepReader } from './step-reading.ts'
import { TriggerForm } from './trigger-form.tsx'
import type { DraftTools } from './use-campaign-draft.ts'
import { type JourneyEditor, useJourneyEditor } from './use-journey-editor.ts'
import { useNarrow } from './use-narrow.ts'

const JourneyCanvas = lazy(async () => ({ default: (await import('./journey-canvas.tsx')).JourneyCanvas }))

export interface Jump {
  step: string
  nonce: number
}

/** The journey: on a canvas where there is room, as a list where there is not, with the form of what is chosen. */
export const DesignTab = ({
  tools,
  reader,
  issues,
  jump,
  onJump,
}: {
  tools: DraftTools
  reader: StepReader
  issues: readonly Issue[]
  /** A step that somebody was sent to. */
  jump: Jump | undefined
  onJump: (issue: Issue) => void
}) => {
  const t = useText()
  const words = t.campaigns
  const narrow = useNarrow()
  const [view, setView] = useState<'canvas' | 'list'>('canvas')
  const [full, setFull] = useState(false)
  const { draft, history, editable, setJourney } = tools
  const { definition } = draft
  const editor = useJourneyEditor(definition.journey, editable, setJourney)
  const counts = useMemo(() => issueCounts(issues), [issues])
  const asList = narrow || view === 'list'
  const [focus, setFocus] = useState<{ id: string; nonce: number }>()

  const { choose, chooseStart } = editor
  const show = useCallback(
    (step: string, nonce: number) => {
      if (step === startId) chooseStart()
      else choose([step])
      setFocus({ id: step, nonce })
    },
    [choose, chooseStart],
  )
  useEffect(() => {
    if (jump) show(jump.step, jump.nonce)
  }, [jump, show])

  const onKeyDown = useCanvasKeys(editor, history)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { target } = event
      const ours = target === document.body || (target instanceof Element && target.closest('.j-design'))
      if (ours) onKeyDown(event)
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [onKeyDown])

  const jumpTo = (issue: Issue) => {
    if (issue.step === null || !(issue.step === startId || definition.journey.steps[issue.step])) onJump(issue)
    else show(issue.step, Date.now())
  }
  const panel = <SidePanel tools={tools} editor={editor} reader={reader} issues={issues} onJump={jumpTo} />
  const isChosen = editor.chosen.start || editor.chosen.steps.length === 1
  return (
    <div className={`j-design ${full ? 'j-full' : ''}`}>
      <div className="j-bar">
        <Button
          type="text"
          disabled={!editable || !history.canUndo}
          icon={<Icon name="undo" size={16} />}
          aria-label={words.undo}
          title={`${words.undo} (Ctrl+Z)`}
          aria-keyshortcuts="Control+Z"
          onClick={history.undo}
        />
        <Button
          type="text"
          disabled={!editable || !history.canRedo}
          icon={<Icon name="redo" size={16} />}
          aria-label={words.redo}
          title={`${words.redo} (Ctrl+Y)`}
          aria-keyshortcuts="Control+Y"
          onClick={history.redo}
        />
        {editable && (
          <Button
            type="text"
            icon={<Icon name="copy" size={16} />}
            onClick={() => editor.paste(asList ? editor.nextPlace() : undefined)}
          >
            {words.paste}
          </Button>
        )}
        <span className="b-spring" />
        {issues.length > 0 && (
          <button type="button" className="j-count" onClick={editor.clear}>
            <Icon name="warn" size={15} />
            {words.findingCount(issues.length)}
          </button>
        )}
        {!narrow && (
          <>
            <Segmented
              aria-label={words.asView}
              value={view}
              onChange={setView}
              options={[
                { value: 'canvas', label: words.canvas },
                { value: 'list', label: words.list },
              ]}
            />
            <Button
              type="text"
              icon={<Icon name={full ? 'shrink' : 'expand'} size={16} />}
              aria-label={full ? words.shrink : words.expand}
              title={full ? words.shrink : words.expand}
              onClick={() => setFull(!full)}
            />
          </>
        )}
      </div>
      <div className={`j-frame ${asList ? 'j-frame-list' : ''} ${editable && !asList ? 'j-frame-palette' : ''}`}>
        {editable && !asList && <StepPalette editor={editor} />}
        {asList ? (
          <StepList editor={editor} reader={reader} trigger={definition.trigger} issues={counts} />
        ) : (
          <Suspense fallback={<Waiting lines={8} />}>
            <JourneyCanvas editor={editor} reader={reader} trigger={definition.trigger} issues={counts} focus={focus} />
          </Suspense>
        )}
        {!narrow && <aside className="j-side">{panel}</aside>}
      </div>
      {narrow && (
        <>
          <section className="j-under-list">
            <IssueList issues={issues} journey={definition.journey} reader={reader} onJump={jumpTo} />
          </section>
          <Drawer
            open={isChosen}
            placement="bottom"
            size="86%"
            title={words.stepForm}
            onClose={editor.clear}
            destroyOnHidden
            className="j-drawer"
          >
            {panel}
          </Drawer>
        </>
      )}
      <InsertDialog editor={editor} />
    </div>
  )
}

const SidePanel = ({
  tools,
  editor,
  reader,
  issues,
  onJump,
}: {
  tools: DraftTools
  editor: JourneyEditor
  reader: StepReader
  issues: readonly Issue[]
  onJump: (issue: Issue) => void
}) => {
  const t = useText()
  const words = t.campaigns
  const { definition } = tools.draft
  const { chosen, journey, editable } = editor
  const [only] = chosen.steps
  const step = only === undefined || chosen.steps.length > 1 ? undefined : journey.steps[only]
  if (only !== undefined && step) {
    return (
      <StepPanel
        key={only}
        id={only}
        step={step}
        editor={editor}
        reader={reader}
        issues={issues.filter((issue) => issue.step === only)}
      />
    )
  }
  if (chosen.start) {
    return (
      <div className="j-form">
        <div className="j-form-head">
          <span className="j-mark">
            <Icon name="play" size={16} />
          </span>
          <span className="strong">{words.start}</span>
        </div>
        <TriggerForm
          value={definition.trigger}
          disabled={!editable}
          onChange={(trigger) => tools.setDefinition({ trigger })}
        />
      </div>
    )
  }
  if (chosen.steps.length > 1) {
    return (
      <div className="j-form">
        <p className="strong">{words.selectedSteps(chosen.steps.length)}</p>
        <div className="row">
          <Button icon={<Icon name="copy" size={15} />} onClick={() => editor.copy(chosen.steps)}>
            {words.copy}
          </Button>
          {editable && (
            <Button danger icon={<Icon name="trash" size={15} />} onClick={() => editor.remove(chosen.steps)}>
              {words.remove}
            </Button>
          )}
        </div>
      </div>
    )
  }
  return (
    <div className="j-form">
      <p className="strong">{words.findings}</p>
      <IssueList issues={issues} journey={journey} reader={reader} onJump={onJump} />
      {editable && (
        <>
          <p className="muted small">{words.selectHint}</p>
          <p className="muted small">{words.keys}</p>
        </>
      )}
    </div>
  )
}
