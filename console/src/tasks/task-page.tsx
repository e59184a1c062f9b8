import './tasks.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { localInstant } from '../campaigns/local-moment.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Notice } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { OutcomeForm, type Written } from './outcome-form.tsx'
import { type Answers, answersText, ScriptView } from './script-view.tsx'
import { StartCall } from './start-call.tsx'
import { claimTask, getTask, listTasks, releaseTask, startTask, takeNext, writeBack } from './task-calls.ts'
import { Due, Person, StateMark } from './task-marks.tsx'
import { isAgain, outcomesOf, type TaskDetail, type TaskStart } from './task-shapes.ts'
import { useKeys } from './use-keys.ts'

/** One task: whom, what to say, the number when he may be called, how it went. */
export const TaskPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/tasks/$id' })
  const task = useQuery({
    queryKey: ['tasks', 'one', Number(id)],
    queryFn: ({ signal }) => getTask(Number(id), signal),
    // What is said is as of when it was taken; only coming back to it asks anew.
    staleTime: 10_000,
  })
  return (
    <Page
      title={task.data?.title ?? t.tasks.task}
      back={{ to: '/tasks', label: t.tasks.back }}
      subtitle={task.data && <Head task={task.data} />}
    >
      <Loaded query={task} lines={8}>
        {(data) => <Work key={data.id} task={data} />}
      </Loaded>
    </Page>
  )
}

const Head = ({ task }: { task: TaskDetail }) => {
  const t = useText()
  const words = t.tasks
  return (
    <span className="row">
      <StateMark task={task} />
      <span>
        {words.channels[task.channel]}
        {task.team !== null && ` · ${task.team}`} · {task.campaign}
      </span>
    </span>
  )
}

