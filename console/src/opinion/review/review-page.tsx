import './review.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { App, Button, DatePicker, Input, Rate } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { areas, stretches } from '../../../../src/opinion/review/review-contract.ts'
import { levelNames, nameIn } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useConfirm } from '../../ui/confirm.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, CopyButton, Notice } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import {
  type Assessment,
  addAction,
  changeAction,
  finishReview,
  getReview,
  type Review,
  type ReviewAction,
  saveReview,
} from './review-calls.ts'

/** The review of one month: measured, written, closed. */
export const OpinionReviewPage = () => {
  const { month } = useParams({ from: '/inside/opinion/reviews/$month' })
  const t = useText()
  const words = t.opinionReview
  const review = useQuery({
    queryKey: ['opinion', 'reviews', month],
    queryFn: ({ signal }) => getReview(month, signal),
  })
  return (
    <Page
      title={`${words.title} ${month.slice(0, 7)}`}
      subtitle={review.data && <State review={review.data} />}
      back={{ to: '/opinion/reviews', label: words.title }}
    >
      <Loaded query={review} lines={12}>
        {(review) => (
          <div className="stack-16">
            <Speed review={review} />
            <div className="review-columns">
              <Cases review={review} />
              <Lanes review={review} />
            </div>
            <Actions review={review} />
            <Words key={review.state} review={review} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

const State = ({ review: { state, finalBy, finalAt } }: { review: Review }) => {
  const t = useText()
  const format = useFormats()
  const words = t.opinionReview
  return state === 'final' && finalAt ? (
    <Badge tone="good">{words.finishedBy(finalBy ?? '', format.dayHour(finalAt))}</Badge>
  ) : (
    <Badge tone="plain">{words.states[state]}</Badge>
  )
}

const Speed = ({ review: { figures } }: { review: Review }) => {
  const t = useText()
  const format = useFormats()
  const { language } = usePreferences()
  const words = t.opinionReview
  const rows = (['all', 'severe', 'moderate', 'minor'] as const).flatMap((level) => {
    const part = figures.byLevel[level]
    return part && (level === 'all' || part.incidents > 0) ? [{ level, part }] : []
  })
  return (
    <Panel flush title={words.speed} note={figures.notCounted > 0 && words.notCounted(figures.notCounted)}>
      <Table
        label={words.speed}
        rows={rows}
        rowKey={({ level }) => level}
        blank={<Blank compact title={words.noCases} />}
        columns={[
          {
            key: 'level',
            title: words.level,
            card: 'lead',
            cell: ({ level }) => (level === 'all' ? words.all : nameIn(levelNames, level, language)),
          },
          {
            key: 'incidents',
            title: words.incidents,
            align: 'right',
            cell: ({ part }) => format.count(part.incidents),
          },
          ...stretches.map((stretch) => ({
            key: stretch,
            title: words.stretches[stretch],
            align: 'right' as const,
            cell: ({ part }: (typeof rows)[number]) => {
              const times = part.times[stretch]
              if (!times || times.median === null) return '—'
              return (
                <span title={words.stretchHints[stretch]}>
                  {words.hours(format.decimal(times.median))}
                  {times.p90 !== null && (
                    <span className="muted small">
                      {' '}
                      {words.p90} {format.decimal(times.p90)}
                    </span>
                  )}
                </span>
              )
            },
          })),
          {
            key: 'target',
            title: words.target,
            cell: ({ part }) => (
              <span>
                {words.hours(format.decimal(part.targetHours))}{' '}
                {(part.times.whole?.count ?? 0) > 0 && (
                  <span className="muted small">{words.within(part.within, part.times.whole?.count ?? 0)}</span>
                )}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  )
}

const Cases = ({ review: { cases } }: { review: Review }) => {
  const t = useText()
  const format = useFormats()
  const { language } = usePreferences()
  const words = t.opinionReview
  return (
    <Panel flush title={words.cases}>
      <Table
        label={words.cases}
        rows={cases}
        rowKey={({ id }) => id}
        blank={<Blank compact title={words.noCases} />}
        columns={[
          {
            key: 'title',
            title: words.incidents,
            card: 'lead',
            cell: ({ id, title }) => (
              <Link to="/opinion/incidents/$id" params={{ id: String(id) }}>
                {title}
              </Link>
            ),
          },
          { key: 'level', title: words.level, fit: true, cell: ({ level }) => nameIn(levelNames, level, language) },
          {
            key: 'whole',
            title: words.whole,
            align: 'right',
            cell: ({ wholeHours }) => (wholeHours === null ? '—' : words.hours(format.decimal(wholeHours))),
          },
          {
            key: 'missed',
            title: words.missed,
            align: 'right',
            cell: ({ missed }) => (missed.length > 0 ? <Badge tone="bad">{missed.length}</Badge> : '0'),
          },
        ]}
      />
    </Panel>
  )
}

const Lanes = ({ review: { figures } }: { review: Review }) => {
  const t = useText()
  const format = useFormats()
  const words = t.opinionReview
  return (
    <Panel flush title={words.byLane}>
      <Table
        label={words.byLane}
        rows={figures.byLane}
        rowKey={({ lane }) => lane}
        blank={<Blank compact title={words.noTasks} />}
        columns={[
          { key: 'lane', title: '', card: 'lead', cell: ({ lane }) => words.lanes[lane] },
          { key: 'done', title: words.done, align: 'right', cell: ({ done }) => format.count(done) },
          { key: 'open', title: words.open, align: 'right', cell: ({ open }) => format.count(open) },
          { key: 'late', title: words.lateTasks, align: 'right', cell: ({ late }) => format.count(late) },
          {
            key: 'median',
            title: words.medianHours,
            align: 'right',
            cell: ({ medianHours }) => (medianHours === null ? '—' : words.hours(format.decimal(medianHours))),
          },
        ]}
      />
    </Panel>
  )
}

const Actions = ({ review: { month, state, actions, carried } }: { review: Review }) => {
  const t = useText()
  const can = useCan()
  const words = t.opinionReview
  const client = useQueryClient()
  const fail = useFailureToast()
  const [what, setWhat] = useState('')
  const [owner, setOwner] = useState('')
  const [due, setDue] = useState(dayjs().add(14, 'day').format('YYYY-MM-DD'))
  const refresh = () => client.invalidateQueries({ queryKey: ['opinion', 'reviews'] })
  const add = useMutation({
    mutationFn: () => addAction(month, { what, owner, due }),
    onSuccess: () => {
      setWhat('')
      return refresh()
    },
    onError: fail,
  })
  const change = useMutation({
    mutationFn: ({ id, state }: { id: number; state: 'open' | 'done' | 'dropped' }) => changeAction(id, { state }),
    onSuccess: refresh,
    onError: fail,
  })
  const list = (rows: readonly ReviewAction[]) =>
    rows.map((action) => (
      <li key={action.id} className={action.state === 'open' ? '' : 'review-over'}>
        <span className="review-what">{action.what}</span>
        <span className="muted small">
          {action.owner} · {action.due}
        </span>
        {action.late && <Badge tone="bad">{words.overdue}</Badge>}
        {action.state === 'done' && <Badge tone="good">{words.done}</Badge>}
        {action.state === 'open' && can('opinion.handle') && (
          <span className="row">
            <Button size="small" onClick={() => change.mutate({ id: action.id, state: 'done' })}>
              {words.markDone}
            </Button>
            <Button size="small" type="text" onClick={() => change.mutate({ id: action.id, state: 'dropped' })}>
              {words.drop}
            </Button>
          </span>
        )}
        {action.state !== 'open' && can('opinion.handle') && (
          <Button size="small" type="text" onClick={() => change.mutate({ id: action.id, state: 'open' })}>
            {words.reopen}
          </Button>
        )}
      </li>
    ))
  return (
    <Panel title={words.actions}>
      {actions.length > 0 && <ul className="review-actions">{list(actions)}</ul>}
      {carried.length > 0 && (
        <>
          <h3 className="review-sub">{words.carried}</h3>
          <ul className="review-actions">{list(carried)}</ul>
        </>
      )}
      {state !== 'final' && can('opinion.write') && (
        <div className="review-form">
          <Field label={words.what}>
            <Input value={what} maxLength={500} onChange={({ target }) => setWhat(target.value)} />
          </Field>
          <Field label={words.owner}>
            <Input value={owner} maxLength={80} onChange={({ target }) => setOwner(target.value)} />
          </Field>
          <Field label={words.due}>
            <DatePicker
              allowClear={false}
              value={dayjs(due)}
              onChange={(day) => day && setDue(day.format('YYYY-MM-DD'))}
            />
          </Field>
          <Button
            disabled={what.trim().length < 2 || owner.trim() === ''}
            loading={add.isPending}
            onClick={() => add.mutate()}
          >
            {words.addAction}
          </Button>
        </div>
      )}
    </Panel>
  )
}

const Words = ({ review }: { review: Review }) => {
  const t = useText()
  const can = useCan()
  const words = t.opinionReview
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [worked, setWorked] = useState(review.worked)
  const [failed, setFailed] = useState(review.failed)
  const [assessment, setAssessment] = useState<Assessment>(review.assessment)
  const { month } = review
  const locked = review.state === 'final' || !can('opinion.write')
  const save = useMutation({
    mutationFn: () => saveReview(month, { worked, failed, assessment }),
    onSuccess: async () => {
      message.success(words.saved)
      await client.invalidateQueries({ queryKey: ['opinion', 'reviews'] })
    },
    onError: fail,
  })
  const finish = useMutation({
    mutationFn: () => finishReview(month),
    onSuccess: () => client.invalidateQueries({ queryKey: ['opinion', 'reviews'] }),
    onError: fail,
  })
  return (
    <>
      <div className="review-columns">
        <Panel title={words.worked}>
          <Input.TextArea
            aria-label={words.worked}
            rows={6}
            value={worked}
            readOnly={locked}
            onChange={({ target }) => setWorked(target.value)}
          />
        </Panel>
        <Panel title={words.failed}>
          <Input.TextArea
            aria-label={words.failed}
            rows={6}
            value={failed}
            readOnly={locked}
            onChange={({ target }) => setFailed(target.value)}
          />
        </Panel>
      </div>
      <Panel title={words.assessment} note={words.assessmentHint}>
        <div className="review-areas">
          {areas.map((area) => {
            const given = assessment[area]
            const before = review.before[area]
            return (
              <div key={area} className="review-area">
                <div>
                  <strong>{words.areas[area].name}</strong>
                  <p className="muted small">{words.areas[area].best}</p>
                </div>
                <div>
                  <Rate
                    disabled={locked}
                    value={given?.score ?? 0}
                    onChange={(score) =>
                      score > 0 && setAssessment((now) => ({ ...now, [area]: { score, why: now[area]?.why ?? '' } }))
                    }
                  />
                  {before && <span className="muted small"> {words.before(before.score)}</span>}
                  {given && (
                    <Input
                      size="small"
                      placeholder={words.why}
                      value={given.why}
                      readOnly={locked}
                      maxLength={500}
                      onChange={({ target }) =>
                        setAssessment((now) => ({ ...now, [area]: { score: given.score, why: target.value } }))
                      }
                    />
                  )}
                </div>
              </div>
            )
          })}
        </div>
      </Panel>
      {review.hash && (
        <Notice tone="good">
          {words.hash} <code className="review-hash">{review.hash}</code> <CopyButton text={review.hash} />
        </Notice>
      )}
      {review.state !== 'final' && (
        <div className="row">
          {can('opinion.write') && (
            <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
              {words.save}
            </Button>
          )}
          {can('opinion.approve') && review.state === 'draft' && (
            <Button
              loading={finish.isPending}
              onClick={() =>
                confirm({
                  title: words.finish,
                  content: words.finishWarning,
                  okText: words.finish,
                  run: () => finish.mutateAsync(),
                })
              }
            >
              {words.finish}
            </Button>
          )}
        </div>
      )}
    </>
  )
}
