import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useUser } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { addTask, changeLane, changeTask, sign, takeBackSignature } from './incident-calls.ts'
import type { Incident, IncidentTask, Lane, Party, TaskChange } from './incident-shapes.ts'
import { lanes } from './incident-shapes.ts'
import { HandoverDialog, ResultDialog, TaskDialog } from './lane-dialogs.tsx'

/** A change of the incident, shown at once. */
const useChange = (incident: Incident, after: () => void) => {
  const client = useQueryClient()
  const fail = useFailureToast()
  return useMutation({
    mutationFn: (run: () => Promise<Incident>) => run(),
    onSuccess: (data) => {
      client.setQueryData(['incidents', 'one', incident.id], data)
      after()
      void client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
    },
    onError: fail,
  })
}

/** The three lanes side by side: who has them, what is to do, who has signed. */
export const Lanes = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const others = incident.signatures.filter(({ party }) => !lanes.some((lane) => lane === party))
  return (
    <Panel title={words.tasks}>
      <div className="lane-columns">
        {lanes.map((lane) => (
          <LaneColumn key={lane} incident={incident} lane={lane} />
        ))}
      </div>
      {others.length > 0 && (
        <div className="row" style={{ marginTop: 12 }}>
          {others.map(({ party }) => (
            <SignatureLine key={party} incident={incident} party={party} />
          ))}
        </div>
      )}
    </Panel>
  )
}

const LaneColumn = ({ incident, lane }: { incident: Incident; lane: Lane }) => {
  const t = useText()
  const words = t.incidents
  const [dialog, setDialog] = useState<'task' | 'handover'>()
  const [showDone, setShowDone] = useState(false)
  const close = () => setDialog(undefined)
  const change = useChange(incident, close)
  const state = incident.lanes.find((one) => one.lane === lane)
  if (!state) return null
  const tasks = incident.tasks.filter((task) => task.lane === lane)
  const open = tasks.filter((task) => task.state === 'open' || task.state === 'doing')
  const over = tasks.filter((task) => task.state === 'done' || task.state === 'dropped')
  const may = incident.may.handle && state.mine && incident.state !== 'closed'
  return (
    <section className={`lane ${state.mine ? 'lane-mine' : ''}`} aria-label={words.lanes[lane]}>
      <header>
        <div className="row row-between">
          <h3>{words.lanes[lane]}</h3>
          {may && (
            <Button size="small" type="text" onClick={() => setDialog('handover')}>
              {words.handover}
            </Button>
          )}
        </div>
        <div className="small muted">
          {words.owner} {state.owner?.name ?? words.nobody}
          {state.deputy && ` · ${words.deputy} ${state.deputy.name}`}
        </div>
      </header>
      {open.length === 0 && <p className="muted small">{words.noTasks}</p>}
      {open.map((task) => (
        <TaskCard key={task.id} incident={incident} task={task} may={may || task.mine} />
      ))}
      {over.length > 0 && (
        <Button size="small" type="link" onClick={() => setShowDone(!showDone)} aria-expanded={showDone}>
          {words.showDone(over.length)}
        </Button>
      )}
      {showDone &&
        over.map((task) => <TaskCard key={task.id} incident={incident} task={task} may={may || task.mine} />)}
      {may && (
        <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setDialog('task')}>
          {words.addTask}
        </Button>
      )}
      <div className="lane-foot">
        <SignatureLine incident={incident} party={lane} />
      </div>
      {dialog === 'task' && (
        <TaskDialog
          lane={lane}
          busy={change.isPending}
          onClose={close}
          onConfirm={(given) => change.mutate(() => addTask(incident.id, { lane, ...given }))}
        />
      )}
      {dialog === 'handover' && (
        <HandoverDialog
          lane={lane}
          ownerId={state.owner?.id ?? null}
          deputyId={state.deputy?.id ?? null}
          busy={change.isPending}
          onClose={close}
          onConfirm={(given) => change.mutate(() => changeLane(incident.id, lane, given))}
        />
      )}
    </section>
  )
}