const Work = ({ task }: { task: TaskDetail }) => {
  const t = useText()
  const format = useFormats()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const words = t.tasks
  const [answers, setAnswers] = useState<Answers>({})
  const [written, setWritten] = useState<Written>({ outcome: undefined, note: '', againAt: '' })
  const [start, setStart] = useState<TaskStart>()
  const mine = task.mine && task.state === 'claimed'
  const over = task.state !== 'open' && task.state !== 'claimed'
  const again = async () => {
    await client.invalidateQueries({ queryKey: ['tasks'] })
  }
  const claim = useMutation({ mutationFn: () => claimTask(task.id), onSettled: again, onError: fail })
  const release = useMutation({
    mutationFn: () => releaseTask(task.id),
    onSuccess: async () => {
      message.success(words.released)
      await navigate({ to: '/tasks' })
      await again()
    },
    onError: fail,
  })
  const call = useMutation({
    mutationFn: () => startTask(task.id),
    onSuccess: async (told) => {
      setStart(told)
      if (told.refusal !== null) await again()
    },
    onError: fail,
  })
  const next = useMutation({
    mutationFn: () => takeNext({ channel: task.channel, ...(task.team !== null && { team: task.team }) }),
    onSuccess: async (taken) => {
      client.setQueryData(['tasks', 'one', taken.id], taken)
      await navigate({ to: '/tasks/$id', params: { id: String(taken.id) } })
    },
    onError: fail,
  })
  const answered = answersText(answers)
  const save = useMutation({
    mutationFn: () => {
      const { outcome = 'other', note, againAt } = written
      const at = isAgain(outcome) ? localInstant(againAt) : undefined
      return writeBack(task.id, {
        outcome,
        note: [answered, note.trim()]
          .filter((one) => one !== '')
          .join('；')
          .slice(0, 2_000),
        ...(at !== undefined && { againAt: at }),
      })
    },
    onSuccess: async (done) => {
      message.success(done.state === 'open' ? words.savedAgain(format.dayHour(done.fromAt)) : words.saved)
      setStart(undefined)
      await again()
    },
    onError: fail,
  })
  const write = () => {
    if (mine && written.outcome !== undefined && !save.isPending) save.mutate()
  }
  const ask = () => {
    if (mine && start?.allowed !== true && task.scriptFault === null && !call.isPending) call.mutate()
  }
  useKeys(
    {
      n: () => {
        if (!mine && !next.isPending) next.mutate()
      },
      c: ask,
      ...Object.fromEntries(
        outcomesOf(task.channel).map((outcome, i) => [
          String((i + 1) % 10),
          () => mine && setWritten((before) => ({ ...before, outcome })),
        ]),
      ),
    },
    write,
  )
  const takeNextButton = (
    <Button
      block
      size="large"
      icon={<Icon name="play" size={16} />}
      loading={next.isPending}
      onClick={() => next.mutate()}
    >
      {words.next}
    </Button>
  )
  return (
    <div className="task-layout">
      <div className="task-customer-area">
        <Panel title={words.customer} extra={<Person task={task} />}>
          <dl className="facts">
            <dt>{words.due}</dt>
            <dd>
              <Due task={task} />
            </dd>
            {task.tries > 0 && !over && (
              <>
                <dt>{words.lastTry}</dt>
                <dd>
                  {task.outcome !== null && words.outcomes[task.outcome]} · {words.tries(task.tries)}
                  {task.note !== null && <div className="muted small wrap">{task.note}</div>}
                </dd>
              </>
            )}
          </dl>
          <div className="stack-16">
            {mine && <StartCall task={task} start={start} busy={call.isPending} onStart={ask} />}
            {!over &&
              !mine &&
              (task.claimedBy !== null && !task.mine ? (
                <Notice tone="warn">{words.takenBy(task.claimedBy)}</Notice>
              ) : (
                <>
                  <Button block size="large" type="primary" loading={claim.isPending} onClick={() => claim.mutate()}>
                    {words.claim}
                  </Button>
                  <p className="muted small">{words.claimHint}</p>
                </>
              ))}
            {over &&
              (start?.refusal ? (
                <StartCall task={task} start={start} busy={false} onStart={ask} />
              ) : (
                <Notice tone={task.state === 'done' ? 'good' : 'info'}>
                  {words.over}
                  {task.outcome !== null && task.state === 'done' && `：${words.outcomes[task.outcome]}`}
                  {task.note !== null && <p className="wrap">{task.note}</p>}
                  {task.doneAt !== null && (
                    <p className="muted small">
                      {task.doneBy} <Ago at={task.doneAt} />
                    </p>
                  )}
                </Notice>
              ))}
            {!mine && takeNextButton}
          </div>
        </Panel>
      </div>
      <div className="task-script-area">
        <Panel title={words.script}>
          <ScriptView task={task} answers={answers} onAnswers={setAnswers} />
        </Panel>
      </div>
      <div className="task-outcome-area">
        {mine && (
          <Panel
            title={words.writeBack}
            extra={
              <Button size="small" loading={release.isPending} onClick={() => release.mutate()}>
                {words.release}
              </Button>
            }
          >
            <OutcomeForm
              task={task}
              written={written}
              answered={answered}
              busy={save.isPending}
              onChange={setWritten}
              onSave={write}
            />
          </Panel>
        )}
        <p className="muted small task-keys">{words.keys}</p>
      </div>
      <div className="task-history-area">
        <History task={task} />
      </div>
    </div>
  )
}

/** What was done with this customer before. */
const History = ({ task: { id, customerNo } }: { task: TaskDetail }) => {
  const t = useText()
  const words = t.tasks
  const before = useQuery({
    queryKey: ['tasks', 'of', customerNo],
    queryFn: ({ signal }) => listTasks({ state: 'done', customerNo, limit: 20 }, signal),
  })
  return (
    <Panel title={words.history}>
      <Loaded query={before} lines={2} compact>
        {({ items }) => {
          const others = items.filter((one) => one.id !== id)
          if (others.length === 0) return <Blank compact title={words.noHistory} />
          return (
            <ul className="task-history">
              {others.map((one) => (
                <li key={one.id}>
                  <span className="row">
                    {one.outcome !== null && <Badge>{words.outcomes[one.outcome]}</Badge>}
                    <span>{one.title}</span>
                    <span className="muted small">
                      <Ago at={one.doneAt} /> · {one.doneBy}
                    </span>
                  </span>
                  {one.note !== null && <p className="small wrap">{one.note}</p>}
                </li>
              ))}
            </ul>
          )
        }}
      </Loaded>
    </Panel>
  )
}