const TaskCard = ({ incident, task, may }: { incident: Incident; task: IncidentTask; may: boolean }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const me = useUser()
  const [finishing, setFinishing] = useState(false)
  const change = useChange(incident, () => setFinishing(false))
  const set = (given: TaskChange) => change.mutate(() => changeTask(incident.id, task.id, given))
  const over = task.state === 'done' || task.state === 'dropped'
  return (
    <div className="lane-task">
      <div className={over ? 'lane-task-over' : ''}>{task.title}</div>
      {task.detail && !over && <div className="muted small">{task.detail}</div>}
      {task.result && <div className="small">{task.result}</div>}
      <div className="row small">
        <span>{task.owner?.name ?? words.nobody}</span>
        {task.dueAt && !over && (
          <time dateTime={task.dueAt} title={format.dateTime(task.dueAt)}>
            {format.dayHour(task.dueAt)}
          </time>
        )}
        {task.late && <Badge tone="bad">{words.late}</Badge>}
        {task.step && !over && <Badge>{words.fromPlan}</Badge>}
        {over && <Badge tone={task.state === 'done' ? 'good' : 'plain'}>{words.taskStates[task.state]}</Badge>}
      </div>
      {may && (
        <div className="row">
          {over ? (
            <Button size="small" type="text" loading={change.isPending} onClick={() => set({ state: 'open' })}>
              {words.undo}
            </Button>
          ) : (
            <>
              <Button size="small" onClick={() => setFinishing(true)}>
                {words.finish}
              </Button>
              {me && !task.mine && (
                <Button size="small" type="text" onClick={() => set({ ownerId: me.id })}>
                  {words.take}
                </Button>
              )}
              <Button size="small" type="text" onClick={() => set({ state: 'dropped' })}>
                {words.drop}
              </Button>
            </>
          )}
        </div>
      )}
      {finishing && (
        <ResultDialog
          title={`${words.finishTitle}：${task.title}`}
          busy={change.isPending}
          onClose={() => setFinishing(false)}
          onConfirm={(result) => set({ state: 'done', result })}
        />
      )}
    </div>
  )
}

const SignatureLine = ({ incident, party }: { incident: Incident; party: Party }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const [dialog, setDialog] = useState<'sign' | 'back'>()
  const [note, setNote] = useState('')
  const change = useChange(incident, () => setDialog(undefined))
  const one = incident.signatures.find((signature) => signature.party === party)
  if (!one) return null
  const may = one.mine && incident.state !== 'closed'
  return (
    <div className="row small">
      {!lanes.some((lane) => lane === party) && <span className="strong">{words.parties[party]}</span>}
      {one.signed ? (
        <>
          <Badge tone="good">{words.signed(one.signed.by, format.dayHour(one.signed.at))}</Badge>
          {one.signed.note && <span className="muted">{one.signed.note}</span>}
          {may && (
            <Button size="small" type="text" onClick={() => setDialog('back')}>
              {words.takeBack}
            </Button>
          )}
        </>
      ) : (
        <>
          {one.must && <Badge tone="warn">{words.mustSign}</Badge>}
          {may &&
            (one.other ? (
              <span className="muted">{words.signedOther}</span>
            ) : (
              <Button size="small" onClick={() => setDialog('sign')}>
                {words.sign}
              </Button>
            ))}
        </>
      )}
      {dialog === 'sign' && (
        <Modal
          open
          title={`${words.sign} · ${words.parties[party]}`}
          onCancel={() => setDialog(undefined)}
          okText={words.sign}
          okButtonProps={{ loading: change.isPending }}
          onOk={() => change.mutate(() => sign(incident.id, party, note.trim()))}
        >
          <Field label={words.signNote}>
            <Input.TextArea
              autoFocus
              rows={3}
              maxLength={1000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </Field>
        </Modal>
      )}
      {dialog === 'back' && (
        <ReasonDialog
          title={words.takeBack}
          warning={words.takeBackWarning}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          confirm={words.takeBack}
          busy={change.isPending}
          onConfirm={(reason) => change.mutate(() => takeBackSignature(incident.id, party, reason))}
          onClose={() => setDialog(undefined)}
        />
      )}
    </div>
  )
}
